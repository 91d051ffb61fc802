#include "base/event.h"
#include "decoder.h"

/*
 * JsonlDecoder: one JSON document per line. Lines that are none are skipped and counted, unless all
 * are: then the body is something else.
 */
struct line_counts {
    int64_t good, bad;
};

static const char *fault_of(struct spk_view line)
{
    if (spk_utf8_valid_prefix(line) != line.len)
        return "not UTF-8";
    return spk_json_nests_deeper(line, SPK_BODY_DEPTH) ? "nested too deeply" : NULL;
}

static spk_rc use_line(struct spk_lines *lines, struct spk_view line, struct line_counts *n,
                       const struct spk_document_visitor *to, struct spk_error *err)
{
    struct spk_json_doc *doc = NULL;
    struct spk_document document;
    if (spk_decoder_record(line, &doc, &document, true)) {
        n->good++;
        spk_rc rc = to->visit(to->context, &document, err);
        spk_json_doc_destroy(doc);
        return rc;
    }
    const char *fault = fault_of(line);
    if (fault)
        return spk_error_set(err, SPK_EDATA, "line %llu of the response is %s",
                             (unsigned long long)lines->number, fault);
    n->bad++;
    return SPK_OK;
}

static spk_rc parse(struct spk_component *self, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err)
{
    const struct spk_document_visitor to = {visit, context};
    struct spk_lines lines = {.bytes = bytes};
    struct line_counts n = {0};
    struct spk_view line = {0};
    spk_rc rc = spk_lines_next(&lines, &line, err);
    while (!rc && line.at) {
        line = spk_view_trim(line);
        if (line.len > 0)
            rc = use_line(&lines, line, &n, &to, err);
        if (!rc)
            rc = spk_lines_next(&lines, &line, err);
    }
    spk_lines_deinit(&lines);
    if (!rc && n.bad > 0 && n.good == 0)
        return spk_error_set(err, SPK_EDATA, "the response is no JSONL: none of its lines is JSON");
    if (n.bad > 0)
        spk_event_emit(SPK_EVENT_LINES_SKIPPED, SPK_FIELDS(SPK_INT("lines", n.bad)));
    return rc;
}

static const struct spk_decoder_ops ops = {
    .decode = spk_decoder_parse_body, .parse = parse, .in_pieces = true, .hides_body = true};

const struct spk_component_type spk_type_jsonl_decoder = {
    .name = "JsonlDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "one JSON document per line",
};
