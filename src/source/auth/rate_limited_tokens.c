#include <stddef.h>

#include "auth.h"
#include "base/secret.h"
#include "http/http.h"
#include "source/budget/budget.h"
#include "source/exchange/wire.h"
#include "template/template.h"
#include "token_pool.h"

/*
 * RateLimitedMultipleTokenAuthenticator: several tokens that can stand for each other. Each request
 * belongs to a quota; the token that has calls left in it is used, and where none has, the request
 * waits for the next reset. Components that are written alike share their counts.
 */
struct quota {
    struct spk_component base;
    struct spk_view name;
    struct spk_value left_path, reset_path, limit_path;
    struct spk_components matchers; /* none: whatever no other quota takes */
    struct spk_view left_header, reset_header, limit_header;
    struct spk_value exhausted; /* statuses */
};

struct status_source {
    struct spk_component base;
    struct spk_value url, method, headers, unavailable;
};

struct multi_token {
    struct spk_component base;
    struct spk_value tokens_written;
    struct spk_view delimiter, auth_method, header;
    struct spk_component *status; /* struct status_source */
    struct spk_components quotas;
    struct spk_template_string *max_wait_text;
    double reserve_part;
    int64_t least_reserve;
    /* made of the above */
    struct spk_value tokens;         /* LIST of texts */
    struct spk_component *requester; /* asks for the counts */
    double max_wait_s;
    struct spk_token_pool *pool;
};

#define QUOTA(name)  offsetof(struct quota, name)
#define STATUS(name) offsetof(struct status_source, name)
#define FIELD(name)  offsetof(struct multi_token, name)
#define VALUE(name_, offset_, flags_, help_)                                                       \
    {.name = name_, .type = SPK_PROP_VALUE, .flags = flags_, .offset = offset_, .help = help_}
#define TEXT(name_, offset_, standard_, help_)                                                     \
    {.name = name_,                                                                                \
     .type = SPK_PROP_STRING,                                                                      \
     .offset = offset_,                                                                            \
     .standard = standard_,                                                                        \
     .help = help_}

static const struct spk_prop quota_props[] = {
    {.name = "name",
     .type = SPK_PROP_STRING,
     .flags = SPK_PROP_REQUIRED,
     .offset = QUOTA(name),
     .help = "name of the quota, for messages"},
    VALUE("remaining_path", QUOTA(left_path), SPK_PROP_REQUIRED,
          "keys to the calls that are left in the counts' answer"),
    VALUE("reset_path", QUOTA(reset_path), SPK_PROP_REQUIRED, "keys to the time of the reset"),
    VALUE("limit_path", QUOTA(limit_path), 0, "keys to the limit; what is left where not given"),
    {.name = "matchers",
     .type = SPK_PROP_COMPONENTS,
     .offset = QUOTA(matchers),
     .kind = SPK_KIND_OTHER,
     .part = "HttpRequestRegexMatcher",
     .help = "which requests belong to it; none: those that no other quota takes"},
    TEXT("remaining_header", QUOTA(left_header), NULL, "header of answers: calls that are left"),
    TEXT("reset_header", QUOTA(reset_header), NULL, "header of answers: time of the reset"),
    TEXT("limit_header", QUOTA(limit_header), NULL, "header of answers: the limit"),
    VALUE("exhaustion_status_codes", QUOTA(exhausted), 0,
          "statuses of answers that mean that no call is left"),
    SPK_PROP_END,
};

const struct spk_component_type spk_type_token_quota = {
    .name = "TokenQuota",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct quota),
    .props = quota_props,
    .help = "calls of a kind that each token has",
};

static const struct spk_prop status_props[] = {
    VALUE("url", STATUS(url), SPK_PROP_REQUIRED, "where the counts of a token are asked for"),
    VALUE("http_method", STATUS(method), 0, "GET or POST"),
    VALUE("request_headers", STATUS(headers), 0, "headers of that request"),
    VALUE("unavailable_status_codes", STATUS(unavailable), 0,
          "statuses that mean that the server keeps no counts"),
    SPK_PROP_END,
};

const struct spk_component_type spk_type_quota_status_source = {
    .name = "QuotaStatusSource",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct status_source),
    .props = status_props,
    .help = "where the counts of a token are asked for",
};

