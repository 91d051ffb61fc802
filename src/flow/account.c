#include "flow_internal.h"
#include "source/source.h"
#include "json/json.h"

/*
 * One account's read. The connector learns the window through its config, by names that all of
 * Spike's connectors share: start_date, end_date, loopback_days, recovery_dates.
 */

static struct spk_value windowed_config(struct spk_account_read *read, struct spk_value config)
{
    const struct spk_run *run = read->run;
    struct spk_arena *arena = &read->arena;
    struct spk_value out = spk_value_copy(arena, config);
    if (!spk_is_defined(spk_get(out, "loopback_days")))
        spk_set(out, "loopback_days", spk_int(read->platform->lookback_days));
    if (!spk_is_defined(spk_get(out, "tracker_login_id")))
        spk_set(out, "tracker_login_id", spk_string(read->account->id));
    if (run->from)
        spk_set(out, "start_date", spk_string(spk_day_format(arena, run->from)));
    if (run->to)
        spk_set(out, "end_date", spk_string(spk_day_format(arena, run->to)));
    if (run->repair)
        spk_set(out, "recovery_dates", spk_string(run->days));
    return out;
}

static bool is_wanted(const struct spk_account_read *read, struct spk_view stream)
{
    for (size_t i = 0; i < read->extract_count; i++) {
        if (spk_view_equal(read->extracts[i].stream, stream))
            return true;
    }
    return false;
}

/* The configured catalog: the wanted streams, as the connector describes them. */
static struct spk_value configured(struct spk_account_read *read, struct spk_value catalog)
{
    struct spk_value streams = spk_list_new(&read->arena), all = spk_get(catalog, "streams");
    for (size_t i = 0; i < spk_list_len(all); i++) {
        struct spk_value stream = spk_list_at(all, i);
        if (!is_wanted(read, spk_value_text_or(spk_get(stream, "name"), "")))
            continue;
        struct spk_value item = spk_dict_new(&read->arena);
        spk_set(item, "stream", stream);
        spk_set(item, "sync_mode", spk_str("incremental"));
        spk_set(item, "destination_sync_mode", spk_str("append"));
        spk_list_append(streams, item);
    }
    struct spk_value out = spk_dict_new(&read->arena);
    spk_set(out, "streams", streams);
    return out;
}

static spk_rc read_source(struct spk_account_read *read, struct spk_source *source,
                          struct spk_transient *transient, struct spk_error *err)
{
    struct spk_value catalog;
    spk_rc rc = spk_source_discover(source, &read->arena, &catalog, err);
    return rc ? rc
              : spk_source_read(source, configured(read, catalog), read->states,
                                spk_transient_sink(transient), err);
}

static spk_rc open_and_read(struct spk_account_read *read, struct spk_transient *transient,
                            struct spk_error *err)
{
    struct spk_manifest *manifest = NULL;
    struct spk_source *source = NULL;
    struct spk_source_options options = {.http = read->parts->http,
                                         .concurrency = (int)read->platform->concurrency,
                                         .config_is_fixed = true};
    spk_rc rc = spk_platform_account_config(read->platform, read->account, &read->arena,
                                            &options.config, err);
    if (!rc)
        rc = spk_manifest_read(spk_arena_strdup(&read->arena, read->platform->manifest), &manifest,
                               err);
    if (rc)
        return rc;
    options.config = windowed_config(read, options.config);
    rc = spk_source_create(manifest, &options, &source, err);
    if (!rc)
        rc = read_source(read, source, transient, err);
    spk_source_destroy(source);
    spk_manifest_destroy(manifest);
    return rc;
}

static const struct spk_transient_stream *find_stream(const struct spk_transient *transient,
                                                      struct spk_view name)
{
    const struct spk_transient_stream *streams;
    size_t n = spk_transient_streams(transient, &streams);
    for (size_t i = 0; i < n; i++) {
        if (spk_view_equal(streams[i].name, name))
            return &streams[i];
    }
    return NULL;
}

