#include "destination_internal.h"

/* A RECORD on its way to the batch of its stream and day. */

spk_rc spk_inflow_end_slice(struct spk_writing *w, struct spk_inflow *stream, struct spk_error *err)
{
    if (!stream->slice)
        return SPK_OK;
    void *slice = stream->slice;
    stream->slice = NULL;
    return w->sink->ops->slice_end(w->sink, slice, &stream->evidence, NULL, err);
}

/* The stream's batch of a day: one is open at a time. */
static spk_rc turn_to_day(struct spk_writing *w, struct spk_inflow *stream, int32_t day,
                          struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_slice slice = {.partition = spk_dict_new(&arena), .cursor = spk_dict_new(&arena)};
    struct spk_stream_info stored = {.name = stream->folder};
    spk_rc rc = spk_inflow_end_slice(w, stream, err);
    spk_set(slice.cursor, "day", spk_string(spk_day_format(&arena, day)));
    if (!rc)
        rc = w->sink->ops->slice_begin(w->sink, &stored, &slice, &stream->slice, err);
    stream->day = day;
    stream->evidence = (struct spk_evidence){0};
    spk_arena_deinit(&arena);
    return rc;
}

/* When the source saw it; a record that does not say so is seen now. */
static spk_rc read_time(struct spk_json_node record, int64_t *time_us, struct spk_error *err)
{
    struct spk_json_node node = spk_json_node_get(record, SPK_V("emitted_at"));
    double ms;
    *time_us = spk_time_now_us();
    if (!spk_json_node_double(node, &ms))
        return SPK_OK;
    if (!(ms >= 0 && ms < 253402300800e3)) /* 1970 to 9999 */
        return spk_error_set(err, SPK_EDATA, "emitted_at is no time in milliseconds");
    *time_us = (int64_t)ms * 1000;
    return SPK_OK;
}

/* The bytes of `data` as they came; where they are not JSON for everyone (NaN), its tree. */
static spk_rc read_data(const struct spk_json_doc *doc, struct spk_json_node record,
                        struct spk_record *out, struct spk_error *err)
{
    static const struct spk_view path[] = {SPK_VIEW("record"), SPK_VIEW("data")};
    struct spk_json_items items;
    out->node = spk_json_node_get(record, SPK_V("data"));
    if (!out->node.at || spk_json_node_kind(out->node) != SPK_DICT)
        return spk_error_set(err, SPK_EDATA, "a record whose data is no object");
    if (!spk_json_doc_is_standard(doc)) {
        out->tree = spk_json_node_value_borrowed(out->arena, out->node);
        return SPK_OK;
    }
    spk_json_items_init(&items, doc, path, 2);
    out->text = spk_json_items_next(&items) ? items.text : SPK_V("{}");
    return SPK_OK;
}

static spk_rc take(struct spk_writing *w, struct spk_inflow *stream, struct spk_record *record,
                   int64_t time_us, struct spk_error *err)
{
    int32_t day = (int32_t)(time_us / SPK_DAY_US);
    spk_rc rc = stream->slice && stream->day == day ? SPK_OK : turn_to_day(w, stream, day, err);
    if (rc)
        return rc;
    spk_transient_record_time(stream->slice, time_us);
    rc = w->sink->ops->record(w->sink, stream->slice, record, err);
    stream->evidence.records++;
    stream->evidence.bytes += (int64_t)record->text.len;
    stream->since_state++;
    stream->had_records = true;
    stream->since_checkpoint += (int64_t)record->text.len;
    return rc;
}

spk_rc spk_writing_record(struct spk_writing *w, const struct spk_json_doc *doc,
                          struct spk_error *err)
{
    struct spk_json_node body = spk_json_node_get(spk_json_doc_root(doc), SPK_V("record"));
    struct spk_view name = spk_json_node_text(spk_json_node_get(body, SPK_V("stream")));
    struct spk_view space = spk_json_node_text(spk_json_node_get(body, SPK_V("namespace")));
    struct spk_inflow *stream = spk_writing_stream(w, space, name);
    struct spk_arena arena = {0};
    struct spk_record record = {.arena = &arena};
    int64_t time_us = 0;
    if (!stream) {
        spk_error_set(err, SPK_EDATA, "a record of stream '%.*s', which the catalog does not name",
                      SPK_FMT(name));
        spk_error_hint(err, "give the destination the catalog that the source reads");
        return SPK_EDATA;
    }
    if (stream->complete)
        return spk_error_set(err, SPK_EDATA, "a record of stream %.*s after its COMPLETE",
                             SPK_FMT(name));
    spk_rc rc = read_data(doc, body, &record, err);
    if (!rc)
        rc = read_time(body, &time_us, err);
    if (!rc)
        rc = take(w, stream, &record, time_us, err);
    spk_arena_deinit(&arena);
    return rc;
}
