#include "base/view.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void views_compare_bytewise(void **state)
{
    assert_true(spk_view_compare(SPK_V("a"), SPK_V("b")) < 0);
    assert_true(spk_view_compare(SPK_V("ab"), SPK_V("a")) > 0);
    assert_true(spk_view_compare(SPK_V("\xff"), SPK_V("a")) > 0);
    assert_int_equal(spk_view_compare((struct spk_view){0}, SPK_V("")), 0);
    assert_true(spk_view_equal((struct spk_view){0}, SPK_V("")));
    assert_true(spk_view_equal_nocase(SPK_V("Content-Type"), SPK_V("content-tYPE")));
    assert_false(spk_view_equal_nocase(SPK_V("a["), SPK_V("a{")));
    assert_true(spk_view_starts(SPK_V("abc"), SPK_V("ab")));
    assert_true(spk_view_ends(SPK_V("abc"), SPK_V("bc")));
    assert_false(spk_view_ends(SPK_V("c"), SPK_V("bc")));
}

static void a_needle_is_found_from_an_offset_on(void **state)
{
    struct spk_view text = SPK_V("abcabc");
    assert_int_equal(spk_view_find(text, SPK_V("bc"), 0), 1);
    assert_int_equal(spk_view_find(text, SPK_V("bc"), 2), 4);
    assert_int_equal(spk_view_find(text, SPK_V("bc"), 5), -1);
    assert_int_equal(spk_view_find(text, SPK_V(""), 6), 6);
    assert_int_equal(spk_view_find(text, SPK_V("a"), 7), -1);
    assert_int_equal(spk_view_find((struct spk_view){0}, SPK_V("a"), 0), -1);
}

static void slices_and_trims_stay_inside(void **state)
{
    assert_true(spk_view_is(spk_view_slice(SPK_V("hello"), 1, 3), "el"));
    assert_true(spk_view_is(spk_view_slice(SPK_V("hello"), 3, 99), "lo"));
    assert_int_equal(spk_view_slice(SPK_V("hello"), 9, 3).len, 0);
    assert_true(spk_view_is(spk_view_trim(SPK_V(" \t a b\r\n")), "a b"));
    assert_int_equal(spk_view_trim(SPK_V("  ")).len, 0);
}

