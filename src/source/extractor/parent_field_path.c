#include <stddef.h>

#include "expander.h"
#include "source/exchange/template_path.h"
#include "source/source_internal.h"

/* ParentFieldPath: one field of a record that is expanded, copied onto each of its items. */
struct parent_field {
    struct spk_component base;
    struct spk_value parent_path, record_path; /* as written, then evaluated */
};

static const struct spk_prop props[] = {
    {.name = "parent_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct parent_field, parent_path),
     .help = "keys from the record to the field; null is copied where it is missing"},
    {.name = "record_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct parent_field, record_path),
     .help = "where it is put in the item"},
    SPK_PROP_END,
};

static spk_rc evaluate(struct spk_component *self, const struct spk_build *build,
                       struct spk_value *path, struct spk_error *err)
{
    struct spk_value written = *path;
    struct spk_template_path templates;
    spk_rc rc = spk_template_path_build(&templates, build, written, err);
    if (!rc)
        rc = spk_template_path_eval(&templates, self, build->arena, path, err);
    if (!rc && (spk_list_len(*path) == 0 || spk_path_has_glob(*path)))
        rc = spk_build_fail(build, written, err, "a path to one field: not empty, no * ? [");
    return rc;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct parent_field *self = (struct parent_field *)base;
    spk_rc rc = evaluate(base, build, &self->parent_path, err);
    return rc ? rc : evaluate(base, build, &self->record_path, err);
}

spk_rc spk_parent_field_copy(struct spk_component *base, struct spk_value parent,
                             struct spk_arena *arena, struct spk_value child, struct spk_error *err)
{
    struct parent_field *self = (struct parent_field *)base;
    struct spk_value found = spk_dpath_get(parent, self->parent_path);
    struct spk_value copy = spk_is_defined(found) ? spk_value_copy(arena, found) : spk_null();
    if (spk_dpath_set(arena, child, self->record_path, copy))
        return SPK_OK;
    struct spk_buf path = {0};
    spk_value_repr(&path, self->record_path);
    spk_error_set(err, SPK_ECONFIG,
                  "a parent's field cannot be written to record_path %s: the item has another "
                  "value in the way",
                  spk_buf_cstr(&path));
    spk_buf_deinit(&path);
    return SPK_ECONFIG;
}

const struct spk_component_type spk_type_parent_field_path = {
    .name = "ParentFieldPath",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct parent_field),
    .props = props,
    .finish = finish,
    .help = "a field of an expanded record that its items get",
};
