/* From a manifest's text to resolved sections: references, default types, parameters, the spec. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct resolved_case {
    const char *name; /* a sentence */
    const char *manifest;
    const char *section; /* NULL: streams */
    const char *json;    /* what the section becomes; NULL: it fails */
    const char *error;
};

#define DECLARATIVE "type: DeclarativeSource\n"

static const struct resolved_case references[] = {
    {"a reference is replaced by what it names", "a: {x: 1}\nout: [{$ref: '#/a'}]", "out",
     "[{\"x\":1}]", NULL},
    {"siblings lie over the reference, new ones follow",
     "a: {x: 1, y: 2}\nout: [{z: 3, $ref: '#/a', x: 9}]", "out", "[{\"x\":9,\"y\":2,\"z\":3}]",
     NULL},
    {"siblings do not reach into nested mappings",
     "a: {m: {x: 1, y: 2}}\nout: [{$ref: '#/a', m: {x: 9}}]", "out", "[{\"m\":{\"x\":9}}]", NULL},
    {"text alone may be a reference", "a: {b: [1, 2]}\nout: ['#/a/b']", "out", "[[1,2]]", NULL},
    {"a reference may lead to a scalar", "a: 7\nout: [{x: {$ref: '#/a'}}]", "out", "[{\"x\":7}]",
     NULL},
    {"references inside what is named are followed",
     "a: {$ref: '#/b'}\nb: {c: '#/d'}\nd: end\nout: [{$ref: '#/a'}]", "out", "[{\"c\":\"end\"}]",
     NULL},
    {"a number is an item of a list", "a: [x, y]\nout: ['#/a/1', '#/a/-1']", "out", "[\"y\",\"y\"]",
     NULL},
    {"a key may hold slashes", "a: {b/c: 1, b: {c: 2}}\nout: ['#/a/b/c']", "out", "[1]", NULL},
    {"the longest key counts first", "a: {x: {b/c: 3}}\nout: ['#/a/x/b/c']", "out", "[3]", NULL},
    {"text that only looks alike stays", "out: ['# /a', 'x#/a', '#a']", "out",
     "[\"# /a\",\"x#/a\",\"#a\"]", NULL},
    {"a reference to nothing names its place", "a: 1\nout:\n- {$ref: '#/b'}", "out", NULL,
     "test.yaml:4:10: $ref #/b names nothing in this manifest"},
    {"a path that leads through a scalar names nothing", "a: 1\nout: ['#/a/b']", "out", NULL,
     "test.yaml:3:7: $ref #/a/b names nothing in this manifest"},
    {"a reference to itself ends", "a: {b: '#/a'}\nout: ['#/a']", "out", NULL,
     "test.yaml:2:8: $ref #/a leads back to itself"},
    {"a circle of two ends", "a: ['#/b']\nb: ['#/a']\nout: ['#/a']", "out", NULL,
     "test.yaml:3:5: $ref #/a leads back to itself"},
    {"the whole document cannot be its own part", "out: ['#/out']", "out", NULL,
     "test.yaml:2:7: $ref #/out leads back to itself"},
    {"a section that is not there is nothing", "a: 1", "out", "", NULL},
};

