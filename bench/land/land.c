/*
 * spike-bench-land MANIFEST CONFIG FOLDER: reads the stream `records` into transient storage in a
 * folder, as the extract step of a run does, without the rest of the run.
 */
#include <stdio.h>

#include "base/file.h"
#include "objstore/objstore.h"
#include "source/source.h"
#include "transient/transient.h"

struct landing {
    struct spk_arena arena;
    struct spk_manifest *manifest;
    struct spk_source *source;
    struct spk_objstore *store;
    struct spk_transient *transient;
};

static spk_rc open_source(struct landing *l, char **words, struct spk_error *err)
{
    struct spk_buf text = {0};
    struct spk_source_options options = {0};
    spk_rc rc = spk_file_read(words[1], 0, &text, err);
    if (!rc)
        rc = spk_json_parse(&l->arena, spk_buf_view(&text), NULL, &options.config, err);
    spk_buf_deinit(&text);
    if (!rc)
        rc = spk_manifest_read(words[0], &l->manifest, err);
    return rc ? rc : spk_source_create(l->manifest, &options, &l->source, err);
}

static spk_rc open_target(struct landing *l, const char *folder, struct spk_error *err)
{
    struct spk_objstore_options where = {.url = spk_arena_printf(&l->arena, "file:%s", folder).at};
    spk_rc rc = spk_objstore_open(&where, &l->store, err);
    struct spk_transient_options options = {.store = l->store,
                                            .run = SPK_VIEW("bench"),
                                            .platform = SPK_VIEW("bench"),
                                            .account = SPK_VIEW("server"),
                                            .now_us = spk_time_now_us()};
    return rc ? rc : spk_transient_create(&options, &l->transient, err);
}

static spk_rc land(struct landing *l, char **words, struct spk_error *err)
{
    static const char catalog_text[] =
        "{\"streams\":[{\"stream\":{\"name\":\"records\",\"json_schema\":{},"
        "\"supported_sync_modes\":[\"full_refresh\"]},\"sync_mode\":\"full_refresh\","
        "\"destination_sync_mode\":\"append\"}]}";
    struct spk_value catalog, state = {0};
    spk_rc rc = spk_json_parse(&l->arena, spk_view_of(catalog_text), NULL, &catalog, err);
    if (!rc)
        rc = open_source(l, words, err);
    if (!rc)
        rc = open_target(l, words[2], err);
    if (!rc)
        rc = spk_source_read(l->source, catalog, state, spk_transient_sink(l->transient), err);
    return rc ? rc : spk_transient_finish(l->transient, err);
}

int main(int argc, char **argv)
{
    struct landing l = {0};
    struct spk_error err = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: spike-bench-land MANIFEST CONFIG FOLDER\n");
        return 2;
    }
    spk_rc rc = land(&l, argv + 1, &err);
    if (rc)
        fprintf(stderr, "bench-land: %s\n", err.text);
    spk_transient_destroy(l.transient);
    spk_objstore_destroy(l.store);
    spk_source_destroy(l.source);
    spk_manifest_destroy(l.manifest);
    spk_arena_deinit(&l.arena);
    return spk_rc_exit_status(rc);
}
