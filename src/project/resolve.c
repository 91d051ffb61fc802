/* From references to what they refer to. */
#include "base/file.h"
#include "base/secret.h"
#include "project/reference.h"

#include <stdlib.h>

enum { SECRET_FILE_MAX = 64 * 1024 };

static spk_rc append_variable_value(struct spk_view name, struct spk_buf *out,
                                    struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_buf_append(&text, name);
    const char *value = getenv(spk_buf_cstr(&text));
    spk_buf_deinit(&text);
    if (!value || !*value) {
        spk_error_set(err, SPK_ECONFIG, "the environment variable %.*s is %s", SPK_FMT(name),
                      value ? "empty" : "not set");
        spk_error_hint(err, "set %.*s for this program and run it again", SPK_FMT(name));
        return SPK_ECONFIG;
    }
    spk_secret_add(spk_view_of(value));
    spk_buf_append_str(out, value);
    return SPK_OK;
}

static spk_rc append_file(const struct spk_resolver *resolver, struct spk_view name,
                          struct spk_buf *out, struct spk_error *err)
{
    struct spk_view path = spk_place_join(resolver->arena, resolver->folder, name);
    struct spk_buf text = {0};
    spk_rc rc = spk_file_read(path.at, SECRET_FILE_MAX, &text, err);
    if (rc == SPK_OK) {
        while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r')) {
            text.len--;
        }
        struct spk_view value = spk_buf_view(&text);
        bool is_text = value.len > 0 && !memchr(value.at, 0, value.len) &&
                       spk_utf8_valid_prefix(value) == value.len;
        spk_secret_add(value);
        spk_buf_append(out, value);
        rc = is_text ? SPK_OK
                     : spk_error_set(err, SPK_ECONFIG, "%.*s is %s", SPK_FMT(path),
                                     value.len > 0 ? "not text in UTF-8" : "empty");
    }
    spk_buf_deinit(&text);
    return rc == SPK_OK ? SPK_OK : spk_error_context(err, rc, "the secret's file");
}

static spk_rc append_resolved(const struct spk_resolver *resolver, struct spk_view inside,
                              struct spk_buf *out, struct spk_error *err)
{
    struct spk_reference reference = {0};
    if (!spk_reference_parse(inside, &reference)) {
        return spk_error_set(err, SPK_ECONFIG, "'${%.*s}' is not a reference",
                             SPK_FMT(spk_view_slice(inside, 0, 60)));
    }
    switch (reference.kind) {
    case SPK_REFERENCE_ENV: return append_variable_value(reference.name, out, err);
    case SPK_REFERENCE_FILE: return append_file(resolver, reference.name, out, err);
    case SPK_REFERENCE_ACCOUNT: break;
    }
    spk_buf_append(out, resolver->account);
    return resolver->account.len > 0
               ? SPK_OK
               : spk_error_set(err, SPK_ECONFIG, "${account} has a meaning only in an account");
}

static spk_rc resolve_text(const struct spk_resolver *resolver, struct spk_view text,
                           struct spk_view *out, struct spk_error *err)
{
    struct spk_buf made = {0};
    struct spk_view rest = text;
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && rest.len > 0) {
        struct spk_view literal, inside;
        bool found = false;
        if (!spk_reference_next(&rest, &literal, &inside, &found)) {
            rc = spk_error_set(err, SPK_ECONFIG, "a reference lacks its '}'");
            break;
        }
        spk_buf_append(&made, literal);
        rc = found ? append_resolved(resolver, inside, &made, err) : SPK_OK;
    }
    if (rc == SPK_OK) {
        *out = spk_arena_dup(resolver->arena, spk_buf_view(&made));
    }
    spk_buf_deinit(&made);
    return rc;
}

static spk_rc fail_at(const struct spk_option_origin *origin, struct spk_value at, spk_rc rc,
                      struct spk_error *err)
{
    struct spk_buf path = {0};
    spk_path_print(&path, origin->path);
    if (origin->file && at.mark) {
        rc = spk_error_context(err, rc, "%s:%u:%u: %s", origin->file, spk_mark_line(at.mark),
                               spk_mark_column(at.mark), spk_buf_cstr(&path));
    } else {
        rc = spk_error_context(err, rc, "%s", spk_buf_cstr(&path));
    }
    spk_buf_deinit(&path);
    return rc;
}

/* Scalars as a JSON config has them: instants are texts. */
static spk_rc resolve_scalar(const struct spk_resolver *resolver,
                             const struct spk_option_origin *origin, struct spk_value value,
                             struct spk_value *out, struct spk_error *err)
{
    if (value.kind == SPK_STRING && spk_reference_is_in(value.text)) {
        struct spk_view text;
        spk_rc rc = resolve_text(resolver, value.text, &text, err);
        if (rc != SPK_OK) {
            return fail_at(origin, value, rc, err);
        }
        *out = spk_string(text);
    } else if (value.kind == SPK_DATE || value.kind == SPK_DATETIME) {
        struct spk_buf text = {0};
        spk_value_str(&text, value);
        if (value.kind == SPK_DATETIME) {
            char *blank = memchr(text.at, ' ', text.len);
            *(blank ? blank : text.at) = blank ? 'T' : text.at[0];
        }
        *out = spk_string_dup(resolver->arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
    } else {
        *out = spk_value_copy(resolver->arena, value);
    }
    return SPK_OK;
}

static spk_rc resolve_list(const struct spk_resolver *resolver,
                           const struct spk_option_origin *origin, struct spk_value value,
                           struct spk_value *out, struct spk_error *err)
{
    struct spk_value list = spk_list_new(resolver->arena);
    for (size_t i = 0; i < spk_list_len(value); i++) {
        struct spk_path path = {.parent = origin->path, .index = i};
        struct spk_option_origin at = {.file = origin->file, .path = &path};
        struct spk_value item = {0};
        spk_rc rc = spk_reference_resolve(resolver, &at, spk_list_at(value, i), &item, err);
        if (rc != SPK_OK) {
            return rc;
        }
        spk_list_append(list, item);
    }
    *out = list;
    return SPK_OK;
}

static spk_rc resolve_dict(const struct spk_resolver *resolver,
                           const struct spk_option_origin *origin, struct spk_value value,
                           struct spk_value *out, struct spk_error *err)
{
    struct spk_value dict = spk_dict_new(resolver->arena);
    for (size_t i = 0; i < spk_dict_len(value); i++) {
        const struct spk_entry *entry = &value.dict->entries[i];
        struct spk_path path = {.parent = origin->path, .key = entry->key.text};
        struct spk_option_origin at = {.file = origin->file, .path = &path};
        struct spk_value item = {0};
        spk_rc rc = spk_reference_resolve(resolver, &at, entry->value, &item, err);
        if (rc != SPK_OK) {
            return rc;
        }
        spk_dict_set(dict, spk_arena_dup(resolver->arena, entry->key.text), item);
    }
    *out = dict;
    return SPK_OK;
}

spk_rc spk_reference_resolve(const struct spk_resolver *resolver,
                             const struct spk_option_origin *origin, struct spk_value value,
                             struct spk_value *out, struct spk_error *err)
{
    if (value.kind == SPK_DICT) {
        return resolve_dict(resolver, origin, value, out, err);
    }
    if (value.kind == SPK_LIST) {
        return resolve_list(resolver, origin, value, out, err);
    }
    return resolve_scalar(resolver, origin, value, out, err);
}
