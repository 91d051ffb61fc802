#include <stdlib.h>

#include "base/memory.h"
#include "read_internal.h"
#include "source/stream/nodes.h"

/* What a worker's freed pages may hold on to, for the next one. */
#define KEPT_BYTES ((size_t)16 << 20)

void spk_read_fatal(struct spk_read *read, const struct spk_error *error)
{
    pthread_mutex_lock(&read->lock);
    if (!read->fatal.rc)
        read->fatal = *error;
    spk_pause_cancel(&read->source->pause);
    pthread_cond_broadcast(&read->changed);
    pthread_mutex_unlock(&read->lock);
}

void spk_read_stream_failed(struct spk_read *read, struct spk_stream_read *stream,
                            const struct spk_error *failure)
{
    struct spk_error err = {0};
    pthread_mutex_lock(&read->lock);
    if (!stream->failed)
        read->failed_streams++;
    stream->failed = true;
    if (!read->first_failure.rc)
        read->first_failure = *failure;
    spk_rc rc = read->fatal.rc
                    ? SPK_OK
                    : read->sink->ops->stream_failed(read->sink, stream->info, failure, &err);
    if (rc && !read->fatal.rc)
        read->fatal = err;
    pthread_mutex_unlock(&read->lock);
}

static void destroy_task(struct spk_slice_task *task)
{
    spk_arena_deinit(&task->arena);
    free(task);
}

/* Called with the lock held, when the last slice of an exhausted stream is gone: the last state,
 * then the final status. */
static void finish_stream(struct spk_read *read, struct spk_stream_read *stream)
{
    struct spk_error err = {0};
    struct spk_arena arena = {0};
    struct spk_sink *sink = read->sink;
    spk_rc rc = SPK_OK;
    stream->phase = SPK_READ_DONE;
    if (read->fatal.rc)
        return;
    if (stream->cursor && stream->cursor->ops->finish)
        stream->cursor->ops->finish(stream->cursor);
    rc = sink->ops->stream_status(sink, stream->info,
                                  stream->failed ? SPK_STREAM_INCOMPLETE : SPK_STREAM_COMPLETE,
                                  NULL, &err);
    if (!rc && stream->cursor)
        rc = sink->ops->state(sink, stream->info,
                              stream->cursor->ops->state(stream->cursor, &arena), &err);
    spk_arena_deinit(&arena);
    if (rc)
        read->fatal = err;
}

static void settle(struct spk_read *read, struct spk_stream_read *stream)
{
    if (stream->phase == SPK_READ_EXHAUSTED && stream->open == 0 && !stream->generating)
        finish_stream(read, stream);
    pthread_cond_broadcast(&read->changed);
}

static spk_rc open_stream(struct spk_stream_read *stream, struct spk_error *err)
{
    return stream->cursor->ops->slices(stream->cursor, &stream->slices, err);
}

/* Makes one more slice of the stream. Called without the lock; the stream is marked generating. */
static void generate(struct spk_read *read, struct spk_stream_read *stream)
{
    struct spk_error err = {0};
    bool more = false;
    struct spk_slice_task *task = spk_memory_zalloc(sizeof(*task));
    task->stream = stream;
    spk_rc rc = stream->slices ? SPK_OK : open_stream(stream, &err);
    if (!rc)
        rc = stream->slices->ops->next(stream->slices, &task->arena, &task->slice, &more, &err);
    if (rc)
        spk_read_stream_failed(read, stream, &err);
    pthread_mutex_lock(&read->lock);
    stream->generating = false;
    if (rc || !more) {
        stream->phase = SPK_READ_EXHAUSTED;
        read->generators--;
        destroy_task(task);
    } else {
        task->slice.number = stream->next_number++;
        stream->open++;
        *read->queue_end = task;
        read->queue_end = &task->next;
        read->queued++;
    }
    settle(read, stream);
    pthread_mutex_unlock(&read->lock);
}

static struct spk_slice_task *take_task(struct spk_read *read)
{
    struct spk_slice_task *task = read->queue;
    if (!task)
        return NULL;
    read->queue = task->next;
    if (!read->queue)
        read->queue_end = &read->queue;
    read->queued--;
    return task;
}

