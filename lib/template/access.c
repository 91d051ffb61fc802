/* x.name, x[key] and x[a:b:c], as Jinja's sandbox gives them: attributes and items stand in for


 * each other, and what is not there is undefined. */
#include "template/template_internal.h"

static spk_rc undefined_access(struct spk_tpl_state *s, struct spk_view name)
{
    return spk_tpl_raise(s, RAISE_UNDEFINED, "'%.*s' of an undefined value",
                         SPK_FMT(spk_view_slice(name, 0, 80)));
}

/* A Python attribute of the value: data or a method; false where it has none of this name. */
static bool python_attribute(struct spk_tpl_state *s, struct spk_value object, struct spk_view name,
                             struct spk_value *out)
{
    const struct spk_tpl_object *wrapped = spk_tpl_as_object(object);
    if (wrapped) {
        *out = spk_dict_get(wrapped->attributes, name);
        if (spk_is_defined(*out))
            return true;
    }
    *out = spk_tpl_data_attribute(s, object, name);
    if (spk_is_defined(*out))
        return true;
    const struct spk_tpl_row *row = spk_tpl_method_find(object, name);
    if (!row)
        return false;
    struct spk_tpl_callable *callable = SPK_NEW(s->arena, struct spk_tpl_callable);
    callable->row = row;
    callable->self = object;
    *out = spk_tpl_special(SPK_TPL_CALLABLE, callable);
    return true;
}

/* x[key] where key is an int: false where the index is outside. */
static bool item_at(struct spk_value object, int64_t index, struct spk_value *out)
{
    bool text = object.kind == SPK_STRING || object.kind == SPK_BYTES;
    size_t len = object.kind == SPK_STRING  ? spk_tpl_text_len(object.text)
                 : object.kind == SPK_BYTES ? object.text.len
                                            : object.list->len;
    if (index < 0)
        index += (int64_t)len;
    if (index < 0 || (uint64_t)index >= len)
        return false;
    if (object.kind == SPK_BYTES) {
        *out = spk_int((unsigned char)object.text.at[index]);
    } else if (text) {
        size_t from = spk_tpl_text_offset(object.text, (size_t)index);
        struct spk_view rest = spk_view_slice(object.text, from, object.text.len);
        *out = spk_string(spk_view_slice(rest, 0, spk_tpl_text_offset(rest, 1)));
    } else {
        *out = object.list->items[index];
    }
    return true;
}

/* x[key] of Python; false where it raises TypeError or LookupError. */
static bool python_item(struct spk_value object, struct spk_value key, struct spk_value *out)
{
    switch (object.kind) {
    case SPK_DICT:
        *out = key.kind == SPK_LIST || key.kind == SPK_DICT || key.kind >= SPK_TPL_ABSENT
                   ? (struct spk_value){0}
                   : spk_tpl_object_get(object, key);
        return spk_is_defined(*out);
    case SPK_LIST:
    case SPK_TUPLE:
    case SPK_STRING:
    case SPK_BYTES: {
        int64_t index;
        return spk_tpl_as_int(key, &index) && item_at(object, index, out);
    }
    default: return false;
    }
}

static bool is_unsafe(struct spk_view name)
{
    return name.len > 0 && name.at[0] == '_' && !spk_view_is(name, "_partition");
}

spk_rc spk_tpl_getattr(struct spk_tpl_state *s, struct spk_value object, struct spk_view name,
                       struct spk_value *out)
{
    if (object.kind == SPK_UNDEFINED)
        return undefined_access(s, name);
    if (object.kind == SPK_TPL_NAMESPACE) {
        object.kind = SPK_DICT;
        *out = spk_dict_get(object, name);
        return SPK_OK;
    }
    if (!is_unsafe(name) && python_attribute(s, object, name, out))
        return SPK_OK;
    if (!python_item(object, spk_string(name), out))
        *out = (struct spk_value){0};
    return SPK_OK;
}

