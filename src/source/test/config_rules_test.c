/* What the rules of a spec make of a config, where the live scenarios cannot look. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "source/source.h"

#define MANIFEST(rules)                                                                            \
    "version: 6.0.0\ntype: DeclarativeSource\nstreams: []\ncheck: {type: CheckStream}\n"           \
    "spec:\n  type: Spec\n  connection_specification: {}\n"                                        \
    "  config_normalization_rules:\n    type: ConfigNormalizationRules\n" rules

#define FIELD(path) "        - {type: AddedFieldDefinition, path: " path ", value: x}\n"

#define ADD_A                                                                                      \
    "    config_migrations:\n    - type: ConfigMigration\n      transformations:\n"                \
    "      - type: ConfigAddFields\n        fields:\n" FIELD("[in, a]") FIELD("[b]")

static spk_rc configure(const char *manifest_text, const char *file, struct spk_value *config,
                        struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_source *source = NULL;
    struct spk_value catalog;
    struct spk_source_options options = {.config = *config, .config_file = file};
    spk_rc rc = spk_manifest_load(spk_view_of(manifest_text), "test.yaml", &manifest, err);
    if (!rc)
        rc = spk_source_create(manifest, &options, &source, err);
    if (!rc)
        rc = spk_source_discover(source, &arena, &catalog, err);
    spk_source_destroy(source);
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
    return rc;
}

static void a_value_of_the_manifest_is_judged(void **state)
{
    static const struct {
        const char *manifest;
        const char *says; /* NULL: all is well */
    } rows[] = {
        {MANIFEST("    validations:\n    - {type: PredicateValidator, value: 5, "
                  "validation_strategy: {type: ValidateAdheresToSchema, base_schema: {type: "
                  "integer}}}"),
         NULL},
        {MANIFEST("    validations:\n    - {type: PredicateValidator, value: 5, "
                  "validation_strategy: {type: ValidateAdheresToSchema, base_schema: "
                  "'{\"type\": \"array\"}'}}"),
         "config validation 1, PredicateValidator: JSON schema validation error: 5 is not of type "
         "'array'"},
        {MANIFEST("    validations:\n    - {type: PredicateValidator, value: 5, "
                  "validation_strategy: {type: ValidateAdheresToSchema, base_schema: nothing}}"),
         "base_schema is a JSON schema"},
    };
    struct spk_arena arena = {0};
    struct spk_value config = spk_dict_new(&arena);
    spk_set(config, "a", spk_int(1));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_error err = {0};
        spk_rc rc = configure(rows[i].manifest, NULL, &config, &err);
        assert_int_equal(rc, rows[i].says ? SPK_ECONFIG : SPK_OK);
        if (rows[i].says && !strstr(err.text, rows[i].says))
            fail_msg("%s", err.text);
    }
    spk_arena_deinit(&arena);
}

static void the_callers_config_stays(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value config = spk_dict_new(&arena), inner = spk_dict_new(&arena);
    spk_set(config, "in", inner);
    struct spk_error err = {0};
    assert_int_equal(configure(MANIFEST(ADD_A), NULL, &config, &err), SPK_OK);
    assert_int_equal(spk_dict_len(config), 1);
    assert_int_equal(spk_dict_len(inner), 0);
    spk_arena_deinit(&arena);
}

static void a_file_that_cannot_be_written_stops_the_run(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value config = spk_dict_new(&arena);
    struct spk_error err = {0};
    spk_set(config, "in", spk_dict_new(&arena));
    assert_int_equal(configure(MANIFEST(ADD_A), "/nowhere/config.json", &config, &err),
                     SPK_ESYSTEM);
    assert_non_null(strstr(err.text, "cannot be written to /nowhere/config.json"));
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_the_manifest_is_judged),
        cmocka_unit_test(the_callers_config_stays),
        cmocka_unit_test(a_file_that_cannot_be_written_stops_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
