#ifndef SPK_SOURCE_TRANSFORM_KEYS_H
#define SPK_SOURCE_TRANSFORM_KEYS_H
/* Renaming the keys of a record. Internal to src/source. */
#include "source/exchange.h"

/* Writes what `key` is to be called. */
typedef void (*spk_key_rename)(void *context, struct spk_view key, struct spk_buf *out);
struct spk_key_renamer {
    spk_key_rename rename;
    void *context;
    bool deep; /* dicts inside dicts too; never those inside lists */
};

/* A dict with the renamed keys in the order of `dict`; of two that become the same the later value
 * stays, in the place of the first. Keys that are no text stay. Values are shared. */
struct spk_value spk_keys_renamed(struct spk_arena *arena, struct spk_value dict,
                                  const struct spk_key_renamer *renamer);

#endif
