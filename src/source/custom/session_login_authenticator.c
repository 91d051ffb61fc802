#include <pthread.h>
#include <stddef.h>

#include "base/secret.h"
#include "http/http.h"
#include "source/auth/auth.h"
#include "source/exchange/wire.h"
#include "source/source_internal.h"
#include "template/template.h"

/* SessionLoginAuthenticator: logs in once with HTTP Basic, makes the follow-up calls, sends the
 * session's token. A login that is not answered, or by HTTP 429 or 5xx, is tried again for a while.
 * Contract: connectors/components/session_login_authenticator.yaml. */
struct session_login {
    struct spk_component base;
    struct spk_template_string *url_base, *username, *password;
    struct spk_value login, token_path, post_login, refused_status;
    struct spk_template_tree *headers;
    struct spk_view header;
    pthread_mutex_t lock;
    struct spk_buf token;     /* empty: no session */
    struct spk_error refusal; /* wrong credentials are tried once only: more may lock the account */
};

enum { PATIENCE_S = 15 };

#define FIELD(name) offsetof(struct session_login, name)

static const struct spk_prop props[] = {
    {.name = "url_base",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(url_base),
     .help = "where login and follow-up paths are joined to"},
    {.name = "login",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(login),
     .help = "{method, path} of the login"},
    {.name = "token_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(token_path),
     .help = "keys from the login's answer to the token"},
    {.name = "header",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(header),
     .help = "header that carries the token"},
    {.name = "username",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(username),
     .help = "for HTTP Basic"},
    {.name = "password",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(password),
     .help = "for HTTP Basic"},
    {.name = "post_login",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(post_login),
     .help = "calls after the login: list of {method, path}"},
    {.name = "request_headers",
     .type = SPK_PROP_MAPPING,
     .offset = FIELD(headers),
     .help = "headers of login and follow-ups"},
    {.name = "refused_status",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(refused_status),
     .standard = "[401]",
     .help = "statuses that mean the session ended"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    pthread_mutex_init(&((struct session_login *)base)->lock, NULL);
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    struct session_login *self = (struct session_login *)base;
    spk_buf_deinit(&self->token);
    pthread_mutex_destroy(&self->lock);
}

static spk_rc text_of(struct session_login *self, const struct spk_scope *scope,
                      struct spk_template_string *template, struct spk_view *out,
                      struct spk_error *err)
{
    struct spk_value value = {0};
    struct spk_buf text = {0};
    struct spk_typed_template what = {template, SPK_TEMPLATE_STR};
    spk_rc rc = spk_scope_eval_as(scope, &self->base, what, &value, err);
    if (!rc && spk_value_truthy(value))
        spk_value_str(&text, value);
    *out = spk_arena_dup(scope->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return rc;
}

static struct spk_view join_path(struct spk_arena *arena, struct spk_view base,
                                 struct spk_view path)
{
    while (spk_view_ends(base, SPK_V("/")))
        base.len--;
    while (spk_view_starts(path, SPK_V("/")))
        path = spk_view_slice(path, 1, path.len);
    return spk_arena_printf(arena, "%.*s/%.*s", SPK_FMT(base), SPK_FMT(path));
}

static void add_headers(struct spk_value headers, struct spk_value extra)
{
    for (size_t i = 0; spk_is(extra, SPK_DICT) && i < spk_dict_len(extra); i++) {
        if (spk_value_truthy(extra.dict->entries[i].value))
            spk_dict_set_value(headers, extra.dict->entries[i].key, extra.dict->entries[i].value);
    }
}

static spk_rc judge(int status, struct spk_error *err)
{
    if (status < 400)
        return SPK_OK;
    if (status == 401 || status == 403) {
        spk_error_set(err, SPK_ECONFIG, "the platform refuses the user name or the password");
        spk_error_hint(err, "check the account's credentials with the operator");
        return SPK_ECONFIG;
    }
    bool again = status == 429 || status >= 500;
    return spk_error_set(err, again ? SPK_ETRANSIENT : SPK_ECONFIG,
                         "the login was answered with HTTP %d", status);
}

struct login_call {
    struct spk_value node; /* {method, path} */
    struct spk_http_header credential;
};

/* One call of the login's sequence; the answer's body is parsed where `answer` is wanted. */
static spk_rc make_call(struct session_login *self, const struct spk_scope *scope,
                        struct login_call call, struct spk_value *answer, struct spk_error *err)
{
    struct spk_request request = {.arena = scope->arena};
    struct spk_http_request wire;
    struct spk_http_response response = {0};
    struct spk_value extra = {0};
    struct spk_view base;
    spk_request_options_init(&request.options, scope->arena);
    request.method = spk_value_text_or(spk_get(call.node, "method"), "GET");
    spk_rc rc = text_of(self, scope, self->url_base, &base, err);
    if (!rc)
        rc = spk_scope_tree(scope, &self->base, self->headers, &extra, err);
    if (rc)
        return rc;
    request.url = join_path(scope->arena, base, spk_value_text_or(spk_get(call.node, "path"), ""));
    add_headers(request.options.headers, extra);
    spk_dict_set(request.options.headers, call.credential.name, spk_string(call.credential.value));
    rc = spk_wire_encode(&request, &wire, err);
    if (!rc)
        rc = spk_auth_send(self->base.source, &wire, PATIENCE_S, &response, err);
    if (!rc)
        rc = judge(response.status, err);
    if (!rc && answer &&
        spk_json_parse(scope->arena, spk_buf_view(&response.body), NULL, answer, NULL))
        *answer = (struct spk_value){0};
    spk_http_response_deinit(&response);
    return rc;
}

static spk_rc keep_token(struct session_login *self, struct spk_value answer, struct spk_error *err)
{
    struct spk_value token = spk_dpath_get(answer, self->token_path);
    if (!spk_is(token, SPK_STRING) || token.text.len == 0) {
        spk_error_set(err, SPK_ECONFIG, "the answer to the login holds no token");
        spk_error_hint(err, "check base_url: another page answered in the login's place");
        return SPK_ECONFIG;
    }
    spk_secret_add(token.text);
    spk_buf_clear(&self->token);
    spk_buf_append(&self->token, token.text);
    return SPK_OK;
}

static spk_rc log_in(struct session_login *self, const struct spk_scope *scope,
                     struct spk_error *err)
{
    struct spk_view user, password;
    struct spk_value answer = {0};
    spk_rc rc = text_of(self, scope, self->username, &user, err);
    if (!rc)
        rc = text_of(self, scope, self->password, &password, err);
    if (rc)
        return rc;
    struct spk_http_header basic = {SPK_V("Authorization"),
                                    spk_auth_basic(scope->arena, user, password)};
    spk_secret_add(basic.value);
    rc = make_call(self, scope, (struct login_call){self->login, basic}, &answer, err);
    if (!rc)
        rc = keep_token(self, answer, err);
    struct spk_value calls = self->post_login;
    for (size_t i = 0; !rc && spk_is(calls, SPK_LIST) && i < spk_list_len(calls); i++) {
        struct login_call call = {.node = spk_list_at(calls, i),
                                  .credential = {self->header, spk_buf_view(&self->token)}};
        rc = make_call(self, scope, call, NULL, err);
    }
    if (!rc)
        return SPK_OK;
    spk_buf_clear(&self->token);
    rc = spk_error_context(err, rc, "login");
    if (rc == SPK_ECONFIG && err)
        self->refusal = *err;
    return rc;
}

static spk_rc refuse_again(const struct session_login *self, struct spk_error *err)
{
    if (err)
        *err = self->refusal;
    return self->refusal.rc;
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct session_login *self = (struct session_login *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    struct spk_view token = {0};
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&self->lock);
    if (self->refusal.rc)
        rc = refuse_again(self, err);
    else if (self->token.len == 0)
        rc = log_in(self, &scope, err);
    if (!rc)
        token = spk_arena_dup(request->arena, spk_buf_view(&self->token));
    pthread_mutex_unlock(&self->lock);
    return rc ? rc : spk_auth_header(request, self->header, token, err);
}

static bool means_ended(struct spk_value list, int status)
{
    for (size_t i = 0; spk_is(list, SPK_LIST) && i < spk_list_len(list); i++) {
        struct spk_value item = spk_list_at(list, i);
        if (spk_is(item, SPK_INT) && item.integer == status)
            return true;
    }
    return false;
}

/* Only the token that was refused is forgotten: another thread may have logged in anew already. */
static void answered(struct spk_component *base, const struct spk_request *request,
                     const struct spk_response *response)
{
    struct session_login *self = (struct session_login *)base;
    struct spk_value sent = spk_dict_get(request->options.headers, self->header);
    if (!means_ended(self->refused_status, response->status) || !spk_is(sent, SPK_STRING))
        return;
    pthread_mutex_lock(&self->lock);
    if (spk_view_equal(sent.text, spk_buf_view(&self->token)))
        spk_buf_clear(&self->token);
    pthread_mutex_unlock(&self->lock);
}

static const struct spk_authenticator_ops ops = {.apply = apply, .answered = answered};

const struct spk_component_type spk_type_session_login_authenticator = {
    .name = "SessionLoginAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct session_login),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "logs in with HTTP Basic and sends the session's token",
};
