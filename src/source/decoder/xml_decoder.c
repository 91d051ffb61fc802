#include "source/kinds.h"
#include "xml/xml.h"

/* XmlDecoder: the body as one document in xmltodict's shape. */

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_document document = {.text = response->body};
    if (spk_view_trim(response->body).len == 0) {
        document.tree = spk_dict_new(response->arena);
    } else {
        spk_rc rc = spk_xml_parse(response->arena, response->body, NULL, &document.tree, err);
        if (rc)
            return spk_error_context(err, rc, "the response is no XML");
    }
    return visit(context, &document, err);
}

static const struct spk_decoder_ops ops = {.decode = decode};

const struct spk_component_type spk_type_xml_decoder = {
    .name = "XmlDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "the body is one XML document",
};
