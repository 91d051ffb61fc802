/* Decoders over bodies that arrive in pieces of every length, and over bodies that are broken. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/event.h"

/* gzip of {"id": 1}\n{"id": 2}\n */
static const char packed[] =
    "\037\213\010\000\000\000\000\000\002\003\253\126\312\114\121\262\122\060\254\345"
    "\252\206\260\214\152\271\000\062\356\031\205\024\000\000\000";

static spk_rc add_document(void *context, const struct spk_document *document,
                           struct spk_error *err)
{
    struct spk_buf *out = context;
    struct spk_arena arena = {0};
    struct spk_value tree = document->tree;
    if (document->json)
        tree = spk_json_node_value(&arena, spk_json_doc_root(document->json));
    spk_json_write(out, tree, 0);
    spk_buf_append_char(out, '|');
    spk_arena_deinit(&arena);
    return SPK_OK;
}

/* step 0: the body is here as a whole. */
static spk_rc decode(struct fixture *f, struct spk_component *decoder, struct spk_view body,
                     size_t step, struct spk_buf *out)
{
    struct spk_view_reader pieces;
    spk_view_reader_init(&pieces, body);
    pieces.step = step;
    fixture_answer(f, 200, NULL, step ? SPK_V("") : body);
    f->response.stream = step ? &pieces.reader : NULL;
    f->err = (struct spk_error){0};
    return SPK_OPS(decoder, decoder)->decode(decoder, &f->response, add_document, out, &f->err);
}

#define LONG_FIELD 200000

static void decoders_read_what_arrives_in_pieces(void **state)
{
    static const struct {
        const char *decoder;
        struct spk_view body;
        const char *documents;
    } rows[] = {
        {"{type: JsonlDecoder}", SPK_VIEW("{\"id\": 1}\r\n\n[2]\nnope\n {\"id\": 3}"),
         "{\"id\":1}|[2]|{\"id\":3}|"},
        {"{type: IterableDecoder}", SPK_VIEW("a\r\nb\rc\n\nd"),
         "{\"record\":\"a\"}|{\"record\":\"b\"}|{\"record\":\"c\"}|{\"record\":\"\"}|"
         "{\"record\":\"d\"}|"},
        {"{type: CsvDecoder}", SPK_VIEW("a,b\r\n1,\"x\r\ny\"\r\n\r\n2,\u00e9"),
         "{\"a\":\"1\",\"b\":\"x\\ny\"}|{\"a\":\"2\",\"b\":\"\u00e9\"}|"},
        {"{type: CsvDecoder, encoding: utf-16-le}", SPK_VIEW("a\0\n\0\xe9\0"),
         "{\"a\":\"\u00e9\"}|"},
        {"{type: JsonItemsDecoder, items_path: a.b}",
         SPK_VIEW("{\"x\": [{}], \"a\": {\"b\": [{\"id\": 12345678901234567890123}, [2], \"]\"]}}"),
         "{\"id\":12345678901234567890123}|[2]|\"]\"|"},
        {"{type: JsonItemsDecoder, items_path: a, encoding: latin-1}",
         SPK_VIEW("{\"a\": [\"\xe9\"]}"), "\"\u00e9\"|"},
        {"{type: GzipDecoder, decoder: {type: JsonlDecoder}}",
         {packed, sizeof(packed) - 1},
         "{\"id\":1}|{\"id\":2}|"},
        {"{type: GzipDecoder, decoder: {type: JsonDecoder}}", SPK_VIEW("[{\"id\": 1}]"),
         "[{\"id\":1}]|"},
    };
    struct fixture f;
    struct spk_buf out = {0};
    fixture_init(&f, NULL, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_component *decoder = fixture_build(&f, rows[i].decoder, SPK_KIND_DECODER);
        for (size_t step = 0; step <= rows[i].body.len; step++) {
            spk_buf_clear(&out);
            assert_int_equal(decode(&f, decoder, rows[i].body, step, &out), SPK_OK);
            assert_string_equal(spk_buf_cstr(&out), rows[i].documents);
        }
    }
    struct spk_buf csv = {0};
    spk_buf_append_str(&csv, "a\n");
    memset(spk_buf_reserve(&csv, LONG_FIELD), 'x', LONG_FIELD);
    csv.len += LONG_FIELD;
    struct spk_component *decoder = fixture_build(&f, "{type: CsvDecoder}", SPK_KIND_DECODER);
    assert_int_equal(decode(&f, decoder, spk_buf_view(&csv), 1000, &out), SPK_OK);
    assert_true(out.len > LONG_FIELD);
    spk_buf_deinit(&csv);
    spk_buf_deinit(&out);
    fixture_deinit(&f);
}

