#include "oauth.h"

#include "base/secret.h"
#include "http/http.h"
#include "source/exchange/wire.h"
#include "source/source_internal.h"

enum { PATIENCE_S = 300 };

static spk_rc name_of(struct spk_oauth *self, const struct spk_scope *scope,
                      struct spk_template_string *name, struct spk_view *out, struct spk_error *err)
{
    return spk_scope_text(scope, &self->base, name, out, err);
}

/* What the config holds as credentials.NAME comes before the manifest's, where it holds the
 * tokens. */
struct credential {
    const char *name;
    struct spk_template_string *written;
};

static spk_rc credential(struct spk_oauth *self, const struct spk_scope *scope,
                         struct credential what, struct spk_value *out, struct spk_error *err)
{
    struct spk_value config = spk_source_config(scope->source);
    struct spk_value held = spk_get(spk_get(config, "credentials"), what.name);
    if (self->updater && spk_is_defined(held)) {
        *out = held;
        return SPK_OK;
    }
    return spk_scope_eval(scope, &self->base, what.written, out, err);
}

static spk_rc add_client(struct spk_oauth *self, const struct spk_scope *scope,
                         struct spk_value form, struct spk_error *err)
{
    struct spk_view id_name = {0}, secret_name = {0};
    struct spk_value id = {0}, secret = {0};
    spk_rc rc = name_of(self, scope, self->client_id_name, &id_name, err);
    if (!rc)
        rc = name_of(self, scope, self->client_secret_name, &secret_name, err);
    if (!rc)
        rc = credential(self, scope, (struct credential){"client_id", self->client_id}, &id, err);
    if (!rc)
        rc = credential(self, scope, (struct credential){"client_secret", self->client_secret},
                        &secret, err);
    if (rc)
        return rc;
    if (!self->updater && !spk_value_truthy(id)) {
        spk_error_set(err, SPK_ECONFIG, "client_id is empty");
        spk_error_hint(err, "set the client id in the configuration");
        return SPK_ECONFIG;
    }
    if (spk_is(secret, SPK_STRING))
        spk_secret_add(secret.text);
    spk_dict_set(form, id_name, id);
    spk_dict_set(form, secret_name, secret);
    return SPK_OK;
}

