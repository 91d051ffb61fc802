#ifndef SPK_APP_OUTCOME_H
#define SPK_APP_OUTCOME_H
/* The exit status that tells an orchestrator, or a person, what comes next. */
#include "parts.h"

enum spk_outcome_of {
    SPK_OUTCOME_READ = 1,                /* accounts that could not be read: 4, 5 or 1 */
    SPK_OUTCOME_GATE = 2,                /* batches that are held: 3 */
    SPK_OUTCOME_RUN = SPK_OUTCOME_READ | /* held ones first: to release them is the way on */
                      SPK_OUTCOME_GATE,
};

/* 0 where nothing is left to do. */
spk_rc spk_outcome(struct spk_parts *parts, const struct spk_run *run, enum spk_outcome_of of,
                   int *status, struct spk_error *err);

#endif
