#include <stddef.h>

#include "selector.h"

/* RecordSelector: extract, then filter, transform and normalise each record, in that order (or
 * transform before filtering). */
struct record_selector {
    struct spk_component base;
    struct spk_component *extractor;
    struct spk_component *filter;
    struct spk_components transformations; /* the stream's */
    struct spk_value schema_normalization;
    struct spk_value transform_first; /* as written: a stream that filters by cursor has it true */
    bool transform_before_filtering;
    bool normalize;
};

#define FIELD(name) offsetof(struct record_selector, name)

static const struct spk_prop props[] = {
    {.name = "extractor",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "where the records are in the body"},
    {.name = "record_filter",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(filter),
     .kind = SPK_KIND_RECORD_FILTER,
     .help = "which records are kept"},
    {.name = "schema_normalization",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(schema_normalization),
     .help = "Default: values are cast to the schema's types"},
    {.name = "transform_before_filtering",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(transform_first),
     .help = "the filter sees transformed records; standard is_client_side_incremental"},
    SPK_PROP_END,
};

static spk_rc build_transformations(struct record_selector *self, const struct spk_build *build,
                                    struct spk_error *err)
{
    struct spk_value nodes = spk_get(build->stream, "transformations");
    if (!spk_is(nodes, SPK_LIST))
        return SPK_OK;
    struct spk_path list = {.parent = build->path, .key = SPK_VIEW("transformations")};
    size_t n = spk_list_len(nodes);
    self->transformations.items =
        spk_arena_array(build->arena, n + 1, sizeof(struct spk_component *));
    for (size_t i = 0; i < n; i++) {
        struct spk_path item = {.parent = &list, .index = i};
        struct spk_build inner = *build;
        inner.path = &item;
        spk_rc rc = spk_component_build(&inner, spk_list_at(nodes, i), SPK_KIND_TRANSFORMATION,
                                        &self->transformations.items[i], err);
        if (rc)
            return rc;
        self->transformations.len++;
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct record_selector *self = (struct record_selector *)base;
    struct spk_value normalization = self->schema_normalization;
    struct spk_value cursor = spk_get(build->stream, "incremental_sync");
    self->transform_before_filtering = spk_value_truthy(
        spk_is_nothing(self->transform_first) ? spk_get(cursor, "is_client_side_incremental")
                                              : self->transform_first);
    self->normalize = spk_view_is(spk_value_text_or(normalization, ""), "Default");
    if (spk_is(normalization, SPK_DICT))
        return spk_build_fail(
            build, normalization, err,
            "no native schema normalization is called '%.*s'; there are: Default, "
            "None",
            SPK_FMT(spk_value_text_or(spk_get(normalization, "class_name"), "?")));
    return build_transformations(self, build, err);
}

struct selection {
    struct record_selector *self;
    struct spk_scope scope; /* with the record of the moment */
    const struct spk_record_visitor *to;
    bool normalize;
    int64_t extracted;
};

static spk_rc filter(struct selection *s, bool *keep, struct spk_error *err)
{
    struct spk_component *component = s->self->filter;
    struct spk_cursor *cursor = s->scope.cursor;
    *keep = !cursor || cursor->ops->should_sync(cursor, s->scope.slice, s->scope.record);
    return component && *keep
               ? SPK_OPS(component, record_filter)->keep(component, &s->scope, keep, err)
               : SPK_OK;
}

static spk_rc transform(struct selection *s, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < s->self->transformations.len; i++) {
        struct spk_component *t = s->self->transformations.items[i];
        rc = SPK_OPS(t, transformation)->transform(t, &s->scope, err);
    }
    return rc;
}

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct selection *s = context;
    bool keep = true;
    spk_rc rc = SPK_OK;
    s->extracted++;
    if (!spk_is_defined(record->tree) && !record->node.at)
        return SPK_OK;
    s->scope.record = record;
    s->scope.arena = record->arena;
    if (s->self->transform_before_filtering)
        rc = transform(s, err);
    if (!rc)
        rc = filter(s, &keep, err);
    if (!rc && keep && !s->self->transform_before_filtering)
        rc = transform(s, err);
    if (rc || !keep)
        return rc;
    if (s->normalize)
        spk_schema_normalize(spk_record_change(record), s->scope.schema, record->arena);
    return s->to->visit(s->to->context, record, err);
}

static spk_rc select_records(struct spk_component *base, const struct spk_scope *scope,
                             const struct spk_record_visitor *to, int64_t *extracted,
                             struct spk_error *err)
{
    struct record_selector *self = (struct record_selector *)base;
    struct selection s = {.self = self, .scope = *scope, .to = to};
    *extracted = 0;
    s.scope.next_page_token = (struct spk_value){0}; /* as in the CDK, filters do not see it */
    if (scope->response->proven_empty)
        return SPK_OK;
    s.normalize = self->normalize && spk_is(scope->schema, SPK_DICT);
    spk_rc rc =
        SPK_OPS(self->extractor, extractor)->extract(self->extractor, scope, on_record, &s, err);
    *extracted = s.extracted;
    return rc;
}

static int64_t count(struct spk_component *base, const struct spk_scope *scope)
{
    struct spk_component *extractor = ((struct record_selector *)base)->extractor;
    const struct spk_extractor_ops *extractor_ops = SPK_OPS(extractor, extractor);
    if (scope->response->proven_empty)
        return 0;
    return extractor_ops->count ? extractor_ops->count(extractor, scope) : -1;
}

static void extract_with(struct spk_component *base, struct spk_component *extractor)
{
    struct record_selector *self = (struct record_selector *)base;
    self->extractor = extractor;
    self->transform_before_filtering = spk_value_truthy(self->transform_first);
}

static bool in_pieces(struct spk_component *base, struct spk_component *decoder)
{
    struct spk_component *extractor = ((struct record_selector *)base)->extractor;
    const struct spk_extractor_ops *extractor_ops = SPK_OPS(extractor, extractor);
    return extractor_ops->reads_bytes ||
           (extractor_ops->in_pieces && SPK_OPS(decoder, decoder)->in_pieces);
}

static const struct spk_record_selector_ops ops = {
    .select = select_records, .count = count, .extract_with = extract_with, .in_pieces = in_pieces};

const struct spk_component_type spk_type_record_selector = {
    .name = "RecordSelector",
    .kind = SPK_KIND_RECORD_SELECTOR,
    .size = sizeof(struct record_selector),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "extracts, filters, transforms and normalises records",
};
