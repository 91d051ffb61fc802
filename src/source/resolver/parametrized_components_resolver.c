#include <stddef.h>

#include "component_mapping.h"

/* ParametrizedComponentsResolver: a stream for each set of parameters that the manifest lists. */

struct stream_parameters {
    struct spk_component base;
    struct spk_value list;
};

struct parametrized_resolver {
    struct spk_component base;
    struct spk_component *parameters; /* struct stream_parameters */
    struct spk_components mappings;
};

static const struct spk_prop parameters_props[] = {
    {.name = "list_of_parameters_for_stream",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct stream_parameters, list),
     .help = "list of mappings, one per stream"},
    SPK_PROP_END,
};

static spk_rc finish_parameters(struct spk_component *base, const struct spk_build *build,
                                struct spk_error *err)
{
    struct spk_value list = ((struct stream_parameters *)base)->list;
    bool good = spk_is(list, SPK_LIST);
    for (size_t i = 0; good && i < spk_list_len(list); i++)
        good = spk_is(spk_list_at(list, i), SPK_DICT);
    return good ? SPK_OK
                : spk_build_fail(build, list, err,
                                 "list_of_parameters_for_stream is a list of mappings");
}

const struct spk_component_type spk_type_stream_parameters_definition = {
    .name = "StreamParametersDefinition",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct stream_parameters),
    .props = parameters_props,
    .finish = finish_parameters,
    .help = "the parameters of each stream that a template stands for",
};

static const struct spk_prop props[] = {
    {.name = "stream_parameters",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct parametrized_resolver, parameters),
     .kind = SPK_KIND_OTHER,
     .help = "what the streams differ in"},
    {.name = "components_mapping",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct parametrized_resolver, mappings),
     .kind = SPK_KIND_OTHER,
     .help = "where the parameters go in the template"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct parametrized_resolver *self = (struct parametrized_resolver *)base;
    if (self->parameters->type != &spk_type_stream_parameters_definition)
        return spk_build_fail(build, self->parameters->node, err,
                              "stream_parameters is a StreamParametersDefinition");
    return spk_mappings_check(build, &self->mappings, SPK_MAPPING_YAML, err);
}

static spk_rc resolve(struct spk_component *base, const struct spk_stream_template *template,
                      struct spk_error *err)
{
    struct parametrized_resolver *self = (struct parametrized_resolver *)base;
    struct spk_value list = ((struct stream_parameters *)self->parameters)->list;
    struct spk_mapping_input input = {.mappings = &self->mappings, .rule = SPK_MAPPING_YAML};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < spk_list_len(list); i++) {
        input.values = spk_list_at(list, i);
        rc = spk_mappings_apply(&input, template, err);
    }
    return rc;
}

static const struct spk_components_resolver_ops ops = {.resolve = resolve};

const struct spk_component_type spk_type_parametrized_components_resolver = {
    .name = "ParametrizedComponentsResolver",
    .kind = SPK_KIND_COMPONENTS_RESOLVER,
    .size = sizeof(struct parametrized_resolver),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a stream for each set of parameters in the manifest",
};
