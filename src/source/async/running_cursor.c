#include "async.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"

/* Every question about a slice goes to the stream's cursor with the slice that it made. */
struct running_cursor {
    struct spk_cursor base;
    struct spk_async_retriever *retriever;
    struct spk_cursor *inner;
    pthread_mutex_t lock;
    struct spk_job *given; /* not closed yet; guarded by the lock */
};

static void take_job(void *context, struct spk_job *job)
{
    struct running_cursor *self = context;
    pthread_mutex_lock(&self->lock);
    job->next = self->given;
    self->given = job;
    pthread_mutex_unlock(&self->lock);
}

static void let_go(struct running_cursor *self, struct spk_job *job)
{
    pthread_mutex_lock(&self->lock);
    struct spk_job **at = &self->given;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    pthread_mutex_unlock(&self->lock);
    spk_job_destroy(job);
}

static struct spk_slice own_slice(const struct spk_slice *slice)
{
    struct spk_slice own = *slice;
    own.owner = ((struct spk_job *)slice->owner)->slice.owner;
    return own;
}

static spk_rc open_slices(struct spk_cursor *base, struct spk_slices **out, struct spk_error *err)
{
    struct running_cursor *self = (struct running_cursor *)base;
    struct spk_slices *inner = NULL;
    spk_rc rc = self->inner->ops->slices(self->inner, &inner, err);
    if (!rc)
        *out =
            spk_orchestrator_create(self->retriever, inner, (struct spk_job_taker){take_job, self});
    return rc;
}

static spk_rc observe(struct spk_cursor *base, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    struct running_cursor *self = (struct running_cursor *)base;
    if (!self->inner->ops->observes)
        return SPK_OK;
    struct spk_slice own = own_slice(slice);
    return self->inner->ops->observe(self->inner, &own, record, err);
}

static spk_rc close_slice(struct spk_cursor *base, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    struct running_cursor *self = (struct running_cursor *)base;
    struct spk_slice own = own_slice(slice);
    spk_rc rc = self->inner->ops->close(self->inner, &own, emit, err);
    let_go(self, slice->owner);
    return rc;
}

static void finish(struct spk_cursor *base)
{
    struct running_cursor *self = (struct running_cursor *)base;
    if (self->inner->ops->finish)
        self->inner->ops->finish(self->inner);
}

static struct spk_value state(struct spk_cursor *base, struct spk_arena *arena)
{
    struct running_cursor *self = (struct running_cursor *)base;
    return self->inner->ops->state(self->inner, arena);
}

static spk_rc options(struct spk_cursor *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct running_cursor *self = (struct running_cursor *)base;
    return self->inner->ops->options(self->inner, scope, out, err);
}

static void destroy(struct spk_cursor *base)
{
    struct running_cursor *self = (struct running_cursor *)base;
    while (self->given)
        let_go(self, self->given);
    self->inner->ops->destroy(self->inner);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct spk_cursor_ops ops = {.slices = open_slices,
                                          .observe = observe,
                                          .close = close_slice,
                                          .finish = finish,
                                          .state = state,
                                          .options = options,
                                          .destroy = destroy,
                                          .observes = true};

/* As in the CDK, neither is_client_side_incremental nor is_data_feed mean anything here: a job
 * gives what it was asked for. */
struct spk_cursor *spk_running_cursor_create(struct spk_async_retriever *retriever,
                                             struct spk_cursor *inner)
{
    struct running_cursor *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &ops;
    self->retriever = retriever;
    self->inner = inner;
    pthread_mutex_init(&self->lock, NULL);
    return &self->base;
}