static void cutting_gives_every_piece_and_the_empty_last_one(void **state)
{
    static const struct {
        const char *text, *pieces;
    } cases[] = {{"a,b,,c", "[a][b][][c]"}, {"a,", "[a][]"}, {"", "[]"}, {"abc", "[abc]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char seen[64] = "";
        size_t used = 0;
        struct spk_view rest = spk_view_of(cases[i].text);
        while (rest.at) {
            struct spk_view piece = spk_view_cut(&rest, ',');
            used += (size_t)snprintf(seen + used, sizeof seen - used, "[%.*s]", SPK_FMT(piece));
        }
        assert_string_equal(seen, cases[i].pieces);
    }
}

static void hashes_differ_where_texts_differ(void **state)
{
    char text[20] = {0};
    uint64_t seen[sizeof text];
    for (size_t i = 0; i < sizeof text; i++) {
        seen[i] = spk_view_hash(spk_view_make(text, i));
        for (size_t j = 0; j < i; j++) {
            assert_true(seen[i] != seen[j]);
        }
    }
}

static void the_valid_prefix_of_utf8_ends_at_the_first_fault(void **state)
{
    static const struct {
        struct spk_view text;
        size_t valid;
    } cases[] = {
        {SPK_VIEW(""), 0},
        {SPK_VIEW("plain ascii text"), 16},
        {SPK_VIEW("gr\xc3\xbc\xc3\x9f"), 6},
        {SPK_VIEW("\xe2\x82\xac\xf0\x9f\x98\x80"), 7},
        {SPK_VIEW("12345678\xc3"), 8},
        {SPK_VIEW("a\xc0\xaf"), 1},        /* overlong */
        {SPK_VIEW("\xe0\x9f\xbf"), 0},     /* overlong */
        {SPK_VIEW("\xed\xa0\x80"), 0},     /* surrogate */
        {SPK_VIEW("\xf4\x90\x80\x80"), 0}, /* past U+10FFFF */
        {SPK_VIEW("\xf4\x8f\xbf\xbf"), 4},
        {SPK_VIEW("abc\x80"), 3},
        {SPK_VIEW("\xe2\x82"), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(spk_utf8_valid_prefix(cases[i].text), cases[i].valid);
    }
}

static void the_nearest_name_is_offered_only_when_near(void **state)
{
    static const char *const names[] = {"lookback_window", "page_size", "cursor_field", "a"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"page_szie", "page_size"},
        {"pagesize", "page_size"},
        {"PAGE-SIZE", "page_size"},
        {"cursorfield", "cursor_field"},
        {"lookback", NULL},
        {"b", NULL},
        {"", NULL},
        {"something_else", NULL},
        {"lokback_windw", "lookback_window"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *hit = spk_nearest(spk_view_of(cases[i].word), names, 4);
        assert_true(spk_view_equal(spk_view_of(hit), spk_view_of(cases[i].nearest)));
    }
}

static void integers_are_parsed_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t number;
    } cases[] = {
        {"0", true, 0},
        {"-17", true, -17},
        {"+17", true, 17},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t number = 0;
        bool ok = spk_parse_i64(spk_view_of(cases[i].text), INT64_MIN, INT64_MAX, &number);
        assert_int_equal(ok, cases[i].ok);
        assert_true(number == cases[i].number);
    }
    int64_t untouched = 5;
    assert_false(spk_parse_i64(SPK_V("11"), 0, 10, &untouched));
    assert_int_equal(untouched, 5);
    uint64_t number = 0;
    assert_true(spk_parse_u64(SPK_V("18446744073709551615"), UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(spk_parse_u64(SPK_V("18446744073709551616"), UINT64_MAX, &number));
    assert_false(spk_parse_u64(SPK_V("-1"), UINT64_MAX, &number));
}

static void doubles_have_decimal_or_exponent_form(void **state)
{
    static const char *const bad[] = {"",    ".",     "e5",    "1e", "nan",
                                      "inf", "0x1p3", "1e999", " 1", "1_0"};
    double number = 0;
    assert_true(spk_parse_double(SPK_V("-1.5e3"), &number));
    assert_true(number == -1500.0);
    assert_true(spk_parse_double(SPK_V(".5"), &number));
    assert_true(number == 0.5);
    assert_true(spk_parse_double(SPK_V("1e-400"), &number));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(spk_parse_double(spk_view_of(bad[i]), &number));
    }
}

static void truth_has_eight_words(void **state)
{
    bool is = false;
    assert_true(spk_parse_bool(SPK_V("Yes"), &is) && is);
    assert_true(spk_parse_bool(SPK_V("off"), &is) && !is);
    assert_true(spk_parse_bool(SPK_V("1"), &is) && is);
    assert_false(spk_parse_bool(SPK_V("y"), &is));
    assert_false(spk_parse_bool(SPK_V(""), &is));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_compare_bytewise),
        cmocka_unit_test(a_needle_is_found_from_an_offset_on),
        cmocka_unit_test(slices_and_trims_stay_inside),
        cmocka_unit_test(cutting_gives_every_piece_and_the_empty_last_one),
        cmocka_unit_test(hashes_differ_where_texts_differ),
        cmocka_unit_test(the_valid_prefix_of_utf8_ends_at_the_first_fault),
        cmocka_unit_test(the_nearest_name_is_offered_only_when_near),
        cmocka_unit_test(integers_are_parsed_whole_or_not_at_all),
        cmocka_unit_test(doubles_have_decimal_or_exponent_form),
        cmocka_unit_test(truth_has_eight_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
