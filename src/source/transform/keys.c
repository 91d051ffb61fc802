#include "keys.h"

enum { MAX_NESTING = 256 };

static struct spk_value renamed(struct spk_arena *arena, struct spk_value dict,
                                const struct spk_key_renamer *renamer, int depth)
{
    struct spk_value result = spk_dict_new(arena);
    struct spk_buf name = {0};
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *e = &dict.dict->entries[i];
        struct spk_value value = e->value;
        if (renamer->deep && spk_is(value, SPK_DICT) && depth < MAX_NESTING)
            value = renamed(arena, value, renamer, depth + 1);
        if (!spk_is(e->key, SPK_STRING)) {
            spk_dict_set_value(result, e->key, value);
            continue;
        }
        spk_buf_clear(&name);
        renamer->rename(renamer->context, e->key.text, &name);
        spk_dict_set(result, spk_arena_dup(arena, spk_buf_view(&name)), value);
    }
    spk_buf_deinit(&name);
    return result;
}

struct spk_value spk_keys_renamed(struct spk_arena *arena, struct spk_value dict,
                                  const struct spk_key_renamer *renamer)
{
    return renamed(arena, dict, renamer, 0);
}
