#include <stddef.h>

#include "properties.h"

struct query_properties {
    struct spk_component base;
    struct spk_value property_list; /* LIST of texts, or the node of a PropertiesFromEndpoint */
    struct spk_value always;
    struct spk_component *chunking, *selector;
    struct spk_component *endpoint; /* made of property_list, or NULL */
};

#define FIELD(name) offsetof(struct query_properties, name)

static const struct spk_prop props[] = {
    {.name = "property_list",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(property_list),
     .help = "the names, or a PropertiesFromEndpoint that asks for them"},
    {.name = "always_include_properties",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(always),
     .help = "names that each request has"},
    {.name = "property_chunking",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(chunking),
     .kind = SPK_KIND_OTHER,
     .help = "how the names are spread over several requests"},
    {.name = "property_selector",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(selector),
     .kind = SPK_KIND_OTHER,
     .help = "which of the names are asked for"},
    SPK_PROP_END,
};

static spk_rc expect(const struct spk_build *build, const struct spk_component *part,
                     const struct spk_component_type *type, struct spk_error *err)
{
    if (!part || part->type == type)
        return SPK_OK;
    return spk_build_fail(build, part->node, err, "a %s is expected, this is a %s", type->name,
                          part->type->name);
}

static spk_rc expect_texts(const struct spk_build *build, struct spk_value list, const char *name,
                           struct spk_error *err)
{
    for (size_t i = 0; i < spk_list_len(list); i++) {
        if (!spk_is(spk_list_at(list, i), SPK_STRING))
            return spk_build_fail(build, spk_list_at(list, i), err, "%s: each is a text", name);
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct query_properties *self = (struct query_properties *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("property_list")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    spk_rc rc = expect(build, self->chunking, &spk_type_property_chunking, err);
    if (!rc)
        rc = expect(build, self->selector, &spk_type_json_schema_property_selector, err);
    if (!rc && spk_is(self->property_list, SPK_LIST))
        rc = expect_texts(build, self->property_list, "property_list", err);
    else if (!rc)
        rc = spk_component_build(&inner, self->property_list, SPK_KIND_OTHER, &self->endpoint, err);
    if (!rc)
        rc = expect(build, self->endpoint, &spk_type_properties_from_endpoint, err);
    if (!rc && spk_is(self->always, SPK_LIST))
        rc = expect_texts(build, self->always, "always_include_properties", err);
    return rc;
}

const struct spk_component_type spk_type_query_properties = {
    .name = "QueryProperties",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct query_properties),
    .props = props,
    .finish = finish,
    .help = "the names of the fields that requests ask for",
};

bool spk_is_query_properties(struct spk_value node)
{
    return spk_view_is(spk_value_text_or(spk_get(node, "type"), ""), "QueryProperties");
}

/* The one among the parameters, and its name. */
static spk_rc find_parameter(const struct spk_build *build, struct spk_value parameters,
                             const struct spk_entry **found, struct spk_error *err)
{
    for (size_t i = 0; spk_is(parameters, SPK_DICT) && i < spk_dict_len(parameters); i++) {
        const struct spk_entry *e = &parameters.dict->entries[i];
        if (!spk_is_query_properties(e->value))
            continue;
        if (*found)
            return spk_build_fail(build, e->value, err,
                                  "request_parameters: one QueryProperties is enough for all "
                                  "requests of a stream");
        *found = e;
    }
    return SPK_OK;
}

spk_rc spk_query_properties_build(const struct spk_build *build, struct spk_value requester,
                                  struct spk_view *parameter, struct spk_component **out,
                                  struct spk_error *err)
{
    struct spk_value fetch = spk_get(requester, "fetch_properties_from_endpoint");
    struct spk_value node = spk_get(requester, "query_properties");
    const struct spk_entry *entry = NULL;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("query_properties")};
    struct spk_build inner = *build;
    spk_rc rc = find_parameter(build, spk_get(requester, "request_parameters"), &entry, err);
    if (!rc && entry && spk_value_truthy(fetch))
        rc = spk_build_fail(build, fetch, err,
                            "properties are told twice: in request_parameters and in "
                            "fetch_properties_from_endpoint");
    if (rc)
        return rc;
    if (entry) {
        *parameter = spk_value_text_or(entry->key, "");
        path.key = SPK_V("request_parameters");
        node = entry->value;
    } else if (spk_value_truthy(fetch)) {
        path.key = SPK_V("fetch_properties_from_endpoint");
        node = spk_dict_new(build->arena);
        node.mark = fetch.mark;
        spk_set(node, "type", spk_str("QueryProperties"));
        spk_set(node, "property_list", fetch);
    }
    inner.path = &path;
    *out = NULL;
    if (!spk_value_truthy(node))
        return SPK_OK;
    rc = spk_component_build(&inner, node, SPK_KIND_OTHER, out, err);
    return rc ? rc : expect(&inner, *out, &spk_type_query_properties, err);
}

static void append_all(struct spk_value to, struct spk_value from, struct spk_value chosen)
{
    for (size_t i = 0; spk_is(from, SPK_LIST) && i < spk_list_len(from); i++) {
        struct spk_value name = spk_list_at(from, i);
        if (!spk_is_defined(chosen) || spk_is_defined(spk_dict_get_value(chosen, name)))
            spk_list_append(to, name);
    }
}

spk_rc spk_query_properties_groups(struct spk_component *base, struct spk_arena *arena,
                                   struct spk_value *groups, struct spk_error *err)
{
    struct query_properties *self = (struct query_properties *)base;
    struct spk_property_names names = {.names = self->property_list, .always = self->always};
    spk_rc rc = SPK_OK;
    if (self->selector)
        rc = spk_property_selector_select(self->selector, arena, &names.chosen, err);
    if (!rc && self->endpoint)
        rc = spk_properties_from_endpoint_read(self->endpoint, &names.names, err);
    if (rc)
        return rc;
    *groups = spk_list_new(arena);
    if (self->chunking) {
        spk_property_chunking_cut(self->chunking, &names, arena, *groups);
        return SPK_OK;
    }
    struct spk_value all = spk_list_new(arena);
    append_all(all, names.always, (struct spk_value){0});
    append_all(all, names.names, names.chosen);
    spk_list_append(*groups, all);
    return SPK_OK;
}

bool spk_query_properties_merge_key(struct spk_component *base, struct spk_record *record,
                                    struct spk_buf *key)
{
    struct spk_component *chunking = ((struct query_properties *)base)->chunking;
    return chunking && spk_property_chunking_merge_key(chunking, spk_record_tree(record), key);
}
