#include "lint_internal.h"

/* Definitions that no reference reaches, directly or through another that is reached. */

enum { DEEPEST = 100 };

struct reach {
    struct spk_value definitions;
    struct spk_map live; /* "a/b/c" below #/definitions/ -> definitions */
    int depth;
};

static void follow(struct reach *reach, struct spk_value node);

static struct spk_value look_up(struct spk_value at, struct spk_view path)
{
    while (path.at && spk_is_defined(at)) {
        struct spk_view key = spk_view_cut(&path, '/');
        int64_t index;
        if (spk_is(at, SPK_LIST) && spk_parse_i64(key, 0, (int64_t)spk_list_len(at) - 1, &index))
            at = spk_list_at(at, (size_t)index);
        else
            at = spk_dict_get(at, key);
    }
    return at;
}

static void take(struct reach *reach, struct spk_view reference)
{
    static const struct spk_view prefix = SPK_VIEW("#/definitions/");
    if (!spk_view_starts(reference, prefix))
        return;
    struct spk_view path = spk_view_slice(reference, prefix.len, reference.len);
    if (spk_map_has(&reach->live, path))
        return;
    spk_map_set(&reach->live, path, reach);
    follow(reach, look_up(reach->definitions, path));
}

static void follow(struct reach *reach, struct spk_value node)
{
    if (++reach->depth > DEEPEST) {
        reach->depth--;
        return;
    }
    if (spk_is(node, SPK_STRING))
        take(reach, node.text);
    for (size_t i = 0; spk_is(node, SPK_LIST) && i < spk_list_len(node); i++)
        follow(reach, spk_list_at(node, i));
    for (size_t i = 0; spk_is(node, SPK_DICT) && i < spk_dict_len(node); i++)
        follow(reach, node.dict->entries[i].value);
    reach->depth--;
}

/* Reached itself, inside it, or together with what is around it. */
static bool is_live(const struct reach *reach, struct spk_view path)
{
    for (size_t i = 0; i < reach->live.len; i++) {
        struct spk_view live = reach->live.entries[i].key;
        struct spk_view shorter = live.len < path.len ? live : path;
        struct spk_view longer = live.len < path.len ? path : live;
        if (spk_view_starts(longer, shorter) &&
            (longer.len == shorter.len || longer.at[shorter.len] == '/'))
            return true;
    }
    return false;
}

/* A mapping that only groups definitions ("streams", "schemas") is judged by what it groups. */
static bool is_group(struct spk_value node)
{
    bool group = spk_is(node, SPK_DICT) && spk_dict_len(node) > 0 && !spk_lint_is_component(node) &&
                 !spk_is_defined(spk_get(node, "$ref"));
    for (size_t i = 0; group && i < spk_dict_len(node); i++)
        group = spk_lint_is_component(node.dict->entries[i].value);
    return group;
}

static void judge(struct spk_lint *lint, const struct reach *reach, struct spk_value node,
                  struct spk_view prefix)
{
    for (size_t i = 0; i < spk_dict_len(node); i++) {
        const struct spk_entry *entry = &node.dict->entries[i];
        struct spk_view name = spk_value_text_or(entry->key, "");
        struct spk_view path =
            spk_arena_printf(lint->findings->arena, "%.*s%.*s", SPK_FMT(prefix), SPK_FMT(name));
        if (!is_live(reach, path))
            spk_lint_find(lint, entry->key, "no reference leads to the definition '%.*s'",
                          SPK_FMT(path));
        else if (prefix.len == 0 && is_group(entry->value))
            judge(lint, reach, entry->value,
                  spk_arena_printf(lint->findings->arena, "%.*s/", SPK_FMT(path)));
    }
}

void spk_lint_definitions(struct spk_lint *lint)
{
    struct spk_value written = spk_manifest_written(lint->manifest);
    struct reach reach = {.definitions = spk_get(written, "definitions")};
    if (!spk_is(reach.definitions, SPK_DICT))
        return;
    for (size_t i = 0; i < spk_dict_len(written); i++) {
        if (!spk_view_is(spk_value_text_or(written.dict->entries[i].key, ""), "definitions"))
            follow(&reach, written.dict->entries[i].value);
    }
    judge(lint, &reach, reach.definitions, SPK_V(""));
    spk_map_deinit(&reach.live);
}
