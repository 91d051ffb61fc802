#ifndef SPK_JSON_TEST_CELLS_H
#define SPK_JSON_TEST_CELLS_H
/* Reads the goldens that tests/oracle/json_golden.py writes: lines of hexadecimal cells. */
#include "json/json.h"

enum { CELLS = 5 };

struct cells {
    struct spk_arena arena;
    struct spk_view rest;
    unsigned line;
    struct spk_view cell[CELLS];
    bool refused[CELLS]; /* the cell is "!" */
};

void cells_open(struct cells *cells, const char *name); /* test/golden/NAME */
bool cells_next(struct cells *cells);
void cells_close(struct cells *cells);
/* Fails the test unless the cell says the same: refused, or this text. */
void cells_expect(const struct cells *cells, size_t cell, bool refused, struct spk_view text);

#endif