static const struct spk_prop props[] = {
    VALUE("tokens", FIELD(tokens_written), SPK_PROP_REQUIRED,
          "the tokens: a list, or one text that is split"),
    TEXT("token_delimiter", FIELD(delimiter), "','", "what parts the tokens of a text"),
    TEXT("auth_method", FIELD(auth_method), "Bearer", "word before the token"),
    TEXT("header", FIELD(header), "Authorization", "header that carries the token"),
    {.name = "quota_status_source",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(status),
     .kind = SPK_KIND_OTHER,
     .part = "QuotaStatusSource",
     .help = "where the counts of a token are asked for"},
    {.name = "quotas",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(quotas),
     .kind = SPK_KIND_OTHER,
     .part = "TokenQuota",
     .help = "what calls are counted"},
    {.name = "max_wait_time",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(max_wait_text),
     .standard = "PT2H",
     .help = "the longest wait for a reset"},
    {.name = "budget_reserve_fraction",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(reserve_part),
     .standard = "0.1",
     .help = "part of the limit that is used slowly, until the reset"},
    {.name = "budget_min_reserve",
     .type = SPK_PROP_INT,
     .offset = FIELD(least_reserve),
     .standard = "50",
     .help = "calls that are used slowly at least"},
    SPK_PROP_END,
};

/* ---- building ---- */

static void add_token(struct multi_token *self, struct spk_arena *arena, struct spk_view text)
{
    struct spk_view kept = spk_arena_dup(arena, spk_view_trim(text));
    if (kept.len == 0)
        return;
    spk_secret_add(kept);
    spk_list_append(self->tokens, spk_string(kept));
}

static spk_rc eval_text(struct multi_token *self, const struct spk_scope *scope,
                        struct spk_value written, struct spk_view *out, struct spk_error *err)
{
    struct spk_template_string *template = SPK_NEW(scope->arena, struct spk_template_string);
    struct spk_view text = spk_value_text_or(written, "");
    spk_template_string_init(template, spk_template_parse(scope->arena, text, NULL), NULL);
    return spk_scope_text(scope, &self->base, template, out, err);
}

static spk_rc split_tokens(struct multi_token *self, const struct spk_scope *scope,
                           struct spk_error *err)
{
    struct spk_view text = {0};
    spk_rc rc = eval_text(self, scope, self->tokens_written, &text, err);
    for (ptrdiff_t at; !rc && (at = spk_view_find(text, self->delimiter, 0)) >= 0;) {
        add_token(self, scope->arena, spk_view_slice(text, 0, (size_t)at));
        text = spk_view_slice(text, (size_t)at + self->delimiter.len, text.len);
    }
    if (!rc)
        add_token(self, scope->arena, text);
    return rc;
}

static spk_rc list_tokens(struct multi_token *self, const struct spk_scope *scope,
                          struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < spk_list_len(self->tokens_written); i++) {
        struct spk_view text = {0};
        rc = eval_text(self, scope, spk_list_at(self->tokens_written, i), &text, err);
        if (!rc)
            add_token(self, scope->arena, text);
    }
    return rc;
}

/* A requester for the counts; the token comes with each request. */
static spk_rc build_requester(struct multi_token *self, const struct spk_build *build,
                              struct spk_error *err)
{
    const struct status_source *status = (struct status_source *)self->status;
    struct spk_arena *arena = build->arena;
    struct spk_value node = spk_dict_new(arena), handler = spk_dict_new(arena);
    spk_set(handler, "type", spk_str("DefaultErrorHandler"));
    if (spk_value_truthy(status->unavailable)) {
        struct spk_value filter = spk_dict_new(arena), filters = spk_list_new(arena);
        spk_set(filter, "type", spk_str("HttpResponseFilter"));
        spk_set(filter, "http_codes", status->unavailable);
        spk_set(filter, "action", spk_str("IGNORE"));
        spk_list_append(filters, filter);
        spk_set(handler, "response_filters", filters);
    }
    spk_set(node, "type", spk_str("HttpRequester"));
    spk_set(node, "url", status->url);
    spk_set(node, "http_method", spk_is_nothing(status->method) ? spk_str("GET") : status->method);
    if (spk_value_truthy(status->headers))
        spk_set(node, "request_headers", status->headers);
    spk_set(node, "error_handler", handler);
    return spk_component_build(build, node, SPK_KIND_REQUESTER, &self->requester, err);
}

static struct spk_value without_parameters(struct spk_arena *arena, struct spk_value value)
{
    if (spk_is(value, SPK_LIST)) {
        struct spk_value list = spk_list_new(arena);
        for (size_t i = 0; i < spk_list_len(value); i++)
            spk_list_append(list, without_parameters(arena, spk_list_at(value, i)));
        return list;
    }
    if (!spk_is(value, SPK_DICT))
        return value;
    struct spk_value dict = spk_dict_new(arena);
    for (size_t i = 0; i < spk_dict_len(value); i++) {
        const struct spk_entry *e = &value.dict->entries[i];
        if (!spk_is(e->key, SPK_STRING) || !spk_view_is(e->key.text, "$parameters"))
            spk_dict_set_value(dict, e->key, without_parameters(arena, e->value));
    }
    return dict;
}

