#include <stdlib.h>

#include "base/memory.h"
#include "cursor.h"

struct full_refresh {
    struct spk_cursor base;
    struct spk_component *router; /* or NULL */
    struct spk_value given;
};

struct single_slice {
    struct spk_slices base;
    bool given;
};

static spk_rc next_single(struct spk_slices *slices, struct spk_arena *arena,
                          struct spk_slice *slice, bool *more, struct spk_error *err)
{
    struct single_slice *self = (struct single_slice *)slices;
    *more = !self->given;
    self->given = true;
    if (*more)
        spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy_single(struct spk_slices *slices)
{
    free(slices);
}

static const struct spk_slices_ops single_ops = {.next = next_single, .destroy = destroy_single};

static spk_rc slices(struct spk_cursor *cursor, struct spk_slices **out, struct spk_error *err)
{
    struct full_refresh *self = (struct full_refresh *)cursor;
    struct spk_component *router = self->router;
    if (router)
        return SPK_OPS(router, router)->open(router, self->given, out, err);
    struct single_slice *single = spk_memory_zalloc(sizeof(*single));
    single->base.ops = &single_ops;
    *out = &single->base;
    return SPK_OK;
}

static spk_rc observe(struct spk_cursor *cursor, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err)
{
    return SPK_OK;
}

static spk_rc close_slice(struct spk_cursor *cursor, const struct spk_slice *slice, bool *emit,
                          struct spk_error *err)
{
    *emit = false;
    return SPK_OK;
}

static struct spk_value state(struct spk_cursor *cursor, struct spk_arena *arena)
{
    struct spk_value none = spk_dict_new(arena);
    spk_set(none, "__ab_no_cursor_state_message", spk_bool(true));
    return none;
}

static spk_rc options(struct spk_cursor *cursor, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct spk_component *router = ((struct full_refresh *)cursor)->router;
    return router ? SPK_OPS(router, router)->options(router, scope, out, err) : SPK_OK;
}

static void destroy(struct spk_cursor *cursor)
{
    free(cursor);
}

static const struct spk_cursor_ops ops = {
    .slices = slices,
    .observe = observe,
    .close = close_slice,
    .state = state,
    .options = options,
    .destroy = destroy,
};

spk_rc spk_full_refresh_start(struct spk_component *router, struct spk_value state,
                              struct spk_cursor **out, struct spk_error *err)
{
    struct full_refresh *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &ops;
    self->router = router;
    self->given = state;
    *out = &self->base;
    return SPK_OK;
}
