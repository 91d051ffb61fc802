#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "source/source_internal.h"
#include "source/stream/stream.h"
#include "substream_router.h"

enum { AHEAD = 256 }; /* partitions that the reader may be ahead of their use */

/* The parents' state at one moment, shared by the partitions that were made under it. */
struct snapshot {
    int users;
    struct spk_arena arena;
    struct spk_value state;
};

struct partition {
    struct partition *next;
    struct spk_arena arena;
    struct spk_value values, extra_fields;
    struct spk_value embedded; /* records of the child, or UNDEFINED */
    struct snapshot *parents;
};

struct parent_slices {
    struct spk_slices base;
    struct spk_substream_router *router;
    struct spk_arena arena;
    struct spk_value state;            /* of the child, given */
    bool lazy;                         /* nothing is read before it is asked for */
    bool tracks;                       /* a parent has incremental_dependency */
    bool embeds;                       /* records of the child are taken from the parents' */
    struct spk_stream_choice *choices; /* one per parent: what is read of it */
    struct spk_cursor **cursors;       /* one per parent; the thread's once it runs */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct partition *queue, **queue_end;
    size_t queued;
    uint64_t asked, given_out; /* partitions, in all */
    bool done, cancelled;
    struct spk_error failure;
    struct snapshot *given; /* of the partition given last */
    struct snapshot *last;  /* at the end */
};

static struct snapshot *share(struct snapshot *snapshot)
{
    if (snapshot)
        __atomic_add_fetch(&snapshot->users, 1, __ATOMIC_RELAXED);
    return snapshot;
}

