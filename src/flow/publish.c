#include <stdlib.h>

#include "base/memory.h"
#include "flow_internal.h"
#include "objstore/objstore.h"
#include "rawzone/rawzone.h"

/* Publish: files to their raw keys, then everything that follows from it in one transaction, then
 * the transient files go. A try that died anywhere is done again from the start. */

struct publication {
    const struct spk_flow_parts *parts;
    const struct spk_run *run;
    struct spk_objstore *raw;
    struct spk_arena arena;
    struct spk_file_list files;
    size_t cap;
};

static struct spk_published_file *add_file(struct publication *p)
{
    p->files.items =
        spk_memory_grow(p->files.items, &p->cap, p->files.n + 1, sizeof(*p->files.items));
    return &p->files.items[p->files.n++];
}

static spk_rc publish_batch(struct publication *p, const struct spk_batch *batch,
                            struct spk_error *err)
{
    struct spk_transient_batch found;
    struct spk_batch_place place = {spk_view_of(p->run->id), batch->account, batch->stream,
                                    batch->day};
    spk_rc rc = spk_transient_inspect(p->parts->transient, &place, &p->arena, &found, err);
    for (size_t i = 0; !rc && i < found.file_count; i++) {
        struct spk_published_file *file = add_file(p);
        *file = (struct spk_published_file){.account = batch->account,
                                            .stream = batch->stream,
                                            .day = batch->day,
                                            .rows = found.files[i].rows,
                                            .bytes = found.files[i].bytes,
                                            .sha256 = found.files[i].sha256,
                                            .extracted_us = batch->extracted_us,
                                            .published_us = spk_time_now_us()};
        memcpy(file->run, p->run->id, sizeof(file->run));
        file->key = spk_rawzone_key(&p->arena, batch, batch->extracted_us, i);
        rc = spk_rawzone_publish(p->parts->transient, p->raw, found.files[i].key, file, err);
    }
    return rc;
}

spk_rc spk_flow_remove(const struct spk_flow_parts *parts, struct spk_view run,
                       const struct spk_batch *batch, struct spk_error *err)
{
    struct spk_batch_place place = {run, batch->account, batch->stream, batch->day};
    return spk_transient_remove(parts->transient, &place, err);
}

/* Of batches that are published, also by an earlier try that died before it could tidy up. */
static spk_rc tidy(struct publication *p, struct spk_error *err)
{
    struct spk_batch_query query = {.run = spk_view_of(p->run->id), .status = SPK_BATCH_PUBLISHED};
    struct spk_batch_list batches = {0};
    spk_rc rc = spk_storage_batches(p->parts->storage, &query, &p->arena, &batches, err);
    for (size_t i = 0; !rc && i < batches.n; i++)
        rc = spk_flow_remove(p->parts, query.run, &batches.items[i], err);
    return rc;
}

static spk_rc publish_all(struct publication *p, const struct spk_flow_progress *progress,
                          struct spk_error *err)
{
    struct spk_batch_query query = {.run = spk_view_of(p->run->id), .status = SPK_BATCH_PASSED};
    struct spk_batch_list batches = {0};
    spk_rc rc = spk_storage_batches(p->parts->storage, &query, &p->arena, &batches, err);
    for (size_t i = 0; !rc && i < batches.n; i++) {
        rc = publish_batch(p, &batches.items[i], err);
        spk_flow_tell(progress, SPK_STEP_PUBLISH, i + 1, batches.n, batches.items[i].account);
    }
    if (!rc && batches.n > 0)
        rc = spk_storage_publish(p->parts->storage, p->run, &p->files, &batches, err);
    return rc ? rc : tidy(p, err);
}

spk_rc spk_flow_publish(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct publication p = {.parts = parts, .run = run};
    const struct spk_platform *platform = NULL;
    spk_rc rc = spk_project_platform(parts->project, run->platform, &platform, err);
    if (!rc) {
        p.raw = parts->raw(parts->context, platform, err);
        rc = p.raw ? publish_all(&p, progress, err) : (err ? err->rc : SPK_ESYSTEM);
    }
    free(p.files.items);
    spk_arena_deinit(&p.arena);
    return rc;
}
