#include "substream_router.h"

#include <stddef.h>

#include "source/request/options.h"
#include "source/stream/stream.h"
#include "template/template.h"

#define FIELD(name) offsetof(struct spk_parent_config, name)

static const struct spk_prop parent_props[] = {
    {.name = "stream",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(stream_node),
     .help = "the parent"},
    {.name = "parent_key",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(parent_key),
     .help = "path of the value in the parent's records"},
    {.name = "partition_field",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(partition_field),
     .help = "key of the value in the slice"},
    {.name = "request_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(request_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the value goes in a request"},
    {.name = "extra_fields",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(extra_fields_node),
     .help = "paths of further values that templates see as stream_slice.extra_fields"},
    {.name = "incremental_dependency",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(incremental_dependency),
     .help = "the parent is read from where the child's last read left it"},
    {.name = "lazy_read_pointer",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(lazy_read_pointer),
     .help = "path of the child's records in the parent's"},
    SPK_PROP_END,
};

/* Segments of a path as dpath splits a text: "a/b". */
static struct spk_value split_path(struct spk_arena *arena, struct spk_view text)
{
    struct spk_value path = spk_list_new(arena);
    while (text.len > 0 && text.at[0] == '/')
        text = spk_view_slice(text, 1, text.len);
    for (size_t from = 0, at = 0; at <= text.len; at++) {
        if (at < text.len && text.at[at] != '/')
            continue;
        spk_list_append(path, spk_string(spk_view_slice(text, from, at)));
        from = at + 1;
    }
    return path;
}

static spk_rc eval_segment(const struct spk_scope *scope, struct spk_parent_config *self,
                           struct spk_value written, struct spk_value path, struct spk_error *err)
{
    struct spk_template_string template;
    struct spk_value segment;
    if (!spk_is(written, SPK_STRING)) {
        spk_list_append(path, written);
        return SPK_OK;
    }
    spk_template_string_init(&template, spk_template_parse(scope->arena, written.text, NULL), NULL);
    spk_rc rc = spk_scope_eval(scope, &self->base, &template, &segment, err);
    if (!rc)
        spk_list_append(path, segment);
    return rc;
}

static spk_rc eval_path(struct spk_parent_config *self, const struct spk_build *build,
                        struct spk_value written, struct spk_value *path, struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    spk_rc rc = SPK_OK;
    *path = spk_list_new(build->arena);
    if (spk_is_nothing(written))
        return SPK_OK;
    if (!spk_is(written, SPK_LIST))
        return spk_build_fail(build, written, err, "a path is a list of keys");
    for (size_t i = 0; !rc && i < spk_list_len(written); i++)
        rc = eval_segment(&scope, self, spk_list_at(written, i), *path, err);
    return rc;
}

static spk_rc eval_extra_fields(struct spk_parent_config *self, const struct spk_build *build,
                                struct spk_error *err)
{
    struct spk_value written = self->extra_fields_node;
    self->extra_fields = spk_list_new(build->arena);
    for (size_t i = 0; spk_is(written, SPK_LIST) && i < spk_list_len(written); i++) {
        struct spk_value path;
        spk_rc rc = eval_path(self, build, spk_list_at(written, i), &path, err);
        if (rc)
            return rc;
        spk_list_append(self->extra_fields, path);
    }
    return SPK_OK;
}

/* Where the child's records are inside the parent's: one place, without wildcards. */
static spk_rc eval_pointer(struct spk_parent_config *self, const struct spk_build *build,
                           struct spk_error *err)
{
    struct spk_value written = self->lazy_read_pointer;
    for (size_t i = 0; spk_is(written, SPK_LIST) && i < spk_list_len(written); i++) {
        struct spk_view segment = spk_value_text_or(spk_list_at(written, i), "");
        if (spk_view_find(segment, SPK_V("*"), 0) >= 0)
            return spk_build_fail(build, written, err,
                                  "The '*' wildcard in 'lazy_read_pointer' is not supported, only "
                                  "direct paths are allowed");
    }
    return eval_path(self, build, written, &self->embedded_path, err);
}

static spk_rc finish_parent(struct spk_component *base, const struct spk_build *build,
                            struct spk_error *err)
{
    struct spk_parent_config *self = (struct spk_parent_config *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("stream")};
    struct spk_build inner = *build;
    struct spk_view key = {0};
    inner.path = &path;
    inner.parent = base;
    inner.is_parent = true;
    spk_rc rc = spk_scope_text(&scope, base, self->parent_key, &key, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->partition_field, &self->field, err);
    if (!rc)
        rc = eval_extra_fields(self, build, err);
    if (!rc)
        rc = eval_pointer(self, build, err);
    if (rc)
        return rc;
    self->key_path = split_path(build->arena, key);
    return spk_component_build(&inner, self->stream_node, SPK_KIND_STREAM, &self->stream, err);
}

const struct spk_component_type spk_type_parent_stream_config = {
    .name = "ParentStreamConfig",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct spk_parent_config),
    .props = parent_props,
    .finish = finish_parent,
    .help = "a parent stream and what of its records makes a partition",
};

static const struct spk_prop props[] = {
    {.name = "parent_stream_configs",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct spk_substream_router, parents),
     .kind = SPK_KIND_OTHER,
     .help = "the parents, read one after the other"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_substream_router *self = (struct spk_substream_router *)base;
    if (self->parents.len == 0)
        return spk_build_fail(build, base->node, err,
                              "SubstreamPartitionRouter needs at least 1 parent stream");
    for (size_t i = 0; i < self->parents.len; i++) {
        const struct spk_component *parent = self->parents.items[i];
        if (parent->type != &spk_type_parent_stream_config)
            return spk_build_fail(build, parent->node, err,
                                  "parent_stream_configs: each is a ParentStreamConfig");
    }
    return SPK_OK;
}

static spk_rc open_slices(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    return spk_parent_slices_open((struct spk_substream_router *)base, state, out, err);
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct spk_substream_router *self = (struct spk_substream_router *)base;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && scope->slice && i < self->parents.len; i++) {
        struct spk_parent_config *parent = (struct spk_parent_config *)self->parents.items[i];
        struct spk_value value = spk_dict_get(scope->slice->partition, parent->field);
        if (parent->request_option && spk_value_truthy(value))
            rc = spk_request_option_inject(parent->request_option, scope, value, out, err);
    }
    return rc;
}

static struct spk_view field(struct spk_component *base, size_t index)
{
    struct spk_components *parents = &((struct spk_substream_router *)base)->parents;
    if (index >= parents->len)
        return (struct spk_view){0};
    return ((struct spk_parent_config *)parents->items[index])->field;
}

static bool has_options(struct spk_component *base)
{
    struct spk_components *parents = &((struct spk_substream_router *)base)->parents;
    for (size_t i = 0; i < parents->len; i++) {
        if (((struct spk_parent_config *)parents->items[i])->request_option)
            return true;
    }
    return false;
}

static bool embeds(struct spk_component *base)
{
    struct spk_components *parents = &((struct spk_substream_router *)base)->parents;
    for (size_t i = 0; i < parents->len; i++) {
        if (spk_list_len(((struct spk_parent_config *)parents->items[i])->embedded_path) > 0)
            return true;
    }
    return false;
}

static const struct spk_router_ops ops = {.open = open_slices,
                                          .options = options,
                                          .field = field,
                                          .has_options = has_options,
                                          .embeds = embeds};

const struct spk_component_type spk_type_substream_partition_router = {
    .name = "SubstreamPartitionRouter",
    .kind = SPK_KIND_ROUTER,
    .size = sizeof(struct spk_substream_router),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "one partition per record of parent streams",
};
