#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { GOLDEN_BYTES = 4 << 20 };

void golden_open(struct golden *golden, const char *name)
{
    *golden = (struct golden){.name = name};
    char path[256];
    snprintf(path, sizeof path, "test/golden/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = spk_arena_alloc(&golden->arena, GOLDEN_BYTES);
    size_t len = fread(text, 1, GOLDEN_BYTES, file);
    fclose(file);
    assert_true(len > 0 && len < GOLDEN_BYTES);
    golden->rest = spk_view_make(text, len);
}

static struct spk_view unescape(struct spk_arena *arena, struct spk_view text)
{
    char *out = spk_arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\\') {
            c = text.at[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
        }
        out[len++] = c;
    }
    return spk_view_make(out, len);
}

bool golden_next(struct golden *golden)
{
    if (!golden->rest.at || golden->rest.len == 0)
        return false;
    struct spk_view row = spk_view_cut(&golden->rest, '\n');
    golden->line++;
    golden->count = 0;
    while (row.at) {
        assert_true(golden->count < GOLDEN_COLUMNS);
        struct spk_view column = spk_view_cut(&row, '\t');
        golden->columns[golden->count++] = unescape(&golden->arena, column);
    }
    return true;
}

void golden_close(struct golden *golden)
{
    assert_true(golden->line > 10);
    spk_arena_deinit(&golden->arena);
}

struct spk_value golden_value(struct golden *golden, size_t column)
{
    struct spk_value value = {0};
    if (spk_view_is(golden->columns[column], "nan"))
        return spk_float(NAN);
    if (!spk_value_literal_eval(&golden->arena, golden->columns[column], &value))
        fail_msg("%s:%u: not a literal", golden->name, golden->line);
    return value;
}

struct spk_view golden_hex(struct golden *golden, size_t column)
{
    static const char digits[] = "0123456789abcdef";
    struct spk_view hex = golden->columns[column];
    char *out = spk_arena_alloc(&golden->arena, hex.len / 2 + 1);
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        const char *high = strchr(digits, hex.at[i]);
        const char *low = strchr(digits, hex.at[i + 1]);
        out[i / 2] = (char)((high - digits) << 4 | (low - digits));
    }
    return spk_view_make(out, hex.len / 2);
}

int64_t golden_int(const struct golden *golden, size_t column)
{
    int64_t number = 0;
    assert_true(spk_parse_i64(golden->columns[column], INT64_MIN, INT64_MAX, &number));
    return number;
}

void golden_expect(const struct golden *golden, size_t column, struct spk_view text)
{
    struct spk_view wanted = golden->columns[column];
    if (!spk_view_equal(wanted, text))
        fail_msg("%s:%u: %.*s\n  wanted %.*s\n  got    %.*s", golden->name, golden->line,
                 SPK_FMT(golden->columns[0]), SPK_FMT(wanted), SPK_FMT(text));
}

void golden_expect_repr(const struct golden *golden, size_t column, struct spk_value value)
{
    struct spk_buf text = {0};
    if (spk_is_defined(value))
        spk_value_repr(&text, value);
    else
        spk_buf_append_char(&text, '!');
    golden_expect(golden, column, spk_buf_view(&text));
    spk_buf_deinit(&text);
}
