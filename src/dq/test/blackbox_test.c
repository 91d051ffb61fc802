#include "dq/blackbox.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { DAY = 20000, HISTORY = 70, NEVER = -1 };

static const struct spk_check_settings off; /* every check that can be off is off */

/* The defaults of src/project. */
static const struct spk_check_settings standard = {
    .failed_responses = true,
    .unproven_empty = true,
    .average_low = 0.4,
    .average_high = 3,
    .average_days = 30,
    .weekday_deviations = 4,
    .weekday_warm_up = 4,
    .weekday_floor = 0.1,
    .weekday_floor_rows = 3,
    .schema_drift = true,
};

/* The verdict of one check, or NEVER. */
static int outcome_of(const struct spk_blackbox_input *input, const char *check)
{
    struct spk_arena arena = {0};
    struct spk_verdict verdicts[SPK_BLACKBOX_CHECKS];
    size_t n = spk_blackbox_judge(input, &arena, verdicts);
    int outcome = NEVER;
    for (size_t i = 0; i < n; i++) {
        assert_true(verdicts[i].expected.len > 0);
        assert_true(verdicts[i].actual.len > 0);
        assert_true(verdicts[i].message.len > 0);
        assert_int_equal(verdicts[i].day, input->batch->day);
        if (spk_view_is(verdicts[i].check, check)) {
            outcome = (int)verdicts[i].outcome;
        }
    }
    spk_arena_deinit(&arena);
    return outcome;
}

#define HOUR   (INT64_C(3600) * 1000000)
#define DAY_US (24 * HOUR)

static const struct absolute_case {
    const char *check;
    int outcome;
    struct spk_check_settings settings;
    struct spk_batch batch;
} absolute_cases[] = {
    {"row_count", SPK_PASS, {0}, {.rows = 5, .records = 5}},
    {"row_count", SPK_HOLD, {0}, {.rows = 5, .records = 6}},
    {"row_count", SPK_HOLD, {0}, {.rows = 0, .records = 1}},
    {"failed_responses", NEVER, {0}, {.failed_requests = 1}},
    {"failed_responses", SPK_HOLD, {.failed_responses = true}, {.failed_requests = 1}},
    {"failed_responses", SPK_PASS, {.failed_responses = true}, {.rows = 1}},
    {"unproven_empty", NEVER, {0}, {.rows = 0}},
    {"unproven_empty", SPK_HOLD, {.unproven_empty = true}, {.rows = 0}},
    {"unproven_empty", SPK_PASS, {.unproven_empty = true}, {.empty_proven = true}},
    {"unproven_empty", SPK_PASS, {.unproven_empty = true}, {.rows = 1}},
    {"no_rows", NEVER, {0}, {.rows = 0}},
    {"no_rows", SPK_HOLD, {.no_rows = true}, {.empty_proven = true}},
    {"no_rows", SPK_PASS, {.no_rows = true}, {.rows = 1}},
    {"daily_minimum", NEVER, {0}, {.rows = 0}},
    {"daily_minimum", SPK_HOLD, {.daily_minimum = 10}, {.rows = 9}},
    {"daily_minimum", SPK_PASS, {.daily_minimum = 10}, {.rows = 10}},
    {"daily_minimum", SPK_HOLD, {.daily_minimum = 1}, {.empty_proven = true}},
    {"freshness", NEVER, {0}, {.rows = 1}},
    {"freshness", NEVER, {.freshness_hours = 6}, {.rows = 0}},
    {"freshness", SPK_WARN_ONLY, {.freshness_hours = 6}, {.rows = 1}},
    /* Read in the middle of its day: counted back from the extraction. */
    {"freshness",
     SPK_PASS,
     {.freshness_hours = 6},
     {.rows = 1,
      .day = 10,
      .extracted_us = 10 * DAY_US + 12 * HOUR,
      .newest_us = 10 * DAY_US + 6 * HOUR}},
    {"freshness",
     SPK_HOLD,
     {.freshness_hours = 6},
     {.rows = 1,
      .day = 10,
      .extracted_us = 10 * DAY_US + 12 * HOUR,
      .newest_us = 10 * DAY_US + 5 * HOUR}},
    /* Read weeks later: counted back from the end of its day. */
    {"freshness",
     SPK_PASS,
     {.freshness_hours = 6},
     {.rows = 1, .day = 10, .extracted_us = 40 * DAY_US, .newest_us = 10 * DAY_US + 20 * HOUR}},
    {"freshness",
     SPK_HOLD,
     {.freshness_hours = 6},
     {.rows = 1, .day = 10, .extracted_us = 40 * DAY_US, .newest_us = 10 * DAY_US + 2 * HOUR}},
    {"freshness",
     SPK_PASS,
     {.freshness_hours = 6},
     {.rows = 1, .day = 10, .extracted_us = 40 * DAY_US, .newest_us = 12 * DAY_US}},
};

