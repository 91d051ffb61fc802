#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "cells.h"

static void expect_writing(const struct cells *cells, size_t cell, unsigned flags)
{
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    struct spk_buf text = {0};
    assert_true(spk_value_literal_eval(&arena, cells->cell[0], &value));
    spk_json_write(&text, value, flags);
    cells_expect(cells, cell, false, spk_buf_view(&text));
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void values_are_written_as_orjson_and_json_dumps_write_them(void **state)
{
    struct cells cells;
    cells_open(&cells, "write.tsv");
    while (cells_next(&cells)) {
        if (!cells.refused[1]) /* integers past 64 bits */
            expect_writing(&cells, 1, 0);
        expect_writing(&cells, 2, SPK_JSON_SPACED | SPK_JSON_ASCII | SPK_JSON_NAN);
        expect_writing(&cells, 3, SPK_JSON_SPACED);
        if (!cells.refused[4])
            expect_writing(&cells, 4,
                           SPK_JSON_PRETTY | SPK_JSON_SORTED | SPK_JSON_SPACED | SPK_JSON_ASCII);
    }
    cells_close(&cells);
}

static void expect_text(struct spk_value value, unsigned flags, const char *wanted)
{
    struct spk_buf text = {0};
    spk_json_write(&text, value, flags);
    assert_string_equal(spk_buf_cstr(&text), wanted);
    spk_buf_deinit(&text);
}

static void values_without_a_json_form_are_written_as_the_references_do(void **state)
{
    const struct spk_civil time = {2024, 1, 2, 3, 4, 5, 6, 0, true};
    struct spk_value when = {.kind = SPK_DATETIME, .time = &time};
    const unsigned python = SPK_JSON_SPACED | SPK_JSON_ASCII | SPK_JSON_NAN;
    expect_text(when, 0, "\"2024-01-02T03:04:05.000006+00:00\"");
    expect_text(when, python, "\"2024-01-02 03:04:05.000006+00:00\"");
    expect_text((struct spk_value){.kind = SPK_DATE, .day = 19724}, 0, "\"2024-01-02\"");
    expect_text((struct spk_value){.kind = SPK_TIMEDELTA, .integer = SPK_DAY_US}, 0,
                "\"1 day, 0:00:00\"");
    expect_text((struct spk_value){.kind = SPK_BYTES, .text = SPK_V("x")}, 0, "\"b'x'\"");
    expect_text((struct spk_value){0}, 0, "null");
    expect_text(spk_float(NAN), 0, "null");
    expect_text(spk_float(-INFINITY), 0, "null");
    expect_text(spk_float(NAN), python, "NaN");
    expect_text(spk_float(INFINITY), python, "Infinity");
    expect_text(spk_float(-INFINITY), python, "-Infinity");
}

static void output_is_always_valid_utf8(void **state)
{
    expect_text(spk_str("a\xFF\x80z"), 0, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
    expect_text(spk_str("a\xFFz"), SPK_JSON_ASCII, "\"a\\ufffdz\"");
    expect_text(spk_str("\xED\xA0\xBD"), 0, "\"\\ud83d\"");
}

static void a_tree_that_holds_itself_ends(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value list = spk_list_new(&arena);
    struct spk_buf text = {0};
    spk_list_append(list, list);
    spk_json_write(&text, list, 0);
    assert_int_equal(text.len, 1000 + 4 + 1000);
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void a_full_buffer_says_so_at_the_end(void **state)
{
    struct spk_buf text = {0};
    spk_buf_init(&text, 8);
    spk_json_write(&text, spk_str("more than eight bytes"), 0);
    assert_int_equal(spk_buf_check(&text, "the record", NULL), SPK_EDATA);
    assert_true(text.len <= 8);
    spk_buf_deinit(&text);
}

static void an_escape_is_seen_at_every_place_of_a_text(void **state)
{
    char text[40];
    for (size_t at = 0; at < sizeof(text); at++) {
        for (int c = 1; c < 0x80; c++) {
            struct spk_buf out = {0};
            bool escaped = c < 0x20 || c == '"' || c == '\\';
            memset(text, 'a', sizeof(text));
            text[at] = (char)c;
            for (size_t len = at + 1; len <= sizeof(text); len++) {
                spk_buf_clear(&out);
                spk_json_write_string(&out, spk_view_make(text, len), 0);
                assert_int_equal(out.len > len + 2, escaped);
            }
            spk_buf_deinit(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_as_orjson_and_json_dumps_write_them),
        cmocka_unit_test(values_without_a_json_form_are_written_as_the_references_do),
        cmocka_unit_test(output_is_always_valid_utf8),
        cmocka_unit_test(an_escape_is_seen_at_every_place_of_a_text),
        cmocka_unit_test(a_tree_that_holds_itself_ends),
        cmocka_unit_test(a_full_buffer_says_so_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
