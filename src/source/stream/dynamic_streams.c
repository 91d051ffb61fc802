#include <stddef.h>

#include "nodes.h"
#include "source/kinds.h"
#include "source/source_internal.h"

/* DynamicDeclarativeStream: a template, and a resolver that says which streams it stands for. */
struct dynamic_stream {
    struct spk_component base;
    struct spk_value name, stream_template;
    struct spk_value resolver_node;
    struct spk_component *resolver; /* made of it */
    bool use_parent_parameters;
};

enum { MAX_STREAMS = 100 * 1000 };

#define FIELD(name) offsetof(struct dynamic_stream, name)

static const struct spk_prop props[] = {
    {.name = "name",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(name),
     .help = "what checks call it; standard dynamic_stream_0, _1, ..."},
    {.name = "stream_template",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(stream_template),
     .help = "the stream before the resolver fills it in"},
    {.name = "components_resolver",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(resolver_node),
     .help = "says which streams there are"},
    {.name = "use_parent_parameters",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(use_parent_parameters),
     .standard = "true",
     .help = "of two $parameters of one name the outer component's counts"},
    SPK_PROP_END,
};

struct spk_view spk_dynamic_stream_name(struct spk_arena *arena, struct spk_value definition,
                                        size_t number)
{
    struct spk_value name = spk_get(definition, "name");
    return spk_is(name, SPK_STRING) ? name.text
                                    : spk_arena_printf(arena, "dynamic_stream_%zu", number);
}

/* Requests of the resolver are made in the dynamic stream's name. */
static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct dynamic_stream *self = (struct dynamic_stream *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("components_resolver")};
    struct spk_build inner = *build;
    struct spk_value name =
        spk_value_truthy(self->name) ? self->name : spk_str("__http_components_resolver");
    inner.path = &path;
    inner.parent = base;
    inner.stream = spk_dict_new(build->arena);
    spk_set(inner.stream, "name", name);
    return spk_component_build(&inner, self->resolver_node, SPK_KIND_COMPONENTS_RESOLVER,
                               &self->resolver, err);
}

const struct spk_component_type spk_type_dynamic_declarative_stream = {
    .name = "DynamicDeclarativeStream",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct dynamic_stream),
    .props = props,
    .finish = finish,
    .help = "streams made of one template",
};

struct making {
    struct spk_source *source;
    struct spk_value nodes; /* so far */
    struct spk_map names;   /* of those made */
    struct dynamic_stream *definition;
    struct spk_view maker; /* the definition's name */
};

static spk_rc refuse_duplicate(struct making *m, struct spk_view name, struct spk_error *err)
{
    extern const struct spk_component_type spk_type_config_components_resolver;
    bool from_config = m->definition->resolver->type == &spk_type_config_components_resolver;
    spk_rc rc = from_config ? SPK_ECONFIG : SPK_EDATA;
    spk_error_set(err, rc, "dynamic_streams %.*s: two streams have the name '%.*s'",
                  SPK_FMT(m->maker), SPK_FMT(name));
    spk_error_hint(err, from_config ? "each item in the config needs a name of its own"
                                    : "the connector must make a name of its own for each");
    return rc;
}

static spk_rc add_node(void *context, struct spk_value filled, struct spk_error *err)
{
    struct making *m = context;
    struct spk_source *source = m->source;
    struct spk_propagation how = {.arena = &source->node_arena,
                                  .outer_wins = m->definition->use_parent_parameters};
    struct spk_value node;
    spk_rc rc = spk_parameters_propagate(source->manifest, &how, filled, &node, err);
    if (rc)
        return rc;
    struct spk_value name = spk_get(node, "name");
    if (!spk_is(name, SPK_STRING))
        return spk_error_set(err, SPK_EDATA,
                             "dynamic_streams %.*s: a stream's name is a text, this is a %s",
                             SPK_FMT(m->maker), spk_value_type_name(name));
    if (spk_map_get(&m->names, name.text))
        return refuse_duplicate(m, name.text, err);
    if (m->names.len >= MAX_STREAMS)
        return spk_error_set(err, SPK_EDATA, "dynamic_streams make more than %d streams",
                             MAX_STREAMS);
    if (!spk_is_defined(spk_get(node, "type")))
        spk_set(node, "type", spk_str("DeclarativeStream"));
    spk_set(node, "dynamic_stream_name", spk_string(m->maker));
    spk_map_set(&m->names, name.text, m);
    spk_list_append(m->nodes, node);
    return SPK_OK;
}

static spk_rc make_streams(struct making *m, struct spk_value written, size_t index,
                           struct spk_error *err)
{
    struct spk_path list = {.key = SPK_VIEW("dynamic_streams")};
    struct spk_path path = {.parent = &list, .index = index};
    struct spk_build build = spk_source_build(m->source, &path);
    struct spk_component *definition = NULL;
    spk_rc rc = spk_component_build(&build, written, SPK_KIND_OTHER, &definition, err);
    if (rc)
        return rc;
    if (definition->type != &spk_type_dynamic_declarative_stream)
        return spk_build_fail(&build, written, err, "each is a DynamicDeclarativeStream");
    m->definition = (struct dynamic_stream *)definition;
    m->maker = spk_dynamic_stream_name(build.arena, written, index);
    struct spk_stream_template template = {.source = m->source,
                                           .node = m->definition->stream_template,
                                           .arena = &m->source->node_arena,
                                           .visit = add_node,
                                           .context = m};
    struct spk_component *resolver = m->definition->resolver;
    rc = SPK_OPS(resolver, components_resolver)->resolve(resolver, &template, err);
    return rc ? spk_error_context(err, rc, "dynamic_streams %.*s", SPK_FMT(m->maker)) : SPK_OK;
}

spk_rc spk_nodes_add_dynamic(struct spk_source *source, struct spk_value nodes,
                             struct spk_error *err)
{
    struct making m = {.source = source, .nodes = nodes};
    struct spk_value written;
    spk_rc rc = spk_manifest_section(source->manifest, "dynamic_streams", &written, err);
    for (size_t i = 0; !rc && spk_is(written, SPK_LIST) && i < spk_list_len(written); i++)
        rc = make_streams(&m, spk_list_at(written, i), i, err);
    spk_map_deinit(&m.names);
    return rc;
}