static void absolute_rules_judge_one_batch(void **state)
{
    for (size_t i = 0; i < sizeof absolute_cases / sizeof absolute_cases[0]; i++) {
        struct spk_batch batch = absolute_cases[i].batch;
        batch.records = batch.records ? batch.records : batch.rows;
        struct spk_blackbox_input input = {.batch = &batch,
                                           .settings = &absolute_cases[i].settings};
        int outcome = outcome_of(&input, absolute_cases[i].check);
        if (outcome != absolute_cases[i].outcome) {
            fail_msg("case %zu, %s: %d is not %d", i, absolute_cases[i].check, outcome,
                     absolute_cases[i].outcome);
        }
    }
}

static void a_change_of_fields_is_told_by_name(void **state)
{
    static const struct {
        const char *now, *before, *message; /* NULL: the check does not apply */
    } cases[] = {
        {"a,b", "a,b", "the fields are those published last"},
        {"a,b,c", "a,b", "the fields changed; new: c"},
        {"b", "a,b,c", "the fields changed; gone: a, c"},
        {"a,c,d", "a,b", "the fields changed; new: c, d; gone: b"},
        {"x", "a", "the fields changed; new: x; gone: a"},
        {"a", "", NULL},
        {"", "a", NULL},
    };
    struct spk_check_settings settings = {.schema_drift = true};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_arena arena = {0};
        struct spk_batch batch = {.schema = spk_view_of(cases[i].now)};
        struct spk_blackbox_input input = {
            .batch = &batch, .settings = &settings, .last_schema = spk_view_of(cases[i].before)};
        struct spk_verdict verdicts[SPK_BLACKBOX_CHECKS];
        size_t n = spk_blackbox_judge(&input, &arena, verdicts);
        assert_int_equal(n, cases[i].message ? 2 : 1);
        if (cases[i].message) {
            assert_true(spk_view_is(verdicts[1].message, cases[i].message));
            assert_int_equal(verdicts[1].outcome, i == 0 ? SPK_PASS : SPK_WARN_ONLY);
        }
        spk_arena_deinit(&arena);
    }
}

/* n days before DAY, newest first, all of `rows`; every seventh of `weekday_rows`. */
static size_t make_history(struct spk_day_rows *history, size_t n, int64_t rows,
                           int64_t weekday_rows)
{
    for (size_t i = 0; i < n; i++) {
        int32_t back = (int32_t)i + 1;
        history[i] = (struct spk_day_rows){DAY - back, back % 7 == 0 ? weekday_rows : rows};
    }
    return n;
}

