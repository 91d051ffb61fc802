#include "source/transform/remove_fields.h"
#include "template/template.h"

/* ConfigRemoveFields: deletes the fields of the config at given paths. */
static spk_rc transform(struct spk_component *base, struct spk_value config,
                        struct spk_arena *arena, struct spk_error *err)
{
    struct spk_remove_fields *self = (struct spk_remove_fields *)base;
    struct spk_scope scope = {.source = base->source, .arena = arena};
    bool remove = true;
    spk_rc rc = SPK_OK;
    if (self->condition)
        rc = spk_scope_bool(&scope, base, self->condition, &remove, err);
    for (size_t i = 0; !rc && remove && i < spk_list_len(self->field_pointers); i++)
        spk_dpath_delete(config, spk_list_at(self->field_pointers, i));
    return rc;
}

static const struct spk_config_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_config_remove_fields = {
    .name = "ConfigRemoveFields",
    .kind = SPK_KIND_CONFIG_TRANSFORMATION,
    .size = sizeof(struct spk_remove_fields),
    .props = spk_remove_fields_props,
    .ops = &ops,
    .finish = spk_remove_fields_finish,
    .help = "deletes fields of the config",
};
