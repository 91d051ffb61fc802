#include "decoder.h"

/* IterableDecoder: each line is a record {"record": LINE}. */

static spk_rc use_line(struct spk_lines *lines, struct spk_view line, struct spk_arena *arena,
                       const struct spk_document_visitor *to, struct spk_error *err)
{
    if (spk_utf8_valid_prefix(line) != line.len)
        return spk_error_set(err, SPK_EDATA, "line %llu of the response is not UTF-8",
                             (unsigned long long)lines->number);
    struct spk_document document = {.text = line, .tree = spk_dict_new(arena)};
    spk_set(document.tree, "record", spk_string(line));
    return to->visit(to->context, &document, err);
}

static spk_rc decode(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    const struct spk_document_visitor to = {visit, context};
    struct spk_lines lines = {.bytes = spk_response_reader(response), .any_end = true};
    struct spk_arena arena = {0};
    struct spk_view line = {0};
    spk_rc rc = spk_lines_next(&lines, &line, err);
    while (!rc && line.at) {
        rc = use_line(&lines, line, &arena, &to, err);
        spk_arena_reset(&arena);
        if (!rc)
            rc = spk_lines_next(&lines, &line, err);
    }
    spk_arena_deinit(&arena);
    spk_lines_deinit(&lines);
    return rc;
}

static const struct spk_decoder_ops ops = {.decode = decode, .in_pieces = true, .hides_body = true};

const struct spk_component_type spk_type_iterable_decoder = {
    .name = "IterableDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "one text per line, as the record's field `record`",
};
