#include "cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { FILE_BYTES = 4 << 20 };

void cells_open(struct cells *cells, const char *name)
{
    *cells = (struct cells){0};
    char path[256];
    snprintf(path, sizeof path, "test/golden/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = spk_arena_alloc(&cells->arena, FILE_BYTES);
    size_t len = fread(text, 1, FILE_BYTES, file);
    fclose(file);
    assert_true(len > 0 && len < FILE_BYTES);
    cells->rest = spk_view_make(text, len);
}

static struct spk_view decode(struct spk_arena *arena, struct spk_view hex)
{
    static const char digits[] = "0123456789abcdef";
    char *out = spk_arena_alloc(arena, hex.len / 2 + 1);
    for (size_t i = 0; i + 1 < hex.len; i += 2)
        out[i / 2] = (char)((strchr(digits, hex.at[i]) - digits) << 4 |
                            (strchr(digits, hex.at[i + 1]) - digits));
    return spk_view_make(out, hex.len / 2);
}

bool cells_next(struct cells *cells)
{
    if (!cells->rest.at || cells->rest.len == 0)
        return false;
    struct spk_view row = spk_view_cut(&cells->rest, '\n');
    cells->line++;
    for (size_t i = 0; row.at; i++) {
        assert_true(i < CELLS);
        struct spk_view cell = spk_view_cut(&row, '\t');
        cells->refused[i] = spk_view_is(cell, "!");
        cells->cell[i] = decode(&cells->arena, cell);
    }
    return true;
}

void cells_close(struct cells *cells)
{
    assert_true(cells->line > 100);
    spk_arena_deinit(&cells->arena);
}

void cells_expect(const struct cells *cells, size_t cell, bool refused, struct spk_view text)
{
    struct spk_view wanted = cells->refused[cell] ? SPK_V("(refused)") : cells->cell[cell];
    if (refused)
        text = SPK_V("(refused)");
    if (!spk_view_equal(wanted, text))
        fail_msg("line %u, cell %zu: %.*s\n  wanted %.*s\n  got    %.*s", cells->line, cell,
                 SPK_FMT(cells->cell[0]), SPK_FMT(wanted), SPK_FMT(text));
}
