/* State per partition: what is read, what is kept, where the next read starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_run.h"

#define KINDS                                                                                      \
    "    partition_router: {type: ListPartitionRouter, cursor_field: kind, values: [a, b]}\n"
#define ITEMS(cursor)                                                                              \
    STREAM("items", "/{{ stream_partition.kind }}") KINDS "  incremental_sync: " DAYS(cursor) "\n"
#define WINDOW(from) "{\"end_time\":\"2024-01-05\",\"start_time\":\"2024-01-" from "\"}"
#define KIND(name, at)                                                                             \
    "{\"partition\":{\"kind\":\"" name "\"},\"cursor\":{\"at\":\"2024-01-" at "\"}}"
#define TOPS(more) PARENT("tops", "/tops", "", "incremental_sync: " DAYS(more) ", ")
#define DAILY                                                                                      \
    "step: P1D, cursor_granularity: P1D, start_time_option: {type: RequestOption, inject_into: "   \
    "request_parameter, field_name: from}, "
#define SUBSTREAM                                                                                  \
    STREAM("items", "/tops/{{ stream_partition.top }}")                                            \
    "    partition_router: " ROUTER(                                                               \
        CONFIG("id", "top", TOPS(""),                                                              \
               "incremental_dependency: true, ")) "\n  incremental_sync: " DAYS("") "\n"

static const struct answer two_answers[] = {
    OK("/a", "[{\"at\": \"2024-01-02\"}, {\"at\": \"2024-01-04\"}]"), OK("/b", "[]")};

static struct engine_case cases[] = {
    {
        .name = "each partition has a state, and all together have one",
        .streams = ITEMS(""),
        .slices =
            "items {\"kind\":\"a\"} " WINDOW("01") "\nitems {\"kind\":\"b\"} " WINDOW("01") "\n",
        .states = "items {\"use_global_cursor\":false,\"states\":[" KIND("a", "04") "," KIND(
            "b", "01") "],\"state\":{\"at\":\"2024-01-04\"},\"lookback_window\":0}\n",
    },
    {
        .name =
            "a partition resumes from its own state, a new one from the global one less lookback",
        .streams = ITEMS(""),
        .state = "{\"items\":{\"states\":[" KIND("a", "03") "],\"state\":{\"at\":\"2024-01-05\"},"
                                                            "\"lookback_window\":86400}}",
        .slices =
            "items {\"kind\":\"a\"} " WINDOW("03") "\nitems {\"kind\":\"b\"} " WINDOW("04") "\n",
        .states = "items {\"use_global_cursor\":false,\"states\":[" KIND("a", "04") "," KIND(
            "b", "04") "],\"state\":{\"at\":\"2024-01-05\"},\"lookback_window\":0}\n",
    },
    {
        .name = "a state of one value holds for all partitions",
        .streams = ITEMS(""),
        .state = "{\"items\":{\"at\":\"2024-01-02\"}}",
        .slices =
            "items {\"kind\":\"a\"} " WINDOW("02") "\nitems {\"kind\":\"b\"} " WINDOW("02") "\n",
    },
    {
        .name = "partitions that do not come any more keep their state",
        .streams = ITEMS(""),
        .state = "{\"items\":{\"states\":[" KIND("gone", "02") "]}}",
        .states = "items {\"use_global_cursor\":false,\"states\":[" KIND("gone", "02") "," KIND(
            "a", "04") "," KIND("b", "01") "],\"state\":{\"at\":\"2024-01-04\"},"
                                           "\"lookback_window\":0}\n",
    },
    {
        .name = "a global cursor keeps no partitions",
        .streams = ITEMS("global_substream_cursor: true, "),
        .states = "items {\"use_global_cursor\":true,\"state\":{\"at\":\"2024-01-04\"},"
                  "\"lookback_window\":0}\n",
    },
    {
        .name = "records that were read before are left out by each partition's own state",
        .streams = ITEMS("is_client_side_incremental: true, "),
        .state = "{\"items\":{\"states\":[" KIND("a", "03") "]}}",
        .records = "items {\"at\":\"2024-01-04\"}\n",
    },
    {
        .name = "a failed partition holds the global state back",
        .streams = ITEMS(""),
        .answers = {OK("/a", "[{\"at\": \"2024-01-02\"}]"), {"/b", "no", 403}},
        .states = "items {\"use_global_cursor\":false,\"states\":[" KIND("a", "02") "," KIND(
            "b", "01") "],\"lookback_window\":0}\n",
        .failure = "403",
    },
    {
        .name = "a state without a cursor is refused",
        .streams = ITEMS(""),
        .state = "{\"items\":{\"states\":[{\"partition\":{\"kind\":\"a\"}}]}}",
        .failure = "needs a 'partition' and a 'cursor'",
    },
    {
        .name = "the parent's state is part of the child's",
        .streams = SUBSTREAM,
        .answers = {OK("/tops", "[{\"id\": 1, \"at\": \"2024-01-02\"}]"),
                    OK("/tops/1", "[{\"at\": \"2024-01-03\"}]")},
        .states =
            "items {\"use_global_cursor\":false,\"states\":[{\"partition\":{\"parent_slice\":{},"
            "\"top\":1},\"cursor\":{\"at\":\"2024-01-03\"}}],\"state\":{\"at\":\"2024-01-03\"},"
            "\"lookback_window\":0,\"parent_state\":{\"tops\":{\"at\":\"2024-01-02\"}}}\n",
    },
    {
        .name = "the parent's state is not committed while a partition failed",
        .streams = SUBSTREAM,
        .answers = {OK("/tops", "[{\"id\": 1, \"at\": \"2024-01-02\"}]"), {"/tops/1", "no", 403}},
        .states =
            "items {\"use_global_cursor\":false,\"states\":[{\"partition\":{\"parent_slice\":{},"
            "\"top\":1},\"cursor\":{\"at\":\"2024-01-01\"}}],\"lookback_window\":0}\n",
        .failure = "403",
    },
    {
        .name = "what the parent gave before it failed is read",
        .streams =
            STREAM("items", "/tops/{{ stream_partition.top }}") "    partition_router: " ROUTER(
                CONFIG("id", "top", TOPS(DAILY), "")) "\n  incremental_sync: " DAYS("") "\n",
        .answers = {OK("/tops?from=2024-01-01", "[{\"id\": 1, \"at\": \"2024-01-01\"}]"),
                    {"/tops?from=2024-01-02", "no", 403},
                    OK("/tops/1", "[{\"at\": \"2024-01-03\"}]")},
        .records = "items {\"at\":\"2024-01-03\"}\n",
        .states =
            "items {\"use_global_cursor\":false,\"states\":[{\"partition\":{\"parent_slice\":{},"
            "\"top\":1},\"cursor\":{\"at\":\"2024-01-03\"}}],\"lookback_window\":0,"
            "\"parent_state\":{}}\n",
        .failure = "403",
    },
};

static void states_are_those_of_the_cdk(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct engine_case *test = &cases[i];
        test->read = "items";
        for (size_t j = 0; !test->answers[0].url && j < 2; j++)
            test->answers[j] = two_answers[j];
        if (!test->answers[1].url)
            test->answers[1] = two_answers[1];
        engine_case_run(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(states_are_those_of_the_cdk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
