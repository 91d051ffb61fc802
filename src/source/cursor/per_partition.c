#include "per_partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "source/source_internal.h"

#define EMIT_EVERY_US (600 * SPK_SECOND_US)

struct window_owner { /* of a slice */
    struct spk_partition *partition;
    struct spk_interval interval;
};

struct partition_slices {
    struct spk_slices base;
    struct spk_per_partition *cursor;
    struct spk_window_rules rules; /* their end moves on */
    struct spk_slices *router;
    struct spk_arena arena; /* of the current partition */
    struct spk_slice current;
    struct spk_partition *partition; /* of `current`, or NULL */
    struct spk_windows windows;
    struct spk_window window; /* of `partition`, the next one to give */
    bool has_window;
};

static bool is_open(const struct spk_partition *partition)
{
    return partition->seen && !partition->finished;
}

/* Makes room: drops partitions that are read, then those of the given state that did not come yet,
 * the oldest first. There is a global state by now, which the others start from. */
static void make_room(struct spk_per_partition *self)
{
    enum { KEEP = SPK_PARTITIONS_LIMIT / 10 * 9 };
    struct spk_map kept = {0};
    size_t waiting = 0;
    for (size_t i = 0; i < self->partitions.len; i++)
        waiting += !((struct spk_partition *)self->partitions.entries[i].value)->finished;
    for (size_t i = 0; i < self->partitions.len; i++) {
        const struct spk_map_entry *e = &self->partitions.entries[i];
        struct spk_partition *partition = e->value;
        bool drop = partition->finished || (waiting > KEEP && !is_open(partition));
        waiting -= drop && !partition->finished;
        if (drop)
            spk_partition_destroy(partition);
        else
            spk_map_set(&kept, e->key, partition);
    }
    spk_map_deinit(&self->partitions);
    self->partitions = kept;
}

static void start_reading(struct spk_per_partition *self, struct spk_partition *partition)
{
    partition->number = self->generated++;
    self->reading = spk_memory_grow(self->reading, &self->reading_cap, self->reading_len + 1,
                                    sizeof(*self->reading));
    self->reading[self->reading_len++] = partition->number;
}

static void stop_reading(struct spk_per_partition *self, struct spk_partition *partition)
{
    size_t at = 0;
    while (self->reading[at] != partition->number)
        at++;
    self->reading_len--;
    memmove(self->reading + at, self->reading + at + 1,
            (self->reading_len - at) * sizeof(*self->reading));
    partition->finished = true;
}

/* The partition of the router's newest slice; *out NULL where it was there before in this run. */
static spk_rc enter(struct partition_slices *slices, struct spk_partition **out,
                    struct spk_error *err)
{
    struct spk_per_partition *self = slices->cursor;
    struct spk_buf key = {0};
    spk_rc rc = SPK_OK;
    spk_partition_key(&key, slices->current.partition);
    pthread_mutex_lock(&self->lock);
    if (self->count > SPK_PARTITIONS_SWITCH)
        self->use_global = true;
    if (self->use_global && self->partitions.len >= SPK_PARTITIONS_LIMIT)
        make_room(self);
    struct spk_partition *partition = spk_map_get(&self->partitions, spk_buf_view(&key));
    if (!partition) {
        partition = spk_partition_add(self, spk_buf_view(&key), self->start_state, err);
        rc = partition ? SPK_OK : SPK_EDATA;
    }
    if (!rc && partition->seen) {
        partition = NULL;
    } else if (!rc) {
        spk_parents_note(self, slices->router);
        partition->seen = true;
        start_reading(self, partition);
        spk_windows_open(&slices->windows, &slices->rules, &partition->track.read);
        slices->has_window = spk_windows_next(&slices->windows, &slices->window);
        if (!slices->has_window)
            stop_reading(self, partition);
    }
    pthread_mutex_unlock(&self->lock);
    spk_buf_deinit(&key);
    *out = partition;
    return rc;
}

