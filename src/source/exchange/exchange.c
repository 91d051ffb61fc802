#include <stddef.h>
#include <stdlib.h>

#include "base/event.h"
#include "base/memory.h"
#include "source/budget/budget.h"
#include "source/exchange/cache.h"
#include "source/exchange/retry.h"
#include "source/kinds.h"
#include "source/request/options.h"
#include "source/source_internal.h"
#include "wire.h"

/* A body that is read in pieces needs no limit of memory, only one that ends it. */
#define STREAM_BYTES ((size_t)1 << 40)
/* So much of the body of a bad answer is looked at. */
#define MESSAGE_BYTES ((size_t)16 << 20)

struct spk_exchange {
    struct spk_component *requester;
    struct spk_scope scope;
    struct spk_arena arena;
    struct spk_request request;   /* without what the authenticator adds at each try */
    struct spk_http_request wire; /* of the last try */
    struct spk_http_call *call;   /* or, where answers are kept: */
    struct spk_cache_entry *entry;
    bool deferred; /* the rate limit lets nobody through now: `wait` sends */
    bool sent;     /* the last try went out, it was not answered from what is kept */
    struct spk_http_response answer;
    struct spk_response response;
    struct spk_reader body;           /* of `call`, where that is streamed */
    struct spk_resolution resolution; /* of the last try */
    int attempt;                      /* tries made */
    struct spk_retry retry;
    enum { TOKEN_AS_IT_WAS, TOKEN_REFRESHED, TOKEN_NOT_REFRESHED } token;
};

static void end_call(struct spk_exchange *x)
{
    spk_http_call_destroy(x->call);
    x->call = NULL;
    x->response.stream = NULL;
}

static struct spk_value copy_dict(struct spk_arena *arena, struct spk_value dict)
{
    return spk_is_defined(dict) ? spk_value_copy(arena, dict) : dict;
}

static spk_rc start_call(struct spk_exchange *x, struct spk_error *err)
{
    const struct spk_requester_ops *ops = SPK_OPS(x->requester, requester);
    struct spk_source *source = x->scope.source;
    struct spk_view stream = x->scope.stream ? x->scope.stream->name : (struct spk_view){0};
    struct spk_cache_start start = {0};
    x->entry = NULL;
    x->wire.max_bytes = source->max_page_bytes;
    if (ops->use_cache && ops->use_cache(x->requester)) {
        spk_rc rc = spk_cache_start(source->cache, stream, &x->wire, &start, err);
        x->entry = start.entry;
        x->sent = start.sent;
        x->scope.evidence->requests += start.sent;
        if (rc || x->entry)
            return rc;
    }
    x->sent = true;
    x->scope.evidence->requests++;
    x->wire.streamed = x->scope.in_pieces;
    if (x->wire.streamed)
        x->wire.max_bytes = STREAM_BYTES;
    return spk_http_start(source->http, &x->wire, &x->call, err);
}

/* An answer that is kept, or on its way, is no call of the rate limit's. */
static spk_rc acquire_call(struct spk_exchange *x, bool may_wait, bool *later,
                           struct spk_error *err)
{
    const struct spk_requester_ops *ops = SPK_OPS(x->requester, requester);
    struct spk_source *source = x->scope.source;
    struct spk_view stream = x->scope.stream ? x->scope.stream->name : (struct spk_view){0};
    *later = false;
    if (!source->budget || (ops->use_cache && ops->use_cache(x->requester) &&
                            spk_cache_holds(source->cache, stream, &x->wire)))
        return SPK_OK;
    return spk_budget_acquire(source->budget, &x->wire, may_wait ? NULL : later, err);
}

/* Tokens may have changed since the last try: the authenticator speaks each time. Unless it may
 * wait, a try that the rate limit holds back is deferred. */
static spk_rc send_try(struct spk_exchange *x, bool may_wait, struct spk_error *err)
{
    const struct spk_requester_ops *ops = SPK_OPS(x->requester, requester);
    struct spk_component *authenticator = ops->authenticator(x->requester);
    struct spk_request *request = SPK_NEW(&x->arena, struct spk_request);
    end_call(x); /* of the try before, whose headers said how long to wait */
    *request = x->request;
    request->options.parameters = copy_dict(&x->arena, x->request.options.parameters);
    request->options.headers = copy_dict(&x->arena, x->request.options.headers);
    request->options.body_data = copy_dict(&x->arena, x->request.options.body_data);
    request->options.body_json = copy_dict(&x->arena, x->request.options.body_json);
    x->response.request = request;
    spk_rc rc = SPK_OK;
    if (authenticator)
        rc = SPK_OPS(authenticator, authenticator)->apply(authenticator, request, err);
    if (!rc)
        rc = spk_wire_encode(request, &x->wire, err);
    if (!rc)
        rc = acquire_call(x, may_wait, &x->deferred, err);
    if (rc || x->deferred)
        return rc;
    x->attempt++;
    return start_call(x, err);
}

