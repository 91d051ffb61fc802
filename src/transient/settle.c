#include <stdlib.h>

#include "base/memory.h"
#include "transient_internal.h"

/* From rows on their way to batches that exist: checkpoints while a read goes on, and its end. */

static int by_stream_and_day(const void *a, const void *b)
{
    const struct spk_transient_batch *x = a, *y = b;
    int order = spk_view_compare(x->stream, y->stream);
    return order ? order : (x->day > y->day) - (x->day < y->day);
}

static bool stream_complete(const struct spk_transient *t, struct spk_view stream)
{
    const struct spk_open_stream *open = spk_map_get(&t->open_streams, stream);
    return open && open->stream.complete;
}

static spk_rc write_document(struct spk_transient *t, struct spk_open_batch *batch,
                             struct spk_error *err)
{
    struct spk_buf text = {0};
    struct spk_view key =
        spk_arena_printf(&batch->arena, "%.*s/batch.json", SPK_FMT(batch->folder));
    struct spk_objstore_put put = {.key = key};
    batch->batch.schema = spk_names_text(&batch->names, &batch->arena);
    batch->batch.evidence.empty_proven =
        batch->batch.records == 0 && batch->proven == batch->slices;
    spk_batch_document_write(&text, &batch->batch, &t->options);
    spk_rc rc = spk_objstore_put(t->options.store, &put, spk_buf_view(&text), NULL, err);
    spk_buf_deinit(&text);
    return rc;
}

/* A batch without rows has a file as well: whoever reads the raw zone learns from it that the day
 * has a newer version, which has none. */
static spk_rc end_files(struct spk_open_batch *batch, struct spk_error *err)
{
    spk_rc rc = batch->batch.records == 0 && batch->batch.file_count == 0
                    ? spk_part_open(batch, err)
                    : SPK_OK;
    return rc ? rc : spk_part_close(batch, err);
}

/* Called with the batch's lock held, or alone. */
static spk_rc settle(struct spk_transient *t, struct spk_open_batch *batch, bool partial,
                     struct spk_error *err)
{
    struct spk_transient_batch *known = &batch->batch;
    if (batch->written && known->partial == partial && known->records == batch->kept.records)
        return SPK_OK;
    spk_rc rc = end_files(batch, err);
    if (!rc && known->rows != known->records)
        rc = spk_error_set(err, SPK_ESYSTEM, "%.*s: %lld records were read but %lld rows written",
                           SPK_FMT(batch->folder), (long long)known->records,
                           (long long)known->rows);
    if (rc)
        return rc;
    known->partial = partial;
    rc = write_document(t, batch, err);
    if (rc)
        return rc;
    batch->written = true;
    batch->kept.files = known->file_count;
    batch->kept.rows = known->rows;
    batch->kept.bytes = known->bytes;
    batch->kept.records = known->records;
    return SPK_OK;
}

spk_rc spk_transient_checkpoint(struct spk_transient *t, struct spk_view stream,
                                struct spk_error *err)
{
    pthread_mutex_lock(&t->lock);
    bool partial = !stream_complete(t, stream);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < t->open.len; i++) {
        struct spk_open_batch *batch = t->open.entries[i].value;
        if (batch->failed || !spk_view_equal(batch->batch.stream, stream))
            continue;
        pthread_mutex_lock(&batch->lock);
        rc = settle(t, batch, partial, err);
        pthread_mutex_unlock(&batch->lock);
    }
    pthread_mutex_unlock(&t->lock);
    return rc;
}

/* Back to what the last checkpoint told. */
static spk_rc rewind_batch(struct spk_transient *t, struct spk_open_batch *batch,
                           struct spk_error *err)
{
    struct spk_transient_batch *known = &batch->batch;
    spk_rc rc = SPK_OK;
    spk_part_abort(batch);
    for (size_t i = batch->kept.files; !rc && i < known->file_count; i++)
        rc = spk_objstore_delete(t->options.store, known->files[i].key, err);
    known->file_count = batch->kept.files;
    known->rows = batch->kept.rows;
    known->bytes = batch->kept.bytes;
    known->records = batch->kept.records;
    if (rc || known->partial)
        return rc;
    known->partial = true;
    return write_document(t, batch, err);
}

static spk_rc drop_batch(struct spk_transient *t, struct spk_open_batch *batch,
                         struct spk_error *err)
{
    struct spk_view prefix = spk_arena_printf(&batch->arena, "%.*s/", SPK_FMT(batch->folder));
    spk_part_abort(batch);
    return spk_transient_clear(t->options.store, prefix, err);
}

static spk_rc finish_batch(struct spk_transient *t, struct spk_open_batch *batch,
                           struct spk_error *err)
{
    bool ended = !t->options.until_complete || stream_complete(t, batch->batch.stream);
    if (batch->failed || (!ended && !batch->written))
        return drop_batch(t, batch, err);
    spk_rc rc = ended ? settle(t, batch, false, err) : rewind_batch(t, batch, err);
    if (!rc)
        t->batches[t->batch_count++] = batch->batch;
    return rc;
}

spk_rc spk_transient_finish(struct spk_transient *t, struct spk_error *err)
{
    spk_rc rc = t->failure.rc;
    if (rc && err)
        *err = t->failure;
    t->batches = spk_memory_zalloc((t->open.len + 1) * sizeof(*t->batches));
    t->streams = spk_memory_zalloc((t->open_streams.len + 1) * sizeof(*t->streams));
    for (size_t i = 0; !rc && i < t->open.len; i++)
        rc = finish_batch(t, t->open.entries[i].value, err);
    qsort(t->batches, t->batch_count, sizeof(*t->batches), by_stream_and_day);
    for (size_t i = 0; i < t->open_streams.len; i++)
        t->streams[t->stream_count++] =
            ((struct spk_open_stream *)t->open_streams.entries[i].value)->stream;
    return rc;
}