static void share_pool(struct multi_token *self, const struct spk_build *build)
{
    struct spk_value same = without_parameters(build->arena, self->base.node);
    struct spk_token_pool_size size = {.tokens = spk_list_len(self->tokens),
                                       .quotas = self->quotas.len,
                                       .least_reserve = self->least_reserve,
                                       .reserve_part = self->reserve_part};
    struct spk_buf key = {0};
    spk_set(same, "tokens", self->tokens);
    spk_buf_append_str(&key, "tokens\n");
    spk_json_write(&key, same, SPK_JSON_SORTED);
    self->pool = (struct spk_token_pool *)spk_source_share(build->source, spk_buf_view(&key),
                                                           spk_token_pool_make, &size);
    spk_buf_deinit(&key);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct multi_token *self = (struct multi_token *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_view wait = {0};
    struct spk_duration duration = {0};
    struct spk_error fault = {0};
    self->tokens = spk_list_new(build->arena);
    spk_rc rc = spk_is(self->tokens_written, SPK_LIST) ? list_tokens(self, &scope, err)
                                                       : split_tokens(self, &scope, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->max_wait_text, &wait, err);
    if (rc)
        return rc;
    if (spk_list_len(self->tokens) == 0)
        return spk_build_refuse(build, base->node, err,
                                "Authentication tokens are missing from the configuration.");
    if (self->quotas.len == 0)
        return spk_build_refuse(build, base->node, err, "Quota pool configuration is missing.");
    if (spk_duration_parse(wait, &duration, &fault) || duration.years != 0 || duration.months != 0)
        return spk_build_fail(build, base->node, err,
                              "max_wait_time: a duration without months is expected, as PT2H");
    self->max_wait_s = (double)duration.us / 1e6;
    share_pool(self, build);
    return build_requester(self, build, err);
}

/* ---- the server's counts ---- */

static spk_rc value_at(struct spk_value answer, struct spk_value path, struct spk_arena *arena,
                       struct spk_view *out)
{
    struct spk_value value = answer;
    for (size_t i = 0; spk_is(path, SPK_LIST) && i < spk_list_len(path); i++) {
        struct spk_value key = spk_list_at(path, i);
        value = spk_is(value, SPK_DICT) ? spk_dict_get_value(value, key) : (struct spk_value){0};
    }
    struct spk_buf text = {0};
    if (spk_is_nothing(value))
        return SPK_ESYSTEM;
    spk_value_str(&text, value);
    *out = spk_arena_dup(arena, spk_view_trim(spk_buf_view(&text)));
    spk_buf_deinit(&text);
    return SPK_OK;
}

static spk_rc read_count(struct spk_view text, int64_t *out)
{
    double number;
    if (spk_parse_i64(text, INT64_MIN, INT64_MAX, out))
        return SPK_OK;
    if (!spk_parse_double(text, &number) || number > 1e15 || number < -1e15)
        return SPK_ESYSTEM;
    *out = (int64_t)number;
    return SPK_OK;
}

static spk_rc read_state(const struct quota *quota, struct spk_value answer,
                         struct spk_arena *arena, struct spk_token_state *out,
                         struct spk_error *err)
{
    struct spk_view left = {0}, reset = {0}, limit = {0};
    struct spk_token_state state = {.tracked = true};
    bool own_limit = spk_value_truthy(quota->limit_path);
    if (value_at(answer, quota->left_path, arena, &left) ||
        value_at(answer, quota->reset_path, arena, &reset) ||
        (own_limit && value_at(answer, quota->limit_path, arena, &limit)))
        return spk_error_set(err, SPK_ESYSTEM,
                             "the answer does not hold what a path of quota \"%.*s\" names",
                             SPK_FMT(quota->name));
    if (read_count(left, &state.left) || !spk_auth_instant(reset, &state.reset_us) ||
        read_count(own_limit ? limit : left, &state.limit))
        return spk_error_set(err, SPK_ESYSTEM, "a count or time of quota \"%.*s\" is none",
                             SPK_FMT(quota->name));
    *out = state;
    return SPK_OK;
}

static bool lists_status(struct spk_value list, int status)
{
    for (size_t i = 0; spk_is(list, SPK_LIST) && i < spk_list_len(list); i++) {
        if (spk_value_equal(spk_list_at(list, i), spk_int(status)))
            return true;
    }
    return false;
}

static struct spk_view header_value(const struct multi_token *self, struct spk_arena *arena,
                                    size_t token)
{
    struct spk_view text = spk_value_text_or(spk_list_at(self->tokens, token), "");
    return self->auth_method.len == 0
               ? text
               : spk_arena_printf(arena, "%.*s %.*s", SPK_FMT(self->auth_method), SPK_FMT(text));
}

/* The counts of one token, for all quotas; where the server keeps none they stay untracked. */
static spk_rc ask_counts(struct multi_token *self, size_t token, struct spk_token_state *out,
                         struct spk_error *err)
{
    const struct status_source *status = (struct status_source *)self->status;
    struct spk_arena arena = {0};
    struct spk_evidence evidence = {0};
    struct spk_scope scope = {.source = self->base.source, .evidence = &evidence, .arena = &arena};
    struct spk_request_options extra;
    struct spk_exchange *exchange = NULL;
    struct spk_response *response = NULL;
    bool reset = false;
    spk_request_options_init(&extra, &arena);
    spk_dict_set(extra.headers, self->header, spk_string(header_value(self, &arena, token)));
    spk_rc rc = spk_exchange_start(self->requester, &scope, &extra, &exchange, err);
    if (!rc)
        rc = spk_exchange_wait(exchange, &response, &reset, err);
    bool counted = !rc && response && !lists_status(status->unavailable, response->status);
    struct spk_value answer = {0};
    if (counted)
        answer = spk_response_json_tree(response);
    for (size_t q = 0; counted && !rc && q < self->quotas.len; q++)
        rc = read_state((struct quota *)self->quotas.items[q], answer, &arena, &out[q], err);
    spk_exchange_destroy(exchange);
    spk_arena_deinit(&arena);
    return rc ? spk_error_context(err, rc, "quota status") : rc;
}

/* With the pool's refresh lock held. */
static spk_rc ask_all(struct multi_token *self, struct spk_error *err)
{
    struct spk_token_pool *pool = self->pool;
    struct spk_arena arena = {0};
    struct spk_token_state *states =
        spk_arena_zalloc(&arena, pool->tokens * pool->quotas * sizeof(*states));
    spk_rc rc = SPK_OK;
    for (size_t t = 0; !rc && t < pool->tokens; t++)
        rc = ask_counts(self, t, &states[t * pool->quotas], err);
    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; !rc && i < pool->tokens * pool->quotas; i++)
        pool->states[i] = states[i];
    pool->seeded = pool->seeded || !rc;
    pthread_mutex_unlock(&pool->lock);
    spk_arena_deinit(&arena);
    return rc;
}

