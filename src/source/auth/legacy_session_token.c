#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "auth.h"
#include "base/memory.h"
#include "base/secret.h"
#include "http/http.h"
#include "source/exchange/wire.h"
#include "source/source_internal.h"
#include "template/template.h"

/*
 * LegacySessionTokenAuthenticator: a session token of the config where the platform takes it, or
 * else that of a login with name and password. All that log in to the same place with the same
 * words share one session for a day.
 */
struct legacy_session {
    struct spk_component base;
    struct spk_template_string *header, *login_url, *validate_url, *response_key;
    struct spk_template_string *session_token, *username, *password;
    struct spk_template_string *api_url; /* of the requester around it */
    pthread_mutex_t lock;
    enum { UNKNOWN, GOOD, BAD } given; /* what the platform said of session_token */
};

struct session {
    struct spk_shared base;
    pthread_mutex_t lock;
    struct spk_buf token; /* empty: none */
    int64_t until_us;
};

#define FIELD(name) offsetof(struct legacy_session, name)
#define REQUIRED(name_, field_, help_)                                                             \
    {.name = name_,                                                                                \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .flags = SPK_PROP_REQUIRED,                                                                   \
     .offset = FIELD(field_),                                                                      \
     .help = help_}
#define OPTIONAL(name_, field_, help_)                                                             \
    {.name = name_, .type = SPK_PROP_TEMPLATE, .offset = FIELD(field_), .help = help_}

static const struct spk_prop props[] = {
    REQUIRED("header", header, "header that carries the token"),
    REQUIRED("login_url", login_url, "path of the login"),
    REQUIRED("session_token_response_key", response_key, "field of its answer with the token"),
    REQUIRED("validate_session_url", validate_url, "path that answers 401 to a bad token"),
    OPTIONAL("session_token", session_token, "a token that is there already"),
    OPTIONAL("username", username, "name for the login"),
    OPTIONAL("password", password, "password for the login"),
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct legacy_session *self = (struct legacy_session *)base;
    struct spk_value around = build->parent ? build->parent->node : (struct spk_value){0};
    struct spk_view url = spk_value_text_or(spk_get(around, "url"), "");
    pthread_mutex_init(&self->lock, NULL);
    if (url.len == 0)
        url = spk_value_text_or(spk_get(around, "url_base"), "");
    if (url.len == 0)
        return spk_build_fail(build, base->node, err, "the requester has no url or url_base");
    self->api_url = SPK_NEW(build->arena, struct spk_template_string);
    spk_template_string_init(self->api_url, spk_template_parse(build->arena, url, NULL), NULL);
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    pthread_mutex_destroy(&((struct legacy_session *)base)->lock);
}

/* A request of the login's own: to the API's URL followed by `path`. */
struct session_call {
    struct spk_template_string *path;
    struct spk_request request;
    struct spk_http_response answer;
};

static void call_init(struct session_call *call, const struct spk_scope *scope, const char *method)
{
    *call =
        (struct session_call){.request = {.method = spk_view_of(method), .arena = scope->arena}};
    spk_request_options_init(&call->request.options, scope->arena);
}

static spk_rc make_call(struct legacy_session *self, const struct spk_scope *scope,
                        struct session_call *call, struct spk_error *err)
{
    enum { PATIENCE_S = 60 };
    struct spk_view base = {0}, path = {0};
    struct spk_http_request wire;
    spk_rc rc = spk_scope_text(scope, &self->base, self->api_url, &base, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, call->path, &path, err);
    if (rc)
        return rc;
    call->request.url = spk_arena_printf(scope->arena, "%.*s%.*s", SPK_FMT(base), SPK_FMT(path));
    rc = spk_wire_encode(&call->request, &wire, err);
    return rc ? rc : spk_auth_send(scope->source, &wire, PATIENCE_S, &call->answer, err);
}

static spk_rc refused(int status, const char *what, struct spk_error *err)
{
    bool again = status == 429 || status >= 500;
    spk_error_set(err, again ? SPK_ETRANSIENT : SPK_ECONFIG, "%s was answered with HTTP %d", what,
                  status);
    spk_error_hint(err, "check session_token, username and password");
    return again ? SPK_ETRANSIENT : SPK_ECONFIG;
}

/* Asked once in a run. */
static spk_rc check_given(struct legacy_session *self, const struct spk_scope *scope,
                          struct spk_view token, struct spk_error *err)
{
    struct session_call call;
    struct spk_view name = {0};
    call_init(&call, scope, "GET");
    call.path = self->validate_url;
    spk_rc rc = spk_scope_text(scope, &self->base, self->header, &name, err);
    if (rc)
        return rc;
    spk_dict_set(call.request.options.headers, name, spk_string(token));
    rc = make_call(self, scope, &call, err);
    int status = call.answer.status;
    spk_http_response_deinit(&call.answer);
    if (!rc && status >= 400 && status != 401)
        rc = refused(status, "the session token", err);
    if (!rc)
        self->given = status == 401 ? BAD : GOOD;
    return rc;
}

