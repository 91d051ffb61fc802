#include <stddef.h>

#include "csv/csv.h"
#include "decoder.h"

/* CsvDecoder: one document per row, named by the header; all values are text. */
struct csv_decoder {
    struct spk_component base;
    struct spk_view encoding;
    struct spk_view delimiter;
    struct spk_value set_values_to_none;
};

#define FIELD(name) offsetof(struct csv_decoder, name)

static const struct spk_prop props[] = {
    {.name = "encoding",
     .type = SPK_PROP_STRING,
     .offset = FIELD(encoding),
     .standard = "utf-8",
     .help = "character encoding of the body"},
    {.name = "delimiter",
     .type = SPK_PROP_STRING,
     .offset = FIELD(delimiter),
     .standard = "\",\"",
     .help = "character between fields; \\t is a tab"},
    {.name = "set_values_to_none",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(set_values_to_none),
     .help = "texts that mean null"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *self, const struct spk_build *build,
                     struct spk_error *err)
{
    struct csv_decoder *csv = (struct csv_decoder *)self;
    struct spk_value unescaped;
    if (!spk_view_starts(csv->delimiter, SPK_V("\\")))
        return SPK_OK;
    /* The escapes are those of Python's strings. */
    struct spk_view literal = spk_arena_printf(build->arena, "'%.*s'", SPK_FMT(csv->delimiter));
    if (!spk_value_literal_eval(build->arena, literal, &unescaped) ||
        !spk_is(unescaped, SPK_STRING))
        return spk_build_fail(build, self->node, err, "the delimiter '%.*s' is no escape sequence",
                              SPK_FMT(csv->delimiter));
    csv->delimiter = unescaped.text;
    return SPK_OK;
}

static void null_some(const struct csv_decoder *self, struct spk_value row)
{
    struct spk_value nones = self->set_values_to_none;
    for (size_t i = 0; spk_is(nones, SPK_LIST) && i < spk_dict_len(row); i++) {
        struct spk_value *value = &row.dict->entries[i].value;
        for (size_t j = 0; j < spk_list_len(nones); j++) {
            if (spk_value_equal(*value, spk_list_at(nones, j)))
                *value = spk_null();
        }
    }
}

static spk_rc visit_rows(const struct csv_decoder *self, struct spk_csv *csv,
                         const struct spk_document_visitor *to, struct spk_error *err)
{
    struct spk_arena arena = {0};
    const struct spk_csv_row *row = NULL;
    spk_rc rc = spk_csv_next(csv, &row, err);
    while (!rc && row) {
        struct spk_document document = {.tree = spk_csv_row_dict(&arena, csv, row, false)};
        null_some(self, document.tree);
        rc = to->visit(to->context, &document, err);
        spk_arena_reset(&arena);
        if (!rc)
            rc = spk_csv_next(csv, &row, err);
    }
    spk_arena_deinit(&arena);
    return rc;
}

enum { CHUNK_BYTES = 256 * 1024 }; /* the reader copies what it is given: keep that small */

static spk_rc use_piece(const struct csv_decoder *self, struct spk_csv *csv, struct spk_view piece,
                        const struct spk_document_visitor *to, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t at = 0; !rc && at < piece.len; at += CHUNK_BYTES) {
        rc = spk_csv_push(csv, spk_view_slice(piece, at, at + CHUNK_BYTES), err);
        if (!rc)
            rc = visit_rows(self, csv, to, err);
    }
    return rc;
}

static spk_rc create_reader(const struct csv_decoder *self, struct spk_csv **csv,
                            struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_csv_options options = {.delimiter = self->delimiter,
                                      .reject_open = true,
                                      .max_field = SPK_RECORD_BYTES,
                                      .max_record = SPK_RECORD_BYTES,
                                      .encoding = spk_arena_strdup(&arena, self->encoding)};
    spk_rc rc = spk_csv_create(&options, csv, err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc parse(struct spk_component *base, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err)
{
    const struct csv_decoder *self = (const struct csv_decoder *)base;
    const struct spk_document_visitor to = {visit, context};
    struct spk_csv *csv = NULL;
    struct spk_view piece = {0};
    spk_rc rc = create_reader(self, &csv, err);
    if (!rc)
        rc = bytes->next(bytes, &piece, err);
    while (!rc && piece.at) {
        rc = use_piece(self, csv, piece, &to, err);
        if (!rc)
            rc = bytes->next(bytes, &piece, err);
    }
    if (!rc)
        rc = spk_csv_finish(csv, err);
    if (!rc)
        rc = visit_rows(self, csv, &to, err);
    spk_csv_destroy(csv);
    return rc;
}

static const struct spk_decoder_ops ops = {
    .decode = spk_decoder_parse_body, .parse = parse, .in_pieces = true, .hides_body = true};

const struct spk_component_type spk_type_csv_decoder = {
    .name = "CsvDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct csv_decoder),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "comma-separated rows under a header",
};
