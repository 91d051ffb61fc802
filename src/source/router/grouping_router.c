#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "router.h"

/* GroupingPartitionRouter: partitions of another router in groups, each value a list. */
struct grouping_router {
    struct spk_component base;
    int64_t group_size;
    struct spk_component *inner;
    bool deduplicate;
};

enum { MAX_HELD = 1000000 }; /* partitions in one group */

#define FIELD(name) offsetof(struct grouping_router, name)

static const struct spk_prop props[] = {
    {.name = "group_size",
     .type = SPK_PROP_INT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(group_size),
     .help = "partitions in a group"},
    {.name = "underlying_partition_router",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(inner),
     .kind = SPK_KIND_ROUTER,
     .help = "the router whose partitions are grouped"},
    {.name = "deduplicate",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(deduplicate),
     .standard = "true",
     .help = "a value is read once, in whichever group"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct grouping_router *self = (struct grouping_router *)base;
    if (self->group_size < 1)
        return spk_build_fail(build, spk_get(base->node, "group_size"), err,
                              "Group size must be greater than 0, got %lld",
                              (long long)self->group_size);
    return spk_router_refuse_options(base, self->inner, build, err);
}

struct group_slices {
    struct spk_slices base;
    const struct grouping_router *router;
    struct spk_slices *inner;
    struct spk_values_seen seen;
    struct spk_arena scratch; /* of the partition being looked at */
};

/* The value of a partition that has one beside its parent_slice. */
static spk_rc value_of(struct spk_value partition, struct spk_value *value, struct spk_error *err)
{
    size_t found = 0;
    for (size_t i = 0; i < spk_dict_len(partition); i++) {
        const struct spk_entry *e = &partition.dict->entries[i];
        if (spk_view_is(spk_value_text_or(e->key, ""), "parent_slice"))
            continue;
        *value = e->value;
        found++;
    }
    if (found == 1)
        return SPK_OK;
    return spk_error_set(err, SPK_EDATA,
                         "GroupingPartitionRouter groups partitions of one key; these have %zu",
                         found);
}

/* Lists by the key; a member without the key has null in it. */
static void gather(struct spk_value into, struct spk_value from, size_t members,
                   struct spk_arena *arena)
{
    for (size_t i = 0; i < spk_dict_len(from); i++) {
        const struct spk_entry *e = &from.dict->entries[i];
        struct spk_value list = spk_dict_get_value(into, e->key);
        if (!spk_is_defined(list)) {
            list = spk_list_new(arena);
            spk_dict_set_value(into, spk_value_copy(arena, e->key), list);
        }
        while (spk_list_len(list) < members)
            spk_list_append(list, spk_null());
        spk_list_append(list, spk_value_copy(arena, e->value));
    }
}

static void fill_up(struct spk_value lists, size_t members)
{
    for (size_t i = 0; i < spk_dict_len(lists); i++) {
        struct spk_value list = lists.dict->entries[i].value;
        while (spk_list_len(list) < members)
            spk_list_append(list, spk_null());
    }
}

/* The inner router's next partition that belongs into a group. */
static spk_rc next_member(struct group_slices *self, struct spk_slice *member, bool *more,
                          struct spk_error *err)
{
    for (;;) {
        struct spk_value value = {0};
        bool again = false;
        spk_arena_reset(&self->scratch);
        *member = (struct spk_slice){0};
        spk_rc rc = self->inner->ops->next(self->inner, &self->scratch, member, more, err);
        if (rc || !*more)
            return rc;
        rc = value_of(member->partition, &value, err);
        if (!rc && self->router->deduplicate)
            rc = spk_values_seen_note(&self->seen, value, &again, err);
        if (rc || !again)
            return rc;
    }
}

static spk_rc next(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err)
{
    struct group_slices *self = (struct group_slices *)base;
    size_t members = 0;
    bool another = true;
    slice->partition = spk_dict_new(arena);
    slice->extra_fields = spk_dict_new(arena);
    while ((int64_t)members < self->router->group_size) {
        struct spk_slice member;
        spk_rc rc = next_member(self, &member, &another, err);
        if (!rc && another && members == MAX_HELD)
            rc = spk_error_set(err, SPK_EDATA, "more than %d partitions in one group", MAX_HELD);
        if (rc)
            return rc;
        if (!another)
            break;
        gather(slice->partition, member.partition, members, arena);
        gather(slice->extra_fields, member.extra_fields, members, arena);
        members++;
    }
    fill_up(slice->partition, members);
    fill_up(slice->extra_fields, members);
    *more = members > 0;
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static struct spk_value parent_state(struct spk_slices *base, struct spk_arena *arena)
{
    struct spk_slices *inner = ((struct group_slices *)base)->inner;
    return inner->ops->parent_state ? inner->ops->parent_state(inner, arena)
                                    : (struct spk_value){0};
}

static void destroy(struct spk_slices *base)
{
    struct group_slices *self = (struct group_slices *)base;
    self->inner->ops->destroy(self->inner);
    spk_values_seen_deinit(&self->seen);
    spk_arena_deinit(&self->scratch);
    free(self);
}

static const struct spk_slices_ops slices_ops = {
    .next = next, .destroy = destroy, .parent_state = parent_state};

static spk_rc open_slices(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    struct grouping_router *router = (struct grouping_router *)base;
    struct spk_slices *inner = NULL;
    spk_rc rc = SPK_OPS(router->inner, router)->open(router->inner, state, &inner, err);
    if (rc)
        return rc;
    struct group_slices *self = spk_memory_zalloc(sizeof(*self));
    self->base.ops = &slices_ops;
    self->router = router;
    self->inner = inner;
    *out = &self->base;
    return SPK_OK;
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return SPK_OK;
}

static const struct spk_router_ops ops = {.open = open_slices, .options = options, .groups = true};

const struct spk_component_type spk_type_grouping_partition_router = {
    .name = "GroupingPartitionRouter",
    .kind = SPK_KIND_ROUTER,
    .size = sizeof(struct grouping_router),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "partitions of another router in groups",
};