static void bad_bodies_fail_the_slice(void **state)
{
    static const struct {
        const char *decoder, *body, *documents, *says;
    } rows[] = {
        {"{type: JsonlDecoder}", "<html>\nlog in\n</html>\n", "",
         "the response is no JSONL: none of its lines is JSON"},
        {"{type: JsonlDecoder}", "{\"id\": 1}\n\"\xff\"\n", "{\"id\":1}|",
         "line 2 of the response is not UTF-8"},
        {"{type: IterableDecoder}", "a\n\xff\n", "{\"record\":\"a\"}|",
         "line 2 of the response is not UTF-8"},
        {"{type: CsvDecoder}", "a\n1\n\"2", "{\"a\":\"1\"}|",
         "record 3, line 3: the text ends inside a quoted field"},
        {"{type: CsvDecoder, encoding: klingon}", "a\n1\n", "", "unknown encoding \"klingon\""},
        {"{type: JsonItemsDecoder, items_path: a}", "{\"a\": [1, {\"b\": tru}]}", "1|",
         "an item of the response is no JSON: {\"b\": tru}"},
        {"{type: JsonItemsDecoder, items_path: a}", "{\"a\": [1", "",
         "byte 8: the document ends too early"},
        {"{type: JsonItemsDecoder, items_path: a, encoding: utf-16}", "{\"a\": [1]}", "",
         "the response is not in the decoder's encoding"},
        {"{type: GzipDecoder, decoder: {type: JsonDecoder}}", "", "",
         "the unpacked response is no JSON: 1:1: the text is empty"},
        {"{type: GzipDecoder, decoder: {type: JsonDecoder}}", "null", "",
         "the unpacked response is no JSON: it is null"},
        {"{type: GzipDecoder, decoder: {type: CsvDecoder}}", "\x1f\x8b\x08", "",
         "the gzip data was cut off"},
        {"{type: ZipfileDecoder, decoder: {type: CsvDecoder}}", "a\n1\n", "",
         "the zip archive of the response: the data is no zip archive, or cut off"},
    };
    struct fixture f;
    fixture_init(&f, NULL, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spk_component *decoder = fixture_build(&f, rows[i].decoder, SPK_KIND_DECODER);
        for (size_t step = 0; step < 3; step++) {
            struct spk_buf out = {0};
            struct spk_view body = spk_view_of(rows[i].body);
            assert_int_not_equal(decode(&f, decoder, body, step, &out), SPK_OK);
            assert_string_equal(f.err.text, rows[i].says);
            assert_string_equal(spk_buf_cstr(&out), rows[i].documents);
            spk_buf_deinit(&out);
        }
    }
    fixture_deinit(&f);
}

static void a_depth_bomb_is_no_line_to_skip(void **state)
{
    struct fixture f;
    struct spk_buf body = {0}, out = {0};
    fixture_init(&f, NULL, NULL);
    spk_buf_append_str(&body, "{\"id\": 1}\n");
    for (int i = 0; i < 100000; i++)
        spk_buf_append_char(&body, '[');
    for (int i = 0; i < 100000; i++)
        spk_buf_append_char(&body, ']');
    struct spk_component *decoder = fixture_build(&f, "{type: JsonlDecoder}", SPK_KIND_DECODER);
    assert_int_equal(decode(&f, decoder, spk_buf_view(&body), 1000, &out), SPK_EDATA);
    assert_string_equal(f.err.text, "line 2 of the response is nested too deeply");
    spk_buf_deinit(&body);
    spk_buf_deinit(&out);
    fixture_deinit(&f);
}

static void what_cannot_be_built_is_refused(void **state)
{
    static const struct {
        const char *decoder, *says;
    } rows[] = {
        {"{type: GzipDecoder, decoder: {type: XmlDecoder}}",
         "here.decoder: XmlDecoder cannot be the decoder inside a GzipDecoder"},
        {"{type: ZipfileDecoder, decoder: {type: IterableDecoder}}",
         "here.decoder: IterableDecoder cannot be the decoder inside a ZipfileDecoder"},
        {"{type: GzipDecoder}", "GzipDecoder needs the field 'decoder'"},
        {"{type: JsonItemsDecoder}", "JsonItemsDecoder needs the field 'items_path'"},
        {"{type: JsonItemsDecoder, items_path: ''}", "items_path must not be empty"},
        {"{type: CsvDecoder, delimiter: \"\\\\x\"}", "the delimiter '\\x' is no escape sequence"},
        {"{type: CustomDecoder, class_name: source_x.components.GzipThing}",
         "no decoder is called 'source_x.components.GzipThing'"},
    };
    struct fixture f;
    fixture_init(&f, NULL, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_null(fixture_try(&f, fixture_yaml(&f, rows[i].decoder), SPK_KIND_DECODER));
        if (!strstr(f.err.text, rows[i].says))
            fail_msg("%s", f.err.text);
    }
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoders_read_what_arrives_in_pieces),
        cmocka_unit_test(bad_bodies_fail_the_slice),
        cmocka_unit_test(a_depth_bomb_is_no_line_to_skip),
        cmocka_unit_test(what_cannot_be_built_is_refused),
    };
    spk_event_set_level(SPK_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
