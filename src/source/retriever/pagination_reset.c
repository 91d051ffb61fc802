#include <stddef.h>

#include "redo.h"

/* PaginationResetLimits: after how many records an API gives no further pages. */
struct reset_limits {
    struct spk_component base;
    int64_t number_of_records; /* 0: no limit */
};

static const struct spk_prop limit_props[] = {
    {.name = "number_of_records",
     .type = SPK_PROP_INT,
     .offset = offsetof(struct reset_limits, number_of_records),
     .help = "records after which the pages of a slice are read from the first one again"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_pagination_reset_limits = {
    .name = "PaginationResetLimits",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct reset_limits),
    .props = limit_props,
    .help = "how many records an API gives over all pages",
};

/* PaginationReset: the pages of a slice are read from the first one again. */
struct pagination_reset {
    struct spk_component base;
    int action;
    struct spk_component *limits; /* or NULL */
};

enum { ACTION_SPLIT_USING_CURSOR = 1, ACTION_RESET };
static const char *const actions[] = {"unset", "SPLIT_USING_CURSOR", "RESET", NULL};

#define FIELD(name) offsetof(struct pagination_reset, name)

static const struct spk_prop props[] = {
    {.name = "action",
     .type = SPK_PROP_ENUM,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(action),
     .choices = actions,
     .help = "RESET: read the same slice again; SPLIT_USING_CURSOR: from the newest record on"},
    {.name = "limits",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(limits),
     .kind = SPK_KIND_OTHER,
     .help = "when to start again without being told by an answer"},
    SPK_PROP_END,
};

const struct spk_component_type spk_type_pagination_reset = {
    .name = "PaginationReset",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct pagination_reset),
    .props = props,
    .help = "reads the pages of a slice from the first one again",
};

void spk_restarts_deinit(struct spk_restarts *restarts)
{
    spk_arena_deinit(&restarts->slices[0]);
    spk_arena_deinit(&restarts->slices[1]);
}

static int64_t limit_of(const struct spk_restarts *restarts)
{
    const struct pagination_reset *rules = (const struct pagination_reset *)restarts->rules;
    return rules && rules->limits ? ((struct reset_limits *)rules->limits)->number_of_records : 0;
}

bool spk_restarts_are_limited(const struct spk_restarts *restarts)
{
    return limit_of(restarts) > 0;
}

bool spk_restarts_are_due(const struct spk_restarts *restarts)
{
    return spk_restarts_are_limited(restarts) && restarts->records >= limit_of(restarts);
}

spk_rc spk_restart(struct spk_restarts *restarts, struct spk_cursor *cursor,
                   const struct spk_slice *slice, const struct spk_slice **asked,
                   struct spk_error *err)
{
    const struct pagination_reset *rules = (const struct pagination_reset *)restarts->rules;
    bool splits =
        rules && rules->action == ACTION_SPLIT_USING_CURSOR && cursor && cursor->ops->rest;
    /* Without a cursor the same slice may be tried once more; with one it must get smaller. */
    int allowed = splits ? 0 : 1;
    struct spk_arena *arena = &restarts->slices[restarts->turn ^= 1];
    struct spk_slice next = *slice;
    spk_arena_reset(arena);
    if (splits)
        cursor->ops->rest(cursor, arena, slice, &next);
    if (!spk_value_equal(next.cursor, (*asked)->cursor))
        restarts->in_vain = 0;
    else if (restarts->in_vain++ >= allowed)
        return spk_error_set(err, SPK_ESYSTEM,
                             "the pages of a slice were read from the first one again, and it came "
                             "to the same");
    restarts->records = 0;
    restarts->asked = next;
    *asked = &restarts->asked;
    return SPK_OK;
}
