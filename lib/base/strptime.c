#include "base/time_internal.h"

#include <limits.h>

enum { UNKNOWN = INT_MIN }; /* no day of a year, not even one counted back from its start */

/* What the directives said, before it is made one date. */
struct found {
    int year, iso_year, week, iso_week, weekday, day_of_year; /* UNKNOWN where not said */
    bool week_starts_sunday;
    struct spk_civil *civil; /* month, day, time and offset */
};

static int number(struct spk_view digits)
{
    int sum = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] >= '0' && digits.at[i] <= '9') { /* %d may begin with a blank */
            sum = sum * 10 + digits.at[i] - '0';
        }
    }
    return sum;
}

static int index_of(struct spk_view word, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (spk_view_equal_nocase(word, spk_view_slice(spk_view_of(names[i]), 0, word.len))) {
            return i;
        }
    }
    return UNKNOWN;
}

static int hour_of_half(int hour, struct spk_view half)
{
    bool afternoon = spk_view_equal_nocase(half, SPK_V("pm"));
    return hour % 12 + (afternoon ? 12 : 0);
}

static int microseconds(struct spk_view digits)
{
    int sum = number(digits);
    for (size_t i = digits.len; i < 6; i++) {
        sum *= 10;
    }
    return sum;
}

/* Z or +hh[:]mm[[:]ss]; the colons stand at both places or at none. */
static bool read_offset(struct spk_view text, struct spk_civil *civil)
{
    int seconds = 0;
    if (text.at[0] != 'Z') {
        size_t colon = text.at[3] == ':';
        size_t second = 5 + 2 * colon;
        bool has_second = text.len >= second + 2 && text.at[5 + colon] != '.';
        if (text.len > 5 + colon && (text.at[5 + colon] == ':') != (colon == 1)) {
            return false;
        }
        seconds = number(spk_view_slice(text, 1, 3)) * 3600 +
                  number(spk_view_slice(text, 3 + colon, 5 + colon)) * 60;
        seconds += has_second ? number(spk_view_slice(text, second, second + 2)) : 0;
        bool fraction = microseconds(spk_view_slice(text, second + 3, text.len)) != 0;
        if (fraction || seconds >= SPK_DAY_SECONDS) {
            return false;
        }
    }
    civil->offset_s = text.at[0] == '-' ? -seconds : seconds;
    civil->has_offset = true;
    return true;
}

static void take_time(struct found *found, char letter, const struct spk_captures *captures)
{
    struct spk_view text = captures->text[(unsigned char)letter];
    struct spk_civil *civil = found->civil;
    switch (letter) {
    case 'H': civil->hour = number(text); break;
    case 'I': civil->hour = hour_of_half(number(text), captures->text['p']); break;
    case 'M': civil->minute = number(text); break;
    case 'S': civil->second = number(text); break;
    case 'f': civil->microsecond = microseconds(text); break;
    default: break;
    }
}

static void take_month_and_year(struct found *found, char letter, struct spk_view text)
{
    struct spk_civil *civil = found->civil;
    switch (letter) {
    case 'Y': found->year = number(text); break;
    case 'y': found->year = number(text) + (number(text) <= 68 ? 2000 : 1900); break;
    case 'G': found->iso_year = number(text); break;
    case 'm': civil->month = number(text); break;
    case 'b':
    case 'B': civil->month = index_of(text, spk_month_names, 12) + 1; break;
    case 'd': civil->day = number(text); break;
    case 'j': found->day_of_year = number(text); break;
    default: break;
    }
}

static void take_week(struct found *found, char letter, struct spk_view text)
{
    switch (letter) {
    case 'a':
    case 'A': found->weekday = index_of(text, spk_weekday_names, 7); break;
    case 'w': found->weekday = (number(text) + 6) % 7; break;
    case 'u': found->weekday = number(text) - 1; break;
    case 'U':
    case 'W':
        found->week = number(text);
        found->week_starts_sunday = letter == 'U';
        break;
    case 'V': found->iso_week = number(text); break;
    default: break;
    }
}

