/*
 * The items of an array with their original bytes. yyjson decodes strings in place, so a decoded
 * string tells where it stood in the page: the first key of an object gives the object's start, and
 * what stands before it the end of the item before, without a look at the bytes between.
 */
#include "json/json_internal.h"

/* Where `key` of an object starts in the page, at its opening quote. */
static const char *key_place(const struct spk_json_items *items, yyjson_val *key)
{
    return unsafe_yyjson_get_str(key) - 1 + items->shift;
}

static const char *skip_separator(const char *p, const char *end)
{
    p = json_skip_blanks(p, end);
    if (p < end)
        p++;
    return json_skip_blanks(p, end);
}

/* From the '{' at p to the value of its pair number `pair`, over the text alone. */
static const char *walk_to_pair(const char *p, const char *end, size_t pair)
{
    for (size_t i = 0;; i++) {
        p = skip_separator(p, end); /* '{' or ',' */
        p = skip_separator(spk_json_value_end(p, end), end);
        if (i == pair || p == end)
            return p;
        p = spk_json_value_end(p, end);
    }
}

static size_t pair_number(yyjson_val *object, yyjson_val *value)
{
    size_t number = 0;
    yyjson_val *at = unsafe_yyjson_get_first(object);
    for (; at + 1 != value; at = unsafe_yyjson_get_next(at + 1))
        number++;
    return number;
}

static bool is_empty(yyjson_val *val)
{
    switch (yyjson_get_type(val)) {
    case YYJSON_TYPE_NONE:
    case YYJSON_TYPE_NULL: return true;
    case YYJSON_TYPE_BOOL: return !unsafe_yyjson_get_bool(val);
    case YYJSON_TYPE_NUM: return yyjson_get_num(val) == 0;
    case YYJSON_TYPE_RAW: return false;
    default: return unsafe_yyjson_get_len(val) == 0;
    }
}

void spk_json_items_init(struct spk_json_items *items, const struct spk_json_doc *doc,
                         const struct spk_view *path, size_t n)
{
    *items = (struct spk_json_items){
        .end = doc->text.at + doc->text.len,
        .shift = doc->text.at - doc->copy,
        .aligned = doc->aligned,
    };
    const char *place = json_skip_blanks(doc->text.at, items->end);
    struct spk_json_node node = spk_json_doc_root(doc);
    for (size_t i = 0; i < n; i++) {
        struct spk_json_node object = node;
        node = spk_json_node_get(object, path[i]);
        if (!node.at)
            return;
        yyjson_val *value = (yyjson_val *)(uintptr_t)node.at;
        if (items->aligned) {
            const char *behind = spk_json_value_end(key_place(items, value - 1), items->end);
            place = skip_separator(behind, items->end);
        } else {
            yyjson_val *pairs = (yyjson_val *)(uintptr_t)object.at;
            place = walk_to_pair(place, items->end, pair_number(pairs, value));
        }
    }
    yyjson_val *val = (yyjson_val *)(uintptr_t)node.at;
    if (is_empty(val))
        return;
    bool array = yyjson_is_arr(val);
    items->is_root = !array && n == 0;
    items->left = array ? unsafe_yyjson_get_len(val) : 1;
    items->next = array ? unsafe_yyjson_get_first(val) : val;
    items->scan = array ? json_skip_blanks(place + 1, items->end) : place;
}

static bool starts_with_key(yyjson_val *val)
{
    return unsafe_yyjson_is_obj(val) && unsafe_yyjson_get_len(val) > 0;
}

bool spk_json_items_next(struct spk_json_items *items)
{
    if (items->left == 0)
        return false;
    items->left--;
    yyjson_val *val = (yyjson_val *)(uintptr_t)items->next;
    const char *start = items->scan;
    const char *behind = NULL;
    items->node.at = val;
    if (items->left > 0) {
        yyjson_val *following = unsafe_yyjson_get_next(val);
        items->next = following;
        if (items->aligned && starts_with_key(following)) {
            const char *p = key_place(items, following + 1) - 1;
            while (json_is_blank(*p))
                p--;
            items->scan = p--; /* at the brace; before it a comma */
            while (json_is_blank(*p))
                p--;
            behind = p;
            while (json_is_blank(behind[-1]))
                behind--;
        } else {
            behind = spk_json_value_end(start, items->end);
            items->scan = skip_separator(behind, items->end);
        }
    } else if (items->is_root) {
        behind = items->end;
        while (json_is_blank(behind[-1]))
            behind--;
    } else {
        behind = spk_json_value_end(start, items->end);
    }
    items->text = spk_view_make(start, (size_t)(behind - start));
    return true;
}
