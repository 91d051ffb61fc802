#include <stddef.h>

#include "remove_fields.h"
#include "template/template.h"

/* RemoveFields: deletes the fields at given paths; globs match keys, missing ones are fine. */
const struct spk_prop spk_remove_fields_props[] = {
    {.name = "field_pointers",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct spk_remove_fields, field_pointers),
     .help = "list of paths"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct spk_remove_fields, condition),
     .help = "of a record, any scalar is removed where this is true of it (`property`)"},
    SPK_PROP_END,
};

spk_rc spk_remove_fields_finish(struct spk_component *base, const struct spk_build *build,
                                struct spk_error *err)
{
    struct spk_remove_fields *self = (struct spk_remove_fields *)base;
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

/* With a condition every scalar of the record is judged, and removed where it holds: dpath.delete
 * with a filter does not look at the path. */
struct judgement {
    struct spk_remove_fields *self;
    const struct spk_scope *scope;
    struct spk_error *err;
    spk_rc rc;
};

static bool judge(void *context, const struct spk_value *match)
{
    struct judgement *j = context;
    bool remove = false;
    if (j->rc || spk_is(*match, SPK_DICT) || spk_is(*match, SPK_LIST))
        return false;
    struct spk_scope inner = *j->scope;
    inner.extra = spk_dict_new(inner.arena);
    spk_set(inner.extra, "property", *match);
    j->rc = spk_scope_bool(&inner, &j->self->base, j->self->condition, &remove, j->err);
    return !j->rc && remove;
}

static spk_rc transform(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_error *err)
{
    struct spk_remove_fields *self = (struct spk_remove_fields *)base;
    struct spk_value tree = spk_record_change(scope->record);
    struct judgement j = {.self = self, .scope = scope, .err = err};
    struct spk_value anywhere = spk_list_new(scope->arena);
    spk_list_append(anywhere, spk_str("**"));
    for (size_t i = 0; !j.rc && i < spk_list_len(self->field_pointers); i++) {
        struct spk_value pointer = spk_list_at(self->field_pointers, i);
        if (self->condition)
            spk_dpath_delete_if(tree, anywhere, judge, &j);
        else
            spk_dpath_delete(tree, pointer);
    }
    return j.rc;
}

static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_remove_fields = {
    .name = "RemoveFields",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct spk_remove_fields),
    .props = spk_remove_fields_props,
    .ops = &ops,
    .finish = spk_remove_fields_finish,
    .help = "deletes fields of a record",
};
