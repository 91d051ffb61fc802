#include <pthread.h>
#include <stddef.h>

#include "auth.h"
#include "base/secret.h"
#include "http/http.h"
#include "source/exchange/wire.h"
#include "source/source_internal.h"

/* OAuthAuthenticator: exchanges a refresh token, or client credentials, for an access token, and
 * keeps that until it expires. */
struct oauth {
    struct spk_component base;
    struct spk_template_string *endpoint, *client_id, *client_secret, *refresh_token, *grant_type;
    struct spk_template_string *access_token_value, *token_expiry_date;
    struct spk_view client_id_name, client_secret_name, refresh_token_name, grant_type_name;
    struct spk_view access_token_name, expires_in_name, expiry_format;
    struct spk_value scopes;
    struct spk_template_tree *body, *headers;
    pthread_mutex_t lock;
    struct spk_buf token;
    int64_t expires_us;
    bool started; /* what the config itself holds was looked at */
};

#define FIELD(name) offsetof(struct oauth, name)
#define TEMPLATE(name_, field_, help_)                                                             \
    {.name = name_, .type = SPK_PROP_TEMPLATE, .offset = FIELD(field_), .help = help_}
#define NAME(name_, field_, standard_)                                                             \
    {.name = name_,                                                                                \
     .type = SPK_PROP_STRING,                                                                      \
     .offset = FIELD(field_),                                                                      \
     .standard = standard_,                                                                        \
     .help = "name of that field in the request or the answer"}

static const struct spk_prop props[] = {
    TEMPLATE("token_refresh_endpoint", endpoint, "where tokens come from"),
    TEMPLATE("client_id", client_id, "id of the client"),
    TEMPLATE("client_secret", client_secret, "secret of the client"),
    TEMPLATE("refresh_token", refresh_token, "long-lived token that access tokens are made of"),
    TEMPLATE("access_token_value", access_token_value, "an access token that is there already"),
    TEMPLATE("token_expiry_date", token_expiry_date, "until when that one is good"),
    {.name = "grant_type",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(grant_type),
     .standard = "refresh_token",
     .help = "refresh_token, client_credentials or password"},
    NAME("client_id_name", client_id_name, "client_id"),
    NAME("client_secret_name", client_secret_name, "client_secret"),
    NAME("refresh_token_name", refresh_token_name, "refresh_token"),
    NAME("grant_type_name", grant_type_name, "grant_type"),
    NAME("access_token_name", access_token_name, "access_token"),
    NAME("expires_in_name", expires_in_name, "expires_in"),
    {.name = "token_expiry_date_format",
     .type = SPK_PROP_STRING,
     .offset = FIELD(expiry_format),
     .help = "the expiry is a date of this format, not seconds"},
    {.name = "scopes",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(scopes),
     .help = "scopes to ask for"},
    {.name = "refresh_request_body",
     .type = SPK_PROP_MAPPING,
     .offset = FIELD(body),
     .help = "further fields of the request"},
    {.name = "refresh_request_headers",
     .type = SPK_PROP_MAPPING,
     .offset = FIELD(headers),
     .help = "headers of the request"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct oauth *self = (struct oauth *)base;
    pthread_mutex_init(&self->lock, NULL);
    if (!self->endpoint && !self->access_token_value)
        return spk_build_fail(
            build, base->node, err,
            "OAuthAuthenticator needs token_refresh_endpoint or access_token_value");
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    struct oauth *self = (struct oauth *)base;
    spk_buf_deinit(&self->token);
    pthread_mutex_destroy(&self->lock);
}

struct form_field {
    struct spk_view name;
    struct spk_template_string *value; /* NULL: left out */
};

static spk_rc add_field(struct oauth *self, const struct spk_scope *scope, struct spk_value form,
                        struct form_field field, struct spk_error *err)
{
    struct spk_view text;
    if (!field.value)
        return SPK_OK;
    spk_rc rc = spk_scope_text(scope, &self->base, field.value, &text, err);
    if (!rc)
        spk_dict_set(form, field.name, spk_string(text));
    return rc;
}

static spk_rc add_body(struct oauth *self, const struct spk_scope *scope, struct spk_value form,
                       struct spk_error *err)
{
    struct spk_value extra;
    spk_rc rc = spk_scope_tree(scope, &self->base, self->body, &extra, err);
    for (size_t i = 0; !rc && spk_is(extra, SPK_DICT) && i < spk_dict_len(extra); i++) {
        const struct spk_entry *e = &extra.dict->entries[i];
        if (!spk_is_defined(spk_dict_get_value(form, e->key)))
            spk_dict_set_value(form, e->key, e->value);
    }
    return rc;
}

/* Client credentials are left out where an Authorization header carries them. */
static spk_rc make_form(struct oauth *self, const struct spk_scope *scope, struct spk_value headers,
                        struct spk_value form, struct spk_error *err)
{
    bool in_header = spk_is_defined(spk_get(headers, "Authorization"));
    const struct form_field fields[] = {
        {self->grant_type_name, self->grant_type},
        {self->client_id_name, in_header ? NULL : self->client_id},
        {self->client_secret_name, in_header ? NULL : self->client_secret},
        {self->refresh_token_name, self->refresh_token},
    };
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < sizeof(fields) / sizeof(*fields); i++)
        rc = add_field(self, scope, form, fields[i], err);
    if (!rc && spk_value_truthy(self->scopes))
        spk_set(form, "scopes", self->scopes);
    return rc ? rc : add_body(self, scope, form, err);
}

