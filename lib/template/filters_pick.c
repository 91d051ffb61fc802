/* Jinja's filters that order, pick and fold items by an attribute, a filter or a test. */
#include "template/methods_internal.h"

struct spk_value spk_tpl_ignore_case(struct spk_tpl_state *s, struct spk_value v)
{
    if (v.kind != SPK_STRING)
        return v;
    struct spk_buf buf = {0};
    spk_tpl_text_case(&buf, v.text, CASE_LOWER);
    v = spk_string_dup(s->arena, spk_buf_view(&buf));
    spk_buf_deinit(&buf);
    return v;
}

spk_rc spk_tpl_attribute(struct spk_tpl_state *s, struct spk_value item, struct spk_value attribute,
                         struct spk_value *out)
{
    *out = item;
    if (!spk_tpl_given(attribute) || attribute.kind == SPK_NULL)
        return SPK_OK;
    if (attribute.kind != SPK_STRING)
        return spk_tpl_getitem(s, item, attribute, out);
    struct spk_view rest = attribute.text;
    while (rest.at) {
        struct spk_view part = spk_view_cut(&rest, '.');
        int64_t index;
        bool digits = part.len && part.at[0] >= '0' && part.at[0] <= '9' &&
                      spk_parse_i64(part, 0, INT64_MAX, &index);
        spk_rc rc = spk_tpl_getitem(s, *out, digits ? spk_int(index) : spk_string(part), out);
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

struct sorting {
    const struct spk_value *keys;
    size_t *spare;
    bool reverse;
};

/* A stable merge of two sorted halves of `order` (indices into keys). */
static spk_rc merge(struct spk_tpl_state *s, const struct sorting *by, size_t *order, size_t len)
{
    if (len < 2)
        return SPK_OK;
    size_t half = len / 2;
    spk_rc rc = merge(s, by, order, half);
    if (rc == SPK_OK)
        rc = merge(s, by, order + half, len - half);
    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; rc == SPK_OK && i < len; i++) {
        bool take_right = left == half;
        if (left < half && right < len)
            rc = spk_tpl_compare(s, by->reverse ? '>' : '<', by->keys[order[right]],
                                 by->keys[order[left]], &take_right);
        by->spare[i] = take_right ? order[right++] : order[left++];
    }
    if (rc == SPK_OK)
        memcpy(order, by->spare, len * sizeof *order);
    return rc;
}

spk_rc spk_tpl_sort(struct spk_tpl_state *s, struct spk_value *items, struct spk_value *keys,
                    size_t len, bool reverse)
{
    size_t *order = spk_arena_array(s->arena, len + 1, sizeof *order);
    size_t *spare = spk_arena_array(s->arena, len + 1, sizeof *spare);
    struct spk_value *sorted = spk_arena_array(s->arena, len + 1, sizeof *sorted);
    for (size_t i = 0; i < len; i++)
        order[i] = i;
    const struct sorting by = {keys, spare, reverse};
    spk_rc rc = merge(s, &by, order, len);
    if (rc != SPK_OK)
        return rc;
    for (size_t i = 0; i < len; i++)
        sorted[i] = items[order[i]];
    if (len)
        memcpy(items, sorted, len * sizeof *items);
    for (size_t i = 0; i < len; i++)
        sorted[i] = keys[order[i]];
    if (len)
        memcpy(keys, sorted, len * sizeof *keys);
    return SPK_OK;
}

static bool flag(struct spk_value v)
{
    return spk_tpl_given(v) && spk_tpl_truthy(v);
}

/* A copy of the items and, per item, the value that it is compared by. */
static spk_rc keyed(struct spk_tpl_state *s, struct spk_value from, struct spk_value attribute,
                    bool case_sensitive, struct spk_value out[2])
{
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, from, &items);
    if (rc != SPK_OK)
        return rc;
    out[0] = spk_list_new(s->arena);
    out[1] = spk_list_new(s->arena);
    for (size_t i = 0; i < items.list->len; i++) {
        struct spk_value key;
        rc = spk_tpl_attribute(s, items.list->items[i], attribute, &key);
        if (rc != SPK_OK)
            return rc;
        spk_list_append(out[0], items.list->items[i]);
        spk_list_append(out[1], case_sensitive ? key : spk_tpl_ignore_case(s, key));
    }
    return SPK_OK;
}