static void variance_judges_from_history(void **state)
{
    static const struct {
        const char *check;
        size_t days;
        int64_t usual, same_weekday, rows;
        int outcome;
    } cases[] = {
        {"average", 0, 0, 0, 5, SPK_PASS},       /* a fresh account */
        {"average", 6, 1000, 1000, 1, SPK_PASS}, /* warming up */
        {"average", 7, 1000, 1000, 1, SPK_HOLD}, /* warm */
        {"average", 60, 1000, 1000, 399, SPK_HOLD},
        {"average", 60, 1000, 1000, 400, SPK_PASS},
        {"average", 60, 1000, 1000, 3000, SPK_PASS},
        {"average", 60, 1000, 1000, 3001, SPK_WARN_ONLY},
        {"average", 60, 1000, 1000, 0, SPK_HOLD},
        {"average", 60, 5, 5, 0, SPK_PASS}, /* small counts swing by chance */
        {"average", 60, 16, 16, 0, SPK_PASS},
        {"average", 60, 17, 17, 0, SPK_HOLD},
        {"average", 60, 2, 2, 7, SPK_PASS},
        {"average", 60, 0, 0, 50, SPK_PASS}, /* days without rows are no average */
        {"same_weekday", 0, 0, 0, 5, SPK_PASS},
        {"same_weekday", 27, 100, 1000, 1, SPK_PASS}, /* three same weekdays: warming up */
        {"same_weekday", 28, 100, 1000, 1, SPK_HOLD},
        {"same_weekday", 60, 100, 1000, 599, SPK_HOLD}, /* MAD 0: the floor of 10 % */
        {"same_weekday", 60, 100, 1000, 600, SPK_PASS},
        {"same_weekday", 60, 100, 1000, 1400, SPK_PASS},
        {"same_weekday", 60, 100, 1000, 1401, SPK_WARN_ONLY},
        {"same_weekday", 60, 1000, 4, 0, SPK_PASS}, /* floor of 3 rows */
        {"same_weekday", 60, 1000, 4, 16, SPK_PASS},
        {"same_weekday", 60, 1000, 4, 17, SPK_WARN_ONLY},
        {"same_weekday", 60, 1000, 0, 0, SPK_PASS}, /* a weekday that is always empty */
        {"same_weekday", 60, 1000, 0, 12, SPK_PASS},
        {"same_weekday", 60, 1000, 0, 13, SPK_WARN_ONLY},
        {"same_weekday", 60, 1000, 16, 0, SPK_PASS}, /* Poisson: 16 = 4 sqrt(16) */
        {"same_weekday", 60, 1000, 17, 0, SPK_HOLD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_day_rows history[HISTORY];
        struct spk_batch batch = {
            .day = DAY, .rows = cases[i].rows, .records = cases[i].rows, .empty_proven = true};
        struct spk_blackbox_input input = {.batch = &batch, .settings = &standard};
        input.history = history;
        input.history_count =
            make_history(history, cases[i].days, cases[i].usual, cases[i].same_weekday);
        int outcome = outcome_of(&input, cases[i].check);
        if (outcome != cases[i].outcome) {
            fail_msg("case %zu, %s: %d is not %d", i, cases[i].check, outcome, cases[i].outcome);
        }
    }
}

static void a_variance_check_can_be_off_by_halves(void **state)
{
    struct spk_day_rows history[HISTORY];
    size_t n = make_history(history, 60, 1000, 1000);
    struct spk_check_settings settings = off;
    settings.average_days = 30;
    struct spk_batch few = {.day = DAY, .rows = 1, .records = 1};
    struct spk_batch many = {.day = DAY, .rows = 99999, .records = 99999};
    struct spk_blackbox_input low = {&few, &settings, history, n, {NULL, 0}};
    struct spk_blackbox_input high = {&many, &settings, history, n, {NULL, 0}};
    assert_int_equal(outcome_of(&low, "average"), NEVER);
    assert_int_equal(outcome_of(&low, "same_weekday"), NEVER);
    settings.average_high = 3;
    assert_int_equal(outcome_of(&low, "average"), SPK_PASS);
    assert_int_equal(outcome_of(&high, "average"), SPK_WARN_ONLY);
    settings.average_high = 0;
    settings.average_low = 0.4;
    assert_int_equal(outcome_of(&low, "average"), SPK_HOLD);
    assert_int_equal(outcome_of(&high, "average"), SPK_PASS);
}

static void an_outlier_in_history_does_not_move_the_weekday(void **state)
{
    struct spk_day_rows history[HISTORY];
    size_t n = make_history(history, 60, 1000, 1000);
    history[6].rows = 0;
    history[13].rows = 100000;
    struct spk_batch batch = {.day = DAY, .rows = 590, .records = 590};
    struct spk_blackbox_input input = {&batch, &standard, history, n, {NULL, 0}};
    assert_int_equal(outcome_of(&input, "same_weekday"), SPK_HOLD);
    batch.rows = batch.records = 1000;
    assert_int_equal(outcome_of(&input, "same_weekday"), SPK_PASS);
}

static void a_swinging_account_is_judged_by_its_own_swing(void **state)
{
    struct spk_day_rows history[HISTORY];
    size_t n = make_history(history, 63, 1000, 0);
    static const int64_t swing[] = {1000, 500, 1500, 700, 1300, 1000, 600, 1400, 1000};
    for (size_t week = 0; week < 9; week++) {
        history[week * 7 + 6].rows = swing[week];
    }
    struct spk_batch batch = {.day = DAY, .rows = 10, .records = 10};
    struct spk_blackbox_input input = {&batch, &standard, history, n, {NULL, 0}};
    assert_int_equal(outcome_of(&input, "same_weekday"), SPK_PASS); /* MAD 300: nothing is odd */
}

static void verdicts_tell_what_was_expected_and_what_came(void **state)
{
    struct spk_arena arena = {0};
    struct spk_day_rows history[HISTORY];
    size_t n = make_history(history, 60, 1000, 1000);
    struct spk_batch batch = {
        .account = SPK_VIEW("bravo"), .day = DAY, .rows = 100, .records = 100};
    struct spk_blackbox_input input = {&batch, &standard, history, n, {NULL, 0}};
    struct spk_verdict v[SPK_BLACKBOX_CHECKS];
    assert_int_equal(spk_blackbox_judge(&input, &arena, v), 5);
    assert_true(spk_view_is(v[3].check, "average"));
    assert_true(spk_view_is(v[3].expected, "at least 400 rows, at most 3000"));
    assert_true(
        spk_view_is(v[3].message, "far below the mean of the last 30 days with rows, 1000.0"));
    assert_true(spk_view_is(v[4].check, "same_weekday"));
    assert_true(spk_view_is(v[4].expected, "at least 600 rows, at most 1400"));
    assert_true(spk_view_is(v[4].actual, "100 rows"));
    assert_true(
        spk_view_is(v[4].message, "9.0 deviations below the median of 8 same weekdays, 1000.0"));
    assert_true(spk_view_is(v[4].account, "bravo"));
    spk_arena_deinit(&arena);
}

/* ---- the simulation of the README ---- */

static uint64_t dice_state = 20261124;

static double dice(void) /* in [0, 1) */
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (double)(dice_state >> 11) * 0x1p-53;
}

