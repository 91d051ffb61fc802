#include <stddef.h>

#include "auth.h"
#include "base/secret.h"
#include "jwt_sign.h"
#include "template/template.h"

/* JwtAuthenticator: a JSON Web Token, signed anew for each request. */
struct jwt_auth {
    struct spk_component base;
    struct spk_template_string *secret_key, *passphrase, *header_prefix;
    int algorithm;
    bool encode_secret;
    struct spk_value duration;
    struct spk_template_tree *headers, *more_headers, *payload, *more_payload;
    struct spk_component *request_option; /* NULL: Authorization */
};

#define FIELD(name) offsetof(struct jwt_auth, name)
#define MAPPING(name_, field_, help_)                                                              \
    {.name = name_, .type = SPK_PROP_MAPPING, .offset = FIELD(field_), .help = help_}

static const struct spk_prop props[] = {
    {.name = "secret_key",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(secret_key),
     .help = "secret, or private key in PEM"},
    {.name = "algorithm",
     .type = SPK_PROP_ENUM,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(algorithm),
     .choices = spk_jwt_algorithms,
     .help = "how the token is signed"},
    {.name = "base64_encode_secret_key",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(encode_secret),
     .help = "the secret is the base64 text of secret_key"},
    {.name = "passphrase",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(passphrase),
     .help = "of an encrypted private key"},
    {.name = "token_duration",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(duration),
     .standard = "1200",
     .help = "seconds until the token ends"},
    {.name = "header_prefix",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(header_prefix),
     .help = "word before the token, such as Bearer"},
    MAPPING("jwt_headers", headers, "kid, typ and cty"),
    MAPPING("additional_jwt_headers", more_headers, "further headers of the token"),
    MAPPING("jwt_payload", payload, "iss, sub and aud"),
    MAPPING("additional_jwt_payload", more_payload, "further claims"),
    {.name = "request_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(request_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the token goes; the Authorization header where not given"},
    SPK_PROP_END,
};

static struct spk_scope jwt_scope(const struct spk_scope *outer)
{
    struct spk_scope scope = {.source = outer->source, .arena = outer->arena};
    scope.extra = spk_dict_new(outer->arena);
    spk_set(scope.extra, "json_loads", spk_template_json_loads(outer->arena));
    return scope;
}

/* The named ones of `own` on top of `more`, where they must not stand. */
struct claims {
    const struct spk_template_tree *own, *more;
    const char *const *names;    /* NULL-terminated: of `own` */
    const char *const *reserved; /* NULL-terminated: not allowed in `more` */
};

static spk_rc eval_claims(struct jwt_auth *self, const struct spk_scope *scope,
                          const struct claims *what, struct spk_value *out, struct spk_error *err)
{
    struct spk_value own = {0};
    *out = spk_dict_new(scope->arena);
    spk_rc rc = SPK_OK;
    if (what->more)
        rc = spk_scope_tree(scope, &self->base, what->more, out, err);
    for (size_t i = 0; !rc && what->reserved[i]; i++) {
        if (spk_is_defined(spk_get(*out, what->reserved[i])))
            rc = spk_error_set(err, SPK_ECONFIG, "%s is set by the engine, or beside it",
                               what->reserved[i]);
    }
    if (!rc && what->own)
        rc = spk_scope_tree(scope, &self->base, what->own, &own, err);
    for (size_t i = 0; !rc && what->names[i]; i++) {
        struct spk_value value = spk_get(own, what->names[i]);
        if (!spk_is_nothing(value))
            spk_set(*out, what->names[i], value);
    }
    return rc;
}

static spk_rc make_header(struct jwt_auth *self, const struct spk_scope *scope,
                          struct spk_value *out, struct spk_error *err)
{
    static const char *const names[] = {"kid", "typ", "cty", NULL};
    static const char *const reserved[] = {"kid", "alg", "typ", "cty", NULL};
    const struct claims what = {self->headers, self->more_headers, names, reserved};
    spk_rc rc = eval_claims(self, scope, &what, out, err);
    if (rc)
        return rc;
    if (!spk_is_defined(spk_get(*out, "typ")))
        spk_set(*out, "typ", spk_str("JWT"));
    spk_set(*out, "alg", spk_str(spk_jwt_algorithms[self->algorithm]));
    return SPK_OK;
}

