#include <stddef.h>

#include "jsonschema/jsonschema.h"
#include "source/kinds.h"
#include "json/json.h"

/* ValidateAdheresToSchema: a value, or the JSON in a text, against a JSON schema. */
struct adherence {
    struct spk_component base;
    struct spk_value schema;
};

static const struct spk_prop props[] = {
    {.name = "base_schema",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct adherence, schema),
     .help = "the JSON schema, or its text"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct adherence *self = (struct adherence *)base;
    struct spk_value written = self->schema;
    spk_rc rc = SPK_OK;
    if (spk_is(written, SPK_STRING))
        rc = spk_json_parse(build->arena, written.text, NULL, &self->schema, err);
    if (rc || !spk_is(self->schema, SPK_DICT))
        return spk_build_fail(build, written, err, "base_schema is a JSON schema");
    return SPK_OK;
}

static spk_rc validate(struct spk_component *base, struct spk_value value, struct spk_arena *arena,
                       struct spk_error *err)
{
    struct adherence *self = (struct adherence *)base;
    struct spk_view problem = {0};
    const struct spk_json_limits limits = {.allow_nan = true};
    if (spk_is(value, SPK_STRING) && spk_json_parse(arena, value.text, &limits, &value, NULL))
        return spk_error_set(err, SPK_ECONFIG, "Invalid JSON string: the text is no JSON");
    if (spk_jsonschema_valid(self->schema, value, arena, &problem))
        return SPK_OK;
    return spk_error_set(err, SPK_ECONFIG, "JSON schema validation error: %.*s", SPK_FMT(problem));
}

static const struct spk_validation_strategy_ops ops = {.validate = validate};

const struct spk_component_type spk_type_validate_adheres_to_schema = {
    .name = "ValidateAdheresToSchema",
    .kind = SPK_KIND_VALIDATION_STRATEGY,
    .size = sizeof(struct adherence),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a value must adhere to a JSON schema",
};
