#include <stddef.h>

#include "source/kinds.h"
#include "template/template.h"

/* ConfigRemoveFields: deletes the fields of the config at given paths. */
struct config_remove {
    struct spk_component base;
    struct spk_value field_pointers;
    struct spk_template_string *condition;
};

static const struct spk_prop props[] = {
    {.name = "field_pointers",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_remove, field_pointers),
     .help = "list of paths; globs match keys, missing ones are fine"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct config_remove, condition),
     .help = "they are removed only where this is true"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct config_remove *self = (struct config_remove *)base;
    struct spk_value pointers = self->field_pointers;
    bool good = spk_is(pointers, SPK_LIST);
    for (size_t i = 0; good && i < spk_list_len(pointers); i++)
        good = spk_is(spk_list_at(pointers, i), SPK_LIST);
    if (!good)
        return spk_build_fail(build, pointers, err, "field_pointers is a list of lists of keys");
    if (self->condition && spk_template_text(self->condition->template).len == 0)
        self->condition = NULL;
    return SPK_OK;
}

static spk_rc transform(struct spk_component *base, struct spk_value config,
                        struct spk_arena *arena, struct spk_error *err)
{
    struct config_remove *self = (struct config_remove *)base;
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
    .size = sizeof(struct config_remove),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "deletes fields of the config",
};