static spk_rc make_payload(struct jwt_auth *self, const struct spk_scope *scope,
                           struct spk_value *out, struct spk_error *err)
{
    static const char *const names[] = {"iss", "sub", "aud", NULL};
    static const char *const reserved[] = {"iss", "sub", "aud", "iat", "exp", "nbf", NULL};
    const struct claims what = {self->payload, self->more_payload, names, reserved};
    spk_rc rc = eval_claims(self, scope, &what, out, err);
    if (rc)
        return rc;
    int64_t now = spk_time_now_us() / SPK_SECOND_US;
    int64_t duration = spk_is(self->duration, SPK_INT) ? self->duration.integer : 0;
    spk_set(*out, "iat", spk_int(now));
    spk_set(*out, "exp", spk_int(now + duration));
    spk_set(*out, "nbf", spk_int(now));
    return SPK_OK;
}

static struct spk_view json_of(struct spk_arena *arena, struct spk_value value, unsigned flags)
{
    struct spk_buf text = {0};
    spk_json_write(&text, value, SPK_JSON_ASCII | SPK_JSON_NAN | flags);
    struct spk_view kept = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

static spk_rc read_key(struct jwt_auth *self, const struct spk_scope *scope,
                       struct spk_jwt_key *key, struct spk_error *err)
{
    *key = (struct spk_jwt_key){.algorithm = self->algorithm};
    spk_rc rc = spk_scope_text(scope, &self->base, self->secret_key, &key->secret, err);
    if (!rc && self->passphrase)
        rc = spk_scope_text(scope, &self->base, self->passphrase, &key->passphrase, err);
    if (rc)
        return rc;
    spk_secret_add(key->secret);
    spk_secret_add(key->passphrase);
    if (self->encode_secret && key->passphrase.len == 0)
        key->secret = spk_auth_base64(scope->arena, key->secret);
    return SPK_OK;
}

spk_rc spk_jwt_token(struct spk_component *base, const struct spk_scope *outer,
                     struct spk_view *out, struct spk_error *err)
{
    struct jwt_auth *self = (struct jwt_auth *)base;
    struct spk_scope scope = jwt_scope(outer);
    struct spk_value header = {0}, payload = {0};
    struct spk_jwt_key key;
    struct spk_view prefix = {0};
    spk_rc rc = make_header(self, &scope, &header, err);
    if (!rc)
        rc = make_payload(self, &scope, &payload, err);
    if (!rc)
        rc = read_key(self, &scope, &key, err);
    if (!rc && self->header_prefix)
        rc = spk_scope_text(&scope, base, self->header_prefix, &prefix, err);
    if (rc)
        return spk_error_context(err, rc, "signed token");
    struct spk_jwt_parts parts = {json_of(scope.arena, header, SPK_JSON_SORTED),
                                  json_of(scope.arena, payload, 0)};
    rc = spk_jwt_sign(scope.arena, &parts, &key, out, err);
    if (rc)
        return spk_error_context(err, rc, "signed token");
    if (prefix.len > 0)
        *out = spk_arena_printf(scope.arena, "%.*s %.*s", SPK_FMT(prefix), SPK_FMT(*out));
    return SPK_OK;
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct jwt_auth *self = (struct jwt_auth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token = {0};
    spk_rc rc = spk_jwt_token(base, &scope, &token, err);
    if (rc)
        return rc;
    return self->request_option ? spk_auth_inject(self->request_option, &scope, token, request, err)
                                : spk_auth_header(request, SPK_V("Authorization"), token, err);
}

static const struct spk_authenticator_ops ops = {.apply = apply};

const struct spk_component_type spk_type_jwt_authenticator = {
    .name = "JwtAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct jwt_auth),
    .props = props,
    .ops = &ops,
    .help = "a JSON Web Token, signed for each request",
};
