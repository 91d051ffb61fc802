#include "source/exchange.h"
#include "source/kinds.h"

struct spk_reader *spk_response_reader(struct spk_response *response)
{
    if (response->stream)
        return response->stream;
    struct spk_view_reader *reader = SPK_NEW(response->arena, struct spk_view_reader);
    spk_view_reader_init(reader, response->body);
    return &reader->reader;
}

spk_rc spk_response_json(struct spk_response *response, const struct spk_json_doc **out,
                         struct spk_error *err)
{
    if (!response->json) {
        struct spk_json_limits limits = {
            .max_depth = SPK_BODY_DEPTH, .allow_nan = true, .big_float = true};
        spk_rc rc = spk_json_doc_parse(response->body, &limits, &response->json, err);
        if (rc)
            return spk_error_context(err, rc, "the response is no JSON");
    }
    *out = response->json;
    return SPK_OK;
}

struct first_document {
    struct spk_response *response;
    bool seen;
};

/* Only the first document counts: templates see what one call of response.json() gives. */
static spk_rc take_document(void *context, const struct spk_document *document,
                            struct spk_error *err)
{
    struct first_document *first = context;
    if (first->seen)
        return SPK_OK;
    first->seen = true;
    struct spk_arena *arena = first->response->arena;
    if (!document->json) {
        first->response->tree = spk_value_copy(arena, document->tree);
        return SPK_OK;
    }
    struct spk_json_node root = spk_json_doc_root(document->json);
    if (document->items_are_documents && spk_json_node_kind(root) == SPK_LIST)
        root = spk_json_node_at(root, 0);
    first->response->tree = spk_json_node_value(arena, root);
    return SPK_OK;
}

static void decode(struct spk_response *response)
{
    struct first_document first = {.response = response};
    struct spk_component *decoder = response->decoder;
    const struct spk_json_doc *doc = NULL;
    struct spk_error ignored;
    if (response->stream || (decoder && SPK_OPS(decoder, decoder)->hides_body))
        return;
    if (decoder)
        SPK_OPS(decoder, decoder)->decode(decoder, response, take_document, &first, &ignored);
    else if (spk_response_json(response, &doc, &ignored) == SPK_OK)
        response->tree = spk_json_node_value(response->arena, spk_json_doc_root(doc));
}

struct spk_value spk_response_json_tree(struct spk_response *response)
{
    const struct spk_json_doc *doc = NULL;
    if (spk_response_json(response, &doc, NULL))
        return spk_dict_new(response->arena);
    return spk_json_node_value(response->arena, spk_json_doc_root(doc));
}

struct spk_value spk_response_tree(struct spk_response *response)
{
    if (!spk_is_defined(response->tree))
        decode(response);
    if (!spk_is_defined(response->tree))
        response->tree = spk_dict_new(response->arena);
    return response->tree;
}
