#include "base/event.h"
#include "check.h"

/* config_overrides of a check: values as they are, laid over the config's top level. */

enum { MAX_NESTING = 32 };

static spk_rc refuse(struct spk_error *err, const char *what, struct spk_value keys)
{
    struct spk_buf text = {0};
    spk_value_repr(&text, keys);
    spk_rc rc =
        spk_error_set(err, SPK_EDATA, "check: config_overrides: %s %s", spk_buf_cstr(&text), what);
    spk_buf_deinit(&text);
    spk_error_hint(err, "this is the connector's fault, not the config's");
    return rc;
}

static spk_rc check_keys(struct spk_source *source, struct spk_value overrides,
                         struct spk_error *err)
{
    struct spk_value no_texts = spk_list_new(&source->arena);
    struct spk_value reserved = spk_list_new(&source->arena);
    for (size_t i = 0; i < spk_dict_len(overrides); i++) {
        struct spk_value key = overrides.dict->entries[i].key;
        if (!spk_is(key, SPK_STRING))
            spk_list_append(no_texts, key);
        else if (spk_view_starts(key.text, SPK_V("__airbyte")))
            spk_list_append(reserved, key);
    }
    if (spk_list_len(no_texts) > 0)
        return refuse(err, "are no texts and name no field of the config", no_texts);
    if (spk_list_len(reserved) > 0)
        return refuse(err, "belong to the platform (__airbyte...)", reserved);
    return SPK_OK;
}

/* An authenticator that tells the platform a new config would save the check's as the user's. */
static bool writes_config(struct spk_value node)
{
    if (spk_is(node, SPK_DICT) && !spk_is_nothing(spk_get(node, "refresh_token_updater"))) {
        struct spk_view type = spk_value_text_or(spk_get(node, "type"), "");
        if (spk_view_is(type, "OAuthAuthenticator") || spk_view_is(type, "CustomAuthenticator"))
            return true;
    }
    for (size_t i = 0; spk_is(node, SPK_DICT) && i < spk_dict_len(node); i++) {
        if (writes_config(node.dict->entries[i].value))
            return true;
    }
    for (size_t i = 0; spk_is(node, SPK_LIST) && i < spk_list_len(node); i++) {
        if (writes_config(spk_list_at(node, i)))
            return true;
    }
    return false;
}

static struct spk_value keys_of(struct spk_arena *arena, struct spk_value dict)
{
    struct spk_value keys = spk_list_new(arena);
    for (size_t i = 0; i < spk_dict_len(dict); i++)
        spk_list_append(keys, dict.dict->entries[i].key);
    return keys;
}

static spk_rc check_manifest(struct spk_source *source, struct spk_value overrides,
                             struct spk_error *err)
{
    struct spk_value raw = source->manifest->raw;
    for (size_t i = 0; i < spk_dict_len(raw); i++) {
        struct spk_value key = raw.dict->entries[i].key, section;
        if (!spk_is(key, SPK_STRING))
            continue;
        const char *name = spk_arena_strdup(&source->arena, key.text);
        spk_rc rc = spk_manifest_section(source->manifest, name, &section, err);
        if (rc)
            return rc;
        if (writes_config(section))
            return refuse(err,
                          "would be saved as the user's config: the manifest has a "
                          "refresh_token_updater",
                          overrides);
    }
    return SPK_OK;
}

/* The fields that a JSON schema names, also in its allOf, anyOf and oneOf. false in *any where it
 * names none. */
static bool declares(struct spk_value schema, struct spk_view key, bool *any, int depth)
{
    static const char *const branches[] = {"allOf", "anyOf", "oneOf"};
    struct spk_value properties = spk_get(schema, "properties");
    bool found = false;
    if (spk_is(properties, SPK_DICT)) {
        *any = true;
        found = spk_is_defined(spk_dict_get(properties, key));
    }
    for (size_t i = 0; !found && depth < MAX_NESTING && i < 3; i++) {
        struct spk_value list = spk_get(schema, branches[i]);
        for (size_t j = 0; !found && spk_is(list, SPK_LIST) && j < spk_list_len(list); j++)
            found = declares(spk_list_at(list, j), key, any, depth + 1);
    }
    return found;
}

/* Keys only: a value may be a secret. */
static void tell(struct spk_value schema, struct spk_view key)
{
    bool any = false;
    spk_event_emit(SPK_EVENT_CONFIG_OVERRIDDEN, SPK_FIELDS(SPK_TEXT("key", key)));
    if (spk_is(schema, SPK_DICT) && !declares(schema, key, &any, 0) && any)
        spk_event_emit(SPK_EVENT_OVERRIDE_UNKNOWN, SPK_FIELDS(SPK_TEXT("key", key)));
}

spk_rc spk_check_override(struct spk_source *source, struct spk_value node, struct spk_error *err)
{
    struct spk_value overrides = spk_get(node, "config_overrides"), spec = {0};
    if (!spk_is(overrides, SPK_DICT) || spk_dict_len(overrides) == 0)
        return SPK_OK;
    spk_rc rc = check_keys(source, overrides, err);
    if (!rc)
        rc = check_manifest(source, keys_of(&source->arena, overrides), err);
    if (!rc)
        rc = spk_manifest_section(source->manifest, "spec", &spec, err);
    if (rc)
        return rc;
    struct spk_value schema = spk_get(spec, "connection_specification");
    spk_source_register_secrets(schema, overrides);
    struct spk_value merged = spk_dict_copy(&source->arena, source->config);
    for (size_t i = 0; i < spk_dict_len(overrides); i++) {
        const struct spk_entry *e = &overrides.dict->entries[i];
        tell(schema, e->key.text);
        spk_dict_set_value(merged, e->key, e->value);
    }
    source->config = merged;
    return SPK_OK;
}
