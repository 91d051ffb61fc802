/* Settings from a DICT. */
#include "options/options_internal.h"

struct reader {
    const struct spk_option *table;
    const struct spk_option_origin *origin;
    struct spk_arena *arena;
    struct spk_error *err;
};

static void append_place(struct spk_buf *out, const struct spk_option_origin *origin, uint32_t mark)
{
    if (origin && origin->file) {
        spk_buf_append_str(out, origin->file);
        if (mark) {
            spk_buf_printf(out, ":%u:%u", spk_mark_line(mark), spk_mark_column(mark));
        }
        spk_buf_append_str(out, ": ");
    }
    if (origin && origin->path) {
        spk_path_print(out, origin->path);
        spk_buf_append_str(out, ": ");
    }
}

spk_rc spk_options_fail(struct spk_error *err, const struct spk_option_origin *origin,
                        struct spk_value at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, SPK_ECONFIG, format, args);
    va_end(args);
    struct spk_buf place = {0};
    append_place(&place, origin, at.mark);
    if (place.len > 0) {
        place.len -= 2; /* spk_error_context brings the ": " */
        spk_error_context(err, SPK_ECONFIG, "%s", spk_buf_cstr(&place));
    }
    spk_buf_deinit(&place);
    return SPK_ECONFIG;
}

static spk_rc fail_unknown(const struct reader *r, struct spk_value key, uint32_t mark)
{
    struct spk_buf name = {0};
    spk_value_str(&name, key);
    struct spk_value at = {.mark = key.mark ? key.mark : mark};
    struct spk_view guess = spk_option_guess(r->arena, r->table, spk_buf_view(&name), false);
    struct spk_view shown = spk_view_slice(spk_buf_view(&name), 0, 100);
    spk_rc rc = spk_options_fail(r->err, r->origin, at, "unknown setting '%.*s'%.*s",
                                 SPK_FMT(shown), SPK_FMT(guess));
    spk_buf_deinit(&name);
    return rc;
}

static spk_rc fail_value(const struct reader *r, const struct spk_option *option,
                         struct spk_value value)
{
    struct spk_path path = {.parent = r->origin->path, .key = spk_view_of(option->name)};
    struct spk_option_origin origin = {.file = r->origin->file, .path = &path};
    struct spk_view complaint = spk_option_complaint(option, value, r->arena);
    spk_options_fail(r->err, &origin, value, "%.*s", SPK_FMT(complaint));
    spk_option_hint_value(option, value, r->err);
    return SPK_ECONFIG;
}

static size_t find_option(const struct spk_option *table, struct spk_value key)
{
    size_t i = 0;
    while (table[i].name && !(key.kind == SPK_STRING && spk_view_is(key.text, table[i].name))) {
        i++;
    }
    return i;
}

/* A key without a value (null) counts as not written, except where any value will do. */
static bool is_written(const struct spk_option *option, struct spk_value value)
{
    return !spk_is_nothing(value) || (option->type == SPK_OPTION_VALUE && value.kind == SPK_NULL);
}

static spk_rc read_fields(const struct reader *r, struct spk_value dict,
                          struct spk_option_field *fields)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *entry = &dict.dict->entries[i];
        size_t index = find_option(r->table, entry->key);
        const struct spk_option *option = &r->table[index];
        if (!option->name) {
            return fail_unknown(r, entry->key, entry->value.mark);
        }
        if (is_written(option, entry->value) &&
            !spk_option_from_value(option, entry->value, &fields[index])) {
            return fail_value(r, option, entry->value);
        }
    }
    return SPK_OK;
}

static spk_rc check_required(const struct reader *r, struct spk_value dict)
{
    for (size_t i = 0; r->table[i].name; i++) {
        const struct spk_option *option = &r->table[i];
        if ((option->flags & SPK_OPTION_REQUIRED) == 0 ||
            is_written(option, spk_get(dict, option->name))) {
            continue;
        }
        spk_options_fail(r->err, r->origin, dict, "%s is missing", option->name);
        spk_error_hint(r->err, "set %s: %s", option->name, option->help);
        return SPK_ECONFIG;
    }
    return SPK_OK;
}

spk_rc spk_options_read(const struct spk_option *table, const struct spk_option_origin *origin,
                        struct spk_arena *arena, void *target, struct spk_error *err)
{
    struct spk_value dict = origin->dict;
    struct reader r = {table, origin, arena, err};
    struct spk_option_field *fields = spk_option_fields(table, arena);
    if (!spk_is_nothing(dict) && dict.kind != SPK_DICT) {
        return spk_options_fail(err, origin, dict, "must be a mapping of settings, not a %s",
                                dict.kind == SPK_LIST ? "list" : "single value");
    }
    if (dict.kind == SPK_DICT && read_fields(&r, dict, fields) != SPK_OK) {
        return SPK_ECONFIG;
    }
    if (check_required(&r, dict) != SPK_OK) {
        return SPK_ECONFIG;
    }
    spk_option_store_all(table, fields, target);
    return SPK_OK;
}
