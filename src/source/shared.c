#include "source_internal.h"

struct spk_shared *spk_source_share(struct spk_source *source, struct spk_view key,
                                    struct spk_shared *(*make)(void *context), void *context)
{
    pthread_mutex_lock(&source->shared_lock);
    struct spk_shared *shared = spk_map_get(&source->shared, key);
    if (!shared) {
        shared = make(context);
        spk_map_set(&source->shared, key, shared);
    }
    pthread_mutex_unlock(&source->shared_lock);
    return shared;
}

void spk_source_unshare(struct spk_source *source)
{
    for (size_t i = 0; i < source->shared.len; i++) {
        struct spk_shared *shared = source->shared.entries[i].value;
        shared->destroy(shared);
    }
    spk_map_deinit(&source->shared);
}
