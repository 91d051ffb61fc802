#include "cases_internal.h"

#include <stdlib.h>

#include "base/memory.h"
#include "http/url.h"

/* A client that notes each exchange. Streamed bodies are buffered: a case holds whole bodies. */

struct recorder {
    struct spk_http http;
    struct spk_http *inner;
    pthread_mutex_t lock; /* all below */
    struct spk_arena arena;
    struct spk_value exchanges;
};

struct recorded_call {
    struct spk_http_call call;
    struct recorder *recorder;
    struct spk_http_call *inner;
    struct spk_arena arena;
    struct spk_view method, url, body;
    struct spk_http_response answer; /* of a streamed call */
    bool given;
};

extern const struct spk_http_ops spk_recorder_ops;

static spk_rc start(struct spk_http *http, const struct spk_http_request *request,
                    struct spk_http_call **out, struct spk_error *err)
{
    struct recorded_call *call = spk_memory_zalloc(sizeof(*call));
    struct spk_http_request whole = *request;
    whole.streamed = false;
    call->call.ops = &spk_recorder_ops;
    call->recorder = (struct recorder *)http;
    call->method = spk_arena_dup(&call->arena, request->method);
    call->body = spk_arena_dup(&call->arena, request->body);
    spk_rc rc = spk_url_prepare(&call->arena, request->url, (struct spk_view){0}, &call->url, err);
    if (!rc)
        rc = spk_http_start(call->recorder->inner, &whole, &call->inner, err);
    if (rc)
        spk_http_call_destroy(&call->call);
    else
        *out = &call->call;
    return rc;
}

/* Headers that say how the body came over the wire are not those of the body that is kept. */
static bool is_of_transfer(struct spk_view name)
{
    return spk_view_equal_nocase(name, SPK_V("Content-Encoding")) ||
           spk_view_equal_nocase(name, SPK_V("Content-Length")) ||
           spk_view_equal_nocase(name, SPK_V("Transfer-Encoding")) ||
           spk_view_equal_nocase(name, SPK_V("Connection")) ||
           spk_view_equal_nocase(name, SPK_V("Date"));
}

static void keep(struct recorded_call *call, const struct spk_http_response *answer)
{
    struct recorder *recorder = call->recorder;
    struct spk_arena *arena = &recorder->arena;
    pthread_mutex_lock(&recorder->lock);
    struct spk_value exchange = spk_dict_new(arena), request = spk_dict_new(arena);
    struct spk_value response = spk_dict_new(arena), headers = spk_dict_new(arena);
    struct spk_view rest = call->url;
    spk_set(request, "method",
            spk_string_dup(arena, call->method.len > 0 ? call->method : SPK_V("GET")));
    spk_set(request, "url", spk_string_dup(arena, spk_view_cut(&rest, '#')));
    if (call->body.len > 0)
        spk_set(request, "body", spk_string_dup(arena, call->body));
    for (size_t i = 0; i < answer->headers_len; i++) {
        if (!is_of_transfer(answer->headers[i].name))
            spk_dict_set(headers, spk_arena_dup(arena, answer->headers[i].name),
                         spk_string_dup(arena, answer->headers[i].value));
    }
    spk_set(response, "status", spk_int(answer->status));
    spk_set(response, "headers", headers);
    spk_set(response, "body", spk_string_dup(arena, spk_buf_view(&answer->body)));
    spk_set(exchange, "request", request);
    spk_set(exchange, "response", response);
    spk_list_append(recorder->exchanges, exchange);
    pthread_mutex_unlock(&recorder->lock);
}

static spk_rc wait(struct spk_http_call *base, struct spk_http_response *response,
                   struct spk_error *err)
{
    struct recorded_call *call = (struct recorded_call *)base;
    spk_rc rc = spk_http_wait(call->inner, response, err);
    if (!rc)
        keep(call, response);
    return rc;
}

static spk_rc head(struct spk_http_call *base, const struct spk_http_response **answer,
                   struct spk_error *err)
{
    struct recorded_call *call = (struct recorded_call *)base;
    spk_rc rc = wait(base, &call->answer, err);
    if (!rc)
        *answer = &call->answer;
    return rc;
}

static spk_rc read_piece(struct spk_http_call *base, struct spk_view *piece, struct spk_error *err)
{
    struct recorded_call *call = (struct recorded_call *)base;
    *piece = call->given ? (struct spk_view){0} : spk_buf_view(&call->answer.body);
    call->given = true;
    return SPK_OK;
}

static void cancel(struct spk_http_call *base)
{
    spk_http_cancel(((struct recorded_call *)base)->inner);
}

static void call_destroy(struct spk_http_call *base)
{
    struct recorded_call *call = (struct recorded_call *)base;
    spk_http_call_destroy(call->inner);
    spk_http_response_deinit(&call->answer);
    spk_arena_deinit(&call->arena);
    free(call);
}

static void destroy(struct spk_http *http)
{
    struct recorder *recorder = (struct recorder *)http;
    spk_arena_deinit(&recorder->arena);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

const struct spk_http_ops spk_recorder_ops = {
    .name = "recorder",
    .start = start,
    .wait = wait,
    .head = head,
    .read = read_piece,
    .cancel = cancel,
    .call_destroy = call_destroy,
    .destroy = destroy,
};

struct spk_http *spk_recorder_create(struct spk_http *inner)
{
    struct recorder *recorder = spk_memory_zalloc(sizeof(*recorder));
    recorder->http.ops = &spk_recorder_ops;
    recorder->inner = inner;
    recorder->exchanges = spk_list_new(&recorder->arena);
    pthread_mutex_init(&recorder->lock, NULL);
    return &recorder->http;
}

struct spk_value spk_recorder_exchanges(struct spk_http *http, struct spk_arena *arena)
{
    return spk_value_copy(arena, ((struct recorder *)http)->exchanges);
}
