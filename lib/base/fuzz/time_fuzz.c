/* strptime, ISO 8601 and durations. The input is "format NUL text"; without NUL it is only a text.
 */
#include "base/time.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_exists(const struct spk_civil *c)
{
    assert(c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1);
    assert(c->day <= spk_month_days(c->year, c->month) && c->hour >= 0 && c->hour < 24);
    assert(c->offset_s > -SPK_DAY_SECONDS && c->offset_s < SPK_DAY_SECONDS);
}

static void try_format(struct spk_view format, struct spk_view text)
{
    struct spk_error err = {0};
    struct spk_civil civil;
    int64_t us = 0;
    if (spk_strptime(text, format, &civil, &err) == SPK_OK) {
        assert_exists(&civil);
        struct spk_buf out = {0};
        spk_strftime(&out, format, &civil);
        spk_buf_deinit(&out);
    } else {
        assert(err.text[0]);
    }
    if (spk_cdk_datetime_parse(text, format, &us, &err) == SPK_OK) {
        struct spk_buf out = {0};
        spk_cdk_datetime_format(&out, us, format);
        spk_buf_deinit(&out);
    }
}

static void try_text(struct spk_view text)
{
    struct spk_civil civil;
    struct spk_duration duration;
    if (spk_iso_parse(text, &civil, NULL) == SPK_OK) {
        assert_exists(&civil);
        struct spk_civil again;
        spk_civil_from_us(spk_civil_to_us(&civil), civil.offset_s, &again);
        assert(again.year == civil.year && again.microsecond == civil.microsecond);
    }
    if (spk_duration_parse(text, &duration, NULL) == SPK_OK) {
        int64_t later = spk_duration_add(0, &duration, 1);
        assert(spk_duration_add(later, &(struct spk_duration){0}, 1) == later);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_view text = spk_view_make(data, size);
    struct spk_view format = spk_view_cut(&text, '\0');
    if (text.at) {
        try_format(format, text);
    } else {
        try_text(format);
    }
    return 0;
}
