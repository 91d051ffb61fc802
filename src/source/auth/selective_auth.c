#include <stddef.h>

#include "auth.h"
#include "source/source_internal.h"

/* SelectiveAuthenticator: the one that a value of the config names. */
struct selective_auth {
    struct spk_component base;
    struct spk_value path;           /* LIST: where the config has the name */
    struct spk_value authenticators; /* DICT: name -> component */
    struct spk_component *chosen;
};

#define FIELD(name) offsetof(struct selective_auth, name)

static const struct spk_prop props[] = {
    {.name = "authenticator_selection_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(path),
     .help = "path in the config of the value that names the authenticator"},
    {.name = "authenticators",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(authenticators),
     .help = "the authenticators by name"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct selective_auth *self = (struct selective_auth *)base;
    struct spk_path all = {.parent = build->path, .key = SPK_VIEW("authenticators")};
    struct spk_build inner = *build;
    struct spk_buf name = {0};
    struct spk_value value = (struct spk_value){0};
    if (spk_is(self->path, SPK_LIST))
        value = spk_dpath_get(spk_source_config(build->source), self->path);
    if (!spk_is_defined(value))
        return spk_build_fail(
            build, self->path, err,
            "The path from `authenticator_selection_path` is not found in the config.");
    spk_value_str(&name, value);
    struct spk_path one = {.parent = &all, .key = spk_arena_dup(build->arena, spk_buf_view(&name))};
    spk_buf_deinit(&name);
    struct spk_value node = spk_dict_get(self->authenticators, one.key);
    if (!spk_is_defined(node))
        return spk_build_fail(build, self->authenticators, err,
                              "The authenticator `%.*s` is not found.", SPK_FMT(one.key));
    inner.path = &one;
    return spk_component_build(&inner, node, SPK_KIND_AUTHENTICATOR, &self->chosen, err);
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct spk_component *chosen = ((struct selective_auth *)base)->chosen;
    return SPK_OPS(chosen, authenticator)->apply(chosen, request, err);
}

static struct spk_component *stands_for(struct spk_component *base)
{
    return ((struct selective_auth *)base)->chosen;
}

static const struct spk_authenticator_ops ops = {.apply = apply, .stands_for = stands_for};

const struct spk_component_type spk_type_selective_authenticator = {
    .name = "SelectiveAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct selective_auth),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the authenticator that a value of the config names",
};
