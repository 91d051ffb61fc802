#include "base/map.h"

#include "base/memory.h"

#include <stdlib.h>

/* slots[] holds index + 1 of an entry, 0 = free; linear probing, at most half full. */

void spk_map_deinit(struct spk_map *map)
{
    for (size_t i = 0; i < map->len; i++) {
        free((char *)map->entries[i].key.at);
    }
    free(map->entries);
    free(map->slots);
    *map = (struct spk_map){0};
}

/* The slot of the key, or the free one where it would go. Needs slots. */
static uint32_t *find_slot(const struct spk_map *map, struct spk_view key)
{
    size_t mask = map->slot_count - 1;
    size_t at = spk_view_hash(key) & mask;
    while (map->slots[at] && !spk_view_equal(map->entries[map->slots[at] - 1].key, key)) {
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

static void index_all(struct spk_map *map)
{
    memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    for (size_t i = 0; i < map->len; i++) {
        *find_slot(map, map->entries[i].key) = (uint32_t)i + 1;
    }
}

static struct spk_map_entry *find(const struct spk_map *map, struct spk_view key)
{
    uint32_t index = map->len ? *find_slot(map, key) : 0;
    return index ? &map->entries[index - 1] : NULL;
}

void *spk_map_get(const struct spk_map *map, struct spk_view key)
{
    const struct spk_map_entry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool spk_map_has(const struct spk_map *map, struct spk_view key)
{
    return find(map, key) != NULL;
}

static struct spk_view copy_key(struct spk_view key)
{
    char *copy = spk_memory_resize(NULL, key.len + 1, 1);
    if (key.len) {
        memcpy(copy, key.at, key.len);
    }
    copy[key.len] = '\0';
    return (struct spk_view){copy, key.len};
}

void *spk_map_set(struct spk_map *map, struct spk_view key, void *value)
{
    struct spk_map_entry *entry = find(map, key);
    if (entry) {
        void *old = entry->value;
        entry->value = value;
        return old;
    }
    if ((map->len + 1) * 2 > map->slot_count) {
        map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
        map->slots = spk_memory_resize(map->slots, map->slot_count, sizeof *map->slots);
        index_all(map);
    }
    map->entries = spk_memory_grow(map->entries, &map->cap, map->len + 1, sizeof *map->entries);
    map->entries[map->len] = (struct spk_map_entry){copy_key(key), value};
    map->len++;
    *find_slot(map, key) = (uint32_t)map->len;
    return NULL;
}

void *spk_map_remove(struct spk_map *map, struct spk_view key)
{
    struct spk_map_entry *entry = find(map, key);
    if (!entry) {
        return NULL;
    }
    void *old = entry->value;
    free((char *)entry->key.at);
    size_t index = (size_t)(entry - map->entries);
    map->len--;
    memmove(entry, entry + 1, (map->len - index) * sizeof *entry);
    index_all(map);
    return old;
}
