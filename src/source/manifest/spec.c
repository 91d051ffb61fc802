#include "manifest_internal.h"

/*
 * The SPEC message from the manifest's Spec. The fields keep the protocol's camel case; an advanced
 * authentication flow is passed on as written, without the engine's own $parameters and types.
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

/* What the flow does not write is told as null, at the levels the protocol knows. */
static void set_missing(struct spk_value dict, const char *const *names)
{
    for (; *names; names++) {
        if (!spk_is_defined(spk_get(dict, *names)))
            spk_set(dict, *names, spk_null());
    }
}

static struct spk_value advanced_auth(struct spk_arena *arena, struct spk_value written)
{
    static const char *const flow[] = {"predicate_key", "predicate_value",
                                       "oauth_config_specification", NULL};
    struct spk_value auth = clean(arena, written);
    spk_dict_remove(auth, SPK_V("type"));
    set_missing(auth, flow);
    struct spk_value config = spk_get(auth, "oauth_config_specification");
    if (spk_is(config, SPK_DICT))
        spk_dict_remove(config, SPK_V("type"));
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
