/* Asynchronous jobs, where the CDK cannot be asked. tests/oracle/scenarios/async_jobs.py has the
 * rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "engine_run.h"
#include "source/async/budget.h"

#define ASK(method, path)                                                                          \
    "{type: HttpRequester, url_base: 'http://api.test', http_method: " method ", path: '" path "'" \
    "}"
#define STATUS                                                                                     \
    "status_mapping: {running: [run], completed: [done], failed: [bad], timeout: [late]}, "        \
    "status_extractor: {type: DpathExtractor, field_path: [status]}, "                             \
    "record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}, "
/* A retriever of jobs that are created, polled and downloaded at these paths. */
#define JOBS(create, poll, download, more)                                                         \
    "{type: AsyncRetriever, " STATUS more                                                          \
    "creation_requester: " ASK("POST", create) ", polling_requester: " ASK(                        \
        "GET", poll) ", download_requester: " ASK("GET", download) "}"
#define STREAM_OF(name, retriever)                                                                 \
    "{type: DeclarativeStream, name: " name ", schema_loader: {type: InlineSchemaLoader, schema: " \
    "{}}, retriever: " retriever "}"
#define ID   "{{ creation_response.id }}"
#define TOP  "{{ stream_partition.top }}"
#define TOPS STREAM_OF("tops", JOBS("/tops", "/tops/" ID, "/tops/file", ""))

static const struct engine_case cases[] = {
    {
        .name = "a job per record of a parent that is made of jobs, one at a time",
        .streams = "- " STREAM_OF(
            "items", JOBS("/items/" TOP, "/items/" TOP "/" ID, "/items/" TOP "/file",
                          "partition_router: " ROUTER(CONFIG("id", "top", TOPS, "")) ", ")) "\n",
        .read = "items",
        .answers = {OK("/tops", "{\"id\": 7}"), OK("/tops/7", "{\"status\": \"done\"}"),
                    OK("/tops/file", "[{\"id\": 1}, {\"id\": 2}]"), OK("/items/1", "{\"id\": 8}"),
                    OK("/items/1/8", "{\"status\": \"done\"}"), OK("/items/1/file", "[{\"v\": 1}]"),
                    OK("/items/2", "{\"id\": 9}"), OK("/items/2/9", "{\"status\": \"done\"}"),
                    OK("/items/2/file", "[{\"v\": 2}]")},
        .records = "items {\"v\":1}\nitems {\"v\":2}\n",
    },
    {
        .name = "an answer without JSON has headers and a request",
        .streams =
            "- " STREAM_OF("items", JOBS("/make", "/ask/{{ creation_response.request.method }}",
                                         "/file", "")) "\n",
        .read = "items",
        .answers = {OK("/make", "made"), OK("/ask/POST", "{\"status\": \"done\"}"),
                    OK("/file", "[{\"v\": 1}]")},
        .records = "items {\"v\":1}\n",
    },
};

static void jobs_of_parents_and_children(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        engine_case_run(&cases[i]);
}

static const struct {
    const char *written; /* max_concurrent_async_job_count */
    int slots;
} limits[] = {
    {"3", 3},
    {"\"{{ config.jobs }}\"", 4},
    {"\"{{ config['jobs'] + 1 }}\"", 5},
    {"\"{{ config.missing }}\"", 1},
    {"\"{{ nothing(\"", 1},
    {"0", 1},
    {"-2", 1},
    {"many", 1},
    {"null", 1},
};

static void the_config_says_how_many_jobs_run(void **unused)
{
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        struct fixture f;
        struct spk_job_budget *budget = NULL;
        int taken = 0;
        fixture_init(&f, "{\"jobs\": 4}", NULL);
        char text[64];
        snprintf(text, sizeof(text), "max_concurrent_async_job_count: %s", limits[i].written);
        spk_dict_set(f.manifest->raw, SPK_V("max_concurrent_async_job_count"),
                     spk_get(fixture_yaml(&f, text), "max_concurrent_async_job_count"));
        assert_int_equal(spk_job_budget_of(f.source, &budget, NULL), SPK_OK);
        while (taken < 9 && spk_job_budget_take(budget))
            taken++;
        assert_int_equal(taken, limits[i].slots);
        assert_false(spk_job_budget_has_room(budget));
        spk_job_budget_give_back(budget);
        assert_true(spk_job_budget_take(budget));
        fixture_deinit(&f);
    }
}

