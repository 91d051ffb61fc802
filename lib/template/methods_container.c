/* Methods of list, tuple and dict, of numbers, and of the loop variable. */
#include <math.h>

#include "template/methods_internal.h"

static spk_rc list_append(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    *out = spk_null();
    return spk_tpl_append(s, call->self, call->args[0]);
}

static spk_rc list_extend(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, call->args[0], &items);
    size_t len = rc == SPK_OK ? items.list->len : 0; /* a list may extend itself */
    for (size_t i = 0; rc == SPK_OK && i < len; i++)
        rc = spk_tpl_append(s, call->self, items.list->items[i]);
    *out = spk_null();
    return rc;
}

static spk_rc list_insert(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    int64_t len = (int64_t)call->self.list->len;
    int64_t at;
    spk_rc rc = spk_tpl_need_int(s, call, 0, 0, &at);
    if (rc != SPK_OK)
        return rc;
    if (len >= (int64_t)s->limits.max_items)
        return spk_tpl_append(s, call->self, call->args[1]);
    at = at < -len ? 0 : at < 0 ? at + len : at > len ? len : at;
    spk_list_insert(call->self, (size_t)at, call->args[1]);
    *out = spk_null();
    return SPK_OK;
}

static spk_rc list_pop(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    int64_t len = (int64_t)call->self.list->len;
    int64_t at;
    spk_rc rc = spk_tpl_need_int(s, call, 0, -1, &at);
    if (rc != SPK_OK)
        return rc;
    at += at < 0 ? len : 0;
    if (at < 0 || at >= len)
        return spk_tpl_value_error(s, "pop index out of range");
    *out = spk_list_at(call->self, (size_t)at);
    spk_list_remove(call->self, (size_t)at);
    return SPK_OK;
}

static spk_rc list_remove(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    *out = spk_null();
    for (size_t i = 0; i < call->self.list->len; i++) {
        if (spk_tpl_equal(call->self.list->items[i], call->args[0])) {
            spk_list_remove(call->self, i);
            return SPK_OK;
        }
    }
    return spk_tpl_value_error(s, "remove(x): x not in list");
}

static spk_rc list_reverse(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_list *list = call->self.list;
    for (size_t i = 0; i < list->len / 2; i++) {
        struct spk_value other = list->items[i];
        list->items[i] = list->items[list->len - 1 - i];
        list->items[list->len - 1 - i] = other;
    }
    *out = spk_null();
    return SPK_OK;
}

static spk_rc list_sort(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_list *list = call->self.list;
    bool reverse = spk_tpl_given(call->args[1]) && spk_tpl_truthy(call->args[1]);
    if (spk_tpl_given(call->args[0]) && call->args[0].kind != SPK_NULL)
        return spk_tpl_value_error(s, "sort() with a key is not supported");
    struct spk_value *keys = spk_arena_array(s->arena, list->len + 1, sizeof *keys);
    if (list->len)
        memcpy(keys, list->items, list->len * sizeof *keys);
    *out = spk_null();
    return spk_tpl_sort(s, list->items, keys, list->len, reverse);
}

static spk_rc list_clear(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    call->self.list->len = 0;
    *out = spk_null();
    return SPK_OK;
}

static spk_rc list_copy(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_value copy = spk_list_new(s->arena);
    for (size_t i = 0; i < call->self.list->len; i++)
        spk_list_append(copy, call->self.list->items[i]);
    *out = copy;
    return SPK_OK;
}

enum { COUNT, INDEX };

