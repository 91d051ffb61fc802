#include "stream.h"

/* A stream is available when its first slice can be read up to one record; an empty one is fine. */

struct first_record {
    bool seen;
};

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    ((struct first_record *)context)->seen = true;
    return SPK_OK;
}

static spk_rc read_first(struct spk_declarative_stream *stream, struct spk_cursor *cursor,
                         const struct spk_slice *slice, struct spk_error *err)
{
    struct first_record first = {0};
    struct spk_evidence evidence = {0};
    struct spk_slice_read read = {.cursor = cursor,
                                  .slice = slice,
                                  .record = on_record,
                                  .context = &first,
                                  .evidence = &evidence,
                                  .limit = 1};
    return spk_stream_read(stream, &read, err);
}

static spk_rc try_stream(struct spk_declarative_stream *stream, struct spk_arena *arena, bool *any,
                         struct spk_error *err)
{
    struct spk_cursor *cursor = NULL;
    struct spk_slices *slices = NULL;
    struct spk_slice slice = {0};
    *any = true;
    spk_rc rc = spk_stream_start(stream, (struct spk_value){0}, &cursor, err);
    if (!rc)
        rc = cursor->ops->slices(cursor, &slices, err);
    if (!rc)
        rc = slices->ops->next(slices, arena, &slice, any, err);
    if (!rc && *any)
        rc = read_first(stream, cursor, &slice, err);
    if (slices)
        slices->ops->destroy(slices);
    if (cursor)
        cursor->ops->destroy(cursor);
    return rc;
}

void spk_stream_available(struct spk_declarative_stream *stream, struct spk_arena *arena,
                          bool *available, struct spk_view *reason)
{
    struct spk_error failure = {0};
    bool any = false;
    spk_rc rc = try_stream(stream, arena, &any, &failure);
    *available = rc == SPK_OK && any;
    *reason = (struct spk_view){0};
    if (rc)
        *reason = spk_arena_dup(arena, spk_view_of(failure.text));
    else if (!any)
        *reason = spk_arena_printf(arena,
                                   "Cannot attempt to connect to stream %.*s - no stream slices "
                                   "were found",
                                   SPK_FMT(stream->name));
}
