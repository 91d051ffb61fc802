#include "source/kinds.h"

/* JsonDecoder: one document, the whole body. An empty body is an empty object. */

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_document document = {.text = response->body};
    if (spk_view_trim(response->body).len == 0) {
        document.tree = spk_dict_new(response->arena);
        return visit(context, &document, err);
    }
    spk_rc rc = spk_response_json(response, &document.json, err);
    return rc ? rc : visit(context, &document, err);
}

static const struct spk_decoder_ops ops = {.decode = decode, .whole_json = true};

const struct spk_component_type spk_type_json_decoder = {
    .name = "JsonDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "the body is one JSON document",
};
