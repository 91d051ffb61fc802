#include <stddef.h>

#include "source/kinds.h"
#include "source/transform/added_field.h"

/* ConfigAddFields: sets fields of the config to evaluated values. */
struct config_add {
    struct spk_component base;
    struct spk_components fields;
    struct spk_template_string *condition;
};

static const struct spk_prop props[] = {
    {.name = "fields",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_add, fields),
     .kind = SPK_KIND_OTHER,
     .part = "AddedFieldDefinition",
     .help = "the fields to set, in order; later ones see earlier ones"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct config_add, condition),
     .help = "a field is set only where this is true; sees `value` and `path`"},
    SPK_PROP_END,
};

static spk_rc transform(struct spk_component *base, struct spk_value config,
                        struct spk_arena *arena, struct spk_error *err)
{
    struct config_add *self = (struct config_add *)base;
    struct spk_scope scope = {.source = base->source, .arena = arena};
    struct spk_adding adding = {
        .scope = &scope, .owner = base, .condition = self->condition, .root = config};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->fields.len; i++)
        rc = spk_added_field_apply(self->fields.items[i], &adding, err);
    return rc;
}

static const struct spk_config_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_config_add_fields = {
    .name = "ConfigAddFields",
    .kind = SPK_KIND_CONFIG_TRANSFORMATION,
    .size = sizeof(struct config_add),
    .props = props,
    .ops = &ops,
    .help = "sets fields of the config to evaluated values",
};