static spk_rc take_token(struct legacy_session *self, const struct spk_scope *scope,
                         struct spk_view body, struct session *session, struct spk_error *err)
{
    struct spk_value answer = {0};
    struct spk_view key = {0};
    spk_rc rc = spk_json_parse(scope->arena, body, NULL, &answer, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->response_key, &key, err);
    struct spk_value token = spk_dict_get(answer, key);
    if (!rc && spk_is_nothing(token))
        rc = spk_error_set(err, SPK_ECONFIG, "the login's answer has no %.*s", SPK_FMT(key));
    if (rc)
        return rc;
    spk_buf_clear(&session->token);
    spk_value_str(&session->token, token);
    spk_secret_add(spk_buf_view(&session->token));
    session->until_us = spk_time_now_us() + SPK_DAY_US;
    return SPK_OK;
}

struct words {
    struct spk_view user, password;
};

static spk_rc log_in(struct legacy_session *self, const struct spk_scope *scope,
                     const struct words *words, struct session *session, struct spk_error *err)
{
    struct session_call call;
    struct spk_value body = spk_dict_new(scope->arena);
    call_init(&call, scope, "POST");
    call.path = self->login_url;
    spk_set(body, "username", spk_string(words->user));
    spk_set(body, "password", spk_string(words->password));
    call.request.options.body_json = body;
    spk_rc rc = make_call(self, scope, &call, err);
    if (!rc && call.answer.status >= 400)
        rc = refused(call.answer.status, "the login", err);
    if (!rc)
        rc = take_token(self, scope, spk_buf_view(&call.answer.body), session, err);
    spk_http_response_deinit(&call.answer);
    return rc;
}

static void destroy_session(struct spk_shared *shared)
{
    struct session *session = (struct session *)shared;
    spk_buf_deinit(&session->token);
    pthread_mutex_destroy(&session->lock);
    free(session);
}

static struct spk_shared *make_session(void *context)
{
    struct session *session = spk_memory_zalloc(sizeof(*session));
    session->base.destroy = destroy_session;
    pthread_mutex_init(&session->lock, NULL);
    return &session->base;
}

static spk_rc session_of(struct legacy_session *self, const struct spk_scope *scope,
                         const struct words *words, struct session **out, struct spk_error *err)
{
    struct spk_view base = {0}, path = {0}, key = {0};
    spk_rc rc = spk_scope_text(scope, &self->base, self->api_url, &base, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->login_url, &path, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->response_key, &key, err);
    if (rc)
        return rc;
    struct spk_view id = spk_arena_printf(scope->arena, "session\n%.*s%.*s\n%.*s\n%.*s\n%.*s",
                                          SPK_FMT(base), SPK_FMT(path), SPK_FMT(key),
                                          SPK_FMT(words->user), SPK_FMT(words->password));
    *out = (struct session *)spk_source_share(scope->source, id, make_session, NULL);
    return SPK_OK;
}

static spk_rc own_session(struct legacy_session *self, const struct spk_scope *scope,
                          struct spk_view *out, struct spk_error *err)
{
    struct words words = {0};
    struct session *session = NULL;
    spk_rc rc = spk_scope_text(scope, &self->base, self->username, &words.user, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->password, &words.password, err);
    if (!rc && (words.user.len == 0 || words.password.len == 0))
        rc = spk_error_set(err, SPK_ECONFIG,
                           "the session token is not valid, and there is no name and password");
    if (!rc)
        rc = session_of(self, scope, &words, &session, err);
    if (rc)
        return rc;
    spk_secret_add(words.password);
    pthread_mutex_lock(&session->lock);
    if (session->token.len == 0 || session->until_us < spk_time_now_us())
        rc = log_in(self, scope, &words, session, err);
    if (!rc)
        *out = spk_arena_dup(scope->arena, spk_buf_view(&session->token));
    pthread_mutex_unlock(&session->lock);
    return rc;
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct legacy_session *self = (struct legacy_session *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token = {0}, name = {0};
    spk_rc rc = spk_scope_text(&scope, base, self->header, &name, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->session_token, &token, err);
    if (rc)
        return rc;
    if (token.len > 0) {
        spk_secret_add(token);
        pthread_mutex_lock(&self->lock);
        if (self->given == UNKNOWN)
            rc = check_given(self, &scope, token, err);
        bool good = self->given == GOOD;
        pthread_mutex_unlock(&self->lock);
        if (rc || good)
            return rc ? rc : spk_auth_header(request, name, token, err);
    }
    rc = own_session(self, &scope, &token, err);
    return rc ? rc : spk_auth_header(request, name, token, err);
}

static const struct spk_authenticator_ops ops = {.apply = apply};

const struct spk_component_type spk_type_legacy_session_token_authenticator = {
    .name = "LegacySessionTokenAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct legacy_session),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "a session token that is checked, or a login with name and password",
};
