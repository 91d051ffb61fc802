#include <stdlib.h>

#include "base/memory.h"
#include "destination_internal.h"
#include "objstore/segment.h"

spk_rc spk_destination_create(struct spk_value config, struct spk_destination **out,
                              struct spk_error *err)
{
    struct spk_destination *destination = spk_memory_zalloc(sizeof(*destination));
    spk_rc rc = spk_destination_settings_read(destination, config, err);
    if (!rc) {
        struct spk_view folder = destination->settings.transient;
        bool named =
            spk_view_starts(folder, SPK_V("file:")) || spk_view_starts(folder, SPK_V("memory:"));
        struct spk_view url =
            spk_arena_printf(&destination->arena, "%s%.*s", named ? "" : "file:", SPK_FMT(folder));
        struct spk_objstore_options options = {.url = url.at};
        rc = spk_objstore_open(&options, &destination->store, err);
        if (rc)
            spk_error_context(err, rc, "config: transient");
    }
    if (rc)
        spk_destination_destroy(destination);
    else
        *out = destination;
    return rc;
}

void spk_destination_destroy(struct spk_destination *destination)
{
    if (!destination)
        return;
    spk_objstore_destroy(destination->store);
    spk_arena_deinit(&destination->arena);
    free(destination);
}

spk_rc spk_destination_check(struct spk_destination *destination, struct spk_error *err)
{
    struct spk_view run = spk_objstore_segment(&destination->arena, destination->settings.run);
    struct spk_objstore_put put = {
        .key = spk_arena_printf(&destination->arena, ".spike-check/%.*s", SPK_FMT(run))};
    struct spk_objstore_get get = {.key = put.key};
    struct spk_buf text = {0};
    spk_rc rc = spk_objstore_put(destination->store, &put, SPK_V("check"), NULL, err);
    if (!rc)
        rc = spk_objstore_get(destination->store, &get, &text, NULL, err);
    if (!rc && !spk_view_is(spk_buf_view(&text), "check"))
        rc = spk_error_set(err, SPK_ESYSTEM, "an object came back changed");
    if (!rc)
        rc = spk_objstore_delete(destination->store, put.key, err);
    if (rc)
        spk_error_context(err, rc, "%s", spk_objstore_describe(destination->store));
    spk_buf_deinit(&text);
    return rc;
}
