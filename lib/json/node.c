/* Borrowed nodes of a parsed page, and value trees made of them. */
#include <stdlib.h>

#include "json/json_internal.h"

/* yyjson's readers take no const; they change nothing. */
static yyjson_val *val_of(struct spk_json_node node)
{
    return (yyjson_val *)(uintptr_t)node.at;
}

static enum spk_kind raw_kind(yyjson_val *val)
{
    const char *text = yyjson_get_raw(val);
    return text[strcspn(text, ".eE")] == '\0' ? SPK_BIGINT : SPK_FLOAT;
}

static enum spk_kind number_kind(yyjson_val *val)
{
    switch (yyjson_get_subtype(val)) {
    case YYJSON_SUBTYPE_SINT: return SPK_INT;
    case YYJSON_SUBTYPE_UINT: return yyjson_get_uint(val) > INT64_MAX ? SPK_BIGINT : SPK_INT;
    default: return SPK_FLOAT;
    }
}

enum spk_kind spk_json_node_kind(struct spk_json_node node)
{
    yyjson_val *val = val_of(node);
    switch (yyjson_get_type(val)) {
    case YYJSON_TYPE_NULL: return SPK_NULL;
    case YYJSON_TYPE_BOOL: return SPK_BOOL;
    case YYJSON_TYPE_NUM: return number_kind(val);
    case YYJSON_TYPE_RAW: return raw_kind(val);
    case YYJSON_TYPE_STR: return SPK_STRING;
    case YYJSON_TYPE_ARR: return SPK_LIST;
    case YYJSON_TYPE_OBJ: return SPK_DICT;
    default: return SPK_UNDEFINED;
    }
}

static struct spk_view text_of(yyjson_val *val)
{
    return spk_view_make(unsafe_yyjson_get_str(val), unsafe_yyjson_get_len(val));
}

struct spk_json_node spk_json_node_get(struct spk_json_node object, struct spk_view key)
{
    yyjson_val *found = NULL;
    yyjson_val *val = val_of(object);
    if (!yyjson_is_obj(val))
        return (struct spk_json_node){0};
    yyjson_val *at = unsafe_yyjson_get_first(val);
    for (size_t left = unsafe_yyjson_get_len(val); left > 0; left--) {
        if (spk_view_equal(text_of(at), key))
            found = at + 1; /* the last of equal keys counts */
        at = unsafe_yyjson_get_next(at + 1);
    }
    return (struct spk_json_node){found};
}

struct spk_json_node spk_json_node_at(struct spk_json_node array, size_t index)
{
    return (struct spk_json_node){yyjson_arr_get(val_of(array), index)};
}

size_t spk_json_node_len(struct spk_json_node container)
{
    yyjson_val *val = val_of(container);
    return yyjson_is_ctn(val) ? unsafe_yyjson_get_len(val) : 0;
}

struct spk_view spk_json_node_text(struct spk_json_node string)
{
    yyjson_val *val = val_of(string);
    return yyjson_is_str(val) ? text_of(val) : (struct spk_view){0};
}

bool spk_json_node_has_null(struct spk_json_node object)
{
    yyjson_val *val = val_of(object);
    if (!yyjson_is_obj(val))
        return false;
    yyjson_val *key = unsafe_yyjson_get_first(val);
    for (size_t left = unsafe_yyjson_get_len(val); left > 0; left--) {
        if (unsafe_yyjson_is_null(key + 1))
            return true;
        key = unsafe_yyjson_get_next(key + 1);
    }
    return false;
}

bool spk_json_node_i64(struct spk_json_node node, int64_t *out)
{
    yyjson_val *val = val_of(node);
    if (!yyjson_is_num(val) || number_kind(val) != SPK_INT)
        return false;
    *out = yyjson_get_sint(val);
    return true;
}

bool spk_json_node_double(struct spk_json_node node, double *out)
{
    yyjson_val *val = val_of(node);
    if (yyjson_is_raw(val))
        *out = strtod(yyjson_get_raw(val), NULL);
    else if (yyjson_is_num(val))
        *out = yyjson_get_num(val);
    else
        return false;
    return true;
}

