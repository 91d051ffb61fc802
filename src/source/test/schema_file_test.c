/* Schemas in files beside a manifest: the folder test/schema. */
#include "source/schema/schema_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "json/json.h"

struct read {
    struct spk_arena arena;
    struct spk_buf text;
    struct spk_error err;
    spk_rc rc;
    struct spk_value schema;
};

static void read_schema(struct read *read, const char *path, const char *stream)
{
    struct spk_schema_place place = {.manifest = SPK_V("test/schema/manifest.yaml"),
                                     .path = spk_view_of(path),
                                     .stream = spk_view_of(stream)};
    *read = (struct read){0};
    read->rc = spk_schema_file_read(&place, &read->arena, &read->schema, &read->err);
}

static void close_read(struct read *read)
{
    spk_buf_deinit(&read->text);
    spk_arena_deinit(&read->arena);
}

static void expect_schema(const char *path, const char *stream, const char *expected)
{
    struct read read;
    struct spk_value wanted;
    read_schema(&read, path, stream);
    if (read.rc)
        fail_msg("%s", read.err.text);
    assert_int_equal(spk_json_parse(&read.arena, spk_view_of(expected), NULL, &wanted, NULL), 0);
    spk_value_repr(&read.text, read.schema);
    if (!spk_value_equal(read.schema, wanted))
        fail_msg("%s", spk_buf_cstr(&read.text));
    close_read(&read);
}

static void expect_error(const char *path, spk_rc rc, const char *text)
{
    struct read read;
    read_schema(&read, path, "s");
    assert_int_equal(read.rc, rc);
    if (!strstr(read.err.text, text))
        fail_msg("%s", read.err.text);
    close_read(&read);
}

static void references_are_replaced_by_what_they_name(void **state)
{
    expect_schema("./orders.json", "s",
                  "{\"type\": \"object\","
                  " \"definitions\": {\"amount\": {\"type\": [\"null\", \"number\"]}},"
                  " \"properties\": {\"id\": {\"type\": \"integer\"},"
                  "  \"total\": {\"type\": [\"null\", \"number\"]},"
                  "  \"customer\": {\"type\": \"object\","
                  "   \"properties\": {\"name\": {\"type\": \"string\"}}},"
                  "  \"lines\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}}");
}

static void a_path_may_start_at_the_folder_above(void **state)
{
    expect_schema("./schema/schemas/visits.json", "s", "{\"title\": \"by name\"}");
}

static void without_a_path_the_streams_name_is_looked_for(void **state)
{
    expect_schema("", "visits", "{\"title\": \"by name\"}");
    expect_schema("", "schemas/visits", "{\"title\": \"by name\"}");
}

static void a_file_that_is_not_there_is_no_schema(void **state)
{
    struct read read;
    read_schema(&read, "", "unknown");
    assert_int_equal(read.rc, SPK_OK);
    assert_false(spk_is_defined(read.schema));
    close_read(&read);
}

static void bad_files_are_named(void **state)
{
    expect_error("endless.json", SPK_ECONFIG, "endless.json: $ref \"#\" leads to itself");
    expect_error("nowhere.json", SPK_ECONFIG,
                 "nowhere.json: $ref \"#/definitions/gone\" leads nowhere");
    expect_error("broken.json", SPK_EDATA, "broken.json: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_replaced_by_what_they_name),
        cmocka_unit_test(a_path_may_start_at_the_folder_above),
        cmocka_unit_test(without_a_path_the_streams_name_is_looked_for),
        cmocka_unit_test(a_file_that_is_not_there_is_no_schema),
        cmocka_unit_test(bad_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
