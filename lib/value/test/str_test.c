#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static void expect_str(const struct golden *golden, size_t column, struct spk_value value)
{
    struct spk_buf text = {0};
    spk_value_str(&text, value);
    golden_expect(golden, column, spk_buf_view(&text));
    spk_buf_deinit(&text);
}

static void floats_print_as_in_python(void **state)
{
    struct golden golden;
    golden_open(&golden, "float.tsv");
    while (golden_next(&golden)) {
        struct spk_view bytes = golden_hex(&golden, 0);
        uint64_t bits = 0;
        for (size_t i = 0; i < 8; i++)
            bits = bits << 8 | (unsigned char)bytes.at[i];
        double number = 0;
        memcpy(&number, &bits, sizeof number);
        expect_str(&golden, 1, spk_float(number));
    }
    golden_close(&golden);
}

static void texts_print_quoted_as_in_python(void **state)
{
    struct golden golden;
    golden_open(&golden, "text.tsv");
    while (golden_next(&golden)) {
        golden.columns[1] = golden_hex(&golden, 1);
        golden_expect_repr(&golden, 1, spk_string(golden_hex(&golden, 0)));
        expect_str(&golden, 1, spk_string(golden.columns[1]));
    }
    golden_close(&golden);
}

static void times_print_as_in_python(void **state)
{
    struct golden golden;
    golden_open(&golden, "time.tsv");
    while (golden_next(&golden)) {
        bool naive = spk_view_is(golden.columns[7], "-");
        struct spk_civil time = {
            .year = (int)golden_int(&golden, 0),
            .month = (int)golden_int(&golden, 1),
            .day = (int)golden_int(&golden, 2),
            .hour = (int)golden_int(&golden, 3),
            .minute = (int)golden_int(&golden, 4),
            .second = (int)golden_int(&golden, 5),
            .microsecond = (int)golden_int(&golden, 6),
            .offset_s = naive ? 0 : (int)golden_int(&golden, 7),
            .has_offset = !naive,
        };
        struct spk_value value = {.kind = SPK_DATETIME, .time = &time};
        expect_str(&golden, 8, value);
        golden_expect_repr(&golden, 9, value);
    }
    golden_close(&golden);
}

static void time_differences_print_as_in_python(void **state)
{
    struct golden golden;
    golden_open(&golden, "delta.tsv");
    while (golden_next(&golden)) {
        struct spk_value value = {.kind = SPK_TIMEDELTA, .integer = golden_int(&golden, 0)};
        expect_str(&golden, 1, value);
        golden_expect_repr(&golden, 2, value);
    }
    golden_close(&golden);
}

static void expect_repr(struct spk_value value, const char *wanted)
{
    struct spk_buf text = {0};
    spk_value_repr(&text, value);
    assert_string_equal(spk_buf_cstr(&text), wanted);
    spk_buf_deinit(&text);
}

static void kinds_that_have_no_literal_print_as_in_python(void **state)
{
    struct spk_value safe = spk_str("<b>");
    safe.flags = SPK_VALUE_SAFE;
    expect_repr(safe, "Markup('<b>')");
    expect_repr((struct spk_value){.kind = SPK_DATE, .day = 19782}, "datetime.date(2024, 2, 29)");
    expect_repr((struct spk_value){.kind = SPK_BYTES, .text = SPK_V("a'\n\xff")},
                "b\"a'\\n\\xff\"");
    expect_repr((struct spk_value){0}, "Undefined");
    struct spk_buf text = {0};
    spk_value_str(&text, (struct spk_value){.kind = SPK_DATE, .day = 19782});
    spk_value_str(&text, (struct spk_value){0});
    assert_string_equal(spk_buf_cstr(&text), "2024-02-29");
    spk_buf_deinit(&text);
}

static void a_container_inside_itself_prints_dots(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value list = spk_list_new(&arena);
    struct spk_value dict = spk_dict_new(&arena);
    spk_list_append(list, list);
    spk_list_append(list, dict);
    spk_set(dict, "d", dict);
    expect_repr(list, "[[...], {'d': {...}}]");
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_print_as_in_python),
        cmocka_unit_test(texts_print_quoted_as_in_python),
        cmocka_unit_test(times_print_as_in_python),
        cmocka_unit_test(time_differences_print_as_in_python),
        cmocka_unit_test(kinds_that_have_no_literal_print_as_in_python),
        cmocka_unit_test(a_container_inside_itself_prints_dots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
