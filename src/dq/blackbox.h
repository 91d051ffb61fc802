#ifndef SPK_DQ_BLACKBOX_H
#define SPK_DQ_BLACKBOX_H
/*
 * Black-box checks: judge a batch by what is known without looking inside records. Absolute rules
 * first (failed responses, unproven empty, no rows, daily minimum, freshness, schema drift), then
 * variance from history: the mean of the last 30 days, and a robust same-weekday baseline (median and
 * MAD of the same weekdays, judged only after warm-up, with floors). Pure functions: no clock, no
 * storage, no I/O.
 */
#include "project/project.h"
#include "storage/storage.h"

struct spk_blackbox_input {
    const struct spk_batch *batch;
    const struct spk_check_settings *settings;
    const struct spk_day_rows *history; /* published days before the batch's, newest first */
    size_t history_count;
    struct spk_view last_schema; /* empty: none */
};

enum { SPK_BLACKBOX_CHECKS = 9 };

/* One verdict per check that applies, in `out` (room for SPK_BLACKBOX_CHECKS); the count. Passes are
 * told too, with expected and actual. */
size_t spk_blackbox_judge(const struct spk_blackbox_input *input, struct spk_arena *arena,
                          struct spk_verdict *out);

#endif
