#include "base/time_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_TEXT = 64 };

/* Formats that are a number as a whole (DatetimeParser of the CDK compares, it does not search). */
static const struct {
    const char *format;
    int64_t unit_us; /* 0: a decimal fraction of seconds */
} epochs[] = {
    {"%s", SPK_SECOND_US},
    {"%s_as_float", 0},
    {"%epoch_microseconds", 1},
    {"%ms", 1000},
};
enum { EPOCHS = sizeof epochs / sizeof epochs[0] };

/* The index of a format that is a number, or EPOCHS. */
static size_t find_epoch(struct spk_view format)
{
    size_t i = 0;
    while (i < EPOCHS && !spk_view_is(format, epochs[i].format)) {
        i++;
    }
    return i;
}

/* What int() and float() of Python see through: blanks around, single underscores between digits.
 * False where an underscore stands elsewhere, or the text is longer than any time. */
static bool plain_number(struct spk_view text, char out[NUMBER_TEXT], struct spk_view *number)
{
    text = spk_view_trim(text);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char before = i > 0 ? text.at[i - 1] : ' ', after = i + 1 < text.len ? text.at[i + 1] : ' ';
        bool inside = before >= '0' && before <= '9' && after >= '0' && after <= '9';
        if ((text.at[i] == '_' && !inside) || len == NUMBER_TEXT) {
            return false;
        }
        if (text.at[i] != '_') {
            out[len++] = text.at[i];
        }
    }
    *number = (struct spk_view){out, len};
    return true;
}

/* Seconds with a fraction, to the nearest microsecond as datetime.fromtimestamp rounds. */
static bool us_from_seconds(double seconds, int64_t *us)
{
    if (fabs(seconds) > 1e12) {
        return false;
    }
    double whole = 0;
    double fraction = modf(seconds, &whole);
    *us = (int64_t)whole * SPK_SECOND_US + (int64_t)nearbyint(fraction * 1e6);
    return true;
}

static bool parse_epoch(struct spk_view text, int64_t unit_us, int64_t *us)
{
    char digits[NUMBER_TEXT];
    struct spk_view number;
    int64_t count = 0, result = 0;
    double seconds = 0;
    if (!plain_number(text, digits, &number)) {
        return false;
    }
    bool ok = unit_us ? spk_parse_i64(number, INT64_MIN, INT64_MAX, &count) &&
                            !__builtin_mul_overflow(count, unit_us, &result)
                      : spk_parse_double(number, &seconds) && us_from_seconds(seconds, &result);
    if (!ok || result < SPK_TIME_FIRST_US || result > SPK_TIME_LAST_US) {
        return false;
    }
    *us = result;
    return true;
}

/* out gets `text` with each `old` replaced. */
static void replace(struct spk_buf *out, struct spk_view text, struct spk_view old,
                    struct spk_view by)
{
    size_t from = 0;
    for (;;) {
        ptrdiff_t hit = spk_view_find(text, old, from);
        size_t end = hit < 0 ? text.len : (size_t)hit;
        spk_buf_append(out, spk_view_slice(text, from, end));
        if (hit < 0) {
            return;
        }
        spk_buf_append(out, by);
        from = end + old.len;
    }
}

spk_rc spk_cdk_moment_parse(struct spk_view text, struct spk_view format, struct spk_moment *out,
                            struct spk_error *err)
{
    size_t epoch = find_epoch(format);
    if (epoch < EPOCHS) {
        struct spk_moment moment = {0};
        if (parse_epoch(text, epochs[epoch].unit_us, &moment.us)) {
            *out = moment;
            return SPK_OK;
        }
        return spk_error_set(err, SPK_EDATA, "time data '%.*s' does not match format '%.*s'",
                             SPK_SHOWN(text), SPK_SHOWN(format));
    }
    struct spk_civil civil;
    struct spk_buf plain = {0};
    replace(&plain, format, SPK_V("%_ms"), SPK_V("%f"));
    spk_rc rc = spk_strptime(text, spk_buf_view(&plain), &civil, err);
    spk_buf_deinit(&plain);
    if (rc == SPK_OK) {
        *out = (struct spk_moment){spk_civil_to_us(&civil), civil.has_offset ? civil.offset_s : 0};
    }
    return rc;
}

spk_rc spk_cdk_datetime_parse(struct spk_view text, struct spk_view format, int64_t *us,
                              struct spk_error *err)
{
    struct spk_moment moment;
    spk_rc rc = spk_cdk_moment_parse(text, format, &moment, err);
    if (rc == SPK_OK) {
        *us = moment.us;
    }
    return rc;
}

/* datetime.timestamp(): the double nearest to the seconds. */
static double timestamp(int64_t us)
{
    if (us > -(INT64_C(1) << 53) && us < INT64_C(1) << 53) {
        return (double)us / 1e6; /* both exact, so the quotient is rounded once */
    }
    char text[NUMBER_TEXT];
    snprintf(text, sizeof text, "%" PRId64 "e-6", us);
    return strtod(text, NULL);
}

/* str(float) of Python: the fewest decimals that give the same number again. */
static void append_seconds(struct spk_buf *out, double seconds)
{
    bool tiny = seconds != 0 && fabs(seconds) < 1e-4;
    char text[NUMBER_TEXT];
    for (int decimals = !tiny; decimals <= 17; decimals++) {
        snprintf(text, sizeof text, tiny ? "%.*e" : "%.*f", decimals, seconds);
        if (strtod(text, NULL) == seconds) {
            break;
        }
    }
    spk_buf_append_str(out, text);
}

/* %_ms is %f at first; every place that shows the microseconds then shows milliseconds. */
static void format_milliseconds(struct spk_buf *out, const struct spk_civil *civil,
                                struct spk_view format)
{
    char us[16], ms[16];
    snprintf(us, sizeof us, "%06d", civil->microsecond);
    snprintf(ms, sizeof ms, "%03d", civil->microsecond / 1000);
    struct spk_buf plain = {0}, text = {0};
    replace(&plain, format, SPK_V("%_ms"), SPK_V("%f"));
    spk_strftime(&text, spk_buf_view(&plain), civil);
    replace(out, spk_buf_view(&text), spk_view_of(us), spk_view_of(ms));
    spk_buf_deinit(&plain);
    spk_buf_deinit(&text);
}

void spk_cdk_moment_format(struct spk_buf *out, struct spk_moment moment, struct spk_view format)
{
    int64_t us = moment.us;
    size_t epoch = find_epoch(format);
    if (epoch < EPOCHS && epochs[epoch].unit_us == 0) {
        append_seconds(out, timestamp(us));
        return;
    }
    if (epoch < EPOCHS) {
        /* In double arithmetic, as the CDK: it may be off by one in far years. */
        double scale = (double)(SPK_SECOND_US / epochs[epoch].unit_us);
        spk_buf_append_i64(out, (int64_t)(timestamp(us) * scale));
        return;
    }
    struct spk_civil civil;
    spk_civil_from_us(us, moment.offset_s, &civil);
    if (spk_view_find(format, SPK_V("%_ms"), 0) >= 0) {
        format_milliseconds(out, &civil, format);
    } else {
        spk_strftime(out, format, &civil);
    }
}

void spk_cdk_datetime_format(struct spk_buf *out, int64_t us, struct spk_view format)
{
    spk_cdk_moment_format(out, (struct spk_moment){us, 0}, format);
}
