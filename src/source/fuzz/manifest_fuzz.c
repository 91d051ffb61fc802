/* Any text as a manifest: resolved, its spec told, and all its streams built and their schemas
 * loaded, without a request. */
#include "source/source.h"

#include <stdint.h>

#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct spk_manifest *manifest, struct spk_arena *arena)
{
    struct spk_http *http = spk_http_memory_create(NULL, 0, SPK_HTTP_IN_ORDER);
    struct spk_value value, config = spk_dict_new(arena);
    struct spk_source *source = NULL;
    struct spk_view message = {0};
    struct spk_error err = {0};
    bool ok = false;
    spk_set(config, "api_key", spk_str("key"));
    spk_set(config, "start_date", spk_str("2024-01-01"));
    struct spk_source_options options = {.config = config, .http = http};
    if (spk_source_create(manifest, &options, &source, &err) == SPK_OK) {
        spk_source_discover(source, arena, &value, &err);
        spk_source_check(source, arena, &ok, &message, &err);
    }
    spk_source_destroy(source);
    spk_http_destroy(http);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_value value;
    struct spk_manifest *manifest = NULL;
    if (spk_manifest_load(spk_view_make(data, size), "fuzz.yaml", &manifest, &err) == SPK_OK) {
        spk_manifest_spec(manifest, &arena, &value, &err);
        spk_manifest_stream_names(manifest, &arena, &value, &err);
        use(manifest, &arena);
    }
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
    return 0;
}
