#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct spk_view unescape(struct spk_arena *arena, struct spk_view field)
{
    char *out = spk_arena_alloc(arena, field.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < field.len; i++) {
        char c = field.at[i];
        if (c == '\\' && i + 1 < field.len) {
            c = field.at[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
        }
        out[len++] = c;
    }
    return (struct spk_view){out, len};
}

void golden_each(const char *name, size_t least, void (*check)(const struct golden *row))
{
    char path[512], *line = NULL;
    size_t cap = 0, lines = 0;
    ssize_t length = 0;
    struct spk_arena arena = {0};
    snprintf(path, sizeof path, "%s/lib/base/test/golden/%s", SPK_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((length = getline(&line, &cap, file)) > 0) {
        struct golden row = {.line = ++lines};
        struct spk_view rest = {line, (size_t)length - 1};
        while (rest.at && row.count < GOLDEN_FIELDS) {
            row.fields[row.count++] = unescape(&arena, spk_view_cut(&rest, '\t'));
        }
        check(&row);
        spk_arena_reset(&arena);
    }
    free(line);
    fclose(file);
    spk_arena_deinit(&arena);
    assert_true(lines >= least);
}

void golden_expect(const struct golden *row, struct spk_view got)
{
    struct spk_view expected = row->fields[row->count - 1];
    if (!spk_view_equal(expected, got)) {
        fail_msg("line %zu (%.*s, %.*s): got '%.*s', the oracle says '%.*s'", row->line,
                 SPK_FMT(row->fields[0]), SPK_FMT(row->fields[1]), SPK_FMT(got), SPK_FMT(expected));
    }
}