static const struct {
    const char *node, *says;
} faulty[] = {
    {"{type: AsyncJobStatusMap, running: [a], completed: [b], failed: [a], timeout: []}",
     "the status a has two meanings"},
    {"{type: AsyncJobStatusMap, running: [a], completed: [b], failed: []}", "'timeout'"},
    {"{type: AsyncJobStatusMap, running: a, completed: [b], failed: [], timeout: []}", "a list"},
    {"{type: AsyncJobStatusMap, running: [1], completed: [b], failed: [], timeout: []}", "a text"},
};

static void a_faulty_status_map_is_refused(void **unused)
{
    for (size_t i = 0; i < sizeof(faulty) / sizeof(*faulty); i++) {
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        assert_null(fixture_try(&f, fixture_yaml(&f, faulty[i].node), SPK_KIND_OTHER));
        if (spk_view_find(spk_view_of(f.err.text), spk_view_of(faulty[i].says), 0) < 0)
            fail_msg("%s: %s", faulty[i].node, f.err.text);
        fixture_deinit(&f);
    }
}

#define K "{{ stream_partition.k }}"
#define ROUTED                                                                                     \
    ", partition_router: {type: ListPartitionRouter, cursor_field: k, values: ['1', '2']}, "
#define CHECKED                                                                                    \
    "version: 6.0.0\ntype: DeclarativeSource\n"                                                    \
    "max_concurrent_async_job_count: 2\n"                                                          \
    "check: {type: CheckStream, stream_names: [items]}\n"                                          \
    "spec: {type: Spec, connection_specification: {type: object}}\n"                               \
    "streams: [" STREAM_OF("items",                                                                \
                           JOBS("/items/" K, "/items/" K "/" ID, "/items/" K "/file",              \
                                "abort_requester: " ASK("POST", "/abort/" ID) ROUTED)) "]\n"
#define ANSWER(path, text)                                                                         \
    {.url = SPK_VIEW("http://api.test" path), .status = 200, .answer = SPK_VIEW(text)}

static const struct spk_http_exchange exchanges[] = {
    ANSWER("/items/1", "{\"id\": 1}"),
    ANSWER("/items/2", "{\"id\": 2}"),
    ANSWER("/items/1/1", "{\"status\": \"done\"}"),
    ANSWER("/items/2/2", "{\"status\": \"run\"}"),
    ANSWER("/items/1/file", "[{\"v\": 1}]"),
    ANSWER("/abort/2", "{}"),
};

static void jobs_nobody_waits_for_are_aborted(void **unused)
{
    struct spk_arena arena = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_source *source = NULL;
    struct spk_view message = {0};
    bool ok = false;
    size_t n = sizeof(exchanges) / sizeof(*exchanges);
    struct spk_http *http = spk_http_memory_create(exchanges, n, SPK_HTTP_MATCHING);
    assert_int_equal(spk_manifest_load(SPK_V(CHECKED), "test.yaml", &manifest, NULL), SPK_OK);
    struct spk_source_options options = {.config = spk_dict_new(&arena), .http = http};
    assert_int_equal(spk_source_create(manifest, &options, &source, NULL), SPK_OK);
    assert_int_equal(spk_source_check(source, &arena, &ok, &message, NULL), SPK_OK);
    assert_true(ok);
    assert_int_equal(spk_http_memory_seen_len(http), n);
    assert_int_equal(spk_http_memory_unused(http), 0);
    spk_source_destroy(source);
    spk_manifest_destroy(manifest);
    spk_http_destroy(http);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_of_parents_and_children),
        cmocka_unit_test(the_config_says_how_many_jobs_run),
        cmocka_unit_test(a_faulty_status_map_is_refused),
        cmocka_unit_test(jobs_nobody_waits_for_are_aborted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
