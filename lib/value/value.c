/* Making and copying values. */
#include "value/value_internal.h"

struct spk_value spk_string_dup(struct spk_arena *arena, struct spk_view text)
{
    return spk_string(spk_arena_dup(arena, text));
}

struct spk_value spk_integer_from_digits(struct spk_arena *arena, struct spk_view digits)
{
    bool negative = digits.len > 0 && digits.at[0] == '-';
    struct spk_view plain = spk_view_slice(digits, negative ? 1 : 0, digits.len);
    while (plain.len > 1 && plain.at[0] == '0')
        plain = spk_view_slice(plain, 1, plain.len);

    uint64_t magnitude = 0;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    bool fits = true;
    for (size_t i = 0; i < plain.len && fits; i++) {
        fits = !__builtin_mul_overflow(magnitude, (uint64_t)10, &magnitude) &&
               !__builtin_add_overflow(magnitude, (uint64_t)(plain.at[i] - '0'), &magnitude) &&
               magnitude <= limit;
    }
    if (fits)
        return spk_int(negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude);

    char *text = spk_arena_alloc(arena, plain.len + 1);
    text[0] = '-';
    memcpy(text + 1, plain.at, plain.len);
    size_t skip = negative ? 0 : 1;
    return (struct spk_value){.kind = SPK_BIGINT, .text = {text + skip, plain.len + 1 - skip}};
}

const char *spk_value_type_name(struct spk_value v)
{
    static const char *const names[] = {
        [SPK_UNDEFINED] = "Undefined", [SPK_NULL] = "NoneType",
        [SPK_BOOL] = "bool",           [SPK_INT] = "int",
        [SPK_BIGINT] = "int",          [SPK_FLOAT] = "float",
        [SPK_STRING] = "str",          [SPK_BYTES] = "bytes",
        [SPK_LIST] = "list",           [SPK_TUPLE] = "tuple",
        [SPK_DICT] = "dict",           [SPK_DATETIME] = "datetime",
        [SPK_DATE] = "date",           [SPK_TIMEDELTA] = "timedelta",
    };
    if (v.kind == SPK_STRING && v.flags & SPK_VALUE_SAFE)
        return "Markup";
    return names[v.kind];
}

struct spk_view spk_value_text_or(struct spk_value v, const char *fallback)
{
    return v.kind == SPK_STRING ? v.text : spk_view_of(fallback);
}

static struct spk_value copy(struct spk_arena *arena, struct spk_value v, int depth);

static struct spk_value copy_list(struct spk_arena *arena, struct spk_value v, int depth)
{
    struct spk_value made = v.kind == SPK_LIST ? spk_list_new(arena) : spk_tuple_new(arena);
    for (size_t i = 0; i < v.list->len; i++)
        spk_list_append(made, copy(arena, v.list->items[i], depth));
    return made;
}

static struct spk_value copy_dict(struct spk_arena *arena, struct spk_value v, int depth)
{
    struct spk_value made = spk_dict_new(arena);
    for (size_t i = 0; i < v.dict->len; i++) {
        const struct spk_entry *entry = &v.dict->entries[i];
        spk_dict_set_value(made, copy(arena, entry->key, depth), copy(arena, entry->value, depth));
    }
    return made;
}

static struct spk_value copy(struct spk_arena *arena, struct spk_value v, int depth)
{
    struct spk_value made = v;
    switch ((enum spk_kind)v.kind) {
    case SPK_STRING:
    case SPK_BYTES:
    case SPK_BIGINT: made.text = spk_arena_dup(arena, v.text); break;
    case SPK_DATETIME: {
        struct spk_civil *time = SPK_NEW(arena, struct spk_civil);
        *time = *v.time;
        made.time = time;
        break;
    }
    case SPK_LIST:
    case SPK_TUPLE:
        made = depth > VALUE_MAX_DEPTH ? spk_null() : copy_list(arena, v, depth + 1);
        break;
    case SPK_DICT:
        made = depth > VALUE_MAX_DEPTH ? spk_null() : copy_dict(arena, v, depth + 1);
        break;
    default: break;
    }
    made.flags = v.flags;
    made.mark = v.mark;
    return made;
}

struct spk_value spk_value_copy(struct spk_arena *arena, struct spk_value v)
{
    return copy(arena, v, 0);
}
