/* Trees of templates. Texts become templates, other scalars stay. */
#include "template/template_internal.h"

enum { MAX_TREE_DEPTH = 200 };

enum shape { SHAPE_VALUE, SHAPE_TEMPLATE, SHAPE_LIST, SHAPE_DICT };

struct spk_template_tree {
    enum shape shape;
    bool mapping; /* a DICT of MAPPING mode */
    struct spk_value value;
    const struct spk_template *template;
    struct spk_template_tree **keys; /* DICT */
    struct spk_template_tree **items;
    size_t count;
};

struct builder {
    struct spk_arena *arena;
    const struct spk_template_limits *limits;
    enum spk_template_tree_mode mode;
};

static struct spk_template_tree *build(const struct builder *b, struct spk_value value, int depth);

static struct spk_template_tree *build_value(const struct builder *b, struct spk_value value)
{
    struct spk_template_tree *tree = SPK_NEW(b->arena, struct spk_template_tree);
    tree->value = value;
    return tree;
}

static struct spk_template_tree *build_container(const struct builder *b, struct spk_value value,
                                                 int depth)
{
    struct spk_template_tree *tree = build_value(b, value);
    bool list = value.kind == SPK_LIST;
    tree->shape = list ? SHAPE_LIST : SHAPE_DICT;
    tree->mapping = b->mode == SPK_TEMPLATE_TREE_MAPPING;
    tree->count = list ? value.list->len : value.dict->len;
    tree->items = spk_arena_array(b->arena, tree->count + 1, sizeof(*tree->items));
    tree->keys = spk_arena_array(b->arena, tree->count + 1, sizeof(*tree->keys));
    for (size_t i = 0; i < tree->count; i++) {
        if (list) {
            tree->items[i] = build(b, value.list->items[i], depth + 1);
            continue;
        }
        tree->keys[i] = build(b, value.dict->entries[i].key, depth + 1);
        tree->items[i] = build(b, value.dict->entries[i].value, depth + 1);
    }
    return tree;
}

static struct spk_template_tree *build(const struct builder *b, struct spk_value value, int depth)
{
    bool container = value.kind == SPK_DICT || value.kind == SPK_LIST;
    if (container && depth < MAX_TREE_DEPTH && (depth == 0 || b->mode == SPK_TEMPLATE_TREE_NESTED))
        return build_container(b, value, depth);
    struct spk_template_tree *tree = build_value(b, value);
    if (value.kind == SPK_STRING) {
        tree->shape = SHAPE_TEMPLATE;
        tree->template = spk_template_parse(b->arena, value.text, b->limits);
    }
    return tree;
}

struct spk_template_tree *spk_template_tree_parse(struct spk_arena *arena, struct spk_value value,
                                                  enum spk_template_tree_mode mode,
                                                  const struct spk_template_limits *limits)
{
    const struct builder b = {arena, limits, mode};
    return build(&b, value, 0);
}

static spk_rc eval_list(const struct spk_template_tree *tree, struct spk_template_env *env,
                        unsigned types, struct spk_value *out, struct spk_error *err)
{
    struct spk_value list = spk_list_new(env->arena);
    for (size_t i = 0; i < tree->count; i++) {
        struct spk_value item;
        spk_rc rc = spk_template_tree_eval(tree->items[i], env, types, &item, err);
        if (rc != SPK_OK)
            return rc;
        spk_list_append(list, item);
    }
    *out = list;
    return SPK_OK;
}

static spk_rc eval_key(const struct spk_template_tree *tree, struct spk_template_env *env,
                       bool mapping, struct spk_value *out, struct spk_error *err)
{
    static const struct spk_template_ask as_text = {.types = SPK_TEMPLATE_STR};
    if (tree->shape != SHAPE_TEMPLATE) {
        *out = tree->value;
        return SPK_OK;
    }
    spk_rc rc = spk_template_eval_as(tree->template, env, mapping ? &as_text : NULL, out, err);
    if (rc == SPK_OK && (out->kind == SPK_LIST || out->kind == SPK_DICT))
        rc = spk_error_set(err, SPK_EDATA, "the key '%.*s' became a %s",
                           SPK_FMT(spk_view_slice(tree->value.text, 0, 80)),
                           spk_value_type_name(*out));
    return rc;
}

/* A later key that evaluates to the same replaces the earlier one; nulls go at the end. */
static spk_rc eval_dict(const struct spk_template_tree *tree, struct spk_template_env *env,
                        unsigned types, struct spk_value *out, struct spk_error *err)
{
    struct spk_value all = spk_dict_new(env->arena);
    for (size_t i = 0; i < tree->count; i++) {
        struct spk_value key;
        struct spk_value value;
        spk_rc rc = eval_key(tree->keys[i], env, tree->mapping, &key, err);
        if (rc == SPK_OK)
            rc = spk_template_tree_eval(tree->items[i], env, types, &value, err);
        if (rc != SPK_OK)
            return rc;
        spk_dict_set_value(all, key, value);
    }
    *out = all;
    if (tree->mapping)
        return SPK_OK;
    struct spk_value kept = spk_dict_new(env->arena);
    for (size_t i = 0; i < all.dict->len; i++) {
        const struct spk_entry *entry = &all.dict->entries[i];
        if (entry->value.kind != SPK_NULL)
            spk_dict_set_value(kept, entry->key, entry->value);
    }
    *out = kept;
    return SPK_OK;
}

spk_rc spk_template_tree_eval(const struct spk_template_tree *tree, struct spk_template_env *env,
                              unsigned types, struct spk_value *out, struct spk_error *err)
{
    const struct spk_template_ask ask = {.types = types};
    switch (tree->shape) {
    case SHAPE_TEMPLATE: return spk_template_eval_as(tree->template, env, &ask, out, err);
    case SHAPE_LIST: return eval_list(tree, env, types, out, err);
    case SHAPE_DICT: return eval_dict(tree, env, types, out, err);
    default: *out = tree->value; return SPK_OK;
    }
}

const struct spk_template *spk_template_tree_fault(const struct spk_template_tree *tree)
{
    if (tree->template)
        return spk_template_error(tree->template) ? tree->template : NULL;
    const struct spk_template *fault = NULL;
    for (size_t i = 0; i < tree->count && !fault; i++) {
        if (tree->keys[i])
            fault = spk_template_tree_fault(tree->keys[i]);
        if (!fault)
            fault = spk_template_tree_fault(tree->items[i]);
    }
    return fault;
}

bool spk_template_tree_uses(const struct spk_template_tree *tree, const char *name)
{
    bool uses = tree->template && spk_template_uses(tree->template, name);
    for (size_t i = 0; i < tree->count && !uses; i++)
        uses = (tree->keys[i] && spk_template_tree_uses(tree->keys[i], name)) ||
               spk_template_tree_uses(tree->items[i], name);
    return uses;
}

bool spk_template_tree_is_constant(const struct spk_template_tree *tree)
{
    bool constant = !tree->template || spk_template_kind(tree->template) == SPK_TEMPLATE_CONSTANT;
    for (size_t i = 0; i < tree->count && constant; i++)
        constant = (!tree->keys[i] || spk_template_tree_is_constant(tree->keys[i])) &&
                   spk_template_tree_is_constant(tree->items[i]);
    return constant;
}