/* A stream that may generate now: an active one first, then the next that waits. */
static struct spk_stream_read *pick_generator(struct spk_read *read)
{
    if (read->queued >= read->queue_limit)
        return NULL;
    for (size_t i = 0; i < read->stream_count; i++) {
        struct spk_stream_read *stream = &read->streams[i];
        if (stream->phase == SPK_READ_ACTIVE && !stream->generating)
            return stream;
    }
    if (read->generators >= read->generator_limit)
        return NULL;
    for (size_t i = 0; i < read->stream_count; i++) {
        struct spk_stream_read *stream = &read->streams[i];
        if (stream->phase == SPK_READ_WAITING && !spk_read_must_wait(read, stream))
            return stream;
    }
    return NULL;
}

static void start_generating(struct spk_read *read, struct spk_stream_read *stream)
{
    stream->generating = true;
    if (stream->phase != SPK_READ_WAITING)
        return;
    struct spk_error err = {0};
    struct spk_arena arena = {0};
    struct spk_sink *sink = read->sink;
    stream->phase = SPK_READ_ACTIVE;
    read->generators++;
    spk_rc rc = sink->ops->stream_status(sink, stream->info, SPK_STREAM_STARTED, NULL, &err);
    if (!rc && stream->forgotten)
        rc = sink->ops->state(sink, stream->info, spk_dict_new(&arena), &err);
    if (rc && !read->fatal.rc)
        read->fatal = err;
    spk_arena_deinit(&arena);
}

static bool all_done(const struct spk_read *read)
{
    for (size_t i = 0; i < read->stream_count; i++) {
        if (read->streams[i].phase != SPK_READ_DONE)
            return false;
    }
    return true;
}

static void *work(void *context)
{
    struct spk_read *read = context;
    pthread_mutex_lock(&read->lock);
    while (!read->fatal.rc && !all_done(read)) {
        struct spk_slice_task *task = take_task(read);
        struct spk_stream_read *stream = task ? task->stream : pick_generator(read);
        if (!stream) {
            pthread_cond_wait(&read->changed, &read->lock);
            continue;
        }
        if (!task)
            start_generating(read, stream);
        pthread_mutex_unlock(&read->lock);
        if (task)
            spk_read_slice(read, task);
        else
            generate(read, stream);
        pthread_mutex_lock(&read->lock);
        if (task) {
            destroy_task(task);
            stream->open--;
            settle(read, stream);
        }
    }
    pthread_cond_broadcast(&read->changed);
    pthread_mutex_unlock(&read->lock);
    return NULL;
}

static spk_rc run_workers(struct spk_read *read, int workers, struct spk_error *err)
{
    pthread_t *threads = spk_memory_zalloc(((size_t)workers) * sizeof(*threads));
    int started = 0;
    while (started < workers && pthread_create(&threads[started], NULL, work, read) == 0)
        started++;
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    if (started == 0)
        return spk_error_set(err, SPK_ESYSTEM, "cannot start a worker thread");
    return SPK_OK;
}

static spk_rc summarise(struct spk_read *read, struct spk_error *err)
{
    if (read->fatal.rc) {
        if (err)
            *err = read->fatal;
        return read->fatal.rc;
    }
    if (read->failed_streams == 0)
        return SPK_OK;
    if (err) {
        *err = read->first_failure;
        err->origin[0] = '\0'; /* the summary is nobody's */
    }
    return spk_error_context(err, read->first_failure.rc, "%zu of %zu streams did not sync",
                             read->failed_streams, read->stream_count);
}

static void release(struct spk_read *read)
{
    struct spk_slice_task *task;
    while ((task = take_task(read)))
        destroy_task(task);
    for (size_t i = 0; i < read->stream_count; i++) {
        struct spk_stream_read *stream = &read->streams[i];
        if (stream->slices)
            stream->slices->ops->destroy(stream->slices);
        if (stream->cursor)
            stream->cursor->ops->destroy(stream->cursor);
    }
    free(read->streams);
    pthread_mutex_destroy(&read->lock);
    pthread_cond_destroy(&read->changed);
}

