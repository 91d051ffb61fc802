#include "manifest_internal.h"

/*
 * The SPEC message from the manifest's Spec. The fields keep the protocol's camel case; an advanced
 * authentication flow is passed on without the engine's own $parameters and types.
 */

static struct spk_value clean(struct spk_arena *arena, struct spk_value node)
{
    if (spk_is(node, SPK_LIST)) {
        struct spk_value list = spk_list_new(arena);
        for (size_t i = 0; i < spk_list_len(node); i++)
            spk_list_append(list, clean(arena, spk_list_at(node, i)));
        return list;
    }
    if (!spk_is(node, SPK_DICT))
        return node;
    struct spk_value dict = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        const struct spk_entry *e = &node.dict->entries[i];
        if (!spk_is(e->key, SPK_STRING) || !spk_view_is(e->key.text, "$parameters"))
            spk_dict_set_value(dict, e->key, clean(arena, e->value));
    }
    return dict;
}

/* The keys of `from` that the protocol knows; what is null is left out. */
static struct spk_value pick(struct spk_arena *arena, struct spk_value from,
                             const char *const *keys)
{
    struct spk_value picked = spk_dict_new(arena);
    for (; *keys; keys++) {
        struct spk_value value = spk_get(from, *keys);
        if (!spk_is_nothing(value))
            spk_set(picked, *keys, clean(arena, value));
    }
    return picked;
}

static struct spk_value advanced_auth(struct spk_arena *arena, struct spk_value written)
{
    static const char *const flow[] = {"auth_flow_type", "predicate_key", "predicate_value",
                                       "oauth_config_specification", NULL};
    static const char *const specification[] = {
        "oauth_user_input_from_connector_config_specification",
        "oauth_connector_input_specification",
        "complete_oauth_output_specification",
        "complete_oauth_server_input_specification",
        "complete_oauth_server_output_specification",
        NULL};
    struct spk_value auth = pick(arena, written, flow);
    struct spk_value config = spk_get(auth, "oauth_config_specification");
    if (!spk_is(config, SPK_DICT))
        return auth;
    config = pick(arena, config, specification);
    spk_set(auth, "oauth_config_specification", config);
    struct spk_value input = spk_get(config, "oauth_connector_input_specification");
    if (spk_is(input, SPK_DICT) && !spk_is_defined(spk_get(input, "scopes_join_strategy")))
        spk_set(input, "scopes_join_strategy", spk_str("space"));
    return auth;
}

spk_rc spk_manifest_spec(const struct spk_manifest *manifest, struct spk_arena *arena,
                         struct spk_value *out, struct spk_error *err)
{
    struct spk_value node;
    spk_rc rc = spk_manifest_section((struct spk_manifest *)manifest, "spec", &node, err);
    if (rc)
        return rc;
    if (!spk_is(node, SPK_DICT)) {
        spk_manifest_fail(manifest, manifest->raw, err, "this manifest has no spec");
        spk_error_hint(err, "add spec: {type: Spec, connection_specification: ...}");
        return SPK_ECONFIG;
    }
    struct spk_value connection = spk_get(node, "connection_specification");
    if (!spk_is(connection, SPK_DICT))
        return spk_manifest_fail(manifest, node, err, "spec needs a connection_specification");
    struct spk_value spec = spk_dict_new(arena);
    spk_set(spec, "connectionSpecification", clean(arena, connection));
    struct spk_value url = spk_get(node, "documentation_url");
    if (spk_value_truthy(url))
        spk_set(spec, "documentationUrl", url);
    spk_set(spec, "supportsNormalization", spk_bool(false));
    spk_set(spec, "supportsDBT", spk_bool(false));
    struct spk_value auth = spk_get(node, "advanced_auth");
    if (spk_is(auth, SPK_DICT))
        spk_set(spec, "advanced_auth", advanced_auth(arena, auth));
    *out = spec;
    return SPK_OK;
}