static const struct resolved_case parameters[] = {
    {"parameters become fields of what they stand on", "check: {type: A, $parameters: {name: n}}",
     "check", "{\"type\":\"A\",\"name\":\"n\",\"$parameters\":{\"name\":\"n\"}}", NULL},
    {"a field that is written stays", "check: {type: A, name: own, $parameters: {name: n}}",
     "check", "{\"type\":\"A\",\"name\":\"own\",\"$parameters\":{\"name\":\"n\"}}", NULL},
    {"components inside get them too",
     "check: {type: A, b: {type: B}, c: [{type: C}], $parameters: {p: 1}}", "check",
     "{\"type\":\"A\",\"b\":{\"type\":\"B\",\"p\":1,\"$parameters\":{\"p\":1}},"
     "\"c\":[{\"type\":\"C\",\"p\":1,\"$parameters\":{\"p\":1}}],"
     "\"p\":1,\"$parameters\":{\"p\":1}}",
     NULL},
    {"inner parameters count before outer ones",
     "check: {type: A, b: {type: B, $parameters: {p: 2}}, $parameters: {p: 1}}", "check",
     "{\"type\":\"A\",\"b\":{\"type\":\"B\",\"p\":2,\"$parameters\":{\"p\":2}},"
     "\"p\":1,\"$parameters\":{\"p\":1}}",
     NULL},
    {"a parameter does not go into the field of its name",
     "check: {type: A, b: {type: B}, $parameters: {b: 1, p: 2}}", "check",
     "{\"type\":\"A\",\"b\":{\"type\":\"B\",\"p\":2,\"$parameters\":{\"p\":2}},"
     "\"p\":2,\"$parameters\":{\"b\":1,\"p\":2}}",
     NULL},
    {"an empty one is gone for the fields after the one of its name",
     "check: {type: A, a: {type: B}, b: {type: B}, c: {type: B}, $parameters: {b: ''}}", "check",
     "{\"type\":\"A\",\"a\":{\"type\":\"B\",\"b\":\"\",\"$parameters\":{\"b\":\"\"}},"
     "\"b\":{\"type\":\"B\"},\"c\":{\"type\":\"B\"}}",
     NULL},
    {"a plain mapping gets none", "check: {type: A, m: {x: 1}, $parameters: {p: 1}}", "check",
     "{\"type\":\"A\",\"m\":{\"x\":1},\"p\":1,\"$parameters\":{\"p\":1}}", NULL},
    {"a JSON schema is left alone",
     "check: {type: A, schema: {type: object, properties: {p: {type: string}}}, "
     "$parameters: {p: 1}}",
     "check",
     "{\"type\":\"A\",\"schema\":{\"type\":\"object\",\"properties\":{\"p\":{\"type\":\"string\"}}}"
     ","
     "\"p\":1,\"$parameters\":{\"p\":1}}",
     NULL},
    {"types that are not written follow from the field",
     "streams: [{type: DeclarativeStream, retriever: {type: SimpleRetriever, record_selector: "
     "{extractor: {field_path: []}}}}]",
     NULL,
     "[{\"type\":\"DeclarativeStream\",\"retriever\":{\"type\":\"SimpleRetriever\","
     "\"record_selector\":{\"extractor\":{\"field_path\":[],\"type\":\"DpathExtractor\"},"
     "\"type\":\"RecordSelector\"}}}]",
     NULL},
    {"a class name makes the custom type of the field",
     "streams: [{type: DeclarativeStream, retriever: {type: SimpleRetriever, record_selector: "
     "{type: RecordSelector, extractor: {class_name: a.B}}}}]",
     NULL,
     "[{\"type\":\"DeclarativeStream\",\"retriever\":{\"type\":\"SimpleRetriever\","
     "\"record_selector\":{\"type\":\"RecordSelector\",\"extractor\":{\"class_name\":\"a.B\","
     "\"type\":\"CustomRecordExtractor\"}}}}]",
     NULL},
    {"the manifest's own parameters reach everything", "$parameters: {p: 1}\ncheck: {type: A}",
     "check", "{\"type\":\"A\",\"p\":1,\"$parameters\":{\"p\":1}}", NULL},
};

static void resolve(const struct resolved_case *test)
{
    struct spk_buf text = {0}, got = {0};
    struct spk_error err = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_value section = {0};
    spk_buf_printf(&text, DECLARATIVE "%s\n", test->manifest);
    spk_rc rc = spk_manifest_load(spk_buf_view(&text), "test.yaml", &manifest, &err);
    if (!rc)
        rc = spk_manifest_section(manifest, test->section ? test->section : "streams", &section,
                                  &err);
    if (!rc && spk_is_defined(section))
        spk_json_write(&got, section, 0);
    const char *is = rc ? err.text : spk_buf_cstr(&got);
    const char *wanted = test->error ? test->error : test->json;
    if ((rc != 0) != (test->error != NULL) || strcmp(is, wanted) != 0)
        fail_msg("%s:\n  %s\nnot\n  %s", test->name, is, wanted);
    if (rc)
        assert_int_equal(rc, SPK_ECONFIG);
    spk_buf_deinit(&text);
    spk_buf_deinit(&got);
    spk_manifest_destroy(manifest);
}

static void references_are_resolved_as_the_cdk_does(void **state)
{
    for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++)
        resolve(&references[i]);
}

