#include <math.h>

#include "selector.h"

/*
 * The CDK's default normalisation, with its edges: a value is cast only where its property allows
 * one type besides null; the type is that of the property itself, not of what its $ref names; what
 * cannot be cast stays as it is.
 */
enum { MAX_NESTING = 64 };

struct normalizer {
    struct spk_value root; /* for local $ref */
    struct spk_arena *arena;
};

/* The one type besides null, or empty. */
static struct spk_view single_type(struct spk_value type)
{
    struct spk_view found = {0};
    if (spk_is(type, SPK_STRING))
        return type.text;
    for (size_t i = 0; spk_is(type, SPK_LIST) && i < spk_list_len(type); i++) {
        struct spk_view one = spk_value_text_or(spk_list_at(type, i), "");
        if (spk_view_is(one, "null"))
            continue;
        if (found.len > 0)
            return (struct spk_view){0};
        found = one;
    }
    return found;
}

static bool allows_null(struct spk_value type)
{
    if (spk_is(type, SPK_STRING))
        return spk_view_is(type.text, "null");
    for (size_t i = 0; spk_is(type, SPK_LIST) && i < spk_list_len(type); i++) {
        if (spk_view_is(spk_value_text_or(spk_list_at(type, i), ""), "null"))
            return true;
    }
    return false;
}

static struct spk_value to_text(struct spk_arena *arena, struct spk_value value)
{
    if (spk_is(value, SPK_STRING))
        return value;
    struct spk_buf text = {0};
    spk_value_str(&text, value);
    struct spk_value out = spk_string_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return out;
}

/* Python's int() and float() take single underscores between digits. False where others stand. */
static bool drop_underscores(struct spk_view text, struct spk_buf *out)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool next = i + 1 < text.len && text.at[i + 1] >= '0' && text.at[i + 1] <= '9';
        if (c != '_')
            spk_buf_append_char(out, c);
        else if (!digit || !next)
            return false;
        digit = c >= '0' && c <= '9';
    }
    return true;
}

static bool is_integer(struct spk_view text)
{
    size_t from = text.len > 0 && text.at[0] == '-';
    for (size_t i = from; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    }
    return text.len > from;
}

static struct spk_value text_to_integer(struct spk_arena *arena, struct spk_value value)
{
    struct spk_view text = spk_view_trim(value.text);
    struct spk_buf digits = {0};
    if (text.len > 1 && text.at[0] == '+' && text.at[1] != '-')
        text = spk_view_slice(text, 1, text.len);
    if (drop_underscores(text, &digits) && is_integer(spk_buf_view(&digits)))
        value = spk_integer_from_digits(arena, spk_buf_view(&digits));
    spk_buf_deinit(&digits);
    return value;
}

/* The words that Python's float() knows, in any case. */
static bool is_named_number(struct spk_view text, double *out)
{
    static const struct {
        const char *name;
        double number;
    } names[] = {{"nan", NAN}, {"inf", INFINITY}, {"infinity", INFINITY}};
    bool minus = spk_view_starts(text, SPK_V("-"));
    if (minus || spk_view_starts(text, SPK_V("+")))
        text = spk_view_slice(text, 1, text.len);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (!spk_view_equal_nocase(text, spk_view_of(names[i].name)))
            continue;
        *out = minus ? -names[i].number : names[i].number;
        return true;
    }
    return false;
}

static struct spk_value text_to_number(struct spk_value value)
{
    struct spk_buf plain = {0};
    struct spk_view text = spk_view_trim(value.text);
    double number;
    if (is_named_number(text, &number) ||
        (drop_underscores(text, &plain) && spk_parse_double(spk_buf_view(&plain), &number)))
        value = spk_float(number);
    spk_buf_deinit(&plain);
    return value;
}

static struct spk_value whole_part(struct spk_arena *arena, double number)
{
    struct spk_buf digits = {0};
    if (fabs(number) < 9e18)
        return spk_int((int64_t)number);
    spk_buf_printf(&digits, "%.0f", number);
    struct spk_value whole = spk_integer_from_digits(arena, spk_buf_view(&digits));
    spk_buf_deinit(&digits);
    return whole;
}

static struct spk_value to_integer(struct spk_arena *arena, struct spk_value value)
{
    if (spk_is(value, SPK_BOOL))
        return spk_int(value.boolean);
    if (spk_is(value, SPK_FLOAT) && isfinite(value.number))
        return whole_part(arena, value.number);
    return spk_is(value, SPK_STRING) ? text_to_integer(arena, value) : value;
}

static struct spk_value to_number(struct spk_value value)
{
    if (spk_is(value, SPK_INT))
        return spk_float((double)value.integer);
    if (spk_is(value, SPK_BOOL))
        return spk_float(value.boolean);
    bool text = spk_is(value, SPK_BIGINT) || spk_is(value, SPK_STRING);
    return text ? text_to_number(value) : value;
}

