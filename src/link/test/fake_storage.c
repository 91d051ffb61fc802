#include "fake_storage.h"

spk_rc spk_storage_published(struct spk_storage *storage, const struct spk_file_query *query,
                             struct spk_arena *arena, struct spk_file_list *out,
                             struct spk_error *err)
{
    *out = (struct spk_file_list){.items =
                                      spk_arena_array(arena, storage->n + 1, sizeof(*out->items))};
    for (size_t i = 0; i < storage->n; i++) {
        if (!query->unlinked_only || !storage->linked[i])
            out->items[out->n++] = storage->files[i];
    }
    return SPK_OK;
}

spk_rc spk_storage_linked(struct spk_storage *storage, struct spk_view platform,
                          const struct spk_file_list *files, struct spk_error *err)
{
    if (storage->linked_rc != SPK_OK)
        return spk_error_set(err, storage->linked_rc, "the storage is away");
    for (size_t i = 0; i < files->n; i++) {
        for (size_t k = 0; k < storage->n; k++)
            storage->linked[k] |= spk_view_equal(storage->files[k].key, files->items[i].key);
    }
    return SPK_OK;
}
