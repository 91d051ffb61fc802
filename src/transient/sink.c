#include <stdlib.h>

#include "base/memory.h"
#include "transient_internal.h"

/* The sink of a read: finds the batch of each slice's day and appends its records. */

enum { MOST_IDLE_PARTS = 32 };

struct slice_handle {
    struct spk_open_batch *batch;
    struct spk_open_stream *stream;
    struct spk_buf context; /* additional_cntx */
    int64_t now_us;         /* of the page */
};

static struct spk_transient *of(struct spk_sink *sink)
{
    return (struct spk_transient *)sink;
}

static struct spk_open_stream *stream_of(struct spk_transient *t, struct spk_view name)
{
    struct spk_open_stream *stream = spk_map_get(&t->open_streams, name);
    if (!stream) {
        stream = spk_memory_zalloc(sizeof(*stream));
        stream->stream.name = spk_arena_dup(&t->arena, name);
        spk_map_set(&t->open_streams, name, stream);
    }
    return stream;
}

static struct spk_open_batch *batch_of(struct spk_transient *t, struct spk_view stream, int32_t day)
{
    struct spk_buf key = {0};
    spk_buf_printf(&key, "%.*s/%d", SPK_FMT(stream), day);
    struct spk_open_batch *batch = spk_map_get(&t->open, spk_buf_view(&key));
    if (!batch) {
        batch = spk_memory_zalloc(sizeof(*batch));
        pthread_mutex_init(&batch->lock, NULL);
        batch->owner = t;
        batch->batch.stream = spk_arena_dup(&batch->arena, stream);
        batch->batch.day = day;
        struct spk_batch_place place = {t->options.run, t->options.account, stream, day};
        batch->folder = spk_batch_folder(&batch->arena, &place);
        spk_map_set(&t->open, spk_buf_view(&key), batch);
    }
    spk_buf_deinit(&key);
    return batch;
}

/* Many days may be open at once; the one that was idle longest ends its file, so that memory stays
 * bounded. A later slice of that day opens the next part. */
static spk_rc close_idlest(struct spk_transient *t, struct spk_error *err)
{
    struct spk_open_batch *idlest = NULL;
    size_t idle = 0;
    for (size_t i = 0; i < t->open.len; i++) {
        struct spk_open_batch *batch = t->open.entries[i].value;
        if (batch->open_slices > 0 || !batch->part.parquet)
            continue;
        idle++;
        if (!idlest || batch->used < idlest->used)
            idlest = batch;
    }
    return idle > MOST_IDLE_PARTS ? spk_part_close(idlest, err) : SPK_OK;
}

static void write_context(struct spk_buf *out, const struct spk_transient_options *options,
                          const struct spk_slice *slice)
{
    struct spk_arena arena = {0};
    struct spk_value context = spk_dict_new(&arena);
    spk_set(context, "run", spk_string(options->run));
    spk_set(context, "platform", spk_string(options->platform));
    spk_set(context, "account", spk_string(options->account));
    if (spk_is(slice->merged, SPK_DICT) && spk_dict_len(slice->merged) > 0)
        spk_set(context, "slice", slice->merged);
    spk_json_write(out, context, 0);
    spk_arena_deinit(&arena);
}

/* Keeps the first failure of the store: finish reports it, whatever became of the stream. Called
 * with the lock held. */
static void note_failure(struct spk_transient *t, const struct spk_error *failure)
{
    if (failure->rc != SPK_EDATA && !t->failure.rc)
        t->failure = *failure;
}

static spk_rc fail(const struct spk_error *failure, struct spk_error *err)
{
    if (err)
        *err = *failure;
    return failure->rc;
}

static spk_rc slice_begin(struct spk_sink *sink, const struct spk_stream_info *stream,
                          const struct spk_slice *slice, void **handle, struct spk_error *err)
{
    struct spk_transient *t = of(sink);
    struct spk_error failure = {0};
    int32_t today = (int32_t)(t->options.now_us / SPK_DAY_US);
    pthread_mutex_lock(&t->lock);
    if (close_idlest(t, &failure)) {
        note_failure(t, &failure);
        pthread_mutex_unlock(&t->lock);
        return fail(&failure, err);
    }
    struct slice_handle *h = spk_memory_zalloc(sizeof(*h));
    h->stream = stream_of(t, stream->name);
    h->batch = batch_of(t, stream->name, spk_slice_day(slice, today));
    h->batch->open_slices++;
    h->batch->used = ++t->tick;
    pthread_mutex_unlock(&t->lock);
    h->now_us = spk_time_now_us();
    write_context(&h->context, &t->options, slice);
    *handle = h;
    return SPK_OK;
}

