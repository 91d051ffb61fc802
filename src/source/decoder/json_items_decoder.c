#include <stddef.h>

#include "decoder.h"
#include "encoding/encoding.h"

/*
 * JsonItemsDecoder: the items of one array of a JSON document, each as soon as it is here. The path
 * is ijson's: keys joined by dots.
 */
struct json_items_decoder {
    struct spk_component base;
    struct spk_view items_path;
    struct spk_view encoding;
    struct spk_view prefix; /* of the items */
};

#define FIELD(name) offsetof(struct json_items_decoder, name)

static const struct spk_prop props[] = {
    {.name = "items_path",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(items_path),
     .help = "keys from the root to the array, joined by dots"},
    {.name = "encoding",
     .type = SPK_PROP_STRING,
     .offset = FIELD(encoding),
     .standard = "utf-8",
     .help = "character encoding of the body"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct json_items_decoder *self = (struct json_items_decoder *)base;
    if (self->items_path.len == 0)
        return spk_build_fail(build, base->node, err, "items_path must not be empty");
    self->prefix = spk_arena_printf(build->arena, "%.*s.item", SPK_FMT(self->items_path));
    return SPK_OK;
}

static spk_rc use_item(struct spk_view item, const struct spk_document_visitor *to,
                       struct spk_error *err)
{
    struct spk_json_doc *doc = NULL;
    struct spk_document document;
    if (!spk_decoder_record(item, &doc, &document, false))
        return spk_error_set(err, SPK_EDATA, "an item of the response is no JSON: %.*s",
                             SPK_FMT(spk_view_slice(item, 0, 100)));
    spk_rc rc = to->visit(to->context, &document, err);
    spk_json_doc_destroy(doc);
    return rc;
}

static spk_rc use_piece(struct spk_json_stream *stream, struct spk_view piece,
                        const struct spk_document_visitor *to, struct spk_error *err)
{
    struct spk_view item = {0};
    spk_json_stream_push(stream, piece);
    spk_rc rc = spk_json_stream_next(stream, &item, err);
    while (!rc && item.at) {
        rc = use_item(item, to, err);
        if (!rc)
            rc = spk_json_stream_next(stream, &item, err);
    }
    return rc;
}

/* From the body's encoding to UTF-8, piece by piece. */
struct text_reader {
    struct spk_reader *bytes;
    struct spk_encoding encoding;
    struct spk_buf text;
    bool is_bad; /* the bytes behind the text are none */
};

/* What is good is given before the failure. */
static spk_rc next_text(struct text_reader *self, struct spk_view *piece, struct spk_error *err)
{
    struct spk_view bytes = SPK_V("");
    spk_buf_clear(&self->text);
    while (bytes.at && !self->is_bad && self->text.len == 0) {
        spk_rc rc = self->bytes->next(self->bytes, &bytes, err);
        if (rc)
            return rc;
        self->is_bad = bytes.at ? !spk_encoding_push(&self->encoding, bytes, &self->text)
                                : !spk_encoding_ended(&self->encoding);
    }
    *piece = self->text.len > 0 ? spk_buf_view(&self->text) : (struct spk_view){0};
    if (!piece->at && self->is_bad)
        return spk_error_set(err, SPK_EDATA, "the response is not in the decoder's encoding");
    return SPK_OK;
}

static spk_rc parse(struct spk_component *base, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err)
{
    const struct json_items_decoder *self = (const struct json_items_decoder *)base;
    const struct spk_document_visitor to = {visit, context};
    struct text_reader text = {.bytes = bytes};
    struct spk_arena arena = {0};
    struct spk_view piece = {0};
    spk_rc rc = spk_encoding_init(&text.encoding, spk_arena_strdup(&arena, self->encoding), err);
    spk_arena_deinit(&arena);
    if (rc)
        return rc;
    struct spk_json_stream *stream = spk_json_stream_create(self->prefix, SPK_RECORD_BYTES);
    rc = next_text(&text, &piece, err);
    while (!rc && piece.at) {
        rc = use_piece(stream, piece, &to, err);
        if (!rc)
            rc = next_text(&text, &piece, err);
    }
    if (!rc)
        rc = spk_json_stream_finish(stream, err);
    spk_json_stream_destroy(stream);
    spk_encoding_deinit(&text.encoding);
    spk_buf_deinit(&text.text);
    return rc;
}

static const struct spk_decoder_ops ops = {
    .decode = spk_decoder_parse_body, .parse = parse, .in_pieces = true, .hides_body = true};

const struct spk_component_type spk_type_json_items_decoder = {
    .name = "JsonItemsDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct json_items_decoder),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the items of one array of a JSON document, as they arrive",
};