/* sort compares lists of one value per attribute, which are parted by commas. */
static spk_rc keyed_by_many(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                            struct spk_value out[2])
{
    struct spk_value attribute = call->args[2];
    struct spk_value lists = spk_list_new(s->arena);
    bool many = attribute.kind == SPK_STRING;
    struct spk_view rest = many ? attribute.text : (struct spk_view){0};
    do {
        struct spk_value part = many ? spk_string(spk_view_cut(&rest, ',')) : attribute;
        spk_rc rc = keyed(s, call->self, part, flag(call->args[1]), out);
        for (size_t i = 0; rc == SPK_OK && i < out[1].list->len; i++) {
            if (lists.list->len <= i)
                spk_list_append(lists, spk_list_new(s->arena));
            spk_list_append(lists.list->items[i], out[1].list->items[i]);
        }
        if (rc != SPK_OK)
            return rc;
    } while (rest.at);
    out[1] = lists;
    return SPK_OK;
}

static spk_rc sort(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value lists[2];
    spk_rc rc = keyed_by_many(s, call, lists);
    if (rc == SPK_OK)
        rc = spk_tpl_sort(s, lists[0].list->items, lists[1].list->items, lists[0].list->len,
                          flag(call->args[0]));
    if (rc == SPK_OK)
        *out = lists[0];
    return rc;
}

static spk_rc unique(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    struct spk_value lists[2];
    spk_rc rc = keyed(s, call->self, call->args[1], flag(call->args[0]), lists);
    struct spk_value kept = spk_list_new(s->arena);
    struct spk_value seen = spk_dict_new(s->arena);
    for (size_t i = 0; rc == SPK_OK && i < lists[0].list->len; i++) {
        struct spk_value key = lists[1].list->items[i];
        rc = spk_tpl_hashable(s, key);
        if (rc != SPK_OK ||
            (key.kind < SPK_TPL_ABSENT && spk_is_defined(spk_dict_get_value(seen, key))))
            continue;
        spk_dict_set_value(seen, key, spk_null());
        spk_list_append(kept, lists[0].list->items[i]);
    }
    *out = spk_tpl_generator(s, kept);
    return rc;
}

static spk_rc extreme(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_value lists[2];
    spk_rc rc = keyed(s, call->self, call->args[1], flag(call->args[0]), lists);
    size_t best = 0;
    for (size_t i = 1; rc == SPK_OK && i < lists[0].list->len; i++) {
        bool better;
        rc = spk_tpl_compare(s, call->row->op, lists[1].list->items[i], lists[1].list->items[best],
                             &better);
        best = rc == SPK_OK && better ? i : best;
    }
    if (rc == SPK_OK)
        *out = lists[0].list->len ? lists[0].list->items[best] : (struct spk_value){0};
    return rc;
}

static spk_rc sum(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value lists[2];
    struct spk_value total = spk_tpl_given(call->args[1]) ? call->args[1] : spk_int(0);
    spk_rc rc = keyed(s, call->self, call->args[0], true, lists);
    if (rc == SPK_OK && total.kind == SPK_STRING)
        rc = spk_tpl_type_error(s, "sum() can't sum strings");
    for (size_t i = 0; rc == SPK_OK && i < lists[1].list->len; i++)
        rc = spk_tpl_binary(s, '+', total, lists[1].list->items[i], &total);
    if (rc == SPK_OK)
        *out = total;
    return rc;
}

