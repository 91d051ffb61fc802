#include "oauth.h"

#include <stddef.h>

#include "base/secret.h"
#include "source/source_internal.h"

/* OAuthAuthenticator: exchanges a refresh token, client credentials or a signed assertion for an
 * access token, and keeps that until it ends: here, or in the config (RefreshTokenUpdater). */

#define FIELD(name) offsetof(struct spk_oauth, name)
#define TEMPLATE(name_, field_, help_)                                                             \
    {.name = name_, .type = SPK_PROP_TEMPLATE, .offset = FIELD(field_), .help = help_}
#define NAME(name_, field_, standard_)                                                             \
    {.name = name_,                                                                                \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .offset = FIELD(field_),                                                                      \
     .standard = standard_,                                                                        \
     .help = "name of that field in the request or the answer"}
#define ERRORS(struct_)                                                                            \
    {.name = "refresh_token_error_status_codes",                                                   \
     .type = SPK_PROP_VALUE,                                                                       \
     .offset = offsetof(struct_, error_statuses),                                                  \
     .help = "statuses that may mean that the refresh token is refused; 400 where not given"},     \
        {.name = "refresh_token_error_key",                                                        \
         .type = SPK_PROP_STRING,                                                                  \
         .offset = offsetof(struct_, error_key),                                                   \
         .help = "field of the answer that says so; error where not given"},                       \
    {                                                                                              \
        .name = "refresh_token_error_values", .type = SPK_PROP_VALUE,                              \
        .offset = offsetof(struct_, error_values), .help = "what it says then"                     \
    }

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
    {.name = "send_refresh_request_as_query_params",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(as_query),
     .help = "the fields of the request go into its URL"},
    {.name = "use_profile_assertion",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(use_assertion),
     .help = "ask with a signed assertion instead of client credentials"},
    {.name = "profile_assertion",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(assertion),
     .kind = SPK_KIND_AUTHENTICATOR,
     .help = "JwtAuthenticator that signs the assertion"},
    {.name = "refresh_token_updater",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(updater),
     .kind = SPK_KIND_OTHER,
     .part = "RefreshTokenUpdater",
     .help = "the refresh token is good once: where the config holds the tokens"},
    ERRORS(struct spk_oauth),
    SPK_PROP_END,
};

#define UPDATER(name_, field_, standard_)                                                          \
    {.name = name_,                                                                                \
     .type = SPK_PROP_VALUE,                                                                       \
     .offset = offsetof(struct spk_oauth_updater, field_),                                         \
     .standard = standard_,                                                                        \
     .help = "path of it in the config"}

static const struct spk_prop updater_props[] = {
    {.name = "refresh_token_name",
     .type = SPK_PROP_STRING,
     .offset = offsetof(struct spk_oauth_updater, refresh_token_name),
     .standard = "refresh_token",
     .help = "name of that field in the request and the answer"},
    UPDATER("access_token_config_path", access_token_path, "[credentials, access_token]"),
    UPDATER("refresh_token_config_path", refresh_token_path, "[credentials, refresh_token]"),
    UPDATER("token_expiry_date_config_path", expiry_path, "[credentials, token_expiry_date]"),
    ERRORS(struct spk_oauth_updater),
    SPK_PROP_END,
};

static bool is_path(struct spk_value path)
{
    return spk_is(path, SPK_LIST) && spk_list_len(path) > 0;
}

static spk_rc finish_updater(struct spk_component *base, const struct spk_build *build,
                             struct spk_error *err)
{
    const struct spk_oauth_updater *self = (struct spk_oauth_updater *)base;
    if (build->source->config_is_fixed)
        return spk_build_refuse(
            build, base->node, err,
            "the login gives a new refresh token each time, and nobody keeps it "
            "here: the next run could not log in; use a login that lasts");
    if (is_path(self->access_token_path) && is_path(self->refresh_token_path) &&
        is_path(self->expiry_path))
        return SPK_OK;
    return spk_build_fail(build, base->node, err, "a path in the config is a list of keys");
}

const struct spk_component_type spk_type_refresh_token_updater = {
    .name = "RefreshTokenUpdater",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct spk_oauth_updater),
    .props = updater_props,
    .finish = finish_updater,
    .help = "tokens that are good once, kept in the config",
};

