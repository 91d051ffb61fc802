#ifndef SPK_BASE_TIME_H
#define SPK_BASE_TIME_H
/*
 * Instants are int64 microseconds since 1970-01-01T00:00:00Z; days are int32 days since then
 * (proleptic Gregorian, years 1 to 9999, no leap seconds). Format and parse follow Python's
 * strftime/strptime (C locale) with the extra tokens of Airbyte's CDK.
 */
#include "base/arena.h"
#include "base/buf.h"

enum { SPK_DAY_SECONDS = 86400 };
#define SPK_SECOND_US INT64_C(1000000)
#define SPK_DAY_US    (INT64_C(86400) * SPK_SECOND_US)

struct spk_civil {
    int year, month, day; /* 1.., 1..12, 1..31 */
    int hour, minute, second, microsecond;
    int offset_s;    /* seconds east of UTC */
    bool has_offset; /* false: naive */
};

int64_t spk_time_now_us(void);       /* CLOCK_REALTIME: a preloaded test clock is honoured */
int64_t spk_time_monotonic_us(void); /* for durations */
int32_t spk_day_from_civil(int year, int month, int day);
void spk_day_to_civil(int32_t day, int *year, int *month, int *day_of_month);
int spk_day_weekday(int32_t day); /* Monday 0 .. Sunday 6 */
int spk_month_days(int year, int month);
bool spk_day_parse(struct spk_view text, int32_t *day);               /* strict YYYY-MM-DD */
struct spk_view spk_day_format(struct spk_arena *arena, int32_t day); /* YYYY-MM-DD */
int64_t spk_civil_to_us(const struct spk_civil *civil);               /* naive counts as UTC */
void spk_civil_from_us(int64_t us, int offset_s, struct spk_civil *civil);

/* Python's strftime: %Y (not padded, as glibc) %m %d %H %M %S %f %z %Z %j %y %b %B %a %A %I %p %w
 * %u %U %W %V %G %c %x %X %D %F %T %R %e %h %n %t %s %%; unknown ones pass through as glibc does.
 */
void spk_strftime(struct spk_buf *out, struct spk_view format, const struct spk_civil *civil);
/* Python's strptime, whole text must match. EDATA names the text and the format. */
spk_rc spk_strptime(struct spk_view text, struct spk_view format, struct spk_civil *civil,
                    struct spk_error *err);
/* An instant, and the offset of the clock that it was read from and is written with. */
struct spk_moment {
    int64_t us;
    int offset_s; /* seconds east of UTC */
};
/* The CDK's DatetimeParser formats: additionally %s, %s_as_float, %ms, %_ms, %epoch_microseconds. A
 * result without offset is UTC. */
spk_rc spk_cdk_moment_parse(struct spk_view text, struct spk_view format, struct spk_moment *out,
                            struct spk_error *err);
void spk_cdk_moment_format(struct spk_buf *out, struct spk_moment moment, struct spk_view format);
/* The same where the offset does not matter: UTC. */
spk_rc spk_cdk_datetime_parse(struct spk_view text, struct spk_view format, int64_t *us,
                              struct spk_error *err);
void spk_cdk_datetime_format(struct spk_buf *out, int64_t us, struct spk_view format);
/* Any ISO 8601 / RFC 3339 instant or date: 2024-01-31, 2024-01-31T10:00:00[.123456][Z|+01:00]. */
spk_rc spk_iso_parse(struct spk_view text, struct spk_civil *civil, struct spk_error *err);
/* 2024-01-31T10:00:00.000000Z */
struct spk_view spk_iso_format_us(struct spk_arena *arena, int64_t us);

/* ISO 8601 duration: P1Y2M3W4DT5H6M7.5S. */
struct spk_duration {
    int years, months;
    int64_t us; /* weeks, days, hours, minutes, seconds */
};
spk_rc spk_duration_parse(struct spk_view text, struct spk_duration *out, struct spk_error *err);
/* Calendar arithmetic for years and months (day clipped to the month's end), then us. sign +1/-1.
 */
int64_t spk_duration_add(int64_t us, const struct spk_duration *duration, int sign);
/* The same by the moment's own calendar. */
struct spk_moment spk_moment_add(struct spk_moment moment, const struct spk_duration *duration,
                                 int sign);

#endif