spk_rc spk_tpl_getitem(struct spk_tpl_state *s, struct spk_value object, struct spk_value key,
                       struct spk_value *out)
{
    if (object.kind == SPK_UNDEFINED)
        return undefined_access(s, key.kind == SPK_STRING ? key.text : SPK_V("[...]"));
    if (python_item(object, key, out))
        return SPK_OK;
    if (key.kind == SPK_STRING && !is_unsafe(key.text) &&
        python_attribute(s, object, key.text, out))
        return SPK_OK;
    *out = (struct spk_value){0};
    return SPK_OK;
}

/* A bound of a slice: its number, or `absent` where it is None or left out. */
static spk_rc slice_bound(struct spk_tpl_state *s, struct spk_value bound, int64_t absent,
                          int64_t *out)
{
    if (bound.kind == SPK_NULL) {
        *out = absent;
        return SPK_OK;
    }
    if (!spk_tpl_as_int(bound, out))
        return spk_tpl_type_error(s, "slice indices must be integers or None");
    return SPK_OK;
}

static int64_t clip(int64_t index, int64_t len, int64_t low, int64_t high)
{
    if (index < 0)
        index += len;
    return index < low ? low : index > high ? high : index;
}

/* start, stop, step of a slice over len items, as slice.indices. */
static spk_rc slice_range(struct spk_tpl_state *s, const struct spk_value bounds[3], int64_t len,
                          int64_t range[3])
{
    spk_rc rc = slice_bound(s, bounds[2], 1, &range[2]);
    if (rc != SPK_OK)
        return rc;
    if (range[2] == 0)
        return spk_tpl_value_error(s, "slice step cannot be zero");
    range[2] = range[2] > len ? len + 1 : range[2] < -len ? -len - 1 : range[2];
    bool back = range[2] < 0;
    int64_t low = back ? -1 : 0;
    int64_t high = back ? len - 1 : len;
    for (int i = 0; i < 2; i++) {
        if (bounds[i].kind == SPK_NULL) {
            range[i] = (i == 0) == back ? high : low;
            continue;
        }
        rc = slice_bound(s, bounds[i], 0, &range[i]);
        if (rc != SPK_OK)
            return rc;
        range[i] = clip(range[i], len, low, high);
    }
    return SPK_OK;
}

static bool in_range(int64_t i, const int64_t range[3])
{
    return range[2] > 0 ? i < range[1] : i > range[1];
}

static spk_rc slice_text(struct spk_tpl_state *s, struct spk_value object, const int64_t range[3],
                         struct spk_value *out)
{
    if (range[2] == 1) {
        int64_t stop = range[1] < range[0] ? range[0] : range[1];
        size_t from = spk_tpl_text_offset(object.text, (size_t)range[0]);
        size_t to = spk_tpl_text_offset(object.text, (size_t)stop);
        *out = spk_string(spk_view_slice(object.text, from, to));
        return SPK_OK;
    }
    struct spk_value characters;
    spk_rc rc = spk_tpl_items(s, object, &characters);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    for (int64_t i = range[0]; in_range(i, range); i += range[2])
        spk_buf_append(&buf, characters.list->items[i].text);
    return spk_tpl_take(s, &buf, out);
}

spk_rc spk_tpl_slice(struct spk_tpl_state *s, struct spk_value object,
                     const struct spk_value bounds[3], struct spk_value *out)
{
    if (object.kind == SPK_UNDEFINED)
        return undefined_access(s, SPK_V("[...]"));
    bool list = object.kind == SPK_LIST || object.kind == SPK_TUPLE;
    if (!list && object.kind != SPK_STRING)
        return spk_tpl_type_error(s, "'%s' cannot be sliced", spk_tpl_type_name(object));
    size_t len;
    int64_t range[3];
    spk_rc rc = spk_tpl_length(s, object, &len);
    if (rc == SPK_OK)
        rc = slice_range(s, bounds, (int64_t)len, range);
    if (rc != SPK_OK)
        return rc;
    if (!list)
        return slice_text(s, object, range, out);
    *out = object.kind == SPK_LIST ? spk_list_new(s->arena) : spk_tuple_new(s->arena);
    for (int64_t i = range[0]; in_range(i, range); i += range[2])
        spk_list_append(*out, object.list->items[i]);
    return SPK_OK;
}
