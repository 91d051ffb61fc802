#include <stddef.h>

#include "rows.h"

/* JsonRecordExtractor: every object of the list at a path is a record, and the list must be there.
 * Contract: connectors/components/json_record_extractor.yaml. */
struct json_rows {
    struct spk_component base;
    struct spk_value record_path;
    struct spk_view envelope;
};

#define FIELD(name) offsetof(struct json_rows, name)

static const struct spk_prop props[] = {
    {.name = "record_path",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(record_path),
     .help = "object keys from the top to the list"},
    {.name = "envelope",
     .type = SPK_PROP_STRING,
     .offset = FIELD(envelope),
     .help = "key under which the row is put"},
    SPK_PROP_END,
};

static spk_rc extract(struct spk_component *base, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    const struct json_rows *self = (const struct json_rows *)base;
    struct spk_arena *arena = scope->response->arena;
    struct spk_value document;
    spk_rc rc = spk_row_document(scope->response, &document, err);
    if (rc)
        return rc;
    struct spk_value rows = spk_row_walk(document, self->record_path);
    struct spk_view where = spk_row_path_text(arena, self->record_path);
    if (!spk_is(rows, SPK_LIST))
        return spk_error_set(err, SPK_EDATA, "the answer has no list at %.*s", SPK_FMT(where));
    for (size_t i = 0; i < spk_list_len(rows); i++) {
        if (!spk_is(spk_list_at(rows, i), SPK_DICT))
            return spk_error_set(err, SPK_EDATA, "item %zu of the list at %.*s is no object", i,
                                 SPK_FMT(where));
    }
    struct spk_arena record_arena = {0};
    struct spk_record_visitor to = {visit, context};
    for (size_t i = 0; !rc && i < spk_list_len(rows); i++) {
        rc = spk_row_visit(spk_list_at(rows, i), self->envelope, &record_arena, &to, err);
        spk_arena_reset(&record_arena);
    }
    if (!rc && spk_list_len(rows) == 0)
        spk_evidence_prove_empty(scope->evidence, "an empty list at %.*s", SPK_FMT(where));
    spk_arena_deinit(&record_arena);
    return rc;
}

static const struct spk_extractor_ops ops = {.extract = extract};

const struct spk_component_type spk_type_json_record_extractor = {
    .name = "JsonRecordExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct json_rows),
    .props = props,
    .ops = &ops,
    .help = "the objects of a list that must be there",
};
