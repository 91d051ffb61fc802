/* What can be known of a template before it runs: the variables that it needs, as Jinja's


 * meta.find_undeclared_variables finds them, and whether it has a fast path. */
#include "template/parser_internal.h"

/* The names that a scope knows, as jinja2.idtracking: known = read or written, stored = written. */
struct scope {
    const struct scope *outer;
    struct spk_tpl_names known;
    struct spk_tpl_names stored;
};

struct analysis {
    struct spk_template *t;
    struct scope *scope;
    bool soft; /* in a condition: an unknown filter or test only fails when it is reached */
    size_t depth;
};

enum { MAX_TREE_DEPTH = 400 }; /* the evaluation walks the same tree, so this bounds its stack */

bool spk_tpl_names_has(const struct spk_tpl_names *names, struct spk_view name)
{
    for (size_t i = 0; i < names->len; i++) {
        if (spk_view_equal(names->items[i], name))
            return true;
    }
    return false;
}

bool spk_tpl_names_add(struct spk_arena *arena, struct spk_tpl_names *names, struct spk_view name)
{
    if (spk_tpl_names_has(names, name))
        return false;
    if (names->len == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 8;
        struct spk_view *items = spk_arena_array(arena, cap, sizeof *items);
        if (names->len)
            memcpy(items, names->items, names->len * sizeof *items);
        names->items = items;
        names->cap = cap;
    }
    names->items[names->len++] = name;
    return true;
}

static bool is_known(const struct scope *scope, struct spk_view name)
{
    for (; scope; scope = scope->outer) {
        if (spk_tpl_names_has(&scope->known, name))
            return true;
    }
    return false;
}

static void need(struct analysis *a, struct spk_view name)
{
    if (!spk_tpl_global_find(name) && !spk_view_is(name, "self"))
        spk_tpl_names_add(a->t->arena, &a->t->undeclared, name);
}

static void load(struct analysis *a, struct spk_view name)
{
    if (is_known(a->scope, name))
        return;
    spk_tpl_names_add(a->t->arena, &a->scope->known, name);
    spk_tpl_names_add(a->t->arena, &a->t->used, spk_tpl_unalias(name));
    need(a, name);
}

static void store(struct analysis *a, struct spk_view name)
{
    spk_tpl_names_add(a->t->arena, &a->scope->known, name);
    spk_tpl_names_add(a->t->arena, &a->scope->stored, name);
}

static void store_target(struct analysis *a, const struct spk_tpl_node *target)
{
    if (target->type == NODE_NAME)
        store(a, target->name);
    else if (target->type == NODE_ATTRIBUTE)
        load(a, target->name);
    for (uint32_t i = 0; i < target->items.len; i++)
        store_target(a, target->items.items[i]);
}

static void visit(struct analysis *a, struct spk_tpl_node *node);

static void visit_list(struct analysis *a, const struct spk_tpl_list *list)
{
    for (uint32_t i = 0; i < list->len; i++)
        visit(a, list->items[i]);
}

static void visit_arguments(struct analysis *a, const struct spk_tpl_call_args *call)
{
    if (!call)
        return;
    visit_list(a, &call->list);
    for (uint32_t i = 0; i < call->named_len; i++)
        visit(a, call->named[i].value);
    visit(a, call->star);
    visit(a, call->star_star);
}

static void copy_names(struct analysis *a, struct spk_tpl_names *to,
                       const struct spk_tpl_names *from)
{
    for (size_t i = 0; i < from->len; i++)
        spk_tpl_names_add(a->t->arena, to, from->items[i]);
}

/* Each branch sees the names before it. What only a branch writes may be missing afterwards: such a
 * name is needed from outside, unless an outer scope knows it. */
