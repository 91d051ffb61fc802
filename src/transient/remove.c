#include "transient_internal.h"

static spk_rc delete_page(struct spk_objstore *store, const struct spk_objstore_page *page,
                          struct spk_arena *arena, struct spk_error *err)
{
    struct spk_view *keys = spk_arena_array(arena, page->n + 1, sizeof(*keys));
    for (size_t i = 0; i < page->n; i++)
        keys[i] = page->entries[i].key;
    return spk_objstore_delete_many(store, keys, page->n, err);
}

spk_rc spk_transient_clear(struct spk_objstore *store, struct spk_view prefix,
                           struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_objstore_list list = {.prefix = prefix};
    struct spk_objstore_page page = {0};
    spk_rc rc;
    do { /* always the first page: what it named is gone */
        spk_arena_reset(&arena);
        rc = spk_objstore_list(store, &list, &arena, &page, err);
        if (!rc && page.n > 0)
            rc = delete_page(store, &page, &arena, err);
    } while (!rc && page.n > 0);
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_transient_remove(struct spk_objstore *store, const struct spk_batch_place *place,
                            struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view folder = spk_batch_folder(&arena, place);
    spk_rc rc = spk_transient_clear(store, spk_arena_printf(&arena, "%.*s/", SPK_FMT(folder)), err);
    spk_arena_deinit(&arena);
    return rc;
}
