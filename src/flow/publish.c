#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "flow_internal.h"
#include "objstore/objstore.h"
#include "rawzone/rawzone.h"

/*
 * Publish: files to their raw keys, several at a time, since each waits for the disk or the
 * network; then everything that follows from it in one transaction, then the transient files go. A
 * try that died anywhere is done again from the start.
 */
enum { WORKERS = 8 };

struct publication {
    const struct spk_flow_parts *parts;
    const struct spk_run *run;
    const struct spk_flow_progress *progress;
    struct spk_objstore *raw;
    struct spk_batch_list batches;
    struct spk_arena arena;
    /* guarded by lock: */
    pthread_mutex_t lock;
    size_t next, done;
    struct spk_file_list files;
    size_t cap;
    struct spk_error failure;
};

/* Keeps what the worker's arena holds of a file in the publication's. */
static void keep_file(struct publication *p, const struct spk_published_file *file)
{
    p->files.items =
        spk_memory_grow(p->files.items, &p->cap, p->files.n + 1, sizeof(*p->files.items));
    struct spk_published_file *kept = &p->files.items[p->files.n++];
    *kept = *file;
    kept->key = spk_arena_dup(&p->arena, file->key);
    kept->sha256 = spk_arena_dup(&p->arena, file->sha256);
}

static spk_rc publish_file(struct publication *p, const struct spk_batch *batch, size_t part,
                           const struct spk_transient_file *from, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_published_file file = {.account = batch->account,
                                      .stream = batch->stream,
                                      .day = batch->day,
                                      .rows = from->rows,
                                      .bytes = from->bytes,
                                      .sha256 = from->sha256,
                                      .extracted_us = batch->extracted_us,
                                      .published_us = spk_time_now_us()};
    memcpy(file.run, p->run->id, sizeof(file.run));
    file.key = spk_rawzone_key(&arena, batch, batch->extracted_us, part);
    spk_rc rc = spk_rawzone_publish(p->parts->transient, p->raw, from->key, &file, err);
    pthread_mutex_lock(&p->lock);
    if (!rc)
        keep_file(p, &file);
    pthread_mutex_unlock(&p->lock);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc publish_batch(struct publication *p, const struct spk_batch *batch,
                            struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_transient_batch found;
    struct spk_batch_place place = {spk_view_of(p->run->id), batch->account, batch->stream,
                                    batch->day};
    spk_rc rc = spk_transient_inspect(p->parts->transient, &place, &arena, &found, err);
    for (size_t i = 0; !rc && i < found.file_count; i++)
        rc = publish_file(p, batch, i, &found.files[i], err);
    spk_arena_deinit(&arena);
    return rc;
}

static void *work(void *context)
{
    struct publication *p = context;
    pthread_mutex_lock(&p->lock);
    while (!p->failure.rc && p->next < p->batches.n) {
        const struct spk_batch *batch = &p->batches.items[p->next++];
        struct spk_error err = {0};
        pthread_mutex_unlock(&p->lock);
        spk_rc rc = publish_batch(p, batch, &err);
        pthread_mutex_lock(&p->lock);
        if (rc && !p->failure.rc)
            p->failure = err;
        spk_flow_tell(p->progress, SPK_STEP_PUBLISH, ++p->done, p->batches.n, batch->account);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static spk_rc copy_all(struct publication *p, struct spk_error *err)
{
    pthread_t threads[WORKERS];
    size_t started = 0;
    pthread_mutex_init(&p->lock, NULL);
    while (started < WORKERS && started + 1 < p->batches.n &&
           pthread_create(&threads[started], NULL, work, p) == 0)
        started++;
    work(p);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&p->lock);
    if (p->failure.rc && err)
        *err = p->failure;
    return p->failure.rc;
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

static spk_rc publish_all(struct publication *p, struct spk_error *err)
{
    struct spk_batch_query query = {.run = spk_view_of(p->run->id), .status = SPK_BATCH_PASSED};
    spk_rc rc = spk_storage_batches(p->parts->storage, &query, &p->arena, &p->batches, err);
    if (!rc && p->batches.n > 0)
        rc = copy_all(p, err);
    if (!rc && p->batches.n > 0)
        rc = spk_storage_publish(p->parts->storage, p->run, &p->files, &p->batches, err);
    return rc ? rc : tidy(p, err);
}

spk_rc spk_flow_publish(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct publication p = {.parts = parts, .run = run, .progress = progress};
    const struct spk_platform *platform = NULL;
    spk_rc rc = spk_project_platform(parts->project, run->platform, &platform, err);
    if (!rc) {
        p.raw = parts->raw(parts->context, platform, err);
        rc = p.raw ? publish_all(&p, err) : (err ? err->rc : SPK_ESYSTEM);
    }
    free(p.files.items);
    spk_arena_deinit(&p.arena);
    return rc;
}
