#ifndef SPK_SOURCE_CURSOR_WINDOW_H
#define SPK_SOURCE_CURSOR_WINDOW_H
/*
 * The arithmetic of a datetime cursor, free of components: what was read (intervals), what is left
 * to read (windows), what the state says. Moments compare as instants and keep their offset.
 */
#include "source/kinds.h"

struct spk_interval {
    struct spk_moment start, end;
    struct spk_moment recent; /* greatest cursor value of a record, with has_recent */
    bool has_recent;
};
/* Takes note of a record's cursor value; of equal instants the first counts. */
void spk_interval_observe(struct spk_interval *interval, struct spk_moment value);

struct spk_intervals { /* sorted and merged after spk_intervals_merge */
    struct spk_interval *items;
    size_t len, cap;
};
void spk_intervals_deinit(struct spk_intervals *intervals);
void spk_intervals_add(struct spk_intervals *intervals, struct spk_interval interval);
/* Joins intervals whose gap is at most `unit`. */
void spk_intervals_merge(struct spk_intervals *intervals, const struct spk_duration *unit);

enum spk_clamping { SPK_CLAMP_NONE, SPK_CLAMP_DAY, SPK_CLAMP_WEEK, SPK_CLAMP_MONTH };

/* How a stream is cut into windows. */
struct spk_window_rules {
    struct spk_moment start, end;
    struct spk_duration step, granularity, lookback;
    bool has_step, has_granularity, has_lookback;
    bool strict;                /* is_compare_strictly: a window of one instant is none */
    enum spk_clamping clamping; /* windows begin and end with whole periods */
    int weekday;                /* on which a week begins, Monday 0 */
};
/* The beginning of the period that `at` lies in, or (is_ceiling) of the next one where `at` is
 * behind it. */
struct spk_moment spk_moment_clamp(const struct spk_window_rules *rules, struct spk_moment at,
                                   bool is_ceiling);

struct spk_window {
    struct spk_moment start, end; /* both inclusive */
};

/* What is left to read, one window after the other: a day in steps of a second has many. */
struct spk_windows {
    struct spk_window_rules rules;
    struct spk_intervals read; /* as it was when they were opened */
    size_t stretch;            /* the next one */
    struct spk_moment lower, upper;
    bool is_last_stretch; /* of lower and upper: `upper` is to be read too */
    bool cutting;         /* lower and upper are in work */
};
/* Given merged intervals, at least one. */
void spk_windows_open(struct spk_windows *windows, const struct spk_window_rules *rules,
                      const struct spk_intervals *read);
bool spk_windows_next(struct spk_windows *windows, struct spk_window *window);
void spk_windows_deinit(struct spk_windows *windows);

#endif