static void visit_if(struct analysis *a, struct spk_tpl_node *node)
{
    bool soft = a->soft;
    a->soft = true;
    visit(a, node->a);
    struct scope *scope = a->scope;
    struct scope before = {.outer = scope->outer};
    copy_names(a, &before.known, &scope->known);
    copy_names(a, &before.stored, &scope->stored);
    for (int branch = 0; branch < 2; branch++) {
        struct scope inner = {.outer = before.outer};
        copy_names(a, &inner.known, &before.known);
        copy_names(a, &inner.stored, &before.stored);
        a->scope = &inner;
        if (branch == 0)
            visit_list(a, &node->items);
        else
            visit(a, node->b);
        copy_names(a, &scope->known, &inner.known);
        copy_names(a, &scope->stored, &inner.stored);
    }
    a->scope = scope;
    a->soft = soft;
    for (size_t i = 0; i < scope->stored.len; i++) {
        struct spk_view name = scope->stored.items[i];
        if (!spk_tpl_names_has(&before.stored, name) && !is_known(scope->outer, name))
            need(a, name);
    }
}

/* The items in a scope of their own, with targets and names that it declares. */
static void visit_scope(struct analysis *a, const struct spk_tpl_node *target, const char *name,
                        const struct spk_tpl_list *items, struct spk_tpl_node *one)
{
    struct scope *outer = a->scope;
    struct scope inner = {.outer = outer};
    bool soft = a->soft;
    a->soft = false;
    a->scope = &inner;
    if (target)
        store_target(a, target);
    if (name)
        store(a, spk_view_of(name));
    if (items)
        visit_list(a, items);
    visit(a, one);
    a->scope = outer;
    a->soft = soft;
}

static void visit_for(struct analysis *a, struct spk_tpl_node *node)
{
    visit(a, node->b);
    if (node->c)
        visit_scope(a, node->a, NULL, NULL, node->c);
    visit_scope(a, node->a, "loop", &node->items, NULL);
    if (node->otherwise)
        visit_scope(a, NULL, NULL, NULL, node->otherwise);
}

/* WITH, MACRO, CALL_BLOCK: the pairs' values outside (WITH) or inside, then the items. */
static void visit_pairs(struct analysis *a, struct spk_tpl_node *node)
{
    struct scope inner = {.outer = a->scope};
    bool with = node->type == NODE_WITH;
    if (node->type == NODE_MACRO)
        store(a, node->name);
    for (uint32_t i = 1; with && i < node->pairs.len; i += 2)
        visit(a, node->pairs.items[i]);
    struct scope *outer = a->scope;
    a->scope = &inner;
    for (uint32_t i = 0; i < node->pairs.len; i += 2)
        store_target(a, node->pairs.items[i]);
    for (uint32_t i = 1; !with && i < node->pairs.len; i += 2)
        visit(a, node->pairs.items[i]);
    if (!with) {
        store(a, spk_view_of("caller"));
        store(a, spk_view_of("varargs"));
        store(a, spk_view_of("kwargs"));
    }
    visit_list(a, &node->items);
    a->scope = outer;
}

static void check_row(struct analysis *a, const struct spk_tpl_node *node)
{
    if (node->row || a->soft)
        return;
    spk_tpl_fault(a->t, node->at, "there is no %s '%.*s'",
                  node->type == NODE_FILTER ? "filter" : "test",
                  SPK_FMT(spk_view_slice(node->name, 0, 60)));
}

static bool is_dict_attribute(struct spk_view name)
{
    return spk_tpl_row_find(spk_tpl_methods_mapping, name) ||
           spk_tpl_row_find(spk_tpl_methods_dict, name) || spk_view_starts(name, SPK_V("__"));
}

static bool is_mutator(struct spk_view name)
{
    static const char *const names[] = {"append", "extend",     "insert", "pop",
                                        "remove", "reverse",    "sort",   "clear",
                                        "update", "setdefault", "popitem"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (spk_view_is(name, names[i]))
            return true;
    }
    return false;
}

/* Whether an access may give a method that changes its object: its name is not known before the
 * run where it is computed. */
static bool may_mutate(const struct spk_tpl_node *node)
{
    if (node->type == NODE_GETATTR)
        return is_mutator(node->name);
    if (node->type == NODE_FILTER)
        return true;
    if (node->b->type == NODE_CONST)
        return node->b->value.kind == SPK_STRING && is_mutator(node->b->value.text);
    return node->b->type != NODE_SLICE;
}

