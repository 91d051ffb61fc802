#ifndef SPK_SOURCE_CURSOR_DATETIME_H
#define SPK_SOURCE_CURSOR_DATETIME_H
/*
 * DatetimeBasedCursor: the component (what the manifest says) and the part of a running cursor that
 * knows one sequence of windows; the plain cursor has one of these, a per-partition cursor one per
 * partition. Internal to src/source.
 */
#include <stdatomic.h>

#include "source/cursor/window.h"

struct spk_datetime_cursor {
    struct spk_component base;
    struct spk_template_string *cursor_field;
    struct spk_view datetime_format;
    struct spk_value cursor_datetime_formats;      /* LIST, or UNDEFINED */
    struct spk_value start_datetime, end_datetime; /* MinMaxDatetime, or a text */
    struct spk_component *start, *end;             /* made of them; end NULL: now */
    struct spk_template_string *step, *lookback;
    struct spk_view granularity;
    struct spk_template_string *partition_field_start, *partition_field_end;
    struct spk_component *start_option, *end_option;
    struct spk_value clamping; /* {target, target_details: {weekday}}, or UNDEFINED */
    bool is_compare_strictly, is_data_feed, is_client_side_incremental, global_substream_cursor;
    bool allow_catalog_field;
    /* evaluated once, when it is built */
    struct spk_view stream, field, field_start, field_end;
    enum spk_clamping clamping_target;
    int clamping_weekday;
    atomic_bool told; /* of a read: that a record has no cursor value */
};

spk_rc spk_min_max_datetime_eval(struct spk_component *self, const struct spk_scope *scope,
                                 struct spk_view cursor_format, struct spk_moment *out,
                                 struct spk_error *err);

/* cursor/datetime_rules.c: the component as a read that starts now sees it: a copy of `self` with
 * the catalog's cursor field, and the rules of its windows. */
spk_rc spk_datetime_start(const struct spk_datetime_cursor *self,
                          struct spk_datetime_cursor *running, struct spk_window_rules *rules,
                          struct spk_error *err);
/* The end of what is read, as it is now. */
spk_rc spk_datetime_end(const struct spk_datetime_cursor *self, struct spk_window_rules *rules,
                        struct spk_error *err);
/* A cursor value of a record or a state as a moment, by the first format that fits. */
spk_rc spk_datetime_value(const struct spk_datetime_cursor *self, struct spk_value value,
                          struct spk_moment *out, struct spk_error *err);
struct spk_view spk_datetime_text(const struct spk_datetime_cursor *self, struct spk_arena *arena,
                                  struct spk_moment moment);
/* The record's cursor value; false where it has none that can be read. */
bool spk_datetime_of_record(const struct spk_datetime_cursor *self, struct spk_record *record,
                            struct spk_moment *out);
/* Takes note of it in the interval, or says once that there is none. */
void spk_datetime_observe(struct spk_datetime_cursor *self, struct spk_record *record,
                          struct spk_interval *interval);
/* start_time_option and end_time_option for the scope's slice. */
spk_rc spk_datetime_options(const struct spk_datetime_cursor *self, const struct spk_scope *scope,
                            struct spk_request_options *out, struct spk_error *err);

/* One sequence of windows and its state. */
struct spk_track {
    struct spk_intervals read;
    struct spk_moment start; /* where this read began: what should_sync compares with */
    struct spk_value legacy; /* the given state, whose other keys are kept */
};
/* From a stream_state object (or UNDEFINED). Texts of `legacy` are borrowed. */
spk_rc spk_track_init(struct spk_track *track, const struct spk_datetime_cursor *cursor,
                      const struct spk_window_rules *rules, struct spk_value state,
                      struct spk_error *err);
void spk_track_deinit(struct spk_track *track);
/* The state object: {cursor_field: "..."} and the legacy keys. */
struct spk_value spk_track_state(const struct spk_track *track,
                                 const struct spk_datetime_cursor *cursor, struct spk_arena *arena);
/* Where the state stands: up to here all was read. */
struct spk_moment spk_track_reached(const struct spk_track *track);
/* Whether the record is news: not older than the state (with the lookback window), not newer than
 * the end of this read; true where it has no cursor value. */
bool spk_track_should_sync(const struct spk_track *track, const struct spk_datetime_cursor *cursor,
                           const struct spk_window_rules *rules, struct spk_record *record);
void spk_track_close(struct spk_track *track, const struct spk_window_rules *rules,
                     struct spk_interval interval);

/* cursor/datetime_slice.c: a window as a slice. */
/* Fills slice->cursor: {field_start: "...", field_end: "..."}; *interval is what these texts say,
 * which may be less exact than the window. */
void spk_datetime_slice(const struct spk_datetime_cursor *cursor, struct spk_window window,
                        struct spk_arena *arena, struct spk_slice *slice,
                        struct spk_interval *interval);
/* The slice from the newest record that was observed in `interval` to its end; false where none
 * was. */
bool spk_datetime_rest(const struct spk_datetime_cursor *cursor,
                       const struct spk_interval *interval, struct spk_arena *arena,
                       const struct spk_slice *slice, struct spk_slice *rest);
/* The two halves of a slice, whole units each; false where it is one unit or not longer than
 * `least` (NULL: none is given). */
bool spk_datetime_split(const struct spk_datetime_cursor *cursor,
                        const struct spk_window_rules *rules, const struct spk_duration *least,
                        struct spk_arena *arena, const struct spk_slice *slice,
                        struct spk_slice halves[2]);

/* Tells the running cursor which records it leaves out. */
void spk_datetime_flags(const struct spk_datetime_cursor *self, struct spk_cursor *cursor);

/* cursor/plain_cursor.c: the running cursor where there is no router. */
spk_rc spk_plain_cursor_start(struct spk_datetime_cursor *self, struct spk_value state,
                              struct spk_cursor **out, struct spk_error *err);
/* cursor/per_partition.c: the running cursor where there is one. */
spk_rc spk_per_partition_start(struct spk_datetime_cursor *self, struct spk_component *router,
                               struct spk_value state, struct spk_cursor **out,
                               struct spk_error *err);

#endif
