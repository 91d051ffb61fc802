#ifndef SPK_DQ_BLACKBOX_H
#define SPK_DQ_BLACKBOX_H
/*
 * Black-box checks: judge a batch by what is known without looking inside records. Absolute rules
 * first, then variance from history. Pure functions: no clock, no storage, no I/O.
 *
 *   check             outcome  when (setting)
 *   row_count         hold     rows in the files are not the records that were read (always on)
 *   failed_responses  hold     requests failed in the end (failed_responses)
 *   unproven_empty    hold     no rows, and the platform did not say so (unproven_empty)
 *   no_rows           hold     no rows (no_rows)
 *   daily_minimum     hold     fewer rows than that (daily_minimum)
 *   freshness         hold     the newest record is older than freshness_hours, counted back from
 *                              the batch's extraction or its day's end, whichever is earlier; warn
 *                              where no record tells a time
 *   schema_drift      warn     the set of fields is not the one published last (schema_drift)
 *   average           hold     under average_low of the mean of the last average_days published
 *                              days that have rows, and 4 sqrt(mean) below it; needs 7 of them
 *                     warn     over average_high of that mean, and 4 sqrt(mean) above it
 *   same_weekday      hold     more than weekday_deviations below the median of the same weekdays
 *                     warn     so much above it
 *
 * One deviation of same_weekday is the greatest of 1.4826 MAD (what the median absolute deviation
 * of a normal distribution has to be multiplied with), sqrt(median) (Poisson), weekday_floor *
 * median and weekday_floor_rows, at least 1. The newest SPK_BLACKBOX_WEEKS same weekdays count.
 */
#include "project/project.h"
#include "storage/storage.h"

enum {
    SPK_BLACKBOX_CHECKS = 9,
    SPK_BLACKBOX_WEEKS = 8,
    SPK_BLACKBOX_HISTORY = 400, /* days of history that the longest settings may look at */
};

struct spk_blackbox_input {
    const struct spk_batch *batch;
    const struct spk_check_settings *settings;
    const struct spk_day_rows *history; /* published days before the batch's, newest first */
    size_t history_count;
    struct spk_view last_schema; /* empty: none */
};

/* One verdict per check that applies, in `out` (room for SPK_BLACKBOX_CHECKS); the count. Passes
 * are told too, with expected and actual. Texts lie in the arena; account and stream are the
 * batch's. */
size_t spk_blackbox_judge(const struct spk_blackbox_input *input, struct spk_arena *arena,
                          struct spk_verdict *out);

#endif
