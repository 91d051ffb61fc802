/*
 * Dicts: entries in order of insertion; past a handful of them also a hash index with open
 * addressing (slot = entry number + 1, 0 = free).
 */
#include <assert.h>

#include "value/value_internal.h"

enum { DICT_FIRST_CAP = 4 };

struct spk_value spk_dict_new(struct spk_arena *arena)
{
    struct spk_dict *dict = SPK_NEW(arena, struct spk_dict);
    dict->arena = arena;
    return (struct spk_value){.kind = SPK_DICT, .dict = dict};
}

static inline bool key_is(struct spk_value key, struct spk_value wanted)
{
    if (wanted.kind == SPK_STRING)
        return key.kind == SPK_STRING && spk_view_equal(key.text, wanted.text);
    return spk_value_equal(key, wanted);
}

static void index_put(struct spk_dict *dict, size_t entry)
{
    size_t mask = dict->slot_count - 1;
    size_t slot = spk_value_hash(dict->entries[entry].key) & mask;
    while (dict->slots[slot] != 0)
        slot = (slot + 1) & mask;
    dict->slots[slot] = (uint32_t)entry + 1;
}

/* Fills the index anew; makes or enlarges it first where that is due. */
static void index_build(struct spk_dict *dict)
{
    if (dict->len <= SPK_DICT_PLAIN) {
        dict->slot_count = 0;
        return;
    }
    if (dict->slot_count < dict->len * 2) {
        size_t count = SPK_DICT_PLAIN * 4;
        while (count < dict->cap * 2)
            count *= 2;
        dict->slots = spk_arena_array(dict->arena, count, sizeof *dict->slots);
        dict->slot_count = count;
    } else {
        memset(dict->slots, 0, dict->slot_count * sizeof *dict->slots);
    }
    for (size_t i = 0; i < dict->len; i++)
        index_put(dict, i);
}

static struct spk_entry *find(const struct spk_dict *dict, struct spk_value key)
{
    if (dict->slot_count == 0) {
        for (size_t i = 0; i < dict->len; i++) {
            if (key_is(dict->entries[i].key, key))
                return &dict->entries[i];
        }
        return NULL;
    }
    size_t mask = dict->slot_count - 1;
    size_t slot = spk_value_hash(key) & mask;
    for (; dict->slots[slot] != 0; slot = (slot + 1) & mask) {
        struct spk_entry *entry = &dict->entries[dict->slots[slot] - 1];
        if (key_is(entry->key, key))
            return entry;
    }
    return NULL;
}

struct spk_value *spk_dict_find_value(struct spk_value dict, struct spk_value key)
{
    struct spk_entry *entry = dict.kind == SPK_DICT ? find(dict.dict, key) : NULL;
    return entry ? &entry->value : NULL;
}

struct spk_value *spk_dict_find(struct spk_value dict, struct spk_view key)
{
    return spk_dict_find_value(dict, spk_string(key));
}

struct spk_value spk_dict_get_value(struct spk_value dict, struct spk_value key)
{
    const struct spk_value *value = spk_dict_find_value(dict, key);
    return value ? *value : (struct spk_value){0};
}

struct spk_value spk_dict_get(struct spk_value dict, struct spk_view key)
{
    return spk_dict_get_value(dict, spk_string(key));
}

void spk_dict_set(struct spk_value dict, struct spk_view key, struct spk_value value)
{
    spk_dict_set_value(dict, spk_string(key), value);
}

void spk_dict_set_value(struct spk_value dict, struct spk_value key, struct spk_value value)
{
    assert(dict.kind == SPK_DICT);
    struct spk_dict *self = dict.dict;
    struct spk_entry *old = find(self, key);
    if (old) {
        old->value = value;
        return;
    }
    if (self->len == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : DICT_FIRST_CAP;
        assert(cap <= UINT32_MAX / 4); /* an index slot is 32 bits */
        struct spk_entry *entries = spk_arena_array(self->arena, cap, sizeof *entries);
        if (self->len > 0)
            memcpy(entries, self->entries, self->len * sizeof *entries);
        self->entries = entries;
        self->cap = cap;
    }
    self->entries[self->len++] = (struct spk_entry){key, value};
    if (self->slot_count >= self->len * 2)
        index_put(self, self->len - 1);
    else
        index_build(self);
}

void spk_dict_update(struct spk_value dict, struct spk_value from)
{
    for (size_t i = 0; from.kind == SPK_DICT && i < from.dict->len; i++)
        spk_dict_set_value(dict, from.dict->entries[i].key, from.dict->entries[i].value);
}

struct spk_value spk_dict_copy(struct spk_arena *arena, struct spk_value dict)
{
    struct spk_value copy = spk_dict_new(arena);
    copy.mark = dict.mark;
    spk_dict_update(copy, dict);
    return copy;
}

size_t spk_dict_filter(struct spk_dict *dict, spk_dict_keep keep, void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < dict->len; i++) {
        if (keep(context, &dict->entries[i]))
            dict->entries[kept++] = dict->entries[i];
    }
    size_t dropped = dict->len - kept;
    if (dropped > 0) {
        dict->len = kept;
        index_build(dict);
    }
    return dropped;
}

bool spk_dict_remove(struct spk_value dict, struct spk_view key)
{
    return spk_dict_remove_value(dict, spk_string(key));
}

bool spk_dict_remove_value(struct spk_value dict, struct spk_value key)
{
    struct spk_entry *entry = dict.kind == SPK_DICT ? find(dict.dict, key) : NULL;
    if (!entry)
        return false;
    struct spk_dict *self = dict.dict;
    size_t at = (size_t)(entry - self->entries);
    memmove(entry, entry + 1, (self->len - at - 1) * sizeof *entry);
    self->len--;
    index_build(self);
    return true;
}
