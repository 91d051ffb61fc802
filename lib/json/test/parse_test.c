#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cells.h"

/* Parses the line's text and holds its repr against a cell. */
static void expect_reading(struct cells *cells, const struct spk_json_limits *limits, size_t cell)
{
    struct spk_value value = {0};
    struct spk_error err = {0};
    struct spk_buf text = {0};
    spk_rc rc = spk_json_parse(&cells->arena, cells->cell[0], limits, &value, &err);
    assert_true(rc == SPK_OK || rc == SPK_EDATA);
    if (rc == SPK_OK)
        spk_value_repr(&text, value);
    cells_expect(cells, cell, rc != SPK_OK, spk_buf_view(&text));
    spk_buf_deinit(&text);
}

static void texts_are_read_as_orjson_reads_them(void **state)
{
    const struct spk_json_limits limits = {.big_float = true};
    struct cells cells;
    cells_open(&cells, "read.tsv");
    while (cells_next(&cells))
        expect_reading(&cells, &limits, 1);
    cells_close(&cells);
}

static void with_allow_nan_texts_are_read_as_python_reads_them(void **state)
{
    const struct spk_json_limits limits = {.allow_nan = true};
    struct cells cells;
    cells_open(&cells, "read.tsv");
    while (cells_next(&cells))
        expect_reading(&cells, &limits, 2);
    cells_close(&cells);
}

static void errors_name_line_and_column(void **state)
{
    const struct {
        const char *text, *place;
    } cases[] = {
        {"", "1:1: "},
        {"[1,]", "1:3: "},
        {"{\n  \"a\": nul\n}", "2:8: "},
        {"[\"\xC3\xA9\", x]", "1:7: "},
        {"[1,\n1e999]", "2:1: number is infinity"},
        {"[[[[[1]]]]]", "1:5: nested too deeply"},
        {"[[[[\"[\\\"\",[]]]]]", "1:11: nested too deeply"},
        {"\xEF\xBB\xBF[]", "1:1: "},
    };
    const struct spk_json_limits limits = {.max_depth = 4};
    struct spk_arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_error err = {0};
        struct spk_value value = spk_int(1);
        spk_rc rc = spk_json_parse(&arena, spk_view_of(cases[i].text), &limits, &value, &err);
        assert_int_equal(rc, SPK_EDATA);
        assert_int_equal(value.integer, 1);
        if (!spk_view_starts(spk_view_of(err.text), spk_view_of(cases[i].place)))
            fail_msg("%s: wanted %s, got %s", cases[i].text, cases[i].place, err.text);
    }
    spk_arena_deinit(&arena);
}

static void depth_and_size_are_bounded(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    struct spk_error err = {0};
    char text[2048];
    for (size_t depth = 510; depth < 515; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        spk_rc rc = spk_json_parse(&arena, spk_view_make(text, depth * 2), NULL, &value, &err);
        assert_int_equal(rc, depth <= 512 ? SPK_OK : SPK_EDATA);
    }
    const struct spk_json_limits small = {.max_bytes = 3};
    struct spk_json_doc *doc = NULL;
    assert_int_equal(spk_json_parse(&arena, SPK_V("1234"), &small, &value, &err), SPK_EDATA);
    assert_int_equal(spk_json_doc_parse(SPK_V("1234"), &small, &doc, &err), SPK_EDATA);
    assert_null(doc);
    assert_int_equal(spk_json_parse(&arena, SPK_V("123"), &small, &value, &err), SPK_OK);
    spk_arena_deinit(&arena);
}

static void wide_pages_do_not_count_as_deep(void **state)
{
    struct spk_arena arena = {0};
    struct spk_buf text = {0};
    struct spk_value value = {0};
    spk_buf_append_char(&text, '[');
    for (int i = 0; i < 3000; i++)
        spk_buf_append_str(&text, i ? ",{\"a\":[],\"b\":{}}" : "[{}]");
    spk_buf_append_char(&text, ']');
    const struct spk_json_limits limits = {.max_depth = 3};
    assert_int_equal(spk_json_parse(&arena, spk_buf_view(&text), &limits, &value, NULL), SPK_OK);
    assert_int_equal(spk_list_len(value), 3000);
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void integers_past_64_bits_are_exact_by_default(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    struct spk_view digits = SPK_V("-123456789012345678901234567890");
    assert_int_equal(spk_json_parse(&arena, digits, NULL, &value, NULL), SPK_OK);
    assert_int_equal(value.kind, SPK_BIGINT);
    assert_true(spk_view_equal(value.text, digits));
    assert_int_equal(spk_json_parse(&arena, SPK_V("18446744073709551615"), NULL, &value, NULL),
                     SPK_OK);
    assert_int_equal(value.kind, SPK_BIGINT);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read_as_orjson_reads_them),
        cmocka_unit_test(with_allow_nan_texts_are_read_as_python_reads_them),
        cmocka_unit_test(errors_name_line_and_column),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(wide_pages_do_not_count_as_deep),
        cmocka_unit_test(integers_past_64_bits_are_exact_by_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
