#include <stdlib.h>

#include "base/memory.h"
#include "objstore/segment.h"
#include "transient_internal.h"

extern const struct spk_sink_ops spk_transient_sink_ops;

spk_rc spk_transient_create(const struct spk_transient_options *options, struct spk_transient **out,
                            struct spk_error *err)
{
    struct spk_transient *t = spk_memory_zalloc(sizeof(*t));
    t->sink.ops = &spk_transient_sink_ops;
    t->options = *options;
    t->options.run = spk_arena_dup(&t->arena, options->run);
    t->options.platform = spk_arena_dup(&t->arena, options->platform);
    t->options.account = spk_arena_dup(&t->arena, options->account);
    if (t->options.part_bytes <= 0)
        t->options.part_bytes = (int64_t)256 << 20;
    if (t->options.row_group_bytes <= 0)
        t->options.row_group_bytes = (int64_t)16 << 20;
    pthread_mutex_init(&t->lock, NULL);
    struct spk_view prefix = spk_arena_printf(
        &t->arena, "%.*s/%.*s/", SPK_FMT(spk_objstore_segment(&t->arena, t->options.run)),
        SPK_FMT(spk_objstore_segment(&t->arena, t->options.account)));
    spk_rc rc = spk_transient_clear(options->store, prefix, err);
    if (rc)
        spk_transient_destroy(t);
    else
        *out = t;
    return rc;
}

struct spk_sink *spk_transient_sink(struct spk_transient *transient)
{
    return &transient->sink;
}

static int by_stream_and_day(const void *a, const void *b)
{
    const struct spk_transient_batch *x = a, *y = b;
    int order = spk_view_compare(x->stream, y->stream);
    return order ? order : (x->day > y->day) - (x->day < y->day);
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
    spk_rc rc = batch->batch.records == 0 ? spk_part_open(batch, err) : SPK_OK;
    return rc ? rc : spk_part_close(batch, err);
}

static spk_rc finish_batch(struct spk_transient *t, struct spk_open_batch *batch,
                           struct spk_error *err)
{
    if (batch->failed) {
        spk_part_abort(batch);
        struct spk_view prefix = spk_arena_printf(&batch->arena, "%.*s/", SPK_FMT(batch->folder));
        return spk_transient_clear(t->options.store, prefix, err);
    }
    spk_rc rc = end_files(batch, err);
    if (!rc && batch->batch.rows != batch->batch.records)
        rc = spk_error_set(err, SPK_ESYSTEM, "%.*s: %lld records were read but %lld rows written",
                           SPK_FMT(batch->folder), (long long)batch->batch.records,
                           (long long)batch->batch.rows);
    if (!rc)
        rc = write_document(t, batch, err);
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

size_t spk_transient_batches(const struct spk_transient *t,
                             const struct spk_transient_batch **batches)
{
    *batches = t->batches;
    return t->batch_count;
}

size_t spk_transient_streams(const struct spk_transient *t,
                             const struct spk_transient_stream **streams)
{
    *streams = t->streams;
    return t->stream_count;
}

static void destroy_batch(struct spk_open_batch *batch)
{
    spk_part_abort(batch);
    spk_names_deinit(&batch->names);
    free(batch->batch.files);
    spk_arena_deinit(&batch->arena);
    pthread_mutex_destroy(&batch->lock);
    free(batch);
}

void spk_transient_destroy(struct spk_transient *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->open.len; i++)
        destroy_batch(t->open.entries[i].value);
    for (size_t i = 0; i < t->open_streams.len; i++) {
        struct spk_open_stream *stream = t->open_streams.entries[i].value;
        spk_arena_deinit(&stream->state_arena);
        free(stream);
    }
    spk_map_deinit(&t->open);
    spk_map_deinit(&t->open_streams);
    free(t->batches);
    free(t->streams);
    spk_arena_deinit(&t->arena);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
