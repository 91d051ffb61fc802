#include "connector/connector.h"
#include "source/component.h"

/* The components there are, as their tables say. */

static const char *const prop_types[] = {
    [SPK_PROP_BOOL] = "boolean",
    [SPK_PROP_INT] = "integer",
    [SPK_PROP_NUMBER] = "number",
    [SPK_PROP_STRING] = "string",
    [SPK_PROP_ENUM] = "enum",
    [SPK_PROP_VALUE] = "any",
    [SPK_PROP_TEMPLATE] = "template",
    [SPK_PROP_MAPPING] = "mapping of templates",
    [SPK_PROP_NESTED] = "tree of templates",
    [SPK_PROP_COMPONENT] = "component",
    [SPK_PROP_COMPONENTS] = "list of components",
};

static struct spk_value prop_value(struct spk_arena *arena, const struct spk_prop *prop)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "name", spk_str(prop->name));
    spk_set(value, "type", spk_str(prop_types[prop->type]));
    if (prop->type == SPK_PROP_COMPONENT || prop->type == SPK_PROP_COMPONENTS)
        spk_set(value, "kind", spk_str(spk_component_kind_name(prop->kind)));
    spk_set(value, "required", spk_bool(prop->flags & SPK_PROP_REQUIRED));
    if (prop->standard)
        spk_set(value, "default", spk_str(prop->standard));
    if (prop->choices) {
        struct spk_value choices = spk_list_new(arena);
        for (size_t i = 0; prop->choices[i]; i++)
            spk_list_append(choices, spk_str(prop->choices[i]));
        spk_set(value, "choices", choices);
    }
    spk_set(value, "help", spk_str(prop->help ? prop->help : ""));
    return value;
}

struct spk_value spk_connector_components(struct spk_arena *arena)
{
    struct spk_value list = spk_list_new(arena);
    for (const struct spk_component_type *const *type = spk_component_types(); *type; type++) {
        struct spk_value component = spk_dict_new(arena), props = spk_list_new(arena);
        for (const struct spk_prop *prop = (*type)->props; prop && prop->name; prop++)
            spk_list_append(props, prop_value(arena, prop));
        spk_set(component, "type", spk_str((*type)->name));
        spk_set(component, "kind", spk_str(spk_component_kind_name((*type)->kind)));
        spk_set(component, "help", spk_str((*type)->help ? (*type)->help : ""));
        spk_set(component, "properties", props);
        spk_list_append(list, component);
    }
    return list;
}

static void write_prop(struct spk_buf *out, struct spk_value prop)
{
    struct spk_value standard = spk_get(prop, "default"), choices = spk_get(prop, "choices");
    struct spk_view type = spk_value_text_or(spk_get(prop, "kind"), spk_get(prop, "type").text.at);
    spk_buf_printf(out, "  %-34.*s %s%.*s", SPK_FMT(spk_get(prop, "name").text),
                   spk_value_truthy(spk_get(prop, "required")) ? "required " : "", SPK_FMT(type));
    for (size_t i = 0; spk_is(choices, SPK_LIST) && i < spk_list_len(choices); i++)
        spk_buf_printf(out, "%s%.*s", i ? "|" : ": ", SPK_FMT(spk_list_at(choices, i).text));
    if (spk_is(standard, SPK_STRING))
        spk_buf_printf(out, ", default %.*s", SPK_FMT(standard.text));
    spk_buf_printf(out, "\n      %.*s\n", SPK_FMT(spk_get(prop, "help").text));
}

void spk_connector_components_write(struct spk_buf *out, struct spk_value components)
{
    for (size_t i = 0; i < spk_list_len(components); i++) {
        struct spk_value component = spk_list_at(components, i);
        struct spk_value props = spk_get(component, "properties");
        spk_buf_printf(out, "%s%.*s", i ? "\n" : "", SPK_FMT(spk_get(component, "type").text));
        spk_buf_printf(out, " (%.*s): ", SPK_FMT(spk_get(component, "kind").text));
        spk_buf_printf(out, "%.*s\n", SPK_FMT(spk_get(component, "help").text));
        for (size_t j = 0; j < spk_list_len(props); j++)
            write_prop(out, spk_list_at(props, j));
    }
}
