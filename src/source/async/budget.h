#ifndef SPK_SOURCE_ASYNC_BUDGET_H
#define SPK_SOURCE_ASYNC_BUDGET_H
/*
 * How many jobs may run at the API at a time: one budget for all streams of a source. A slot is
 * taken before a job is created and given back when it ended, whatever became of it; a job that is
 * tried again keeps its slot. Thread-safe.
 */
#include "source/component.h"

struct spk_job_budget;

/* The source's, made on the first call from max_concurrent_async_job_count: one job where the
 * manifest says nothing, or nothing that is a number of at least one. Not thread-safe. */
spk_rc spk_job_budget_of(struct spk_source *source, struct spk_job_budget **out,
                         struct spk_error *err);
void spk_job_budget_destroy(struct spk_job_budget *budget);

bool spk_job_budget_has_room(struct spk_job_budget *budget);
bool spk_job_budget_take(struct spk_job_budget *budget); /* false: no slot is free */
void spk_job_budget_give_back(struct spk_job_budget *budget);

#endif
