/* The tree under construction, without recursion: anchors, aliases, merge keys and limits. */
#include "yaml/yaml_internal.h"

#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct anchor {
    struct spk_yaml_node node;
    bool open; /* its container is not finished: an alias to it would be a cycle */
};

/* A container that is being filled. */
struct spk_yaml_frame {
    struct spk_yaml_node node;
    struct spk_value key;
    struct spk_value merged; /* DICT of what << brought, or UNDEFINED */
    struct anchor *anchor;
    bool has_key;
    bool key_merges;
};

void spk_yaml_tree_deinit(struct spk_yaml_tree *tree)
{
    free(tree->frames);
    tree->frames = NULL;
    spk_map_deinit(&tree->anchors);
    spk_arena_deinit(&tree->scratch);
}

bool spk_yaml_tree_refuse(struct spk_yaml_tree *tree, uint32_t mark, const char *hint,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(tree->problem, sizeof(tree->problem), format, args);
    va_end(args);
    tree->problem_mark = mark;
    tree->hint = hint;
    return false;
}

static bool check_limits(struct spk_yaml_tree *tree, const struct spk_yaml_frame *frame,
                         const struct spk_yaml_node *node)
{
    uint32_t mark = node->value.mark;
    if (tree->depth + node->height > tree->options.max_depth)
        return spk_yaml_tree_refuse(tree, mark, "flatten the document, or raise the limit",
                                    "nested deeper than %zu levels", tree->options.max_depth);
    size_t nodes = frame ? frame->node.nodes : 0;
    if (node->nodes > tree->options.max_nodes - nodes)
        return spk_yaml_tree_refuse(tree, mark, "split the document, or use fewer aliases",
                                    "more than %zu values, aliases expanded",
                                    tree->options.max_nodes);
    return true;
}

static void merge_dict(struct spk_yaml_frame *frame, struct spk_value source)
{
    for (size_t i = 0; i < source.dict->len; i++)
        spk_dict_set_value(frame->merged, source.dict->entries[i].key,
                           source.dict->entries[i].value);
}

/* A mapping, or a list of them of which the first one wins. */
static bool merge(struct spk_yaml_tree *tree, struct spk_yaml_frame *frame, struct spk_value source)
{
    static const char hint[] = "give << a mapping, an alias of one, or a list of them";
    if (!spk_is_defined(frame->merged))
        frame->merged = spk_dict_new(tree->arena);
    if (source.kind == SPK_DICT) {
        merge_dict(frame, source);
        return true;
    }
    if (source.kind != SPK_LIST)
        return spk_yaml_tree_refuse(tree, source.mark, hint, "<< cannot merge a %s",
                                    spk_value_type_name(source));
    for (size_t i = spk_list_len(source); i > 0; i--) {
        struct spk_value item = spk_list_at(source, i - 1);
        if (item.kind != SPK_DICT)
            return spk_yaml_tree_refuse(tree, item.mark, hint, "<< cannot merge a %s",
                                        spk_value_type_name(item));
        merge_dict(frame, item);
    }
    return true;
}

static bool take_key(struct spk_yaml_tree *tree, struct spk_yaml_frame *frame,
                     const struct spk_yaml_node *node)
{
    if (node->height > 0)
        return spk_yaml_tree_refuse(tree, node->value.mark, "write the key as a plain word or text",
                                    "a %s cannot be a key", spk_value_type_name(node->value));
    bool seen = spk_is_defined(spk_dict_get_value(frame->node.value, node->value));
    if (tree->options.unique_keys && seen)
        return spk_yaml_tree_refuse(
            tree, node->value.mark, "remove or rename one of them", "the key \"%.*s\" stands twice",
            SPK_FMT(spk_view_slice(spk_value_text_or(node->value, "?"), 0, 60)));
    frame->key = node->value;
    frame->key_merges = node->tag == SPK_YAML_MERGE;
    frame->has_key = true;
    return true;
}

/* << and = are names of keys only. */
static bool check_place(struct spk_yaml_tree *tree, const struct spk_yaml_frame *frame,
                        const struct spk_yaml_node *node)
{
    bool is_key = frame && frame->node.value.kind == SPK_DICT && !frame->has_key;
    if (is_key || (node->tag != SPK_YAML_MERGE && node->tag != SPK_YAML_VALUE))
        return true;
    return spk_yaml_tree_refuse(tree, node->value.mark, "put quotes around it",
                                "%.*s means nothing as a value", SPK_FMT(node->value.text));
}