static spk_rc exhaust(struct partition_slices *slices)
{
    struct spk_per_partition *self = slices->cursor;
    pthread_mutex_lock(&self->lock);
    spk_parents_note(self, slices->router);
    self->exhausted = true;
    pthread_mutex_unlock(&self->lock);
    return SPK_OK;
}

/* Moves to the router's next partition that has something to read. */
static spk_rc advance(struct partition_slices *slices, bool *more, struct spk_error *err)
{
    for (;;) {
        spk_arena_reset(&slices->arena);
        slices->current = (struct spk_slice){0};
        slices->has_window = false;
        spk_rc rc =
            slices->router->ops->next(slices->router, &slices->arena, &slices->current, more, err);
        if (rc)
            return rc;
        if (!*more)
            return exhaust(slices);
        rc = spk_datetime_end(&slices->cursor->cursor, &slices->rules, err);
        if (!rc)
            rc = enter(slices, &slices->partition, err);
        if (rc || slices->has_window)
            return rc;
    }
}

static spk_rc next_slice(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                         bool *more, struct spk_error *err)
{
    struct partition_slices *slices = (struct partition_slices *)base;
    struct spk_per_partition *self = slices->cursor;
    *more = true;
    if (!slices->has_window) {
        spk_rc rc = advance(slices, more, err);
        if (rc || !*more)
            return rc;
    }
    struct window_owner *owner = SPK_NEW(arena, struct window_owner);
    owner->partition = slices->partition;
    spk_datetime_slice(&self->cursor, slices->window, arena, slice, &owner->interval);
    slices->has_window = spk_windows_next(&slices->windows, &slices->window);
    slice->partition = spk_value_copy(arena, slices->current.partition);
    slice->extra_fields = spk_value_copy(arena, slices->current.extra_fields);
    slice->embedded = spk_value_copy(arena, slices->current.embedded);
    slice->owner = owner;
    pthread_mutex_lock(&self->lock);
    slices->partition->open++;
    slices->partition->generated = !slices->has_window;
    pthread_mutex_unlock(&self->lock);
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy_slices(struct spk_slices *base)
{
    struct partition_slices *slices = (struct partition_slices *)base;
    slices->router->ops->destroy(slices->router);
    spk_windows_deinit(&slices->windows);
    spk_arena_deinit(&slices->arena);
    free(slices);
}

static const struct spk_slices_ops slices_ops = {.next = next_slice, .destroy = destroy_slices};

static spk_rc open_slices(struct spk_cursor *base, struct spk_slices **out, struct spk_error *err)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    struct spk_slices *router = NULL;
    spk_rc rc = SPK_OPS(self->router, router)->open(self->router, self->given, &router, err);
    if (rc)
        return rc;
    struct partition_slices *slices = spk_memory_zalloc(sizeof(*slices));
    slices->base.ops = &slices_ops;
    slices->cursor = self;
    slices->router = router;
    slices->rules = self->rules;
    self->started_us = spk_time_now_us();
    pthread_mutex_lock(&self->lock);
    spk_parents_note(self, router);
    pthread_mutex_unlock(&self->lock);
    *out = &slices->base;
    return SPK_OK;
}

static spk_rc observe(struct spk_cursor *base, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    struct spk_interval *interval = &((struct window_owner *)slice->owner)->interval;
    spk_datetime_observe(&self->cursor, record, interval);
    return SPK_OK;
}

static bool should_sync(struct spk_cursor *base, const struct spk_slice *slice,
                        struct spk_record *record)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    const struct window_owner *owner = slice->owner;
    pthread_mutex_lock(&self->lock);
    const struct spk_track *track =
        self->use_global ? &self->global_track : &owner->partition->track;
    pthread_mutex_unlock(&self->lock);
    return spk_track_should_sync(track, &self->cursor, &self->rules, record);
}

static void raise_global(struct spk_per_partition *self, struct spk_moment reached)
{
    if (!self->has_new_global || reached.us > self->new_global.us)
        self->new_global = reached;
    self->has_new_global = true;
}

