#include <stddef.h>

#include "check.h"
#include "source/stream/nodes.h"
#include "source/stream/stream.h"

/* CheckDynamicStream: the first streams that there are must be reachable, or any must exist. */
struct check_dynamic_stream {
    struct spk_component base;
    int64_t stream_count;
    bool use_check_availability;
    struct spk_value config_overrides;
};

static const struct spk_prop props[] = {
    {.name = "stream_count",
     .type = SPK_PROP_INT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct check_dynamic_stream, stream_count),
     .help = "how many streams are tried"},
    {.name = "use_check_availability",
     .type = SPK_PROP_BOOL,
     .offset = offsetof(struct check_dynamic_stream, use_check_availability),
     .standard = "true",
     .help = "false: it is enough that there are streams"},
    {.name = "config_overrides",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct check_dynamic_stream, config_overrides),
     .help = "values that the config has during the check only"},
    SPK_PROP_END,
};

static spk_rc run(struct spk_component *base, struct spk_check *check, struct spk_error *err)
{
    struct check_dynamic_stream *self = (struct check_dynamic_stream *)base;
    struct spk_source *source = check->source;
    spk_rc rc = spk_source_find_streams(source, SPK_STREAMS_ALL, err);
    if (!rc)
        rc = spk_stream_groups_check(source, source->stream_nodes, (struct spk_value){0}, err);
    if (!rc && source->stream_count == 0)
        spk_check_say(check, SPK_V("No streams to connect to"));
    int64_t tried = self->use_check_availability ? self->stream_count : 0;
    for (size_t i = 0; !rc && check->problem.len == 0 && i < source->stream_count; i++) {
        struct spk_component *stream = NULL;
        if ((int64_t)i >= tried)
            break;
        rc = spk_source_stream_at(source, i, &stream, err);
        if (!rc)
            spk_check_stream(check, "Stream", stream);
    }
    return rc;
}

static const struct spk_checker_ops ops = {.check = run};

const struct spk_component_type spk_type_check_dynamic_stream = {
    .name = "CheckDynamicStream",
    .kind = SPK_KIND_CHECKER,
    .size = sizeof(struct check_dynamic_stream),
    .props = props,
    .ops = &ops,
    .help = "tries to read one record of the first streams",
};
