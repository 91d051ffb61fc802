#include <stddef.h>

#include "redo.h"

/* RequestWindowSplitting: a window that an API refuses is read in halves. */
struct window_splitting {
    struct spk_component base;
    struct spk_view failure_message;
    struct spk_view min_split_window;
    struct spk_duration least; /* of min_split_window */
};

#define FIELD(name) offsetof(struct window_splitting, name)

static const struct spk_prop props[] = {
    {.name = "failure_message",
     .type = SPK_PROP_STRING,
     .offset = FIELD(failure_message),
     .help = "what the user can do, where a window cannot be split further"},
    {.name = "min_split_window",
     .type = SPK_PROP_STRING,
     .offset = FIELD(min_split_window),
     .help = "a window that is not longer than this is not split, such as PT1H"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct window_splitting *self = (struct window_splitting *)base;
    struct spk_duration *least = &self->least;
    if (self->min_split_window.len == 0)
        return SPK_OK;
    if (spk_duration_parse(self->min_split_window, least, NULL) || least->years || least->months ||
        least->us <= 0)
        return spk_build_fail(build, base->node, err,
                              "min_split_window '%.*s' is no duration of days, hours, minutes and "
                              "seconds",
                              SPK_FMT(self->min_split_window));
    return SPK_OK;
}

const struct spk_component_type spk_type_request_window_splitting = {
    .name = "RequestWindowSplitting",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct window_splitting),
    .props = props,
    .finish = finish,
    .help = "reads a window that an API refuses in halves",
};

static spk_rc refuse(const struct window_splitting *rules, struct spk_error *err, const char *why)
{
    spk_error_set(err, SPK_ETRANSIENT, "the API refuses the window, and it cannot be split: %s",
                  why);
    if (rules->failure_message.len > 0)
        spk_error_hint(err, "%.*s", SPK_FMT(rules->failure_message));
    return SPK_ETRANSIENT;
}

spk_rc spk_split_window(const struct spk_component *rules, struct spk_cursor *cursor,
                        const struct spk_slice *slice, struct spk_arena *arena,
                        struct spk_slice halves[2], struct spk_error *err)
{
    const struct window_splitting *self = (const struct window_splitting *)rules;
    if (!self || !cursor || !cursor->ops->split)
        return spk_error_set(err, SPK_ECONFIG,
                             "SPLIT_REQUEST_WINDOW, and the retriever has no "
                             "request_window_splitting or no windows");
    if (cursor->ops->split(cursor, self->least.us > 0 ? &self->least : NULL, arena, slice, halves))
        return SPK_OK;
    return refuse(self, err, "it is as small as it may be");
}

spk_rc spk_split_too_deep(const struct spk_component *rules, struct spk_error *err)
{
    return refuse((const struct window_splitting *)rules, err, "it was split too often");
}
