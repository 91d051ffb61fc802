#include "base/time.h"

#include <limits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Walks the calendar day by day from 1 January of the year 1, as a person would. */
static void every_day_of_ten_thousand_years_converts_both_ways(void **state)
{
    int32_t day = -719162; /* date(1, 1, 1) - date(1970, 1, 1) of Python */
    int weekday = 0;       /* a Monday */
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int d = 1; d <= spk_month_days(year, month); d++) {
                int y = 0, m = 0, day_of_month = 0;
                spk_day_to_civil(day, &y, &m, &day_of_month);
                if (spk_day_from_civil(year, month, d) != day || y != year || m != month ||
                    day_of_month != d || spk_day_weekday(day) != weekday) {
                    fail_msg("%d-%d-%d became %d-%d-%d", year, month, d, y, m, day_of_month);
                }
                day++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_int_equal(day - 1, 2932896); /* date(9999, 12, 31) - date(1970, 1, 1) */
}

static void days_far_outside_the_calendar_convert_both_ways(void **state)
{
    static const int32_t days[] = {INT32_MIN, INT32_MIN + 1, -719163, 2932897, INT32_MAX};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        int y = 0, m = 0, d = 0;
        spk_day_to_civil(days[i], &y, &m, &d);
        assert_int_equal(spk_day_from_civil(y, m, d), days[i]);
    }
}

static void months_are_as_long_as_gregory_made_them(void **state)
{
    assert_int_equal(spk_month_days(2024, 2), 29);
    assert_int_equal(spk_month_days(2023, 2), 28);
    assert_int_equal(spk_month_days(1900, 2), 28);
    assert_int_equal(spk_month_days(2000, 2), 29);
    assert_int_equal(spk_month_days(2023, 9), 30);
    assert_int_equal(spk_month_days(2023, 12), 31);
}

static void a_day_is_written_in_one_form_only(void **state)
{
    static const char *const bad[] = {"",           "2024-1-1",    "2024-02-30", "2024-13-01",
                                      "0000-01-01", "2024-01-01 ", "+024-01-01", "2024/01/01",
                                      "2024-00-01", "2024-01-00",  "20240101"};
    struct spk_arena arena = {0};
    int32_t day = 0;
    assert_true(spk_day_parse(SPK_V("2024-02-29"), &day));
    assert_int_equal(day, 19782);
    assert_string_equal(spk_day_format(&arena, day).at, "2024-02-29");
    assert_true(spk_day_parse(SPK_V("0001-01-01"), &day));
    assert_string_equal(spk_day_format(&arena, day).at, "0001-01-01");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(spk_day_parse(spk_view_of(bad[i]), &day));
    }
    spk_arena_deinit(&arena);
}

static void instants_convert_both_ways_in_any_zone(void **state)
{
    static const int64_t instants[] = {0, -1, 1, -62135596800000000, 253402300799999999};
    static const int offsets[] = {0, 3600, -3601, 86399, -86399};
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        for (size_t j = 0; j < sizeof offsets / sizeof offsets[0]; j++) {
            struct spk_civil civil;
            spk_civil_from_us(instants[i], offsets[j], &civil);
            assert_true(civil.has_offset);
            assert_true(spk_civil_to_us(&civil) == instants[i]);
        }
    }
}

static void an_instant_prints_as_iso_8601(void **state)
{
    struct spk_arena arena = {0};
    assert_string_equal(spk_iso_format_us(&arena, -1).at, "1969-12-31T23:59:59.999999Z");
    assert_string_equal(spk_iso_format_us(&arena, INT64_C(1709168523004005)).at,
                        "2024-02-29T01:02:03.004005Z");
    spk_arena_deinit(&arena);
}

static void iso_8601_takes_what_rfc_3339_allows_beyond_python(void **state)
{
    struct spk_civil civil = {0};
    assert_int_equal(spk_iso_parse(SPK_V("2024-01-31t10:00:00z"), &civil, NULL), SPK_OK);
    assert_true(civil.has_offset && civil.offset_s == 0 && civil.hour == 10);
}

static void failures_name_text_and_format_and_leave_the_output(void **state)
{
    struct spk_error err = {0};
    struct spk_civil civil = {.year = 5};
    assert_int_equal(spk_strptime(SPK_V("2024-x"), SPK_V("%Y-%m"), &civil, &err), SPK_EDATA);
    assert_string_equal(err.text, "time data '2024-x' does not match format '%Y-%m'");
    assert_int_equal(spk_strptime(SPK_V("2024-01Z"), SPK_V("%Y-%m"), &civil, &err), SPK_EDATA);
    assert_string_equal(err.text,
                        "time data '2024-01Z' does not match format '%Y-%m': 'Z' is left over");
    assert_int_equal(spk_strptime(SPK_V("2024"), SPK_V("%Q"), &civil, &err), SPK_EDATA);
    assert_string_equal(err.text, "time format '%Q': 'Q' is a bad directive");
    assert_int_equal(spk_strptime(SPK_V("5"), SPK_V("%V"), &civil, &err), SPK_EDATA);
    assert_int_equal(spk_iso_parse(SPK_V("soon"), &civil, &err), SPK_EDATA);
    assert_string_equal(err.text, "'soon' is no ISO 8601 date or time");
    assert_int_equal(civil.year, 5);
}

