/* Evaluating expressions. */
#include "template/template_internal.h"

enum { MAX_EVAL_DEPTH = 1000, MEMORY_FACTOR = 8 };

spk_rc spk_tpl_raise(struct spk_tpl_state *s, enum spk_tpl_raise raise, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(&s->error, SPK_EDATA, format, args);
    va_end(args);
    s->raise = raise;
    unsigned line;
    unsigned column;
    spk_tpl_line_column(s->t->text, s->at, &line, &column);
    return spk_error_context(&s->error, SPK_EDATA, "%u:%u", line, column);
}

void spk_tpl_state_init(struct spk_tpl_state *s, const struct spk_template *t,
                        struct spk_template_env *env)
{
    s->t = t;
    s->env = env;
    s->arena = env->arena;
    s->limits = t->limits;
    s->out = NULL;
    s->locals = NULL;
    s->local_len = s->local_cap = s->frame = 0;
    s->steps = s->depth = 0;
    s->at = 0;
    s->arena_used = env->arena->used;
    s->hole = (struct spk_value){0};
    s->copies = (struct spk_value){0};
}

static void make_lazy(struct spk_tpl_state *s, struct spk_template_var *var)
{
    var->value = var->source.make(var->source.context, s->arena);
    var->lazy = false;
}

static struct spk_value copy_variable(struct spk_arena *arena, struct spk_value v)
{
    const struct spk_tpl_object *object = spk_tpl_as_object(v);
    v.flags &= (uint8_t)~SPK_TPL_OBJECT;
    struct spk_value copy = spk_value_copy(arena, v);
    if (!object)
        return copy;
    return spk_template_object(arena, copy, spk_value_copy(arena, object->attributes),
                               object->nocase);
}

/* A variable for a template that changes lists or dicts: such changes must not outlive it. */
static struct spk_value private_copy(struct spk_tpl_state *s, const struct spk_template_var *var)
{
    if (var->value.kind < SPK_LIST || var->value.kind > SPK_DICT)
        return var->value;
    if (s->copies.kind == SPK_UNDEFINED)
        s->copies = spk_dict_new(s->arena);
    struct spk_value copy = spk_dict_get(s->copies, var->name);
    if (copy.kind == SPK_UNDEFINED) {
        copy = copy_variable(s->arena, var->value);
        spk_dict_set(s->copies, var->name, copy);
    }
    return copy;
}

static struct spk_value global_value(struct spk_tpl_state *s, struct spk_view name)
{
    const struct spk_tpl_row *row = spk_tpl_global_find(name);
    if (!row && !spk_view_is(name, "self"))
        return (struct spk_value){0};
    if (!row) {
        struct spk_value self = spk_dict_new(s->arena);
        self.kind = SPK_TPL_NAMESPACE;
        return self;
    }
    struct spk_tpl_callable *callable = SPK_NEW(s->arena, struct spk_tpl_callable);
    callable->row = row;
    return spk_tpl_special(SPK_TPL_CALLABLE, callable);
}

spk_rc spk_tpl_name(struct spk_tpl_state *s, struct spk_view name, struct spk_value *out)
{
    for (size_t i = s->local_len; i > 0; i--) {
        if (spk_view_equal(s->locals[i - 1].name, name)) {
            *out = s->locals[i - 1].value;
            return SPK_OK;
        }
    }
    struct spk_template_var *var = spk_tpl_var_find(s->env, spk_tpl_unalias(name));
    if (!var) {
        *out = global_value(s, name);
        return SPK_OK;
    }
    if (var->lazy)
        make_lazy(s, var);
    *out = s->t->mutates ? private_copy(s, var) : var->value;
    return SPK_OK;
}

/* One key of a variable that is not made yet, where its source can give keys. */
static bool lazy_field(struct spk_tpl_state *s, const struct spk_tpl_node *base,
                       struct spk_view key, struct spk_value *out)
{
    if (base->type != NODE_NAME || s->local_len > 0)
        return false;
    struct spk_template_var *var = spk_tpl_var_find(s->env, spk_tpl_unalias(base->name));
    if (!var || !var->lazy || !var->source.field)
        return false;
    *out = var->source.field(var->source.context, s->arena, key);
    return true;
}

static spk_rc eval_getattr(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                           struct spk_value *out)
{
    if (!node->method_name && lazy_field(s, node->a, node->name, out))
        return SPK_OK;
    struct spk_value object;
    spk_rc rc = spk_tpl_eval(s, node->a, &object);
    if (rc != SPK_OK)
        return rc;
    if (object.kind == SPK_DICT && !node->method_name && !spk_tpl_as_object(object)) {
        *out = spk_dict_get(object, node->name);
        return SPK_OK;
    }
    s->at = node->at;
    return spk_tpl_getattr(s, object, node->name, out);
}