static int64_t poisson(double mean)
{
    int64_t count = 0;
    while (mean > 0) { /* a sum of small ones, each by Knuth's product */
        double part = mean > 32 ? 32 : mean, product = dice();
        for (mean -= part; product > exp(-part); product *= dice()) {
            count++;
        }
    }
    return count;
}

static int64_t half_of(int64_t rows)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < rows; i++) {
        kept += dice() < 0.5 ? 1 : 0;
    }
    return kept;
}

/* The worst outcome of all checks. */
static enum spk_outcome worst_of(const struct spk_day_rows *history, int64_t rows)
{
    struct spk_arena arena = {0};
    struct spk_verdict verdicts[SPK_BLACKBOX_CHECKS];
    struct spk_batch batch = {.day = DAY, .rows = rows, .records = rows, .empty_proven = true};
    struct spk_blackbox_input input = {&batch, &standard, history, HISTORY, {NULL, 0}};
    size_t n = spk_blackbox_judge(&input, &arena, verdicts);
    enum spk_outcome worst = SPK_PASS;
    for (size_t i = 0; i < n; i++) {
        worst = verdicts[i].outcome > worst ? verdicts[i].outcome : worst;
    }
    spk_arena_deinit(&arena);
    return worst;
}

static void defaults_hold_half_days_and_leave_normal_days_alone(void **state)
{
    enum { DRAWS = 1000 };
    static const double shape[7] = {0.8, 0.9, 0.95, 1.0, 1.1, 1.25, 1.0};
    static const struct {
        double level;
        int held_at_least; /* of 1000 half days */
    } cases[] = {{50, 300}, {100, 700}, {200, 930}, {500, 980}, {2000, 990}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        int held = 0, warned = 0, half_held = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            struct spk_day_rows history[HISTORY];
            int weekday = draw % 7;
            for (int i = 0; i < HISTORY; i++) {
                double mean = cases[c].level * shape[(weekday + 7 * HISTORY - i - 1) % 7];
                history[i] = (struct spk_day_rows){DAY - i - 1, poisson(mean)};
            }
            int64_t rows = poisson(cases[c].level * shape[weekday]);
            enum spk_outcome normal = worst_of(history, rows);
            held += normal == SPK_HOLD ? 1 : 0;
            warned += normal == SPK_WARN_ONLY ? 1 : 0;
            half_held += worst_of(history, half_of(rows)) == SPK_HOLD ? 1 : 0;
        }
        print_message(
            "%5.0f rows a day: of %d normal days %d held, %d warned; of half days %d held\n",
            cases[c].level, DRAWS, held, warned, half_held);
        assert_true(held <= 1);
        assert_true(warned <= 2);
        assert_true(half_held >= cases[c].held_at_least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absolute_rules_judge_one_batch),
        cmocka_unit_test(a_change_of_fields_is_told_by_name),
        cmocka_unit_test(variance_judges_from_history),
        cmocka_unit_test(a_variance_check_can_be_off_by_halves),
        cmocka_unit_test(an_outlier_in_history_does_not_move_the_weekday),
        cmocka_unit_test(a_swinging_account_is_judged_by_its_own_swing),
        cmocka_unit_test(verdicts_tell_what_was_expected_and_what_came),
        cmocka_unit_test(defaults_hold_half_days_and_leave_normal_days_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
