#include "base/memory.h"
#include "destination_internal.h"

/* One message of the source. */

struct spk_inflow *spk_writing_stream(struct spk_writing *w, struct spk_view space,
                                      struct spk_view name)
{
    struct spk_buf key = {0};
    spk_buf_append(&key, space);
    spk_buf_append_char(&key, '\n');
    spk_buf_append(&key, name);
    struct spk_inflow *stream = spk_map_get(&w->by_name, spk_buf_view(&key));
    spk_buf_deinit(&key);
    return stream;
}

static struct spk_inflow *described(struct spk_writing *w, struct spk_value descriptor)
{
    return spk_writing_stream(w, spk_value_text_or(spk_get(descriptor, "namespace"), ""),
                              spk_value_text_or(spk_get(descriptor, "name"), ""));
}

/* Of a stream that the catalog does not name no rows were taken: its state can go at once. */
static spk_rc take_state(struct spk_writing *w, const struct spk_json_doc *doc, size_t bytes,
                         struct spk_error *err)
{
    struct spk_waiting_state *state = spk_memory_zalloc(sizeof(*state));
    state->message = spk_json_node_value(&state->arena, spk_json_doc_root(doc));
    state->bytes = bytes;
    struct spk_value body = spk_get(state->message, "state");
    struct spk_value descriptor = spk_get(spk_get(body, "stream"), "stream_descriptor");
    spk_rc rc = SPK_OK;
    if (!spk_is(body, SPK_DICT))
        rc = spk_error_set(err, SPK_EDATA, "a STATE whose state is no object");
    else if (spk_is(descriptor, SPK_DICT) && !(state->stream = described(w, descriptor)))
        rc = spk_airbyte_message(w->out, state->message, err);
    else
        return spk_writing_state(w, state, err);
    spk_waiting_state_destroy(state);
    return rc;
}

static spk_rc take_status(struct spk_writing *w, struct spk_value body, struct spk_error *err)
{
    struct spk_inflow *stream = described(w, spk_get(body, "stream_descriptor"));
    struct spk_view status = spk_value_text_or(spk_get(body, "status"), "");
    bool complete = spk_view_is(status, "COMPLETE");
    if (!stream || (!complete && !spk_view_is(status, "INCOMPLETE")))
        return SPK_OK;
    struct spk_stream_info stored = {.name = stream->folder};
    stream->complete = complete;
    spk_rc rc = w->sink->ops->stream_status(
        w->sink, &stored, complete ? SPK_STREAM_COMPLETE : SPK_STREAM_INCOMPLETE, NULL, err);
    if (!rc && stream->since_state == 0) /* what came before its last state is exactly known */
        rc = spk_writing_checkpoint(w, stream, err);
    return rc;
}

/* Kept for the end: why a stream, or all of it, did not come to its end. */
static void note_failure(struct spk_writing *w, struct spk_value body)
{
    struct spk_inflow *stream = described(w, spk_get(body, "stream_descriptor"));
    struct spk_error *failure = stream ? &stream->failure : &w->failure;
    struct spk_view type = spk_value_text_or(spk_get(body, "failure_type"), "");
    if (!failure->rc)
        spk_error_set(failure, spk_view_is(type, "config_error") ? SPK_ECONFIG : SPK_ETRANSIENT,
                      "%.*s", SPK_FMT(spk_value_text_or(spk_get(body, "message"), "an error")));
}

static spk_rc take_trace(struct spk_writing *w, const struct spk_json_doc *doc,
                         struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value trace = spk_get(spk_json_node_value(&arena, spk_json_doc_root(doc)), "trace");
    struct spk_view type = spk_value_text_or(spk_get(trace, "type"), "");
    spk_rc rc = SPK_OK;
    if (spk_view_is(type, "STREAM_STATUS"))
        rc = take_status(w, spk_get(trace, "stream_status"), err);
    else if (spk_view_is(type, "ERROR"))
        note_failure(w, spk_get(trace, "error"));
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc pass_on(struct spk_writing *w, const struct spk_json_doc *doc, struct spk_error *err)
{
    struct spk_arena arena = {0};
    spk_rc rc = spk_airbyte_message(
        w->out, spk_json_node_value_borrowed(&arena, spk_json_doc_root(doc)), err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc dispatch(struct spk_writing *w, const struct spk_json_doc *doc, size_t bytes,
                       struct spk_error *err)
{
    struct spk_json_node root = spk_json_doc_root(doc);
    if (spk_json_node_kind(root) != SPK_DICT)
        return spk_error_set(err, SPK_EDATA, "not a message: a JSON object is expected");
    struct spk_view type = spk_json_node_text(spk_json_node_get(root, SPK_V("type")));
    if (type.len == 0)
        return spk_error_set(err, SPK_EDATA, "not a message: it has no type");
    if (spk_view_is(type, "RECORD"))
        return spk_writing_record(w, doc, err);
    if (spk_view_is(type, "STATE"))
        return take_state(w, doc, bytes, err);
    if (spk_view_is(type, "TRACE"))
        return take_trace(w, doc, err);
    if (spk_view_is(type, "LOG") || spk_view_is(type, "CONTROL"))
        return pass_on(w, doc, err);
    w->passed_over++;
    return SPK_OK;
}

spk_rc spk_writing_message(struct spk_writing *w, struct spk_view line, struct spk_error *err)
{
    struct spk_json_limits limits = {.allow_nan = true};
    struct spk_json_doc *doc = NULL;
    line = spk_view_trim(line);
    if (line.len == 0)
        return SPK_OK;
    spk_rc rc = spk_json_doc_parse(line, &limits, &doc, err);
    if (rc) {
        rc = spk_error_context(err, SPK_EDATA, "not a message");
        spk_error_hint(err, "only a source's messages may come in; its other output belongs on "
                            "stderr");
        return rc;
    }
    rc = dispatch(w, doc, line.len, err);
    spk_json_doc_destroy(doc);
    return rc;
}
