#include "base/time.h"

#include "base/time_internal.h"

#include <time.h>

const char *const spk_weekday_names[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday"};
const char *const spk_month_names[12] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};

static int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SPK_SECOND_US + now.tv_nsec / 1000;
}

int64_t spk_time_now_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t spk_time_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* Quotient and remainder that is never negative. */
static int64_t floor_div(int64_t n, int64_t by, int64_t *rest)
{
    int64_t quotient = n / by - (n % by < 0);
    *rest = n - quotient * by;
    return quotient;
}

enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAYS_TO_EPOCH = 719468 };

/* Days of a year that starts in March, before its month 0..11: the lengths 31 30 31 30 31 repeat.
 */
static int days_before(int march_month)
{
    return (153 * march_month + 2) / 5;
}

/* Counts from 0000-03-01 in eras of 400 years, so that the leap day ends its year. */
int32_t spk_day_from_civil(int year, int month, int day)
{
    int64_t year_of_era = 0;
    int64_t era = floor_div((int64_t)year - (month <= 2), ERA_YEARS, &year_of_era);
    int64_t day_of_year = days_before((month + 9) % 12) + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * ERA_DAYS + day_of_era - DAYS_TO_EPOCH);
}

void spk_day_to_civil(int32_t day, int *year, int *month, int *day_of_month)
{
    int64_t day_of_era = 0;
    int64_t era = floor_div((int64_t)day + DAYS_TO_EPOCH, ERA_DAYS, &day_of_era);
    int64_t leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / 146096;
    int64_t year_of_era = (day_of_era - leap_days) / 365;
    int day_of_year = (int)(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
    int march_month = (5 * day_of_year + 2) / 153;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *day_of_month = day_of_year - days_before(march_month) + 1;
    *year = (int)(year_of_era + era * ERA_YEARS) + (*month <= 2);
}

int spk_day_weekday(int32_t day)
{
    int64_t weekday = 0;
    floor_div((int64_t)day + 3, 7, &weekday); /* 1970-01-01 was a Thursday */
    return (int)weekday;
}

int spk_month_days(int year, int month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2) {
        return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

int spk_day_of_year(int year, int month, int day)
{
    return spk_day_from_civil(year, month, day) - spk_day_from_civil(year, 1, 1) + 1;
}

bool spk_civil_date_exists(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= spk_month_days(year, month);
}

bool spk_day_parse(struct spk_view text, int32_t *day)
{
    uint64_t y = 0, m = 0, d = 0;
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-' ||
        !spk_parse_u64(spk_view_slice(text, 0, 4), 9999, &y) ||
        !spk_parse_u64(spk_view_slice(text, 5, 7), 12, &m) ||
        !spk_parse_u64(spk_view_slice(text, 8, 10), 31, &d)) {
        return false;
    }
    if (!spk_civil_date_exists((int)y, (int)m, (int)d)) {
        return false;
    }
    *day = spk_day_from_civil((int)y, (int)m, (int)d);
    return true;
}

struct spk_view spk_day_format(struct spk_arena *arena, int32_t day)
{
    int year = 0, month = 0, day_of_month = 0;
    spk_day_to_civil(day, &year, &month, &day_of_month);
    return spk_arena_printf(arena, "%04d-%02d-%02d", year, month, day_of_month);
}

int64_t spk_civil_to_us(const struct spk_civil *civil)
{
    int64_t day = spk_day_from_civil(civil->year, civil->month, civil->day);
    int64_t seconds = day * SPK_DAY_SECONDS + civil->hour * INT64_C(3600) + civil->minute * 60 +
                      civil->second - (civil->has_offset ? civil->offset_s : 0);
    return seconds * SPK_SECOND_US + civil->microsecond;
}

void spk_civil_from_us(int64_t us, int offset_s, struct spk_civil *civil)
{
    int64_t microsecond = 0, second_of_day = 0;
    int64_t seconds = floor_div(us, SPK_SECOND_US, &microsecond) + offset_s;
    int64_t day = floor_div(seconds, SPK_DAY_SECONDS, &second_of_day);
    spk_day_to_civil((int32_t)day, &civil->year, &civil->month, &civil->day);
    civil->hour = (int)(second_of_day / 3600);
    civil->minute = (int)(second_of_day / 60 % 60);
    civil->second = (int)(second_of_day % 60);
    civil->microsecond = (int)microsecond;
    civil->offset_s = offset_s;
    civil->has_offset = true;
}

struct spk_view spk_iso_format_us(struct spk_arena *arena, int64_t us)
{
    struct spk_civil c;
    spk_civil_from_us(us, 0, &c);
    return spk_arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", c.year, c.month, c.day,
                            c.hour, c.minute, c.second, c.microsecond);
}
