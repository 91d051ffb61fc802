#include <stddef.h>

#include "check.h"
#include "source/stream/nodes.h"
#include "source/stream/stream.h"

/* CheckStream: each named stream must be reachable, and of each named dynamic stream some or all of
 * those it makes; one record of each is read. */

struct dynamic_check {
    struct spk_component base;
    struct spk_view dynamic_stream_name;
    int64_t stream_count; /* 0: all */
};

struct check_stream {
    struct spk_component base;
    struct spk_value stream_names;
    struct spk_components dynamic_checks; /* struct dynamic_check */
    struct spk_value config_overrides;
};

static const struct spk_prop dynamic_props[] = {
    {.name = "dynamic_stream_name",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct dynamic_check, dynamic_stream_name),
     .help = "name of one of the dynamic_streams"},
    {.name = "stream_count",
     .type = SPK_PROP_INT,
     .offset = offsetof(struct dynamic_check, stream_count),
     .help = "how many of its streams are tried, from the first on; standard all"},
    SPK_PROP_END,
};

static spk_rc finish_dynamic(struct spk_component *base, const struct spk_build *build,
                             struct spk_error *err)
{
    struct dynamic_check *self = (struct dynamic_check *)base;
    struct spk_value written = spk_get(base->node, "stream_count");
    if (self->stream_count < 1 && !spk_is_nothing(written))
        return spk_build_fail(build, written, err, "stream_count is at least 1");
    return SPK_OK;
}

const struct spk_component_type spk_type_dynamic_stream_check_config = {
    .name = "DynamicStreamCheckConfig",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct dynamic_check),
    .props = dynamic_props,
    .finish = finish_dynamic,
    .help = "which streams of a dynamic stream are checked",
};

static const struct spk_prop props[] = {
    {.name = "stream_names",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct check_stream, stream_names),
     .help = "the streams to try"},
    {.name = "dynamic_streams_check_configs",
     .type = SPK_PROP_COMPONENTS,
     .offset = offsetof(struct check_stream, dynamic_checks),
     .kind = SPK_KIND_OTHER,
     .help = "the dynamic streams to try"},
    {.name = "config_overrides",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct check_stream, config_overrides),
     .help = "values that the config has during the check only"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct check_stream *self = (struct check_stream *)base;
    if (spk_is_nothing(self->stream_names) &&
        spk_is_nothing(spk_get(base->node, "dynamic_streams_check_configs")))
        return spk_build_fail(build, base->node, err,
                              "CheckStream needs stream_names or dynamic_streams_check_configs");
    for (size_t i = 0; i < self->dynamic_checks.len; i++) {
        const struct spk_component *item = self->dynamic_checks.items[i];
        if (item->type != &spk_type_dynamic_stream_check_config)
            return spk_build_fail(build, item->node, err,
                                  "dynamic_streams_check_configs: each is a "
                                  "DynamicStreamCheckConfig");
    }
    return SPK_OK;
}

/* The config may choose other streams to check. */
static spk_rc names_to_check(const struct check_stream *self, struct spk_value *names,
                             struct spk_error *err)
{
    struct spk_value chosen =
        spk_get(spk_source_config(self->base.source), "__airbyte_check_stream_names");
    bool good = spk_is(chosen, SPK_LIST);
    *names = self->stream_names;
    if (!spk_is_defined(chosen) || (good && spk_list_len(chosen) == 0))
        return SPK_OK;
    for (size_t i = 0; good && i < spk_list_len(chosen); i++)
        good = spk_is(spk_list_at(chosen, i), SPK_STRING);
    if (!good)
        return spk_error_set(err, SPK_EDATA,
                             "config: __airbyte_check_stream_names is a list of texts");
    *names = chosen;
    return SPK_OK;
}

static size_t length(struct spk_value names)
{
    return spk_is(names, SPK_LIST) ? spk_list_len(names) : 0;
}

/* Streams that stand in the manifest are found without asking for the dynamic ones. */
static spk_rc find_streams(struct check_stream *self, struct spk_value names, struct spk_error *err)
{
    struct spk_source *source = self->base.source;
    spk_rc rc = spk_source_find_streams(source, SPK_STREAMS_WRITTEN, err);
    bool all = self->dynamic_checks.len > 0 || length(names) == 0;
    for (size_t i = 0; !rc && !all && i < length(names); i++)
        all = !spk_source_has_stream(source, spk_value_text_or(spk_list_at(names, i), ""));
    if (!rc && all)
        rc = spk_source_find_streams(source, SPK_STREAMS_ALL, err);
    if (!rc)
        rc = spk_stream_groups_check(source, source->stream_nodes,
                                     all ? (struct spk_value){0} : names, err);
    for (size_t i = 0; !rc && i < length(names); i++) {
        struct spk_component *stream;
        rc = spk_source_stream(source, spk_value_text_or(spk_list_at(names, i), ""), &stream, err);
    }
    return rc;
}

