#include "decoder.h"
#include "source/source_internal.h"

/*
 * JsonDecoder: one document, the whole body; of an array each item is one. An empty body is an
 * empty object; inside a decoder that unpacks, as in the CDK, it is none.
 */

#define MAX_BYTES ((size_t)2 << 30)

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_document document = {.text = response->body, .items_are_documents = true};
    if (spk_view_trim(response->body).len == 0) {
        document.tree = spk_dict_new(response->arena);
        return visit(context, &document, err);
    }
    spk_rc rc = spk_response_json(response, &document.json, err);
    return rc ? rc : visit(context, &document, err);
}

static spk_rc parse(struct spk_component *self, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err)
{
    struct spk_json_limits limits = {
        .max_depth = SPK_BODY_DEPTH, .allow_nan = true, .big_float = true};
    struct spk_json_doc *doc = NULL;
    struct spk_buf text;
    size_t most = self->source->max_page_bytes;
    spk_buf_init(&text, most ? most : MAX_BYTES);
    spk_rc rc = spk_reader_all(bytes, &text, err);
    if (!rc)
        rc = spk_json_doc_parse(spk_buf_view(&text), &limits, &doc, err);
    if (!rc && spk_json_node_kind(spk_json_doc_root(doc)) == SPK_NULL)
        rc = spk_error_set(err, SPK_EDATA, "it is null");
    if (rc) {
        spk_error_context(err, rc, "the unpacked response is no JSON");
    } else {
        struct spk_document document = {
            .json = doc, .text = spk_buf_view(&text), .items_are_documents = true};
        rc = visit(context, &document, err);
    }
    spk_json_doc_destroy(doc);
    spk_buf_deinit(&text);
    return rc;
}

static const struct spk_decoder_ops ops = {
    .decode = decode, .parse = parse, .paginates = spk_decoder_paginates, .whole_json = true};

const struct spk_component_type spk_type_json_decoder = {
    .name = "JsonDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "the body is one JSON document",
};
