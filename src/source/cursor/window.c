#include "window.h"

static struct spk_moment midnight(const struct spk_civil *of)
{
    struct spk_civil civil = *of;
    civil.hour = civil.minute = civil.second = civil.microsecond = 0;
    return (struct spk_moment){spk_civil_to_us(&civil), civil.offset_s};
}

static struct spk_moment month_of(const struct spk_civil *of, bool is_ceiling)
{
    struct spk_civil civil = *of;
    if (civil.day == 1)
        return midnight(&civil);
    civil.day = 1;
    if (is_ceiling) {
        civil.year += civil.month == 12;
        civil.month = civil.month % 12 + 1;
    }
    return midnight(&civil);
}

struct spk_moment spk_moment_clamp(const struct spk_window_rules *rules, struct spk_moment at,
                                   bool is_ceiling)
{
    if (rules->clamping == SPK_CLAMP_NONE)
        return at;
    struct spk_civil civil;
    spk_civil_from_us(at.us, at.offset_s, &civil);
    if (rules->clamping == SPK_CLAMP_MONTH)
        return month_of(&civil, is_ceiling);
    struct spk_moment day = midnight(&civil);
    if (rules->clamping == SPK_CLAMP_DAY) {
        day.us += is_ceiling && day.us != at.us ? SPK_DAY_US : 0;
        return day;
    }
    int weekday = spk_day_weekday(spk_day_from_civil(civil.year, civil.month, civil.day));
    int ahead = (7 + rules->weekday - weekday) % 7; /* days to the week's beginning */
    day.us += (is_ceiling || ahead == 0 ? ahead : ahead - 7) * SPK_DAY_US;
    return day;
}

void spk_windows_open(struct spk_windows *windows, const struct spk_window_rules *rules,
                      const struct spk_intervals *read)
{
    spk_windows_deinit(windows);
    *windows = (struct spk_windows){.rules = *rules};
    for (size_t i = 0; i < read->len; i++)
        spk_intervals_add(&windows->read, read->items[i]);
}

void spk_windows_deinit(struct spk_windows *windows)
{
    spk_intervals_deinit(&windows->read);
    windows->cutting = false;
    windows->stretch = 0;
}

static struct spk_moment one_unit_before(const struct spk_window_rules *rules, struct spk_moment at)
{
    return rules->has_granularity ? spk_moment_add(at, &rules->granularity, -1) : at;
}

/* The next part that was not read. In a gap `upper` was read already, so the last window stops a
 * unit before; in the last part it is the last unit to read. False where there is no further one.
 */
static bool next_stretch(struct spk_windows *windows)
{
    const struct spk_window_rules *rules = &windows->rules;
    const struct spk_interval *at = windows->read.items;
    size_t i = windows->stretch++; /* 0: before all intervals; n: behind n of them */
    if (i > windows->read.len)
        return false;
    windows->is_last_stretch = i == windows->read.len;
    windows->lower = i == 0 ? rules->start : at[i - 1].end;
    windows->upper = windows->is_last_stretch ? rules->end : at[i].start;
    if (windows->is_last_stretch && rules->has_lookback)
        windows->lower = spk_moment_add(windows->lower, &rules->lookback, -1);
    else if (i > 0 && !windows->is_last_stretch && rules->has_granularity)
        windows->lower = spk_moment_add(windows->lower, &rules->granularity, 1);
    return true;
}

static bool has_something(struct spk_windows *windows)
{
    const struct spk_window_rules *rules = &windows->rules;
    struct spk_moment *lower = &windows->lower, *upper = &windows->upper;
    if (lower->us > upper->us || (lower->us == upper->us && !rules->has_granularity) ||
        upper->us < rules->start.us)
        return false;
    if (lower->us < rules->start.us)
        *lower = rules->start;
    *lower = spk_moment_clamp(rules, *lower, true);
    if (lower->us == upper->us)
        return windows->is_last_stretch && !rules->strict;
    return lower->us < upper->us;
}

/* Without a step a window reaches to the end of this read. */
static struct spk_moment step_from(const struct spk_window_rules *rules, struct spk_moment lower)
{
    return rules->has_step ? spk_moment_add(lower, &rules->step, 1) : rules->end;
}

static struct spk_moment whole_upper(const struct spk_windows *windows)
{
    const struct spk_window_rules *rules = &windows->rules;
    if (windows->is_last_stretch && rules->has_granularity)
        return windows->upper;
    struct spk_moment upper = spk_moment_clamp(rules, windows->upper, true);
    return windows->is_last_stretch ? upper : one_unit_before(rules, upper);
}

/* One step of a stretch that is longer; false where clamping leaves nothing. */
static bool cut(struct spk_windows *windows, struct spk_window *window)
{
    const struct spk_window_rules *rules = &windows->rules;
    struct spk_moment next = step_from(rules, windows->lower);
    if (windows->upper.us < next.us)
        next = windows->upper;
    bool whole = next.us == windows->upper.us;
    struct spk_moment end = whole ? next : spk_moment_clamp(rules, next, true);
    bool reached = whole || end.us == windows->upper.us;
    struct spk_moment start = spk_moment_clamp(rules, windows->lower, true);
    windows->cutting = !reached;
    windows->lower = end;
    if (start.us >= end.us) {
        windows->cutting = false;
        return false;
    }
    *window = (struct spk_window){
        start, windows->is_last_stretch && reached ? end : one_unit_before(rules, end)};
    return true;
}

bool spk_windows_next(struct spk_windows *windows, struct spk_window *window)
{
    for (;;) {
        if (windows->cutting && cut(windows, window))
            return true;
        if (!next_stretch(windows))
            return false;
        if (!has_something(windows))
            continue;
        if (step_from(&windows->rules, windows->lower).us >= windows->upper.us) {
            *window = (struct spk_window){windows->lower, whole_upper(windows)};
            return true;
        }
        windows->cutting = true;
    }
}