void spk_transient_record_time(void *handle, int64_t time_us)
{
    ((struct slice_handle *)handle)->now_us = time_us;
}

static spk_rc record(struct spk_sink *sink, void *handle, const struct spk_record *rec,
                     struct spk_error *err)
{
    struct slice_handle *h = handle;
    struct spk_record copy = *rec;
    struct spk_error failure = {0};
    pthread_mutex_lock(&h->batch->lock);
    spk_rc rc = spk_part_append(h->batch, &copy, spk_buf_view(&h->context), h->now_us, &failure);
    pthread_mutex_unlock(&h->batch->lock);
    if (!rc)
        return SPK_OK;
    pthread_mutex_lock(&of(sink)->lock);
    note_failure(of(sink), &failure);
    pthread_mutex_unlock(&of(sink)->lock);
    return fail(&failure, err);
}

static spk_rc page_end(struct spk_sink *sink, void *handle, struct spk_error *err)
{
    ((struct slice_handle *)handle)->now_us = spk_time_now_us();
    return SPK_OK;
}

static void add_evidence(struct spk_evidence *to, const struct spk_evidence *from)
{
    to->requests += from->requests;
    to->retries += from->retries;
    to->pages += from->pages;
    to->bytes += from->bytes;
    to->records += from->records;
    for (size_t i = 0; i < sizeof(to->status) / sizeof(*to->status); i++)
        to->status[i] += from->status[i];
    if (from->proof[0])
        memcpy(to->proof, from->proof, sizeof(to->proof));
}

static spk_rc slice_end(struct spk_sink *sink, void *handle, const struct spk_evidence *evidence,
                        const struct spk_error *failure, struct spk_error *err)
{
    struct slice_handle *h = handle;
    pthread_mutex_lock(&of(sink)->lock);
    struct spk_open_batch *batch = h->batch;
    add_evidence(&batch->batch.evidence, evidence);
    add_evidence(&h->stream->stream.evidence, evidence);
    batch->slices++;
    batch->proven += evidence->empty_proven || evidence->records > 0;
    batch->failed = batch->failed || failure;
    batch->open_slices--;
    pthread_mutex_unlock(&of(sink)->lock);
    spk_buf_deinit(&h->context);
    free(h);
    return SPK_OK;
}

static spk_rc stream_status(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err)
{
    if (reason) /* a rate limit: may be told for a request that is no stream's */
        return SPK_OK;
    pthread_mutex_lock(&of(sink)->lock);
    struct spk_open_stream *open = stream_of(of(sink), stream->name);
    open->stream.complete = status == SPK_STREAM_COMPLETE;
    pthread_mutex_unlock(&of(sink)->lock);
    return SPK_OK;
}

static spk_rc stream_failed(struct spk_sink *sink, const struct spk_stream_info *stream,
                            const struct spk_error *failure, struct spk_error *err)
{
    pthread_mutex_lock(&of(sink)->lock);
    struct spk_open_stream *open = stream_of(of(sink), stream->name);
    if (!open->stream.failure.rc)
        open->stream.failure = *failure;
    pthread_mutex_unlock(&of(sink)->lock);
    return SPK_OK;
}

static spk_rc state(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value stream_state, struct spk_error *err)
{
    pthread_mutex_lock(&of(sink)->lock);
    struct spk_open_stream *open = stream_of(of(sink), stream->name);
    spk_arena_reset(&open->state_arena);
    open->stream.state = spk_value_copy(&open->state_arena, stream_state);
    pthread_mutex_unlock(&of(sink)->lock);
    return SPK_OK;
}

/* Messages are for an orchestrator of Airbyte's; a flow's config does not change. */
const struct spk_sink_ops spk_transient_sink_ops = {
    .stream_status = stream_status,
    .stream_failed = stream_failed,
    .slice_begin = slice_begin,
    .record = record,
    .page_end = page_end,
    .slice_end = slice_end,
    .state = state,
};