static spk_rc add_refresh_token(struct spk_oauth *self, const struct spk_scope *scope,
                                struct spk_value form, struct spk_error *err)
{
    struct spk_view name = {0}, token = {0};
    spk_rc rc = SPK_OK;
    if (self->updater) {
        struct spk_value held =
            spk_dpath_get(spk_source_config(scope->source), self->updater->refresh_token_path);
        struct spk_buf text = {0};
        if (spk_is_defined(held))
            spk_value_str(&text, held);
        token = spk_arena_dup(scope->arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
        name = self->updater->refresh_token_name;
    } else if (self->refresh_token) {
        rc = name_of(self, scope, self->refresh_token_name, &name, err);
        if (!rc)
            rc = spk_scope_text(scope, &self->base, self->refresh_token, &token, err);
    } else {
        return SPK_OK;
    }
    spk_secret_add(token);
    if (!rc)
        spk_dict_set(form, name, spk_string(token));
    return rc;
}

static spk_rc add_grant_type(struct spk_oauth *self, const struct spk_scope *scope,
                             struct spk_value form, struct spk_error *err)
{
    struct spk_view name = {0};
    struct spk_value type = spk_str("urn:ietf:params:oauth:grant-type:jwt-bearer");
    spk_rc rc = name_of(self, scope, self->grant_type_name, &name, err);
    if (!rc && !self->use_assertion)
        rc = spk_scope_eval(scope, &self->base, self->grant_type, &type, err);
    if (!rc)
        spk_dict_set(form, name, type);
    return rc;
}

static spk_rc add_body(struct spk_oauth *self, const struct spk_scope *scope, struct spk_value form,
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
static spk_rc make_form(struct spk_oauth *self, const struct spk_scope *scope,
                        struct spk_value headers, struct spk_value form, struct spk_error *err)
{
    spk_rc rc = add_grant_type(self, scope, form, err);
    if (!rc && !spk_is_defined(spk_get(headers, "Authorization")))
        rc = add_client(self, scope, form, err);
    if (!rc)
        rc = add_refresh_token(self, scope, form, err);
    if (!rc && spk_value_truthy(self->scopes))
        spk_set(form, "scopes", self->scopes);
    return rc ? rc : add_body(self, scope, form, err);
}

static spk_rc make_assertion(struct spk_oauth *self, const struct spk_scope *scope,
                             struct spk_value form, struct spk_error *err)
{
    struct spk_view token = {0};
    spk_rc rc = add_grant_type(self, scope, form, err);
    if (!rc)
        rc = spk_jwt_token(self->assertion, scope, &token, err);
    if (!rc)
        spk_set(form, "assertion", spk_string(token));
    return rc;
}

static spk_rc make_request(struct spk_oauth *self, const struct spk_scope *scope,
                           struct spk_request *request, struct spk_error *err)
{
    struct spk_value headers = {0}, form = spk_dict_new(scope->arena);
    *request = (struct spk_request){.method = SPK_V("POST"), .arena = scope->arena};
    spk_request_options_init(&request->options, scope->arena);
    spk_rc rc = spk_scope_tree(scope, &self->base, self->headers, &headers, err);
    if (!rc && spk_is(headers, SPK_DICT))
        request->options.headers = headers;
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->endpoint, &request->url, err);
    if (!rc && request->url.len == 0)
        rc = spk_error_set(err, SPK_ECONFIG, "token_refresh_endpoint is empty for this config");
    if (!rc)
        rc = self->use_assertion ? make_assertion(self, scope, form, err)
                                 : make_form(self, scope, request->options.headers, form, err);
    if (self->as_query && !self->use_assertion)
        request->options.parameters = form;
    else
        request->options.body_data = form;
    return rc;
}

static bool lists(struct spk_value list, struct spk_value item)
{
    for (size_t i = 0; spk_is(list, SPK_LIST) && i < spk_list_len(list); i++) {
        if (spk_value_equal(spk_list_at(list, i), item))
            return true;
    }
    return false;
}

static spk_rc refuse(struct spk_oauth *self, const struct spk_scope *scope, int status,
                     struct spk_view body, struct spk_error *err)
{
    struct spk_value answer = {0};
    if (status == 429 || status >= 500)
        return spk_error_set(err, SPK_ETRANSIENT, "the token endpoint answered HTTP %d", status);
    if (spk_json_parse(scope->arena, body, NULL, &answer, NULL))
        answer = (struct spk_value){0};
    struct spk_view detail = spk_oauth_error_detail(answer, scope->arena);
    bool token = lists(self->error_statuses, spk_int(status)) &&
                 lists(self->error_values, spk_dict_get(answer, self->error_key));
    if (token)
        spk_error_set(err, SPK_ECONFIG,
                      "the token endpoint refused the refresh token (invalid, ended or used)");
    else
        spk_error_set(err, SPK_ECONFIG, "the token endpoint answered HTTP %d", status);
    if (detail.len > 0)
        spk_error_context(err, SPK_ECONFIG, "%.*s", SPK_FMT(detail));
    spk_error_hint(err, token ? "sign in again"
                              : "check client id, client secret and refresh token; sign in again");
    return SPK_ECONFIG;
}

spk_rc spk_oauth_ask(struct spk_oauth *self, const struct spk_scope *scope,
                     struct spk_value *answer, struct spk_error *err)
{
    struct spk_request request;
    struct spk_http_request wire;
    struct spk_http_response response = {0};
    spk_rc rc = make_request(self, scope, &request, err);
    if (!rc)
        rc = spk_wire_encode(&request, &wire, err);
    if (!rc)
        rc = spk_auth_send(scope->source, &wire, PATIENCE_S, &response, err);
    struct spk_view body = spk_buf_view(&response.body);
    if (!rc && response.status >= 400)
        rc = refuse(self, scope, response.status, body, err);
    else if (!rc)
        rc = spk_json_parse(scope->arena, body, NULL, answer, err);
    spk_http_response_deinit(&response);
    return rc;
}
