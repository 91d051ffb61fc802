/* Offsets of IANA time zones, read from the system's compiled zone files (RFC 8536). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "template/template_internal.h"

enum { MAX_ZONE_FILE = 64 << 10, HEADER = 44 };

static uint64_t big_endian(const unsigned char *at, int bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

/* The counts of a header: isutc, isstd, leap, times, types, chars. */
struct counts {
    uint64_t isutc, isstd, leap, times, types, chars;
};

static struct counts read_counts(const unsigned char *header)
{
    const unsigned char *at = header + 20;
    return (struct counts){big_endian(at, 4),      big_endian(at + 4, 4),  big_endian(at + 8, 4),
                           big_endian(at + 12, 4), big_endian(at + 16, 4), big_endian(at + 20, 4)};
}

static size_t data_size(const struct counts *c, unsigned time_size)
{
    return c->times * (time_size + 1) + c->types * 6 + c->chars + c->leap * (time_size + 4) +
           c->isstd + c->isutc;
}

/* hh[:mm[:ss]] with a sign, in seconds. */
static const char *rule_time(const char *at, int *seconds)
{
    int sign = *at == '-' ? -1 : 1;
    if (*at == '-' || *at == '+')
        at++;
    int total = 0;
    for (int unit = 3600; unit > 0; unit /= 60) {
        char *end;
        total += (int)strtol(at, &end, 10) * unit;
        at = end;
        if (*at != ':')
            break;
        at++;
    }
    *seconds = sign * total;
    return at;
}

static const char *rule_name(const char *at)
{
    if (*at == '<') {
        while (*at && *at != '>')
            at++;
        return *at ? at + 1 : at;
    }
    while ((*at | 32) >= 'a' && (*at | 32) <= 'z')
        at++;
    return at;
}

/* ",Mm.w.d/time", ",Jn" or ",n": seconds of the change since 1 January, local. */
static const char *rule_date(const char *at, int year, int64_t *seconds)
{
    int32_t first = spk_day_from_civil(year, 1, 1);
    int32_t day = 0;
    int clock = 7200;
    char *end = (char *)(uintptr_t)at;
    if (*at == 'M') {
        int month = (int)strtol(at + 1, &end, 10);
        int week = (int)strtol(end + (*end == '.'), &end, 10);
        int weekday = (int)strtol(end + (*end == '.'), &end, 10);
        month = month < 1 || month > 12 ? 1 : month;
        int32_t start = spk_day_from_civil(year, month, 1);
        int skip = (weekday + 6) % 7 - spk_day_weekday(start); /* POSIX counts from Sunday */
        day = start + (skip + 7) % 7 + (week - 1) * 7;
        while (day >= start + spk_month_days(year, month))
            day -= 7;
        day -= first;
    } else {
        bool julian = *at == 'J';
        int number = (int)strtol(at + julian, &end, 10);
        bool leap = spk_month_days(year, 2) == 29;
        day = julian ? number - 1 + (leap && number > 59) : number;
    }
    at = end;
    if (*at == '/')
        at = rule_time(at + 1, &clock);
    *seconds = (int64_t)day * SPK_DAY_SECONDS + clock;
    return at;
}

/* The footer's rule, such as CET-1CEST,M3.5.0,M10.5.0/3, for times past the last transition. */
static bool rule_offset(const char *rule, int64_t seconds, int *offset)
{
    int standard;
    int summer;
    const char *at = rule_name(rule);
    if (at == rule)
        return false;
    at = rule_time(at, &standard);
    standard = -standard;
    *offset = standard;
    if (!*at)
        return true;
    at = rule_name(at);
    summer = standard + 3600;
    if (*at && *at != ',') {
        at = rule_time(at, &summer);
        summer = -summer;
    }
    if (*at != ',')
        return true;
    struct spk_civil civil;
    spk_civil_from_us(seconds * SPK_SECOND_US, standard, &civil);
    int64_t begin;
    int64_t end;
    at = rule_date(at + 1, civil.year, &begin);
    if (*at != ',')
        return true;
    rule_date(at + 1, civil.year, &end);
    int64_t new_year = (int64_t)spk_day_from_civil(civil.year, 1, 1) * SPK_DAY_SECONDS;
    begin += new_year - standard;
    end += new_year - summer;
    bool is_summer =
        begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
    *offset = is_summer ? summer : standard;
    return true;
}

/* The offset by the tables of one data block; past its last transition by the footer. */
static bool block_offset(const unsigned char *block, const struct counts *c, const char *footer,
                         int64_t seconds, int *offset)
{
    const unsigned char *times = block;
    const unsigned char *indices = block + c->times * 8;
    const unsigned char *types = indices + c->times;
    size_t after = 0;
    while (after < c->times && (int64_t)big_endian(times + after * 8, 8) <= seconds)
        after++;
    if (after == c->times && footer && *footer)
        return rule_offset(footer, seconds, offset);
    size_t type = after ? indices[after - 1] : 0;
    if (type >= c->types)
        return false;
    *offset = (int32_t)big_endian(types + type * 6, 4);
    return true;
}

static bool file_offset(char *data, size_t len, int64_t seconds, int *offset)
{
    const unsigned char *bytes = (const unsigned char *)data;
    if (len < HEADER || memcmp(data, "TZif", 4) != 0 || data[4] < '2')
        return false;
    struct counts c = read_counts(bytes);
    size_t second = HEADER + data_size(&c, 4);
    if (len < second + HEADER || memcmp(data + second, "TZif", 4) != 0)
        return false;
    c = read_counts(bytes + second);
    size_t block = second + HEADER;
    size_t end = block + data_size(&c, 8);
    if (end > len)
        return false;
    char *footer = NULL;
    if (end < len && data[end] == '\n') {
        char *line_end = memchr(data + end + 1, '\n', len - end - 1);
        if (line_end) {
            *line_end = 0;
            footer = data + end + 1;
        }
    }
    return block_offset(bytes + block, &c, footer, seconds, offset);
}

static bool is_zone_name(struct spk_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && (!c || !strchr("_+-/", c)))
            return false;
    }
    return name.len > 0 && name.len < 64 && name.at[0] != '/';
}

bool spk_tpl_zone_offset(struct spk_view name, int64_t us, int *offset_s)
{
    if (spk_view_equal_nocase(name, SPK_V("utc"))) {
        *offset_s = 0;
        return true;
    }
    if (!is_zone_name(name))
        return false;
    const char *folder = getenv("TZDIR");
    char path[512];
    int written = snprintf(path, sizeof path, "%s/%.*s", folder ? folder : "/usr/share/zoneinfo",
                           SPK_FMT(name));
    if (written < 0 || (size_t)written >= sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char *data = malloc(MAX_ZONE_FILE);
    ssize_t len = data ? read(fd, data, MAX_ZONE_FILE) : -1;
    close(fd);
    int64_t seconds = us / SPK_SECOND_US - (us % SPK_SECOND_US < 0);
    bool found = len > 0 && file_offset(data, (size_t)len, seconds, offset_s);
    free(data);
    return found;
}
