#include <stddef.h>

#include "schema_type.h"
#include "source/exchange/template_path.h"

struct identifier {
    struct spk_component base;
    struct spk_value schema_pointer, key_pointer, type_pointer; /* as written */
    struct spk_template_path schema_path, key_path, type_path;
    struct spk_components types_mapping;
};

#define FIELD(name) offsetof(struct identifier, name)

static const struct spk_prop props[] = {
    {.name = "schema_pointer",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(schema_pointer),
     .help = "keys from the record to the list of fields; standard: the record itself"},
    {.name = "key_pointer",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(key_pointer),
     .help = "keys from a field's description to its name"},
    {.name = "type_pointer",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(type_pointer),
     .help = "keys from a field's description to its type; standard: all are strings"},
    {.name = "types_mapping",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(types_mapping),
     .kind = SPK_KIND_OTHER,
     .part = "TypesMap",
     .help = "what the description's types are in a JSON schema; the first that fits counts"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct identifier *self = (struct identifier *)base;
    spk_rc rc = spk_template_path_build(&self->schema_path, build, self->schema_pointer, err);
    if (!rc)
        rc = spk_template_path_build(&self->key_path, build, self->key_pointer, err);
    return rc ? rc : spk_template_path_build(&self->type_path, build, self->type_pointer, err);
}

/* Follows a path from *value; an empty one stays there, UNDEFINED where it leads nowhere. */
static spk_rc follow(struct spk_component *base, const struct spk_template_path *templates,
                     struct spk_arena *arena, struct spk_value *value, struct spk_error *err)
{
    struct spk_value path;
    spk_rc rc = spk_template_path_eval(templates, base, arena, &path, err);
    if (!rc && spk_list_len(path) > 0)
        *value = spk_dpath_get(*value, path);
    return rc;
}

spk_rc spk_schema_fields(struct spk_component *base, struct spk_value description,
                         struct spk_arena *arena, struct spk_value *fields, struct spk_error *err)
{
    *fields = description;
    return follow(base, &((struct identifier *)base)->schema_path, arena, fields, err);
}

static spk_rc schema_of_field(struct identifier *self, const struct spk_described *described,
                              struct spk_arena *arena, struct spk_value *schema,
                              struct spk_error *err)
{
    for (size_t i = 0; i < self->types_mapping.len; i++) {
        struct spk_component *map = self->types_mapping.items[i];
        bool matches = false;
        spk_rc rc = spk_types_map_matches(map, described, arena, &matches, err);
        if (rc)
            return rc;
        if (matches)
            return spk_types_map_target(map, arena, schema, err);
    }
    return spk_schema_of_type(arena, described->type, schema, err);
}

spk_rc spk_schema_field(struct spk_component *base, struct spk_value field, struct spk_arena *arena,
                        struct spk_entry *out, struct spk_error *err)
{
    struct identifier *self = (struct identifier *)base;
    struct spk_described described = {.field = field};
    out->key = field;
    spk_rc rc = follow(base, &self->key_path, arena, &out->key, err);
    if (!rc && !spk_is(out->key, SPK_STRING))
        rc = spk_error_set(err, SPK_EDATA, "Expected key to be a string: this is a %s",
                           spk_value_type_name(out->key));
    if (!rc && self->type_path.len > 0) {
        described.type = field;
        rc = follow(base, &self->type_path, arena, &described.type, err);
    }
    if (rc)
        return rc;
    if (!spk_is_defined(described.type))
        described.type = spk_str("string");
    rc = schema_of_field(self, &described, arena, &out->value, err);
    return rc ? spk_error_context(err, rc, "field '%.*s'", SPK_FMT(out->key.text)) : SPK_OK;
}

const struct spk_component_type spk_type_schema_type_identifier = {
    .name = "SchemaTypeIdentifier",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct identifier),
    .props = props,
    .finish = finish,
    .help = "where a description of fields has their names and types",
};
