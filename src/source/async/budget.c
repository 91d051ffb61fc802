#include "budget.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "source/exchange.h"
#include "source/source_internal.h"
#include "template/template.h"

enum { MOST_JOBS = 10000 };

struct spk_job_budget {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    int64_t limit, used;
    bool stopped;
};

static struct spk_job_budget *create(int64_t limit)
{
    struct spk_job_budget *budget = spk_memory_zalloc(sizeof(*budget));
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&budget->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&budget->lock, NULL);
    budget->limit = limit;
    return budget;
}

/* What is not a number of at least one counts as one job. */
static int64_t eval_limit(struct spk_source *source, struct spk_value written)
{
    struct spk_arena *arena = &source->arena;
    struct spk_component nobody = {.source = source, .parameters = spk_dict_new(arena)};
    struct spk_scope scope = {.source = source, .arena = arena};
    struct spk_template_string template;
    struct spk_value value = written;
    if (spk_is(written, SPK_STRING)) {
        spk_template_string_init(&template, spk_template_parse(arena, written.text, NULL), NULL);
        if (spk_scope_eval(&scope, &nobody, &template, &value, NULL))
            return 1;
    }
    if (!spk_is(value, SPK_INT) || value.integer < 1)
        return 1;
    return value.integer < MOST_JOBS ? value.integer : MOST_JOBS;
}

spk_rc spk_job_budget_of(struct spk_source *source, struct spk_job_budget **out,
                         struct spk_error *err)
{
    struct spk_value written = {0};
    if (!source->jobs) {
        spk_rc rc =
            spk_manifest_section(source->manifest, "max_concurrent_async_job_count", &written, err);
        if (rc)
            return rc;
        source->jobs = create(eval_limit(source, written));
    }
    *out = source->jobs;
    return SPK_OK;
}

void spk_job_budget_destroy(struct spk_job_budget *budget)
{
    if (!budget)
        return;
    pthread_cond_destroy(&budget->changed);
    pthread_mutex_destroy(&budget->lock);
    free(budget);
}

bool spk_job_budget_has_room(struct spk_job_budget *budget)
{
    pthread_mutex_lock(&budget->lock);
    bool room = budget->used < budget->limit;
    pthread_mutex_unlock(&budget->lock);
    return room;
}

bool spk_job_budget_take(struct spk_job_budget *budget)
{
    pthread_mutex_lock(&budget->lock);
    bool room = budget->used < budget->limit;
    if (room)
        budget->used++;
    pthread_mutex_unlock(&budget->lock);
    return room;
}

void spk_job_budget_give_back(struct spk_job_budget *budget)
{
    pthread_mutex_lock(&budget->lock);
    budget->used--;
    pthread_cond_broadcast(&budget->changed);
    pthread_mutex_unlock(&budget->lock);
}

void spk_job_budget_wait(struct spk_job_budget *budget, int64_t until_us, bool for_room)
{
    struct timespec until = {.tv_sec = until_us / SPK_SECOND_US,
                             .tv_nsec = (until_us % SPK_SECOND_US) * 1000};
    int rc = 0;
    pthread_mutex_lock(&budget->lock);
    while (rc == 0 && !budget->stopped && !(for_room && budget->used < budget->limit))
        rc = pthread_cond_timedwait(&budget->changed, &budget->lock, &until);
    pthread_mutex_unlock(&budget->lock);
}

static void set_stopped(struct spk_job_budget *budget, bool stopped)
{
    if (!budget)
        return;
    pthread_mutex_lock(&budget->lock);
    budget->stopped = stopped;
    pthread_cond_broadcast(&budget->changed);
    pthread_mutex_unlock(&budget->lock);
}

void spk_job_budget_stop(struct spk_job_budget *budget)
{
    set_stopped(budget, true);
}

void spk_job_budget_start(struct spk_job_budget *budget)
{
    set_stopped(budget, false);
}

bool spk_job_budget_is_stopped(struct spk_job_budget *budget)
{
    pthread_mutex_lock(&budget->lock);
    bool stopped = budget->stopped;
    pthread_mutex_unlock(&budget->lock);
    return stopped;
}
