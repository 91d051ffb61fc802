#include "base/time_internal.h"

/* A text and the place up to which it was read. */
struct scanner {
    struct spk_view text;
    size_t at;
};

static bool skip(struct scanner *s, char c)
{
    bool there = s->at < s->text.len && s->text.at[s->at] == c;
    s->at += there;
    return there;
}

/* Exactly `count` digits. */
static bool digits(struct scanner *s, size_t count, int *out)
{
    struct spk_view part = spk_view_slice(s->text, s->at, s->at + count);
    uint64_t number = 0;
    if (part.len < count || !spk_parse_u64(part, 9999, &number)) {
        return false;
    }
    *out = (int)number;
    s->at += count;
    return true;
}

/* Www or Www-D behind the year: that week's day. */
static bool read_week(struct scanner *s, bool dashes, struct spk_civil *civil)
{
    int week = 0, weekday = 1;
    if (!digits(s, 2, &week)) {
        return false;
    }
    bool more = s->at < s->text.len;
    if (more && (dashes ? skip(s, '-') : s->text.at[s->at] >= '0' && s->text.at[s->at] <= '9') &&
        !digits(s, 1, &weekday)) {
        return false;
    }
    int32_t fourth = spk_day_from_civil(civil->year, 1, 4);
    int32_t monday = fourth - spk_day_weekday(fourth);
    fourth = spk_day_from_civil(civil->year + 1, 1, 4);
    int weeks = (fourth - spk_day_weekday(fourth) - monday) / 7;
    if (week < 1 || week > weeks || weekday < 1 || weekday > 7) {
        return false;
    }
    spk_day_to_civil(monday + 7 * (week - 1) + weekday - 1, &civil->year, &civil->month,
                     &civil->day);
    return true;
}

static bool read_date(struct scanner *s, struct spk_civil *civil)
{
    if (!digits(s, 4, &civil->year) || civil->year < 1) {
        return false;
    }
    bool dashes = skip(s, '-');
    if (skip(s, 'W')) {
        return read_week(s, dashes, civil) &&
               spk_civil_date_exists(civil->year, civil->month, civil->day);
    }
    return digits(s, 2, &civil->month) && skip(s, '-') == dashes && digits(s, 2, &civil->day) &&
           spk_civil_date_exists(civil->year, civil->month, civil->day);
}

/* Any number of digits, of which six count. */
static bool read_fraction(struct scanner *s, int *microsecond)
{
    int count = 0, digit = 0;
    *microsecond = 0;
    while (digits(s, 1, &digit)) {
        if (count++ < 6) {
            *microsecond = *microsecond * 10 + digit;
        }
    }
    for (int i = count; i < 6; i++) {
        *microsecond *= 10;
    }
    return count > 0;
}

/* hh[:mm[:ss[.f]]] or hh[mm[ss[.f]]] */
static bool read_clock(struct scanner *s, int *hour, int *minute, int *second, int *microsecond)
{
    if (!digits(s, 2, hour)) {
        return false;
    }
    bool colons = skip(s, ':');
    if (!digits(s, 2, minute)) {
        return !colons;
    }
    if (colons ? skip(s, ':')
               : s->at < s->text.len && s->text.at[s->at] >= '0' && s->text.at[s->at] <= '9') {
        if (!digits(s, 2, second)) {
            return false;
        }
        if ((skip(s, '.') || skip(s, ',')) && !read_fraction(s, microsecond)) {
            return false;
        }
    }
    return *minute < 60 && *second < 60;
}

static bool read_offset(struct scanner *s, struct spk_civil *civil)
{
    if (s->at == s->text.len) {
        return true;
    }
    civil->has_offset = true;
    if (skip(s, 'Z') || skip(s, 'z')) {
        return true;
    }
    bool west = skip(s, '-');
    int hour = 0, minute = 0, second = 0, microsecond = 0;
    if ((!west && !skip(s, '+')) || !read_clock(s, &hour, &minute, &second, &microsecond)) {
        return false;
    }
    int size = hour * 3600 + minute * 60 + second;
    civil->offset_s = west ? -size : size;
    return size < SPK_DAY_SECONDS && microsecond == 0;
}

static bool read_instant(struct scanner *s, struct spk_civil *civil)
{
    if (!read_date(s, civil)) {
        return false;
    }
    if (s->at == s->text.len) {
        return true;
    }
    return (skip(s, 'T') || skip(s, 't') || skip(s, ' ')) &&
           read_clock(s, &civil->hour, &civil->minute, &civil->second, &civil->microsecond) &&
           civil->hour < 24 && read_offset(s, civil) && s->at == s->text.len;
}

spk_rc spk_iso_parse(struct spk_view text, struct spk_civil *civil, struct spk_error *err)
{
    struct scanner s = {text, 0};
    struct spk_civil result = {0};
    if (!read_instant(&s, &result)) {
        return spk_error_set(err, SPK_EDATA, "'%.*s' is no ISO 8601 date or time", SPK_SHOWN(text));
    }
    *civil = result;
    return SPK_OK;
}