/* Python's rules on which directives go together. NULL where they do. */
static const char *conflict(const struct found *found)
{
    if (found->year == UNKNOWN && found->iso_year != UNKNOWN) {
        if (found->iso_week == UNKNOWN || found->weekday == UNKNOWN) {
            return "%G needs %V and a weekday (%A, %a, %w or %u)";
        }
        return found->day_of_year != UNKNOWN ? "%j does not go with %G; use %Y" : NULL;
    }
    if (found->week == UNKNOWN && found->iso_week != UNKNOWN) {
        return found->weekday == UNKNOWN ? "%V needs %G and a weekday (%A, %a, %w or %u)"
                                         : "%V does not go with %Y; use %G";
    }
    return NULL;
}

/* Day of the year from %U or %W and the weekday; 0 or less in the year before. */
static int day_of_week(const struct found *found, int year)
{
    int first = spk_day_weekday(spk_day_from_civil(year, 1, 1)) + found->week_starts_sunday;
    int weekday = (found->weekday + found->week_starts_sunday) % 7;
    first %= 7;
    if (found->week == 0) {
        return 1 + weekday - first;
    }
    return 1 + (7 - first) % 7 + 7 * (found->week - 1) + weekday;
}

/* Week 1 is the one with 4 January. */
static int32_t day_of_iso_week(const struct found *found)
{
    int32_t fourth = spk_day_from_civil(found->iso_year, 1, 4);
    return fourth - spk_day_weekday(fourth) + 7 * (found->iso_week - 1) + found->weekday;
}

/* The day that week or day of the year name; false where neither does. */
static bool day_by_count(const struct found *found, int year, int32_t *day)
{
    int day_of_year = found->day_of_year;
    if (day_of_year == UNKNOWN && found->weekday != UNKNOWN) {
        if (found->week != UNKNOWN) {
            day_of_year = day_of_week(found, year);
        } else if (found->iso_year != UNKNOWN && found->iso_week != UNKNOWN) {
            *day = day_of_iso_week(found);
            return true;
        }
    }
    if (day_of_year == UNKNOWN) {
        return false;
    }
    *day = spk_day_from_civil(year, 1, 1) + day_of_year - 1;
    return true;
}

/* Completes year, month and day; false where no such day exists. */
static bool resolve_date(const struct found *found)
{
    struct spk_civil *civil = found->civil;
    int year = found->year == UNKNOWN ? 1900 : found->year;
    bool leap_day_of_no_year = found->year == UNKNOWN && civil->month == 2 && civil->day == 29;
    if (leap_day_of_no_year) {
        year = 1904;
    }
    if (year < 1 || (found->iso_year == 0 && found->iso_week != UNKNOWN)) {
        return false;
    }
    int32_t day = 0;
    civil->year = year;
    if (day_by_count(found, year, &day)) {
        spk_day_to_civil(day, &civil->year, &civil->month, &civil->day);
    } else if (!spk_civil_date_exists(year, civil->month, civil->day)) {
        return false;
    }
    if (leap_day_of_no_year) {
        civil->year = 1900;
    }
    return spk_civil_date_exists(civil->year, civil->month, civil->day) && civil->second < 60;
}

spk_rc spk_strptime(struct spk_view text, struct spk_view format, struct spk_civil *civil,
                    struct spk_error *err)
{
    struct spk_captures captures;
    if (spk_strptime_match(text, format, &captures, err) != SPK_OK) {
        return SPK_EDATA;
    }
    struct spk_civil result = {.month = 1, .day = 1};
    struct found found = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, false, &result};
    for (size_t i = 0; i < captures.count; i++) {
        char letter = captures.order[i];
        struct spk_view part = captures.text[(unsigned char)letter];
        take_time(&found, letter, &captures);
        take_month_and_year(&found, letter, part);
        take_week(&found, letter, part);
        if (letter == 'z' && !read_offset(part, &result)) {
            return spk_error_set(err, SPK_EDATA, "time data '%.*s': '%.*s' is no offset from UTC",
                                 SPK_SHOWN(text), SPK_FMT(part));
        }
    }
    const char *why = conflict(&found);
    if (why) {
        return spk_error_set(err, SPK_EDATA, "time format '%.*s': %s", SPK_SHOWN(format), why);
    }
    if (!resolve_date(&found)) {
        return spk_error_set(err, SPK_EDATA,
                             "time data '%.*s' with format '%.*s' names no existing time",
                             SPK_SHOWN(text), SPK_SHOWN(format));
    }
    *civil = result;
    return SPK_OK;
}
