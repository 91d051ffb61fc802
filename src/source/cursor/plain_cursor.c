#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "datetime.h"

struct plain_cursor { /* the running cursor without partitions */
    struct spk_cursor base;
    struct spk_datetime_cursor cursor; /* as this read sees it */
    struct spk_window_rules rules;
    struct spk_track track;
    pthread_mutex_t lock; /* guards track */
};

struct window_slices {
    struct spk_slices base;
    struct plain_cursor *cursor;
    struct spk_windows windows;
};

static spk_rc next_window(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                          bool *more, struct spk_error *err)
{
    struct window_slices *slices = (struct window_slices *)base;
    struct spk_window window;
    *more = spk_windows_next(&slices->windows, &window);
    if (!*more)
        return SPK_OK;
    struct spk_interval *interval = SPK_NEW(arena, struct spk_interval);
    spk_datetime_slice(&slices->cursor->cursor, window, arena, slice, interval);
    slice->owner = interval;
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy_slices(struct spk_slices *base)
{
    spk_windows_deinit(&((struct window_slices *)base)->windows);
    free(base);
}

static const struct spk_slices_ops slices_ops = {.next = next_window, .destroy = destroy_slices};

static spk_rc open_slices(struct spk_cursor *base, struct spk_slices **out, struct spk_error *err)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    spk_rc rc = spk_datetime_end(&self->cursor, &self->rules, err);
    if (rc)
        return rc;
    struct window_slices *slices = spk_memory_zalloc(sizeof(*slices));
    slices->base.ops = &slices_ops;
    slices->cursor = self;
    spk_windows_open(&slices->windows, &self->rules, &self->track.read);
    *out = &slices->base;
    return SPK_OK;
}

static spk_rc observe(struct spk_cursor *base, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    spk_datetime_observe(&((struct plain_cursor *)base)->cursor, record, slice->owner);
    return SPK_OK;
}

static bool should_sync(struct spk_cursor *base, const struct spk_slice *slice,
                        struct spk_record *record)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    return spk_track_should_sync(&self->track, &self->cursor, &self->rules, record);
}

static spk_rc close_slice(struct spk_cursor *base, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    pthread_mutex_lock(&self->lock);
    spk_track_close(&self->track, &self->rules, *(const struct spk_interval *)slice->owner);
    pthread_mutex_unlock(&self->lock);
    *emit = true;
    return SPK_OK;
}

static struct spk_value state(struct spk_cursor *base, struct spk_arena *arena)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    pthread_mutex_lock(&self->lock);
    struct spk_value value = spk_track_state(&self->track, &self->cursor, arena);
    pthread_mutex_unlock(&self->lock);
    return value;
}

static spk_rc options(struct spk_cursor *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return spk_datetime_options(&((struct plain_cursor *)base)->cursor, scope, out, err);
}

static bool rest(struct spk_cursor *base, struct spk_arena *arena, const struct spk_slice *slice,
                 struct spk_slice *out)
{
    return spk_datetime_rest(&((struct plain_cursor *)base)->cursor, slice->owner, arena, slice,
                             out);
}

static bool split(struct spk_cursor *base, const struct spk_duration *least,
                  struct spk_arena *arena, const struct spk_slice *slice,
                  struct spk_slice halves[2])
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    return spk_datetime_split(&self->cursor, &self->rules, least, arena, slice, halves);
}

static void destroy(struct spk_cursor *base)
{
    struct plain_cursor *self = (struct plain_cursor *)base;
    spk_track_deinit(&self->track);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct spk_cursor_ops ops = {.slices = open_slices,
                                          .should_sync = should_sync,
                                          .observe = observe,
                                          .close = close_slice,
                                          .state = state,
                                          .options = options,
                                          .rest = rest,
                                          .split = split,
                                          .destroy = destroy,
                                          .observes = true};

spk_rc spk_plain_cursor_start(struct spk_datetime_cursor *cursor, struct spk_value given,
                              struct spk_cursor **out, struct spk_error *err)
{
    struct plain_cursor *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &ops;
    spk_datetime_flags(cursor, &self->base);
    pthread_mutex_init(&self->lock, NULL);
    spk_rc rc = spk_datetime_start(cursor, &self->cursor, &self->rules, err);
    if (!rc)
        rc = spk_track_init(&self->track, &self->cursor, &self->rules, given, err);
    if (rc)
        destroy(&self->base);
    else
        *out = &self->base;
    return rc;
}
