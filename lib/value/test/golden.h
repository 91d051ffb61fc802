#ifndef SPK_VALUE_TEST_GOLDEN_H
#define SPK_VALUE_TEST_GOLDEN_H
/* Reads the tab-separated goldens that tests/oracle/value_golden.py writes. */
#include "value/value.h"

enum { GOLDEN_COLUMNS = 16 };

struct golden {
    struct spk_arena arena; /* what the rows are made of */
    struct spk_view rest;
    const char *name;
    unsigned line;
    struct spk_view columns[GOLDEN_COLUMNS]; /* unescaped */
    size_t count;
};

void golden_open(struct golden *golden, const char *name); /* test/golden/NAME; fails the test */
bool golden_next(struct golden *golden);
void golden_close(struct golden *golden);
/* The column as a value: a Python literal, or the word nan. */
struct spk_value golden_value(struct golden *golden, size_t column);
struct spk_view golden_hex(struct golden *golden, size_t column);
int64_t golden_int(const struct golden *golden, size_t column);
/* Fails the test, naming file and line, unless the text is the column's. */
void golden_expect(const struct golden *golden, size_t column, struct spk_view text);
/* The same for a value's repr; an undefined value is "!". */
void golden_expect_repr(const struct golden *golden, size_t column, struct spk_value value);

#endif