static spk_rc list_find(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    int64_t count = 0;
    for (size_t i = 0; i < call->self.list->len; i++) {
        if (!spk_tpl_equal(call->self.list->items[i], call->args[0]))
            continue;
        if (call->row->op == INDEX) {
            *out = spk_int((int64_t)i);
            return SPK_OK;
        }
        count++;
    }
    if (call->row->op == INDEX)
        return spk_tpl_value_error(s, "the value is not in the list");
    *out = spk_int(count);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_methods_list[] = {
    {"append", "/object", list_append, 0},
    {"extend", "/iterable", list_extend, 0},
    {"insert", "/index object", list_insert, 0},
    {"pop", "/?index", list_pop, 0},
    {"remove", "/value", list_remove, 0},
    {"reverse", "/", list_reverse, 0},
    {"sort", "?key ?reverse", list_sort, 0},
    {"clear", "/", list_clear, 0},
    {"copy", "/", list_copy, 0},
    {0},
};

const struct spk_tpl_row spk_tpl_methods_tuple[] = {
    {"count", "/value", list_find, COUNT},
    {"index", "/value", list_find, INDEX},
    {0},
};

static spk_rc dict_get(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    spk_rc rc = spk_tpl_hashable(s, call->args[0]);
    if (rc != SPK_OK)
        return rc;
    *out = call->args[0].kind < SPK_TPL_ABSENT ? spk_tpl_object_get(call->self, call->args[0])
                                               : (struct spk_value){0};
    if (!spk_is_defined(*out))
        *out = spk_tpl_given(call->args[1]) ? call->args[1] : spk_null();
    return SPK_OK;
}

static spk_rc dict_view(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    static const char *const views[] = {"dict_keys", "dict_values", "dict_items"};
    *out = spk_tpl_dict_view(s, call->self, views[call->row->op]);
    return SPK_OK;
}

static spk_rc dict_update(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    struct spk_value other;
    spk_rc rc = spk_tpl_row_call(s, spk_tpl_row_find(spk_tpl_globals, SPK_V("dict")), call->self,
                                 call->raw, &other);
    if (rc != SPK_OK)
        return rc;
    for (size_t i = 0; i < other.dict->len; i++)
        spk_dict_set_value(call->self, other.dict->entries[i].key, other.dict->entries[i].value);
    *out = spk_null();
    return SPK_OK;
}

enum { POP, SETDEFAULT };

static spk_rc dict_take(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    spk_rc rc = spk_tpl_hashable(s, call->args[0]);
    if (rc != SPK_OK)
        return rc;
    struct spk_value found = spk_dict_get_value(call->self, call->args[0]);
    bool missing = !spk_is_defined(found);
    if (missing && !spk_tpl_given(call->args[1]) && call->row->op == POP)
        return spk_tpl_value_error(s, "pop(): no such key");
    if (missing)
        found = spk_tpl_given(call->args[1]) ? call->args[1] : spk_null();
    if (call->row->op == POP)
        spk_dict_remove_value(call->self, call->args[0]);
    else if (missing)
        spk_dict_set_value(call->self, call->args[0], found);
    *out = found;
    return SPK_OK;
}

static spk_rc dict_copy(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_value copy = spk_dict_new(s->arena);
    for (size_t i = 0; i < call->self.dict->len; i++)
        spk_dict_set_value(copy, call->self.dict->entries[i].key,
                           call->self.dict->entries[i].value);
    *out = copy;
    return SPK_OK;
}

static spk_rc dict_clear(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    *call->self.dict = *spk_dict_new(s->arena).dict;
    *out = spk_null();
    return SPK_OK;
}

static spk_rc dict_popitem(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    if (call->self.dict->len == 0)
        return spk_tpl_value_error(s, "popitem(): dictionary is empty");
    struct spk_entry last = call->self.dict->entries[call->self.dict->len - 1];
    spk_dict_remove_value(call->self, last.key);
    *out = spk_tuple_new(s->arena);
    spk_list_append(*out, last.key);
    spk_list_append(*out, last.value);
    return SPK_OK;
}

static spk_rc dict_fromkeys(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                            struct spk_value *out)
{
    struct spk_value keys;
    struct spk_value dict = spk_dict_new(s->arena);
    spk_rc rc = spk_tpl_items(s, call->args[0], &keys);
    for (size_t i = 0; rc == SPK_OK && i < keys.list->len; i++) {
        rc = spk_tpl_hashable(s, keys.list->items[i]);
        if (rc == SPK_OK)
            spk_dict_set_value(dict, keys.list->items[i],
                               spk_tpl_given(call->args[1]) ? call->args[1] : spk_null());
    }
    *out = dict;
    return rc;
}

const struct spk_tpl_row spk_tpl_methods_mapping[] = {
    {"get", "/key ?default", dict_get, 0},
    {"items", "/", dict_view, 2},
    {"keys", "/", dict_view, 0},
    {"values", "/", dict_view, 1},
    {0},
};

const struct spk_tpl_row spk_tpl_methods_dict[] = {
    {"update", "*", dict_update, 0},
    {"pop", "/key ?default", dict_take, POP},
    {"setdefault", "/key ?default", dict_take, SETDEFAULT},
    {"copy", "/", dict_copy, 0},
    {"clear", "/", dict_clear, 0},
    {"popitem", "/", dict_popitem, 0},
    {"fromkeys", "/iterable ?value", dict_fromkeys, 0},
    {0},
};

static spk_rc is_integer(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    *out = spk_bool(isfinite(call->self.number) && floor(call->self.number) == call->self.number);
    return SPK_OK;
}

static spk_rc bit_length(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    int64_t number = 0;
    spk_tpl_as_int(call->self, &number);
    uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
    *out = spk_int(magnitude ? 64 - __builtin_clzll(magnitude) : 0);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_methods_float[] = {
    {"is_integer", "/", is_integer, 0},
    {0},
};

const struct spk_tpl_row spk_tpl_methods_int[] = {
    {"bit_length", "/", bit_length, 0},
    {0},
};

static spk_rc loop_cycle(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    const struct spk_tpl_loop *loop = spk_tpl_what(call->self);
    if (call->raw->len == 0)
        return spk_tpl_type_error(s, "no items for cycling given");
    *out = call->raw->list[loop->index0 % call->raw->len];
    return SPK_OK;
}

static spk_rc loop_changed(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_tpl_loop *loop = spk_tpl_what(call->self);
    struct spk_value values = spk_tuple_new(s->arena);
    for (unsigned i = 0; i < call->raw->len; i++)
        spk_list_append(values, call->raw->list[i]);
    bool changed = loop->changed.kind == SPK_UNDEFINED || !spk_tpl_equal(loop->changed, values);
    loop->changed = values;
    *out = spk_bool(changed);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_methods_loop[] = {
    {"cycle", "*", loop_cycle, 0},
    {"changed", "*", loop_changed, 0},
    {0},
};
