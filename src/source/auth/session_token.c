#include <pthread.h>
#include <stddef.h>

#include "auth.h"
#include "base/secret.h"
#include "source/source_internal.h"
#include "template/template.h"

/*
 * SessionTokenAuthenticator: logs in with a request of its own and sends the token that it got.
 * With an expiration the token is kept so long; without one each request logs in anew, beside the
 * others.
 */
struct session_token {
    struct spk_component base;
    struct spk_component *login_requester;
    struct spk_component *decoder;
    struct spk_value session_token_path;
    struct spk_view expiration;
    struct spk_value request_authentication;
    struct spk_component *inject_into; /* NULL: Authorization: Bearer */
    struct spk_template_string *api_token;
    struct spk_duration lifetime;
    pthread_mutex_t lock;
    struct spk_buf token; /* current, empty before the first login */
    int64_t expires_us;
};

#define FIELD(name) offsetof(struct session_token, name)

static const struct spk_prop props[] = {
    {.name = "login_requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(login_requester),
     .kind = SPK_KIND_REQUESTER,
     .help = "the request that logs in"},
    {.name = "decoder",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(decoder),
     .kind = SPK_KIND_DECODER,
     .standard = "{type: JsonDecoder}",
     .help = "what the login answers"},
    {.name = "session_token_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(session_token_path),
     .help = "keys from the answer to the token"},
    {.name = "expiration_duration",
     .type = SPK_PROP_STRING,
     .offset = FIELD(expiration),
     .help = "how long a token is good for, such as PT1H"},
    {.name = "request_authentication",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(request_authentication),
     .help = "{type: Bearer} or {type: ApiKey, inject_into: RequestOption}"},
    SPK_PROP_END,
};

static spk_rc finish_placement(struct session_token *self, const struct spk_build *build,
                               struct spk_error *err)
{
    struct spk_value node = self->request_authentication;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("request_authentication")};
    struct spk_build inner = *build;
    inner.path = &path;
    if (spk_view_is(spk_value_text_or(spk_get(node, "type"), ""), "Bearer"))
        return SPK_OK;
    struct spk_value written = spk_get(node, "api_token");
    struct spk_view text = spk_value_text_or(written, "{{ session_token }}");
    self->api_token = SPK_NEW(build->arena, struct spk_template_string);
    spk_template_string_init(self->api_token, spk_template_parse(build->arena, text, NULL), NULL);
    return spk_component_build(&inner, spk_get(node, "inject_into"), SPK_KIND_REQUEST_OPTION,
                               &self->inject_into, err);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct session_token *self = (struct session_token *)base;
    struct spk_error fault = {0};
    pthread_mutex_init(&self->lock, NULL);
    if (self->expiration.len > 0 && spk_duration_parse(self->expiration, &self->lifetime, &fault))
        return spk_build_fail(build, base->node, err, "expiration_duration: %s", fault.text);
    return finish_placement(self, build, err);
}

static void close_component(struct spk_component *base)
{
    struct session_token *self = (struct session_token *)base;
    spk_buf_deinit(&self->token);
    pthread_mutex_destroy(&self->lock);
}

/* The token of a new session, in `out`. */
static spk_rc take_token(struct session_token *self, struct spk_response *response,
                         struct spk_buf *out, struct spk_error *err)
{
    struct spk_value token = spk_dpath_get(spk_response_tree(response), self->session_token_path);
    if (!spk_value_truthy(token)) {
        spk_error_set(err, SPK_ECONFIG, "the login's answer has no token at session_token_path");
        spk_error_hint(err, "check the user name and password, and session_token_path");
        return SPK_ECONFIG;
    }
    spk_buf_clear(out);
    spk_value_str(out, token);
    spk_secret_add(spk_buf_view(out));
    return SPK_OK;
}

static spk_rc log_in(struct session_token *self, struct spk_buf *out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_evidence evidence = {0};
    struct spk_scope scope = {.source = self->base.source,
                              .decoder = self->decoder,
                              .evidence = &evidence,
                              .arena = &arena};
    struct spk_request_options none;
    struct spk_exchange *exchange = NULL;
    struct spk_response *response = NULL;
    bool reset = false;
    spk_request_options_init(&none, &arena);
    spk_rc rc = spk_exchange_start(self->login_requester, &scope, &none, &exchange, err);
    if (!rc)
        rc = spk_exchange_wait(exchange, &response, &reset, err);
    if (!rc && !response)
        rc = spk_error_set(err, SPK_ECONFIG, "the answer was ignored by its error handler");
    if (!rc)
        rc = take_token(self, response, out, err);
    spk_exchange_destroy(exchange);
    spk_arena_deinit(&arena);
    return rc ? spk_error_context(err, rc, "login") : rc;
}

static spk_rc new_token(struct session_token *self, struct spk_arena *arena, struct spk_view *out,
                        struct spk_error *err)
{
    struct spk_buf token = {0};
    spk_rc rc = log_in(self, &token, err);
    if (!rc)
        *out = spk_arena_dup(arena, spk_buf_view(&token));
    spk_buf_deinit(&token);
    return rc;
}

static spk_rc current_token(struct session_token *self, struct spk_arena *arena,
                            struct spk_view *out, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    if (self->expiration.len == 0)
        return new_token(self, arena, out, err);
    pthread_mutex_lock(&self->lock);
    if (self->expires_us == 0 || self->expires_us < spk_time_now_us()) {
        rc = log_in(self, &self->token, err);
        if (!rc)
            self->expires_us = spk_duration_add(spk_time_now_us(), &self->lifetime, 1);
    }
    if (!rc)
        *out = spk_arena_dup(arena, spk_buf_view(&self->token));
    pthread_mutex_unlock(&self->lock);
    return rc;
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct session_token *self = (struct session_token *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token;
    spk_rc rc = current_token(self, request->arena, &token, err);
    if (rc)
        return rc;
    if (!self->inject_into)
        return spk_auth_header(request, SPK_V("Authorization"),
                               spk_arena_printf(request->arena, "Bearer %.*s", SPK_FMT(token)),
                               err);
    scope.extra = spk_dict_new(request->arena);
    spk_set(scope.extra, "session_token", spk_string(token));
    rc = spk_scope_text(&scope, base, self->api_token, &token, err);
    return rc ? rc : spk_auth_inject(self->inject_into, &scope, token, request, err);
}

static const struct spk_authenticator_ops ops = {.apply = apply};

const struct spk_component_type spk_type_session_token_authenticator = {
    .name = "SessionTokenAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct session_token),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "logs in and sends the session's token",
};
