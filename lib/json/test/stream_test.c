#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_ITEM = 12 }; /* the longest that the rows have */

/* The items behind each other, each with a bar behind it. */
static spk_rc read_items(struct spk_view text, const char *prefix, size_t step, struct spk_buf *out,
                         struct spk_error *err)
{
    struct spk_json_stream *stream = spk_json_stream_create(spk_view_of(prefix), MAX_ITEM);
    spk_rc rc = SPK_OK;
    for (size_t at = 0; !rc && at < text.len; at += step) {
        struct spk_view item = SPK_V("");
        spk_json_stream_push(stream, spk_view_slice(text, at, at + step));
        rc = spk_json_stream_next(stream, &item, err);
        while (!rc && item.at) {
            spk_buf_printf(out, "%.*s|", SPK_FMT(item));
            rc = spk_json_stream_next(stream, &item, err);
        }
    }
    if (!rc)
        rc = spk_json_stream_finish(stream, err);
    spk_json_stream_destroy(stream);
    return rc;
}

static void every_value_with_the_prefix_is_an_item(void **state)
{
    static const struct {
        const char *prefix, *text, *items;
    } rows[] = {
        {"a.item", "{\"a\": [1, {\"b\": [2]}, \"x]\\\"\", [3, 4], null]}",
         "1|{\"b\": [2]}|\"x]\\\"\"|[3, 4]|null|"},
        {"a.b.item", " {\"x\": {\"b\": [9]}, \"a\" : {\"b\" : [ 1 , 2 ] , \"c\": 3 } } \n", "1|2|"},
        {"a.item", "{\"a\": {\"item\": {\"b\": 1}}}", "{\"b\": 1}|"},
        {"a.item.b.item", "{\"a\": [{\"b\": [1]}, {\"c\": 0}, {\"b\": [2, 3]}]}", "1|2|3|"},
        {"a.b.item", "{\"a.b\": [1], \"a\": {\"b\": [2]}}", "1|2|"},
        {"caf\u00e9.item", "{\"caf\\u00e9\": [1], \"caf\u00e9\": [2]}", "1|2|"},
        {"item", "[1, 2]", "1|2|"},
        {"a.item", "{\"ab\": [1], \"a\": []}", ""},
        {"a.item", "{}", ""},
        {"a.item", "[]", ""},
        {"a.item", "-1.5e3", ""},
        {"a.item", "{\"a\": \"text\", \"b\": true, \"c\": [{}, [], \"\\\\\"]}", ""},
        {"a.item", "{\"a\": [1], \"a\": [2]}", "1|2|"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_view text = spk_view_of(rows[i].text);
        for (size_t step = 1; step <= text.len; step++) {
            struct spk_buf out = {0};
            struct spk_error err = {0};
            assert_int_equal(read_items(text, rows[i].prefix, step, &out, &err), SPK_OK);
            assert_string_equal(spk_buf_cstr(&out), rows[i].items);
            spk_buf_deinit(&out);
        }
    }
}

static void what_is_no_document_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "byte 0: the document ends too early"},
        {"<html>", "byte 0: no JSON value begins like this"},
        {"nothing", "byte 7: no JSON value ends here"},
        {"{\"a\": [1, 2", "byte 11: the document ends too early"},
        {"{\"a\": [1, 2]", "byte 12: the document ends too early"},
        {"{\"a\": [1, 2]} x", "byte 14: text behind the document"},
        {"{\"a\": [1 2]}", "byte 9: a value, a comma or the container's end is expected"},
        {"{\"a\": [1, ]}", "byte 10: no JSON value begins like this"},
        {"{\"a\": [1}", "byte 8: a value, a comma or the container's end is expected"},
        {"{\"a\" [1]}", "byte 5: a colon is expected"},
        {"{a: [1]}", "byte 1: a key is expected"},
        {"{\"a\": [1], }", "byte 11: a key is expected"},
        {"{\"b\": tru}", "byte 9: no JSON value ends here"},
        {"{\"a\": [\"12345678901\"]}", "byte 20: the item is too large"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_buf out = {0};
        struct spk_error err = {0};
        struct spk_view text = spk_view_of(rows[i].text);
        assert_int_equal(read_items(text, "a.item", 100, &out, &err), SPK_EDATA);
        assert_string_equal(err.text, rows[i].says);
        spk_buf_deinit(&out);
    }
}

static void depth_is_bounded(void **state)
{
    struct spk_buf text = {0}, out = {0};
    struct spk_error err = {0};
    spk_buf_append_str(&text, "{\"a\": [");
    for (int i = 0; i < 2000000; i++)
        spk_buf_append_char(&text, '[');
    assert_int_equal(read_items(spk_buf_view(&text), "b.item", 1000, &out, &err), SPK_EDATA);
    assert_string_equal(err.text, "byte 1007: nested too deeply");
    spk_buf_deinit(&text);
    spk_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_with_the_prefix_is_an_item),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
