#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "router.h"
#include "source/request/options.h"

/* CartesianProductStreamSlicer: every combination of what several routers give; the first varies
 * slowest. What two of them set both is taken from the first. */
struct cartesian_router {
    struct spk_component base;
    struct spk_components routers;
};

enum { MAX_HELD = 1000000 }; /* partitions of one router, which are held */

static const struct spk_prop props[] = {
    {.name = "stream_slicers",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct cartesian_router, routers),
     .kind = SPK_KIND_ROUTER,
     .help = "the routers that are combined"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    if (((struct cartesian_router *)base)->routers.len == 0)
        return spk_build_fail(build, base->node, err, "partition_router: the list is empty");
    return SPK_OK;
}

struct held { /* all partitions of one router */
    struct spk_slice *items;
    size_t len, cap;
    size_t at; /* of the current combination */
};

/* As in Python's itertools.product, all routers are read to their ends before the first
 * combination: a parent that fails on its last page fails the stream before it asks for anything.
 */
struct cartesian_slices {
    struct spk_slices base;
    const struct cartesian_router *router;
    struct spk_value state; /* given */
    struct spk_arena arena; /* of the held ones */
    struct held *parts;     /* one per router */
    bool open, at_end;
};

static spk_rc hold(struct cartesian_slices *self, struct spk_component *router, struct held *held,
                   struct spk_error *err)
{
    struct spk_slices *slices = NULL;
    bool more = true;
    spk_rc rc = SPK_OPS(router, router)->open(router, self->state, &slices, err);
    while (!rc && more) {
        struct spk_slice slice = {0};
        rc = slices->ops->next(slices, &self->arena, &slice, &more, err);
        if (rc || !more)
            break;
        if (held->len == MAX_HELD) {
            rc = spk_error_set(err, SPK_EDATA, "more than %d partitions to combine", MAX_HELD);
            break;
        }
        held->items = spk_memory_grow(held->items, &held->cap, held->len + 1, sizeof(*held->items));
        held->items[held->len++] = slice;
    }
    if (slices)
        slices->ops->destroy(slices);
    return rc;
}

static spk_rc open_all(struct cartesian_slices *self, struct spk_error *err)
{
    const struct spk_components *routers = &self->router->routers;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < routers->len; i++) {
        rc = hold(self, routers->items[i], &self->parts[i], err);
        self->at_end |= self->parts[i].len == 0;
    }
    self->open = !rc;
    return rc;
}

/* Moves to the next combination; the last router varies fastest. */
static void step(struct cartesian_slices *self)
{
    for (size_t i = self->router->routers.len; i-- > 0;) {
        struct held *held = &self->parts[i];
        if (++held->at < held->len)
            return;
        held->at = 0;
    }
    self->at_end = true;
}

static void add_all(struct spk_value to, struct spk_value from, struct spk_arena *arena)
{
    for (size_t i = 0; i < spk_dict_len(from); i++) {
        const struct spk_entry *e = &from.dict->entries[i];
        spk_dict_set_value(to, spk_value_copy(arena, e->key), spk_value_copy(arena, e->value));
    }
}

static void combine(struct cartesian_slices *self, struct spk_arena *arena, struct spk_slice *slice)
{
    slice->partition = spk_dict_new(arena);
    slice->extra_fields = spk_dict_new(arena);
    for (size_t i = self->router->routers.len; i-- > 0;) {
        const struct spk_slice *part = &self->parts[i].items[self->parts[i].at];
        add_all(slice->partition, part->partition, arena);
        add_all(slice->extra_fields, part->extra_fields, arena);
    }
    spk_slice_finish(slice, arena);
}

static spk_rc next(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err)
{
    struct cartesian_slices *self = (struct cartesian_slices *)base;
    spk_rc rc = self->open ? SPK_OK : open_all(self, err);
    *more = !rc && !self->at_end;
    if (!*more)
        return rc;
    combine(self, arena, slice);
    step(self);
    return SPK_OK;
}

static void destroy(struct spk_slices *base)
{
    struct cartesian_slices *self = (struct cartesian_slices *)base;
    for (size_t i = 0; i < self->router->routers.len; i++)
        free(self->parts[i].items);
    free(self->parts);
    spk_arena_deinit(&self->arena);
    free(self);
}

static const struct spk_slices_ops slices_ops = {.next = next, .destroy = destroy};

static spk_rc open_slices(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    struct cartesian_slices *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &slices_ops;
    self->router = (struct cartesian_router *)base;
    self->state = state;
    self->parts = spk_memory_zalloc(self->router->routers.len * sizeof(*self->parts));
    *out = &self->base;
    return SPK_OK;
}

static void cover(struct spk_value *to, struct spk_value from, struct spk_arena *arena)
{
    if (!spk_is(from, SPK_DICT))
        return;
    if (!spk_is(*to, SPK_DICT))
        *to = spk_dict_new(arena);
    add_all(*to, from, arena);
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct cartesian_router *self = (struct cartesian_router *)base;
    for (size_t i = self->routers.len; i-- > 0;) {
        struct spk_component *router = self->routers.items[i];
        struct spk_request_options part;
        spk_request_options_init(&part, scope->arena);
        spk_rc rc = SPK_OPS(router, router)->options(router, scope, &part, err);
        if (rc)
            return rc;
        cover(&out->parameters, part.parameters, scope->arena);
        cover(&out->headers, part.headers, scope->arena);
        cover(&out->body_data, part.body_data, scope->arena);
        cover(&out->body_json, part.body_json, scope->arena);
    }
    return SPK_OK;
}

static const struct spk_router_ops ops = {.open = open_slices, .options = options};

const struct spk_component_type spk_type_cartesian_product_stream_slicer = {
    .name = "CartesianProductStreamSlicer",
    .kind = SPK_KIND_ROUTER,
    .size = sizeof(struct cartesian_router),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "every combination of the partitions of several routers",
};