static struct spk_view state_text(struct spk_arena *arena, struct spk_value state)
{
    if (!spk_is(state, SPK_DICT) || spk_is_defined(spk_get(state, "__ab_no_cursor_state_message")))
        return (struct spk_view){0};
    struct spk_buf text = {0};
    spk_json_write(&text, state, 0);
    struct spk_view kept = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

static struct spk_view failure_text(struct spk_arena *arena, const struct spk_error *failure)
{
    if (!failure->hint[0])
        return spk_arena_dup(arena, spk_view_of(failure->text));
    return spk_arena_printf(arena, "%s (%s)", failure->text, failure->hint);
}

/* A read that stopped before a stream began says so in that stream too. */
static void set_result(struct spk_account_read *read, struct spk_extract *out,
                       const struct spk_transient_stream *stream, const struct spk_error *whole)
{
    const struct spk_error *failure = stream && stream->failure.rc ? &stream->failure : whole;
    bool complete = stream && stream->complete && !stream->failure.rc;
    out->status = complete ? SPK_EXTRACT_DONE : SPK_EXTRACT_FAILED;
    if (!complete) {
        out->failure = failure->rc ? (int)failure->rc : SPK_ESYSTEM;
        out->error =
            failure->rc ? failure_text(&read->arena, failure) : SPK_V("the stream did not finish");
    }
    if (!stream)
        return;
    out->state = complete ? state_text(&read->arena, stream->state) : (struct spk_view){0};
    out->requests = stream->evidence.requests;
    out->retries = stream->evidence.retries;
    out->failed_requests =
        stream->evidence.status[0] + stream->evidence.status[4] + stream->evidence.status[5];
}

static struct spk_batch stored_batch(struct spk_account_read *read,
                                     const struct spk_transient_batch *from, int64_t now_us)
{
    struct spk_arena *arena = &read->arena;
    return (struct spk_batch){.account = read->account->id,
                              .stream = spk_arena_dup(arena, from->stream),
                              .day = from->day,
                              .status = SPK_BATCH_EXTRACTED,
                              .rows = from->rows,
                              .bytes = from->bytes,
                              .records = from->records,
                              .empty_proven = from->evidence.empty_proven,
                              .proof = spk_arena_dup(arena, spk_view_of(from->evidence.proof)),
                              .failed_requests = 0,
                              .schema = spk_arena_dup(arena, from->schema),
                              .newest_us = from->newest_us,
                              .extracted_us = now_us,
                              .evidence = spk_arena_printf(arena,
                                                           "{\"requests\":%lld,\"retries\":%lld,"
                                                           "\"pages\":%lld,\"bytes\":%lld}",
                                                           (long long)from->evidence.requests,
                                                           (long long)from->evidence.retries,
                                                           (long long)from->evidence.pages,
                                                           (long long)from->evidence.bytes)};
}

static void take_results(struct spk_account_read *read, const struct spk_transient *transient,
                         int64_t now_us, const struct spk_error *whole)
{
    const struct spk_transient_batch *all;
    size_t n = spk_transient_batches(transient, &all);
    read->results = spk_arena_array(&read->arena, read->extract_count + 1, sizeof(*read->results));
    read->batches = spk_arena_array(&read->arena, read->extract_count + 1, sizeof(*read->batches));
    for (size_t i = 0; i < read->extract_count; i++) {
        struct spk_extract *out = &read->results[i];
        *out = (struct spk_extract){.account = read->extracts[i].account,
                                    .stream = read->extracts[i].stream};
        set_result(read, out, find_stream(transient, out->stream), whole);
        struct spk_batch_list *batches = &read->batches[i];
        batches->items = spk_arena_array(&read->arena, n + 1, sizeof(*batches->items));
        for (size_t j = 0; j < n; j++) {
            if (!spk_view_equal(all[j].stream, out->stream))
                continue;
            batches->items[batches->n++] = stored_batch(read, &all[j], now_us);
            out->rows += all[j].rows;
        }
    }
}

spk_rc spk_account_read(struct spk_account_read *read, struct spk_error *err)
{
    struct spk_transient *transient = NULL;
    struct spk_error whole = {0};
    struct spk_transient_options options = {.store = read->parts->transient,
                                            .run = spk_view_of(read->run->id),
                                            .platform = read->platform->name,
                                            .account = read->account->id,
                                            .now_us = spk_time_now_us()};
    spk_rc rc = spk_transient_create(&options, &transient, err);
    if (rc)
        return rc;
    open_and_read(read, transient, &whole);
    rc = spk_transient_finish(transient, err);
    if (!rc)
        take_results(read, transient, options.now_us, &whole);
    spk_transient_destroy(transient);
    return rc;
}