static spk_rc groupby(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_value lists[2];
    struct spk_value attribute = call->args[0];
    spk_rc rc = keyed(s, call->self, attribute, flag(call->args[2]), lists);
    for (size_t i = 0; rc == SPK_OK && i < lists[1].list->len; i++) {
        if (!spk_is_defined(lists[1].list->items[i]) && spk_tpl_given(call->args[1]))
            lists[1].list->items[i] = call->args[1];
    }
    if (rc == SPK_OK)
        rc = spk_tpl_sort(s, lists[0].list->items, lists[1].list->items, lists[0].list->len, false);
    struct spk_value groups = spk_list_new(s->arena);
    struct spk_value members = {0};
    for (size_t i = 0; rc == SPK_OK && i < lists[0].list->len; i++) {
        if (i == 0 || !spk_tpl_equal(lists[1].list->items[i], lists[1].list->items[i - 1])) {
            struct spk_value group = spk_tuple_new(s->arena);
            struct spk_value key;
            rc = spk_tpl_attribute(s, lists[0].list->items[i], attribute, &key);
            if (rc == SPK_OK && !spk_is_defined(key) && spk_tpl_given(call->args[1]))
                key = call->args[1];
            members = spk_list_new(s->arena);
            spk_list_append(group, key);
            spk_list_append(group, members);
            spk_list_append(groups, group);
        }
        spk_list_append(members, lists[0].list->items[i]);
    }
    *out = groups;
    return rc;
}

static spk_rc dictsort(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    struct spk_view by =
        spk_tpl_given(call->args[1]) ? spk_value_text_or(call->args[1], "") : SPK_V("key");
    if (!spk_view_is(by, "key") && !spk_view_is(by, "value"))
        return spk_tpl_value_error(s, "dictsort: by must be key or value");
    if (call->self.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "dictsort of an undefined value");
    if (call->self.kind != SPK_DICT)
        return spk_tpl_value_error(s, "dictsort needs a mapping");
    struct spk_value lists[2];
    spk_rc rc = keyed(s, spk_tpl_dict_view(s, call->self, "dict_items"),
                      spk_int(spk_view_is(by, "value")), flag(call->args[0]), lists);
    if (rc == SPK_OK)
        rc = spk_tpl_sort(s, lists[0].list->items, lists[1].list->items, lists[0].list->len,
                          flag(call->args[2]));
    if (rc == SPK_OK)
        *out = lists[0];
    return rc;
}

static const struct spk_value *named_argument(const struct spk_tpl_args *args, const char *name)
{
    for (unsigned i = 0; i < args->named_len; i++) {
        if (spk_view_is(args->named[i].name, name))
            return &args->named[i].value;
    }
    return NULL;
}

typedef const struct spk_tpl_row *(*finder)(struct spk_view name);

/* Calls the filter or test that the arguments name from position `at` on, with those behind. */
static spk_rc call_named(struct spk_tpl_state *s, const struct spk_tpl_args *args, unsigned at,
                         finder find, struct spk_value *item)
{
    struct spk_view text = spk_value_text_or(args->list[at], "");
    const struct spk_tpl_row *row = find(text);
    if (!row)
        return spk_tpl_value_error(s, "there is no filter or test '%.*s'",
                                   SPK_FMT(spk_view_slice(text, 0, 60)));
    const struct spk_tpl_args rest = {args->list + at + 1, args->len - at - 1, args->named,
                                      args->named_len};
    return spk_tpl_row_call(s, row, *item, &rest, item);
}

static spk_rc map_attribute(struct spk_tpl_state *s, struct spk_value all,
                            const struct spk_tpl_args *args, struct spk_value mapped)
{
    const struct spk_value *attribute = named_argument(args, "attribute");
    const struct spk_value *standard = named_argument(args, "default");
    if (args->named_len > (standard ? 2u : 1u))
        return spk_tpl_value_error(s, "map: unexpected argument");
    for (size_t i = 0; i < all.list->len; i++) {
        struct spk_value item;
        spk_rc rc = spk_tpl_attribute(s, all.list->items[i], *attribute, &item);
        if (rc != SPK_OK)
            return rc;
        if (!spk_is_defined(item) && standard && standard->kind != SPK_NULL)
            item = *standard;
        spk_list_append(mapped, item);
    }
    return SPK_OK;
}

