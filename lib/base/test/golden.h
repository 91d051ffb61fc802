#ifndef SPK_BASE_TEST_GOLDEN_H
#define SPK_BASE_TEST_GOLDEN_H
/* Reads the tables that tests/oracle/time_goldens.py wrote: tab-separated fields, result last. */
#include "base/arena.h"

enum { GOLDEN_FIELDS = 4 };

struct golden {
    struct spk_view fields[GOLDEN_FIELDS]; /* unescaped */
    size_t count, line;
};

/* Calls check for each line of test/golden/NAME; fails the test unless at least `least` came. */
void golden_each(const char *name, size_t least, void (*check)(const struct golden *row));

/* Fails the test, naming the line, where the two differ. */
void golden_expect(const struct golden *row, struct spk_view got);

#endif