static spk_rc eval_bounds(struct spk_tpl_state *s, const struct spk_tpl_node *slice,
                          struct spk_value bounds[3])
{
    const struct spk_tpl_node *const parts[] = {slice->a, slice->b, slice->c};
    for (int i = 0; i < 3; i++) {
        bounds[i] = spk_null();
        spk_rc rc = parts[i] ? spk_tpl_eval(s, parts[i], &bounds[i]) : SPK_OK;
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

static spk_rc eval_getitem(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                           struct spk_value *out)
{
    const struct spk_tpl_node *index = node->b;
    bool text = index->type == NODE_CONST && index->value.kind == SPK_STRING;
    struct spk_value object;
    if (text && lazy_field(s, node->a, index->value.text, out) && spk_is_defined(*out))
        return SPK_OK;
    spk_rc rc = spk_tpl_eval(s, node->a, &object);
    if (rc != SPK_OK)
        return rc;
    if (index->type == NODE_SLICE) {
        struct spk_value bounds[3];
        rc = eval_bounds(s, index, bounds);
        s->at = node->at;
        return rc == SPK_OK ? spk_tpl_slice(s, object, bounds, out) : rc;
    }
    struct spk_value key;
    rc = spk_tpl_eval(s, index, &key);
    s->at = node->at;
    return rc == SPK_OK ? spk_tpl_getitem(s, object, key, out) : rc;
}

/* *list and **dict of a call. */
static spk_rc spread(struct spk_tpl_state *s, const struct spk_tpl_call_args *call,
                     struct spk_value *list, struct spk_value *named)
{
    spk_rc rc = SPK_OK;
    if (call->star) {
        struct spk_value value;
        rc = spk_tpl_eval(s, call->star, &value);
        if (rc == SPK_OK)
            rc = spk_tpl_items(s, value, list);
    }
    if (rc == SPK_OK && call->star_star) {
        rc = spk_tpl_eval(s, call->star_star, named);
        if (rc == SPK_OK && named->kind != SPK_DICT)
            rc = spk_tpl_type_error(s, "argument after ** must be a mapping");
    }
    return rc;
}

spk_rc spk_tpl_eval_args(struct spk_tpl_state *s, const struct spk_tpl_call_args *call,
                         struct spk_tpl_args *out)
{
    struct spk_value list = {0};
    struct spk_value named = {0};
    spk_rc rc = call->star || call->star_star ? spread(s, call, &list, &named) : SPK_OK;
    if (rc != SPK_OK)
        return rc;
    size_t len = call->list.len + (list.kind ? list.list->len : 0);
    size_t named_len = call->named_len + (named.kind ? named.dict->len : 0);
    *out = (struct spk_tpl_args){.len = (unsigned)len, .named_len = (unsigned)named_len};
    if (len + named_len == 0)
        return SPK_OK;
    if (len + named_len > SPK_TPL_MAX_ARGUMENTS)
        return spk_tpl_value_error(s, "more than %d arguments", SPK_TPL_MAX_ARGUMENTS);
    struct spk_value *values = spk_arena_alloc(s->arena, (len + 1) * sizeof *values);
    struct spk_tpl_binding *bindings =
        named_len ? spk_arena_array(s->arena, named_len, sizeof *bindings) : NULL;
    for (size_t i = 0; rc == SPK_OK && i < len; i++) {
        if (i < call->list.len)
            rc = spk_tpl_eval(s, call->list.items[i], &values[i]);
        else
            values[i] = list.list->items[i - call->list.len];
    }
    for (size_t i = 0; rc == SPK_OK && i < named_len; i++) {
        if (i < call->named_len) {
            bindings[i].name = call->named[i].name;
            rc = spk_tpl_eval(s, call->named[i].value, &bindings[i].value);
            continue;
        }
        const struct spk_entry *entry = &named.dict->entries[i - call->named_len];
        bindings[i] = (struct spk_tpl_binding){spk_value_text_or(entry->key, ""), entry->value};
    }
    out->list = values;
    out->named = bindings;
    return rc;
}

/* variable.get('key') and .get('key', fallback) of a variable that is not made yet. */
static bool lazy_get(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                     struct spk_value *out, spk_rc *rc)
{
    const struct spk_tpl_list *list = &node->call->list;
    const struct spk_tpl_node *get = node->a;
    if (!spk_view_is(get->name, "get") || list->len < 1 || list->len > 2 || node->call->named_len ||
        node->call->star || node->call->star_star || list->items[0]->type != NODE_CONST ||
        list->items[0]->value.kind != SPK_STRING)
        return false;
    struct spk_value value;
    if (!lazy_field(s, get->a, list->items[0]->value.text, &value))
        return false;
    *rc = SPK_OK;
    if (spk_is_defined(value))
        *out = value;
    else if (list->len == 1)
        *out = spk_null();
    else
        *rc = spk_tpl_eval(s, list->items[1], out);
    return true;
}

static spk_rc eval_call(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                        struct spk_value *out)
{
    const struct spk_tpl_node *callee = node->a;
    const struct spk_tpl_row *row = NULL;
    struct spk_value self = {0};
    struct spk_value function;
    spk_rc rc;
    if (callee->type == NODE_GETATTR) {
        if (lazy_get(s, node, out, &rc))
            return rc;
        rc = spk_tpl_eval(s, callee->a, &self);
        if (rc != SPK_OK)
            return rc;
        if (!spk_tpl_as_object(self))
            row = spk_tpl_method_find(self, callee->name);
        s->at = callee->at;
        if (!row)
            rc = spk_tpl_getattr(s, self, callee->name, &function);
    } else if (callee->type == NODE_NAME && s->local_len == 0 &&
               (row = spk_tpl_global_find(callee->name)) &&
               !spk_tpl_var_find(s->env, callee->name)) {
        rc = SPK_OK;
    } else {
        row = NULL;
        rc = spk_tpl_eval(s, callee, &function);
    }
    struct spk_tpl_args args;
    if (rc == SPK_OK)
        rc = spk_tpl_eval_args(s, node->call, &args);
    if (rc != SPK_OK)
        return rc;
    s->at = node->at;
    return row ? spk_tpl_row_call(s, row, self, &args, out)
               : spk_tpl_call_value(s, function, &args, out);
}

/* Filters and tests. */
static spk_rc eval_row(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                       struct spk_value *out)
{
    struct spk_value self;
    struct spk_tpl_args args;
    spk_rc rc = spk_tpl_eval(s, node->a, &self);
    if (rc == SPK_OK)
        rc = spk_tpl_eval_args(s, node->call, &args);
    if (rc != SPK_OK)
        return rc;
    s->at = node->at;
    if (!node->row)
        return spk_tpl_value_error(s, "there is no %s '%.*s'",
                                   node->type == NODE_FILTER ? "filter" : "test",
                                   SPK_FMT(spk_view_slice(node->name, 0, 60)));
    return spk_tpl_row_call(s, node->row, self, &args, out);
}

static spk_rc eval_logic(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                         struct spk_value *out)
{
    spk_rc rc = spk_tpl_eval(s, node->a, out);
    if (rc == SPK_OK && spk_tpl_truthy(*out) == (node->type == NODE_AND))
        rc = spk_tpl_eval(s, node->b, out);
    return rc;
}

static spk_rc eval_condition(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                             struct spk_value *out)
{
    struct spk_value test;
    spk_rc rc = spk_tpl_eval(s, node->a, &test);
    if (rc != SPK_OK)
        return rc;
    const struct spk_tpl_node *branch = spk_tpl_truthy(test) ? node->b : node->c;
    if (branch)
        return spk_tpl_eval(s, branch, out);
    *out = (struct spk_value){0};
    return SPK_OK;
}

static spk_rc eval_concat(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                          struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    for (uint32_t i = 0; i < node->items.len; i++) {
        struct spk_value item;
        spk_rc rc = spk_tpl_eval(s, node->items.items[i], &item);
        if (rc != SPK_OK) {
            spk_buf_deinit(&buf);
            return rc;
        }
        spk_tpl_str_append(&buf, item);
    }
    s->at = node->at;
    return spk_tpl_take(s, &buf, out);
}

static spk_rc eval_compare(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                           struct spk_value *out)
{
    struct spk_value left;
    spk_rc rc = spk_tpl_eval(s, node->a, &left);
    bool holds = true;
    for (uint32_t i = 0; rc == SPK_OK && holds && i < node->items.len; i++) {
        const struct spk_tpl_node *operand = node->items.items[i];
        struct spk_value right;
        rc = spk_tpl_eval(s, operand->a, &right);
        s->at = node->at;
        if (rc == SPK_OK)
            rc = spk_tpl_compare(s, operand->op, left, right, &holds);
        left = right;
    }
    *out = spk_bool(holds);
    return rc;
}

static spk_rc eval_items(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                         struct spk_value *out)
{
    struct spk_value list =
        node->type == NODE_LIST ? spk_list_new(s->arena) : spk_tuple_new(s->arena);
    for (uint32_t i = 0; i < node->items.len; i++) {
        struct spk_value item;
        spk_rc rc = spk_tpl_eval(s, node->items.items[i], &item);
        if (rc != SPK_OK)
            return rc;
        spk_list_append(list, item);
    }
    *out = list;
    return SPK_OK;
}

static spk_rc eval_dict(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                        struct spk_value *out)
{
    struct spk_value dict = spk_dict_new(s->arena);
    for (uint32_t i = 0; i < node->items.len; i += 2) {
        struct spk_value key;
        struct spk_value value;
        spk_rc rc = spk_tpl_eval(s, node->items.items[i], &key);
        if (rc == SPK_OK)
            rc = spk_tpl_eval(s, node->items.items[i + 1], &value);
        if (rc == SPK_OK)
            rc = spk_tpl_hashable(s, key);
        if (rc != SPK_OK)
            return rc;
        spk_dict_set_value(dict, key, value);
    }
    *out = dict;
    return SPK_OK;
}

static spk_rc eval_unary(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                         struct spk_value *out)
{
    struct spk_value value;
    spk_rc rc = spk_tpl_eval(s, node->a, &value);
    if (rc != SPK_OK)
        return rc;
    s->at = node->at;
    if (node->type == NODE_NOT) {
        *out = spk_bool(!spk_tpl_truthy(value));
        return SPK_OK;
    }
    if (node->type == NODE_NEGATE)
        return spk_tpl_negate(s, value, out);
    if (value.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "sign before an undefined value");
    if (value.kind == SPK_BOOL)
        value = spk_int(value.boolean);
    if (!spk_is_number(value) && value.kind != SPK_TIMEDELTA)
        return spk_tpl_type_error(s, "bad operand for unary +: '%s'", spk_tpl_type_name(value));
    *out = value;
    return SPK_OK;
}

static spk_rc eval_binary(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                          struct spk_value *out)
{
    struct spk_value a;
    struct spk_value b;
    spk_rc rc = spk_tpl_eval(s, node->a, &a);
    if (rc == SPK_OK)
        rc = spk_tpl_eval(s, node->b, &b);
    s->at = node->at;
    return rc == SPK_OK ? spk_tpl_binary(s, node->op, a, b, out) : rc;
}

static spk_rc eval_const(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                         struct spk_value *out)
{
    *out = node->value;
    return SPK_OK;
}

static spk_rc eval_name(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                        struct spk_value *out)
{
    return spk_tpl_name(s, node->name, out);
}

static spk_rc eval_hole(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                        struct spk_value *out)
{
    *out = s->hole;
    return SPK_OK;
}

static spk_rc eval_slice(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                         struct spk_value *out)
{
    return spk_tpl_type_error(s, "a slice among several subscripts");
}

typedef spk_rc (*evaluator)(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                            struct spk_value *out);

static const evaluator evaluators[] = {
    [NODE_CONST] = eval_const,     [NODE_NAME] = eval_name,
    [NODE_GETATTR] = eval_getattr, [NODE_GETITEM] = eval_getitem,
    [NODE_SLICE] = eval_slice,     [NODE_CALL] = eval_call,
    [NODE_FILTER] = eval_row,      [NODE_TEST] = eval_row,
    [NODE_NOT] = eval_unary,       [NODE_NEGATE] = eval_unary,
    [NODE_PLUS] = eval_unary,      [NODE_AND] = eval_logic,
    [NODE_OR] = eval_logic,        [NODE_CONDITION] = eval_condition,
    [NODE_BINARY] = eval_binary,   [NODE_CONCAT] = eval_concat,
    [NODE_COMPARE] = eval_compare, [NODE_LIST] = eval_items,
    [NODE_TUPLE] = eval_items,     [NODE_DICT] = eval_dict,
    [NODE_HOLE] = eval_hole,
};

spk_rc spk_tpl_eval(struct spk_tpl_state *s, const struct spk_tpl_node *node, struct spk_value *out)
{
    if (++s->steps > s->limits.max_steps)
        return spk_tpl_value_error(s, "stopped after %zu steps", s->limits.max_steps);
    if (s->depth >= MAX_EVAL_DEPTH)
        return spk_tpl_value_error(s, "nested deeper than %d calls", MAX_EVAL_DEPTH);
    if (s->arena->used - s->arena_used > s->limits.max_bytes * MEMORY_FACTOR)
        return spk_tpl_value_error(s, "the values take too much memory");
    s->depth++;
    spk_rc rc = evaluators[node->type](s, node, out);
    s->depth--;
    return rc;
}
