#include "datetime.h"

#include "base/event.h"
#include "source/request/options.h"

/* What the windows of one sequence have read, and how that is written as state. */

/* int() of Python drops a number's fraction, but refuses it in a text. */
static bool is_whole_number(struct spk_view format)
{
    return spk_view_is(format, "%s") || spk_view_is(format, "%ms") ||
           spk_view_is(format, "%epoch_microseconds");
}

static spk_rc parse(struct spk_value value, struct spk_view format, struct spk_moment *out,
                    struct spk_error *err)
{
    if (spk_is(value, SPK_STRING))
        return spk_cdk_moment_parse(value.text, format, out, err);
    struct spk_buf text = {0};
    if (spk_is(value, SPK_FLOAT) && value.number > -1e18 && value.number < 1e18 &&
        is_whole_number(format))
        spk_buf_append_i64(&text, (int64_t)value.number);
    else
        spk_value_str(&text, value);
    spk_rc rc = spk_cdk_moment_parse(spk_buf_view(&text), format, out, err);
    spk_buf_deinit(&text);
    return rc;
}

spk_rc spk_datetime_value(const struct spk_datetime_cursor *self, struct spk_value value,
                          struct spk_moment *out, struct spk_error *err)
{
    struct spk_value formats = self->cursor_datetime_formats;
    spk_rc rc = SPK_EDATA;
    for (size_t i = 0; rc && spk_is(formats, SPK_LIST) && i < spk_list_len(formats); i++)
        rc = parse(value, spk_value_text_or(spk_list_at(formats, i), ""), out, NULL);
    return rc ? parse(value, self->datetime_format, out, err) : SPK_OK;
}

struct spk_view spk_datetime_text(const struct spk_datetime_cursor *self, struct spk_arena *arena,
                                  struct spk_moment moment)
{
    struct spk_buf out = {0};
    spk_cdk_moment_format(&out, moment, self->datetime_format);
    struct spk_view text = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return text;
}

bool spk_datetime_of_record(const struct spk_datetime_cursor *self, struct spk_record *record,
                            struct spk_moment *out)
{
    struct spk_value value = {0};
    if (spk_is_defined(record->tree) || !record->node.at) {
        value = spk_dict_get(spk_record_tree(record), self->field);
    } else {
        struct spk_json_node node = spk_json_node_get(record->node, self->field);
        if (node.at)
            value = spk_json_node_value(record->arena, node);
    }
    return !spk_is_nothing(value) && spk_datetime_value(self, value, out, NULL) == SPK_OK;
}

void spk_datetime_observe(struct spk_datetime_cursor *self, struct spk_record *record,
                          struct spk_interval *interval)
{
    struct spk_moment value;
    if (spk_datetime_of_record(self, record, &value))
        spk_interval_observe(interval, value);
    else if (!atomic_exchange(&self->told, true))
        spk_event_emit(SPK_EVENT_CURSOR_UNREAD, SPK_FIELDS(SPK_TEXT("stream", self->stream),
                                                           SPK_TEXT("field", self->field)));
}

spk_rc spk_datetime_options(const struct spk_datetime_cursor *self, const struct spk_scope *scope,
                            struct spk_request_options *out, struct spk_error *err)
{
    struct spk_value window = scope->slice ? scope->slice->cursor : (struct spk_value){0};
    struct spk_value from = spk_dict_get(window, self->field_start);
    struct spk_value to = spk_dict_get(window, self->field_end);
    spk_rc rc = SPK_OK;
    if (self->start_option && spk_is_defined(from))
        rc = spk_request_option_inject(self->start_option, scope, from, out, err);
    if (!rc && self->end_option && spk_is_defined(to))
        rc = spk_request_option_inject(self->end_option, scope, to, out, err);
    return rc;
}

static const struct spk_duration *unit_of(const struct spk_window_rules *rules)
{
    static const struct spk_duration millisecond = {.us = 1000};
    return rules->has_granularity ? &rules->granularity : &millisecond;
}

