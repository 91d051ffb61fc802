/* Instants as dateutil's isoparse reads them, and durations as isodate's parse_duration. */
#include <math.h>
#include <stdlib.h>

#include "template/template_internal.h"

struct scan {
    const char *at;
    size_t len, pos;
};

/* Python's int() of up to `width` bytes: blanks around, a sign and digits. */
static bool take_int(struct scan *scan, size_t width, int *out)
{
    size_t left = scan->len - scan->pos;
    struct spk_view text = {scan->at + scan->pos, left < width ? left : width};
    scan->pos += text.len;
    text = spk_view_trim(text);
    if (text.len > 1 && text.at[0] == '+')
        text = spk_view_slice(text, 1, text.len);
    int64_t number;
    if (!spk_parse_i64(text, -9999, 9999, &number))
        return false;
    *out = (int)number;
    return true;
}

static bool next_is(const struct scan *scan, char c)
{
    return scan->pos < scan->len && scan->at[scan->pos] == c;
}

/* YYYY, YYYY-MM, YYYY-MM-DD, YYYYMMDD */
static bool common_date(struct scan *scan, struct spk_civil *out)
{
    out->month = out->day = 1;
    if (scan->len < 4 || !take_int(scan, 4, &out->year))
        return false;
    if (scan->pos >= scan->len)
        return true;
    bool dashes = next_is(scan, '-');
    scan->pos += dashes;
    if (scan->len - scan->pos < 2 || !take_int(scan, 2, &out->month))
        return false;
    if (scan->pos >= scan->len)
        return dashes;
    if (dashes && !next_is(scan, '-'))
        return false;
    scan->pos += dashes;
    return scan->len - scan->pos >= 2 && take_int(scan, 2, &out->day);
}

/* ww-D or wwD behind the W; `day` is 1 January, and becomes the day that is meant. */
static bool week_date(struct scan *scan, bool dashes, int32_t *day)
{
    int week;
    int weekday = 1;
    scan->pos++;
    if (!take_int(scan, 2, &week) || week < 1 || week > 53)
        return false;
    if (scan->pos < scan->len) {
        if (next_is(scan, '-') != dashes)
            return false;
        scan->pos += dashes;
        if (!take_int(scan, 1, &weekday) || weekday < 1 || weekday > 7)
            return false;
    }
    int32_t fourth = *day + 3; /* 4 January is always in week 1 */
    *day = fourth - spk_day_weekday(fourth) + (week - 1) * 7 + weekday - 1;
    return true;
}

static bool ordinal_date(struct scan *scan, int year, int32_t *day)
{
    int number;
    int last = spk_month_days(year, 2) == 29 ? 366 : 365;
    if (scan->len - scan->pos < 3 || !take_int(scan, 3, &number) || number < 1 || number > last)
        return false;
    *day += number - 1;
    return true;
}

/* YYYY-Www-D, YYYYWwwD, YYYY-DDD, YYYYDDD */
static bool uncommon_date(struct scan *scan, struct spk_civil *out)
{
    int year;
    if (scan->len < 4 || !take_int(scan, 4, &year) || year < 1)
        return false;
    bool dashes = next_is(scan, '-');
    scan->pos += dashes;
    int32_t day = spk_day_from_civil(year, 1, 1);
    bool good = next_is(scan, 'W') ? week_date(scan, dashes, &day) : ordinal_date(scan, year, &day);
    if (good)
        spk_day_to_civil(day, &out->year, &out->month, &out->day);
    return good;
}

static bool zone(struct scan *scan, struct spk_civil *out)
{
    size_t len = scan->len - scan->pos;
    out->has_offset = true;
    if (len == 1 && (scan->at[scan->pos] | 32) == 'z') {
        scan->pos = scan->len;
        return true;
    }
    bool minus = next_is(scan, '-');
    int hours;
    int minutes = 0;
    if ((len != 3 && len != 5 && len != 6) || (!minus && !next_is(scan, '+')))
        return false;
    scan->pos++;
    if (!take_int(scan, 2, &hours))
        return false;
    scan->pos += next_is(scan, ':');
    if (len > 3 && !take_int(scan, scan->len - scan->pos, &minutes))
        return false;
    out->offset_s = (minus ? -1 : 1) * (hours * 60 + minutes) * 60;
    return minutes <= 59 && hours <= 23;
}

static void fraction(struct scan *scan, struct spk_civil *out)
{
    size_t pos = scan->pos;
    if (pos >= scan->len || (scan->at[pos] != '.' && scan->at[pos] != ','))
        return;
    int digits = 0;
    int us = 0;
    for (pos++; pos < scan->len && scan->at[pos] >= '0' && scan->at[pos] <= '9'; pos++) {
        if (digits < 6) {
            us = us * 10 + scan->at[pos] - '0';
            digits++;
        }
    }
    if (digits == 0)
        return;
    for (; digits < 6; digits++)
        us *= 10;
    out->microsecond = us;
    scan->pos = pos;
}

/* HH, HH:MM, HHMM, HH:MM:SS, HHMMSS, fractions, zone */
static bool clock(struct scan *scan, struct spk_civil *out)
{
    int *const parts[] = {&out->hour, &out->minute, &out->second};
    bool colons = false;
    if (scan->len - scan->pos < 2)
        return false;
    for (int part = 0; scan->pos < scan->len && part < 6; part++) {
        if (strchr("-+Zz", scan->at[scan->pos]) && scan->at[scan->pos])
            return zone(scan, out);
        if (part == 1 && next_is(scan, ':')) {
            colons = true;
            scan->pos++;
        } else if (part == 2 && colons) {
            if (!next_is(scan, ':'))
                return false;
            scan->pos++;
        }
        if (part < 3 && !take_int(scan, 2, parts[part]))
            return false;
        if (part == 3)
            fraction(scan, out);
    }
    return scan->pos == scan->len;
}

