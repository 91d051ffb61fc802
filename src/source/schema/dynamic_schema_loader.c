#include <stddef.h>

#include "schema_type.h"
#include "source/kinds.h"
#include "source/stream/nodes.h"

/* DynamicSchemaLoader: the platform describes the fields; its first answer becomes the schema. */
struct dynamic_loader {
    struct spk_component base;
    struct spk_value retriever_node;
    struct spk_component *retriever;
    struct spk_component *filter;
    struct spk_components transformations;
    struct spk_component *identifier;
};

#define FIELD(name) offsetof(struct dynamic_loader, name)

static const struct spk_prop props[] = {
    {.name = "retriever",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(retriever_node),
     .help = "reads the description of the fields; its first record counts"},
    {.name = "schema_filter",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(filter),
     .kind = SPK_KIND_RECORD_FILTER,
     .help = "which properties stay; sees each as a record {name: schema}"},
    {.name = "schema_transformations",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(transformations),
     .kind = SPK_KIND_TRANSFORMATION,
     .help = "change the properties as if they were a record"},
    {.name = "schema_type_identifier",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(identifier),
     .kind = SPK_KIND_OTHER,
     .part = "SchemaTypeIdentifier",
     .help = "where the description has names and types"},
    SPK_PROP_END,
};

/* The schema's retriever has nothing of the stream's: no transformations, no normalisation. */
static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct dynamic_loader *self = (struct dynamic_loader *)base;
    struct spk_value node = self->retriever_node;
    bool async = spk_view_is(spk_value_text_or(spk_get(node, "type"), ""), "AsyncRetriever");
    if (async && spk_value_truthy(spk_get(node, "partition_router")))
        return spk_build_fail(build, node, err,
                              "a schema is read from the first record: its AsyncRetriever takes no "
                              "partition_router");
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("retriever")};
    struct spk_build inner = *build;
    struct spk_value stream = spk_dict_new(build->arena);
    spk_set(stream, "name", spk_str("dynamic_properties"));
    spk_set(stream, "retriever", node);
    stream = spk_node_with_cache(build->arena, stream);
    inner.path = &path;
    inner.parent = base;
    inner.stream = stream;
    return spk_component_build(&inner, spk_get(stream, "retriever"), SPK_KIND_RETRIEVER,
                               &self->retriever, err);
}

struct description {
    struct spk_arena *arena;
    struct spk_value found; /* UNDEFINED: no record */
};

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct description *d = context;
    if (!spk_is_defined(d->found))
        d->found = spk_value_copy(d->arena, spk_record_tree(record));
    return SPK_OK;
}

static spk_rc read_description(struct dynamic_loader *self, struct spk_arena *arena,
                               struct spk_value *out, struct spk_error *err)
{
    struct description d = {.arena = arena};
    struct spk_slice slice = {0};
    struct spk_evidence evidence = {0};
    struct spk_slice_read read = {.slice = &slice,
                                  .any_value = true,
                                  .record = on_record,
                                  .context = &d,
                                  .evidence = &evidence,
                                  .limit = 1};
    spk_slice_finish(&slice, arena);
    spk_rc rc = SPK_OPS(self->retriever, retriever)->read(self->retriever, &read, err);
    *out = d.found;
    return rc;
}

static spk_rc describe(struct dynamic_loader *self, struct spk_value description,
                       struct spk_arena *arena, struct spk_value properties, struct spk_error *err)
{
    struct spk_value fields;
    if (!spk_is_defined(description) || !spk_value_truthy(description))
        return SPK_OK;
    spk_rc rc = spk_schema_fields(self->identifier, description, arena, &fields, err);
    if (rc)
        return rc;
    if (!spk_is(fields, SPK_LIST))
        return spk_error_set(err, SPK_EDATA, "schema_pointer leads to no list of fields");
    for (size_t i = 0; i < spk_list_len(fields); i++) {
        struct spk_entry field = {0};
        rc = spk_schema_field(self->identifier, spk_list_at(fields, i), arena, &field, err);
        if (rc)
            return spk_error_context(err, rc, "description %zu", i + 1);
        spk_dict_set_value(properties, field.key, field.value);
    }
    return SPK_OK;
}

static spk_rc keep(struct dynamic_loader *self, const struct spk_entry *property,
                   struct spk_arena *arena, bool *kept, struct spk_error *err)
{
    struct spk_record record = {.tree = spk_dict_new(arena), .arena = arena};
    struct spk_slice slice = {0};
    struct spk_scope scope = {.source = self->base.source, .record = &record, .arena = arena};
    spk_dict_set_value(record.tree, property->key, property->value);
    spk_slice_finish(&slice, arena);
    scope.slice = &slice;
    return SPK_OPS(self->filter, record_filter)->keep(self->filter, &scope, kept, err);
}

static spk_rc filter(struct dynamic_loader *self, struct spk_arena *arena,
                     struct spk_value *properties, struct spk_error *err)
{
    if (!self->filter)
        return SPK_OK;
    struct spk_value left = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(*properties); i++) {
        const struct spk_entry *e = &properties->dict->entries[i];
        bool kept = false;
        spk_rc rc = keep(self, e, arena, &kept, err);
        if (rc)
            return rc;
        if (kept)
            spk_dict_set_value(left, e->key, e->value);
    }
    *properties = left;
    return SPK_OK;
}

static spk_rc transform(struct dynamic_loader *self, struct spk_arena *arena,
                        struct spk_value *properties, struct spk_error *err)
{
    struct spk_record record = {.tree = *properties, .arena = arena};
    struct spk_scope scope = {.source = self->base.source, .record = &record, .arena = arena};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->transformations.len; i++) {
        struct spk_component *step = self->transformations.items[i];
        rc = SPK_OPS(step, transformation)->transform(step, &scope, err);
    }
    *properties = record.tree;
    return rc;
}

static spk_rc load(struct spk_component *base, struct spk_arena *arena, struct spk_value *schema,
                   struct spk_error *err)
{
    struct dynamic_loader *self = (struct dynamic_loader *)base;
    struct spk_value description, properties = spk_dict_new(arena);
    spk_rc rc = read_description(self, arena, &description, err);
    if (!rc)
        rc = describe(self, description, arena, properties, err);
    if (!rc)
        rc = filter(self, arena, &properties, err);
    if (!rc)
        rc = transform(self, arena, &properties, err);
    if (rc)
        return spk_error_context(err, rc, "schema");
    *schema = spk_dict_new(arena);
    spk_set(*schema, "$schema", spk_str("https://json-schema.org/draft-07/schema#"));
    spk_set(*schema, "type", spk_str("object"));
    spk_set(*schema, "additionalProperties", spk_bool(true));
    spk_set(*schema, "properties", properties);
    return SPK_OK;
}

static const struct spk_schema_loader_ops ops = {.load = load};

const struct spk_component_type spk_type_dynamic_schema_loader = {
    .name = "DynamicSchemaLoader",
    .kind = SPK_KIND_SCHEMA_LOADER,
    .size = sizeof(struct dynamic_loader),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the schema is what the platform says of its fields",
};
