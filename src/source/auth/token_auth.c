#include <stddef.h>

#include "auth.h"
#include "template/template.h"

/* NoAuth, ApiKeyAuthenticator, BearerAuthenticator: a fixed token, or none, in a fixed place. */
struct token_auth {
    struct spk_component base;
    struct spk_template_string *token;
    struct spk_component *inject_into;
    struct spk_template_string *header; /* the older way of inject_into */
};

#define FIELD(name) offsetof(struct token_auth, name)

static spk_rc apply_nothing(struct spk_component *self, struct spk_request *request,
                            struct spk_error *err)
{
    return SPK_OK;
}

static const struct spk_authenticator_ops no_auth_ops = {.apply = apply_nothing};

const struct spk_component_type spk_type_no_auth = {
    .name = "NoAuth",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct spk_component),
    .ops = &no_auth_ops,
    .help = "no credentials",
};

static const struct spk_prop api_key_props[] = {
    {.name = "api_token",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(token),
     .help = "the key, usually {{ config['api_key'] }}"},
    {.name = "inject_into",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(inject_into),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the key goes"},
    {.name = "header",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(header),
     .help = "name of the header that carries the key (older form of inject_into)"},
    SPK_PROP_END,
};

static const struct spk_prop bearer_props[] = {
    {.name = "api_token",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(token),
     .help = "the token, usually {{ config['api_key'] }}"},
    SPK_PROP_END,
};

static spk_rc api_key_finish(struct spk_component *base, const struct spk_build *build,
                             struct spk_error *err)
{
    struct token_auth *self = (struct token_auth *)base;
    if (self->inject_into && self->header)
        return spk_build_fail(build, base->node, err, "inject_into and header cannot be set both");
    if (!self->inject_into && !self->header)
        return spk_build_fail(build, base->node, err,
                              "inject_into is missing: where does the key go?");
    return SPK_OK;
}

static spk_rc apply_api_key(struct spk_component *base, struct spk_request *request,
                            struct spk_error *err)
{
    struct token_auth *self = (struct token_auth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token = {0}, name;
    spk_rc rc = spk_scope_text(&scope, base, self->token, &token, err);
    if (!rc && self->inject_into)
        return spk_auth_inject(self->inject_into, &scope, token, request, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->header, &name, err);
    return rc ? rc : spk_auth_header(request, name, token, err);
}

static spk_rc apply_bearer(struct spk_component *base, struct spk_request *request,
                           struct spk_error *err)
{
    struct token_auth *self = (struct token_auth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token = {0};
    spk_rc rc = spk_scope_text(&scope, base, self->token, &token, err);
    return rc ? rc
              : spk_auth_header(request, SPK_V("Authorization"),
                                spk_arena_printf(request->arena, "Bearer %.*s", SPK_FMT(token)),
                                err);
}

static const struct spk_authenticator_ops api_key_ops = {.apply = apply_api_key};
static const struct spk_authenticator_ops bearer_ops = {.apply = apply_bearer};

const struct spk_component_type spk_type_api_key_authenticator = {
    .name = "ApiKeyAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct token_auth),
    .props = api_key_props,
    .ops = &api_key_ops,
    .finish = api_key_finish,
    .help = "a key in a header, a parameter or the body",
};

const struct spk_component_type spk_type_bearer_authenticator = {
    .name = "BearerAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct token_auth),
    .props = bearer_props,
    .ops = &bearer_ops,
    .help = "Authorization: Bearer TOKEN",
};
