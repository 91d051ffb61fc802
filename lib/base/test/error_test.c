#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void context_comes_in_front_of_the_fact(void **state)
{
    struct spk_error err = {0};
    assert_int_equal(spk_error_set(&err, SPK_EDATA, "no key %s", "id"), SPK_EDATA);
    assert_int_equal(spk_error_context(&err, SPK_ESYSTEM, "page %d", 3), SPK_EDATA);
    assert_string_equal(err.text, "page 3: no key id");
    spk_error_hint(&err, "add it");
    spk_error_hint(&err, "a higher level's guess");
    assert_string_equal(err.hint, "add it");
    spk_error_set(&err, SPK_ECONFIG, "again: %s", err.text);
    assert_string_equal(err.text, "again: page 3: no key id");
    assert_string_equal(err.hint, "");
}

static void a_connector_is_to_blame_until_the_error_is_set_anew(void **state)
{
    struct spk_error err = {0};
    spk_error_blame_connector(NULL);
    spk_error_set(&err, SPK_ECONFIG, "no such field");
    assert_string_equal(spk_error_failure_type(&err), "config_error");
    spk_error_blame_connector(&err);
    assert_int_equal(spk_error_context(&err, SPK_ECONFIG, "line 3"), SPK_ECONFIG);
    assert_string_equal(spk_error_failure_type(&err), "system_error");
    spk_error_set(&err, SPK_ETRANSIENT, "busy");
    assert_string_equal(spk_error_failure_type(&err), "transient_error");
}

static void without_an_error_the_code_still_travels(void **state)
{
    assert_int_equal(spk_error_set(NULL, SPK_EDATA, "x"), SPK_EDATA);
    assert_int_equal(spk_error_context(NULL, SPK_ETRANSIENT, "x"), SPK_ETRANSIENT);
    assert_int_equal(spk_error_errno(NULL, ENOENT, "x"), SPK_ESYSTEM);
    spk_error_hint(NULL, "x");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    struct spk_error err = {0};
    char text[2 * SPK_ERROR_TEXT + 1];
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 2 < sizeof text; i += 2) {
            memcpy(text + i, "\xc3\xbc", 3);
        }
        spk_error_set(&err, SPK_EDATA, "%s", text);
        size_t length = strlen(err.text);
        assert_true(length >= SPK_ERROR_TEXT - 3 && length < SPK_ERROR_TEXT);
        assert_string_equal(err.text + length - 3, "...");
        assert_int_equal((unsigned char)err.text[length - 4], 0xbc);
        spk_error_context(&err, SPK_EDATA, "%s", text);
        spk_error_errno(&err, ENOSPC, "%s", text);
        assert_true(strlen(err.text) < SPK_ERROR_TEXT);
    }
}

static void a_text_is_one_line(void **state)
{
    struct spk_error err = {0};
    spk_error_set(&err, SPK_EDATA, "a\nb\r\nc");
    assert_string_equal(err.text, "a b  c");
}

static void the_systems_reason_stands_behind(void **state)
{
    struct spk_error err = {0};
    assert_int_equal(spk_error_errno(&err, ENOENT, "open %s", "x"), SPK_ESYSTEM);
    assert_string_equal(err.text, "open x: No such file or directory");
}

static void codes_map_to_failure_types_and_exits(void **state)
{
    assert_string_equal(spk_rc_failure_type(SPK_ECONFIG), "config_error");
    assert_string_equal(spk_rc_failure_type(SPK_ETRANSIENT), "transient_error");
    assert_string_equal(spk_rc_failure_type(SPK_EDATA), "system_error");
    assert_string_equal(spk_rc_failure_type(SPK_ESYSTEM), "system_error");
    assert_int_equal(spk_rc_exit_status(SPK_OK), 0);
    assert_int_equal(spk_rc_exit_status(SPK_ECONFIG), 4);
    assert_int_equal(spk_rc_exit_status(SPK_ETRANSIENT), 5);
    assert_int_equal(spk_rc_exit_status(SPK_EDATA), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_comes_in_front_of_the_fact),
        cmocka_unit_test(a_connector_is_to_blame_until_the_error_is_set_anew),
        cmocka_unit_test(without_an_error_the_code_still_travels),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(a_text_is_one_line),
        cmocka_unit_test(the_systems_reason_stands_behind),
        cmocka_unit_test(codes_map_to_failure_types_and_exits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
