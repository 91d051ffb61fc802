#include "destination_internal.h"
#include "objstore/segment.h"

/* The frame of a write: what it needs, line after line, and how it ends. */

/* A run's name is used once: what an earlier write was answered for must not be cleared away. */
static spk_rc refuse_known_run(struct spk_destination *d, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_objstore_list list = {
        .prefix = spk_arena_printf(&arena, "%.*s/%.*s/",
                                   SPK_FMT(spk_objstore_segment(&arena, d->settings.run)),
                                   SPK_FMT(spk_objstore_segment(&arena, d->settings.account)))};
    struct spk_objstore_page page = {0};
    spk_rc rc = SPK_OK;
    do {
        rc = spk_objstore_list(d->store, &list, &arena, &page, err);
        for (size_t i = 0; !rc && i < page.n; i++) {
            if (!spk_view_ends(page.entries[i].key, SPK_V("/batch.json")))
                continue;
            rc = spk_error_set(err, SPK_ECONFIG, "config: run %.*s of account %.*s has batches",
                               SPK_FMT(d->settings.run), SPK_FMT(d->settings.account));
            spk_error_hint(err, "leave `run` out, or name a new one for each write");
        }
        list.token = page.token;
    } while (!rc && page.token.len > 0);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc begin(struct spk_writing *w, struct spk_value catalog, struct spk_error *err)
{
    struct spk_destination *d = w->destination;
    struct spk_transient_options options = {.store = d->store,
                                            .run = d->settings.run,
                                            .platform = d->settings.platform,
                                            .account = d->settings.account,
                                            .now_us = spk_time_now_us(),
                                            .part_bytes = d->settings.part_bytes,
                                            .until_complete = true};
    spk_rc rc = spk_inflows_read(catalog, &d->arena, &w->streams, &w->stream_count, err);
    if (!rc)
        rc = refuse_known_run(d, err);
    if (!rc)
        rc = spk_transient_create(&options, &w->transient, err);
    if (rc)
        return rc;
    w->sink = spk_transient_sink(w->transient);
    for (size_t i = 0; i < w->stream_count; i++) {
        struct spk_inflow *stream = &w->streams[i];
        struct spk_view key = spk_arena_printf(&d->arena, "%.*s\n%.*s", SPK_FMT(stream->info.space),
                                               SPK_FMT(stream->info.name));
        spk_map_set(&w->by_name, key, stream);
        stream->checkpoint_us = spk_time_monotonic_us();
    }
    return SPK_OK;
}

static spk_rc take_lines(struct spk_writing *w, int input, struct spk_error *err)
{
    struct spk_inflow_lines lines = {.fd = input};
    struct spk_view line;
    spk_rc rc = SPK_OK;
    do {
        rc = spk_inflow_lines_next(&lines, &line, err);
        if (!rc && line.at)
            rc = spk_writing_message(w, line, err);
    } while (!rc && line.at);
    if (rc == SPK_EDATA)
        spk_error_context(err, rc, "input, line %lld", (long long)lines.number);
    spk_inflow_lines_deinit(&lines);
    return rc;
}

/* A stream that came to its end without a record has an empty batch of today. */
static spk_rc add_empty_batch(struct spk_writing *w, struct spk_inflow *stream,
                              struct spk_error *err)
{
    struct spk_stream_info stored = {.name = stream->folder};
    struct spk_slice slice = {0};
    spk_rc rc = w->sink->ops->slice_begin(w->sink, &stored, &slice, &stream->slice, err);
    return rc ? rc : spk_inflow_end_slice(w, stream, err);
}

/* Why the streams that are not complete are not. */
static spk_rc summarise(const struct spk_writing *w, struct spk_error *err)
{
    const struct spk_inflow *first = NULL;
    size_t incomplete = 0;
    for (size_t i = 0; i < w->stream_count; i++) {
        if (w->streams[i].complete)
            continue;
        incomplete++;
        if (!first || (!first->failure.rc && w->streams[i].failure.rc))
            first = &w->streams[i];
    }
    if (!first)
        return SPK_OK;
    const struct spk_error *why = first->failure.rc ? &first->failure : &w->failure;
    spk_rc rc = why->rc ? why->rc : SPK_ETRANSIENT;
    spk_error_set(err, rc, "%zu of %zu streams did not end COMPLETE, first %.*s: %s", incomplete,
                  w->stream_count, SPK_FMT(first->folder),
                  why->rc ? why->text : "the source's output ended before");
    spk_error_hint(err, "read again from the last states that were answered; rows behind them were "
                        "dropped");
    return rc;
}

/* Ends what is open, whatever happened: rows behind the last answered state go, unless their stream
 * is complete. */
static spk_rc end(struct spk_writing *w, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; i < w->stream_count; i++) {
        struct spk_inflow *stream = &w->streams[i];
        bool none = stream->complete && !stream->slice && !stream->had_records;
        spk_rc one = none ? add_empty_batch(w, stream, err) : spk_inflow_end_slice(w, stream, err);
        rc = rc ? rc : one;
    }
    spk_rc last = spk_transient_finish(w->transient, rc ? NULL : err);
    return rc ? rc : last;
}

static spk_rc answer_complete(struct spk_writing *w, struct spk_error *err)
{
    bool all = true;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < w->stream_count; i++) {
        all = all && w->streams[i].complete;
        if (w->streams[i].complete)
            rc = spk_writing_answer(w, &w->streams[i], err);
    }
    return !rc && all ? spk_writing_answer(w, NULL, err) : rc;
}

static void release(struct spk_writing *w)
{
    while (w->first) {
        struct spk_waiting_state *state = w->first;
        w->first = state->next;
        spk_waiting_state_destroy(state);
    }
    spk_transient_destroy(w->transient);
    spk_map_deinit(&w->by_name);
}

static void tell_passed_over(const struct spk_writing *w)
{
    struct spk_buf text = {0};
    if (w->passed_over == 0)
        return;
    spk_buf_printf(&text,
                   "%lld messages of types that mean nothing to a destination were passed over",
                   (long long)w->passed_over);
    spk_airbyte_log(w->out, SPK_INFO, spk_buf_view(&text), NULL);
    spk_buf_deinit(&text);
}

spk_rc spk_destination_write(struct spk_destination *destination,
                             const struct spk_destination_write *write, struct spk_error *err)
{
    struct spk_writing w = {.destination = destination, .out = write->out};
    w.last = &w.first;
    spk_rc rc = begin(&w, write->catalog, err);
    if (!rc) {
        rc = take_lines(&w, write->input, err);
        spk_rc ended = end(&w, rc ? NULL : err);
        rc = rc ? rc : ended;
        if (!ended) {
            ended = answer_complete(&w, rc ? NULL : err);
            rc = rc ? rc : ended;
        }
        tell_passed_over(&w);
    }
    if (!rc)
        rc = summarise(&w, err);
    release(&w);
    return rc;
}
