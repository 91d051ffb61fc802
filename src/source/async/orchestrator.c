#include "async.h"

#include <stdlib.h>

#include "base/event.h"
#include "base/memory.h"
#include "base/time.h"
#include "source/protocol/trace.h"
#include "source/source_internal.h"

enum {
    MOST_ATTEMPTS = 3,     /* to get one slice's job done */
    MOST_FAILED_POLLS = 3, /* in a row, before a job counts as lost */
};
/* Between two questions for a job's status, and before a job is created again. */
#define PAUSE_US (5 * SPK_SECOND_US)

/*
 * Slices of the cursor become jobs as the budget allows; slices of completed jobs come out. A slice
 * whose job cannot be completed does not stop the others: the failure is told at the end. Only a
 * failure that a person must act on ends everything at once.
 */
struct orchestrator {
    struct spk_slices base;
    struct spk_async_retriever *retriever;
    struct spk_slices *inner;
    struct spk_job_taker to;
    bool exhausted;       /* `inner` has no more */
    struct spk_job *held; /* its slice was taken from `inner`, the budget had no slot */
    struct spk_job **jobs;
    size_t len, cap; /* at most the budget */
    size_t failures;
    struct spk_error first_failure;
};

static void note_failure(struct orchestrator *self, const struct spk_error *failure)
{
    if (self->failures++ == 0)
        self->first_failure = *failure;
}

static struct spk_job *remove_job(struct orchestrator *self, size_t index)
{
    struct spk_job *job = self->jobs[index];
    for (size_t i = index + 1; i < self->len; i++)
        self->jobs[i - 1] = self->jobs[i];
    self->len--;
    return job;
}

/* Jobs that run are of no use to anyone any more. */
static void drop_all(struct orchestrator *self)
{
    while (self->len > 0) {
        struct spk_job *job = remove_job(self, self->len - 1);
        if (job->status == SPK_JOB_RUNNING || job->status == SPK_JOB_TIMED_OUT)
            spk_job_abort(job);
        spk_job_destroy(job);
    }
    spk_job_destroy(self->held);
    self->held = NULL;
    self->exhausted = true;
}

/* A failed creation is told when it happens, whether or not a later try succeeds. */
static spk_rc tell(struct orchestrator *self, const struct spk_error *failure,
                   struct spk_error *err)
{
    struct spk_sink *sink = self->retriever->base.source->sink;
    struct spk_arena arena = {0};
    spk_rc rc = SPK_OK;
    if (sink)
        rc = sink->ops->message(sink, spk_trace_error(&arena, NULL, failure), err);
    spk_arena_deinit(&arena);
    return rc;
}

/* A failure leaves a job that is created again later. */
static spk_rc create_job(struct orchestrator *self, struct spk_job *job, struct spk_error *err)
{
    struct spk_error failure = {0};
    spk_rc rc = spk_job_create(job, &failure);
    job->started_us = job->due_us = spk_time_monotonic_us();
    if (!rc)
        return SPK_OK;
    job->status = SPK_JOB_FAILED;
    job->due_us += PAUSE_US;
    job->why = spk_arena_dup(&job->arena, spk_view_of(failure.text));
    if (rc != SPK_ECONFIG)
        return tell(self, &failure, err);
    if (err)
        *err = failure;
    return rc;
}

static bool has_failed(const struct spk_job *job)
{
    return job->status == SPK_JOB_FAILED || job->status == SPK_JOB_TIMED_OUT;
}

/* After the last try of a job, or where its API skipped it: true, and the job is gone. */
static bool is_settled(struct orchestrator *self, size_t index)
{
    struct spk_job *job = self->jobs[index];
    struct spk_error failure = {0};
    if (job->status == SPK_JOB_TIMED_OUT)
        spk_job_abort(job);
    if (job->status != SPK_JOB_SKIPPED && (!has_failed(job) || job->attempts < MOST_ATTEMPTS))
        return false;
    if (has_failed(job)) {
        spk_error_set(&failure, SPK_ESYSTEM, "a job %s, in %d attempts%s%.*s",
                      !job->creation                     ? "could not be created"
                      : job->status == SPK_JOB_TIMED_OUT ? "did not end in time"
                                                         : "failed",
                      job->attempts, job->why.len > 0 ? ": " : "", SPK_FMT(job->why));
        note_failure(self, &failure);
    }
    spk_job_destroy(remove_job(self, index));
    return true;
}

static spk_rc create_again(struct orchestrator *self, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->len;) {
        struct spk_job *job = self->jobs[i];
        bool due = has_failed(job) && job->due_us <= spk_time_monotonic_us();
        if (due)
            rc = create_job(self, job, err);
        if (!due || rc || !is_settled(self, i))
            i++;
    }
    return rc;
}

/* Takes the next slice of the cursor; *out NULL at its end. A failure ends the slices, as it ends a
 * generator in Python. */
static spk_rc take_slice(struct orchestrator *self, struct spk_job **out, struct spk_error *err)
{
    struct spk_error failure = {0};
    bool more = false;
    struct spk_job *job = self->held ? self->held : spk_memory_zalloc(sizeof(*job));
    *out = NULL;
    if (!self->held) {
        job->retriever = self->retriever;
        spk_rc rc = self->inner->ops->next(self->inner, &job->arena, &job->slice, &more, &failure);
        if (rc || !more) {
            spk_job_destroy(job);
            self->exhausted = true;
            if (rc)
                note_failure(self, &failure);
            if (rc == SPK_ECONFIG && err)
                *err = failure;
            return rc == SPK_ECONFIG ? rc : SPK_OK;
        }
    }
    self->held = NULL;
    *out = job;
    return SPK_OK;
}

