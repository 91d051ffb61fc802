#include <stdlib.h>

#include "base/memory.h"
#include "per_partition.h"

/* The parents' states wait here until every partition that was made before them is read. */

static void destroy(struct spk_parent_state *state)
{
    if (!state)
        return;
    spk_arena_deinit(&state->arena);
    free(state);
}

static struct spk_parent_state *newest(struct spk_per_partition *self)
{
    struct spk_parent_state *at = self->parents;
    while (at && at->next)
        at = at->next;
    return at;
}

static void append(struct spk_per_partition *self, struct spk_parent_state *state)
{
    if (!self->parents)
        self->parents_end = &self->parents;
    *self->parents_end = state;
    self->parents_end = &state->next;
}

void spk_parents_note(struct spk_per_partition *self, struct spk_slices *router)
{
    struct spk_parent_state *state = spk_memory_zalloc(sizeof(*state));
    struct spk_parent_state *last = newest(self);
    state->from = self->generated;
    if (router->ops->parent_state)
        state->state = router->ops->parent_state(router, &state->arena);
    self->without_parents = !spk_is_defined(state->state);
    if (self->without_parents || (last && spk_value_equal(last->state, state->state)))
        destroy(state);
    else
        append(self, state);
}

static void commit_first(struct spk_per_partition *self)
{
    struct spk_parent_state *state = self->parents;
    self->parents = state->next;
    state->next = NULL;
    destroy(self->parent_state);
    self->parent_state = state;
}

void spk_parents_commit(struct spk_per_partition *self)
{
    uint64_t oldest = self->reading_len > 0 ? self->reading[0] : UINT64_MAX;
    while (self->parents && self->parents->from < oldest)
        commit_first(self);
}

void spk_parents_commit_all(struct spk_per_partition *self)
{
    while (self->parents)
        commit_first(self);
    if (!self->without_parents)
        return;
    destroy(self->parent_state);
    self->parent_state = NULL;
}

void spk_parents_load(struct spk_per_partition *self, struct spk_value state)
{
    if (!spk_value_truthy(state))
        return;
    self->parent_state = spk_memory_zalloc(sizeof(*self->parent_state));
    self->parent_state->state = spk_value_copy(&self->parent_state->arena, state);
}

void spk_parents_deinit(struct spk_per_partition *self)
{
    spk_parents_commit_all(self);
    destroy(self->parent_state);
    self->parent_state = NULL;
}