static struct spk_value build_number(struct spk_arena *arena, yyjson_val *val)
{
    if (yyjson_is_raw(val)) {
        const char *text = yyjson_get_raw(val);
        if (raw_kind(val) == SPK_FLOAT)
            return spk_float(strtod(text, NULL));
        return spk_integer_from_digits(arena, spk_view_of(text));
    }
    switch (number_kind(val)) {
    case SPK_INT: return spk_int(yyjson_get_sint(val));
    case SPK_BIGINT:
        return spk_integer_from_digits(
            arena, spk_arena_printf(arena, "%llu", (unsigned long long)yyjson_get_uint(val)));
    default: return spk_float(yyjson_get_real(val));
    }
}

static struct spk_value build_text(struct spk_arena *arena, yyjson_val *val, bool copy_texts)
{
    struct spk_view text = text_of(val);
    return copy_texts ? spk_string_dup(arena, text) : spk_string(text);
}

static struct spk_value build_list(struct spk_arena *arena, yyjson_val *val, bool copy_texts)
{
    struct spk_value list = spk_list_new(arena);
    size_t len = unsafe_yyjson_get_len(val);
    if (len == 0)
        return list;
    list.list->items = spk_arena_alloc(arena, len * sizeof *list.list->items);
    list.list->cap = len;
    yyjson_val *at = unsafe_yyjson_get_first(val);
    for (; list.list->len < len; at = unsafe_yyjson_get_next(at))
        list.list->items[list.list->len++] = spk_json_build_value(arena, at, copy_texts);
    return list;
}

/*
 * Puts an entry into a dict without index. Keys are seldom doubled: `seen` holds a bit for the
 * looks of each key, and only where that bit is set already the others are compared.
 */
static void add_entry(struct spk_dict *dict, struct spk_entry entry, uint64_t *seen)
{
    struct spk_view key = entry.key.text;
    unsigned last = key.len > 0 ? (unsigned char)key.at[key.len - 1] : 0;
    unsigned first = key.len > 0 ? (unsigned char)key.at[0] : 0;
    uint64_t bit = UINT64_C(1) << ((key.len * 11 + first * 5 + last) & 63);
    if (*seen & bit) {
        for (size_t i = 0; i < dict->len; i++) {
            if (spk_view_equal(dict->entries[i].key.text, key)) {
                dict->entries[i].value = entry.value;
                return;
            }
        }
    }
    *seen |= bit;
    dict->entries[dict->len++] = entry;
}

static struct spk_value build_dict(struct spk_arena *arena, yyjson_val *val, bool copy_texts)
{
    struct spk_value dict = spk_dict_new(arena);
    size_t len = unsafe_yyjson_get_len(val);
    if (len == 0)
        return dict;
    dict.dict->entries = spk_arena_alloc(arena, len * sizeof *dict.dict->entries);
    dict.dict->cap = len;
    uint64_t seen = 0;
    bool plain = len <= SPK_DICT_PLAIN;
    yyjson_val *at = unsafe_yyjson_get_first(val);
    for (; len > 0; len--) {
        struct spk_entry entry = {build_text(arena, at, copy_texts),
                                  spk_json_build_value(arena, at + 1, copy_texts)};
        if (plain)
            add_entry(dict.dict, entry, &seen);
        else
            spk_dict_set_value(dict, entry.key, entry.value);
        at = unsafe_yyjson_get_next(at + 1);
    }
    return dict;
}

struct spk_value spk_json_build_value(struct spk_arena *arena, yyjson_val *val, bool copy_texts)
{
    yyjson_val *node = (yyjson_val *)(uintptr_t)val;
    switch (unsafe_yyjson_get_type(node)) {
    case YYJSON_TYPE_NULL: return spk_null();
    case YYJSON_TYPE_BOOL: return spk_bool(unsafe_yyjson_get_bool(node));
    case YYJSON_TYPE_STR: return build_text(arena, val, copy_texts);
    case YYJSON_TYPE_ARR: return build_list(arena, node, copy_texts);
    case YYJSON_TYPE_OBJ: return build_dict(arena, node, copy_texts);
    default: return build_number(arena, val);
    }
}

struct spk_value spk_json_node_value(struct spk_arena *arena, struct spk_json_node node)
{
    if (!node.at)
        return (struct spk_value){0};
    return spk_json_build_value(arena, val_of(node), true);
}

struct spk_value spk_json_node_value_borrowed(struct spk_arena *arena, struct spk_json_node node)
{
    if (!node.at)
        return (struct spk_value){0};
    return spk_json_build_value(arena, val_of(node), false);
}
