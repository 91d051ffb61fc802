#include "destination_internal.h"

/* What each mode comes to in transient storage, where every run has a folder of its own: */
static spk_rc check_mode(struct spk_value configured, struct spk_view name, struct spk_error *err)
{
    struct spk_view mode =
        spk_value_text_or(spk_get(configured, "destination_sync_mode"), "append");
    if (spk_view_is(mode, "append") || spk_view_is(mode, "overwrite"))
        return SPK_OK;
    spk_error_set(err, SPK_ECONFIG,
                  "catalog: stream %.*s: destination_sync_mode '%.*s' is not supported",
                  SPK_FMT(name), SPK_FMT(mode));
    spk_error_hint(err, "use append or overwrite; rows are deduplicated in the warehouse");
    return SPK_ECONFIG;
}

static spk_rc read_stream(struct spk_value configured, struct spk_arena *arena,
                          struct spk_inflow *out, struct spk_error *err)
{
    struct spk_value stream = spk_get(configured, "stream");
    out->info.name = spk_value_text_or(spk_get(stream, "name"), "");
    out->info.space = spk_value_text_or(spk_get(stream, "namespace"), "");
    if (out->info.name.len == 0)
        return spk_error_set(err, SPK_ECONFIG, "catalog: a stream without a name");
    out->folder = out->info.name;
    if (out->info.space.len > 0)
        out->folder =
            spk_arena_printf(arena, "%.*s.%.*s", SPK_FMT(out->info.space), SPK_FMT(out->info.name));
    return check_mode(configured, out->info.name, err);
}

spk_rc spk_inflows_read(struct spk_value catalog, struct spk_arena *arena,
                        struct spk_inflow **streams, size_t *count, struct spk_error *err)
{
    struct spk_value list = spk_get(catalog, "streams");
    struct spk_map folders = {0};
    spk_rc rc = SPK_OK;
    if (!spk_is(list, SPK_LIST) || spk_list_len(list) == 0) {
        spk_error_set(err, SPK_ECONFIG, "catalog: no list of streams");
        spk_error_hint(err, "give the ConfiguredAirbyteCatalog that the source reads");
        return SPK_ECONFIG;
    }
    size_t n = spk_list_len(list);
    struct spk_inflow *all = spk_arena_array(arena, n, sizeof(*all));
    for (size_t i = 0; !rc && i < n; i++) {
        rc = read_stream(spk_list_at(list, i), arena, &all[i], err);
        if (!rc && spk_map_set(&folders, all[i].folder, &all[i]))
            rc = spk_error_set(err, SPK_ECONFIG, "catalog: two streams would be stored as %.*s",
                               SPK_FMT(all[i].folder));
    }
    spk_map_deinit(&folders);
    if (rc)
        return rc;
    *streams = all;
    *count = n;
    return SPK_OK;
}
