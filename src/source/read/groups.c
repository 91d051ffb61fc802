#include "read_internal.h"
#include "source/stream/nodes.h"

/* Streams of one group are never read at the same time, as themselves or as the parents of a stream
 * that makes its slices. */

struct family {
    struct spk_read *read;
    struct spk_stream_read *child;
};

/* The parents that are read as streams of their own, and theirs. */
static bool note_parent(void *context, struct spk_value parent)
{
    struct family *family = context;
    struct spk_stream_read *child = family->child;
    for (size_t i = 0; i < family->read->stream_count; i++) {
        struct spk_stream_read *other = &family->read->streams[i];
        if (other->group.len > 0 && spk_view_equal(other->info->name, spk_node_name(parent)))
            child->ancestors[i] = true;
    }
    spk_node_each_parent(parent, note_parent, family);
    return true;
}

spk_rc spk_read_groups_load(struct spk_read *read, struct spk_error *err)
{
    struct spk_arena *arena = &read->source->arena;
    bool any = false;
    for (size_t i = 0; i < read->stream_count; i++) {
        struct spk_stream_read *stream = &read->streams[i];
        spk_rc rc = spk_stream_group(read->source, stream->info->name, &stream->group, err);
        if (rc)
            return rc;
        any |= stream->group.len > 0;
    }
    for (size_t i = 0; any && i < read->stream_count; i++) {
        struct family family = {read, &read->streams[i]};
        read->streams[i].ancestors = spk_arena_zalloc(arena, read->stream_count);
        spk_node_each_parent(read->streams[i].stream->base.node, note_parent, &family);
    }
    read->grouped = any;
    return SPK_OK;
}

/* Whether the stream is read now, or is a parent of one whose slices are being made. */
static bool is_busy(const struct spk_read *read, size_t index)
{
    enum spk_read_phase phase = read->streams[index].phase;
    if (phase == SPK_READ_ACTIVE || phase == SPK_READ_EXHAUSTED)
        return true;
    for (size_t i = 0; i < read->stream_count; i++) {
        if (read->streams[i].phase == SPK_READ_ACTIVE && read->streams[i].ancestors[index])
            return true;
    }
    return false;
}

bool spk_read_must_wait(const struct spk_read *read, const struct spk_stream_read *stream)
{
    for (size_t i = 0; read->grouped && i < read->stream_count; i++) {
        const struct spk_stream_read *other = &read->streams[i];
        bool shares = other->group.len > 0 && spk_view_equal(other->group, stream->group);
        if ((shares || stream->ancestors[i]) && is_busy(read, i))
            return true;
    }
    return false;
}
