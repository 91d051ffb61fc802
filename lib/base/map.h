#ifndef SPK_BASE_MAP_H
#define SPK_BASE_MAP_H
/* Text -> pointer, in order of insertion. Keys are copied; values are the caller's. Not
 * thread-safe. */
#include "base/view.h"

struct spk_map_entry {
    struct spk_view key; /* NUL-terminated copy */
    void *value;
};

struct spk_map {
    struct spk_map_entry *entries; /* len of them, insertion order */
    size_t len, cap;
    uint32_t *slots;
    size_t slot_count;
};

void spk_map_deinit(struct spk_map *map);                          /* frees keys, not values */
void *spk_map_get(const struct spk_map *map, struct spk_view key); /* NULL where absent */
bool spk_map_has(const struct spk_map *map, struct spk_view key);
/* Sets or replaces; returns the old value or NULL. */
void *spk_map_set(struct spk_map *map, struct spk_view key, void *value);
void *spk_map_remove(struct spk_map *map, struct spk_view key); /* keeps the others' order; O(n) */

#endif
