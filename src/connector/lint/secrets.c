#include "lint_internal.h"

/*
 * Secrets that would show: a field of the spec that looks like one, or that an authenticator takes,
 * without airbyte_secret; a literal where an authenticator wants a secret.
 */

enum { DEEPEST = 32 };

static const char *const secret_words[] = {"key",    "token",      "password",
                                           "secret", "passphrase", "credential"};
static const char *const secret_fields[] = {"api_token",     "password",     "client_secret",
                                            "refresh_token", "access_token", "secret_key",
                                            "session_token"};

/* Its last word says so: api_key, clientSecret, PASSWORD. */
static bool looks_secret(struct spk_view name)
{
    for (size_t i = 0; i < sizeof(secret_words) / sizeof(*secret_words); i++) {
        struct spk_view word = spk_view_of(secret_words[i]);
        if (name.len < word.len)
            continue;
        struct spk_view end = spk_view_slice(name, name.len - word.len, name.len);
        char before = name.len > word.len ? name.at[name.len - word.len - 1] : '_';
        bool begins = before == '_' || before == '-' || (end.at[0] >= 'A' && end.at[0] <= 'Z');
        if (begins && spk_view_equal_nocase(end, word))
            return true;
    }
    return false;
}

static bool is_text(struct spk_value property)
{
    struct spk_value type = spk_get(property, "type");
    return !spk_is(type, SPK_STRING) || spk_view_is(type.text, "string");
}

static void check_properties(struct spk_lint *lint, struct spk_value schema, int depth)
{
    struct spk_value properties = spk_get(schema, "properties");
    for (size_t i = 0;
         depth < DEEPEST && spk_is(properties, SPK_DICT) && i < spk_dict_len(properties); i++) {
        const struct spk_entry *entry = &properties.dict->entries[i];
        struct spk_view name = spk_value_text_or(entry->key, "");
        bool open = spk_is(entry->value, SPK_DICT) && is_text(entry->value) &&
                    !spk_value_truthy(spk_get(entry->value, "airbyte_secret")) &&
                    !spk_is_defined(spk_get(entry->value, "const"));
        if (open && looks_secret(name))
            spk_lint_find(lint, entry->key,
                          "'%.*s' looks like a secret; give it airbyte_secret: true",
                          SPK_FMT(name));
        check_properties(lint, entry->value, depth + 1);
    }
    struct spk_value choices = spk_get(schema, "oneOf");
    for (size_t i = 0; depth < DEEPEST && spk_is(choices, SPK_LIST) && i < spk_list_len(choices);
         i++)
        check_properties(lint, spk_list_at(choices, i), depth + 1);
}

/* The property that a template names: {{ config['a']['b'] }} or {{ config.a.b }}. */
static struct spk_value named_property(struct spk_value schema, struct spk_view template,
                                       struct spk_view *name)
{
    static const char separators[] = "'\"[]. ){}|";
    ptrdiff_t at = spk_view_find(template, SPK_V("config"), 0);
    struct spk_value property = schema;
    size_t from = at < 0 ? template.len : (size_t)at + strlen("config");
    while (from < template.len && spk_is(property, SPK_DICT)) {
        size_t end = from;
        while (end < template.len && !strchr(separators, template.at[end]))
            end++;
        if (end > from) {
            struct spk_value next =
                spk_dict_get(spk_get(property, "properties"), spk_view_slice(template, from, end));
            if (!spk_is_defined(next))
                break;
            *name = spk_view_slice(template, from, end);
            property = next;
        }
        if (end < template.len && strchr(" )}|", template.at[end]))
            break;
        from = end + 1;
    }
    return name->len > 0 ? property : (struct spk_value){0};
}

static void check_field(struct spk_lint *lint, struct spk_value schema, struct spk_value value)
{
    struct spk_view name = {0};
    if (!spk_is(value, SPK_STRING) || value.text.len == 0)
        return;
    if (spk_view_find(value.text, SPK_V("{{"), 0) < 0) {
        spk_lint_find(lint, value,
                      "a secret does not belong into the manifest: take it from the "
                      "config");
        return;
    }
    struct spk_value property = named_property(schema, value.text, &name);
    if (spk_is(property, SPK_DICT) && !spk_value_truthy(spk_get(property, "airbyte_secret")) &&
        spk_is(spk_get(property, "type"), SPK_STRING) && is_text(property))
        spk_lint_find(lint, property, "'%.*s' is used as a secret; give it airbyte_secret: true",
                      SPK_FMT(name));
}

static void check_component(struct spk_lint *lint, struct spk_value component, void *context)
{
    struct spk_view type = spk_lint_type(component);
    if (!spk_view_ends(type, SPK_V("Authenticator")))
        return;
    for (size_t i = 0; i < sizeof(secret_fields) / sizeof(*secret_fields); i++)
        check_field(lint, *(const struct spk_value *)context, spk_get(component, secret_fields[i]));
}

spk_rc spk_lint_secrets(struct spk_lint *lint, struct spk_error *err)
{
    struct spk_value spec;
    spk_rc rc = spk_manifest_part(lint->manifest, "spec", &spec, err);
    if (rc)
        return rc;
    struct spk_value schema = spk_get(spec, "connection_specification");
    check_properties(lint, schema, 0);
    return spk_lint_each_component(lint, check_component, &schema, err);
}
