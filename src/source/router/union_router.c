#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "router.h"
#include "template/template.h"

/* UnionPartitionRouter: the partitions of several routers, one after the other, each value once. A
 * partition is its value alone; what else it had goes to the extra fields. */
struct union_router {
    struct spk_component base;
    struct spk_template_string *partition_field;
    struct spk_components routers;
    struct spk_view field_name;
};

#define FIELD(name) offsetof(struct union_router, name)

static const struct spk_prop props[] = {
    {.name = "partition_field",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(partition_field),
     .help = "key of the value in the slice, in all routers"},
    {.name = "partition_routers",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(routers),
     .kind = SPK_KIND_ROUTER,
     .help = "the routers, at least two"},
    SPK_PROP_END,
};

/* What a router's partitions will be called is known before anything is read. */
static spk_rc check_fields(struct union_router *self, struct spk_component *router,
                           const struct spk_build *build, struct spk_error *err)
{
    const struct spk_router_ops *ops = SPK_OPS(router, router);
    for (size_t i = 0; ops->field; i++) {
        struct spk_view field = ops->field(router, i);
        if (!field.at)
            break;
        if (!spk_view_equal(field, self->field_name))
            return spk_build_fail(build, router->node, err,
                                  "UnionPartitionRouter: all routers must give the partition field "
                                  "'%.*s'; this %s gives '%.*s'",
                                  SPK_FMT(self->field_name), router->type->name, SPK_FMT(field));
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct union_router *self = (struct union_router *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    if (self->routers.len < 2)
        return spk_build_fail(build, base->node, err,
                              "UnionPartitionRouter needs at least 2 partition_routers");
    spk_rc rc = spk_scope_text(&scope, base, self->partition_field, &self->field_name, err);
    for (size_t i = 0; !rc && i < self->routers.len; i++) {
        rc = check_fields(self, self->routers.items[i], build, err);
        if (!rc)
            rc = spk_router_refuse_options(base, self->routers.items[i], build, err);
    }
    return rc;
}

struct union_slices {
    struct spk_slices base;
    const struct union_router *router;
    struct spk_slices **inner; /* all are open: each tells its parents' state at any time */
    size_t at;
    struct spk_values_seen seen;
    struct spk_arena scratch;
};

static spk_rc value_of(const struct union_slices *self, struct spk_value partition,
                       struct spk_value *value, struct spk_error *err)
{
    *value = spk_dict_get(partition, self->router->field_name);
    if (spk_is_defined(*value))
        return SPK_OK;
    return spk_error_set(err, SPK_EDATA,
                         "UnionPartitionRouter: a partition of router %zu has no '%.*s'",
                         self->at + 1, SPK_FMT(self->router->field_name));
}

/* The next partition that was not there before, in the scratch arena. */
static spk_rc next_new(struct union_slices *self, struct spk_slice *found, bool *more,
                       struct spk_error *err)
{
    while (self->at < self->router->routers.len) {
        struct spk_slices *inner = self->inner[self->at];
        struct spk_value value = {0};
        bool again = false;
        spk_arena_reset(&self->scratch);
        *found = (struct spk_slice){0};
        spk_rc rc = inner->ops->next(inner, &self->scratch, found, more, err);
        if (!rc && !*more) {
            self->at++;
            continue;
        }
        if (!rc)
            rc = value_of(self, found->partition, &value, err);
        if (!rc)
            rc = spk_values_seen_note(&self->seen, value, &again, err);
        if (rc || !again)
            return rc;
    }
    *more = false;
    return SPK_OK;
}

static void normalize(const struct union_slices *self, const struct spk_slice *found,
                      struct spk_arena *arena, struct spk_slice *slice)
{
    struct spk_view field = self->router->field_name;
    slice->partition = spk_dict_new(arena);
    slice->extra_fields = spk_value_copy(arena, found->extra_fields);
    for (size_t i = 0; i < spk_dict_len(found->partition); i++) {
        const struct spk_entry *e = &found->partition.dict->entries[i];
        bool is_field = spk_view_equal(spk_value_text_or(e->key, ""), field);
        spk_dict_set_value(is_field ? slice->partition : slice->extra_fields,
                           spk_value_copy(arena, e->key), spk_value_copy(arena, e->value));
    }
    spk_slice_finish(slice, arena);
}

static spk_rc next(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err)
{
    struct union_slices *self = (struct union_slices *)base;
    struct spk_slice found;
    spk_rc rc = next_new(self, &found, more, err);
    if (!rc && *more)
        normalize(self, &found, arena, slice);
    return rc;
}

/* Of parents with one name, the last router's counts. */
static struct spk_value parent_state(struct spk_slices *base, struct spk_arena *arena)
{
    struct union_slices *self = (struct union_slices *)base;
    struct spk_value merged = spk_dict_new(arena);
    for (size_t i = 0; i < self->router->routers.len; i++) {
        struct spk_slices *inner = self->inner[i];
        struct spk_value state = {0};
        if (inner->ops->parent_state)
            state = inner->ops->parent_state(inner, arena);
        if (spk_is_defined(state))
            spk_dict_update(merged, state);
    }
    return merged;
}

static void destroy(struct spk_slices *base)
{
    struct union_slices *self = (struct union_slices *)base;
    for (size_t i = 0; i < self->router->routers.len; i++) {
        if (self->inner[i])
            self->inner[i]->ops->destroy(self->inner[i]);
    }
    free(self->inner);
    spk_values_seen_deinit(&self->seen);
    spk_arena_deinit(&self->scratch);
    free(self);
}

static const struct spk_slices_ops slices_ops = {
    .next = next, .destroy = destroy, .parent_state = parent_state};

static spk_rc open_slices(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    struct union_router *router = (struct union_router *)base;
    struct union_slices *self = spk_memory_zalloc(sizeof(*self));
    spk_rc rc = SPK_OK;
    self->base.ops = &slices_ops;
    self->router = router;
    self->inner = spk_memory_zalloc(router->routers.len * sizeof(*self->inner));
    for (size_t i = 0; !rc && i < router->routers.len; i++) {
        struct spk_component *inner = router->routers.items[i];
        rc = SPK_OPS(inner, router)->open(inner, state, &self->inner[i], err);
    }
    if (rc)
        destroy(&self->base);
    else
        *out = &self->base;
    return rc;
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return SPK_OK;
}

static struct spk_view field(struct spk_component *base, size_t index)
{
    return index == 0 ? ((struct union_router *)base)->field_name : (struct spk_view){0};
}

static const struct spk_router_ops ops = {.open = open_slices, .options = options, .field = field};

const struct spk_component_type spk_type_union_partition_router = {
    .name = "UnionPartitionRouter",
    .kind = SPK_KIND_ROUTER,
    .size = sizeof(struct union_router),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the partitions of several routers, each value once",
};
