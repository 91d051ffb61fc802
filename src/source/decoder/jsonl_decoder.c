#include "base/event.h"
#include "source/kinds.h"

/* JsonlDecoder: one JSON document per line. Lines that are none are skipped and counted. */

static spk_rc decode_line(struct spk_view line, spk_document_visit visit, void *context,
                          int64_t *bad, struct spk_error *err)
{
    struct spk_json_limits limits = {.allow_nan = true, .big_float = true};
    struct spk_json_doc *doc = NULL;
    if (spk_json_doc_parse(line, &limits, &doc, NULL)) {
        *bad += 1;
        return SPK_OK;
    }
    struct spk_document document = {.json = doc, .text = line};
    spk_rc rc = visit(context, &document, err);
    spk_json_doc_destroy(doc);
    return rc;
}

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_view rest = response->body;
    int64_t bad = 0;
    spk_rc rc = SPK_OK;
    while (!rc && rest.at) {
        struct spk_view line = spk_view_trim(spk_view_cut(&rest, '\n'));
        if (line.len > 0)
            rc = decode_line(line, visit, context, &bad, err);
    }
    if (bad > 0)
        spk_event_emit(SPK_EVENT_LINES_SKIPPED, SPK_FIELDS(SPK_INT("lines", bad)));
    return rc;
}

static const struct spk_decoder_ops ops = {.decode = decode};

const struct spk_component_type spk_type_jsonl_decoder = {
    .name = "JsonlDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "one JSON document per line",
};
