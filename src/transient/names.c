#include <stdlib.h>

#include "source/exchange.h"
#include "transient_internal.h"

/* Records of one stream look alike: after the first ones only some are looked at, and of these only
 * such whose names differ from the record before. */
enum { ALL_UNTIL = 256, THEN_EVERY = 64 };

void spk_names_deinit(struct spk_names *names)
{
    spk_map_deinit(&names->seen);
}

static uint64_t hash_names(struct spk_value dict, uint64_t hash)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *e = &dict.dict->entries[i];
        hash = hash * 31 + spk_view_hash(spk_value_text_or(e->key, ""));
        if (spk_is(e->value, SPK_DICT))
            hash = hash_names(e->value, hash + 1);
    }
    return hash;
}

static void add(struct spk_names *names, struct spk_view prefix, struct spk_value dict, int depth)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *e = &dict.dict->entries[i];
        struct spk_buf name = {0};
        if (prefix.len > 0)
            spk_buf_printf(&name, "%.*s.", SPK_FMT(prefix));
        spk_buf_append(&name, spk_value_text_or(e->key, ""));
        if (spk_is(e->value, SPK_DICT) && depth == 0)
            add(names, spk_buf_view(&name), e->value, 1);
        else if (!spk_map_has(&names->seen, spk_buf_view(&name)))
            spk_map_set(&names->seen, spk_buf_view(&name), names);
        spk_buf_deinit(&name);
    }
}

void spk_names_look(struct spk_names *names, struct spk_record *record)
{
    int64_t number = names->records++;
    if (number >= ALL_UNTIL && number % THEN_EVERY != 0)
        return;
    struct spk_value tree = spk_record_tree(record);
    if (!spk_is(tree, SPK_DICT))
        return;
    uint64_t hash = hash_names(tree, 1);
    if (hash != names->last)
        add(names, SPK_V(""), tree, 0);
    names->last = hash;
}

static int by_text(const void *a, const void *b)
{
    return spk_view_compare(*(const struct spk_view *)a, *(const struct spk_view *)b);
}

struct spk_view spk_names_text(const struct spk_names *names, struct spk_arena *arena)
{
    struct spk_buf out = {0};
    size_t n = names->seen.len;
    struct spk_view *sorted = spk_arena_array(arena, n + 1, sizeof(*sorted));
    for (size_t i = 0; i < n; i++)
        sorted[i] = names->seen.entries[i].key;
    qsort(sorted, n, sizeof(*sorted), by_text);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            spk_buf_append_char(&out, ',');
        spk_buf_append(&out, sorted[i]);
    }
    struct spk_view text = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return text;
}
