#include "read_internal.h"

struct slice_reader {
    struct spk_read *read;
    struct spk_slice_task *task;
    void *handle; /* the sink's */
    struct spk_evidence evidence;
};

static spk_rc announce_running(struct slice_reader *reader, struct spk_error *err)
{
    struct spk_stream_read *stream = reader->task->stream;
    pthread_mutex_lock(&reader->read->lock);
    bool first = !stream->announced;
    stream->announced = true;
    spk_rc rc = SPK_OK;
    if (first)
        rc = reader->read->sink->ops->stream_status(reader->read->sink, stream->info,
                                                    SPK_STREAM_RUNNING, NULL, err);
    pthread_mutex_unlock(&reader->read->lock);
    return rc;
}

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct slice_reader *reader = context;
    struct spk_cursor *cursor = reader->task->stream->cursor;
    if (reader->evidence.records == 0) {
        spk_rc rc = announce_running(reader, err);
        if (rc)
            return rc;
    }
    reader->evidence.records++;
    spk_rc rc = reader->read->sink->ops->record(reader->read->sink, reader->handle, record, err);
    if (rc) {
        spk_read_fatal(reader->read, err);
        return rc;
    }
    return cursor->ops->observes ? cursor->ops->observe(cursor, &reader->task->slice, record, err)
                                 : SPK_OK;
}

static spk_rc on_page(void *context, struct spk_error *err)
{
    struct slice_reader *reader = context;
    struct spk_sink *sink = reader->read->sink;
    return sink->ops->page_end ? sink->ops->page_end(sink, reader->handle, err) : SPK_OK;
}

static spk_rc close_slice(struct slice_reader *reader, struct spk_error *err)
{
    struct spk_read *read = reader->read;
    struct spk_stream_read *stream = reader->task->stream;
    bool emit = false;
    pthread_mutex_lock(&read->lock); /* states leave in the order in which slices close */
    spk_rc rc = stream->cursor->ops->close(stream->cursor, &reader->task->slice, &emit, err);
    if (!rc && emit) {
        struct spk_value state = stream->cursor->ops->state(stream->cursor, &reader->task->arena);
        rc = read->sink->ops->state(read->sink, stream->info, state, err);
    }
    stream->records += reader->evidence.records;
    pthread_mutex_unlock(&read->lock);
    return rc;
}

static spk_rc read_into_sink(struct slice_reader *reader, struct spk_error *err)
{
    struct spk_stream_read *stream = reader->task->stream;
    struct spk_sink *sink = reader->read->sink;
    spk_rc rc =
        sink->ops->slice_begin(sink, stream->info, &reader->task->slice, &reader->handle, err);
    if (rc) {
        spk_read_fatal(reader->read, err);
        return rc;
    }
    struct spk_slice_read slice_read = {.cursor = stream->cursor,
                                        .slice = &reader->task->slice,
                                        .record = on_record,
                                        .page = on_page,
                                        .context = reader,
                                        .evidence = &reader->evidence};
    struct spk_error failure = {0};
    rc = spk_stream_read(stream->stream, &slice_read, &failure);
    spk_rc end = SPK_OK;
    if (sink->ops->slice_end)
        end = sink->ops->slice_end(sink, reader->handle, &reader->evidence, rc ? &failure : NULL,
                                   err);
    if (end) {
        spk_read_fatal(reader->read, err);
        return end;
    }
    if (rc && err)
        *err = failure;
    return rc;
}

void spk_read_slice(struct spk_read *read, struct spk_slice_task *task)
{
    struct slice_reader reader = {.read = read, .task = task};
    struct spk_error err = {0};
    spk_rc rc = read_into_sink(&reader, &err);
    if (!rc)
        rc = close_slice(&reader, &err);
    if (rc)
        spk_read_stream_failed(read, task->stream, &err);
}
