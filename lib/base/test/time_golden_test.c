/* Time against Python's datetime, Airbyte's CDK and isodate. */
#include "base/time.h"
#include "golden.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t integer(struct spk_view text)
{
    int64_t number = 0;
    assert_true(spk_parse_i64(text, INT64_MIN, INT64_MAX, &number));
    return number;
}

/* "Y m d H M S us offset|naive" */
static struct spk_civil read_civil(struct spk_view text)
{
    int numbers[7];
    for (size_t i = 0; i < 7; i++) {
        numbers[i] = (int)integer(spk_view_cut(&text, ' '));
    }
    struct spk_civil civil = {
        .year = numbers[0],
        .month = numbers[1],
        .day = numbers[2],
        .hour = numbers[3],
        .minute = numbers[4],
        .second = numbers[5],
        .microsecond = numbers[6],
        .has_offset = !spk_view_is(text, "naive"),
    };
    civil.offset_s = civil.has_offset ? (int)integer(text) : 0;
    return civil;
}

static void expect_civil(const struct golden *row, spk_rc rc, const struct spk_civil *c)
{
    char text[160] = "FAIL";
    if (rc == SPK_OK) {
        int length = snprintf(text, sizeof text, "%d %d %d %d %d %d %d ", c->year, c->month, c->day,
                              c->hour, c->minute, c->second, c->microsecond);
        snprintf(text + length, sizeof text - (size_t)length, c->has_offset ? "%d" : "naive",
                 c->offset_s);
    }
    golden_expect(row, spk_view_of(text));
}

static void expect_integer(const struct golden *row, spk_rc rc, int64_t number)
{
    char text[32] = "FAIL";
    if (rc == SPK_OK) {
        snprintf(text, sizeof text, "%" PRId64, number);
    }
    golden_expect(row, spk_view_of(text));
}

static void check_strftime(const struct golden *row)
{
    struct spk_civil civil = read_civil(row->fields[0]);
    struct spk_buf out = {0};
    spk_strftime(&out, row->fields[1], &civil);
    golden_expect(row, spk_buf_view(&out));
    spk_buf_deinit(&out);
}

static void check_strptime(const struct golden *row)
{
    struct spk_civil civil = {0};
    struct spk_error err = {0};
    spk_rc rc = spk_strptime(row->fields[1], row->fields[0], &civil, &err);
    expect_civil(row, rc, &civil);
    assert_true(rc == SPK_OK || (rc == SPK_EDATA && err.text[0]));
}

static void check_cdk_parse(const struct golden *row)
{
    int64_t us = 0;
    spk_rc rc = spk_cdk_datetime_parse(row->fields[1], row->fields[0], &us, NULL);
    expect_integer(row, rc, us);
}

static void check_cdk_format(const struct golden *row)
{
    struct spk_buf out = {0};
    spk_cdk_datetime_format(&out, integer(row->fields[0]), row->fields[1]);
    golden_expect(row, spk_buf_view(&out));
    spk_buf_deinit(&out);
}

static void check_iso(const struct golden *row)
{
    struct spk_civil civil = {0};
    spk_rc rc = spk_iso_parse(row->fields[0], &civil, NULL);
    expect_civil(row, rc, &civil);
}

static void check_duration(const struct golden *row)
{
    char text[64] = "FAIL";
    struct spk_duration d;
    if (spk_duration_parse(row->fields[0], &d, NULL) == SPK_OK) {
        snprintf(text, sizeof text, "%d %d %" PRId64, d.years, d.months, d.us);
    }
    golden_expect(row, spk_view_of(text));
}

static void check_duration_add(const struct golden *row)
{
    struct spk_duration duration;
    assert_int_equal(spk_duration_parse(row->fields[1], &duration, NULL), SPK_OK);
    int sign = (int)integer(row->fields[2]);
    expect_integer(row, SPK_OK, spk_duration_add(integer(row->fields[0]), &duration, sign));
}

static void times_print_like_pythons(void **state)
{
    golden_each("strftime.tsv", 1000, check_strftime);
}

static void times_parse_like_pythons(void **state)
{
    golden_each("strptime.tsv", 800, check_strptime);
}

static void the_cdks_formats_parse_like_the_cdks(void **state)
{
    golden_each("cdk_parse.tsv", 200, check_cdk_parse);
}

static void the_cdks_formats_print_like_the_cdks(void **state)
{
    golden_each("cdk_format.tsv", 200, check_cdk_format);
}

static void iso_8601_parses_like_fromisoformat(void **state)
{
    golden_each("iso.tsv", 50, check_iso);
}

static void durations_parse_like_isodates(void **state)
{
    golden_each("duration.tsv", 50, check_duration);
}

static void durations_add_like_isodates(void **state)
{
    golden_each("duration_add.tsv", 300, check_duration_add);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_print_like_pythons),
        cmocka_unit_test(times_parse_like_pythons),
        cmocka_unit_test(the_cdks_formats_parse_like_the_cdks),
        cmocka_unit_test(the_cdks_formats_print_like_the_cdks),
        cmocka_unit_test(iso_8601_parses_like_fromisoformat),
        cmocka_unit_test(durations_parse_like_isodates),
        cmocka_unit_test(durations_add_like_isodates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
