#include <stddef.h>

#include "added_field.h"
#include "source/kinds.h"
#include "template/template.h"

/* AddFields: sets fields to evaluated values; parents are made, lists are padded. */
struct added_field {
    struct spk_component base;
    struct spk_value path;
    struct spk_template_string *value;
    int value_type;
};

struct add_fields {
    struct spk_component base;
    struct spk_components fields;
    struct spk_template_string *condition;
};

static const struct spk_prop field_props[] = {
    {.name = "path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct added_field, path),
     .help = "keys from the record to the field"},
    {.name = "value",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct added_field, value),
     .help = "what the field becomes"},
    {.name = "value_type",
     .type = SPK_PROP_ENUM,
     .offset = offsetof(struct added_field, value_type),
     .choices = spk_value_types,
     .help = "the only type that the value may be read as; otherwise it stays text"},
    SPK_PROP_END,
};

static spk_rc finish_field(struct spk_component *self, const struct spk_build *build,
                           struct spk_error *err)
{
    struct added_field *field = (struct added_field *)self;
    if (!spk_is(field->path, SPK_LIST) || spk_list_len(field->path) == 0)
        return spk_build_fail(build, field->path, err, "path is a list of at least one key");
    return SPK_OK;
}

const struct spk_component_type spk_type_added_field_definition = {
    .name = "AddedFieldDefinition",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct added_field),
    .props = field_props,
    .finish = finish_field,
    .help = "one field that AddFields sets",
};

static const struct spk_prop props[] = {
    {.name = "fields",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct add_fields, fields),
     .kind = SPK_KIND_OTHER,
     .part = "AddedFieldDefinition",
     .help = "the fields to set, in order; later ones see earlier ones"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct add_fields, condition),
     .help = "a field is set only where this is true; sees `value` and `path`"},
    SPK_PROP_END,
};

/* The condition sees the field's value and path. */
static struct spk_scope condition_scope(const struct spk_scope *scope, struct spk_value value,
                                        struct spk_value path)
{
    struct spk_scope inner = *scope;
    inner.extra = spk_dict_new(scope->arena);
    spk_set(inner.extra, "value", value);
    spk_set(inner.extra, "path", path);
    return inner;
}

static spk_rc cannot_set(const struct added_field *field, struct spk_error *err)
{
    struct spk_buf path = {0};
    spk_value_repr(&path, field->path);
    spk_error_set(err, SPK_EDATA, "a field cannot be added: there is a value in the way of %s",
                  spk_buf_cstr(&path));
    spk_buf_deinit(&path);
    return SPK_EDATA;
}

spk_rc spk_added_field_apply(struct spk_component *base, const struct spk_adding *adding,
                             struct spk_error *err)
{
    struct added_field *field = (struct added_field *)base;
    const struct spk_scope *scope = adding->scope;
    struct spk_typed_template what = {field->value, spk_value_type_mask(field->value_type)};
    struct spk_value value;
    bool set = true;
    spk_rc rc = spk_scope_eval_as(scope, base, what, &value, err);
    if (!rc && adding->condition) {
        struct spk_scope inner = condition_scope(scope, value, field->path);
        rc = spk_scope_bool(&inner, adding->owner, adding->condition, &set, err);
    }
    if (rc || !set)
        return rc;
    struct spk_value root = adding->record ? spk_record_change(adding->record) : adding->root;
    return spk_dpath_set(scope->arena, root, field->path, value) ? SPK_OK : cannot_set(field, err);
}

static spk_rc transform(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_error *err)
{
    struct add_fields *add = (struct add_fields *)self;
    struct spk_adding adding = {
        .scope = scope, .owner = self, .condition = add->condition, .record = scope->record};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < add->fields.len; i++)
        rc = spk_added_field_apply(add->fields.items[i], &adding, err);
    return rc;
}

static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_add_fields = {
    .name = "AddFields",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct add_fields),
    .props = props,
    .ops = &ops,
    .help = "sets fields of a record to evaluated values",
};
