#include "properties.h"

static void merge(struct spk_arena *arena, struct spk_value to, struct spk_value from)
{
    for (size_t i = 0; i < spk_dict_len(from); i++) {
        const struct spk_entry *e = &from.dict->entries[i];
        struct spk_value there = spk_dict_get_value(to, e->key);
        if (spk_is(there, SPK_DICT) && spk_is(e->value, SPK_DICT))
            merge(arena, there, e->value);
        else
            spk_dict_set_value(to, spk_value_copy(arena, e->key), spk_value_copy(arena, e->value));
    }
}

void spk_merged_add(struct spk_merged *merged, struct spk_view key, struct spk_value record)
{
    struct spk_value *whole = spk_map_get(&merged->records, key);
    if (!whole) {
        whole = SPK_NEW(&merged->arena, struct spk_value);
        *whole = spk_dict_new(&merged->arena);
        spk_map_set(&merged->records, key, whole);
    }
    merge(&merged->arena, *whole, record);
}

void spk_merged_deinit(struct spk_merged *merged)
{
    spk_map_deinit(&merged->records);
    spk_arena_deinit(&merged->arena);
}
