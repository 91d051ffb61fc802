/* Partition routers: parents, lists, products, and the answers that are kept for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_run.h"

#define LIST(name, values)                                                                         \
    "{type: ListPartitionRouter, cursor_field: " name ", values: " values                          \
    ", request_option: {type: RequestOption, inject_into: request_parameter, field_name: " name    \
    "}}"
#define TOPS(retriever) PARENT("tops", "/tops", retriever, "")
#define PAGES                                                                                      \
    "paginator: {type: DefaultPaginator, pagination_strategy: {type: PageIncrement, page_size: "   \
    "2, "                                                                                          \
    "start_from_page: 1}, page_token_option: {type: RequestOption, inject_into: "                  \
    "request_parameter, "                                                                          \
    "field_name: page}}, "
#define CHILD "/tops/{{ stream_partition.top }}"

static const struct engine_case cases[] = {
    {
        .name = "a list makes a partition of each value",
        .streams = STREAM("items", "/items") "    partition_router: " LIST("kind", "[a, b c]") "\n",
        .read = "items",
        .answers = {OK("/items?kind=a", "[]"), OK("/items?kind=b+c", "[]")},
        .requests = "/items?kind=a\n/items?kind=b+c\n",
        .slices = "items {\"kind\":\"a\"} {}\nitems {\"kind\":\"b c\"} {}\n",
        .states = "items {\"__ab_no_cursor_state_message\":true}\n",
    },
    {
        .name = "the first of several lists varies slowest and wins where both set one parameter",
        .streams = STREAM("items", "/items") "    partition_router:\n    - " LIST(
            "k", "[a, b]") "\n    - " LIST("n", "['1', '2']") "\n",
        .read = "items",
        .answers = {OK("/items?n=1&k=a", "[]"), OK("/items?n=2&k=a", "[]"),
                    OK("/items?n=1&k=b", "[]"), OK("/items?n=2&k=b", "[]")},
        .requests = "/items?n=1&k=a\n/items?n=1&k=b\n/items?n=2&k=a\n/items?n=2&k=b\n",
        .slices = "items {\"k\":\"a\",\"n\":\"1\"} {}\nitems {\"k\":\"a\",\"n\":\"2\"} {}\n"
                  "items {\"k\":\"b\",\"n\":\"1\"} {}\nitems {\"k\":\"b\",\"n\":\"2\"} {}\n",
    },
    {
        .name = "an empty list beside another makes no slices",
        .streams = STREAM("items", "/items") "    partition_router:\n    - " LIST(
            "k", "[a, b]") "\n    - " LIST("n", "[]") "\n",
        .read = "items",
        .requests = "",
        .slices = "",
    },
    {
        .name = "parents without a key, or with null, make no partition",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(PAGES), "")) "\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 1}, {\"other\": 1}]"),
                    OK("/tops?page=2", "[{\"id\": null}]"),
                    OK("/tops/1", "[{\"v\": 1}, {\"v\": 2}]")},
        .requests = "/tops\n/tops/1\n/tops?page=2\n",
        .slices = "items {\"parent_slice\":{},\"top\":1} {}\n",
        .records = "items {\"v\":1}\nitems {\"v\":2}\n",
    },
    {
        .name = "a nested key, an option and fields beside it",
        .streams = STREAM("items", "/items") "    partition_router: " ROUTER(CONFIG(
            "a/b", "top", TOPS(""),
            "extra_fields: [[n]], request_option: {type: RequestOption, inject_into: "
            "request_parameter, field_name: t}, ")) "\n"
                                                    "  transformations: [{type: AddFields, fields: "
                                                    "[{type: AddedFieldDefinition, path: [n], "
                                                    "value: \"{{ stream_slice.extra_fields['n'] "
                                                    "}}\"}]}]\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"a\": {\"b\": 5}, \"n\": \"five\"}, {\"a\": {}}, {\"a\": 1}]"),
                    OK("/items?t=5", "[{\"v\": 1}]")},
        .requests = "/items?t=5\n/tops\n",
        .records = "items {\"n\":\"five\",\"v\":1}\n",
    },
    {
        .name = "slices of nested parents carry their parents' slices",
        .streams =
            STREAM("items", "/items/{{ stream_partition.mid }}") "    partition_router: " ROUTER(
                CONFIG("id", "mid",
                       PARENT("mids", CHILD,
                              "partition_router: " ROUTER(CONFIG("id", "top", TOPS(""), "")) ", ",
                              ""),
                       "")) "\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 1}, {\"id\": 2}]"), OK("/tops/1", "[{\"id\": 7}]"),
                    OK("/tops/2", "[{\"id\": 8}]"), OK("/items/7", "[]"), OK("/items/8", "[]")},
        .slices = "items {\"mid\":7,\"parent_slice\":{\"parent_slice\":{},\"top\":1}} {}\n"
                  "items {\"mid\":8,\"parent_slice\":{\"parent_slice\":{},\"top\":2}} {}\n",
    },
    {
        .name = "a parent that two children and itself read is asked once",
        .streams =
            STREAM("tops", "/tops") STREAM("items", CHILD) "    partition_router: " ROUTER(CONFIG(
                "id", "top", TOPS(""),
                "")) "\n" STREAM("others", CHILD
                                 "/x") "    partition_router: " ROUTER(CONFIG("id", "top", TOPS(""),
                                                                              "")) "\n",
        .read = "tops items others",
        .answers = {OK("/tops", "[{\"id\": 1}]"), OK("/tops/1", "[]"), OK("/tops/1/x", "[]")},
        .requests = "/tops\n/tops/1\n/tops/1/x\n",
    },
    {
        .name = "a failure of the parent reaches the child",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""), "")) "\n",
        .read = "items",
        .answers = {{"/tops", "no", 403}},
        .requests = "/tops\n",
        .slices = "",
        .failure = "parent stream tops",
    },
    {
        .name = "records that a parent carries are not asked for",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""), "lazy_read_pointer: [in, list], ")) "\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 1, \"in\": {\"list\": [{\"v\": 1}, {\"v\": 2.50}]}}, "
                                "{\"id\": 2, \"in\": {}}]")},
        .requests = "/tops\n",
        .slices = "items {\"parent_slice\":{},\"top\":1} {}\n"
                  "items {\"parent_slice\":{},\"top\":2} {}\n",
        .records = "items {\"v\":1}\nitems {\"v\":2.5}\n",
    },
    {
        .name = "parents of which one carries records",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""), "lazy_read_pointer: [in], ") ", " CONFIG(
                "id", "top", PARENT("others", "/others", "", ""), "")) "\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 1, \"in\": {\"v\": 1}}]"),
                    OK("/others", "[{\"id\": 2}]"), OK("/tops/2", "[{\"v\": 2}]")},
        .requests = "/others\n/tops\n/tops/2\n",
        .records = "items {\"v\":1}\nitems {\"v\":2}\n",
    },
    {
        .name = "paths beside the key may have indexes, options may use parameters",
        .streams = STREAM("items", "/items") "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""),
                   "$parameters: {p: t}, extra_fields: [[list, '1']], request_option: {type: "
                   "RequestOption, inject_into: request_parameter, field_name: '{{ parameters.p "
                   "}}'}, ")) "\n  transformations: [{type: AddFields, fields: [{type: "
                              "AddedFieldDefinition, path: [n], value: \"{{ "
                              "stream_slice.extra_fields['list.1'] }}\"}]}]\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 5, \"list\": [\"a\", \"b\"]}]"),
                    OK("/items?t=5", "[{}]")},
        .records = "items {\"n\":\"b\"}\n",
    },
    {
        .name = "a list that the config does not have is empty, a text is none",
        .streams = STREAM("items", "/items") "    partition_router: {type: ListPartitionRouter, "
                                             "cursor_field: k, values: \"{{ config['no'] }}\"}\n",
        .read = "items",
        .requests = "",
        .slices = "",
    },
    {
        .name = "a text is no list of values",
        .streams = STREAM("items", "/items") "    partition_router: {type: ListPartitionRouter, "
                                             "cursor_field: k, values: \"abc\"}\n",
        .read = "items",
        .failure = "values is no list",
    },
    {
        .name = "a Python class makes its own stream fail, and no other",
        .streams = STREAM("other", "/other")
            STREAM("items", "/items") "    partition_router: {type: "
                                      "CustomPartitionRouter, class_name: "
                                      "source_x.components.MyRouter}\n",
        .read = "other",
        .answers = {OK("/other", "[{\"v\": 1}]")},
        .records = "other {\"v\":1}\n",
    },
    {
        .name = "and tells which routers there are",
        .streams = STREAM("items", "/items") "    partition_router: [{type: CustomPartitionRouter, "
                                             "class_name: source_x.components.MyRouter}]\n",
        .read = "items",
        .requests = "",
        .failure = "no partition router is called 'source_x.components.MyRouter'; there are: "
                   "CartesianProductStreamSlicer, GroupingPartitionRouter",
    },
    {
        .name = "the place of such records has no wildcard",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""), "lazy_read_pointer: [in, 'l*'], ")) "\n",
        .read = "items",
        .requests = "",
        .failure = "wildcard",
    },
    {
        .name = "a field beside the key that fits several values is a fault",
        .streams = STREAM("items", CHILD) "    partition_router: " ROUTER(
            CONFIG("id", "top", TOPS(""), "extra_fields: [[n, '*']], ")) "\n",
        .read = "items",
        .answers = {OK("/tops", "[{\"id\": 1, \"n\": {\"a\": 1, \"b\": 2}}]")},
        .requests = "/tops\n",
        .failure = "the path n.* fits several values",
    },
    {
        .name = "what a partition and its window put into one object stands side by side",
        .streams = STREAM(
            "items",
            "/items?{{ stream_slice.k }}") "    partition_router: {type: ListPartitionRouter, "
                                           "cursor_field: k, values: [a], request_option: {type: "
                                           "RequestOption, inject_into: body_json, field_path: "
                                           "[w, k]}}\n  incremental_sync: {type: "
                                           "DatetimeBasedCursor, cursor_field: at, "
                                           "datetime_format: "
                                           "'%Y', start_datetime: '2024', end_datetime: '2025', "
                                           "start_time_option: {type: RequestOption, inject_into: "
                                           "body_json, field_path: [w, from]}}\n",
        .read = "items",
        .answers = {OK("/items?a", "[]")},
        .requests = "/items?a {\"w\": {\"k\": \"a\", \"from\": \"2024\"}}\n",
    },
    {
        .name = "groups hold each value once and count what is left",
        .streams =
            STREAM("items", "/items") "    partition_router: {type: GroupingPartitionRouter, "
                                      "group_size: 2, underlying_partition_router: {type: "
                                      "ListPartitionRouter, cursor_field: k, values: [a, b, "
                                      "a, c]}}\n",
        .read = "items",
        .answers = {OK("/items", "[]"), OK("/items", "[]")},
        .slices = "items {\"k\":[\"a\",\"b\"]} {}\nitems {\"k\":[\"c\"]} {}\n",
    },
    {
        .name = "a union tells numbers from texts and keeps the first of equal values",
        .streams =
            STREAM("items", "/items/{{ stream_partition.k }}") "    partition_router: {type: "
                                                               "UnionPartitionRouter, "
                                                               "partition_field: k, "
                                                               "partition_routers: [{type: "
                                                               "ListPartitionRouter, "
                                                               "cursor_field: k, values: "
                                                               "\"{{ ['1', 1.0] }}\"}, {type: "
                                                               "ListPartitionRouter, "
                                                               "cursor_field: k, values: "
                                                               "\"{{ [1, true] }}\"}]}\n",
        .read = "items",
        .answers = {OK("/items/1", "[]"), OK("/items/1.0", "[]")},
        .slices = "items {\"k\":\"1\"} {}\nitems {\"k\":1.0} {}\n",
    },
};

static void routers_make_the_slices_of_the_cdk(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        engine_case_run(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(routers_make_the_slices_of_the_cdk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
