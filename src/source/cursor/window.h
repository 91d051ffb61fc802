#ifndef SPK_SOURCE_CURSOR_WINDOW_H
#define SPK_SOURCE_CURSOR_WINDOW_H
/*
 * The arithmetic of a datetime cursor, free of components: what was read (intervals), what is left
 * to read (windows), what the state says. Instants are microseconds, UTC.
 */
#include "source/kinds.h"

struct spk_interval {
    int64_t start, end;
    int64_t recent; /* greatest cursor value of a record, with has_recent */
    bool has_recent;
};
/* Takes note of a record's cursor value. */
void spk_interval_observe(struct spk_interval *interval, int64_t value);

struct spk_intervals { /* sorted and merged after spk_intervals_merge */
    struct spk_interval *items;
    size_t len, cap;
};
void spk_intervals_deinit(struct spk_intervals *intervals);
void spk_intervals_add(struct spk_intervals *intervals, struct spk_interval interval);
/* Joins intervals whose gap is at most `unit`. */
void spk_intervals_merge(struct spk_intervals *intervals, const struct spk_duration *unit);

/* How a stream is cut into windows. */
struct spk_window_rules {
    int64_t start, end;
    struct spk_duration step, granularity, lookback;
    bool has_step, has_granularity, has_lookback;
    bool strict; /* is_compare_strictly: a window of one instant is none */
};

struct spk_window {
    int64_t start, end; /* both inclusive */
};
struct spk_windows {
    struct spk_window *items;
    size_t len, cap;
};
void spk_windows_deinit(struct spk_windows *windows);
/* What is left to read, given merged intervals (at least one). */
void spk_windows_make(struct spk_windows *windows, const struct spk_window_rules *rules,
                      const struct spk_intervals *read);

#endif