/* A slice is taken only while there is room: to make one may need a job of a parent stream, which
 * must not wait for those that we hold. */
static spk_rc create_new(struct orchestrator *self, struct spk_error *err)
{
    struct spk_job_budget *budget = self->retriever->budget;
    spk_rc rc = SPK_OK;
    while (!rc && (self->held || !self->exhausted) && spk_job_budget_has_room(budget)) {
        struct spk_job *job = NULL;
        rc = take_slice(self, &job, err);
        if (rc || !job)
            break;
        if (!spk_job_budget_take(budget)) {
            self->held = job;
            break;
        }
        job->has_slot = true;
        self->jobs = spk_memory_grow(self->jobs, &self->cap, self->len + 1, sizeof(*self->jobs));
        self->jobs[self->len++] = job;
        rc = create_job(self, job, err);
    }
    return rc;
}

/* Asks for the status. An answer that cannot be had or read is no end of the job, several in a row
 * are. */
static spk_rc poll(struct orchestrator *self, struct spk_job *job, struct spk_error *err)
{
    struct spk_error failure = {0};
    int64_t wait_us = PAUSE_US;
    spk_rc rc = SPK_OK;
    if (spk_time_monotonic_us() - job->started_us > self->retriever->timeout_us)
        job->status = SPK_JOB_TIMED_OUT;
    else
        rc = spk_job_poll(job, &failure);
    job->failed_polls = rc ? job->failed_polls + 1 : 0;
    if (job->failed_polls >= MOST_FAILED_POLLS)
        job->status = SPK_JOB_TIMED_OUT;
    if (job->status == SPK_JOB_FAILED && self->retriever->failed_wait_us > 0)
        wait_us = self->retriever->failed_wait_us;
    job->due_us = spk_time_monotonic_us() + wait_us;
    if (rc)
        note_failure(self, &failure);
    if (rc == SPK_ECONFIG && err)
        *err = failure;
    return rc == SPK_ECONFIG ? rc : SPK_OK;
}

static spk_rc poll_all(struct orchestrator *self, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < self->len;) {
        struct spk_job *job = self->jobs[i];
        bool due = job->status == SPK_JOB_RUNNING && job->due_us <= spk_time_monotonic_us();
        if (due)
            rc = poll(self, job, err);
        if (!due || rc || !is_settled(self, i))
            i++;
    }
    return rc;
}

/* Until something is to be done; for a slot that another stream gives back, a second. */
static spk_rc wait(struct orchestrator *self, struct spk_error *err)
{
    int64_t now = spk_time_monotonic_us();
    int64_t until = now + (self->held || !self->exhausted ? SPK_SECOND_US : PAUSE_US);
    for (size_t i = 0; i < self->len; i++)
        until = self->jobs[i]->due_us < until ? self->jobs[i]->due_us : until;
    return spk_pause_for(&self->retriever->base.source->pause, (double)(until - now) / 1e6, err);
}

static spk_rc summarise(struct orchestrator *self, struct spk_error *err)
{
    if (self->failures == 0)
        return SPK_OK;
    if (err)
        *err = self->first_failure;
    if (err)
        err->rc = SPK_ESYSTEM;
    return spk_error_context(err, SPK_ESYSTEM, "%zu failures of asynchronous jobs, first",
                             self->failures);
}

/* The slice of a completed job, whose slot is free for the next one. */
static bool give_completed(struct orchestrator *self, struct spk_slice *slice)
{
    for (size_t i = 0; i < self->len; i++) {
        if (self->jobs[i]->status != SPK_JOB_COMPLETED)
            continue;
        struct spk_job *job = remove_job(self, i);
        spk_job_budget_give_back(self->retriever->budget);
        job->has_slot = false;
        *slice = job->slice;
        slice->owner = job;
        self->to.give(self->to.context, job);
        return true;
    }
    return false;
}

static spk_rc next_slice(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                         bool *more, struct spk_error *err)
{
    struct orchestrator *self = (struct orchestrator *)base;
    spk_rc rc = SPK_OK;
    *more = true;
    while (!rc) {
        rc = create_again(self, err);
        if (!rc)
            rc = create_new(self, err);
        if (!rc)
            rc = poll_all(self, err);
        if (!rc && give_completed(self, slice))
            return SPK_OK;
        *more = self->len > 0 || self->held || !self->exhausted;
        if (!rc && !*more)
            return summarise(self, err);
        if (!rc)
            rc = wait(self, err);
    }
    drop_all(self);
    return rc;
}

static void destroy(struct spk_slices *base)
{
    struct orchestrator *self = (struct orchestrator *)base;
    drop_all(self);
    self->inner->ops->destroy(self->inner);
    free(self->jobs);
    free(self);
}

static const struct spk_slices_ops ops = {.next = next_slice, .destroy = destroy};

struct spk_slices *spk_orchestrator_create(struct spk_async_retriever *retriever,
                                           struct spk_slices *inner, struct spk_job_taker to)
{
    struct orchestrator *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &ops;
    self->retriever = retriever;
    self->inner = inner;
    self->to = to;
    return &self->base;
}
