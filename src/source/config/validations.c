#include <stddef.h>

#include "source/exchange/template_path.h"
#include "source/kinds.h"

/* DpathValidator: what a config has at a path is judged; where it has nothing there, nothing is.
 * PredicateValidator: a value of the manifest is. */
struct dpath_validator {
    struct spk_component base;
    struct spk_value field_path;
    struct spk_template_path path;
    struct spk_component *strategy;
};

struct predicate_validator {
    struct spk_component base;
    struct spk_value value;
    struct spk_component *strategy;
};

static const struct spk_prop dpath_props[] = {
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct dpath_validator, field_path),
     .help = "keys from the config to the value; * is any key"},
    {.name = "validation_strategy",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct dpath_validator, strategy),
     .kind = SPK_KIND_VALIDATION_STRATEGY,
     .help = "what it must fulfil"},
    SPK_PROP_END,
};

static spk_rc finish_dpath(struct spk_component *base, const struct spk_build *build,
                           struct spk_error *err)
{
    struct dpath_validator *self = (struct dpath_validator *)base;
    return spk_template_path_build(&self->path, build, self->field_path, err);
}

static spk_rc judge(struct spk_component *strategy, struct spk_value value, struct spk_arena *arena,
                    struct spk_error *err)
{
    return SPK_OPS(strategy, validation_strategy)->validate(strategy, value, arena, err);
}

struct matches {
    struct spk_component *strategy;
    struct spk_arena *arena;
    struct spk_error *err;
    spk_rc rc;
};

static bool judge_match(void *context, struct spk_value *slot)
{
    struct matches *m = context;
    m->rc = judge(m->strategy, *slot, m->arena, m->err);
    return m->rc == SPK_OK;
}

static spk_rc validate_dpath(struct spk_component *base, struct spk_value config,
                             struct spk_arena *arena, struct spk_error *err)
{
    struct dpath_validator *self = (struct dpath_validator *)base;
    struct matches m = {.strategy = self->strategy, .arena = arena, .err = err};
    struct spk_value path;
    spk_rc rc = spk_template_path_eval(&self->path, base, arena, &path, err);
    if (rc)
        return rc;
    if (spk_list_len(path) == 0)
        return spk_error_set(err, SPK_ECONFIG, "Field path is empty");
    if (spk_path_has_any(path)) {
        spk_dpath_each(config, path, judge_match, &m);
        return m.rc;
    }
    struct spk_value value = spk_dpath_get(config, path);
    return spk_is_defined(value) ? judge(self->strategy, value, arena, err) : SPK_OK;
}

static const struct spk_config_validation_ops dpath_ops = {.validate = validate_dpath};

const struct spk_component_type spk_type_dpath_validator = {
    .name = "DpathValidator",
    .kind = SPK_KIND_CONFIG_VALIDATION,
    .size = sizeof(struct dpath_validator),
    .props = dpath_props,
    .ops = &dpath_ops,
    .finish = finish_dpath,
    .help = "judges a value of the config",
};

static const struct spk_prop predicate_props[] = {
    {.name = "value",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct predicate_validator, value),
     .standard = "null",
     .help = "what is judged"},
    {.name = "validation_strategy",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct predicate_validator, strategy),
     .kind = SPK_KIND_VALIDATION_STRATEGY,
     .help = "what it must fulfil"},
    SPK_PROP_END,
};

static spk_rc validate_predicate(struct spk_component *base, struct spk_value config,
                                 struct spk_arena *arena, struct spk_error *err)
{
    struct predicate_validator *self = (struct predicate_validator *)base;
    return judge(self->strategy, self->value, arena, err);
}

static const struct spk_config_validation_ops predicate_ops = {.validate = validate_predicate};

const struct spk_component_type spk_type_predicate_validator = {
    .name = "PredicateValidator",
    .kind = SPK_KIND_CONFIG_VALIDATION,
    .size = sizeof(struct predicate_validator),
    .props = predicate_props,
    .ops = &predicate_ops,
    .help = "judges a value of the manifest",
};
