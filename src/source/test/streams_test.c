#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine_run.h"
#include "http/http.h"

/* Which streams there are: what is compared with the CDK is in tests/oracle/scenarios. */

#define GROUP(name, streams)                                                                       \
    "  " name ": {streams: [" streams "], action: {type: BlockSimultaneousSyncsAction}}\n"
#define DYNAMIC(name, value)                                                                       \
    "dynamic_streams:\n"                                                                           \
    "- type: DynamicDeclarativeStream\n"                                                           \
    "  stream_template: " PARENT(                                                                  \
        "x", "/made", "",                                                                          \
        "") "\n"                                                                                   \
            "  components_resolver:\n"                                                             \
            "    type: ParametrizedComponentsResolver\n"                                           \
            "    stream_parameters: {type: StreamParametersDefinition,\n"                          \
            "      list_of_parameters_for_stream: [{n: '" name "'}]}\n"                            \
            "    components_mapping: [{type: ComponentMappingDefinition, field_path: [name],\n"    \
            "      value: \"" value "\"}]\n"

static const struct engine_case cases[] = {
    {.name = "streams of one group are read one after the other",
     .streams = STREAM("a", "/a") STREAM("b", "/b") STREAM("c", "/c") "stream_groups:\n" GROUP(
         "g", "'#/streams/0', '#/streams/1', '#/streams/2'"),
     .read = "b c a",
     .answers = {OK("/a", "[]"), OK("/b", "[{\"id\":1}]"), OK("/c", "[]")},
     .statuses =
         "b STARTED\nb RUNNING\nb COMPLETE\nc STARTED\nc COMPLETE\na STARTED\na COMPLETE\n"},
    {.name = "what the source lacks is told",
     .streams = STREAM("a", "/a"),
     .read = "nothing nobody",
     .requests = "",
     .statuses = "nothing INCOMPLETE\nnobody INCOMPLETE\n"},
    {.name = "a mapping's value that is no YAML stays text",
     .streams = STREAM("a", "/a") DYNAMIC("@x", "{{ components_values.n }}"),
     .read = "@x",
     .answers = {OK("/made", "[{\"id\":1}]")},
     .records = "@x {\"id\":1}\n"},
    {.name = "a class that nobody knows leaves the other streams alone",
     .streams = STREAM("a", "/a") "- {type: DeclarativeStream, name: b, retriever: {type: "
                                  "CustomRetriever, class_name: x.Mine}}\n",
     .read = "a",
     .answers = {OK("/a", "[{\"id\":1}]")},
     .records = "a {\"id\":1}\n"},
    {.name = "a class that nobody knows is told with its stream",
     .streams = STREAM("a", "/a") "- {type: DeclarativeStream, name: b, retriever: {type: "
                                  "CustomRetriever, class_name: x.Mine}}\n",
     .read = "a b",
     .requests = "",
     .failure = "stream b: test.yaml:"},
    {.name = "a group of a child and its parent is told before anything is read",
     .streams = "- " PARENT(
         "a", "/a",
         "partition_router: " ROUTER(CONFIG("id", "k", PARENT("b", "/b", "", ""), "")) ", ",
         "incremental_sync: " DAYS(
             "") ", ") "\n" STREAM("b",
                                   "/b") "stream_groups:\n" GROUP("g",
                                                                  "'#/streams/0', '#/streams/1'"),
     .read = "b",
     .requests = "",
     .failure = "both in group 'g'"},
    {.name = "streams of a delegating one have its name",
     .streams = "- {type: StateDelegatingStream, name: a, full_refresh_stream: " PARENT(
         "a", "/a", "", "") ", incremental_stream: " PARENT("b", "/b", "", "") "}\n",
     .read = "a",
     .requests = "",
     .failure = "both streams of a StateDelegatingStream have its name: 'b' is not 'a'"},
};

static void streams_are_found_and_kept_apart(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        engine_case_run(&cases[i]);
}

static const char overriding[] =
    "version: 6.0.0\ntype: DeclarativeSource\n"
    "check: {type: CheckStream, stream_names: [a], config_overrides: {path: /checked}}\n"
    "spec: {type: Spec, connection_specification: {type: object}}\n"
    "streams:\n" STREAM("a", "{{ config.path }}");

static void a_check_leaves_the_config_as_it_was(void **state)
{
    struct spk_http_exchange answers[] = {
        {.url = SPK_VIEW("http://api.test/checked"), .status = 200, .answer = SPK_VIEW("[]")},
    };
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_source *source = NULL;
    struct spk_view message = {0};
    bool ok = false;
    struct spk_http *http = spk_http_memory_create(answers, 1, SPK_HTTP_IN_ORDER);
    struct spk_value config = spk_dict_new(&arena);
    spk_set(config, "path", spk_str("/own"));
    struct spk_source_options options = {.config = config, .http = http};
    assert_int_equal(spk_manifest_load(spk_view_of(overriding), "test.yaml", &manifest, &err), 0);
    assert_int_equal(spk_source_create(manifest, &options, &source, &err), 0);
    assert_int_equal(spk_source_check(source, &arena, &ok, &message, &err), 0);
    assert_true(ok);
    assert_string_equal(spk_get(config, "path").text.at, "/own");
    assert_string_equal(spk_http_memory_seen(http, 0)->url.at, "http://api.test/checked");
    spk_source_destroy(source);
    spk_manifest_destroy(manifest);
    spk_http_destroy(http);
    spk_arena_deinit(&arena);
}

static const char dynamic[] =
    "version: 6.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [a]}\n"
    "streams:\n" STREAM("a", "/a") DYNAMIC("x", "x");

static void names_of_dynamic_streams_need_a_config(void **state)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_value names;
    assert_int_equal(spk_manifest_load(spk_view_of(dynamic), "test.yaml", &manifest, &err), 0);
    assert_int_equal(spk_manifest_stream_names(manifest, &arena, &names, &err), SPK_ECONFIG);
    assert_string_equal(err.hint, "name the streams to read");
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_found_and_kept_apart),
        cmocka_unit_test(a_check_leaves_the_config_as_it_was),
        cmocka_unit_test(names_of_dynamic_streams_need_a_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
