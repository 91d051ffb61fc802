#include "budget.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "source/exchange.h"
#include "source/source_internal.h"
#include "template/template.h"

enum { MOST_JOBS = 10000 };

struct spk_job_budget {
    pthread_mutex_t lock; /* guards what follows */
    int64_t limit, used;
};

static struct spk_job_budget *create(int64_t limit)
{
    struct spk_job_budget *budget = spk_memory_zalloc(sizeof(*budget));
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
    pthread_mutex_unlock(&budget->lock);
}
