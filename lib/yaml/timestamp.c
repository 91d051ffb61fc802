/* 2024-01-31 is a DATE; with a time of day it is a DATETIME, aware where an offset is given. */
#include "yaml/yaml_internal.h"

static bool scan_number(struct spk_yaml_scan *scan, size_t max_digits, int *out)
{
    const char *start = scan->at;
    size_t len = spk_yaml_scan_many(scan, "0123456789", max_digits);
    int64_t number = 0;
    if (!spk_parse_i64(spk_view_make(start, len), 0, 9999, &number))
        return false;
    *out = (int)number;
    return true;
}

/* Digits behind the sixth are cut, as Python does. */
static int scan_fraction(struct spk_yaml_scan *scan)
{
    int microseconds = 0;
    for (int scale = 100000; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
         scale /= 10)
        microseconds += (*scan->at++ - '0') * scale;
    return microseconds;
}

static bool scan_offset(struct spk_yaml_scan *scan, struct spk_civil *civil)
{
    spk_yaml_scan_many(scan, " \t", SIZE_MAX);
    if (spk_yaml_scan_done(scan))
        return true;
    civil->has_offset = true;
    if (spk_yaml_scan_one(scan, "Z"))
        return spk_yaml_scan_done(scan);
    int sign = spk_yaml_scan_one(scan, "-") ? -1 : 1;
    int hours = 0, minutes = 0;
    if (sign > 0 && !spk_yaml_scan_one(scan, "+"))
        return false;
    if (!scan_number(scan, 2, &hours))
        return false;
    if (spk_yaml_scan_one(scan, ":") && !scan_number(scan, 2, &minutes))
        return false;
    civil->offset_s = sign * (hours * 3600 + minutes * 60);
    return spk_yaml_scan_done(scan) && hours * 60 + minutes < 24 * 60;
}

static bool scan_date(struct spk_yaml_scan *scan, struct spk_civil *civil)
{
    return scan_number(scan, 4, &civil->year) && spk_yaml_scan_one(scan, "-") &&
           scan_number(scan, 2, &civil->month) && spk_yaml_scan_one(scan, "-") &&
           scan_number(scan, 2, &civil->day) && civil->year >= 1 && civil->month >= 1 &&
           civil->month <= 12 && civil->day >= 1 &&
           civil->day <= spk_month_days(civil->year, civil->month);
}

static bool scan_time(struct spk_yaml_scan *scan, struct spk_civil *civil)
{
    if (!spk_yaml_scan_one(scan, "Tt") && spk_yaml_scan_many(scan, " \t", SIZE_MAX) == 0)
        return false;
    if (!scan_number(scan, 2, &civil->hour) || !spk_yaml_scan_one(scan, ":") ||
        !scan_number(scan, 2, &civil->minute) || !spk_yaml_scan_one(scan, ":") ||
        !scan_number(scan, 2, &civil->second))
        return false;
    if (spk_yaml_scan_one(scan, "."))
        civil->microsecond = scan_fraction(scan);
    return civil->hour < 24 && civil->minute < 60 && civil->second < 60 && scan_offset(scan, civil);
}

bool spk_yaml_construct_timestamp(struct spk_arena *arena, struct spk_view text,
                                  struct spk_value *out)
{
    struct spk_yaml_scan scan = spk_yaml_scan_start(text);
    struct spk_civil civil = {0};
    if (!scan_date(&scan, &civil))
        return false;
    if (spk_yaml_scan_done(&scan)) {
        *out = (struct spk_value){.kind = SPK_DATE,
                                  .day = spk_day_from_civil(civil.year, civil.month, civil.day)};
        return true;
    }
    if (!scan_time(&scan, &civil))
        return false;
    struct spk_civil *kept = SPK_NEW(arena, struct spk_civil);
    *kept = civil;
    *out = (struct spk_value){.kind = SPK_DATETIME, .time = kept};
    return true;
}