static bool is_valid(const struct spk_civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= spk_month_days(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59;
}

bool spk_tpl_isoparse(struct spk_view text, struct spk_civil *out)
{
    struct scan scan = {text.at, text.len, 0};
    struct spk_civil civil = {0};
    if (!common_date(&scan, &civil)) {
        scan.pos = 0;
        civil = (struct spk_civil){0};
        if (!uncommon_date(&scan, &civil))
            return false;
    }
    if (scan.pos < scan.len) {
        scan.pos++; /* any one character stands between date and time */
        if (!clock(&scan, &civil))
            return false;
    }
    bool midnight = civil.hour == 24;
    if (midnight) {
        if (civil.minute || civil.second || civil.microsecond)
            return false;
        civil.hour = 0;
    }
    if (!is_valid(&civil))
        return false;
    if (midnight) {
        int32_t day = spk_day_from_civil(civil.year, civil.month, civil.day) + 1;
        spk_day_to_civil(day, &civil.year, &civil.month, &civil.day);
    }
    *out = civil;
    return civil.year <= 9999;
}

/* "12.5Y" at *at: its number where its letter is `unit`. */
static bool take_amount(struct spk_view text, size_t *at, char unit, double *out)
{
    char digits[64];
    size_t len = 0;
    size_t pos = *at;
    bool point = false;
    for (; pos < text.len && len + 1 < sizeof digits; pos++) {
        char c = text.at[pos];
        bool separator = (c == '.' || c == ',') && !point && len > 0;
        if (!separator && (c < '0' || c > '9'))
            break;
        point |= separator;
        digits[len++] = separator ? '.' : c;
    }
    digits[len] = 0;
    if (len == 0 || digits[len - 1] == '.' || pos >= text.len || text.at[pos] != unit)
        return false;
    *out = strtod(digits, NULL);
    *at = pos + 1;
    return true;
}

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

enum { YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS, UNITS };

/* P with its amounts, behind the sign; the whole text must be used up. */
static bool take_amounts(struct spk_view text, double amounts[UNITS])
{
    static const char units[] = "YMWDHMS";
    size_t at = 1;
    if (text.len < 2 || text.at[0] != 'P' || !is_word_char(text.at[1]))
        return false;
    for (int i = 0; i < UNITS; i++) {
        if (i == HOURS && at < text.len && text.at[at++] != 'T')
            return false;
        take_amount(text, &at, units[i], &amounts[i]);
    }
    return at == text.len;
}

static struct spk_value new_duration(struct spk_tpl_state *s, double years, double months,
                                     int64_t us)
{
    struct spk_tpl_duration *duration = SPK_NEW(s->arena, struct spk_tpl_duration);
    *duration = (struct spk_tpl_duration){years, months, us};
    return spk_tpl_special(SPK_TPL_DURATION, duration);
}

/* The alternative form P0003-06-04T12:30:05, which cannot have zeros in its date. */
static bool dated_duration(struct spk_tpl_state *s, struct spk_view text, struct spk_value *out)
{
    struct spk_civil c;
    struct spk_view rest = spk_view_slice(text, 1, text.len);
    if (!spk_view_starts(text, SPK_V("P")) || spk_view_find(rest, SPK_V("T"), 0) < 0 ||
        !spk_tpl_isoparse(rest, &c))
        return false;
    int64_t seconds = ((c.day * 24 + c.hour) * 60 + c.minute) * 60 + c.second;
    *out = new_duration(s, c.year, c.month, seconds * SPK_SECOND_US + c.microsecond);
    return true;
}

bool spk_tpl_duration_parse(struct spk_tpl_state *s, struct spk_view text, struct spk_value *out)
{
    static const double seconds[UNITS] = {0, 0, 604800, 86400, 3600, 60, 1};
    double amounts[UNITS] = {0};
    bool sign = text.len && (text.at[0] == '-' || text.at[0] == '+');
    int factor = sign && text.at[0] == '-' ? -1 : 1;
    if (text.len && text.at[text.len - 1] == '\n')
        text.len--;
    if (!take_amounts(spk_view_slice(text, sign, text.len), amounts))
        return dated_duration(s, text, out);
    double total = 0;
    for (int i = WEEKS; i < UNITS; i++)
        total += amounts[i] * seconds[i] * 1e6;
    if (total > 9e18)
        return false;
    int64_t us = factor * (int64_t)nearbyint(total);
    *out = (struct spk_value){.kind = SPK_TIMEDELTA, .integer = us};
    if (amounts[YEARS] != 0 || amounts[MONTHS] != 0)
        *out = new_duration(s, factor * amounts[YEARS], factor * amounts[MONTHS], us);
    return true;
}

void spk_tpl_duration_str(struct spk_buf *out, const struct spk_tpl_duration *duration)
{
    if (duration->years != 0)
        spk_buf_printf(out, "%.0f years, ", trunc(duration->years));
    if (duration->months != 0)
        spk_buf_printf(out, "%.0f month%s, ", trunc(duration->months),
                       duration->months <= 1 ? "" : "s");
    spk_value_str(out, (struct spk_value){.kind = SPK_TIMEDELTA, .integer = duration->us});
}
