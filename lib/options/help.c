/* --help and the JSON schema. */
#include "options/options_internal.h"

enum { WIDEST_NAMES = 34 };

static bool is_shown(const struct spk_option *option)
{
    return (option->flags & SPK_OPTION_HIDDEN) == 0;
}

/* "  -x, --name VALUE", or "  NAME" for a positional. */
static struct spk_view names_of(struct spk_arena *arena, const struct spk_option *option)
{
    struct spk_view placeholder = spk_option_placeholder(arena, option);
    bool repeats = option->type == SPK_OPTION_LIST || option->type == SPK_OPTION_DICT;
    if (option->flags & SPK_OPTION_POSITIONAL) {
        const char *name = option->placeholder ? option->placeholder : option->name;
        return spk_arena_printf(arena, "  %s%s", name, repeats ? "..." : "");
    }
    char letter[8] = "    ";
    if (option->letter) {
        memcpy(letter, (char[]){'-', option->letter, ',', ' '}, 4);
    }
    bool standard_on = option->type == SPK_OPTION_BOOL && option->standard &&
                       spk_view_is(spk_view_of(option->standard), "true");
    struct spk_view name = spk_option_dashed(arena, option->name);
    return spk_arena_printf(arena, "  %s--%s%.*s%s%.*s%s", letter, standard_on ? "[no-]" : "",
                            SPK_FMT(name), placeholder.len ? " " : "", SPK_FMT(placeholder),
                            repeats ? " ..." : "");
}

static void append_row(struct spk_buf *out, const struct spk_option *option, struct spk_view names,
                       size_t width)
{
    spk_buf_append(out, names);
    size_t used = names.len;
    if (used > width) {
        spk_buf_append_char(out, '\n');
        used = 0;
    }
    spk_buf_printf(out, "%*s  %s", (int)(width - used), "", option->help ? option->help : "");
    if (option->flags & SPK_OPTION_REQUIRED) {
        spk_buf_append_str(out, " (required)");
    } else if (option->standard && (option->flags & SPK_OPTION_SECRET) == 0) {
        spk_buf_printf(out, " (default: %s)", option->standard);
    }
    spk_buf_append_char(out, '\n');
}

void spk_options_help(struct spk_buf *out, const struct spk_option *table)
{
    struct spk_arena arena = {0};
    size_t width = 0;
    for (const struct spk_option *o = table; o->name; o++) {
        size_t len = is_shown(o) ? names_of(&arena, o).len : 0;
        width = len > width && len <= WIDEST_NAMES ? len : width;
    }
    for (const struct spk_option *o = table; o->name; o++) {
        if (is_shown(o)) {
            append_row(out, o, names_of(&arena, o), width);
        }
    }
    spk_arena_deinit(&arena);
}

static struct spk_value type_of(struct spk_arena *arena, const struct spk_option *option)
{
    static const char *const types[] = {
        [SPK_OPTION_BOOL] = "boolean",  [SPK_OPTION_INT] = "integer",
        [SPK_OPTION_DOUBLE] = "number", [SPK_OPTION_STRING] = "string",
        [SPK_OPTION_ENUM] = "string",   [SPK_OPTION_DAY] = "string",
        [SPK_OPTION_LIST] = "array",    [SPK_OPTION_DICT] = "object",
    };
    if (option->type == SPK_OPTION_BYTES) {
        struct spk_value both = spk_list_new(arena);
        spk_list_append(both, spk_str("integer"));
        spk_list_append(both, spk_str("string"));
        return both;
    }
    return option->type == SPK_OPTION_VALUE ? (struct spk_value){0} : spk_str(types[option->type]);
}

/* The default as its own type; texts of days, sizes and choices stay texts. */
static struct spk_value standard_of(struct spk_arena *arena, const struct spk_option *option)
{
    struct spk_option_field field = {0};
    if (!option->standard ||
        !spk_option_from_text(option, spk_view_of(option->standard), arena, &field)) {
        return (struct spk_value){0};
    }
    switch (option->type) {
    case SPK_OPTION_BOOL: return spk_bool(field.boolean);
    case SPK_OPTION_INT: return spk_int(field.integer);
    case SPK_OPTION_DOUBLE: return spk_float(field.number);
    case SPK_OPTION_LIST:
    case SPK_OPTION_DICT:
    case SPK_OPTION_VALUE: return field.value;
    default: return spk_str(option->standard);
    }
}

static void set_defined(struct spk_value dict, const char *key, struct spk_value value)
{
    if (spk_is_defined(value)) {
        spk_set(dict, key, value);
    }
}

static struct spk_value property(struct spk_arena *arena, const struct spk_option *option)
{
    struct spk_value schema = spk_dict_new(arena);
    set_defined(schema, "type", type_of(arena, option));
    if (option->help) {
        spk_set(schema, "description", spk_str(option->help));
    }
    if (option->type == SPK_OPTION_ENUM) {
        struct spk_value choices = spk_list_new(arena);
        for (size_t i = 0; option->choices[i]; i++) {
            spk_list_append(choices, spk_str(option->choices[i]));
        }
        spk_set(schema, "enum", choices);
    }
    if (option->type == SPK_OPTION_DAY) {
        spk_set(schema, "format", spk_str("date"));
    }
    bool ranged = option->type == SPK_OPTION_INT || option->type == SPK_OPTION_BYTES;
    if (ranged && option->max > option->min) {
        spk_set(schema, "minimum", spk_int(option->min));
        spk_set(schema, "maximum", spk_int(option->max));
    }
    if (option->flags & SPK_OPTION_SECRET) {
        spk_set(schema, "airbyte_secret", spk_bool(true));
    } else {
        set_defined(schema, "default", standard_of(arena, option));
    }
    return schema;
}

struct spk_value spk_options_schema(struct spk_arena *arena, const struct spk_option *table)
{
    struct spk_value schema = spk_dict_new(arena);
    struct spk_value properties = spk_dict_new(arena);
    struct spk_value required = spk_list_new(arena);
    for (const struct spk_option *o = table; o->name; o++) {
        spk_set(properties, o->name, property(arena, o));
        if (o->flags & SPK_OPTION_REQUIRED) {
            spk_list_append(required, spk_str(o->name));
        }
    }
    spk_set(schema, "type", spk_str("object"));
    spk_set(schema, "properties", properties);
    if (spk_list_len(required) > 0) {
        spk_set(schema, "required", required);
    }
    spk_set(schema, "additionalProperties", spk_bool(false));
    return schema;
}