static spk_rc map(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    const struct spk_tpl_args *args = call->raw;
    struct spk_value mapped = spk_list_new(s->arena);
    struct spk_value all;
    *out = spk_tpl_generator(s, mapped);
    if (!spk_tpl_truthy(call->self))
        return SPK_OK;
    spk_rc rc = spk_tpl_items(s, call->self, &all);
    if (rc != SPK_OK)
        return rc;
    if (args->len == 0 && named_argument(args, "attribute"))
        return map_attribute(s, all, args, mapped);
    if (args->len == 0)
        return spk_tpl_value_error(s, "map requires a filter or attribute=");
    for (size_t i = 0; rc == SPK_OK && i < all.list->len; i++) {
        struct spk_value item = all.list->items[i];
        rc = call_named(s, args, 0, spk_tpl_filter_find, &item);
        if (rc == SPK_OK)
            spk_list_append(mapped, item);
    }
    return rc;
}

enum { REJECTS = 1, BY_ATTRIBUTE = 2 };

/* Whether one item passes the test that the arguments name, or is truthy where they name none. */
static spk_rc passes(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value item, bool *out)
{
    unsigned off = call->row->op & BY_ATTRIBUTE ? 1 : 0;
    spk_rc rc = SPK_OK;
    if (off)
        rc = spk_tpl_attribute(s, item, call->raw->list[0], &item);
    if (rc == SPK_OK && call->raw->len > off)
        rc = call_named(s, call->raw, off, spk_tpl_test_find, &item);
    if (rc == SPK_OK)
        *out = spk_tpl_truthy(item);
    return rc;
}

static spk_rc pick(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value kept = spk_list_new(s->arena);
    struct spk_value all;
    *out = spk_tpl_generator(s, kept);
    if (!spk_tpl_truthy(call->self))
        return SPK_OK;
    if ((call->row->op & BY_ATTRIBUTE) && call->raw->len == 0)
        return spk_tpl_value_error(s, "%s needs the name of an attribute", call->row->name);
    spk_rc rc = spk_tpl_items(s, call->self, &all);
    for (size_t i = 0; rc == SPK_OK && i < all.list->len; i++) {
        bool yes;
        rc = passes(s, call, all.list->items[i], &yes);
        if (rc == SPK_OK && yes != (bool)(call->row->op & REJECTS))
            spk_list_append(kept, all.list->items[i]);
    }
    return rc;
}

/* Jinja's attr: an attribute and nothing else. */
static spk_rc attr(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view name;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &name);
    if (rc != SPK_OK)
        return rc;
    if (call->self.kind == SPK_DICT && !spk_tpl_method_find(call->self, name)) {
        *out = (struct spk_value){0};
        return SPK_OK;
    }
    return spk_tpl_getattr(s, call->self, name, out);
}

const struct spk_tpl_row spk_tpl_filters_pick[] = {
    {"sort", "?reverse ?case_sensitive ?attribute", sort, 0},
    {"unique", "?case_sensitive ?attribute", unique, 0},
    {"min", "?case_sensitive ?attribute", extreme, '<'},
    {"max", "?case_sensitive ?attribute", extreme, '>'},
    {"sum", "?attribute ?start", sum, 0},
    {"groupby", "attribute ?default ?case_sensitive", groupby, 0},
    {"dictsort", "?case_sensitive ?by ?reverse", dictsort, 0},
    {"map", "*", map, 0},
    {"select", "*", pick, 0},
    {"reject", "*", pick, REJECTS},
    {"selectattr", "*", pick, BY_ATTRIBUTE},
    {"rejectattr", "*", pick, BY_ATTRIBUTE | REJECTS},
    {"attr", "name", attr, 0},
    {0},
};