static struct spk_value to_boolean(struct spk_value value)
{
    static const char *const yes[] = {"y", "yes", "t", "true", "on", "1"};
    static const char *const no[] = {"n", "no", "f", "false", "off", "0"};
    if (!spk_is(value, SPK_STRING))
        return spk_bool(spk_value_truthy(value));
    for (size_t i = 0; i < 6; i++) {
        if (spk_view_equal_nocase(value.text, spk_view_of(yes[i])))
            return spk_bool(true);
        if (spk_view_equal_nocase(value.text, spk_view_of(no[i])))
            return spk_bool(false);
    }
    return value;
}

static bool is_simple_type(struct spk_value name)
{
    static const char *const simple[] = {"string", "number", "integer", "boolean", "null"};
    for (size_t i = 0; i < 5; i++) {
        if (spk_view_is(spk_value_text_or(name, ""), simple[i]))
            return true;
    }
    return false;
}

/* A scalar where a list of scalars is wanted becomes such a list; the items' types must be written
 * as a list, or not at all. */
static struct spk_value to_list(struct spk_arena *arena, struct spk_value schema,
                                struct spk_value value)
{
    struct spk_value types = spk_get(spk_get(schema, "items"), "type");
    bool scalar = !spk_is(value, SPK_LIST) && !spk_is(value, SPK_DICT);
    if (!scalar || spk_is(types, SPK_STRING))
        return value;
    for (size_t i = 0; spk_is(types, SPK_LIST) && i < spk_list_len(types); i++) {
        if (!is_simple_type(spk_list_at(types, i)))
            return value;
    }
    struct spk_value list = spk_list_new(arena);
    spk_list_append(list, value);
    return list;
}

static struct spk_value convert(struct normalizer *n, struct spk_value value,
                                struct spk_value schema)
{
    struct spk_value type = spk_get(schema, "type");
    if (spk_is(value, SPK_NULL) && allows_null(type))
        return value;
    struct spk_view target = single_type(type);
    if (spk_view_is(target, "string"))
        return to_text(n->arena, value);
    if (spk_view_is(target, "number"))
        return to_number(value);
    if (spk_view_is(target, "integer"))
        return to_integer(n->arena, value);
    if (spk_view_is(target, "boolean"))
        return to_boolean(value);
    return spk_view_is(target, "array") ? to_list(n->arena, schema, value) : value;
}

/* The schema that a local $ref names. */
static struct spk_value follow(struct normalizer *n, struct spk_value schema)
{
    for (int i = 0; i < MAX_NESTING; i++) {
        struct spk_view reference = spk_value_text_or(spk_get(schema, "$ref"), "");
        if (!spk_view_starts(reference, SPK_V("#/")))
            return schema;
        struct spk_view rest = spk_view_slice(reference, 2, reference.len);
        schema = n->root;
        while (rest.at)
            schema = spk_dict_get(schema, spk_view_cut(&rest, '/'));
    }
    return schema;
}

/* Records mostly have their fields in the order of the schema. */
static struct spk_value *find_field(struct spk_value record, struct spk_view name, size_t guess)
{
    if (guess < spk_dict_len(record)) {
        struct spk_entry *entry = &record.dict->entries[guess];
        if (spk_is(entry->key, SPK_STRING) && spk_view_equal(entry->key.text, name))
            return &entry->value;
    }
    return spk_dict_find(record, name);
}

static void normalize(struct normalizer *n, struct spk_value value, struct spk_value schema,
                      int depth)
{
    if (!spk_is(value, SPK_DICT) && !spk_is(value, SPK_LIST))
        return;
    schema = follow(n, schema);
    if (depth > MAX_NESTING || !spk_is(schema, SPK_DICT))
        return;
    struct spk_value properties = spk_get(schema, "properties"), items = spk_get(schema, "items");
    for (size_t i = 0;
         spk_is(value, SPK_DICT) && spk_is(properties, SPK_DICT) && i < spk_dict_len(properties);
         i++) {
        const struct spk_entry *e = &properties.dict->entries[i];
        struct spk_value *slot = find_field(value, spk_value_text_or(e->key, ""), i);
        if (!slot)
            continue;
        *slot = convert(n, *slot, e->value);
        normalize(n, *slot, e->value, depth + 1);
    }
    for (size_t i = 0;
         spk_is(value, SPK_LIST) && spk_is(items, SPK_DICT) && i < spk_list_len(value); i++) {
        struct spk_value *slot = &value.list->items[i];
        *slot = convert(n, *slot, items);
        normalize(n, *slot, items, depth + 1);
    }
}

void spk_schema_normalize(struct spk_value record, struct spk_value schema, struct spk_arena *arena)
{
    struct normalizer n = {.root = schema, .arena = arena};
    normalize(&n, record, schema, 0);
}
