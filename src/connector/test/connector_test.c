/* What an author is told: findings with their places, the graph, cases with their differences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connector/cases/cases_internal.h"
#include "connector/connector.h"

#define HEAD                                                                                       \
    "version: 7.0.0\n"                                                                             \
    "type: DeclarativeSource\n"                                                                    \
    "check: {type: CheckStream, stream_names: [a]}\n"
#define EXTRACTOR                                                                                  \
    "{type: CustomRecordExtractor, class_name: x.JsonRecordExtractor, record_path: [a]}"
#define RETRIEVER(requester)                                                                       \
    "{type: SimpleRetriever, requester: {type: HttpRequester, url: 'http://a.test'" requester      \
    "}, record_selector: {type: RecordSelector, extractor: " EXTRACTOR "}}"
#define STREAM(more)                                                                               \
    "- {type: DeclarativeStream, name: a, " more                                                   \
    "schema_loader: {type: InlineSchemaLoader, schema: {type: object}}, retriever: "
#define SPEC(properties)                                                                           \
    "spec: {type: Spec, connection_specification: {type: object, properties: {" properties "}}}\n"

static void lint_text(const char *text, struct spk_buf *out)
{
    struct spk_arena arena = {0};
    struct spk_findings findings = {.arena = &arena};
    struct spk_manifest *manifest = NULL;
    struct spk_error err = {0};
    if (spk_manifest_load(spk_view_of(text), "m.yaml", &manifest, &err))
        fail_msg("%s", err.text);
    assert_int_equal(spk_connector_lint(manifest, &findings, &err), SPK_OK);
    for (size_t i = 0; i < findings.len; i++)
        spk_buf_printf(out, "%u:%u: %.*s\n", spk_mark_line(findings.items[i].mark),
                       spk_mark_column(findings.items[i].mark), SPK_FMT(findings.items[i].text));
    spk_findings_deinit(&findings);
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
}

static void what_is_doubtful_is_told_with_its_place(void **state)
{
    static const struct {
        const char *name, *text, *expected;
    } rows[] = {
        {"a sound manifest", HEAD "streams:\n" STREAM("") RETRIEVER("") "}\n" SPEC(""), ""},
        {"an unknown field has a suggestion",
         HEAD "streams:\n" STREAM("primry_key: id, ") RETRIEVER("") "}\n" SPEC(""),
         "5:38: DeclarativeStream has no field 'primry_key'; did you mean 'primary_key'?\n"},
        {"an unknown field of the manifest",
         HEAD "stream: []\nstreams:\n" STREAM("") RETRIEVER("") "}\n" SPEC(""),
         "4:1: a manifest has no field 'stream'; did you mean 'streams'?\n"},
        {"a type that is misspelt",
         HEAD "streams:\n" STREAM("")
             RETRIEVER(", authenticator: {type: BearerAuthenticater}") "}\n" SPEC(""),
         "5:217: no component is called 'BearerAuthenticater'; did you mean "
         "'BearerAuthenticator'?\n"},
        {"a class that is not native",
         HEAD "streams:\n" STREAM("") RETRIEVER(
             ", authenticator: {type: CustomAuthenticator, class_name: x.Mine}") "}\n" SPEC(""),
         "5:250: the class 'x.Mine' is not native: it runs with --engine cdk\n"},
        {"a deprecated form", HEAD "streams:\n" STREAM("") RETRIEVER(", path: x") "}\n" SPEC(""),
         "5:195: path of HttpRequester is deprecated; use url\n"},
        {"a definition that nothing refers to, but for those inside others",
         HEAD
         "streams:\n- $ref: '#/definitions/s'\ndefinitions:\n  old: {type: NoPagination}\n"
         "  loader: {type: InlineSchemaLoader, schema: {}}\n  s: {type: DeclarativeStream, name: "
         "a, schema_loader: {$ref: '#/definitions/loader'}, retriever: " RETRIEVER("") "}\n" SPEC(
             ""),
         "7:3: no reference leads to the definition 'old'\n"},
        {"a parameter that nothing uses",
         HEAD "streams:\n" STREAM("$parameters: {primary_key: id, lost: 1}, ")
             RETRIEVER("") "}\n" SPEC(""),
         "5:69: nothing uses the parameter 'lost'\n"},
        {"a template that cannot be compiled",
         HEAD "streams:\n" STREAM("")
             RETRIEVER(", request_headers: {a: \"{{ config[ }}\"}") "}\n" SPEC(""),
         "5:216: template, 1:12: unexpected '}', expected ']'\n"},
        {"secrets that would show",
         HEAD "streams:\n" STREAM("") RETRIEVER(
             ", authenticator: {type: BasicHttpAuthenticator, username: u, password: \"{{ "
             "config['pin'] }}\"}") "}\n" SPEC("api_key: {type: string}, pin: {type: string}, "
                                               "ok_token: {type: string, airbyte_secret: true}"),
         "6:74: 'api_key' looks like a secret; give it airbyte_secret: true\n"
         "6:104: 'pin' is used as a secret; give it airbyte_secret: true\n"},
        {"a secret in the manifest",
         HEAD "streams:\n" STREAM("") RETRIEVER(
             ", authenticator: {type: BearerAuthenticator, api_token: abc}") "}\n" SPEC(""),
         "5:249: a secret does not belong into the manifest: take it from the config\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_buf told = {0};
        lint_text(rows[i].text, &told);
        if (strcmp(spk_buf_cstr(&told), rows[i].expected) != 0)
            print_error("%s: got\n%snot\n%s", rows[i].name, spk_buf_cstr(&told), rows[i].expected);
        assert_string_equal(spk_buf_cstr(&told), rows[i].expected);
        spk_buf_deinit(&told);
    }
}

static void a_stream_whose_emptiness_proves_nothing_is_told(void **state)
{
    struct spk_buf told = {0};
    lint_text(HEAD
              "streams:\n- {type: DeclarativeStream, name: a, schema_loader: {type: "
              "InlineSchemaLoader, schema: {}}, retriever: {type: SimpleRetriever, requester: "
              "{type: HttpRequester, url: 'http://a.test'}, record_selector: {type: "
              "RecordSelector, extractor: {type: DpathExtractor, field_path: []}}}}\n" SPEC(""),
              &told);
    assert_non_null(strstr(spk_buf_cstr(&told), "5:3: stream a: an empty answer is not proven"));
    spk_buf_deinit(&told);
}

static void the_graph_names_parents(void **state)
{
    static const char text[] = HEAD
        "streams:\n- $ref: '#/definitions/parent'\n- {type: DeclarativeStream, name: b, "
        "schema_loader: {type: InlineSchemaLoader, schema: {}}, retriever: {type: SimpleRetriever, "
        "requester: {type: HttpRequester, url: 'http://a.test'}, record_selector: {type: "
        "RecordSelector, extractor: {type: DpathExtractor, field_path: []}}, partition_router: "
        "[{type: SubstreamPartitionRouter, parent_stream_configs: [{type: ParentStreamConfig, "
        "parent_key: id, partition_field: a_id, stream: {$ref: '#/definitions/parent'}}]}]}}\n"
        "definitions:\n  parent: {type: DeclarativeStream, name: a, retriever: " RETRIEVER(
            "") "}\n";
    struct spk_arena arena = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_value streams;
    struct spk_buf out = {0};
    assert_int_equal(spk_manifest_load(spk_view_of(text), "m.yaml", &manifest, NULL), SPK_OK);
    assert_int_equal(spk_connector_graph(manifest, &arena, &streams, NULL), SPK_OK);
    spk_connector_graph_write(&out, streams, SPK_GRAPH_TEXT);
    spk_connector_graph_write(&out, streams, SPK_GRAPH_DOT);
    assert_string_equal(spk_buf_cstr(&out), "a\nb\n  <- a by id as a_id\n"
                                            "digraph streams {\n  rankdir=LR;\n  \"a\";\n  \"b\";\n"
                                            "  \"a\" -> \"b\" [label=\"a_id\"];\n}\n");
    spk_buf_deinit(&out);
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
}

static void every_component_has_its_table_and_help(void **state)
{
    struct spk_arena arena = {0};
    struct spk_buf out = {0};
    struct spk_value all = spk_connector_components(&arena);
    assert_true(spk_list_len(all) > 50);
    for (size_t i = 0; i < spk_list_len(all); i++)
        assert_true(spk_get(spk_list_at(all, i), "help").text.len > 0);
    spk_connector_components_write(&out, all);
    assert_non_null(strstr(spk_buf_cstr(&out), "\nDefaultPaginator (paginator): "));
    spk_buf_deinit(&out);
    spk_arena_deinit(&arena);
}

static void differences_name_what_is_missing_and_what_is_new(void **state)
{
    static const struct {
        const char *expected, *got, *told;
    } rows[] = {
        {"{\"a\":[1,2]}", "{\"a\":[1,2]}", ""},
        {"{\"a\":[1,2]}", "{\"a\":[2,3]}", "- a: 1\n+ a: 3\n"},
        {"{\"a\":[1]}", "{\"a\":[1,1]}", "- a: 1\n+ a: 2\n"},
        {"{\"a\":{\"b\":1}}", "{\"a\":{\"c\":1}}",
         "- a.b: 1\n+ a.b: nothing\n- a.c: nothing\n+ a.c: 1\n"},
    };
    struct spk_arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_value expected, got;
        struct spk_buf told = {0};
        spk_json_parse(&arena, spk_view_of(rows[i].expected), NULL, &expected, NULL);
        spk_json_parse(&arena, spk_view_of(rows[i].got), NULL, &got, NULL);
        spk_case_difference(&told, expected, got);
        assert_string_equal(spk_buf_cstr(&told), rows[i].told);
        spk_buf_deinit(&told);
    }
    spk_arena_deinit(&arena);
}

static void run_file(const char *manifest, const char *file, const char *difference)
{
    struct spk_arena arena = {0};
    struct spk_case_result result = {0};
    struct spk_error err = {0};
    if (spk_connector_case_run(manifest, file, &arena, &result, &err))
        fail_msg("%s", err.text);
    if (!spk_view_is(result.difference, difference))
        fail_msg("%s:\n%.*s", file, SPK_FMT(result.difference));
    spk_arena_deinit(&arena);
}

static void the_cases_of_our_connectors_pass_and_their_manifests_lint_clean(void **state)
{
    static const char *const cases[] = {"cellxpert/read_one_day", "cellxpert/no_data",
                                        "cellxpert/check_refused", "mexos/read_one_day",
                                        "mexos/no_data"};
    struct spk_arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct spk_view name = spk_view_of(cases[i]), folder = spk_view_cut(&name, '/');
        struct spk_view manifest = spk_arena_printf(
            &arena, SPK_SOURCE_DIR "/connectors/%.*s/manifest.yaml", SPK_FMT(folder));
        struct spk_view file =
            spk_arena_printf(&arena, SPK_SOURCE_DIR "/connectors/%.*s/cases/%.*s.json",
                             SPK_FMT(folder), SPK_FMT(name));
        struct spk_findings findings = {.arena = &arena};
        struct spk_manifest *loaded = NULL;
        assert_int_equal(spk_manifest_read(manifest.at, &loaded, NULL), SPK_OK);
        assert_int_equal(spk_connector_lint(loaded, &findings, NULL), SPK_OK);
        assert_int_equal(findings.len, 0);
        spk_findings_deinit(&findings);
        spk_manifest_destroy(loaded);
        run_file(manifest.at, file.at, "");
    }
    spk_arena_deinit(&arena);
}

static void a_new_connector_lints_clean_and_passes_its_case(void **state)
{
    char folder[] = "/var/tmp/spike-connector-XXXXXX";
    struct spk_arena arena = {0};
    struct spk_findings findings = {.arena = &arena};
    struct spk_manifest *manifest = NULL;
    struct spk_error err = {0};
    assert_non_null(mkdtemp(folder));
    struct spk_view mine = spk_arena_printf(&arena, "%s/mine", folder);
    assert_int_equal(spk_connector_new(mine, &err), SPK_OK);
    assert_int_equal(spk_connector_new(mine, &err), SPK_ECONFIG);
    const char *files[] = {"manifest.yaml", "README.md", "cases/read_items.json"};
    struct spk_view paths[3];
    for (size_t i = 0; i < 3; i++)
        paths[i] = spk_arena_printf(&arena, "%.*s/%s", SPK_FMT(mine), files[i]);
    assert_int_equal(spk_manifest_read(paths[0].at, &manifest, &err), SPK_OK);
    assert_int_equal(spk_connector_lint(manifest, &findings, &err), SPK_OK);
    assert_int_equal(findings.len, 0);
    run_file(paths[0].at, paths[2].at, "");
    for (size_t i = 0; i < 3; i++)
        unlink(paths[i].at);
    rmdir(spk_arena_printf(&arena, "%.*s/cases", SPK_FMT(mine)).at);
    rmdir(mine.at);
    rmdir(folder);
    spk_findings_deinit(&findings);
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_doubtful_is_told_with_its_place),
        cmocka_unit_test(a_stream_whose_emptiness_proves_nothing_is_told),
        cmocka_unit_test(the_graph_names_parents),
        cmocka_unit_test(every_component_has_its_table_and_help),
        cmocka_unit_test(differences_name_what_is_missing_and_what_is_new),
        cmocka_unit_test(the_cases_of_our_connectors_pass_and_their_manifests_lint_clean),
        cmocka_unit_test(a_new_connector_lints_clean_and_passes_its_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
