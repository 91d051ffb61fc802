/* Jinja's filters over sequences. */
#include "template/methods_internal.h"

static spk_rc length(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    size_t len;
    spk_rc rc = spk_tpl_length(s, call->self, &len);
    if (rc == SPK_OK)
        *out = spk_int((int64_t)len);
    return rc;
}

enum { FIRST, LAST };

static spk_rc end_item(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    struct spk_value items;
    bool last = call->row->op == LAST;
    if (call->self.kind == SPK_TPL_ITERATOR) {
        struct spk_tpl_iterator *iterator = spk_tpl_what(call->self);
        if (last && !iterator->view)
            return spk_tpl_type_error(s, "'generator' object is not reversible");
        if (!last && !iterator->view) {
            bool left = iterator->next < iterator->list.list->len;
            *out = left ? iterator->list.list->items[iterator->next++] : (struct spk_value){0};
            return SPK_OK;
        }
    }
    spk_rc rc = spk_tpl_items(s, call->self, &items);
    if (rc != SPK_OK)
        return rc;
    size_t len = items.list->len;
    *out = len ? items.list->items[last ? len - 1 : 0] : (struct spk_value){0};
    return SPK_OK;
}

static struct spk_value copy_list(struct spk_tpl_state *s, struct spk_value items)
{
    struct spk_value list = spk_list_new(s->arena);
    for (size_t i = 0; i < items.list->len; i++)
        spk_list_append(list, items.list->items[i]);
    return list;
}

static spk_rc list(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, call->self, &items);
    if (rc == SPK_OK)
        *out = copy_list(s, items);
    return rc;
}

static spk_rc reverse(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, call->self, &items);
    if (rc != SPK_OK)
        return spk_tpl_value_error(s, "reverse: the argument must be iterable");
    struct spk_value turned = spk_list_new(s->arena);
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = items.list->len; i > 0; i--) {
        if (call->self.kind == SPK_STRING)
            spk_buf_append(&buf, items.list->items[i - 1].text);
        else
            spk_list_append(turned, items.list->items[i - 1]);
    }
    if (call->self.kind == SPK_STRING)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    *out = call->self.kind == SPK_TPL_ITERATOR &&
                   !((struct spk_tpl_iterator *)spk_tpl_what(call->self))->view
               ? turned
               : spk_tpl_generator(s, turned);
    return SPK_OK;
}

static spk_rc join(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value items;
    struct spk_view separator = {0};
    spk_rc rc = spk_tpl_items(s, call->self, &items);
    if (rc == SPK_OK && spk_tpl_given(call->args[0]))
        rc = spk_tpl_str(s, call->args[0], &separator);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < items.list->len; i++) {
        struct spk_value item;
        rc = spk_tpl_attribute(s, items.list->items[i], call->args[1], &item);
        if (rc != SPK_OK) {
            spk_buf_deinit(&buf);
            return rc;
        }
        if (i > 0)
            spk_buf_append(&buf, separator);
        spk_tpl_str_append(&buf, item);
    }
    return spk_tpl_take(s, &buf, out);
}

static spk_rc fallback(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    bool falsy = spk_tpl_given(call->args[1]) && spk_tpl_truthy(call->args[1]);
    bool replace = call->self.kind == SPK_UNDEFINED || (falsy && !spk_tpl_truthy(call->self));
    *out = !replace ? call->self : spk_tpl_given(call->args[0]) ? call->args[0] : spk_str("");
    return SPK_OK;
}

static spk_rc items(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    if (call->self.kind == SPK_UNDEFINED) {
        *out = spk_tpl_generator(s, spk_list_new(s->arena));
        return SPK_OK;
    }
    if (call->self.kind != SPK_DICT)
        return spk_tpl_type_error(s, "items needs a mapping");
    struct spk_value view = spk_tpl_dict_view(s, call->self, "dict_items");
    *out = spk_tpl_generator(s, ((struct spk_tpl_iterator *)spk_tpl_what(view))->list);
    return SPK_OK;
}

/* Rows of `count` items; fill_with completes the last one. */
static spk_rc batch(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value all;
    int64_t count;
    spk_rc rc = spk_tpl_need_int(s, call, 0, 0, &count);
    if (rc == SPK_OK)
        rc = spk_tpl_items(s, call->self, &all);
    if (rc != SPK_OK)
        return rc;
    if (count < 1)
        return spk_tpl_value_error(s, "batch: the count must be 1 or more");
    struct spk_value rows = spk_list_new(s->arena);
    struct spk_value row = {0};
    for (size_t i = 0; i < all.list->len; i++) {
        if (i % (size_t)count == 0) {
            row = spk_list_new(s->arena);
            spk_list_append(rows, row);
        }
        spk_list_append(row, all.list->items[i]);
    }
    bool fills = spk_tpl_given(call->args[1]) && call->args[1].kind != SPK_NULL;
    while (rc == SPK_OK && fills && row.kind && row.list->len < (size_t)count)
        rc = spk_tpl_append(s, row, call->args[1]);
    *out = spk_tpl_generator(s, rows);
    return rc;
}

/* `slices` columns of nearly equal length. */
static spk_rc slice(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value all;
    int64_t slices;
    spk_rc rc = spk_tpl_need_int(s, call, 0, 0, &slices);
    if (rc == SPK_OK)
        rc = spk_tpl_items(s, call->self, &all);
    if (rc != SPK_OK)
        return rc;
    if (slices == 0 || slices > (int64_t)s->limits.max_items)
        return spk_tpl_value_error(s, "slice: a bad number of slices");
    bool fills = spk_tpl_given(call->args[1]) && call->args[1].kind != SPK_NULL;
    struct spk_value columns = spk_list_new(s->arena);
    size_t at = 0;
    for (int64_t i = 0; i < slices; i++) {
        int64_t len = (int64_t)all.list->len;
        bool longer = i < len % slices;
        struct spk_value column = spk_list_new(s->arena);
        for (int64_t n = 0; n < len / slices + longer; n++)
            spk_list_append(column, all.list->items[at++]);
        if (fills && !longer)
            spk_list_append(column, call->args[1]);
        spk_list_append(columns, column);
    }
    *out = spk_tpl_generator(s, columns);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_filters_list[] = {
    {"length", "", length, 0},
    {"count", "", length, 0},
    {"first", "", end_item, FIRST},
    {"last", "", end_item, LAST},
    {"list", "", list, 0},
    {"reverse", "", reverse, 0},
    {"join", "?d ?attribute", join, 0},
    {"default", "?default_value ?boolean", fallback, 0},
    {"d", "?default_value ?boolean", fallback, 0},
    {"items", "", items, 0},
    {"batch", "linecount ?fill_with", batch, 0},
    {"slice", "slices ?fill_with", slice, 0},
    {0},
};
