#include <stddef.h>

#include "schema_type.h"

/* TypesMap: what a type of a description is in a JSON schema. ComplexFieldType: an array and what
 * is in it. */
struct complex_type {
    struct spk_component base;
    struct spk_view field_type;
    struct spk_value items; /* a text, a ComplexFieldType, or nothing */
    struct spk_component *inner;
};

struct types_map {
    struct spk_component base;
    struct spk_value target_type, current_type;
    struct spk_template_string *condition;
    struct spk_component *complex; /* made of target_type where that is one */
};

static const struct {
    const char *name, *type, *format, *airbyte_type;
} types[] = {
    {"string", "string", NULL, NULL},
    {"boolean", "boolean", NULL, NULL},
    {"date", "string", "date", NULL},
    {"timestamp_without_timezone", "string", "date-time", "timestamp_without_timezone"},
    {"timestamp_with_timezone", "string", "date-time", NULL},
    {"time_without_timezone", "string", "time", "time_without_timezone"},
    {"time_with_timezone", "string", "time", "time_with_timezone"},
    {"integer", "integer", NULL, NULL},
    {"number", "number", NULL, NULL},
    {"array", "array", NULL, NULL},
    {"object", "object", NULL, NULL},
};

static struct spk_value type_schema(struct spk_arena *arena, size_t i)
{
    struct spk_value schema = spk_dict_new(arena), type = spk_list_new(arena);
    spk_list_append(type, spk_str("null"));
    spk_list_append(type, spk_str(types[i].type));
    spk_set(schema, "type", type);
    if (types[i].format)
        spk_set(schema, "format", spk_str(types[i].format));
    if (types[i].airbyte_type)
        spk_set(schema, "airbyte_type", spk_str(types[i].airbyte_type));
    return schema;
}

static spk_rc schema_of_name(struct spk_arena *arena, struct spk_view name,
                             struct spk_value *schema, struct spk_error *err)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (spk_view_is(name, types[i].name)) {
            *schema = type_schema(arena, i);
            return SPK_OK;
        }
    }
    struct spk_buf known = {0};
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        spk_buf_printf(&known, "%s%s", i ? ", " : "", types[i].name);
    spk_error_set(err, SPK_EDATA, "Invalid Airbyte data type: %.*s; there are: %s", SPK_FMT(name),
                  spk_buf_cstr(&known));
    spk_error_hint(err, "map it in types_mapping of the SchemaTypeIdentifier");
    spk_buf_deinit(&known);
    return SPK_EDATA;
}

spk_rc spk_schema_of_type(struct spk_arena *arena, struct spk_value type, struct spk_value *schema,
                          struct spk_error *err)
{
    if (spk_is(type, SPK_STRING))
        return schema_of_name(arena, type.text, schema, err);
    bool two = spk_is(type, SPK_LIST) && spk_list_len(type) == 2;
    if (!two || !spk_is(spk_list_at(type, 0), SPK_STRING) ||
        !spk_is(spk_list_at(type, 1), SPK_STRING))
        return spk_error_set(err, SPK_EDATA,
                             "a type is a text or a list of two texts, this is a %s",
                             spk_value_type_name(type));
    struct spk_value first, second, choices = spk_list_new(arena);
    spk_rc rc = schema_of_name(arena, spk_list_at(type, 0).text, &first, err);
    if (!rc)
        rc = schema_of_name(arena, spk_list_at(type, 1).text, &second, err);
    if (rc)
        return rc;
    spk_list_append(choices, first);
    spk_list_append(choices, second);
    *schema = spk_dict_new(arena);
    spk_set(*schema, "oneOf", choices);
    return SPK_OK;
}

static const struct spk_prop complex_props[] = {
    {.name = "field_type",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct complex_type, field_type),
     .help = "array, or a type that has no parts"},
    {.name = "items",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct complex_type, items),
     .help = "of an array: the type of its items, or a ComplexFieldType"},
    SPK_PROP_END,
};

static spk_rc build_complex(const struct spk_build *build, struct spk_value node, const char *field,
                            struct spk_component **out, struct spk_error *err)
{
    struct spk_path path = {.parent = build->path, .key = spk_view_of(field)};
    struct spk_build inner = *build;
    inner.path = &path;
    struct spk_value typed = spk_dict_copy(build->arena, node);
    spk_set(typed, "type", spk_str("ComplexFieldType"));
    return spk_component_build(&inner, typed, SPK_KIND_OTHER, out, err);
}

static spk_rc finish_complex(struct spk_component *base, const struct spk_build *build,
                             struct spk_error *err)
{
    struct complex_type *self = (struct complex_type *)base;
    if (spk_is_defined(self->items) && spk_value_truthy(self->items) &&
        !spk_view_is(self->field_type, "array"))
        return spk_build_fail(build, self->items, err, "items belong to the field_type array");
    if (!spk_is(self->items, SPK_DICT))
        return SPK_OK;
    return build_complex(build, self->items, "items", &self->inner, err);
}

const struct spk_component_type spk_type_complex_field_type = {
    .name = "ComplexFieldType",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct complex_type),
    .props = complex_props,
    .finish = finish_complex,
    .help = "an array and the type of its items",
};

static spk_rc complex_schema(struct complex_type *self, struct spk_arena *arena,
                             struct spk_value *schema, struct spk_error *err)
{
    struct spk_value items = {0};
    spk_rc rc = schema_of_name(arena, self->field_type, schema, err);
    if (rc || (!self->inner && !spk_is(self->items, SPK_STRING)))
        return rc;
    rc = self->inner ? complex_schema((struct complex_type *)self->inner, arena, &items, err)
                     : schema_of_name(arena, self->items.text, &items, err);
    if (!rc)
        spk_set(*schema, "items", items);
    return rc;
}

static const struct spk_prop props[] = {
    {.name = "target_type",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct types_map, target_type),
     .help = "a type, a list of two, or a ComplexFieldType"},
    {.name = "current_type",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct types_map, current_type),
     .help = "the type as the description has it"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct types_map, condition),
     .standard = "'True'",
     .help = "only where this is true; sees the field's description as `raw_schema`"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct types_map *self = (struct types_map *)base;
    if (!spk_is(self->target_type, SPK_DICT))
        return SPK_OK;
    return build_complex(build, self->target_type, "target_type", &self->complex, err);
}

spk_rc spk_types_map_matches(struct spk_component *base, const struct spk_described *described,
                             struct spk_arena *arena, bool *matches, struct spk_error *err)
{
    struct types_map *self = (struct types_map *)base;
    struct spk_scope scope = {.source = base->source, .arena = arena, .extra = spk_dict_new(arena)};
    spk_set(scope.extra, "raw_schema", described->field);
    spk_rc rc = spk_scope_bool(&scope, base, self->condition, matches, err);
    *matches = !rc && *matches && spk_value_equal(described->type, self->current_type);
    return rc;
}

spk_rc spk_types_map_target(struct spk_component *base, struct spk_arena *arena,
                            struct spk_value *schema, struct spk_error *err)
{
    struct types_map *self = (struct types_map *)base;
    if (self->complex)
        return complex_schema((struct complex_type *)self->complex, arena, schema, err);
    return spk_schema_of_type(arena, self->target_type, schema, err);
}

const struct spk_component_type spk_type_types_map = {
    .name = "TypesMap",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct types_map),
    .props = props,
    .finish = finish,
    .help = "what a type of a description is in a JSON schema",
};
