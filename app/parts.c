#include "parts.h"

#include <time.h>

enum { WAREHOUSE_WAIT_S = 60 };

static spk_rc open_store(struct spk_parts *parts, struct spk_view url, bool relaxed,
                         struct spk_objstore **out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view text = {0};
    spk_rc rc = spk_project_text(parts->project, url, &arena, &text, err);
    struct spk_objstore_options options = {.url = rc ? NULL : spk_arena_strdup(&arena, text),
                                           .relaxed = relaxed};
    if (!rc)
        rc = spk_objstore_open(&options, out, err);
    spk_arena_deinit(&arena);
    return rc;
}

static struct spk_objstore *raw_store(void *context, const struct spk_platform *platform,
                                      struct spk_error *err)
{
    struct spk_parts *parts = context;
    struct spk_objstore *store = spk_map_get(&parts->raw, platform->name);
    if (store || open_store(parts, platform->raw_url, false, &store, err))
        return store;
    spk_map_set(&parts->raw, platform->name, store);
    return store;
}

/* An embedded warehouse lets one process in at a time: runs of other platforms are waited for. */
static spk_rc open_patiently(const struct spk_warehouse_options *options,
                             struct spk_warehouse **out, struct spk_error *err)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    int64_t until = spk_time_monotonic_us() + WAREHOUSE_WAIT_S * SPK_SECOND_US;
    for (;;) {
        spk_rc rc = spk_warehouse_open(options, out, err);
        if (rc != SPK_ETRANSIENT || spk_time_monotonic_us() > until)
            return rc;
        nanosleep(&pause, NULL);
    }
}

static struct spk_warehouse *warehouse(void *context, struct spk_error *err)
{
    struct spk_parts *parts = context;
    struct spk_arena arena = {0};
    struct spk_view url = {0};
    if (parts->warehouse)
        return parts->warehouse;
    spk_rc rc = spk_project_text(parts->project, parts->project->warehouse_url, &arena, &url, err);
    struct spk_warehouse_options options = {.url = rc ? NULL : spk_arena_strdup(&arena, url)};
    if (!rc)
        rc = open_patiently(&options, &parts->warehouse, err);
    spk_arena_deinit(&arena);
    return parts->warehouse;
}

spk_rc spk_parts_open(struct spk_parts *parts, const char *folder, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view url = {0};
    spk_rc rc = spk_project_load(folder, &parts->project, err);
    if (!rc)
        rc = spk_project_text(parts->project, parts->project->storage_url, &arena, &url, err);
    if (!rc)
        rc = spk_storage_open(url, &parts->storage, err);
    if (!rc)
        rc = open_store(parts, parts->project->transient_url, true, &parts->transient, err);
    spk_arena_deinit(&arena);
    parts->flow = (struct spk_flow_parts){.project = parts->project,
                                          .storage = parts->storage,
                                          .transient = parts->transient,
                                          .raw = raw_store,
                                          .warehouse = warehouse,
                                          .context = parts};
    if (rc)
        spk_parts_close(parts);
    return rc;
}

void spk_parts_close(struct spk_parts *parts)
{
    if (parts->locked.len > 0)
        spk_storage_unlock(parts->storage, parts->locked);
    for (size_t i = 0; i < parts->raw.len; i++)
        spk_objstore_destroy(parts->raw.entries[i].value);
    spk_map_deinit(&parts->raw);
    spk_warehouse_destroy(parts->warehouse);
    spk_objstore_destroy(parts->transient);
    spk_storage_close(parts->storage);
    spk_project_destroy(parts->project);
    spk_arena_deinit(&parts->arena);
    *parts = (struct spk_parts){0};
}

spk_rc spk_parts_lock(struct spk_parts *parts, struct spk_view platform, struct spk_error *err)
{
    const struct spk_platform *known = NULL;
    spk_rc rc = spk_project_platform(parts->project, platform, &known, err);
    if (!rc)
        rc = spk_storage_lock(parts->storage, known->name, err);
    if (!rc)
        parts->locked = known->name;
    return rc;
}

spk_rc spk_parts_run(struct spk_parts *parts, struct spk_view id, struct spk_arena *arena,
                     struct spk_run *run, struct spk_error *err)
{
    spk_rc rc = spk_storage_run_get(parts->storage, id, arena, run, err);
    if (rc || run->id[0])
        return rc;
    spk_error_set(err, SPK_ECONFIG, "no run has the id '%.*s'", SPK_FMT(id));
    spk_error_hint(err, "spike status lists the runs");
    return SPK_ECONFIG;
}

int spk_parts_command(const struct spk_command *command, const struct spk_parts_job *job,
                      char **argv, struct spk_error *err)
{
    struct spk_parts parts = {0};
    if (spk_options_parse(command->options, argv, &parts.arena, job->words, err)) {
        spk_arena_deinit(&parts.arena);
        return spk_command_usage(command, err);
    }
    struct spk_view folder = *job->project;
    spk_rc rc =
        spk_parts_open(&parts, folder.len ? spk_arena_strdup(&parts.arena, folder) : NULL, err);
    if (!rc) {
        rc = job->work(job->words, &parts, err);
        spk_parts_close(&parts);
    }
    return spk_command_end(rc, err);
}