spk_rc spk_exchange_start(struct spk_component *requester, const struct spk_scope *scope,
                          const struct spk_request_options *extra, struct spk_exchange **out,
                          struct spk_error *err)
{
    struct spk_exchange *x = spk_memory_zalloc(sizeof(*x));
    x->requester = requester;
    x->scope = *scope;
    x->scope.arena = &x->arena;
    spk_retry_begin(&x->retry, spk_time_monotonic_us());
    x->request.arena = &x->arena;
    spk_rc rc =
        SPK_OPS(requester, requester)->prepare(requester, &x->scope, extra, &x->request, err);
    if (!rc)
        rc = send_try(x, false, err);
    if (rc)
        spk_exchange_destroy(x);
    else
        *out = x;
    return rc;
}

void spk_exchange_destroy(struct spk_exchange *x)
{
    if (!x)
        return;
    spk_http_call_destroy(x->call);
    spk_json_doc_destroy(x->response.json);
    spk_http_response_deinit(&x->answer);
    spk_arena_deinit(&x->arena);
    free(x);
}

static struct spk_view lower_case(struct spk_arena *arena, struct spk_view name)
{
    char *copy = spk_arena_strdup(arena, name);
    for (size_t i = 0; i < name.len; i++) {
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    }
    return (struct spk_view){copy, name.len};
}

static spk_rc read_body(struct spk_reader *reader, struct spk_view *piece, struct spk_error *err)
{
    struct spk_exchange *x =
        (struct spk_exchange *)((char *)reader - offsetof(struct spk_exchange, body));
    spk_rc rc = spk_http_read(x->call, piece, err);
    x->scope.evidence->bytes += rc ? 0 : (int64_t)piece->len;
    return rc;
}

static void take_answer(struct spk_exchange *x, const struct spk_http_response *answer)
{
    struct spk_response *response = &x->response;
    spk_json_doc_destroy(response->json);
    response->json = NULL;
    response->tree = (struct spk_value){0};
    response->proven_empty = false;
    response->status = answer->status;
    response->url = answer->url;
    response->arena = &x->arena;
    response->decoder = x->scope.decoder;
    response->evidence = x->scope.evidence;
    struct spk_value names = spk_dict_new(&x->arena);
    for (size_t i = 0; i < answer->headers_len; i++) {
        const struct spk_http_header *header = &answer->headers[i];
        spk_dict_set(names, lower_case(&x->arena, header->name), spk_string(header->value));
    }
    response->headers = spk_headers_value(&x->arena, names);
    int family = response->status / 100;
    x->scope.evidence->status[family >= 1 && family <= 5 ? family : 0]++;
}

static void take_body(struct spk_exchange *x)
{
    x->response.body = spk_buf_view(&x->answer.body);
    x->scope.evidence->bytes += (int64_t)x->answer.body_bytes;
}

static struct spk_component *authenticator_of(struct spk_exchange *x)
{
    struct spk_component *auth = SPK_OPS(x->requester, requester)->authenticator(x->requester);
    while (auth && SPK_OPS(auth, authenticator)->stands_for)
        auth = SPK_OPS(auth, authenticator)->stands_for(auth);
    return auth;
}

static const struct spk_authenticator_ops *auth_ops(struct spk_exchange *x)
{
    struct spk_component *auth = authenticator_of(x);
    return auth ? SPK_OPS(auth, authenticator) : NULL;
}

static spk_rc read_message(struct spk_exchange *x, struct spk_error *failure)
{
    struct spk_view piece = {0};
    spk_rc rc = read_body(&x->body, &piece, failure);
    while (!rc && piece.at) {
        spk_buf_append(&x->answer.body, piece);
        if (x->answer.body.len > MESSAGE_BYTES)
            return SPK_OK;
        rc = read_body(&x->body, &piece, failure);
    }
    return rc;
}

/* The head alone is here. Only the body of a good answer is left to be read in pieces. */
static spk_rc await_streamed(struct spk_exchange *x, struct spk_error *failure)
{
    const struct spk_http_response *head = NULL;
    spk_rc rc = spk_http_head(x->call, &head, failure);
    spk_buf_clear(&x->answer.body);
    if (!rc && head->status >= 400)
        rc = read_message(x, failure);
    if (rc) {
        end_call(x);
        return rc;
    }
    take_answer(x, head);
    x->response.body = spk_buf_view(&x->answer.body);
    x->body.next = read_body;
    x->response.stream = head->status < 400 ? &x->body : NULL;
    return SPK_OK;
}

