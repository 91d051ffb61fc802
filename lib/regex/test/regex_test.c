#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "regex/regex.h"

static struct spk_regex *compiled(const char *pattern)
{
    struct spk_regex *regex = NULL;
    assert_int_equal(spk_regex_compile(spk_view_of(pattern), &regex, NULL), SPK_OK);
    return regex;
}

static void a_match_gives_its_place_and_its_group(void **state)
{
    struct spk_regex *regex = compiled("id=([0-9]+)");
    struct spk_regex_match match;
    assert_int_equal(spk_regex_find(regex, SPK_V("x id=42;"), false, &match, NULL), SPK_OK);
    assert_true(match.found);
    assert_int_equal(match.from, 2);
    assert_int_equal(match.group_from, 5);
    assert_int_equal(match.group_to, 7);
    assert_int_equal(spk_regex_find(regex, SPK_V("x id=42;"), true, &match, NULL), SPK_OK);
    assert_false(match.found);
    spk_regex_destroy(regex);
}

static void a_bad_pattern_names_itself_and_the_offset(void **state)
{
    struct spk_regex *regex = NULL;
    struct spk_error err = {0};
    assert_int_equal(spk_regex_compile(SPK_V("a(b"), &regex, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "pattern 'a(b'"));
    assert_non_null(strstr(err.text, "offset 3"));
}

static void an_exploding_pattern_ends_as_an_error(void **state)
{
    struct spk_regex *regex = compiled("^(a+)+$");
    char text[64];
    struct spk_regex_match match;
    memset(text, 'a', sizeof(text));
    text[63] = 'b';
    assert_int_equal(spk_regex_find(regex, spk_view_make(text, 64), false, &match, NULL),
                     SPK_EDATA);
    spk_regex_destroy(regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_gives_its_place_and_its_group),
        cmocka_unit_test(a_bad_pattern_names_itself_and_the_offset),
        cmocka_unit_test(an_exploding_pattern_ends_as_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