static spk_rc unknown_stream(struct spk_check *check, struct spk_view name, struct spk_error *err)
{
    struct spk_buf all = {0};
    spk_value_repr(&all, spk_source_stream_names(check->source, check->arena));
    spk_rc rc =
        spk_error_set(err, SPK_EDATA, "%.*s is not part of the catalog. Expected one of %s.",
                      SPK_FMT(name), spk_buf_cstr(&all));
    spk_buf_deinit(&all);
    return rc;
}

static spk_rc check_named(struct spk_check *check, struct spk_value names, struct spk_error *err)
{
    for (size_t i = 0; check->problem.len == 0 && i < length(names); i++) {
        struct spk_view name = spk_value_text_or(spk_list_at(names, i), "");
        struct spk_component *stream = NULL;
        spk_rc rc = spk_source_stream(check->source, name, &stream, err);
        if (!rc && !stream)
            rc = unknown_stream(check, name, err);
        if (rc)
            return rc;
        spk_check_stream(check, "Stream", stream);
    }
    return SPK_OK;
}

static spk_rc is_maker(struct spk_check *check, struct spk_view name, bool *found,
                       struct spk_error *err)
{
    struct spk_value written;
    spk_rc rc = spk_manifest_section(check->source->manifest, "dynamic_streams", &written, err);
    *found = false;
    for (size_t i = 0; !rc && i < length(written); i++)
        *found |=
            spk_view_equal(spk_dynamic_stream_name(check->arena, spk_list_at(written, i), i), name);
    return rc;
}

static spk_rc check_dynamic(struct spk_check *check, const struct dynamic_check *which,
                            struct spk_error *err)
{
    struct spk_source *source = check->source;
    int64_t left = which->stream_count > 0 ? which->stream_count : INT64_MAX;
    bool found;
    spk_rc rc = is_maker(check, which->dynamic_stream_name, &found, err);
    if (!rc && !found)
        spk_check_say(check, spk_arena_printf(check->arena,
                                              "Dynamic stream %.*s is not found in manifest.",
                                              SPK_FMT(which->dynamic_stream_name)));
    for (size_t i = 0; !rc && left > 0 && check->problem.len == 0 && i < source->stream_count;
         i++) {
        struct spk_value node = spk_list_at(source->stream_nodes, i);
        struct spk_value maker = spk_get(node, "dynamic_stream_name");
        struct spk_component *stream = NULL;
        if (!spk_view_equal(spk_value_text_or(maker, ""), which->dynamic_stream_name))
            continue;
        rc = spk_source_stream(source, spk_node_name(node), &stream, err);
        if (!rc)
            spk_check_stream(check, "Dynamic Stream", stream);
        left--;
    }
    return rc;
}

static spk_rc run(struct spk_component *base, struct spk_check *check, struct spk_error *err)
{
    struct check_stream *self = (struct check_stream *)base;
    struct spk_error failure = {0};
    struct spk_value names;
    spk_rc rc = names_to_check(self, &names, err);
    if (rc)
        return rc;
    if (find_streams(self, names, &failure)) {
        spk_check_say(check,
                      spk_arena_printf(check->arena,
                                       "Encountered an error while discovering streams. Error: %s",
                                       failure.text));
        return SPK_OK;
    }
    if (check->source->stream_count == 0) {
        spk_check_say(check, SPK_V("No streams to connect to"));
        return SPK_OK;
    }
    rc = check_named(check, names, err);
    for (size_t i = 0; !rc && check->problem.len == 0 && i < self->dynamic_checks.len; i++)
        rc = check_dynamic(check, (struct dynamic_check *)self->dynamic_checks.items[i], err);
    return rc;
}

static const struct spk_checker_ops ops = {.check = run};

const struct spk_component_type spk_type_check_stream = {
    .name = "CheckStream",
    .kind = SPK_KIND_CHECKER,
    .size = sizeof(struct check_stream),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "tries to read one record of each named stream",
};