static bool add(struct spk_yaml_tree *tree, const struct spk_yaml_node *node)
{
    struct spk_yaml_frame *frame = tree->depth > 0 ? &tree->frames[tree->depth - 1] : NULL;
    if (!check_limits(tree, frame, node) || !check_place(tree, frame, node))
        return false;
    if (!frame) {
        tree->root = node->value;
        return true;
    }
    frame->node.nodes += node->nodes;
    if (node->height >= frame->node.height)
        frame->node.height = node->height + 1;
    if (frame->node.value.kind == SPK_LIST) {
        spk_list_append(frame->node.value, node->value);
        return true;
    }
    if (!frame->has_key)
        return take_key(tree, frame, node);
    frame->has_key = false;
    if (frame->key_merges)
        return merge(tree, frame, node->value);
    spk_dict_set_value(frame->node.value, frame->key, node->value);
    return true;
}

/* NULL with the problem set where the name is taken. */
static struct anchor *anchor_new(struct spk_yaml_tree *tree, const char *name, uint32_t mark)
{
    struct anchor *anchor = SPK_NEW(&tree->scratch, struct anchor);
    if (spk_map_has(&tree->anchors, spk_view_of(name))) {
        spk_yaml_tree_refuse(tree, mark, "give each anchor its own name",
                             "the anchor \"%.60s\" is defined twice", name);
        return NULL;
    }
    spk_map_set(&tree->anchors, spk_view_of(name), anchor);
    return anchor;
}

bool spk_yaml_tree_scalar(struct spk_yaml_tree *tree, struct spk_value value, enum spk_yaml_tag tag,
                          const char *anchor)
{
    struct spk_yaml_node node = {.value = value, .tag = tag, .nodes = 1};
    if (anchor) {
        struct anchor *kept = anchor_new(tree, anchor, value.mark);
        if (!kept)
            return false;
        kept->node = node;
    }
    return add(tree, &node);
}

bool spk_yaml_tree_open(struct spk_yaml_tree *tree, struct spk_value container, const char *anchor)
{
    struct anchor *kept = NULL;
    if (anchor) {
        kept = anchor_new(tree, anchor, container.mark);
        if (!kept)
            return false;
        kept->open = true;
    }
    struct spk_yaml_node node = {
        .value = container, .tag = SPK_YAML_UNKNOWN, .nodes = 1, .height = 1};
    if (!check_limits(tree, NULL, &node))
        return false;
    if (tree->depth == tree->cap)
        tree->frames =
            spk_memory_grow(tree->frames, &tree->cap, tree->depth + 1, sizeof(*tree->frames));

    tree->frames[tree->depth++] = (struct spk_yaml_frame){.node = node, .anchor = kept};
    return true;
}

/* What << brought stands in front, and the mapping's own values win. */
static void put_merged_first(struct spk_yaml_frame *frame)
{
    struct spk_value own = frame->node.value;
    merge_dict(frame, own);
    *own.dict = *frame->merged.dict;
}

bool spk_yaml_tree_close(struct spk_yaml_tree *tree)
{
    assert(tree->depth > 0);
    struct spk_yaml_frame *frame = &tree->frames[--tree->depth];
    if (spk_is_defined(frame->merged))
        put_merged_first(frame);
    if (frame->anchor)
        *frame->anchor = (struct anchor){.node = frame->node};
    struct spk_yaml_node node = frame->node;
    return add(tree, &node);
}

bool spk_yaml_tree_alias(struct spk_yaml_tree *tree, const char *name, uint32_t mark)
{
    const struct anchor *anchor = spk_map_get(&tree->anchors, spk_view_of(name));
    if (!anchor)
        return spk_yaml_tree_refuse(tree, mark, "name the anchor (&name) before the alias (*name)",
                                    "the alias \"%.60s\" has no anchor", name);
    if (anchor->open)
        return spk_yaml_tree_refuse(tree, mark, "a value cannot contain itself",
                                    "the alias \"%.60s\" stands inside its own value", name);
    return add(tree, &anchor->node);
}