static spk_rc refuse(int status, struct spk_error *err)
{
    bool again = status == 429 || status >= 500;
    spk_rc rc = spk_error_set(err, again ? SPK_ETRANSIENT : SPK_ECONFIG,
                              "the token endpoint answered HTTP %d", status);
    if (!again)
        spk_error_hint(err, "check client id, client secret and refresh token; sign in again");
    return rc;
}

static void set_expiry(struct oauth *self, struct spk_value expires)
{
    double seconds;
    self->expires_us = spk_time_now_us() + 3600 * SPK_SECOND_US;
    if (spk_is(expires, SPK_STRING) && self->expiry_format.len > 0)
        spk_cdk_datetime_parse(expires.text, self->expiry_format, &self->expires_us, NULL);
    else if (spk_is(expires, SPK_INT))
        self->expires_us = spk_time_now_us() + expires.integer * SPK_SECOND_US;
    else if (spk_is(expires, SPK_FLOAT))
        self->expires_us = spk_time_now_us() + (int64_t)(expires.number * 1e6);
    else if (spk_is(expires, SPK_STRING) && spk_parse_double(expires.text, &seconds))
        self->expires_us = spk_time_now_us() + (int64_t)(seconds * 1e6);
}

static spk_rc take_token(struct oauth *self, struct spk_view body, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value answer = {0};
    spk_rc rc = spk_json_parse(&arena, body, NULL, &answer, err);
    struct spk_value token = spk_dict_get(answer, self->access_token_name);
    if (!rc && !spk_value_truthy(token)) {
        rc = spk_error_set(err, SPK_ECONFIG, "the token endpoint's answer has no %.*s",
                           SPK_FMT(self->access_token_name));
    } else if (!rc) {
        spk_buf_clear(&self->token);
        spk_value_str(&self->token, token);
        spk_secret_add(spk_buf_view(&self->token));
        set_expiry(self, spk_dict_get(answer, self->expires_in_name));
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc send_refresh(struct oauth *self, const struct spk_scope *scope, struct spk_error *err)
{
    struct spk_request request = {.method = SPK_V("POST"), .arena = scope->arena};
    struct spk_http_request wire;
    struct spk_http_response answer = {0};
    struct spk_value headers = {0}, form = spk_dict_new(scope->arena);
    spk_request_options_init(&request.options, scope->arena);
    spk_rc rc = spk_scope_tree(scope, &self->base, self->headers, &headers, err);
    if (!rc && spk_is(headers, SPK_DICT))
        request.options.headers = headers;
    if (!rc)
        rc = make_form(self, scope, request.options.headers, form, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->endpoint, &request.url, err);
    request.options.body_data = form;
    if (!rc)
        rc = spk_wire_encode(&request, &wire, err);
    if (!rc)
        rc = spk_http_send(self->base.source->http, &wire, &answer, err);
    if (!rc)
        rc = answer.status < 400 ? take_token(self, spk_buf_view(&answer.body), err)
                                 : refuse(answer.status, err);
    spk_http_response_deinit(&answer);
    return rc ? spk_error_context(err, rc, "access token") : rc;
}

/* A token that the config holds counts until its expiry; without an endpoint, for ever. */
static spk_rc start(struct oauth *self, const struct spk_scope *scope, struct spk_error *err)
{
    struct spk_view token = {0}, expiry = {0};
    struct spk_civil civil;
    self->started = true;
    spk_rc rc = SPK_OK;
    if (self->access_token_value)
        rc = spk_scope_text(scope, &self->base, self->access_token_value, &token, err);
    if (!rc && self->token_expiry_date)
        rc = spk_scope_text(scope, &self->base, self->token_expiry_date, &expiry, err);
    if (rc || token.len == 0)
        return rc;
    spk_buf_clear(&self->token);
    spk_buf_append(&self->token, token);
    spk_secret_add(token);
    if (!self->endpoint)
        self->expires_us = INT64_MAX;
    else if (expiry.len > 0 && spk_iso_parse(expiry, &civil, NULL) == SPK_OK)
        self->expires_us = spk_civil_to_us(&civil);
    return SPK_OK;
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct oauth *self = (struct oauth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view value = {0};
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&self->lock);
    if (!self->started)
        rc = start(self, &scope, err);
    if (!rc && self->expires_us < spk_time_now_us())
        rc = send_refresh(self, &scope, err);
    if (!rc)
        value = spk_arena_printf(request->arena, "Bearer %s", spk_buf_cstr(&self->token));
    pthread_mutex_unlock(&self->lock);
    return rc ? rc : spk_auth_header(request, SPK_V("Authorization"), value, err);
}

static const struct spk_authenticator_ops ops = {.apply = apply};

const struct spk_component_type spk_type_oauth_authenticator = {
    .name = "OAuthAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct oauth),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "OAuth 2.0 by refresh token or client credentials",
};