static bool is_emission_due(struct spk_per_partition *self)
{
    int64_t now = spk_time_monotonic_us();
    if (self->emitted_us > 0 && now - self->emitted_us <= EMIT_EVERY_US)
        return false;
    self->emitted_us = now;
    bool has_parents = self->parent_state && spk_value_truthy(self->parent_state->state);
    return !self->use_global || has_parents;
}

static spk_rc close_slice(struct spk_cursor *base, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    const struct window_owner *owner = slice->owner;
    struct spk_partition *partition = owner->partition;
    pthread_mutex_lock(&self->lock);
    partition->open--;
    bool read = partition->generated && partition->open == 0;
    if (owner->interval.has_recent) {
        self->synced = true;
        raise_global(self, owner->interval.recent);
    }
    if (!self->use_global) {
        spk_track_close(&partition->track, &self->rules, owner->interval);
        if (read)
            raise_global(self, spk_track_reached(&partition->track));
    }
    if (read)
        stop_reading(self, partition);
    spk_parents_commit(self);
    *emit = is_emission_due(self);
    pthread_mutex_unlock(&self->lock);
    return SPK_OK;
}

static void finish(struct spk_cursor *base)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    pthread_mutex_lock(&self->lock);
    if (self->exhausted && self->reading_len == 0) {
        if (self->synced) {
            /* By the wall clock: it is taken from instants of the wall clock. */
            int64_t spent = spk_time_now_us() - self->started_us;
            spent = spent < 0 ? 0 : spent;
            self->global = self->new_global;
            self->has_global = self->has_new_global;
            self->lookback_s = (spent + SPK_SECOND_US - 1) / SPK_SECOND_US;
        }
        spk_parents_commit_all(self);
    } else {
        spk_parents_commit(self); /* where they start, where nothing was made of them */
    }
    pthread_mutex_unlock(&self->lock);
}

static spk_rc options(struct spk_cursor *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    spk_rc rc = SPK_OPS(self->router, router)->options(self->router, scope, out, err);
    return rc ? rc : spk_datetime_options(&self->cursor, scope, out, err);
}

static bool rest(struct spk_cursor *base, struct spk_arena *arena, const struct spk_slice *slice,
                 struct spk_slice *out)
{
    const struct window_owner *owner = slice->owner;
    return spk_datetime_rest(&((struct spk_per_partition *)base)->cursor, &owner->interval, arena,
                             slice, out);
}

static bool split(struct spk_cursor *base, const struct spk_duration *least,
                  struct spk_arena *arena, const struct spk_slice *slice,
                  struct spk_slice halves[2])
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    return spk_datetime_split(&self->cursor, &self->rules, least, arena, slice, halves);
}

static void destroy(struct spk_cursor *base)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    for (size_t i = 0; i < self->partitions.len; i++)
        spk_partition_destroy(self->partitions.entries[i].value);
    spk_map_deinit(&self->partitions);
    free(self->reading);
    spk_parents_deinit(self);
    spk_track_deinit(&self->global_track);
    spk_arena_deinit(&self->arena);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct spk_cursor_ops ops = {.slices = open_slices,
                                          .should_sync = should_sync,
                                          .observe = observe,
                                          .close = close_slice,
                                          .finish = finish,
                                          .state = spk_per_partition_state,
                                          .options = options,
                                          .rest = rest,
                                          .split = split,
                                          .destroy = destroy,
                                          .observes = true};

spk_rc spk_per_partition_start(struct spk_datetime_cursor *cursor, struct spk_component *router,
                               struct spk_value state, struct spk_cursor **out,
                               struct spk_error *err)
{
    struct spk_per_partition *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &ops;
    spk_datetime_flags(cursor, &self->base);
    self->router = router;
    self->use_global = cursor->global_substream_cursor || SPK_OPS(router, router)->groups;
    pthread_mutex_init(&self->lock, NULL);
    spk_rc rc = spk_datetime_start(cursor, &self->cursor, &self->rules, err);
    if (!rc)
        rc = spk_per_partition_load(self, state, err);
    if (rc)
        destroy(&self->base);
    else
        *out = &self->base;
    return rc;
}