static void drop(struct snapshot *snapshot)
{
    if (!snapshot || __atomic_sub_fetch(&snapshot->users, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    spk_arena_deinit(&snapshot->arena);
    free(snapshot);
}

static void destroy_partition(struct partition *partition)
{
    drop(partition->parents);
    spk_arena_deinit(&partition->arena);
    free(partition);
}

/* What the thread works on. */
struct reader {
    struct parent_slices *out;
    struct spk_parent_config *config;
    struct spk_cursor *cursor;             /* of the parent being read */
    struct spk_declarative_stream *stream; /* of it, too */
    struct spk_slice *slice;               /* being read */
    struct partition *held; /* made of the newest record, waits for the state after it */
    struct snapshot *snapshot;
    bool changed; /* a state changed since the snapshot */
};

static struct snapshot *make_snapshot(const struct parent_slices *slices)
{
    struct snapshot *snapshot = spk_memory_zalloc(sizeof(*snapshot));
    const struct spk_components *parents = &slices->router->parents;
    snapshot->users = 1;
    snapshot->state = spk_dict_new(&snapshot->arena);
    for (size_t i = 0; i < parents->len; i++) {
        struct spk_parent_config *config = (struct spk_parent_config *)parents->items[i];
        if (config->incremental_dependency)
            spk_dict_set(snapshot->state, spk_stream_name(config->stream),
                         slices->cursors[i]->ops->state(slices->cursors[i], &snapshot->arena));
    }
    return snapshot;
}

static void take_snapshot(struct reader *r)
{
    drop(r->snapshot);
    r->snapshot = make_snapshot(r->out);
    r->changed = false;
}

/* Hands the held partition over; waits while the reader is too far ahead. */
static spk_rc push(struct reader *r, struct spk_error *err)
{
    struct parent_slices *out = r->out;
    struct partition *partition = r->held;
    if (!partition)
        return SPK_OK;
    if (r->changed)
        take_snapshot(r);
    partition->parents = share(r->snapshot);
    r->held = NULL;
    pthread_mutex_lock(&out->lock);
    while (out->queued >= AHEAD && !out->cancelled)
        pthread_cond_wait(&out->changed, &out->lock);
    bool cancelled = out->cancelled;
    if (!cancelled) {
        *out->queue_end = partition;
        out->queue_end = &partition->next;
        out->queued++;
        out->given_out++;
        pthread_cond_broadcast(&out->changed);
    } else {
        destroy_partition(partition);
    }
    while (out->lazy && out->given_out >= out->asked && !out->cancelled)
        pthread_cond_wait(&out->changed, &out->lock);
    cancelled = out->cancelled;
    pthread_mutex_unlock(&out->lock);
    return cancelled ? spk_error_set(err, SPK_ESYSTEM, "cancelled") : SPK_OK;
}

static struct spk_view join_path(struct spk_arena *arena, struct spk_value path)
{
    struct spk_buf text = {0};
    for (size_t i = 0; i < spk_list_len(path); i++) {
        if (i > 0)
            spk_buf_append_char(&text, '.');
        spk_value_str(&text, spk_list_at(path, i));
    }
    struct spk_view name = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return name;
}

static bool note_match(void *context, struct spk_value *slot)
{
    *(bool *)context = true;
    return false;
}

/* dpath.get: the one match; UNDEFINED where there is none. */
static spk_rc pick(struct spk_value record, struct spk_value path, struct spk_value *out,
                   struct spk_error *err)
{
    struct spk_arena arena = {0};
    bool several = false;
    *out = spk_dpath_get(record, path);
    if (!spk_is_defined(*out))
        spk_dpath_each(record, path, note_match, &several);
    if (several)
        spk_error_set(err, SPK_EDATA, "the path %.*s fits several values of a record",
                      SPK_FMT(join_path(&arena, path)));
    spk_arena_deinit(&arena);
    return several ? SPK_EDATA : SPK_OK;
}

static spk_rc fill_partition(struct reader *r, struct spk_value record, struct spk_value key,
                             struct partition *partition, struct spk_error *err)
{
    struct spk_parent_config *config = r->config;
    struct spk_arena *arena = &partition->arena;
    struct spk_value value;
    spk_rc rc = SPK_OK;
    partition->values = spk_dict_new(arena);
    spk_dict_set(partition->values, config->field, spk_value_copy(arena, key));
    spk_set(partition->values, "parent_slice", spk_value_copy(arena, r->slice->partition));
    partition->extra_fields = spk_dict_new(arena);
    for (size_t i = 0; !rc && i < spk_list_len(config->extra_fields); i++) {
        struct spk_value path = spk_list_at(config->extra_fields, i);
        rc = pick(record, path, &value, err);
        if (!rc)
            spk_dict_set(partition->extra_fields, join_path(arena, path),
                         spk_is_defined(value) ? spk_value_copy(arena, value) : spk_null());
    }
    if (rc || !r->out->embeds || spk_list_len(config->embedded_path) == 0)
        return rc;
    rc = pick(record, config->embedded_path, &value, err);
    if (!rc)
        partition->embedded =
            spk_is_defined(value) ? spk_value_copy(arena, value) : spk_list_new(arena);
    return rc;
}

static spk_rc make_partition(struct reader *r, struct spk_value record, struct spk_error *err)
{
    struct spk_value key;
    spk_rc rc = pick(record, r->config->key_path, &key, err);
    if (rc || spk_is_nothing(key))
        return rc;
    struct partition *partition = spk_memory_zalloc(sizeof(*partition));
    rc = fill_partition(r, record, key, partition, err);
    if (rc)
        destroy_partition(partition);
    else
        r->held = partition;
    return rc;
}

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct reader *r = context;
    spk_rc rc = push(r, err);
    if (!rc && r->cursor->ops->observes)
        rc = r->cursor->ops->observe(r->cursor, r->slice, record, err);
    return rc ? rc : make_partition(r, spk_record_tree(record), err);
}

static spk_rc on_page(void *context, struct spk_error *err)
{
    struct parent_slices *out = ((struct reader *)context)->out;
    pthread_mutex_lock(&out->lock);
    bool cancelled = out->cancelled;
    pthread_mutex_unlock(&out->lock);
    return cancelled ? spk_error_set(err, SPK_ESYSTEM, "cancelled") : SPK_OK;
}

static spk_rc read_slice(struct reader *r, struct spk_error *err)
{
    struct spk_evidence evidence = {0};
    bool emit = false;
    struct spk_slice_read read = {.cursor = r->cursor,
                                  .slice = r->slice,
                                  .record = on_record,
                                  .page = on_page,
                                  .context = r,
                                  .evidence = &evidence,
                                  .lazy = r->out->lazy};
    spk_rc rc = spk_stream_read(r->stream, &read, err);
    if (!rc)
        rc = r->cursor->ops->close(r->cursor, r->slice, &emit, err);
    r->changed = r->out->tracks;
    return rc;
}

/* One slice is fetched ahead: the state of the last one's records knows that it is the last. */
static spk_rc read_slices(struct reader *r, struct spk_slices *slices, struct spk_error *err)
{
    struct spk_arena arenas[2] = {0};
    struct spk_slice slots[2] = {0};
    unsigned turn = 0;
    bool more = false, next = false;
    spk_rc rc = slices->ops->next(slices, &arenas[0], &slots[0], &more, err);
    while (!rc && more) {
        r->slice = &slots[turn];
        turn ^= 1;
        spk_arena_reset(&arenas[turn]);
        slots[turn] = (struct spk_slice){0};
        rc = slices->ops->next(slices, &arenas[turn], &slots[turn], &next, err);
        r->changed = r->out->tracks;
        if (!rc)
            rc = read_slice(r, err);
        if (!rc && !next && r->cursor->ops->finish)
            r->cursor->ops->finish(r->cursor);
        if (!rc)
            rc = push(r, err);
        more = next;
    }
    spk_arena_deinit(&arenas[0]);
    spk_arena_deinit(&arenas[1]);
    return rc;
}

static spk_rc read_parent(struct reader *r, size_t index, struct spk_error *err)
{
    struct spk_slices *slices = NULL;
    r->config = (struct spk_parent_config *)r->out->router->parents.items[index];
    r->cursor = r->out->cursors[index];
    r->stream = r->out->choices[index].stream;
    spk_rc rc = r->cursor->ops->slices(r->cursor, &slices, err);
    if (!rc)
        rc = read_slices(r, slices, err);
    if (slices)
        slices->ops->destroy(slices);
    return rc ? spk_error_context(err, rc, "parent stream %.*s",
                                  SPK_FMT(spk_stream_name(r->config->stream)))
              : SPK_OK;
}

/* A child's state may be that of an older version, which knew one cursor value only. */
static struct spk_value legacy_state(struct spk_parent_config *config, struct spk_value state,
                                     struct spk_arena *arena)
{
    struct spk_component *cursor = spk_stream_incremental(config->stream)->cursor;
    if (!cursor || spk_dict_len(state) != 1)
        return (struct spk_value){0};
    struct spk_value value = state.dict->entries[0].value;
    if (!spk_is(value, SPK_STRING) && !spk_is_number(value))
        return (struct spk_value){0};
    struct spk_value made = spk_dict_new(arena);
    spk_dict_set(made, SPK_OPS(cursor, cursor_type)->cursor_field(cursor), value);
    return made;
}

/* Where the child's state lets this parent start: its own part, else the child's global one. */
static struct spk_value state_for(struct parent_slices *slices, struct spk_parent_config *config)
{
    struct spk_view name = spk_stream_name(config->stream);
    struct spk_value state = slices->state;
    if (!config->incremental_dependency || !spk_is(state, SPK_DICT))
        return (struct spk_value){0};
    struct spk_value own = spk_dict_get(spk_get(state, "parent_state"), name);
    if (spk_is_defined(own))
        return own;
    if (spk_is_defined(spk_get(state, "state")))
        return spk_get(state, "state");
    if (spk_value_truthy(spk_get(state, "__ab_no_cursor_state_message")))
        return (struct spk_value){0};
    return legacy_state(config, state, &slices->arena);
}

static spk_rc read_parents(struct reader *r, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    take_snapshot(r);
    for (size_t i = 0; !rc && i < r->out->router->parents.len; i++)
        rc = read_parent(r, i, err);
    if (!rc)
        take_snapshot(r);
    return rc;
}

static void *run(void *context)
{
    struct parent_slices *out = context;
    struct reader r = {.out = out};
    struct spk_error failure = {0};
    spk_rc rc = read_parents(&r, &failure);
    if (r.held)
        destroy_partition(r.held);
    pthread_mutex_lock(&out->lock);
    out->done = true;
    if (rc)
        out->failure = failure;
    out->last = r.snapshot;
    pthread_cond_broadcast(&out->changed);
    pthread_mutex_unlock(&out->lock);
    return NULL;
}

static struct partition *take(struct parent_slices *self, struct spk_error *err, spk_rc *rc)
{
    pthread_mutex_lock(&self->lock);
    self->asked++;
    pthread_cond_broadcast(&self->changed);
    while (!self->queue && !self->done)
        pthread_cond_wait(&self->changed, &self->lock);
    struct partition *partition = self->queue;
    struct snapshot *now = partition ? partition->parents : self->last;
    *rc = SPK_OK;
    if (partition) {
        self->queue = partition->next;
        if (!self->queue)
            self->queue_end = &self->queue;
        self->queued--;
        pthread_cond_broadcast(&self->changed);
    } else if (self->failure.rc) {
        *rc = self->failure.rc;
        if (err)
            *err = self->failure;
    }
    share(now);
    drop(self->given);
    self->given = now;
    pthread_mutex_unlock(&self->lock);
    return partition;
}

static spk_rc next(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err)
{
    struct parent_slices *self = (struct parent_slices *)base;
    spk_rc rc;
    if (!self->started && pthread_create(&self->thread, NULL, run, self) != 0)
        return spk_error_set(err, SPK_ESYSTEM, "cannot start the thread that reads the parents");
    self->started = true;
    struct partition *partition = take(self, err, &rc);
    if (rc)
        return rc;
    *more = partition != NULL;
    if (!partition)
        return SPK_OK;
    slice->partition = spk_value_copy(arena, partition->values);
    slice->extra_fields = spk_value_copy(arena, partition->extra_fields);
    slice->embedded = spk_value_copy(arena, partition->embedded);
    spk_slice_finish(slice, arena);
    destroy_partition(partition);
    return SPK_OK;
}

static struct spk_value parent_state(struct spk_slices *base, struct spk_arena *arena)
{
    struct parent_slices *self = (struct parent_slices *)base;
    pthread_mutex_lock(&self->lock);
    struct spk_value state = spk_value_copy(arena, self->given->state);
    pthread_mutex_unlock(&self->lock);
    return state;
}

static void destroy(struct spk_slices *base)
{
    struct parent_slices *self = (struct parent_slices *)base;
    pthread_mutex_lock(&self->lock);
    self->cancelled = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    if (self->started)
        pthread_join(self->thread, NULL);
    while (self->queue) {
        struct partition *partition = self->queue;
        self->queue = partition->next;
        destroy_partition(partition);
    }
    drop(self->given);
    drop(self->last);
    for (size_t i = 0; i < self->router->parents.len; i++) {
        if (self->cursors[i])
            self->cursors[i]->ops->destroy(self->cursors[i]);
    }
    free(self->cursors);
    free(self->choices);
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->changed);
    spk_arena_deinit(&self->arena);
    free(self);
}

