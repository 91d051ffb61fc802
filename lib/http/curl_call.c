#include <assert.h>

#include "base/time.h"
#include "http/curl_internal.h"

/* Ended calls that are kept for the next ones, and the memory of their bodies. */
enum { MAX_IDLE = 64 };
static const size_t max_idle_bytes = 16 << 20;

static size_t body_memory(const struct curl_call *call)
{
    return call->answer.body.cap + call->arrived.cap + call->piece.cap;
}

static struct curl_call *take_idle(struct curl_client *client)
{
    pthread_mutex_lock(&client->lock);
    struct curl_call *call = client->idle;
    if (call) {
        client->idle = call->next_idle;
        client->idle_len--;
        client->idle_bytes -= body_memory(call);
    }
    pthread_mutex_unlock(&client->lock);
    return call ? call : spk_http_curl_call_new(client);
}

static void give_back(struct curl_call *call)
{
    struct curl_client *client = call->client;
    spk_http_response_clear(&call->answer);
    spk_buf_clear(&call->arrived);
    spk_buf_clear(&call->piece);
    spk_arena_reset(&call->arena);
    pthread_mutex_lock(&client->lock);
    if (client->idle_bytes + body_memory(call) > max_idle_bytes) {
        spk_buf_deinit(&call->answer.body);
        spk_buf_deinit(&call->arrived);
        spk_buf_deinit(&call->piece);
    }
    bool keep = client->idle_len < MAX_IDLE;
    if (keep) {
        call->next_idle = client->idle;
        client->idle = call;
        client->idle_len++;
        client->idle_bytes += body_memory(call);
    }
    pthread_mutex_unlock(&client->lock);
    if (!keep) {
        spk_http_curl_call_free(call);
    }
}

static spk_rc curl_start(struct spk_http *http, const struct spk_http_request *request,
                         struct spk_http_call **out, struct spk_error *err)
{
    struct curl_client *client = (struct curl_client *)http;
    spk_rc rc = spk_http_curl_open(client, err);
    if (rc) {
        return rc;
    }
    struct curl_call *call = take_idle(client);
    int timeout_ms = request->timeout_ms ? request->timeout_ms : client->options.timeout_ms;
    call->request = *request;
    call->limits = spk_http_limits_of(request, client->options.max_bytes);
    call->started_us = spk_time_monotonic_us();
    call->deadline_us = timeout_ms ? call->started_us + timeout_ms * INT64_C(1000) : 0;
    atomic_store(&call->cancelled, false);
    call->head_ready = call->paused = call->done = false;
    call->rc = SPK_OK;
    rc = spk_http_message_prepare(&call->arena, &client->hosts, request, &call->message, err);
    if (rc) {
        give_back(call);
        return rc;
    }
    spk_http_transfer_configure(call);
    spk_http_loop_order(call, ORDER_START);
    *out = &call->call;
    return SPK_OK;
}

static void wait_until_done(struct curl_call *call)
{
    pthread_mutex_lock(&call->lock);
    while (!call->done) {
        pthread_cond_wait(&call->changed, &call->lock);
    }
    pthread_mutex_unlock(&call->lock);
}

/* Exchanges the last piece for what has arrived; false where the transfer has ended and nothing is
 * left. */
static bool take_arrived(struct curl_call *call)
{
    spk_buf_clear(&call->piece);
    pthread_mutex_lock(&call->lock);
    while (!call->done && call->arrived.len == 0) {
        pthread_cond_wait(&call->changed, &call->lock);
    }
    struct spk_buf arrived = call->arrived;
    call->arrived = call->piece;
    call->piece = arrived;
    bool resume = call->paused;
    call->paused = false;
    pthread_mutex_unlock(&call->lock);
    if (resume) {
        spk_http_loop_order(call, ORDER_RESUME);
    }
    return call->piece.len > 0;
}

static spk_rc curl_head(struct spk_http_call *base, const struct spk_http_response **answer,
                        struct spk_error *err)
{
    struct curl_call *call = (struct curl_call *)base;
    assert(call->request.streamed);
    pthread_mutex_lock(&call->lock);
    while (!call->done && !call->head_ready) {
        pthread_cond_wait(&call->changed, &call->lock);
    }
    bool ready = call->head_ready;
    pthread_mutex_unlock(&call->lock);
    if (!ready) {
        return spk_http_error_give(err, &call->err);
    }
    call->answer.url = spk_arena_dup(&call->answer.arena, call->message.url);
    *answer = &call->answer;
    return SPK_OK;
}

static spk_rc curl_read(struct spk_http_call *base, struct spk_view *piece, struct spk_error *err)
{
    struct curl_call *call = (struct curl_call *)base;
    *piece = (struct spk_view){0};
    if (take_arrived(call)) {
        *piece = spk_buf_view(&call->piece);
    } else if (call->rc) {
        return spk_http_error_give(err, &call->err);
    }
    return SPK_OK;
}

static spk_rc curl_wait(struct spk_http_call *base, struct spk_http_response *response,
                        struct spk_error *err)
{
    struct curl_call *call = (struct curl_call *)base;
    while (call->request.streamed && take_arrived(call)) {
        spk_buf_append(&call->answer.body, spk_buf_view(&call->piece));
    }
    wait_until_done(call);
    if (call->rc) {
        return spk_http_error_give(err, &call->err);
    }
    call->answer.url = spk_arena_dup(&call->answer.arena, call->message.url);
    spk_http_response_swap(response, &call->answer);
    return SPK_OK;
}

static void curl_cancel(struct spk_http_call *base)
{
    struct curl_call *call = (struct curl_call *)base;
    atomic_store(&call->cancelled, true);
    spk_http_loop_order(call, ORDER_CANCEL);
}

static void curl_call_destroy(struct spk_http_call *base)
{
    struct curl_call *call = (struct curl_call *)base;
    pthread_mutex_lock(&call->lock);
    bool done = call->done;
    pthread_mutex_unlock(&call->lock);
    if (!done) {
        curl_cancel(base);
        wait_until_done(call);
    }
    spk_http_loop_settle(call);
    give_back(call);
}

const struct spk_http_ops spk_http_curl_ops = {
    .name = "curl",
    .start = curl_start,
    .wait = curl_wait,
    .head = curl_head,
    .read = curl_read,
    .cancel = curl_cancel,
    .call_destroy = curl_call_destroy,
    .destroy = spk_http_curl_destroy,
};
