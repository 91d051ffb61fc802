#include <stdlib.h>

#include "base/memory.h"
#include "destination_internal.h"

/* States wait until the rows before them are durable. */

enum { MOST_WAITING = 10000, MOST_WAITING_BYTES = 64 << 20 };

void spk_waiting_state_destroy(struct spk_waiting_state *state)
{
    spk_arena_deinit(&state->arena);
    free(state);
}

static spk_rc answer_all(struct spk_writing *w, const struct spk_inflow *stream, bool every,
                         struct spk_error *err)
{
    struct spk_waiting_state **at = &w->first;
    spk_rc rc = SPK_OK;
    while (!rc && *at) {
        struct spk_waiting_state *state = *at;
        if (!every && state->stream != stream) {
            at = &state->next;
            continue;
        }
        rc = spk_airbyte_message(w->out, state->message, err);
        *at = state->next;
        w->waiting--;
        w->waiting_bytes -= state->bytes;
        spk_waiting_state_destroy(state);
    }
    w->last = at;
    while (*w->last)
        w->last = &(*w->last)->next;
    return rc;
}

spk_rc spk_writing_answer(struct spk_writing *w, const struct spk_inflow *stream,
                          struct spk_error *err)
{
    return answer_all(w, stream, stream == NULL, err);
}

static spk_rc make_durable(struct spk_writing *w, struct spk_inflow *stream, struct spk_error *err)
{
    spk_rc rc = spk_inflow_end_slice(w, stream, err);
    if (!rc)
        rc = spk_transient_checkpoint(w->transient, stream->folder, err);
    stream->since_checkpoint = 0;
    stream->checkpoint_us = spk_time_monotonic_us();
    return rc;
}

spk_rc spk_writing_checkpoint(struct spk_writing *w, struct spk_inflow *stream,
                              struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    if (stream)
        rc = make_durable(w, stream, err);
    for (size_t i = 0; !stream && !rc && i < w->stream_count; i++)
        rc = make_durable(w, &w->streams[i], err);
    return rc ? rc : spk_writing_answer(w, stream, err);
}

static bool stream_is_due(const struct spk_writing *w, const struct spk_inflow *stream)
{
    const struct spk_destination_settings *settings = &w->destination->settings;
    int64_t waited_us = spk_time_monotonic_us() - stream->checkpoint_us;
    return stream->complete || stream->since_checkpoint >= settings->checkpoint_bytes ||
           waited_us >= settings->checkpoint_seconds * SPK_SECOND_US;
}

static bool too_many(const struct spk_writing *w)
{
    return w->waiting >= MOST_WAITING || w->waiting_bytes >= MOST_WAITING_BYTES;
}

static bool is_due(const struct spk_writing *w, const struct spk_inflow *stream)
{
    if (stream)
        return stream_is_due(w, stream);
    for (size_t i = 0; i < w->stream_count; i++) {
        if (stream_is_due(w, &w->streams[i]))
            return true;
    }
    return false;
}

/* Records behind the last state, as the protocol counts them; the count starts anew. */
static int64_t take_count(struct spk_writing *w, struct spk_inflow *stream)
{
    int64_t count = 0;
    for (size_t i = 0; i < w->stream_count; i++) {
        if (stream && stream != &w->streams[i])
            continue;
        count += w->streams[i].since_state;
        w->streams[i].since_state = 0;
    }
    return count;
}

spk_rc spk_writing_state(struct spk_writing *w, struct spk_waiting_state *state,
                         struct spk_error *err)
{
    struct spk_value body = spk_get(state->message, "state");
    struct spk_value stats = spk_dict_new(&state->arena);
    spk_set(stats, "recordCount", spk_float((double)take_count(w, state->stream)));
    spk_set(body, "destinationStats", stats);
    *w->last = state;
    w->last = &state->next;
    w->waiting++;
    w->waiting_bytes += state->bytes;
    if (too_many(w))
        return spk_writing_checkpoint(w, NULL, err);
    return is_due(w, state->stream) ? spk_writing_checkpoint(w, state->stream, err) : SPK_OK;
}