static const struct spk_slices_ops slices_ops = {
    .next = next, .destroy = destroy, .parent_state = parent_state};

static spk_rc start_parents(struct parent_slices *self, struct spk_error *err)
{
    const struct spk_components *parents = &self->router->parents;
    spk_rc rc = SPK_OK;
    self->cursors = spk_memory_zalloc(parents->len * sizeof(struct spk_cursor *));
    self->choices = spk_memory_zalloc(parents->len * sizeof(*self->choices));
    for (size_t i = 0; !rc && i < parents->len; i++) {
        struct spk_parent_config *config = (struct spk_parent_config *)parents->items[i];
        self->tracks |= config->incremental_dependency;
        struct spk_stream_choice *choice = &self->choices[i];
        rc = spk_stream_choose(config->stream, state_for(self, config), choice, err);
        if (!rc)
            rc = spk_stream_start(choice->stream, choice->state, &self->cursors[i], err);
    }
    return rc;
}

spk_rc spk_parent_slices_open(struct spk_substream_router *router, struct spk_value state,
                              struct spk_slices **out, struct spk_error *err)
{
    struct parent_slices *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &slices_ops;
    self->router = router;
    self->state = state;
    self->queue_end = &self->queue;
    /* A check uses one partition only: nothing is read that it may not need. */
    self->lazy = !spk_is(router->base.source->catalog, SPK_DICT);
    self->embeds = !spk_value_truthy(state);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    spk_rc rc = start_parents(self, err);
    if (rc) {
        destroy(&self->base);
        return rc;
    }
    self->given = make_snapshot(self);
    *out = &self->base;
    return SPK_OK;
}
