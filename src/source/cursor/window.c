#include "window.h"

#include <stdlib.h>

#include "base/memory.h"

void spk_intervals_deinit(struct spk_intervals *intervals)
{
    free(intervals->items);
    *intervals = (struct spk_intervals){0};
}

void spk_intervals_add(struct spk_intervals *intervals, struct spk_interval interval)
{
    intervals->items = spk_memory_grow(intervals->items, &intervals->cap, intervals->len + 1,
                                       sizeof(*intervals->items));
    intervals->items[intervals->len++] = interval;
}

static int by_start(const void *a, const void *b)
{
    const struct spk_interval *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

void spk_interval_observe(struct spk_interval *interval, int64_t value)
{
    if (!interval->has_recent || value > interval->recent)
        interval->recent = value;
    interval->has_recent = true;
}

static void join(struct spk_interval *into, const struct spk_interval *next)
{
    if (next->end > into->end)
        into->end = next->end;
    if (next->has_recent)
        spk_interval_observe(into, next->recent);
}

void spk_intervals_merge(struct spk_intervals *intervals, const struct spk_duration *unit)
{
    size_t kept = 0;
    if (intervals->len == 0)
        return;
    qsort(intervals->items, intervals->len, sizeof(*intervals->items), by_start);
    for (size_t i = 1; i < intervals->len; i++) {
        struct spk_interval *last = &intervals->items[kept];
        if (spk_duration_add(last->end, unit, 1) >= intervals->items[i].start)
            join(last, &intervals->items[i]);
        else
            intervals->items[++kept] = intervals->items[i];
    }
    intervals->len = kept + 1;
}

void spk_windows_deinit(struct spk_windows *windows)
{
    free(windows->items);
    *windows = (struct spk_windows){0};
}

static void add_window(struct spk_windows *windows, int64_t start, int64_t end)
{
    windows->items =
        spk_memory_grow(windows->items, &windows->cap, windows->len + 1, sizeof(*windows->items));
    windows->items[windows->len++] = (struct spk_window){start, end};
}

static int64_t one_unit_before(const struct spk_window_rules *rules, int64_t at)
{
    return rules->has_granularity ? spk_duration_add(at, &rules->granularity, -1) : at;
}

/* What lies between two instants. In a gap (not is_end) `upper` was read already, so the last
 * window stops a unit before; at the end it is the last unit to read. */
struct stretch {
    int64_t lower, upper;
    bool is_end;
};

static bool is_empty(const struct spk_window_rules *rules, const struct stretch *stretch)
{
    if (stretch->lower == stretch->upper)
        return rules->strict || !stretch->is_end;
    return stretch->lower > stretch->upper;
}

static int64_t last_of(const struct spk_window_rules *rules, const struct stretch *stretch)
{
    return stretch->is_end ? stretch->upper : one_unit_before(rules, stretch->upper);
}

static void split(struct spk_windows *windows, const struct spk_window_rules *rules,
                  struct stretch stretch)
{
    if (stretch.upper < rules->start || stretch.lower > stretch.upper ||
        (stretch.lower == stretch.upper && !rules->has_granularity))
        return;
    if (stretch.lower < rules->start)
        stretch.lower = rules->start;
    if (is_empty(rules, &stretch))
        return;
    for (int64_t lower = stretch.lower;;) {
        int64_t next = rules->has_step ? spk_duration_add(lower, &rules->step, 1) : stretch.upper;
        if (next >= stretch.upper) {
            add_window(windows, lower, last_of(rules, &stretch));
            return;
        }
        if (next <= lower)
            return; /* a step of nothing would never end */
        add_window(windows, lower, one_unit_before(rules, next));
        lower = next;
    }
}

void spk_windows_make(struct spk_windows *windows, const struct spk_window_rules *rules,
                      const struct spk_intervals *read)
{
    const struct spk_interval *at = read->items;
    if (rules->start < at[0].start)
        split(windows, rules, (struct stretch){rules->start, at[0].start, false});
    for (size_t i = 0; i + 1 < read->len; i++) {
        int64_t from = rules->has_granularity ? spk_duration_add(at[i].end, &rules->granularity, 1)
                                              : at[i].end;
        split(windows, rules, (struct stretch){from, at[i + 1].start, false});
    }
    int64_t from = at[read->len - 1].end;
    if (rules->has_lookback)
        from = spk_duration_add(from, &rules->lookback, -1);
    split(windows, rules, (struct stretch){from, rules->end, true});
}
