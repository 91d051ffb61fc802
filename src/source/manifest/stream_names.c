#include "manifest_internal.h"

static void add(struct spk_value names, struct spk_value name)
{
    for (size_t i = 0; i < spk_list_len(names); i++) {
        if (spk_value_equal(spk_list_at(names, i), name))
            return;
    }
    if (spk_is(name, SPK_STRING))
        spk_list_append(names, name);
}

/* Conditional streams are listed whether their condition holds or not. */
static void add_all(struct spk_value names, struct spk_value streams, int depth)
{
    for (size_t i = 0; spk_is(streams, SPK_LIST) && i < spk_list_len(streams); i++) {
        struct spk_value stream = spk_list_at(streams, i);
        struct spk_value inner = spk_get(stream, "streams");
        if (spk_is(inner, SPK_LIST) && depth < 8)
            add_all(names, inner, depth + 1);
        else
            add(names, spk_get(stream, "name"));
    }
}

spk_rc spk_manifest_stream_names(const struct spk_manifest *manifest, struct spk_arena *arena,
                                 struct spk_value *names, struct spk_error *err)
{
    struct spk_value streams;
    struct spk_value dynamic = spk_get(manifest->raw, "dynamic_streams");
    if (spk_is(dynamic, SPK_LIST) && spk_list_len(dynamic) > 0) {
        spk_manifest_fail(manifest, dynamic, err,
                          "which streams dynamic_streams make is known with a config only");
        spk_error_hint(err, "name the streams to read");
        return SPK_ECONFIG;
    }
    spk_rc rc = spk_manifest_section((struct spk_manifest *)manifest, "streams", &streams, err);
    if (rc)
        return rc;
    struct spk_value found = spk_list_new(arena);
    add_all(found, streams, 0);
    *names = spk_value_copy(arena, found);
    return SPK_OK;
}
