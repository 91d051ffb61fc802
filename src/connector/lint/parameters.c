#include "lint_internal.h"

/* $parameters that nothing uses: no component below has such a field, no template asks for it. */

enum { DEEPEST = 100 };

struct parameter {
    struct spk_value key;
    bool used;
};

struct parameters {
    struct spk_map by_place; /* mark of the key, as text -> struct parameter * */
    struct spk_arena arena;
};

static struct parameter *parameter_of(struct parameters *all, struct spk_value key)
{
    struct spk_view place = spk_arena_printf(&all->arena, "%u", key.mark);
    struct parameter *found = spk_map_get(&all->by_place, place);
    if (!found) {
        found = SPK_NEW(&all->arena, struct parameter);
        found->key = key;
        spk_map_set(&all->by_place, place, found);
    }
    return found;
}

/* A template of the component itself, not of those inside it. */
static bool asks_for(struct spk_value node, struct spk_view name, int depth)
{
    if (spk_is(node, SPK_STRING))
        return spk_view_find(node.text, SPK_V("parameters"), 0) >= 0 &&
               spk_view_find(node.text, name, 0) >= 0;
    if (depth > DEEPEST || (depth > 0 && spk_lint_is_component(node)))
        return false;
    for (size_t i = 0; spk_is(node, SPK_LIST) && i < spk_list_len(node); i++) {
        if (asks_for(spk_list_at(node, i), name, depth + 1))
            return true;
    }
    for (size_t i = 0; spk_is(node, SPK_DICT) && i < spk_dict_len(node); i++) {
        const struct spk_entry *entry = &node.dict->entries[i];
        bool own = !spk_view_is(spk_value_text_or(entry->key, ""), "$parameters");
        if (own &&
            (asks_for(entry->key, name, depth + 1) || asks_for(entry->value, name, depth + 1)))
            return true;
    }
    return false;
}

/* Of a type without a table anything may be a field. */
static void look(struct spk_lint *lint, struct spk_value component, void *context)
{
    struct parameters *all = context;
    struct spk_value given = spk_get(component, "$parameters");
    struct spk_view type = spk_lint_type(component);
    bool open = !spk_lint_find_type(type);
    for (size_t i = 0; spk_is(given, SPK_DICT) && i < spk_dict_len(given); i++) {
        struct spk_value key = given.dict->entries[i].key;
        struct parameter *parameter = parameter_of(all, key);
        struct spk_view name = spk_value_text_or(key, "");
        if (!parameter->used)
            parameter->used = open || spk_lint_has_prop(type, name) || spk_view_is(name, "name") ||
                              asks_for(component, name, 0);
    }
}

spk_rc spk_lint_parameters(struct spk_lint *lint, struct spk_error *err)
{
    struct parameters all = {0};
    spk_rc rc = spk_lint_each_component(lint, look, &all, err);
    for (size_t i = 0; !rc && i < all.by_place.len; i++) {
        const struct parameter *parameter = all.by_place.entries[i].value;
        if (!parameter->used && parameter->key.mark != 0)
            spk_lint_find(lint, parameter->key, "nothing uses the parameter '%.*s'",
                          SPK_FMT(spk_value_text_or(parameter->key, "")));
    }
    spk_map_deinit(&all.by_place);
    spk_arena_deinit(&all.arena);
    return rc;
}
