#include "datetime.h"

/* Windows as slices: their texts are what the server and the state see. */

static void read_back(const struct spk_datetime_cursor *cursor, struct spk_view text,
                      struct spk_moment *at)
{
    struct spk_moment read;
    if (spk_datetime_value(cursor, spk_string(text), &read, NULL) == SPK_OK)
        *at = read;
}

static struct spk_value bounds(const struct spk_datetime_cursor *cursor, struct spk_arena *arena,
                               struct spk_view from, struct spk_view to)
{
    struct spk_value value = spk_dict_new(arena);
    spk_dict_set(value, cursor->field_start, spk_string(from));
    spk_dict_set(value, cursor->field_end, spk_string(to));
    return value;
}

void spk_datetime_slice(const struct spk_datetime_cursor *cursor, struct spk_window window,
                        struct spk_arena *arena, struct spk_slice *slice,
                        struct spk_interval *interval)
{
    struct spk_view from = spk_datetime_text(cursor, arena, window.start);
    struct spk_view to = spk_datetime_text(cursor, arena, window.end);
    *interval = (struct spk_interval){.start = window.start, .end = window.end};
    read_back(cursor, from, &interval->start);
    read_back(cursor, to, &interval->end);
    slice->cursor = bounds(cursor, arena, from, to);
}

/* `slice` with other bounds; what it belongs to stays. */
static struct spk_slice part_of(const struct spk_slice *slice, struct spk_arena *arena,
                                struct spk_value cursor)
{
    struct spk_slice part = *slice;
    part.cursor = cursor;
    spk_slice_finish(&part, arena);
    return part;
}

bool spk_datetime_rest(const struct spk_datetime_cursor *cursor,
                       const struct spk_interval *interval, struct spk_arena *arena,
                       const struct spk_slice *slice, struct spk_slice *rest)
{
    if (!interval->has_recent)
        return false;
    struct spk_value to = spk_dict_get(slice->cursor, cursor->field_end);
    *rest = part_of(slice, arena,
                    bounds(cursor, arena, spk_datetime_text(cursor, arena, interval->recent),
                           spk_value_text_or(to, "")));
    return true;
}

bool spk_datetime_split(const struct spk_datetime_cursor *cursor,
                        const struct spk_window_rules *rules, const struct spk_duration *least,
                        struct spk_arena *arena, const struct spk_slice *slice,
                        struct spk_slice halves[2])
{
    struct spk_moment from, to;
    int64_t unit = rules->granularity.us;
    if (!rules->has_granularity || unit <= 0 ||
        spk_datetime_value(cursor, spk_dict_get(slice->cursor, cursor->field_start), &from, NULL) ||
        spk_datetime_value(cursor, spk_dict_get(slice->cursor, cursor->field_end), &to, NULL))
        return false;
    int64_t span = to.us - from.us;
    int64_t units = span / unit + 1;
    if (span <= 0 || units <= 1 || (least && span <= least->us))
        return false;
    struct spk_moment second = {from.us + units / 2 * unit, from.offset_s};
    struct spk_moment first_end = {second.us - unit, from.offset_s};
    struct spk_view edges[] = {
        spk_datetime_text(cursor, arena, from), spk_datetime_text(cursor, arena, first_end),
        spk_datetime_text(cursor, arena, second), spk_datetime_text(cursor, arena, to)};
    halves[0] = part_of(slice, arena, bounds(cursor, arena, edges[0], edges[1]));
    halves[1] = part_of(slice, arena, bounds(cursor, arena, edges[2], edges[3]));
    return true;
}