static void visit_name(struct analysis *a, const struct spk_tpl_node *node)
{
    static const char *const moving[] = {"now_utc",   "today_utc",     "today_with_timezone",
                                         "day_delta", "generate_uuid", "lipsum"};
    for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++)
        a->t->is_volatile |= spk_view_is(node->name, moving[i]);
    load(a, node->name);
}

static void visit_expression(struct analysis *a, struct spk_tpl_node *node)
{
    bool soft = a->soft;
    if (node->type == NODE_NAME)
        visit_name(a, node);
    if (node->type == NODE_GETATTR)
        node->method_name = is_dict_attribute(node->name);
    if (node->type == NODE_GETATTR || node->type == NODE_GETITEM ||
        (node->type == NODE_FILTER && spk_view_is(node->name, "attr")))
        a->t->mutates |= may_mutate(node);
    if (node->type == NODE_FILTER || node->type == NODE_TEST)
        check_row(a, node);
    if (node->type == NODE_FILTER && spk_view_is(node->name, "random"))
        a->t->is_volatile = true;
    if (node->type == NODE_CONDITION)
        a->soft = true;
    visit(a, node->a);
    visit(a, node->b);
    visit(a, node->c);
    visit_list(a, &node->items);
    visit_arguments(a, node->call);
    a->soft = soft;
}

static void visit(struct analysis *a, struct spk_tpl_node *node)
{
    if (!node || a->t->faulty)
        return;
    if (a->depth == MAX_TREE_DEPTH) {
        spk_tpl_fault(a->t, node->at, "more than %d operators in a row or inside each other",
                      MAX_TREE_DEPTH);
        return;
    }
    a->depth++;
    switch ((enum spk_tpl_node_type)node->type) {
    case NODE_IF: visit_if(a, node); break;
    case NODE_FOR: visit_for(a, node); break;
    case NODE_SET:
        visit(a, node->b);
        store_target(a, node->a);
        break;
    case NODE_SET_BLOCK:
        store_target(a, node->a);
        visit_scope(a, NULL, NULL, &node->items, node->b);
        break;
    case NODE_FILTER_BLOCK: visit_scope(a, NULL, NULL, &node->items, node->b); break;
    case NODE_CALL_BLOCK:
        visit(a, node->a);
        visit_pairs(a, node);
        break;
    case NODE_WITH:
    case NODE_MACRO: visit_pairs(a, node); break;
    default: visit_expression(a, node);
    }
    a->depth--;
}

/* The text of a fixed key of a lookup, or false. */
static bool lookup_key(const struct spk_tpl_node *node, struct spk_view *key)
{
    if (node->type == NODE_GETATTR && !node->method_name) {
        *key = node->name;
        return true;
    }
    bool fixed = node->type == NODE_GETITEM && node->b->type == NODE_CONST &&
                 node->b->value.kind == SPK_STRING && !is_dict_attribute(node->b->value.text);
    if (fixed)
        *key = node->b->value.text;
    return fixed;
}

static void find_lookup(struct spk_template *t, const struct spk_tpl_node *node)
{
    size_t count = 0;
    struct spk_view key;
    const struct spk_tpl_node *base = node;
    for (; lookup_key(base, &key); base = base->a)
        count++;
    if (base->type != NODE_NAME || spk_tpl_global_find(base->name))
        return;
    struct spk_view *keys = spk_arena_array(t->arena, count + 1, sizeof *keys);
    t->lookup = (struct spk_template_lookup){spk_tpl_unalias(base->name), keys, count};
    for (; node != base; node = node->a)
        lookup_key(node, &keys[--count]);
    t->kind = SPK_TEMPLATE_LOOKUP;
}

void spk_tpl_analyse(struct spk_template *t)
{
    struct scope root = {0};
    struct analysis a = {.t = t, .scope = &root};
    visit_list(&a, &t->root->items);
    const struct spk_tpl_list *items = &t->root->items;
    t->kind = SPK_TEMPLATE_GENERAL;
    t->single = items->len == 1 && items->items[0]->type == NODE_OUTPUT;
    if (t->single)
        find_lookup(t, items->items[0]->a);
}
