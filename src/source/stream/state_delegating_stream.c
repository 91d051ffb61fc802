#include <stddef.h>

#include "base/event.h"
#include "source/source_internal.h"
#include "stream.h"

/* StateDelegatingStream: one stream that is read from the start, another that goes on from a state.
 * Where the API keeps its changes for a while only, an older state counts as none. */

struct state_delegating_stream {
    struct spk_component base;
    struct spk_view name;
    struct spk_component *full_refresh, *incremental; /* struct spk_declarative_stream */
    struct spk_template_string *api_retention_period;
    struct spk_view retention; /* evaluated; empty: no state is too old */
};

extern const struct spk_component_type spk_type_state_delegating_stream;

#define FIELD(name) offsetof(struct state_delegating_stream, name)

static const struct spk_prop props[] = {
    {.name = "name",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(name),
     .help = "name in the catalog"},
    {.name = "full_refresh_stream",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(full_refresh),
     .kind = SPK_KIND_STREAM,
     .help = "what is read while there is no state"},
    {.name = "incremental_stream",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(incremental),
     .kind = SPK_KIND_STREAM,
     .help = "what is read from a state on"},
    {.name = "api_retention_period",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(api_retention_period),
     .help = "ISO 8601 duration; an older state is forgotten and all is read again"},
    SPK_PROP_END,
};

static bool is_delegating(const struct spk_component *stream)
{
    return stream->type == &spk_type_state_delegating_stream;
}

static bool counts(const struct spk_component *stream)
{
    struct spk_value cursor = spk_get(stream->node, "incremental_sync");
    return spk_view_is(spk_value_text_or(spk_get(cursor, "type"), ""), "IncrementingCountCursor");
}

static spk_rc check_parts(struct state_delegating_stream *self, const struct spk_build *build,
                          struct spk_error *err)
{
    const struct spk_component *parts[] = {self->full_refresh, self->incremental};
    for (size_t i = 0; i < 2; i++) {
        if (is_delegating(parts[i]))
            return spk_build_fail(build, parts[i]->node, err,
                                  "each stream of a StateDelegatingStream is a DeclarativeStream");
        if (!spk_view_equal(spk_stream_name(parts[i]), self->name))
            return spk_build_fail(build, parts[i]->node, err,
                                  "both streams of a StateDelegatingStream have its name: '%.*s' "
                                  "is not '%.*s'",
                                  SPK_FMT(spk_stream_name(parts[i])), SPK_FMT(self->name));
        if (self->retention.len > 0 && counts(parts[i]))
            return spk_build_fail(build, parts[i]->node, err,
                                  "stream '%.*s': api_retention_period needs a cursor of time, an "
                                  "IncrementingCountCursor has no age",
                                  SPK_FMT(self->name));
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct state_delegating_stream *self = (struct state_delegating_stream *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value period;
    spk_rc rc = spk_scope_eval(&scope, base, self->api_retention_period, &period, err);
    if (!rc && spk_value_truthy(period))
        rc = spk_scope_text(&scope, base, self->api_retention_period, &self->retention, err);
    return rc ? rc : check_parts(self, build, err);
}

const struct spk_component_type spk_type_state_delegating_stream = {
    .name = "StateDelegatingStream",
    .kind = SPK_KIND_STREAM,
    .size = sizeof(struct state_delegating_stream),
    .props = props,
    .finish = finish,
    .help = "one stream while there is no state, another from a state on",
};

/* When the state was written, as the cursor of `stream` understands it. */
static bool age_by(const struct spk_component *component, struct spk_value state, int64_t *us)
{
    const struct spk_declarative_stream *stream = (const struct spk_declarative_stream *)component;
    struct spk_component *cursor = stream->cursor;
    if (!cursor) { /* a finished full refresh is as new as can be */
        *us = spk_time_now_us();
        return spk_value_truthy(spk_get(state, "__ab_no_cursor_state_message"));
    }
    struct spk_value router = spk_get(spk_get(stream->base.node, "retriever"), "partition_router");
    if (!spk_is_nothing(router))
        state = spk_get(state, "state");
    const struct spk_cursor_type_ops *ops = SPK_OPS(cursor, cursor_type);
    return spk_is(state, SPK_DICT) && ops->instant && ops->instant(cursor, state, us);
}

static spk_rc is_too_old(struct state_delegating_stream *self, struct spk_value state,
                         bool *too_old, struct spk_error *err)
{
    struct spk_duration keeps;
    int64_t stands;
    *too_old = false;
    if (self->retention.len == 0)
        return SPK_OK;
    if (spk_duration_parse(self->retention, &keeps, err))
        return spk_error_context(err, SPK_ECONFIG, "stream %.*s: api_retention_period",
                                 SPK_FMT(self->name));
    bool known =
        age_by(self->full_refresh, state, &stands) || age_by(self->incremental, state, &stands);
    *too_old = !known || stands < spk_duration_add(spk_time_now_us(), &keeps, -1);
    return SPK_OK;
}

spk_rc spk_stream_choose(struct spk_component *stream, struct spk_value state,
                         struct spk_stream_choice *choice, struct spk_error *err)
{
    bool given = spk_is(state, SPK_DICT) && spk_dict_len(state) > 0;
    bool too_old = false;
    *choice = (struct spk_stream_choice){.stream = spk_stream_initial(stream), .state = state};
    if (!is_delegating(stream) || !given)
        return SPK_OK;
    struct state_delegating_stream *self = (struct state_delegating_stream *)stream;
    spk_rc rc = is_too_old(self, state, &too_old, err);
    if (rc)
        return rc;
    if (too_old) {
        spk_event_emit(SPK_EVENT_STATE_FORGOTTEN, SPK_FIELDS(SPK_TEXT("stream", self->name),
                                                             SPK_TEXT("kept", self->retention)));
        choice->state = (struct spk_value){0};
        choice->forgotten = true;
    } else {
        choice->stream = spk_stream_incremental(stream);
    }
    return SPK_OK;
}

struct spk_declarative_stream *spk_stream_initial(struct spk_component *stream)
{
    if (is_delegating(stream))
        stream = ((struct state_delegating_stream *)stream)->full_refresh;
    return (struct spk_declarative_stream *)stream;
}

struct spk_declarative_stream *spk_stream_incremental(struct spk_component *stream)
{
    if (is_delegating(stream))
        stream = ((struct state_delegating_stream *)stream)->incremental;
    return (struct spk_declarative_stream *)stream;
}

struct spk_view spk_stream_name(const struct spk_component *stream)
{
    if (is_delegating(stream))
        return ((const struct state_delegating_stream *)stream)->name;
    return ((const struct spk_declarative_stream *)stream)->name;
}
