#include <stddef.h>

#include "source/kinds.h"
#include "source/source_internal.h"
#include "source/stream/stream.h"

/* CheckStream: each named stream must be reachable; one record of it is read. */
struct check_stream {
    struct spk_component base;
    struct spk_value stream_names;
};

static const struct spk_prop props[] = {
    {.name = "stream_names",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct check_stream, stream_names),
     .help = "the streams to try"},
    SPK_PROP_END,
};

static spk_rc unknown_stream(struct spk_source *source, struct spk_value name,
                             struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value names;
    spk_rc rc = spk_source_stream_names(source, &arena, &names, err);
    if (!rc) {
        struct spk_buf all = {0};
        spk_value_repr(&all, names);
        rc = spk_error_set(err, SPK_ECONFIG, "%.*s is not part of the catalog. Expected one of %s.",
                           SPK_FMT(spk_value_text_or(name, "?")), spk_buf_cstr(&all));
        spk_buf_deinit(&all);
    }
    spk_arena_deinit(&arena);
    return rc;
}

/* *problem is left empty where the stream is available. */
static spk_rc check_one(struct spk_source *source, struct spk_value name, struct spk_arena *arena,
                        struct spk_view *problem, struct spk_error *err)
{
    bool ok = false;
    struct spk_component *stream = NULL;
    struct spk_view reason = {0};
    spk_rc rc = spk_source_stream(source, spk_value_text_or(name, ""), &stream, err);
    if (rc)
        return rc;
    if (!stream)
        return unknown_stream(source, name, err);
    rc = spk_stream_available(stream, arena, &ok, &reason, err);
    if (!rc && !ok)
        *problem = spk_arena_printf(arena, "'Stream %.*s is not available: %.*s'",
                                    SPK_FMT(spk_value_text_or(name, "")), SPK_FMT(reason));
    return rc;
}

/* The config may choose other streams to check. */
static struct spk_value names_to_check(const struct check_stream *self)
{
    struct spk_value chosen =
        spk_get(spk_source_config(self->base.source), "__airbyte_check_stream_names");
    bool given = spk_is(chosen, SPK_LIST) && spk_list_len(chosen) > 0;
    return given ? chosen : self->stream_names;
}

static spk_rc check(struct spk_component *self, struct spk_arena *arena, bool *ok,
                    struct spk_view *message, struct spk_error *err)
{
    struct spk_value names = names_to_check((struct check_stream *)self);
    size_t count = spk_is(names, SPK_LIST) ? spk_list_len(names) : 0;
    struct spk_view problem = {0};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && problem.len == 0 && i < count; i++)
        rc = check_one(self->source, spk_list_at(names, i), arena, &problem, err);
    if (rc)
        return rc;
    *ok = problem.len == 0;
    if (!*ok)
        *message = problem;
    return SPK_OK;
}

static const struct spk_checker_ops ops = {.check = check};

const struct spk_component_type spk_type_check_stream = {
    .name = "CheckStream",
    .kind = SPK_KIND_CHECKER,
    .size = sizeof(struct check_stream),
    .props = props,
    .ops = &ops,
    .help = "tries to read one record of each named stream",
};
