#include "component_mapping.h"

#include <stddef.h>

#include "source/exchange/template_path.h"
#include "template/template.h"
#include "yaml/yaml.h"

struct component_mapping {
    struct spk_component base;
    struct spk_value field_path;
    struct spk_template_path path; /* made of it */
    struct spk_template_string *value, *condition;
    int value_type;
    bool create_or_update;
};

#define FIELD(name) offsetof(struct component_mapping, name)

static const struct spk_prop props[] = {
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(field_path),
     .help = "keys from the template to what is set; globs set all that they match"},
    {.name = "value",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(value),
     .help = "what the field becomes; sees components_values"},
    {.name = "value_type",
     .type = SPK_PROP_ENUM,
     .offset = FIELD(value_type),
     .choices = spk_value_types,
     .help = "the only type that the value may be read as; otherwise it stays text"},
    {.name = "create_or_update",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(create_or_update),
     .help = "the field is made where the template lacks it"},
    {.name = "condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(condition),
     .help = "the field is set only where this is true"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct component_mapping *self = (struct component_mapping *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("field_path")};
    struct spk_build inner = *build;
    inner.path = &path;
    if (self->condition && spk_template_text(self->condition->template).len == 0)
        self->condition = NULL;
    return spk_template_path_build(&self->path, &inner, self->field_path, err);
}

const struct spk_component_type spk_type_component_mapping_definition = {
    .name = "ComponentMappingDefinition",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct component_mapping),
    .props = props,
    .finish = finish,
    .help = "sets one field of a stream template",
};

spk_rc spk_mappings_check(const struct spk_build *build, const struct spk_components *mappings,
                          enum spk_mapping_rule rule, struct spk_error *err)
{
    for (size_t i = 0; i < mappings->len; i++) {
        const struct component_mapping *mapping = (struct component_mapping *)mappings->items[i];
        if (mapping->base.type != &spk_type_component_mapping_definition)
            return spk_build_fail(build, mapping->base.node, err,
                                  "components_mapping: each is a ComponentMappingDefinition");
        if (mapping->condition && rule != SPK_MAPPING_CONDITIONAL)
            return spk_build_fail(build, mapping->base.node, err,
                                  "`condition` is for ConfigComponentsResolver only");
    }
    return SPK_OK;
}

/* The matches of a path are gathered before the first is set: a value may match it again. */
struct matches {
    struct spk_arena *arena;
    struct spk_value **slots;
    size_t len, cap;
};

static bool note_match(void *context, struct spk_value *slot)
{
    struct matches *matches = context;
    if (matches->len == matches->cap) {
        size_t cap = matches->cap ? matches->cap * 2 : 8;
        struct spk_value **slots = spk_arena_array(matches->arena, cap, sizeof(*slots));
        for (size_t i = 0; i < matches->len; i++)
            slots[i] = matches->slots[i];
        matches->slots = slots;
        matches->cap = cap;
    }
    matches->slots[matches->len++] = slot;
    return true;
}

/* dpath.set. */
static size_t set_matches(struct spk_arena *arena, struct spk_value root, struct spk_value path,
                          struct spk_value value)
{
    struct matches matches = {.arena = arena};
    spk_dpath_each(root, path, note_match, &matches);
    for (size_t i = 0; i < matches.len; i++)
        *matches.slots[i] = value;
    return matches.len;
}

static struct spk_value read_yaml(struct spk_arena *arena, struct spk_value value)
{
    struct spk_value read;
    struct spk_yaml_options options = {.file = "value"};
    bool is_yaml = spk_is(value, SPK_STRING) &&
                   spk_yaml_parse(arena, value.text, &options, &read, NULL) == SPK_OK;
    return is_yaml ? read : value;
}

static spk_rc apply(const struct component_mapping *self, enum spk_mapping_rule rule,
                    const struct spk_scope *scope, struct spk_value node, struct spk_error *err)
{
    unsigned types = spk_value_type_mask(self->value_type);
    struct spk_typed_template what = {self->value, types};
    struct spk_value value, path;
    bool wanted = true;
    spk_rc rc = SPK_OK;
    if (self->condition)
        rc = spk_scope_bool(scope, &self->base, self->condition, &wanted, err);
    if (rc || !wanted)
        return rc;
    rc = spk_scope_eval_as(scope, &self->base, what, &value, err);
    if (!rc)
        rc = spk_template_path_eval_in(&self->path, scope, &self->base, &path, err);
    if (rc)
        return rc;
    bool stays_text = rule == SPK_MAPPING_CONDITIONAL && types == SPK_TEMPLATE_STR;
    if (rule != SPK_MAPPING_PLAIN && !stays_text)
        value = read_yaml(scope->arena, value);
    if (set_matches(scope->arena, node, path, value) > 0 || !self->create_or_update ||
        rule == SPK_MAPPING_PLAIN || !spk_value_truthy(value))
        return SPK_OK;
    if (spk_dpath_set(scope->arena, node, path, value))
        return SPK_OK;
    struct spk_buf text = {0};
    spk_value_repr(&text, path);
    rc = spk_error_set(err, SPK_EDATA, "components_mapping: %s cannot be made in the template",
                       spk_buf_cstr(&text));
    spk_buf_deinit(&text);
    return rc;
}

spk_rc spk_mappings_apply(const struct spk_mapping_input *input,
                          const struct spk_stream_template *template, struct spk_error *err)
{
    struct spk_scope scope = {
        .source = template->source, .slice = input->slice, .arena = template->arena};
    struct spk_value node = spk_value_copy(template->arena, template->node);
    scope.extra = spk_dict_new(template->arena);
    spk_set(scope.extra, "components_values", input->values);
    spk_set(scope.extra, "stream_template_config", template->node);
    for (size_t i = 0; i < input->mappings->len; i++) {
        const struct component_mapping *mapping =
            (const struct component_mapping *)input->mappings->items[i];
        spk_rc rc = apply(mapping, input->rule, &scope, node, err);
        if (rc)
            return rc;
    }
    return template->visit(template->context, node, err);
}
