#include <stddef.h>

#include "source/exchange/template_path.h"
#include "source/kinds.h"

/* ConfigRemapField: a value of the config becomes what a map says of it. */
struct config_remap {
    struct spk_component base;
    struct spk_template_tree *map;
    struct spk_value field_path;
    struct spk_template_path path;
};

static const struct spk_prop props[] = {
    {.name = "map",
     .type = SPK_PROP_MAPPING,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_remap, map),
     .help = "value -> what it becomes; others stay"},
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct config_remap, field_path),
     .help = "keys to the field"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct config_remap *self = (struct config_remap *)base;
    spk_rc rc = spk_template_path_build(&self->path, build, self->field_path, err);
    if (!rc && self->path.len == 0)
        rc = spk_build_fail(build, self->field_path, err, "field_path cannot be empty");
    return rc;
}

/* The dict that has the field, or UNDEFINED. */
static struct spk_value holder(struct spk_value config, struct spk_value path)
{
    for (size_t i = 0; i + 1 < spk_list_len(path); i++)
        config = spk_is(config, SPK_DICT) ? spk_dict_get_value(config, spk_list_at(path, i))
                                          : (struct spk_value){0};
    return spk_is(config, SPK_DICT) ? config : (struct spk_value){0};
}

static spk_rc transform(struct spk_component *base, struct spk_value config,
                        struct spk_arena *arena, struct spk_error *err)
{
    struct config_remap *self = (struct config_remap *)base;
    struct spk_scope scope = {.source = base->source, .arena = arena};
    struct spk_value path, map;
    spk_rc rc = spk_template_path_eval(&self->path, base, arena, &path, err);
    if (!rc)
        rc = spk_scope_tree(&scope, base, self->map, &map, err);
    if (rc)
        return rc;
    struct spk_value inside = holder(config, path);
    struct spk_value name = spk_list_at(path, spk_list_len(path) - 1);
    if (!spk_is_defined(inside))
        return SPK_OK;
    struct spk_value now = spk_dict_get_value(inside, name);
    struct spk_value next = spk_is_defined(now) ? spk_dict_get_value(map, now) : now;
    if (spk_is_defined(next))
        spk_dict_set_value(inside, name, next);
    return SPK_OK;
}

static const struct spk_config_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_config_remap_field = {
    .name = "ConfigRemapField",
    .kind = SPK_KIND_CONFIG_TRANSFORMATION,
    .size = sizeof(struct config_remap),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "replaces a value of the config by what a map says",
};
