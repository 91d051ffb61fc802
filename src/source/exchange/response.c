#include "source/exchange.h"
#include "source/kinds.h"

spk_rc spk_response_json(struct spk_response *response, const struct spk_json_doc **out,
                         struct spk_error *err)
{
    if (!response->json) {
        struct spk_json_limits limits = {.allow_nan = true, .big_float = true};
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
    first->response->tree = document->json
                                ? spk_json_node_value(arena, spk_json_doc_root(document->json))
                                : spk_value_copy(arena, document->tree);
    return SPK_OK;
}

static void decode(struct spk_response *response)
{
    struct first_document first = {.response = response};
    struct spk_component *decoder = response->decoder;
    const struct spk_json_doc *doc = NULL;
    struct spk_error ignored;
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