/* The stream that is read from the given state. */
static spk_rc choose(struct spk_stream_read *stream, struct spk_component *found,
                     struct spk_value states, struct spk_error *err)
{
    struct spk_stream_info info = {.name = spk_stream_name(found)};
    struct spk_stream_choice choice;
    struct spk_value state;
    spk_rc rc = spk_state_of_stream(states, &info, &state, err);
    if (!rc)
        rc = spk_stream_choose(found, state, &choice, err);
    if (rc)
        return rc;
    stream->stream = choice.stream;
    stream->info = &choice.stream->info;
    stream->state = choice.state;
    stream->forgotten = choice.forgotten;
    return SPK_OK;
}

/* A configured stream that the source lacks is told as INCOMPLETE and left out. */
static spk_rc add_stream(struct spk_read *read, struct spk_value configured,
                         struct spk_value states, struct spk_error *err)
{
    struct spk_value name = spk_get(spk_get(configured, "stream"), "name");
    struct spk_component *found = NULL;
    if (!spk_is(name, SPK_STRING))
        return spk_error_set(err, SPK_ECONFIG, "catalog: a stream without a name");
    spk_rc rc = spk_source_stream(read->source, name.text, &found, err);
    if (rc)
        return rc;
    if (!found) {
        struct spk_stream_info missing = {.name = name.text};
        return read->sink->ops->stream_status(read->sink, &missing, SPK_STREAM_INCOMPLETE, NULL,
                                              err);
    }
    struct spk_stream_read *stream = &read->streams[read->stream_count];
    rc = choose(stream, found, states, err);
    if (rc)
        return rc;
    read->stream_count++;
    /* All start before anything is asked for: a wrong setting or state costs no request. */
    rc = spk_stream_start(stream->stream, stream->state, &stream->cursor, err);
    return rc ? spk_error_context(err, rc, "stream %.*s", SPK_FMT(name.text)) : SPK_OK;
}

static spk_rc prepare(struct spk_read *read, struct spk_value catalog, struct spk_value state,
                      struct spk_error *err)
{
    struct spk_value streams = spk_get(catalog, "streams");
    if (!spk_is(streams, SPK_LIST))
        return spk_error_set(err, SPK_ECONFIG, "catalog: no list of streams");
    read->streams = spk_memory_zalloc((spk_list_len(streams) + 1) * sizeof(*read->streams));
    spk_rc rc = spk_source_find_streams(read->source, SPK_STREAMS_ALL, err);
    if (!rc)
        rc = spk_stream_groups_check(read->source, read->source->stream_nodes,
                                     (struct spk_value){0}, err);
    for (size_t i = 0; !rc && i < spk_list_len(streams); i++)
        rc = add_stream(read, spk_list_at(streams, i), state, err);
    return rc ? rc : spk_read_groups_load(read, err);
}

spk_rc spk_source_read(struct spk_source *source, struct spk_value catalog, struct spk_value state,
                       struct spk_sink *sink, struct spk_error *err)
{
    struct spk_read read = {.source = source, .sink = sink};
    int workers = 0;
    pthread_mutex_init(&read.lock, NULL);
    pthread_cond_init(&read.changed, NULL);
    read.queue_end = &read.queue;
    struct spk_sink *before = source->sink;
    source->sink = sink;
    spk_pause_renew(&source->pause);
    source->catalog = catalog;
    spk_memory_keep(KEPT_BYTES);
    spk_rc rc = spk_source_concurrency(source, &workers, err);
    if (!rc)
        rc = prepare(&read, catalog, state, err);
    if (!rc) {
        read.queue_limit = (size_t)workers * 2;
        read.generator_limit = workers / 2 > 0 ? workers / 2 : 1;
        rc = run_workers(&read, workers, err);
    }
    if (!rc)
        rc = summarise(&read, err);
    release(&read);
    source->sink = before;
    source->catalog = (struct spk_value){0};
    return rc;
}
