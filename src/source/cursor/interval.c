#include <stdlib.h>

#include "base/memory.h"
#include "window.h"

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
    if (x->start.us != y->start.us)
        return x->start.us < y->start.us ? -1 : 1;
    return (x->end.us > y->end.us) - (x->end.us < y->end.us);
}

void spk_interval_observe(struct spk_interval *interval, struct spk_moment value)
{
    if (!interval->has_recent || value.us > interval->recent.us)
        interval->recent = value;
    interval->has_recent = true;
}

/* Of equal newest values the later interval's counts, as in the CDK. */
static void join(struct spk_interval *into, const struct spk_interval *next)
{
    if (next->end.us > into->end.us)
        into->end = next->end;
    if (next->has_recent && (!into->has_recent || next->recent.us >= into->recent.us)) {
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
        if (spk_moment_add(last->end, unit, 1).us >= intervals->items[i].start.us)
            join(last, &intervals->items[i]);
        else
            intervals->items[++kept] = intervals->items[i];
    }
    intervals->len = kept + 1;
}
