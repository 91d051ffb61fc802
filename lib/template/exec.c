/* Running statements: text goes to the state's buffer, names to its stack of scopes. */
#include "template/template_internal.h"

static spk_rc exec_node(struct spk_tpl_state *s, const struct spk_tpl_node *node);

void spk_tpl_local_push(struct spk_tpl_state *s, struct spk_view name, struct spk_value value)
{
    if (s->local_len == s->local_cap) {
        size_t cap = s->local_cap ? s->local_cap * 2 : 8;
        struct spk_tpl_binding *locals = spk_arena_array(s->arena, cap, sizeof *locals);
        if (s->local_len)
            memcpy(locals, s->locals, s->local_len * sizeof *locals);
        s->locals = locals;
        s->local_cap = cap;
    }
    s->locals[s->local_len++] = (struct spk_tpl_binding){name, value};
}

/* Where a scope began: what is declared inside ends with it. */
struct scope_mark {
    size_t frame, len;
};

static struct scope_mark scope_enter(struct spk_tpl_state *s)
{
    struct scope_mark mark = {s->frame, s->local_len};
    s->frame = s->local_len;
    return mark;
}

static void scope_leave(struct spk_tpl_state *s, struct scope_mark mark)
{
    s->frame = mark.frame;
    s->local_len = mark.len;
}

static void assign_name(struct spk_tpl_state *s, struct spk_view name, struct spk_value value)
{
    for (size_t i = s->local_len; i > s->frame; i--) {
        if (spk_view_equal(s->locals[i - 1].name, name)) {
            s->locals[i - 1].value = value;
            return;
        }
    }
    spk_tpl_local_push(s, name, value);
}

static spk_rc assign(struct spk_tpl_state *s, const struct spk_tpl_node *target,
                     struct spk_value value)
{
    if (target->type == NODE_NAME) {
        assign_name(s, target->name, value);
        return SPK_OK;
    }
    struct spk_value list;
    spk_rc rc;
    if (target->type == NODE_ATTRIBUTE) {
        rc = spk_tpl_name(s, target->name, &list);
        if (rc == SPK_OK && list.kind != SPK_TPL_NAMESPACE)
            rc = spk_tpl_value_error(s, "cannot assign attribute on non-namespace object");
        list.kind = SPK_DICT;
        if (rc == SPK_OK)
            spk_dict_set_value(list, target->value, value);
        return rc;
    }
    rc = spk_tpl_items(s, value, &list);
    if (rc == SPK_OK && list.list->len != target->items.len)
        rc = spk_tpl_value_error(s, "%zu values for %u names", list.list->len, target->items.len);
    for (uint32_t i = 0; rc == SPK_OK && i < target->items.len; i++)
        rc = assign(s, target->items.items[i], list.list->items[i]);
    return rc;
}

/* Runs items and gives the text they made instead of printing it. */
static spk_rc capture(struct spk_tpl_state *s, const struct spk_tpl_list *items,
                      struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    struct spk_buf *outer = s->out;
    s->out = &buf;
    spk_rc rc = spk_tpl_exec(s, items);
    s->out = outer;
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}

static spk_rc exec_if(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value test;
    spk_rc rc = spk_tpl_eval(s, node->a, &test);
    if (rc != SPK_OK)
        return rc;
    if (spk_tpl_truthy(test))
        return spk_tpl_exec(s, &node->items);
    return node->b ? exec_node(s, node->b) : SPK_OK;
}

/* The items for which the loop's condition holds. */
static spk_rc filter_items(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                           struct spk_value *items)
{
    struct spk_value kept = spk_list_new(s->arena);
    for (size_t i = 0; i < items->list->len; i++) {
        struct spk_value test;
        struct scope_mark mark = scope_enter(s);
        spk_rc rc = assign(s, node->a, items->list->items[i]);
        if (rc == SPK_OK)
            rc = spk_tpl_eval(s, node->c, &test);
        scope_leave(s, mark);
        if (rc != SPK_OK)
            return rc;
        if (spk_tpl_truthy(test))
            spk_list_append(kept, items->list->items[i]);
    }
    *items = kept;
    return SPK_OK;
}

