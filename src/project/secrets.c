/* Refuses secrets that stand in a file themselves. */
#include "project/reference.h"

enum { NAME_TEXT = 128 };

/* *secret: the text takes something from the environment or a file. */
static spk_rc check_text(const struct spk_option_origin *origin, struct spk_value text,
                         bool *secret, struct spk_error *err)
{
    struct spk_view rest = text.text;
    while (rest.len > 0) {
        struct spk_view literal, inside = {NULL, 0};
        struct spk_reference reference = {0};
        bool found = false;
        bool ok = spk_reference_next(&rest, &literal, &inside, &found);
        if (!ok || (found && !spk_reference_parse(inside, &reference))) {
            spk_options_fail(err, origin, text, "'${%.*s%s' is not a reference",
                             SPK_FMT(spk_view_slice(inside, 0, 60)), ok ? "}" : "");
            spk_error_hint(err, "references are ${env:NAME}, ${file:PATH} and ${account}");
            return SPK_ECONFIG;
        }
        *secret = *secret || (found && reference.kind != SPK_REFERENCE_ACCOUNT);
    }
    return SPK_OK;
}

/* The last word of api_key, x-api-key, apiKey, API_KEYS, password2. */
static struct spk_view last_word(struct spk_view key)
{
    size_t end = key.len;
    while (end > 0 && !spk_is_letter(key.at[end - 1])) {
        end--;
    }
    size_t start = end;
    while (start > 0 && spk_is_letter(key.at[start - 1])) {
        start--;
        bool upper = key.at[start] <= 'Z';
        if (upper && start + 1 < end && start > 0 && key.at[start - 1] >= 'a') {
            break;
        }
    }
    struct spk_view word = spk_view_slice(key, start, end);
    bool plural = word.len > 3 && (word.at[word.len - 1] | 0x20) == 's';
    return spk_view_slice(word, 0, word.len - (plural ? 1 : 0));
}

static bool looks_secret(struct spk_view key)
{
    static const char *const words[] = {"key",    "apikey", "token",      "accesstoken", "password",
                                        "passwd", "pwd",    "passphrase", "secret"};
    struct spk_view word = last_word(key);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (spk_view_equal_nocase(word, spk_view_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static void append_variable(struct spk_buf *out, const struct spk_path *path)
{
    if (!path || !path->parent) {
        return; /* "accounts" or "config" says nothing */
    }
    append_variable(out, path->parent);
    spk_buf_append_str(out, out->len > 0 ? "_" : "");
    for (size_t i = 0; i < path->key.len; i++) {
        char c = path->key.at[i];
        bool lower = c >= 'a' && c <= 'z';
        bool kept = spk_is_letter(c) || spk_is_digit(c);
        spk_buf_append_char(out, (char)(lower ? c - 'a' + 'A' : kept ? c : '_'));
    }
}

void spk_reference_hint(const struct spk_path *path, struct spk_error *err)
{
    struct spk_buf name = {0};
    spk_buf_init(&name, NAME_TEXT);
    append_variable(&name, path);
    spk_error_hint(err, "write \"${env:%s}\" and set that variable, or \"${file:PATH}\"",
                   name.len > 0 ? spk_buf_cstr(&name) : "NAME");
    spk_buf_deinit(&name);
}

static spk_rc fail_literal(const struct spk_option_origin *origin, struct spk_value at,
                           struct spk_error *err)
{
    spk_options_fail(err, origin, at, "a secret must not stand in the file");
    spk_reference_hint(origin->path, err);
    return SPK_ECONFIG;
}

static spk_rc check_value(const struct spk_option_origin *origin, struct spk_value value,
                          bool secret, struct spk_error *err);

static spk_rc check_dict(const struct spk_option_origin *origin, struct spk_value dict,
                         struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < spk_dict_len(dict); i++) {
        const struct spk_entry *entry = &dict.dict->entries[i];
        if (entry->key.kind != SPK_STRING) {
            return spk_options_fail(err, origin, entry->key, "keys must be texts: quote it");
        }
        struct spk_path path = {.parent = origin->path, .key = entry->key.text};
        struct spk_option_origin at = {.file = origin->file, .path = &path};
        rc = check_value(&at, entry->value, looks_secret(entry->key.text), err);
    }
    return rc;
}

static spk_rc check_value(const struct spk_option_origin *origin, struct spk_value value,
                          bool secret, struct spk_error *err)
{
    if (value.kind == SPK_DICT) {
        return check_dict(origin, value, err);
    }
    if (value.kind == SPK_LIST) {
        spk_rc rc = SPK_OK;
        for (size_t i = 0; rc == SPK_OK && i < spk_list_len(value); i++) {
            struct spk_path path = {.parent = origin->path, .index = i};
            struct spk_option_origin at = {.file = origin->file, .path = &path};
            rc = check_value(&at, spk_list_at(value, i), secret, err);
        }
        return rc;
    }
    if (value.kind == SPK_STRING) {
        bool referred = value.text.len == 0;
        spk_rc rc = check_text(origin, value, &referred, err);
        return rc == SPK_OK && secret && !referred ? fail_literal(origin, value, err) : rc;
    }
    return secret && value.kind > SPK_BOOL ? fail_literal(origin, value, err) : SPK_OK;
}

spk_rc spk_reference_check(const struct spk_option_origin *origin, struct spk_value value,
                           struct spk_error *err)
{
    return check_value(origin, value, false, err);
}

/* ---- fields that the connector's spec marks ---- */

static spk_rc check_marked(const struct spk_option_origin *origin, struct spk_value value,
                           struct spk_value schema, struct spk_error *err)
{
    if (spk_value_truthy(spk_get(schema, "airbyte_secret"))) {
        return check_value(origin, value, true, err);
    }
    spk_rc rc = SPK_OK;
    static const char *const choices[] = {"oneOf", "anyOf", "allOf"};
    for (size_t c = 0; c < sizeof choices / sizeof choices[0]; c++) {
        struct spk_value list = spk_get(schema, choices[c]);
        for (size_t i = 0; rc == SPK_OK && list.kind == SPK_LIST && i < spk_list_len(list); i++) {
            rc = check_marked(origin, value, spk_list_at(list, i), err);
        }
    }
    struct spk_value properties = spk_get(schema, "properties");
    size_t n = properties.kind == SPK_DICT ? spk_dict_len(properties) : 0;
    for (size_t i = 0; rc == SPK_OK && i < n; i++) {
        const struct spk_entry *entry = &properties.dict->entries[i];
        struct spk_value field = spk_dict_get(value, spk_value_text_or(entry->key, ""));
        struct spk_path path = {.parent = origin->path, .key = spk_value_text_or(entry->key, "")};
        struct spk_option_origin at = {.file = origin->file, .path = &path};
        rc = check_marked(&at, field, entry->value, err);
    }
    return rc;
}

spk_rc spk_platform_check_secrets(const struct spk_platform *platform,
                                  struct spk_value specification, struct spk_error *err)
{
    struct spk_path accounts = {.key = SPK_V("accounts")};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < platform->account_count; i++) {
        struct spk_path path = {.parent = &accounts, .key = platform->accounts[i].id};
        struct spk_option_origin origin = {.file = platform->file, .path = &path};
        rc = check_marked(&origin, platform->accounts[i].config, specification, err);
    }
    return rc;
}
