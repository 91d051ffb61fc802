/* Which values of a config are hidden from all output. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/secret.h"

static const char schema[] =
    "{properties: {key: {airbyte_secret: true}, number: {airbyte_secret: true}, plain: {type: "
    "string}, list: {type: array, items: {airbyte_secret: true}}, whole: {airbyte_secret: true}, "
    "login: {oneOf: [{properties: {user: {}}}, {properties: {password: {airbyte_secret: true}}}]}, "
    "any: {anyOf: [{properties: {token: {airbyte_secret: true}}}]}}}";

static void values_that_the_spec_calls_secret_are_hidden(void **state)
{
    static const struct {
        const char *config, *text, *shown;
    } cases[] = {
        {"{\"key\": \"k-secret\"}", "is k-secret", "is ****"},
        {"{\"number\": 987654}", "is 987654", "is ****"},
        {"{\"plain\": \"in-the-open\"}", "is in-the-open", "is in-the-open"},
        {"{\"list\": [\"first-one\", \"other-one\"]}", "first-one, other-one", "****, ****"},
        {"{\"whole\": {\"a\": [\"inner-one\"]}}", "is inner-one", "is ****"},
        {"{\"login\": {\"user\": \"somebody\", \"password\": \"pass-word\"}}", "somebody:pass-word",
         "somebody:****"},
        {"{\"any\": {\"token\": \"any-token\"}}", "is any-token", "is ****"},
        {"{\"key\": null}", "is None", "is None"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fixture f;
        struct spk_buf text = {0};
        fixture_init(&f, NULL, NULL);
        spk_source_register_secrets(fixture_yaml(&f, schema), fixture_json(&f, cases[i].config));
        spk_buf_append_str(&text, cases[i].text);
        spk_secret_redact(&text);
        assert_string_equal(spk_buf_cstr(&text), cases[i].shown);
        spk_buf_deinit(&text);
        spk_secret_forget_all();
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_the_spec_calls_secret_are_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