static size_t loop_depth(struct spk_tpl_state *s)
{
    for (size_t i = s->local_len; i > 0; i--) {
        if (s->locals[i - 1].value.kind == SPK_TPL_LOOP)
            return ((struct spk_tpl_loop *)spk_tpl_what(s->locals[i - 1].value))->depth0;
    }
    return 0;
}

static spk_rc exec_for(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value value;
    struct spk_value items;
    spk_rc rc = spk_tpl_eval(s, node->b, &value);
    s->at = node->at;
    if (rc == SPK_OK)
        rc = spk_tpl_items(s, value, &items);
    if (rc == SPK_OK && node->c)
        rc = filter_items(s, node, &items);
    if (rc != SPK_OK)
        return rc;
    if (items.list->len == 0)
        return node->otherwise ? exec_node(s, node->otherwise) : SPK_OK;
    struct spk_tpl_loop *loop = SPK_NEW(s->arena, struct spk_tpl_loop);
    loop->list = items;
    loop->depth0 = loop_depth(s);
    for (size_t i = 0; rc == SPK_OK && i < items.list->len; i++) {
        struct scope_mark mark = scope_enter(s);
        loop->index0 = i;
        s->steps++;
        rc = assign(s, node->a, items.list->items[i]);
        spk_tpl_local_push(s, SPK_V("loop"), spk_tpl_special(SPK_TPL_LOOP, loop));
        if (rc == SPK_OK)
            rc = spk_tpl_exec(s, &node->items);
        scope_leave(s, mark);
    }
    return rc;
}

static spk_rc exec_set(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value value;
    spk_rc rc = spk_tpl_eval(s, node->b, &value);
    s->at = node->at;
    return rc == SPK_OK ? assign(s, node->a, value) : rc;
}

/* The text of the items through the filters of b. */
static spk_rc filtered_text(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                            struct spk_value *out)
{
    struct scope_mark mark = scope_enter(s);
    struct spk_value outer = s->hole;
    spk_rc rc = capture(s, &node->items, &s->hole);
    if (rc == SPK_OK)
        rc = spk_tpl_eval(s, node->b, out);
    s->hole = outer;
    scope_leave(s, mark);
    return rc;
}

static spk_rc exec_filtered(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value text;
    spk_rc rc = filtered_text(s, node, &text);
    if (rc != SPK_OK)
        return rc;
    if (node->type == NODE_SET_BLOCK)
        return assign(s, node->a, text);
    spk_tpl_str_append(s->out, text);
    return SPK_OK;
}

static spk_rc exec_with(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value values = spk_list_new(s->arena);
    for (uint32_t i = 1; i < node->pairs.len; i += 2) {
        struct spk_value value;
        spk_rc rc = spk_tpl_eval(s, node->pairs.items[i], &value);
        if (rc != SPK_OK)
            return rc;
        spk_list_append(values, value);
    }
    struct scope_mark mark = scope_enter(s);
    spk_rc rc = SPK_OK;
    for (uint32_t i = 0; rc == SPK_OK && i < node->pairs.len; i += 2)
        rc = assign(s, node->pairs.items[i], values.list->items[i / 2]);
    if (rc == SPK_OK)
        rc = spk_tpl_exec(s, &node->items);
    scope_leave(s, mark);
    return rc;
}

static struct spk_tpl_callable *macro_new(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_tpl_callable *callable = SPK_NEW(s->arena, struct spk_tpl_callable);
    callable->macro = node;
    return callable;
}

static spk_rc exec_macro(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    assign_name(s, node->name, spk_tpl_special(SPK_TPL_CALLABLE, macro_new(s, node)));
    return SPK_OK;
}

/* {% call f(x) %}body{% endcall %}: f is called with the body as its caller(). */
static spk_rc exec_call_block(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value callee;
    struct spk_value text;
    struct spk_tpl_args args;
    spk_rc rc = spk_tpl_eval(s, node->a->a, &callee);
    if (rc == SPK_OK)
        rc = spk_tpl_eval_args(s, node->a->call, &args);
    if (rc != SPK_OK)
        return rc;
    s->at = node->at;
    if (callee.kind != SPK_TPL_CALLABLE)
        return spk_tpl_call_value(s, callee, &args, &text);
    struct spk_tpl_callable with = *(struct spk_tpl_callable *)spk_tpl_what(callee);
    with.caller = spk_tpl_special(SPK_TPL_CALLABLE, macro_new(s, node));
    rc = spk_tpl_call_value(s, spk_tpl_special(SPK_TPL_CALLABLE, &with), &args, &text);
    if (rc == SPK_OK)
        spk_tpl_str_append(s->out, text);
    return rc;
}