static spk_rc await_whole(struct spk_exchange *x, struct spk_error *failure)
{
    spk_rc rc =
        x->entry ? spk_cache_wait(x->scope.source->cache, x->entry, &x->wire, &x->answer, failure)
                 : spk_http_wait(x->call, &x->answer, failure);
    end_call(x);
    if (!rc) {
        take_answer(x, &x->answer);
        take_body(x);
    }
    return rc;
}

/* One try's end: an answer (x->scope.response set), or `failure` says why none came. */
static void await(struct spk_exchange *x, struct spk_error *failure)
{
    *failure = (struct spk_error){0};
    x->scope.response = NULL;
    spk_rc rc = x->call && x->wire.streamed ? await_streamed(x, failure) : await_whole(x, failure);
    if (rc) {
        x->scope.evidence->status[0]++;
        return;
    }
    x->scope.response = &x->response;
    if (x->sent)
        spk_budget_update(x->scope.source->budget, &x->wire, &x->response);
    const struct spk_authenticator_ops *auth = auth_ops(x);
    if (auth && auth->answered && (x->sent || x->response.status >= 400))
        auth->answered(authenticator_of(x), x->response.request, &x->response);
    spk_event_emit(SPK_EVENT_REQUEST_SENT,
                   SPK_FIELDS(SPK_TEXT("method", x->request.method),
                              SPK_TEXT("url", spk_public_url(x->request.url, &x->arena)),
                              SPK_INT("status", x->response.status),
                              SPK_INT("attempt", x->attempt)));
}

static spk_rc fail(struct spk_exchange *x, const struct spk_resolution *resolution,
                   const struct spk_error *failure, struct spk_error *err)
{
    spk_rc rc = resolution->failure ? resolution->failure : SPK_ESYSTEM;
    struct spk_view url = spk_public_url(x->request.url, &x->arena);
    if (resolution->message.len > 0)
        spk_error_set(err, rc, "%.*s", SPK_FMT(resolution->message));
    else
        spk_error_set(err, rc, "HTTP status %d", x->response.status);
    spk_error_context(err, rc, "%.*s %.*s", SPK_FMT(x->request.method), SPK_FMT(url));
    if (failure->rc && failure->hint[0])
        spk_error_hint(err, "%s", failure->hint);
    return rc;
}

static bool is_configured(const struct spk_source *source, struct spk_view name)
{
    struct spk_value streams = spk_get(source->catalog, "streams");
    for (size_t i = 0; spk_is(streams, SPK_LIST) && i < spk_list_len(streams); i++) {
        struct spk_value stream = spk_get(spk_list_at(streams, i), "stream");
        if (spk_view_equal(spk_value_text_or(spk_get(stream, "name"), ""), name))
            return true;
    }
    return false;
}

/* A parent stream that nobody selected has no status. */
static spk_rc tell_rate_limit(struct spk_exchange *x, struct spk_error *err)
{
    struct spk_sink *sink = x->scope.source->sink;
    if (!sink || !x->scope.stream || !is_configured(x->scope.source, x->scope.stream->name))
        return SPK_OK;
    return sink->ops->stream_status(sink, x->scope.stream, SPK_STREAM_RUNNING, "RATE_LIMITED", err);
}

/* The wait before the next try; < 0: there is none. */
static spk_rc choose_wait(struct spk_exchange *x, enum spk_action action, double *wait,
                          struct spk_error *err)
{
    enum { ROTATION_MS = 100 };
    struct spk_component *handler = SPK_OPS(x->requester, requester)->error_handler(x->requester);
    const struct spk_error_handler_ops *ops = SPK_OPS(handler, error_handler);
    const struct spk_authenticator_ops *auth = auth_ops(x);
    struct spk_retry_limits limits = {ops->max_retries(handler, &x->scope),
                                      ops->max_time_s(handler)};
    bool limited = action == SPK_ACTION_RATE_LIMITED;
    struct spk_error refused = {0};
    double told = -1;
    if (limited && auth && auth->can_rotate &&
        auth->can_rotate(authenticator_of(x), x->response.request))
        told = ROTATION_MS / 1e3;
    else
        told = ops->backoff(handler, &x->scope, x->attempt, &refused);
    if (refused.rc) {
        if (err)
            *err = refused;
        return refused.rc;
    }
    enum spk_retry_kind kind = told > 0  ? SPK_RETRY_TOLD
                               : limited ? SPK_RETRY_LIMITED
                                         : SPK_RETRY_FAILED;
    *wait = spk_retry_wait(&x->retry, kind, told, &limits);
    return SPK_OK;
}

