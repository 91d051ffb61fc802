#include "decoder.h"
#include "xml/xml.h"

/*
 * XmlDecoder: the body as one document in xmltodict's shape. A charset in the Content-Type
 * overrules the document's own declaration.
 */

/* NULL where there is none, or none that is known. */
static const char *charset_of(const struct spk_response *response)
{
    struct spk_view rest = spk_value_text_or(spk_get(response->headers, "content-type"), "");
    while (rest.at) {
        struct spk_view value = spk_view_cut(&rest, ';');
        struct spk_view name = spk_view_trim(spk_view_cut(&value, '='));
        value = spk_view_trim(value);
        if (value.len > 1 && (value.at[0] == '"' || value.at[0] == '\''))
            value = spk_view_slice(value, 1, value.len - 1);
        if (value.len > 0 && spk_view_equal_nocase(name, SPK_V("charset")))
            return spk_arena_strdup(response->arena, value);
    }
    return NULL;
}

/* A charset that nobody knows is passed over, as python-requests does. */
static spk_rc parse_xml(const struct spk_response *response, struct spk_value *out,
                        struct spk_error *err)
{
    struct spk_xml_options options = {.encoding = charset_of(response)};
    struct spk_error unknown = {0};
    if (options.encoding) {
        spk_rc rc = spk_xml_parse(response->arena, response->body, &options, out, &unknown);
        if (rc != SPK_ECONFIG)
            return rc ? spk_error_set(err, rc, "%s", unknown.text) : SPK_OK;
    }
    return spk_xml_parse(response->arena, response->body, NULL, out, err);
}

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_document document = {.text = response->body};
    if (spk_view_trim(response->body).len == 0) {
        document.tree = spk_dict_new(response->arena);
    } else {
        spk_rc rc = parse_xml(response, &document.tree, err);
        if (rc)
            return spk_error_context(err, rc, "the response is no XML");
    }
    return visit(context, &document, err);
}

static const struct spk_decoder_ops ops = {.decode = decode, .paginates = spk_decoder_paginates};

const struct spk_component_type spk_type_xml_decoder = {
    .name = "XmlDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "the body is one XML document",
};