/* The value of the i-th parameter of a macro: by position, by name, its default, or undefined. */
static spk_rc macro_argument(struct spk_tpl_state *s, const struct spk_tpl_node *macro, uint32_t i,
                             const struct spk_tpl_args *args, struct spk_value *out)
{
    struct spk_view name = macro->pairs.items[i]->name;
    *out = (struct spk_value){0};
    if (i / 2 < args->len) {
        *out = args->list[i / 2];
        return SPK_OK;
    }
    for (unsigned n = 0; n < args->named_len; n++) {
        if (spk_view_equal(args->named[n].name, name)) {
            *out = args->named[n].value;
            return SPK_OK;
        }
    }
    const struct spk_tpl_node *standard = macro->pairs.items[i + 1];
    return standard ? spk_tpl_eval(s, standard, out) : SPK_OK;
}

spk_rc spk_tpl_macro_call(struct spk_tpl_state *s, const struct spk_tpl_callable *callable,
                          const struct spk_tpl_args *args, struct spk_value *out)
{
    const struct spk_tpl_node *macro = callable->macro;
    if (args->len > macro->pairs.len / 2)
        return spk_tpl_type_error(s, "macro takes not more than %u arguments",
                                  macro->pairs.len / 2);
    struct scope_mark mark = scope_enter(s);
    spk_rc rc = SPK_OK;
    for (uint32_t i = 0; rc == SPK_OK && i < macro->pairs.len; i += 2) {
        struct spk_value value;
        rc = macro_argument(s, macro, i, args, &value);
        if (rc == SPK_OK)
            rc = assign(s, macro->pairs.items[i], value);
    }
    spk_tpl_local_push(s, SPK_V("caller"), callable->caller);
    if (rc == SPK_OK)
        rc = capture(s, &macro->items, out);
    scope_leave(s, mark);
    return rc;
}

static spk_rc exec_output(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    struct spk_value value;
    spk_rc rc = spk_tpl_eval(s, node->a, &value);
    if (rc == SPK_OK)
        spk_tpl_str_append(s->out, value);
    return rc;
}

static spk_rc exec_node(struct spk_tpl_state *s, const struct spk_tpl_node *node)
{
    switch ((enum spk_tpl_node_type)node->type) {
    case NODE_DATA: spk_buf_append(s->out, node->value.text); return SPK_OK;
    case NODE_OUTPUT: return exec_output(s, node);
    case NODE_IF: return exec_if(s, node);
    case NODE_FOR: return exec_for(s, node);
    case NODE_SET: return exec_set(s, node);
    case NODE_SET_BLOCK:
    case NODE_FILTER_BLOCK: return exec_filtered(s, node);
    case NODE_WITH: return exec_with(s, node);
    case NODE_MACRO: return exec_macro(s, node);
    case NODE_CALL_BLOCK: return exec_call_block(s, node);
    default: return spk_tpl_exec(s, &node->items);
    }
}

spk_rc spk_tpl_exec(struct spk_tpl_state *s, const struct spk_tpl_list *items)
{
    spk_rc rc = SPK_OK;
    for (uint32_t i = 0; rc == SPK_OK && i < items->len; i++) {
        if (s->out->overflow)
            return spk_tpl_value_error(s, "the text grew larger than %zu bytes",
                                       s->limits.max_bytes);
        rc = exec_node(s, items->items[i]);
    }
    return rc;
}

spk_rc spk_tpl_render(struct spk_tpl_state *s, struct spk_view *out)
{
    struct spk_buf *scratch = &s->env->scratch;
    spk_buf_clear(scratch);
    scratch->limit = s->limits.max_bytes;
    s->out = scratch;
    spk_rc rc = spk_tpl_exec(s, &s->t->root->items);
    if (rc == SPK_OK && scratch->overflow)
        rc = spk_tpl_value_error(s, "the text grew larger than %zu bytes", s->limits.max_bytes);
    if (rc == SPK_OK)
        *out = spk_buf_view(scratch);
    return rc;
}
