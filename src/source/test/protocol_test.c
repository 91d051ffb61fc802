/* The lines of the Airbyte protocol, and the state messages that a read starts from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "source/protocol.h"
#include "source/read/read_internal.h"

struct output {
    FILE *file;
    struct spk_airbyte *airbyte;
    struct spk_sink *sink;
    struct spk_arena arena;
};

static void output_open(struct output *o)
{
    *o = (struct output){.file = tmpfile()};
    assert_non_null(o->file);
    o->airbyte = spk_airbyte_create(fileno(o->file));
    o->sink = spk_airbyte_sink(o->airbyte);
}

/* Times become T. Closes the output. */
static void output_expect(struct output *o, const char *wanted)
{
    struct spk_buf lines = {0};
    int c;
    spk_airbyte_destroy(o->airbyte);
    rewind(o->file);
    while ((c = fgetc(o->file)) != EOF) {
        spk_buf_append_char(&lines, (char)c);
        if (!spk_view_ends(spk_buf_view(&lines), SPK_V("\"emitted_at\":")))
            continue;
        while ((c = fgetc(o->file)) != EOF && ((c >= '0' && c <= '9') || c == '.'))
            ;
        spk_buf_append_char(&lines, 'T');
        ungetc(c, o->file);
    }
    fclose(o->file);
    assert_string_equal(spk_buf_cstr(&lines), wanted);
    spk_buf_deinit(&lines);
    spk_arena_deinit(&o->arena);
}

static struct spk_value json(struct spk_arena *arena, const char *text)
{
    struct spk_value value = {0};
    if (text)
        assert_int_equal(spk_json_parse(arena, spk_view_of(text), NULL, &value, NULL), SPK_OK);
    return value;
}

static const struct spk_stream_info plain = {.name = SPK_VIEW("a")};
static const struct spk_stream_info spaced = {.name = SPK_VIEW("b\"c"), .space = SPK_VIEW("n")};

static void single_messages_are_one_line_each(void **state)
{
    struct output o;
    output_open(&o);
    spk_secret_add(SPK_V("topsecret"));
    spk_airbyte_spec(o.airbyte, json(&o.arena, "{\"connectionSpecification\": {}}"), NULL);
    spk_airbyte_catalog(o.airbyte, json(&o.arena, "{\"streams\": []}"), NULL);
    spk_airbyte_status(o.airbyte, true, SPK_V(""), NULL);
    spk_airbyte_status(o.airbyte, false, SPK_V("key topsecret\nrefused"), NULL);
    spk_airbyte_log(o.airbyte, SPK_WARN, SPK_V("with topsecret"), NULL);
    output_expect(
        &o, "{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{}}}\n"
            "{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[]}}\n"
            "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}\n"
            "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\","
            "\"message\":\"key ****\\nrefused\"}}\n"
            "{\"type\":\"LOG\",\"log\":{\"level\":\"WARN\",\"message\":\"with ****\"}}\n");
    spk_secret_forget_all();
}

static void a_failure_is_a_trace_with_its_class(void **state)
{
    struct output o;
    const struct spk_error failure = {
        .rc = SPK_ETRANSIENT, .text = "HTTP 500: the server failed", .hint = "run again"};
    output_open(&o);
    spk_airbyte_error(o.airbyte, NULL, &failure, NULL);
    o.sink->ops->stream_failed(o.sink, &spaced, &failure, NULL);
    output_expect(&o,
                  "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":T,\"error\":"
                  "{\"message\":\"HTTP 500: the server failed (run again)\",\"internal_message\":"
                  "\"HTTP 500: the server failed\",\"failure_type\":\"transient_error\"}}}\n"
                  "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":T,\"error\":"
                  "{\"message\":\"HTTP 500: the server failed (run again)\",\"internal_message\":"
                  "\"HTTP 500: the server failed\",\"failure_type\":\"transient_error\","
                  "\"stream_descriptor\":{\"name\":\"b\\\"c\",\"namespace\":\"n\"}}}}\n");
}

static void an_unchanged_record_keeps_its_digits(void **state)
{
    struct output o;
    void *handle = NULL;
    struct spk_slice slice = {0};
    struct spk_evidence evidence = {0};
    output_open(&o);
    const struct spk_sink_ops *ops = o.sink->ops;
    struct spk_record read = {.text = SPK_V("{\"id\":18446744073709551616}"), .arena = &o.arena};
    assert_int_equal(ops->slice_begin(o.sink, &plain, &slice, &handle, NULL), SPK_OK);
    ops->record(o.sink, handle, &read, NULL);
    ops->slice_end(o.sink, handle, &evidence, NULL, NULL);
    output_expect(&o, "{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":"
                      "{\"id\":18446744073709551616},\"emitted_at\":T}}\n");
}