/* A new token, once for a request: what is refused with that one is not the token's fault. */
static spk_rc refresh_token(struct spk_exchange *x, struct spk_error *err)
{
    const struct spk_authenticator_ops *auth = auth_ops(x);
    struct spk_error failure = {0};
    if (x->token == TOKEN_REFRESHED)
        return spk_error_set(err, SPK_ECONFIG, "the token was refreshed, and is refused again");
    if (x->token == TOKEN_NOT_REFRESHED)
        return spk_error_set(err, SPK_ETRANSIENT,
                             "the token is refused, and could not be refreshed");
    if (!auth || !auth->refresh)
        return SPK_OK;
    spk_rc rc = auth->refresh(authenticator_of(x), x->response.request, &failure);
    x->token = rc ? TOKEN_NOT_REFRESHED : TOKEN_REFRESHED;
    if (rc == SPK_ECONFIG && err)
        *err = failure;
    return rc == SPK_ECONFIG ? rc : SPK_OK;
}

/* Waits and sends the next try; *again false when there must be none. */
static spk_rc back_off(struct spk_exchange *x, enum spk_action action, bool *again,
                       struct spk_error *err)
{
    double seconds = -1;
    spk_rc rc = SPK_OK;
    if (action == SPK_ACTION_RATE_LIMITED)
        rc = tell_rate_limit(x, err);
    else if (action == SPK_ACTION_REFRESH_TOKEN)
        rc = refresh_token(x, err);
    if (!rc)
        rc = choose_wait(x, action, &seconds, err);
    *again = !rc && seconds >= 0;
    if (!*again)
        return rc;
    spk_event_emit(SPK_EVENT_REQUEST_RETRIED,
                   SPK_FIELDS(SPK_TEXT("url", spk_public_url(x->request.url, &x->arena)),
                              SPK_INT("status", x->scope.response ? x->response.status : 0),
                              SPK_INT("attempt", x->attempt), SPK_DOUBLE("wait_s", seconds)));
    rc = spk_pause_for(&x->scope.source->pause, seconds, err);
    if (rc)
        return rc;
    x->scope.evidence->retries++;
    spk_retry_sent(&x->retry, spk_time_monotonic_us());
    return send_try(x, true, err);
}

static spk_rc exhausted(struct spk_exchange *x, const struct spk_resolution *resolution,
                        const struct spk_error *failure, struct spk_error *err)
{
    spk_rc rc = fail(x, resolution, failure, err);
    bool limited = x->scope.response && x->response.status == 429;
    if (limited && err)
        err->rc = rc = SPK_ETRANSIENT;
    if (x->scope.stream)
        spk_error_origin(err, "%.*s", SPK_FMT(x->scope.stream->name));
    return spk_error_context(err, rc, "gave up after %d tries", x->attempt);
}

static bool asks_in_another_way(enum spk_action action)
{
    return action == SPK_ACTION_RESET_PAGINATION || action == SPK_ACTION_REDUCE_PAGE_SIZE ||
           action == SPK_ACTION_SPLIT_REQUEST_WINDOW;
}

spk_rc spk_exchange_wait(struct spk_exchange *x, struct spk_response **response, bool *reset,
                         struct spk_error *err)
{
    struct spk_component *handler = SPK_OPS(x->requester, requester)->error_handler(x->requester);
    spk_rc rc = x->deferred ? send_try(x, true, err) : SPK_OK;
    while (!rc) {
        struct spk_error failure;
        struct spk_resolution *resolution = &x->resolution;
        bool again = false;
        *resolution = (struct spk_resolution){.action = SPK_ACTION_NONE};
        await(x, &failure);
        SPK_OPS(handler, error_handler)->interpret(handler, &x->scope, &failure, resolution);
        switch (resolution->action) {
        case SPK_ACTION_SUCCESS:
        case SPK_ACTION_IGNORE:
        case SPK_ACTION_NONE:
            *response = x->scope.response && x->response.status < 400 ? &x->response : NULL;
            return SPK_OK;
        case SPK_ACTION_FAIL: return fail(x, resolution, &failure, err);
        default:
            *reset = asks_in_another_way(resolution->action);
            if (*reset)
                return SPK_OK;
        }
        rc = back_off(x, resolution->action, &again, err);
        if (!rc && !again)
            return exhausted(x, resolution, &failure, err);
    }
    return rc;
}

struct spk_response *spk_exchange_answer(struct spk_exchange *x)
{
    return x->scope.response;
}

struct spk_value spk_exchange_request(const struct spk_exchange *x, struct spk_arena *arena)
{
    return spk_wire_value(&x->wire, arena);
}

const struct spk_resolution *spk_exchange_resolution(const struct spk_exchange *x)
{
    return &x->resolution;
}