static spk_rc choose_errors(struct spk_oauth *self, const struct spk_build *build,
                            struct spk_error *err)
{
    const struct spk_oauth_updater *updater = self->updater;
    bool here = spk_value_truthy(self->error_statuses) || self->error_key.len > 0 ||
                spk_value_truthy(self->error_values);
    bool there = updater && (spk_value_truthy(updater->error_statuses) ||
                             updater->error_key.len > 0 || spk_value_truthy(updater->error_values));
    if (here && there)
        return spk_build_fail(
            build, self->base.node, err,
            "refresh_token_error_... stand in OAuthAuthenticator or in refresh_token_updater");
    if (there) {
        self->error_statuses = updater->error_statuses;
        self->error_key = updater->error_key;
        self->error_values = updater->error_values;
    } else if (!here) {
        self->error_statuses = spk_list_new(build->arena);
        spk_list_append(self->error_statuses, spk_int(400));
        self->error_key = SPK_V("error");
        self->error_values = spk_list_new(build->arena);
        spk_list_append(self->error_values, spk_str("invalid_grant"));
        spk_list_append(self->error_values, spk_str("invalid_permissions"));
    }
    return SPK_OK;
}

/* What is missing, or NULL. */
static const char *missing_part(const struct spk_oauth *self, struct spk_view grant_type)
{
    if (!self->endpoint && !self->access_token_value)
        return "token_refresh_endpoint or access_token_value is missing";
    if (self->use_assertion && !self->assertion)
        return "profile_assertion is missing: use_profile_assertion needs one";
    if (self->assertion && self->assertion->type != &spk_type_jwt_authenticator)
        return "profile_assertion is a JwtAuthenticator";
    if (self->updater)
        return self->endpoint ? NULL : "token_refresh_endpoint is missing";
    if (!self->use_assertion && (!self->client_id || !self->client_secret))
        return "client_id and client_secret are both needed";
    if (!self->use_assertion && spk_view_is(grant_type, "refresh_token") && !self->refresh_token)
        return "refresh_token is missing: the grant_type refresh_token needs one";
    return NULL;
}

