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