static void types_and_parameters_are_handed_down(void **state)
{
    for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++)
        resolve(&parameters[i]);
}

static void a_text_that_is_no_manifest_is_refused(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "test.yaml: a manifest is a mapping, this is a NoneType"},
        {"- a", "test.yaml:1:1: a manifest is a mapping, this is a list"},
        {"type: Source", "test.yaml:1:7: type: a manifest is a DeclarativeSource"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct spk_manifest *manifest = NULL;
        struct spk_error err = {0};
        spk_rc rc = spk_manifest_load(spk_view_of(cases[i].text), "test.yaml", &manifest, &err);
        assert_int_equal(rc, SPK_ECONFIG);
        assert_null(manifest);
        assert_string_equal(err.text, cases[i].error);
        assert_true(err.hint[0] || i == 2);
    }
}

static void many_references_to_the_same_cost_nothing(void **state)
{
    struct spk_buf text = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_value section;
    struct spk_error err = {0};
    spk_buf_append_str(&text, DECLARATIVE "l0: [x, x]\n");
    for (int i = 1; i < 40; i++)
        spk_buf_printf(&text, "l%d: ['#/l%d', '#/l%d']\n", i, i - 1, i - 1);
    spk_buf_append_str(&text, "check: {type: A, all: '#/l39'}\n");
    assert_int_equal(spk_manifest_load(spk_buf_view(&text), "test.yaml", &manifest, &err), SPK_OK);
    assert_int_equal(spk_manifest_section(manifest, "check", &section, &err), SPK_OK);
    spk_manifest_destroy(manifest);
    spk_buf_deinit(&text);
}

static void the_spec_is_told_as_the_protocol_writes_it(void **state)
{
    static const struct resolved_case cases[] = {
        {"only what is given",
         "spec: {type: Spec, connection_specification: {type: object, $parameters: {a: 1}}}", NULL,
         "{\"connectionSpecification\":{\"type\":\"object\"},\"supportsNormalization\":false,"
         "\"supportsDBT\":false}",
         NULL},
        {"address and advanced authentication",
         "spec: {type: Spec, documentation_url: 'http://d', connection_specification: {}, "
         "advanced_auth: {auth_flow_type: oauth2.0, predicate_key: [a], "
         "oauth_config_specification: {other: 1, oauth_connector_input_specification: "
         "{consent_url: u, access_token_url: t}}}}",
         NULL,
         "{\"connectionSpecification\":{},\"documentationUrl\":\"http://d\","
         "\"supportsNormalization\":false,\"supportsDBT\":false,\"advanced_auth\":"
         "{\"auth_flow_type\":\"oauth2.0\",\"predicate_key\":[\"a\"],"
         "\"oauth_config_specification\":{\"oauth_connector_input_specification\":"
         "{\"consent_url\":\"u\",\"access_token_url\":\"t\",\"scopes_join_strategy\":\"space\"}}}}",
         NULL},
        {"a manifest without one", "streams: []", NULL, NULL,
         "test.yaml:1:1: this manifest has no spec"},
        {"a spec without a schema", "spec: {type: Spec}", NULL, NULL,
         "test.yaml:2:7: spec needs a connection_specification"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct spk_arena arena = {0};
        struct spk_error err = {0};
        struct spk_manifest *manifest = NULL;
        struct spk_value spec;
        struct spk_buf got = {0};
        struct spk_view text = spk_arena_printf(&arena, DECLARATIVE "%s\n", cases[i].manifest);
        assert_int_equal(spk_manifest_load(text, "test.yaml", &manifest, &err), SPK_OK);
        if (spk_manifest_spec(manifest, &arena, &spec, &err) == SPK_OK)
            spk_json_write(&got, spec, 0);
        assert_string_equal(cases[i].json ? spk_buf_cstr(&got) : err.text,
                            cases[i].json ? cases[i].json : cases[i].error);
        spk_buf_deinit(&got);
        spk_manifest_destroy(manifest);
        spk_arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_resolved_as_the_cdk_does),
        cmocka_unit_test(types_and_parameters_are_handed_down),
        cmocka_unit_test(a_text_that_is_no_manifest_is_refused),
        cmocka_unit_test(many_references_to_the_same_cost_nothing),
        cmocka_unit_test(the_spec_is_told_as_the_protocol_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
