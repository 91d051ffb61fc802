/* Query properties: groups of names, and the parts of records that they bring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_run.h"

/* A stream whose requests ask for `properties` (a flow mapping's inner part). */
#define ASKING(properties)                                                                         \
    "- type: DeclarativeStream\n"                                                                  \
    "  name: items\n"                                                                              \
    "  retriever:\n"                                                                               \
    "    type: SimpleRetriever\n"                                                                  \
    "    requester: {type: HttpRequester, url_base: 'http://api.test', path: items, "              \
    "request_parameters: {f: {type: QueryProperties, " properties "}}}\n"                          \
    "    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: "   \
    "[]}}\n"
#define ONE_EACH(key)                                                                              \
    "property_chunking: {type: PropertyChunking, property_limit_type: property_count, "            \
    "property_limit: 1, record_merge_strategy: {type: GroupByKeyMergeStrategy, key: " key "}}"

static const struct engine_case cases[] = {
    {
        .name = "parts are one record by a number too, which is no text",
        .streams = ASKING("property_list: [a, b], " ONE_EACH("id")),
        .read = "items",
        .answers = {OK("/items?f=a", "[{\"id\": 1, \"a\": 1}, {\"id\": \"1\", \"a\": 2}]"),
                    OK("/items?f=b", "[{\"id\": \"1\", \"b\": 3}, {\"id\": 1, \"b\": 4}]")},
        .records = "items {\"a\":1,\"b\":4,\"id\":1}\nitems {\"a\":2,\"b\":3,\"id\":\"1\"}\n",
    },
    {
        .name = "commas in the fields of a key keep records apart",
        .streams = ASKING("property_list: [a], " ONE_EACH("[x, y]")),
        .read = "items",
        .answers = {OK("/items?f=a", "[{\"x\": \"1,2\", \"y\": \"3\"}, {\"x\": \"1\", \"y\": "
                                     "\"2,3\"}]")},
        .records = "items {\"x\":\"1\",\"y\":\"2,3\"}\nitems {\"x\":\"1,2\",\"y\":\"3\"}\n",
    },
    {
        .name = "a name that is no text is a fault",
        .streams = ASKING("property_list: [a, 5]"),
        .read = "items",
        .requests = "",
        .failure = "property_list[1]: 5 is not of type 'string'",
    },
    {
        .name = "parts that are of another kind are a fault",
        .streams = ASKING("property_list: [a], property_selector: {type: PropertyChunking, "
                          "property_limit_type: characters}"),
        .read = "items",
        .requests = "",
        .failure = "'PropertyChunking' is not one of ['JsonSchemaPropertySelector']",
    },
};

static void properties_are_asked_for_as_the_cdk_does(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        engine_case_run(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(properties_are_asked_for_as_the_cdk_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
