#include <stddef.h>

#include "rows.h"

/* HeaderedRowsExtractor: positional rows under one list of titles. Contract:
 * connectors/components/headered_rows_extractor.yaml. */
struct headered_rows {
    struct spk_component base;
    struct spk_value header_path, rows_path, has_data_path;
    struct spk_view row_values_key, envelope;
    int duplicates;
};

#define FIELD(name) offsetof(struct headered_rows, name)

static const struct spk_prop props[] = {
    {.name = "header_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(header_path),
     .help = "keys to the list of titles"},
    {.name = "rows_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(rows_path),
     .help = "keys to the list of rows"},
    {.name = "row_values_key",
     .type = SPK_PROP_STRING,
     .offset = FIELD(row_values_key),
     .help = "key of the values within a row; not given: a row is the list itself"},
    {.name = "has_data_path",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(has_data_path),
     .help = "keys to a boolean that says whether there are rows"},
    {.name = "duplicate_policy",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(duplicates),
     .choices = spk_duplicates_names,
     .help = "for a title that repeats"},
    {.name = "envelope",
     .type = SPK_PROP_STRING,
     .offset = FIELD(envelope),
     .help = "key under which the row is put"},
    SPK_PROP_END,
};

static spk_rc list_at(const struct spk_scope *scope, struct spk_value document,
                      struct spk_value path, struct spk_value *out, struct spk_error *err)
{
    *out = spk_row_walk(document, path);
    if (spk_is(*out, SPK_LIST))
        return SPK_OK;
    return spk_error_set(err, SPK_EDATA, "the answer has no list at %.*s",
                         SPK_FMT(spk_row_path_text(scope->response->arena, path)));
}

/* What the platform itself says: false proves that there are no rows. */
static spk_rc check_has_data(const struct headered_rows *self, const struct spk_scope *scope,
                             struct spk_value document, bool *has_data, struct spk_error *err)
{
    struct spk_value path = self->has_data_path;
    *has_data = true;
    if (!spk_is(path, SPK_LIST) || spk_list_len(path) == 0)
        return SPK_OK;
    struct spk_view where = spk_row_path_text(scope->response->arena, path);
    struct spk_value flag = spk_row_walk(document, path);
    if (!spk_is(flag, SPK_BOOL))
        return spk_error_set(err, SPK_EDATA, "the answer has no true or false at %.*s",
                             SPK_FMT(where));
    *has_data = flag.boolean;
    if (!*has_data)
        spk_evidence_prove_empty(scope->evidence, "%.*s is false", SPK_FMT(where));
    return SPK_OK;
}

/* The values of *row under their titles. */
static spk_rc make_row(const struct headered_rows *self, struct spk_value titles,
                       struct spk_arena *arena, struct spk_value *row, struct spk_error *err)
{
    struct spk_value values = *row;
    if (self->row_values_key.len > 0)
        values = spk_dict_get(*row, self->row_values_key);
    if (!spk_is(values, SPK_LIST) || spk_list_len(values) != spk_list_len(titles))
        return spk_error_set(err, SPK_EDATA, "a row has %zu values under %zu titles",
                             spk_is(values, SPK_LIST) ? spk_list_len(values) : 0,
                             spk_list_len(titles));
    *row = spk_dict_new(arena);
    for (size_t i = 0; i < spk_list_len(titles); i++) {
        struct spk_buf text = {0};
        spk_value_str(&text, spk_list_at(titles, i));
        struct spk_view title = spk_arena_dup(arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
        spk_row_put(arena, *row, title, spk_list_at(values, i),
                    (enum spk_duplicates)self->duplicates);
    }
    return SPK_OK;
}

static spk_rc visit_rows(const struct headered_rows *self, struct spk_value titles,
                         struct spk_value rows, const struct spk_record_visitor *to,
                         struct spk_error *err)
{
    struct spk_arena arena = {0};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < spk_list_len(rows); i++) {
        struct spk_value row = spk_list_at(rows, i);
        rc = make_row(self, titles, &arena, &row, err);
        if (rc)
            rc = spk_error_context(err, rc, "row %zu", i);
        else
            rc = spk_row_visit(row, self->envelope, &arena, to, err);
        spk_arena_reset(&arena);
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc extract(struct spk_component *base, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    const struct headered_rows *self = (const struct headered_rows *)base;
    struct spk_value document, titles, rows;
    bool has_data = true;
    spk_rc rc = spk_row_document(scope->response, &document, err);
    if (!rc)
        rc = check_has_data(self, scope, document, &has_data, err);
    if (rc || !has_data)
        return rc;
    rc = list_at(scope, document, self->header_path, &titles, err);
    if (!rc)
        rc = list_at(scope, document, self->rows_path, &rows, err);
    struct spk_record_visitor to = {visit, context};
    return rc ? rc : visit_rows(self, titles, rows, &to, err);
}

static const struct spk_extractor_ops ops = {.extract = extract};

const struct spk_component_type spk_type_headered_rows_extractor = {
    .name = "HeaderedRowsExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct headered_rows),
    .props = props,
    .ops = &ops,
    .help = "positional rows under one list of titles",
};