static void a_read_tells_status_records_and_states(void **state)
{
    struct output o;
    void *handle = NULL;
    struct spk_slice slice = {0};
    struct spk_evidence evidence = {0};
    output_open(&o);
    const struct spk_sink_ops *ops = o.sink->ops;
    struct spk_record changed = {.tree = json(&o.arena, "{\"x\": \"é\"}"), .arena = &o.arena};
    ops->stream_status(o.sink, &plain, SPK_STREAM_STARTED, NULL, NULL);
    ops->stream_status(o.sink, &plain, SPK_STREAM_RUNNING, "RATE_LIMITED", NULL);
    assert_int_equal(ops->slice_begin(o.sink, &spaced, &slice, &handle, NULL), SPK_OK);
    ops->record(o.sink, handle, &changed, NULL);
    ops->page_end(o.sink, handle, NULL);
    ops->slice_end(o.sink, handle, &evidence, NULL, NULL);
    ops->state(o.sink, &spaced, json(&o.arena, "{\"at\": \"2024-01-01\"}"), NULL);
    ops->state(o.sink, &spaced, json(&o.arena, "{}"), NULL);
    ops->stream_status(o.sink, &plain, SPK_STREAM_COMPLETE, NULL, NULL);
    output_expect(
        &o,
        "{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"Syncing stream: a\"}}\n"
        "{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":T,"
        "\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n"
        "{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":T,"
        "\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"RUNNING\","
        "\"reasons\":[{\"type\":\"RATE_LIMITED\"}]}}}\n"
        "{\"type\":\"RECORD\",\"record\":{\"namespace\":\"n\",\"stream\":\"b\\\"c\","
        "\"data\":{\"x\":\"é\"},\"emitted_at\":T}}\n"
        "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":"
        "{\"name\":\"b\\\"c\",\"namespace\":\"n\"},\"stream_state\":{\"at\":\"2024-01-01\"}},"
        "\"sourceStats\":{\"recordCount\":1.0}}}\n"
        "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":"
        "{\"name\":\"b\\\"c\",\"namespace\":\"n\"},\"stream_state\":{}},"
        "\"sourceStats\":{\"recordCount\":0.0}}}\n"
        "{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\","
        "\"message\":\"Read 0 records from a stream\"}}\n"
        "{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":T,"
        "\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n");
}

static void a_closed_output_is_told(void **state)
{
    struct spk_error err = {0};
    struct spk_airbyte *out = spk_airbyte_create(-1);
    assert_int_equal(spk_airbyte_status(out, true, SPK_V(""), &err), SPK_ESYSTEM);
    assert_non_null(strstr(err.text, "cannot write messages to the output"));
    spk_airbyte_destroy(out);
}

#define OF(name, state)                                                                            \
    "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"" name                     \
    "\"},\"stream_state\":" state "}}"

static void the_state_of_a_stream_is_found(void **unused)
{
    static const struct {
        const char *name, *messages, *state, *error;
    } cases[] = {
        {"none given", NULL, "", NULL},
        {"an empty list", "[]", "", NULL},
        {"of this stream", "[" OF("x", "{\"v\":1}") "," OF("a", "{\"v\":2}") "]", "{\"v\":2}",
         NULL},
        {"inside the message", "[{\"type\":\"STATE\",\"state\":" OF("a", "{\"v\":2}") "}]",
         "{\"v\":2}", NULL},
        {"the last one counts", "[" OF("a", "{\"v\":1}") "," OF("a", "{\"v\":2}") "]", "{\"v\":2}",
         NULL},
        {"of none", "[" OF("x", "{\"v\":1}") "]", "", NULL},
        {"of a global state",
         "[{\"type\":\"GLOBAL\",\"global\":{\"stream_states\":[{\"stream_descriptor\":{\"name\":"
         "\"a\"},\"stream_state\":{\"v\":3}}]}}]",
         "{\"v\":3}", NULL},
        {"shared state", "[{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{\"v\":3}}}]", NULL,
         "state: a GLOBAL state with shared_state is not supported"},
        {"no list", "{\"a\": 1}", NULL, "state: a list of state messages is expected"},
        {"a state that is no object", "[" OF("a", "7") "]", "", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct spk_arena arena = {0};
        struct spk_error err = {0};
        struct spk_value found = {0};
        struct spk_buf text = {0};
        spk_rc rc = spk_state_of_stream(json(&arena, cases[i].messages), &plain, &found, &err);
        if (!rc && spk_is_defined(found))
            spk_json_write(&text, found, 0);
        const char *is = rc ? err.text : spk_buf_cstr(&text);
        if (strcmp(is, cases[i].error ? cases[i].error : cases[i].state) != 0)
            fail_msg("%s: %s", cases[i].name, is);
        spk_buf_deinit(&text);
        spk_arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_messages_are_one_line_each),
        cmocka_unit_test(a_failure_is_a_trace_with_its_class),
        cmocka_unit_test(an_unchanged_record_keeps_its_digits),
        cmocka_unit_test(a_read_tells_status_records_and_states),
        cmocka_unit_test(a_closed_output_is_told),
        cmocka_unit_test(the_state_of_a_stream_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
