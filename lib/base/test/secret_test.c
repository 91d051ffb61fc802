#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int forget(void **state)
{
    spk_secret_forget_all();
    return 0;
}

static void assert_redacted(const char *text, const char *expected)
{
    struct spk_buf buf = {0};
    spk_buf_append_str(&buf, text);
    spk_secret_redact(&buf);
    assert_string_equal(spk_buf_cstr(&buf), expected);
    spk_buf_deinit(&buf);
}

static void a_registered_value_becomes_four_stars(void **state)
{
    spk_secret_add(SPK_V("hunter22"));
    spk_secret_add(SPK_V("hunter22"));
    spk_secret_add(SPK_V("tok"));
    assert_redacted("", "");
    assert_redacted("hunter22", "****");
    assert_redacted("a hunter22 b hunter2 hunter22", "a **** b hunter2 ****");
    assert_redacted("hunter22hunter22", "********");
    assert_redacted("tok stays: too short to be a secret", "tok stays: too short to be a secret");
}

static void the_longest_and_the_overlapping_leave_no_rest(void **state)
{
    spk_secret_add(SPK_V("abcdef"));
    spk_secret_add(SPK_V("abcd"));
    spk_secret_add(SPK_V("efgh"));
    spk_secret_add(SPK_V("aaaa"));
    assert_redacted("abcdef!", "****!");
    assert_redacted("abcdefgh!", "****!");
    assert_redacted("abcdxabcde", "****x****e");
    assert_redacted("xaaaaaaay", "x****y");
}

static void encoded_forms_are_secrets_too(void **state)
{
    spk_secret_add(SPK_V("p&ss \"w\xc3\xb6rd\"\n~?>"));
    assert_redacted("k=p%26ss%20%22w%C3%B6rd%22%0A~%3F%3E&b", "k=****&b");
    assert_redacted("k=p%26ss+%22w%C3%B6rd%22%0A~%3F%3E&b", "k=****&b");
    assert_redacted("{\"a\":\"p&ss \\\"w\xc3\xb6rd\\\"\\n~?>\"}", "{\"a\":\"****\"}");
    assert_redacted("{\"a\":\"p&ss \\\"w\\u00f6rd\\\"\\n~?>\"}", "{\"a\":\"****\"}");
}

static void base64_hides_a_secret_at_any_offset(void **state)
{
    spk_secret_add(SPK_V("s3cr3t-token"));
    assert_redacted("Basic czNjcjN0LXRva2Vu", "Basic ****");                  /* alone */
    assert_redacted("Basic dTpzM2NyM3QtdG9rZW4=", "Basic dTp****4=");         /* u:... */
    assert_redacted("Basic dXU6czNjcjN0LXRva2Vu", "Basic dXU6****");          /* uu:... */
    assert_redacted("Basic dXV1OnMzY3IzdC10b2tlbg==", "Basic dXV1On****g=="); /* uuu:... */
}

static void errors_are_redacted_in_text_and_hint(void **state)
{
    struct spk_error err = {0};
    spk_secret_add(SPK_V("hunter22"));
    spk_error_set(&err, SPK_ECONFIG, "login with hunter22 failed");
    spk_error_hint(&err, "replace hunter22");
    spk_secret_redact_error(&err);
    assert_string_equal(err.text, "login with **** failed");
    assert_string_equal(err.hint, "replace ****");
    spk_secret_redact_error(NULL);
}

/* Against the plainest search there is. */
static void many_secrets_are_found_like_by_a_naive_search(void **state)
{
    char secret[16], text[400];
    unsigned seed = 7;
    for (int i = 0; i < 60; i++) {
        int length =
            snprintf(secret, sizeof secret, "%c%c%dzz", 'a' + i % 3, 'a' + i % 2, i * 7919);
        spk_secret_add(spk_view_make(secret, (size_t)length));
        for (size_t j = 0; j < sizeof text; j++) {
            seed = seed * 1103515245u + 12345u;
            text[j] = "ab0123456789zy"[(seed >> 16) % 14];
        }
        size_t at = (seed >> 8) % (sizeof text - sizeof secret);
        memcpy(text + at, secret, (size_t)length);
        struct spk_buf buf = {0};
        spk_buf_append(&buf, spk_view_make(text, sizeof text));
        spk_secret_redact(&buf);
        assert_int_equal(spk_view_find(spk_buf_view(&buf), spk_view_of(secret), 0), -1);
        assert_true(spk_view_find(spk_buf_view(&buf), SPK_V("****"), 0) >= 0);
        spk_buf_deinit(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_registered_value_becomes_four_stars, forget),
        cmocka_unit_test_teardown(the_longest_and_the_overlapping_leave_no_rest, forget),
        cmocka_unit_test_teardown(encoded_forms_are_secrets_too, forget),
        cmocka_unit_test_teardown(base64_hides_a_secret_at_any_offset, forget),
        cmocka_unit_test_teardown(errors_are_redacted_in_text_and_hint, forget),
        cmocka_unit_test_teardown(many_secrets_are_found_like_by_a_naive_search, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
