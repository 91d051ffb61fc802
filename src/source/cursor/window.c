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

static void join(struct spk_interval *into, const struct spk_interval *next)
{
    if (next->end > into->end)
        into->end = next->end;
    if (next->has_recent && (!into->has_recent || next->recent > into->recent)) {
        into->recent = next->recent;
        into->has_recent = true;
    }
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

/* [lower, upper] in steps. In a gap (not is_end) `upper` was read already, so the last window stops a
 * unit before; at the end it is the last unit to read. */
static void split(struct spk_windows *windows, const struct spk_window_rules *rules, int64_t lower,
                  int64_t upper, bool is_end)
{
    if (lower > upper || (lower == upper && !rules->has_granularity) || upper < rules->start)
        return;
    if (lower < rules->start)
        lower = rules->start;
    if (lower > upper || (lower == upper && (rules->strict || !is_end)))
        return;
    if (!rules->has_step || spk_duration_add(lower, &rules->step, 1) >= upper) {
        add_window(windows, lower, is_end ? upper : one_unit_before(rules, upper));
        return;
    }
    while (lower < upper) {
        int64_t next = spk_duration_add(lower, &rules->step, 1);
        if (next <= lower)
            return; /* a step of nothing would never end */
        bool last = next >= upper;
        next = last ? upper : next;
        add_window(windows, lower, last && is_end ? next : one_unit_before(rules, next));
        lower = next;
    }
}

void spk_windows_make(struct spk_windows *windows, const struct spk_window_rules *rules,
                      const struct spk_intervals *read)
{
    const struct spk_interval *at = read->items;
    if (rules->start < at[0].start)
        split(windows, rules, rules->start, at[0].start, false);
    for (size_t i = 0; i + 1 < read->len; i++) {
        int64_t from = rules->has_granularity
                           ? spk_duration_add(at[i].end, &rules->granularity, 1)
                           : at[i].end;
        split(windows, rules, from, at[i + 1].start, false);
    }
    int64_t from = at[read->len - 1].end;
    if (rules->has_lookback)
        from = spk_duration_add(from, &rules->lookback, -1);
    split(windows, rules, from, rules->end, true);
}