/* A token that the config holds counts until its expiry; without an endpoint, for ever. */
static spk_rc take_given_token(struct spk_oauth *self, const struct spk_scope *scope,
                               struct spk_error *err)
{
    struct spk_view token = {0}, expiry = {0};
    spk_rc rc = spk_scope_text(scope, &self->base, self->access_token_value, &token, err);
    if (!rc && self->token_expiry_date)
        rc = spk_scope_text(scope, &self->base, self->token_expiry_date, &expiry, err);
    if (rc)
        return rc;
    if (!self->endpoint)
        self->expires_us = INT64_MAX;
    else if (expiry.len > 0 && !spk_auth_instant(expiry, &self->expires_us))
        return spk_error_set(err, SPK_ECONFIG,
                             "token_expiry_date is no date: ISO 8601 is expected");
    self->has_token = self->access_token_value != NULL;
    spk_buf_append(&self->token, token);
    spk_secret_add(token);
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_oauth *self = (struct spk_oauth *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_view grant_type = {0};
    pthread_mutex_init(&self->own_lock, NULL);
    self->lock = self->updater ? &build->source->token_lock : &self->own_lock;
    spk_rc rc = choose_errors(self, build, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->grant_type, &grant_type, err);
    if (rc)
        return rc;
    const char *missing = missing_part(self, grant_type);
    if (missing)
        return spk_build_fail(build, base->node, err, "OAuthAuthenticator: %s", missing);
    struct spk_error fault = {0};
    if (!self->updater && take_given_token(self, &scope, &fault))
        return spk_build_fail(build, base->node, err, "OAuthAuthenticator: %s", fault.text);
    return SPK_OK;
}

static void close_component(struct spk_component *base)
{
    struct spk_oauth *self = (struct spk_oauth *)base;
    spk_buf_deinit(&self->token);
    pthread_mutex_destroy(&self->own_lock);
}

static struct spk_view held_text(const struct spk_scope *scope, struct spk_value path)
{
    struct spk_value held = spk_dpath_get(spk_source_config(scope->source), path);
    struct spk_buf text = {0};
    if (spk_is_defined(held))
        spk_value_str(&text, held);
    struct spk_view kept = spk_arena_dup(scope->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

static struct spk_oauth_token current(struct spk_oauth *self, const struct spk_scope *scope)
{
    struct spk_oauth_token token = {.there = self->has_token, .expires_us = self->expires_us};
    if (!self->updater) {
        token.text = spk_arena_dup(scope->arena, spk_buf_view(&self->token));
        return token;
    }
    token.text = held_text(scope, self->updater->access_token_path);
    token.there = token.text.len > 0;
    if (!spk_auth_instant(held_text(scope, self->updater->expiry_path), &token.expires_us))
        token.expires_us = 0;
    spk_secret_add(token.text);
    return token;
}

/* 2024-01-31T10:00:00.000000+00:00: what the CDK writes and reads. */
static spk_rc keep_in_config(struct spk_oauth *self, const struct spk_scope *scope,
                             const struct spk_oauth_token *token, struct spk_value refresh_token,
                             struct spk_error *err)
{
    struct spk_view date = spk_iso_format_us(scope->arena, token->expires_us);
    date = spk_arena_printf(scope->arena, "%.*s+00:00",
                            SPK_FMT(spk_view_slice(date, 0, date.len - 1)));
    struct spk_config_change changes[3] = {
        {self->updater->access_token_path, spk_string(token->text)},
        {self->updater->expiry_path, spk_string(date)},
        {self->updater->refresh_token_path, refresh_token},
    };
    if (spk_is(refresh_token, SPK_STRING))
        spk_secret_add(refresh_token.text);
    return spk_source_change_config(self->base.source, changes,
                                    spk_is_nothing(refresh_token) ? 2 : 3, err);
}

static spk_rc keep(struct spk_oauth *self, const struct spk_scope *scope, struct spk_value answer,
                   const struct spk_oauth_token *token, struct spk_error *err)
{
    spk_secret_add(token->text);
    if (self->updater)
        return keep_in_config(self, scope, token,
                              spk_oauth_find(answer, self->updater->refresh_token_name), err);
    spk_buf_clear(&self->token);
    spk_buf_append(&self->token, token->text);
    self->has_token = true;
    self->expires_us = token->expires_us;
    return SPK_OK;
}

/* Call under the lock; *token is the one before, and becomes the new one. */
static spk_rc refresh_token(struct spk_oauth *self, const struct spk_scope *scope,
                            struct spk_oauth_token *token, struct spk_error *err)
{
    struct spk_view token_name = {0}, expires_name = {0};
    struct spk_value answer = {0};
    struct spk_oauth_token fresh = {.there = true};
    spk_rc rc = spk_scope_text(scope, &self->base, self->access_token_name, &token_name, err);
    if (!rc)
        rc = spk_scope_text(scope, &self->base, self->expires_in_name, &expires_name, err);
    if (!rc)
        rc = spk_oauth_ask(self, scope, &answer, err);
    struct spk_value found = spk_oauth_find(answer, token_name);
    if (!rc && !spk_value_truthy(found))
        rc = spk_error_set(err, SPK_ECONFIG, "the token endpoint's answer has no %.*s",
                           SPK_FMT(token_name));
    if (!rc)
        rc = spk_oauth_expiry(self->expiry_format, spk_oauth_find(answer, expires_name), token,
                              &fresh.expires_us, err);
    if (!rc) {
        struct spk_buf text = {0};
        spk_value_str(&text, found);
        fresh.text = spk_arena_dup(scope->arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
        rc = keep(self, scope, answer, &fresh, err);
    }
    if (rc)
        return spk_error_context(err, rc, "access token");
    *token = fresh;
    return SPK_OK;
}

static struct spk_view header_value(struct spk_arena *arena, struct spk_view token)
{
    return spk_arena_printf(arena, "Bearer %.*s", SPK_FMT(token));
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct spk_oauth *self = (struct spk_oauth *)base;
    struct spk_scope scope = spk_auth_scope(base, request);
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(self->lock);
    struct spk_oauth_token token = current(self, &scope);
    if (!token.there || token.expires_us < spk_time_now_us())
        rc = refresh_token(self, &scope, &token, err);
    pthread_mutex_unlock(self->lock);
    return rc ? rc
              : spk_auth_header(request, SPK_V("Authorization"),
                                header_value(request->arena, token.text), err);
}

static spk_rc refresh(struct spk_component *base, const struct spk_request *request,
                      struct spk_error *err)
{
    struct spk_oauth *self = (struct spk_oauth *)base;
    struct spk_scope scope = {.source = base->source, .arena = request->arena};
    struct spk_value sent = spk_get(request->options.headers, "Authorization");
    if (!self->endpoint)
        return spk_error_set(err, SPK_ETRANSIENT, "there is no token_refresh_endpoint");
    pthread_mutex_lock(self->lock);
    struct spk_oauth_token token = current(self, &scope);
    bool replaced = token.there && spk_is(sent, SPK_STRING) &&
                    !spk_view_equal(sent.text, header_value(request->arena, token.text));
    spk_rc rc = replaced ? SPK_OK : refresh_token(self, &scope, &token, err);
    pthread_mutex_unlock(self->lock);
    return rc;
}

static const struct spk_authenticator_ops ops = {.apply = apply, .refresh = refresh};

const struct spk_component_type spk_type_oauth_authenticator = {
    .name = "OAuthAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct spk_oauth),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .close = close_component,
    .help = "OAuth 2.0 by refresh token, client credentials or a signed assertion",
};
