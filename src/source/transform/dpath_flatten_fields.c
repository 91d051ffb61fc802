#include <stddef.h>

#include "keys.h"
#include "source/exchange/template_path.h"
#include "source/kinds.h"
#include "source/source_internal.h"

/* DpathFlattenFields: the fields of the object at a path become fields of the record, unless the
 * record has one of them already. */
struct key_transformation {
    struct spk_component base;
    struct spk_template_string *prefix, *suffix;
};

struct dpath_flatten {
    struct spk_component base;
    struct spk_value field_path;
    struct spk_template_path path;
    bool delete_origin_value, replace_record;
    struct spk_component *key_transformation;
    struct spk_view prefix, suffix; /* of the lifted keys */
};

static const struct spk_prop key_props[] = {
    {.name = "prefix",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct key_transformation, prefix),
     .help = "put before each key"},
    {.name = "suffix",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct key_transformation, suffix),
     .help = "put behind each key"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_key_transformation = {
    .name = "KeyTransformation",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct key_transformation),
    .props = key_props,
    .help = "what DpathFlattenFields makes of the keys that it lifts",
};

#define FIELD(name) offsetof(struct dpath_flatten, name)

static const struct spk_prop props[] = {
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(field_path),
     .help = "keys from the record to the object; * is any key, the first match counts"},
    {.name = "delete_origin_value",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(delete_origin_value),
     .help = "the object itself goes"},
    {.name = "replace_record",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(replace_record),
     .help = "the object's fields are all that the record has afterwards"},
    {.name = "key_transformation",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(key_transformation),
     .kind = SPK_KIND_OTHER,
     .part = "KeyTransformation",
     .help = "prefix and suffix for the lifted keys"},
    SPK_PROP_END,
};

/* They see the config and the $parameters of the transformation; what is false is left out. */
static spk_rc evaluate_affix(struct dpath_flatten *self, struct spk_template_string *template,
                             struct spk_view *out, struct spk_error *err)
{
    struct spk_scope scope = {.source = self->base.source, .arena = &self->base.source->arena};
    struct spk_value value;
    spk_rc rc = spk_scope_eval(&scope, &self->base, template, &value, err);
    if (rc || !spk_value_truthy(value))
        return rc;
    return spk_scope_text(&scope, &self->base, template, out, err);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct dpath_flatten *self = (struct dpath_flatten *)base;
    struct key_transformation *keys = (struct key_transformation *)self->key_transformation;
    spk_rc rc = spk_template_path_build(&self->path, build, self->field_path, err);
    if (!rc && keys)
        rc = evaluate_affix(self, keys->prefix, &self->prefix, err);
    if (!rc && keys)
        rc = evaluate_affix(self, keys->suffix, &self->suffix, err);
    return rc;
}

static void affix(void *context, struct spk_view key, struct spk_buf *out)
{
    const struct dpath_flatten *self = context;
    spk_buf_append(out, self->prefix);
    spk_buf_append(out, key);
    spk_buf_append(out, self->suffix);
}

static bool first_match(void *context, struct spk_value *slot)
{
    *(struct spk_value *)context = *slot;
    return false;
}

static bool have_common_key(struct spk_value a, struct spk_value b)
{
    for (size_t i = 0; i < spk_dict_len(a); i++) {
        if (spk_is_defined(spk_dict_get_value(b, a.dict->entries[i].key)))
            return true;
    }
    return false;
}

static spk_rc transform(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_error *err)
{
    struct dpath_flatten *self = (struct dpath_flatten *)base;
    const struct spk_key_renamer renamer = {.rename = affix, .context = self};
    struct spk_value path, record = spk_record_tree(scope->record), found = {0};
    spk_rc rc = spk_template_path_eval(&self->path, base, scope->arena, &path, err);
    if (rc)
        return rc;
    if (spk_path_has_any(path))
        spk_dpath_each(record, path, first_match, &found);
    else
        found = spk_dpath_get(record, path);
    if (!spk_is(found, SPK_DICT))
        return SPK_OK;
    struct spk_value lifted = spk_keys_renamed(scope->arena, found, &renamer);
    if (self->replace_record && spk_dict_len(lifted) > 0) {
        spk_record_replace(scope->record, lifted);
    } else if (!have_common_key(lifted, record)) {
        spk_record_change(scope->record);
        if (self->delete_origin_value)
            spk_dpath_delete(record, path);
        spk_dict_update(record, lifted);
    }
    return SPK_OK;
}

static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_dpath_flatten_fields = {
    .name = "DpathFlattenFields",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct dpath_flatten),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "lifts the fields of a nested object into the record",
};
