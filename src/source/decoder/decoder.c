#include "decoder.h"

spk_rc spk_decoder_parse_body(struct spk_component *self, struct spk_response *response,
                              spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_reader *bytes = spk_response_reader(response);
    return SPK_OPS(self, decoder)->parse(self, bytes, visit, context, err);
}

bool spk_decoder_paginates(struct spk_component *self)
{
    (void)self;
    return true;
}

spk_rc spk_decoder_check_inner(const struct spk_component *self, const struct spk_build *build,
                               const struct spk_component *inner, struct spk_error *err)
{
    if (SPK_OPS(inner, decoder)->parse)
        return SPK_OK;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("decoder")};
    struct spk_build place = *build;
    place.path = &path;
    return spk_build_fail(&place, inner->node, err, "%s cannot be the decoder inside a %s",
                          inner->type->name, self->type->name);
}

bool spk_decoder_record(struct spk_view text, struct spk_json_doc **doc,
                        struct spk_document *document, bool allow_nan)
{
    struct spk_json_limits limits = {.max_depth = SPK_BODY_DEPTH, .allow_nan = allow_nan};
    if (spk_json_doc_parse(text, &limits, doc, NULL))
        return false;
    *document = (struct spk_document){.json = *doc, .text = text};
    return true;
}