static bool is_seeded(struct spk_token_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool seeded = pool->seeded;
    pthread_mutex_unlock(&pool->lock);
    return seeded;
}

/* The first request asks, the others wait for it. */
static spk_rc seed(struct multi_token *self, struct spk_error *err)
{
    if (is_seeded(self->pool))
        return SPK_OK;
    pthread_mutex_lock(&self->pool->refresh);
    spk_rc rc = is_seeded(self->pool) ? SPK_OK : ask_all(self, err);
    pthread_mutex_unlock(&self->pool->refresh);
    return rc;
}

/* After a wait for the reset; one asks, for all who waited. */
static spk_rc ask_again(struct multi_token *self, size_t quota, struct spk_error *err)
{
    struct spk_token_pool *pool = self->pool;
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&pool->refresh);
    pthread_mutex_lock(&pool->lock);
    bool spent = spk_token_pool_is_spent(pool, quota);
    pthread_mutex_unlock(&pool->lock);
    if (spent)
        rc = ask_all(self, err);
    pthread_mutex_unlock(&pool->refresh);
    return rc;
}

/* ---- one request ---- */

static size_t quota_of(const struct multi_token *self, const struct spk_http_request *request)
{
    size_t standard = self->quotas.len;
    int64_t weight;
    for (size_t q = 0; q < self->quotas.len; q++) {
        const struct spk_components *matchers = &((struct quota *)self->quotas.items[q])->matchers;
        if (matchers->len == 0 && standard == self->quotas.len)
            standard = q;
        for (size_t i = 0; i < matchers->len; i++) {
            if (spk_request_matches(matchers->items[i], request, &weight))
                return q;
        }
    }
    return standard < self->quotas.len ? standard : 0;
}

