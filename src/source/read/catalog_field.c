#include "source/source_internal.h"

spk_rc spk_source_cursor_field(struct spk_source *source, struct spk_view stream,
                               struct spk_view *field, struct spk_error *err)
{
    struct spk_value streams = spk_get(source->catalog, "streams");
    for (size_t i = 0; spk_is(streams, SPK_LIST) && i < spk_list_len(streams); i++) {
        struct spk_value configured = spk_list_at(streams, i);
        struct spk_value name = spk_get(spk_get(configured, "stream"), "name");
        struct spk_value path = spk_get(configured, "cursor_field");
        if (!spk_view_equal(spk_value_text_or(name, ""), stream) || !spk_is(path, SPK_LIST) ||
            spk_list_len(path) == 0)
            continue;
        struct spk_view first = spk_value_text_or(spk_list_at(path, 0), "");
        if (first.len > 0 && spk_list_len(path) > 1)
            return spk_error_set(err, SPK_ECONFIG,
                                 "catalog: stream %.*s: a nested cursor_field is not supported, "
                                 "name a single field",
                                 SPK_FMT(stream));
        if (first.len > 0)
            *field = first;
        return SPK_OK;
    }
    return SPK_OK;
}