/* {"state_type": "date-range", "slices": [{"start","end","most_recent_cursor_value"}]} */
static spk_rc read_ranges(struct spk_track *track, const struct spk_datetime_cursor *cursor,
                          struct spk_value slices, struct spk_error *err)
{
    for (size_t i = 0; spk_is(slices, SPK_LIST) && i < spk_list_len(slices); i++) {
        struct spk_value slice = spk_list_at(slices, i);
        struct spk_value recent = spk_get(slice, "most_recent_cursor_value");
        struct spk_interval interval = {0};
        spk_rc rc = spk_datetime_value(cursor, spk_get(slice, "start"), &interval.start, err);
        if (!rc)
            rc = spk_datetime_value(cursor, spk_get(slice, "end"), &interval.end, err);
        if (!rc && spk_value_truthy(recent)) {
            rc = spk_datetime_value(cursor, recent, &interval.recent, err);
            interval.has_recent = !rc;
        }
        if (rc)
            return rc;
        spk_intervals_add(&track->read, interval);
    }
    return SPK_OK;
}

spk_rc spk_track_init(struct spk_track *track, const struct spk_datetime_cursor *cursor,
                      const struct spk_window_rules *rules, struct spk_value state,
                      struct spk_error *err)
{
    struct spk_value given = spk_dict_get(state, cursor->field);
    struct spk_moment from = rules->start, previous;
    spk_rc rc = SPK_OK;
    track->legacy = state;
    if (spk_view_is(spk_value_text_or(spk_get(state, "state_type"), ""), "date-range")) {
        rc = read_ranges(track, cursor, spk_get(state, "slices"), err);
    } else if (spk_value_truthy(given)) {
        rc = spk_datetime_value(cursor, given, &previous, err);
        if (!rc && previous.us >= rules->start.us)
            from = previous;
    }
    if (rc)
        return spk_error_context(err, rc, "state of %.*s", SPK_FMT(cursor->field));
    if (track->read.len == 0)
        spk_intervals_add(&track->read, (struct spk_interval){rules->start, from, from, true});
    spk_intervals_merge(&track->read, unit_of(rules));
    const struct spk_interval *first = &track->read.items[0];
    track->start = first->has_recent ? first->recent : first->end;
    return SPK_OK;
}

void spk_track_deinit(struct spk_track *track)
{
    spk_intervals_deinit(&track->read);
}

struct spk_moment spk_track_reached(const struct spk_track *track)
{
    const struct spk_interval *first = &track->read.items[0];
    return first->has_recent ? first->recent : first->start;
}

bool spk_track_should_sync(const struct spk_track *track, const struct spk_datetime_cursor *cursor,
                           const struct spk_window_rules *rules, struct spk_record *record)
{
    struct spk_window_rules now = *rules;
    struct spk_moment value;
    int64_t least = track->start.us;
    if (!spk_datetime_of_record(cursor, record, &value))
        return true;
    if (rules->has_lookback) {
        int64_t floor = least < rules->start.us ? least : rules->start.us;
        least = spk_moment_add(track->start, &rules->lookback, -1).us;
        least = least < floor ? floor : least;
    }
    if (value.us > now.end.us && !cursor->end) /* the read goes on, and so does time */
        spk_datetime_end(cursor, &now, NULL);
    return value.us >= least && value.us <= now.end.us;
}

void spk_track_close(struct spk_track *track, const struct spk_window_rules *rules,
                     struct spk_interval interval)
{
    spk_intervals_add(&track->read, interval);
    spk_intervals_merge(&track->read, unit_of(rules));
}

struct spk_value spk_track_state(const struct spk_track *track,
                                 const struct spk_datetime_cursor *cursor, struct spk_arena *arena)
{
    struct spk_value out = spk_dict_new(arena);
    bool ranges = spk_is_defined(spk_get(track->legacy, "state_type"));
    for (size_t i = 0;
         !ranges && spk_is(track->legacy, SPK_DICT) && i < spk_dict_len(track->legacy); i++)
        spk_dict_set_value(out, track->legacy.dict->entries[i].key,
                           track->legacy.dict->entries[i].value);
    spk_dict_set(out, cursor->field,
                 spk_string(spk_datetime_text(cursor, arena, spk_track_reached(track))));
    return out;
}