/* Waits for the reset where all tokens are spent, not longer than max_wait_time in all. */
static spk_rc take_token(struct multi_token *self, size_t quota, size_t *token,
                         struct spk_error *err)
{
    static const double least_wait_s = 5; /* a reset in the past is no reason to ask all the time */
    struct spk_pause *pause = &self->base.source->pause;
    double left_s = self->max_wait_s;
    for (;;) {
        struct spk_token_turn turn;
        pthread_mutex_lock(&self->pool->lock);
        spk_token_pool_take(self->pool, quota, spk_time_now_us(), &turn);
        pthread_mutex_unlock(&self->pool->lock);
        if (!turn.spent) {
            *token = turn.token;
            return turn.pause_s >= 0.1 ? spk_pause_for(pause, turn.pause_s, err) : SPK_OK;
        }
        if (left_s <= 0 || turn.reset_s >= left_s)
            return spk_error_set(err, SPK_ETRANSIENT,
                                 "Rate limit is exceeded for all provided tokens.");
        double wait = turn.reset_s > least_wait_s ? turn.reset_s : least_wait_s;
        wait = wait < left_s ? wait : left_s;
        left_s -= wait;
        spk_rc rc = spk_pause_for(pause, wait, err);
        if (!rc)
            rc = ask_again(self, quota, err);
        if (rc)
            return rc;
    }
}

static spk_rc apply(struct spk_component *base, struct spk_request *request, struct spk_error *err)
{
    struct multi_token *self = (struct multi_token *)base;
    struct spk_http_request wire;
    size_t token = 0;
    spk_rc rc = spk_wire_encode(request, &wire, err);
    if (!rc)
        rc = seed(self, err);
    if (!rc)
        rc = take_token(self, quota_of(self, &wire), &token, err);
    return rc ? rc
              : spk_auth_header(request, self->header, header_value(self, request->arena, token),
                                err);
}

/* The token that a request carried, and the quota it belonged to. */
static bool sender_of(const struct multi_token *self, const struct spk_request *request,
                      size_t *token, size_t *quota)
{
    struct spk_value sent = spk_dict_get(request->options.headers, self->header);
    struct spk_http_request wire;
    if (!spk_is(sent, SPK_STRING) || spk_wire_encode(request, &wire, NULL))
        return false;
    *quota = quota_of(self, &wire);
    for (*token = 0; *token < self->pool->tokens; (*token)++) {
        if (spk_view_equal(sent.text, header_value(self, request->arena, *token)))
            return true;
    }
    return false;
}

static int64_t header_count(const struct spk_response *response, struct spk_view name)
{
    int64_t count;
    struct spk_view text = name.len > 0 ? spk_budget_header(response, name) : (struct spk_view){0};
    return spk_parse_i64(text, 0, INT64_MAX, &count) ? count : -1;
}

static int64_t header_instant(const struct spk_response *response, struct spk_view name)
{
    int64_t instant;
    struct spk_view text = name.len > 0 ? spk_budget_header(response, name) : (struct spk_view){0};
    return spk_auth_instant(text, &instant) ? instant : -1;
}

static void answered(struct spk_component *base, const struct spk_request *request,
                     const struct spk_response *response)
{
    struct multi_token *self = (struct multi_token *)base;
    size_t token, q;
    if (!sender_of(self, request, &token, &q))
        return;
    const struct quota *quota = (struct quota *)self->quotas.items[q];
    const struct spk_token_told told = {.left = header_count(response, quota->left_header),
                                        .limit = header_count(response, quota->limit_header),
                                        .reset_us = header_instant(response, quota->reset_header),
                                        .exhausted =
                                            lists_status(quota->exhausted, response->status)};
    pthread_mutex_lock(&self->pool->lock);
    spk_token_pool_told(self->pool, token, q, &told);
    pthread_mutex_unlock(&self->pool->lock);
}

static bool can_rotate(struct spk_component *base, const struct spk_request *request)
{
    struct multi_token *self = (struct multi_token *)base;
    size_t token, quota;
    if (!sender_of(self, request, &token, &quota))
        return false;
    pthread_mutex_lock(&self->pool->lock);
    bool can = spk_token_pool_can_rotate(self->pool, token, quota);
    pthread_mutex_unlock(&self->pool->lock);
    return can;
}

static const struct spk_authenticator_ops ops = {
    .apply = apply, .answered = answered, .can_rotate = can_rotate};

const struct spk_component_type spk_type_rate_limited_multiple_token_authenticator = {
    .name = "RateLimitedMultipleTokenAuthenticator",
    .kind = SPK_KIND_AUTHENTICATOR,
    .size = sizeof(struct multi_token),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "several tokens, each with its own rate limit",
};