static void a_format_of_endless_parts_is_refused(void **state)
{
    char format[4096];
    struct spk_civil civil;
    struct spk_error err = {0};
    memset(format, 'x', sizeof format);
    struct spk_view view = {format, sizeof format};
    assert_int_equal(spk_strptime(view, view, &civil, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "more than 256 parts"));
}

/* Expected side: DatetimeParser of the CDK, and isodate for the sums. */
static void moments_keep_the_offset_that_they_were_read_with(void **state)
{
    static const struct {
        const char *text, *format, *length, *sum;
    } rows[] = {
        {"2024-01-15T00:00:00-0800", "%Y-%m-%dT%H:%M:%S%z", "P1D", "2024-01-16T00:00:00-0800"},
        {"2024-01-31T23:30:00+0530", "%Y-%m-%dT%H:%M:%S%z", "P1M", "2024-02-29T23:30:00+0530"},
        {"2024-03-01T01:00:00-0800", "%Y-%m-%dT%H:%M:%S%z", "-P1M", "2024-02-01T01:00:00-0800"},
        {"2024-02-29T22:00:00.5-0800", "%Y-%m-%dT%H:%M:%S.%f%z", "P1Y",
         "2025-02-28T22:00:00.500000-0800"},
        {"2024-01-15T00:00:00Z", "%Y-%m-%dT%H:%M:%SZ", "PT1S", "2024-01-15T00:00:01Z"},
        {"1705276800", "%s", "PT1H", "1705280400"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spk_moment moment;
        struct spk_duration length;
        struct spk_buf out = {0};
        struct spk_view format = spk_view_of(rows[i].format);
        assert_int_equal(spk_cdk_moment_parse(spk_view_of(rows[i].text), format, &moment, NULL),
                         SPK_OK);
        assert_int_equal(spk_duration_parse(spk_view_of(rows[i].length), &length, NULL), SPK_OK);
        spk_cdk_moment_format(&out, spk_moment_add(moment, &length, 1), format);
        assert_string_equal(spk_buf_cstr(&out), rows[i].sum);
        spk_buf_deinit(&out);
    }
}

static void durations_outside_the_calendar_are_refused_or_clipped(void **state)
{
    struct spk_duration d = {0};
    struct spk_error err = {0};
    assert_int_equal(spk_duration_parse(SPK_V("P0.5M"), &d, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "fraction"));
    assert_int_equal(spk_duration_parse(SPK_V("P99999999999999999999D"), &d, &err), SPK_EDATA);
    assert_int_equal(spk_duration_parse(SPK_V("P999999Y"), &d, &err), SPK_EDATA);
    assert_int_equal(spk_duration_parse(SPK_V("P9999Y"), &d, &err), SPK_OK);
    assert_true(spk_duration_add(0, &d, 1) == INT64_C(253402300799999999));
    assert_true(spk_duration_add(0, &d, -1) == INT64_C(-62135596800000000));
}

static void the_clocks_move_forward(void **state)
{
    int64_t start = spk_time_monotonic_us();
    assert_true(spk_time_now_us() > INT64_C(1577836800) * SPK_SECOND_US);
    assert_true(spk_time_monotonic_us() >= start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_ten_thousand_years_converts_both_ways),
        cmocka_unit_test(days_far_outside_the_calendar_convert_both_ways),
        cmocka_unit_test(months_are_as_long_as_gregory_made_them),
        cmocka_unit_test(a_day_is_written_in_one_form_only),
        cmocka_unit_test(instants_convert_both_ways_in_any_zone),
        cmocka_unit_test(an_instant_prints_as_iso_8601),
        cmocka_unit_test(iso_8601_takes_what_rfc_3339_allows_beyond_python),
        cmocka_unit_test(failures_name_text_and_format_and_leave_the_output),
        cmocka_unit_test(a_format_of_endless_parts_is_refused),
        cmocka_unit_test(moments_keep_the_offset_that_they_were_read_with),
        cmocka_unit_test(durations_outside_the_calendar_are_refused_or_clipped),
        cmocka_unit_test(the_clocks_move_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
