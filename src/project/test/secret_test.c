#include "folder.h"

#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Loads a project whose only platform has this account. */
static spk_rc load(const struct folder *folder, const char *account, struct spk_project **project,
                   struct spk_error *err)
{
    char text[1024];
    snprintf(text, sizeof text, "connector: m\naccounts: {b-1: %s}\n", account);
    folder_write(folder, "spike.yaml", "");
    folder_write(folder, "platforms/a.yaml", text);
    return spk_project_load(folder->path, project, err);
}

static void a_literal_under_a_secret_name_is_refused_without_showing_it(void **state)
{
    const struct {
        const char *account;
        const char *key; /* of the refused value; NULL: fine */
    } cases[] = {
        {"{api_key: hunter22}", "api_key"},
        {"{apiKey: hunter22}", "apiKey"},
        {"{API_KEYS: [hunter22]}", "API_KEYS[0]"},
        {"{x-auth-token: hunter22}", "x-auth-token"},
        {"{password2: hunter22}", "password2"},
        {"{client_secret: 12345678}", "client_secret"},
        {"{credentials: {refresh_token: hunter22}}", "credentials.refresh_token"},
        {"{token_url: hunter22, primary: hunter22, tokens_used: 5}", NULL},
        {"{password: '', api_key: null, use_token: true}", NULL},
        {"{monkey: hunter22}", NULL},
        {"{api_key: \"${env:K}\", password: \"Bearer ${file:k}\"}", NULL},
        {"{api_key: \"${account}\"}", "api_key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct folder folder;
        struct spk_project *project = NULL;
        struct spk_error err = {0};
        folder_make(&folder);
        spk_rc rc = load(&folder, cases[i].account, &project, &err);
        if ((rc == SPK_OK) != (cases[i].key == NULL)) {
            fail_msg("%s: %s", cases[i].account, err.text);
        }
        if (rc != SPK_OK) {
            char expected[256];
            snprintf(expected, sizeof expected,
                     ": accounts.b-1.%s: a secret must not stand in the file", cases[i].key);
            assert_non_null(strstr(err.text, expected));
            assert_null(strstr(err.text, "hunter22"));
            assert_null(strstr(err.text, "12345678"));
        }
        spk_project_destroy(project);
        folder_remove(&folder);
    }
}

static void the_refusal_tells_what_to_write(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    struct spk_error err = {0};
    folder_make(&folder);
    assert_int_equal(load(&folder, "{api_key: hunter22}", &project, &err), SPK_ECONFIG);
    assert_string_equal(err.hint,
                        "write \"${env:B_1_API_KEY}\" and set that variable, or \"${file:PATH}\"");
    folder_remove(&folder);
}

static void a_malformed_reference_is_refused(void **state)
{
    static const char *const cases[] = {
        "${ENV:K}", "${env:}", "${env:1K}", "${env:A B}", "${file:}", "${env:K", "${}", "a ${b} c",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct folder folder;
        struct spk_project *project = NULL;
        struct spk_error err = {0};
        char account[128];
        folder_make(&folder);
        snprintf(account, sizeof account, "{x: \"%s\"}", cases[i]);
        assert_int_equal(load(&folder, account, &project, &err), SPK_ECONFIG);
        assert_non_null(strstr(err.text, "/platforms/a.yaml:2:"));
        assert_non_null(strstr(err.text, "is not a reference"));
        assert_string_equal(err.hint, "references are ${env:NAME}, ${file:PATH} and ${account}");
        folder_remove(&folder);
    }
}

static spk_rc resolve(const char *account, struct spk_arena *arena, struct spk_value *config,
                      struct spk_error *err)
{
    struct folder folder;
    struct spk_project *project = NULL;
    folder_make(&folder);
    folder_write(&folder, "secrets/good", "from-a-file\n");
    folder_write(&folder, "secrets/empty", "\n");
    folder_write(&folder, "secrets/binary", "\xff\xfe\xff");
    spk_rc rc = load(&folder, account, &project, err);
    if (rc == SPK_OK) {
        rc = spk_platform_account_config(&project->platforms[0], &project->platforms[0].accounts[0],
                                         arena, config, err);
    }
    spk_project_destroy(project);
    folder_remove(&folder);
    return rc;
}

static void references_are_resolved_and_registered(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value config = {0};
    struct spk_error err = {0};
    setenv("SPK_TEST_KEY", "from-the-environment", 1);
    spk_rc rc =
        resolve("{api_key: '${env:SPK_TEST_KEY}', auth: {password: 'x ${file:../secrets/good} y'}, "
                "id: '${account}', day: 2026-01-31, n: [1, '${account}'], "
                "at: 2026-01-31 10:00:00}",
                &arena, &config, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, SPK_OK);
    struct spk_buf text = {0};
    spk_value_repr(&text, config);
    assert_string_equal(spk_buf_cstr(&text),
                        "{'api_key': 'from-the-environment', 'auth': {'password': 'x from-a-file "
                        "y'}, 'id': 'b-1', 'day': '2026-01-31', 'n': [1, 'b-1'], 'at': "
                        "'2026-01-31T10:00:00'}");
    spk_secret_redact(&text);
    assert_null(strstr(spk_buf_cstr(&text), "from-"));
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void what_is_missing_is_named_with_its_place(void **state)
{
    unsetenv("SPK_TEST_NONE");
    setenv("SPK_TEST_EMPTY", "", 1);
    const struct {
        const char *reference, *expected;
    } cases[] = {
        {"${env:SPK_TEST_NONE}", "/platforms/a.yaml:2:27: accounts.b-1.api_key: the environment "
                                 "variable SPK_TEST_NONE is not set"},
        {"${env:SPK_TEST_EMPTY}", "the environment variable SPK_TEST_EMPTY is empty"},
        {"${file:../secrets/none}", "accounts.b-1.api_key: the secret's file: "},
        {"${file:../secrets/empty}", "/secrets/empty is empty"},
        {"${file:../secrets/binary}", "/secrets/binary is not text in UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_arena arena = {0};
        struct spk_value config = {0};
        struct spk_error err = {0};
        char account[128];
        snprintf(account, sizeof account, "{api_key: '%s'}", cases[i].reference);
        assert_int_equal(resolve(account, &arena, &config, &err), SPK_ECONFIG);
        if (!strstr(err.text, cases[i].expected)) {
            fail_msg("'%s' lacks '%s'", err.text, cases[i].expected);
        }
        assert_false(spk_is_defined(config));
        spk_arena_deinit(&arena);
    }
}

/* {type: object, properties: {NAME: {airbyte_secret: true}}} under a choice. */
static struct spk_value schema_of(struct spk_arena *arena, const char *name)
{
    struct spk_value field = spk_dict_new(arena), fields = spk_dict_new(arena);
    struct spk_value branch = spk_dict_new(arena), branches = spk_list_new(arena);
    struct spk_value schema = spk_dict_new(arena);
    spk_set(field, "airbyte_secret", spk_bool(true));
    spk_set(fields, name, field);
    spk_set(branch, "properties", fields);
    spk_list_append(branches, branch);
    spk_set(schema, "oneOf", branches);
    return schema;
}

static void a_literal_in_a_field_that_the_spec_marks_is_refused(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    struct spk_error err = {0};
    struct spk_arena arena = {0};
    folder_make(&folder);
    assert_int_equal(load(&folder, "{hash: hunter22, ref: '${env:K}'}", &project, &err), SPK_OK);
    const struct spk_platform *platform = &project->platforms[0];
    assert_int_equal(spk_platform_check_secrets(platform, schema_of(&arena, "ref"), &err), SPK_OK);
    assert_int_equal(spk_platform_check_secrets(platform, schema_of(&arena, "none"), &err), SPK_OK);
    assert_int_equal(spk_platform_check_secrets(platform, schema_of(&arena, "hash"), &err),
                     SPK_ECONFIG);
    assert_non_null(strstr(err.text, "/platforms/a.yaml:2:24: accounts.b-1.hash: a secret must"));
    assert_null(strstr(err.text, "hunter22"));
    spk_arena_deinit(&arena);
    spk_project_destroy(project);
    folder_remove(&folder);
}

static void a_url_may_hold_a_reference(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    struct spk_arena arena = {0};
    struct spk_view url = {NULL, 0};
    folder_make(&folder);
    folder_write(&folder, "spike.yaml",
                 "storage: 'postgresql://db/spike?password=${env:SPK_TEST_KEY}'\n");
    setenv("SPK_TEST_KEY", "from-the-environment", 1);
    assert_int_equal(spk_project_load(folder.path, &project, NULL), SPK_OK);
    assert_int_equal(spk_project_text(project, project->storage_url, &arena, &url, NULL), SPK_OK);
    assert_true(spk_view_is(url, "postgresql://db/spike?password=from-the-environment"));
    spk_arena_deinit(&arena);
    spk_project_destroy(project);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_under_a_secret_name_is_refused_without_showing_it),
        cmocka_unit_test(the_refusal_tells_what_to_write),
        cmocka_unit_test(a_malformed_reference_is_refused),
        cmocka_unit_test(references_are_resolved_and_registered),
        cmocka_unit_test(what_is_missing_is_named_with_its_place),
        cmocka_unit_test(a_literal_in_a_field_that_the_spec_marks_is_refused),
        cmocka_unit_test(a_url_may_hold_a_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
