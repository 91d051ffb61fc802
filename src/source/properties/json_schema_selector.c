#include <stddef.h>

#include "properties.h"
#include "source/source_internal.h"

/* JsonSchemaPropertySelector: the properties that the configured catalog has for the stream. */
struct schema_selector {
    struct spk_component base;
    struct spk_components transformations;
    struct spk_view stream; /* empty: of a parent, which no catalog configures */
};

#define FIELD(name) offsetof(struct schema_selector, name)

static const struct spk_prop props[] = {
    {.name = "transformations",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(transformations),
     .kind = SPK_KIND_TRANSFORMATION,
     .help = "turn the schema's properties into the API's"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    if (!build->is_parent)
        ((struct schema_selector *)base)->stream =
            spk_value_text_or(spk_get(build->stream, "name"), "");
    return SPK_OK;
}

const struct spk_component_type spk_type_json_schema_property_selector = {
    .name = "JsonSchemaPropertySelector",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct schema_selector),
    .props = props,
    .finish = finish,
    .help = "only properties of the configured schema are asked for",
};

static struct spk_value configured_stream(const struct schema_selector *self)
{
    struct spk_value streams = spk_get(self->base.source->catalog, "streams");
    for (size_t i = 0; spk_is(streams, SPK_LIST) && i < spk_list_len(streams); i++) {
        struct spk_value stream = spk_get(spk_list_at(streams, i), "stream");
        if (spk_view_equal(spk_value_text_or(spk_get(stream, "name"), ""), self->stream))
            return stream;
    }
    return (struct spk_value){0};
}

spk_rc spk_property_selector_select(struct spk_component *base, struct spk_arena *arena,
                                    struct spk_value *chosen, struct spk_error *err)
{
    struct schema_selector *self = (struct schema_selector *)base;
    struct spk_value stream =
        self->stream.len > 0 ? configured_stream(self) : (struct spk_value){0};
    *chosen = (struct spk_value){0};
    if (!spk_is_defined(stream))
        return SPK_OK;
    struct spk_value properties = spk_get(spk_get(stream, "json_schema"), "properties");
    struct spk_record record = {.arena = arena};
    record.tree =
        spk_is(properties, SPK_DICT) ? spk_value_copy(arena, properties) : spk_dict_new(arena);
    struct spk_scope scope = {.source = base->source, .record = &record, .arena = arena};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->transformations.len; i++) {
        struct spk_component *t = self->transformations.items[i];
        rc = SPK_OPS(t, transformation)->transform(t, &scope, err);
    }
    if (!rc)
        *chosen = record.tree;
    return rc ? spk_error_context(err, rc, "properties of the configured schema") : SPK_OK;
}
