#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "http/http_internal.h"

struct memory {
    struct spk_http http;
    const struct spk_http_exchange *exchanges;
    size_t len;
    enum spk_http_memory_mode mode;
    pthread_mutex_t lock; /* all below */
    bool *used;           /* per exchange */
    size_t next;          /* in order */
    struct spk_http_seen **seen;
    size_t seen_len, seen_cap;
    struct spk_arena arena; /* what was seen */
};

struct memory_call {
    struct spk_http_call call;
    struct spk_http_request request; /* its views are not used after start */
    struct spk_http_limits limits;
    struct spk_http_message message;
    struct spk_http_response answer;
    struct spk_view body; /* what is left of it */
    spk_rc rc;            /* of the transfer, reported by wait */
    struct spk_error err;
    struct spk_arena arena;
    atomic_bool cancelled;
};

/* A fragment is not sent. */
static struct spk_view sent_url(const struct spk_http_message *message)
{
    struct spk_view rest = message->url;
    return spk_view_cut(&rest, '#');
}

static bool fits(const struct spk_http_exchange *exchange, const struct spk_http_message *message)
{
    return (exchange->method.len == 0 || spk_view_equal(exchange->method, message->method)) &&
           (exchange->url.len == 0 || spk_view_equal(exchange->url, sent_url(message))) &&
           (!exchange->body.at || spk_view_equal(exchange->body, message->body));
}

static void remember(struct memory *memory, const struct spk_http_message *message)
{
    struct spk_arena *arena = &memory->arena;
    struct spk_http_seen *seen = SPK_NEW(arena, struct spk_http_seen);
    seen->method = spk_arena_dup(arena, message->method);
    seen->url = spk_arena_dup(arena, sent_url(message));
    seen->body = spk_arena_dup(arena, message->body);
    seen->headers = spk_arena_array(arena, message->headers_len + 1, sizeof(*seen->headers));
    for (size_t i = 0; i < message->headers_len; i++) {
        seen->headers[i].name = spk_arena_dup(arena, message->headers[i].name);
        seen->headers[i].value = spk_arena_dup(arena, message->headers[i].value);
    }
    seen->headers_len = message->headers_len;
    memory->seen = spk_memory_grow(memory->seen, &memory->seen_cap, memory->seen_len + 1,
                                   sizeof(struct spk_http_seen *));
    memory->seen[memory->seen_len++] = seen;
}

/* The exchange that answers, or NULL. */
static const struct spk_http_exchange *
choose(struct memory *memory, const struct spk_http_message *message, struct spk_error *err)
{
    const struct spk_http_exchange *used = NULL;
    const struct spk_http_exchange *first = memory->exchanges;
    size_t from = memory->mode == SPK_HTTP_IN_ORDER ? memory->next : 0;
    size_t to = memory->mode == SPK_HTTP_IN_ORDER ? from + 1 : memory->len;
    for (size_t i = from; i < to && i < memory->len; i++) {
        if (!fits(&first[i], message)) {
            continue;
        }
        if (!memory->used[i]) {
            memory->used[i] = true;
            memory->next = i + 1;
            return &first[i];
        }
        used = &first[i];
    }
    if (used) {
        return used;
    }
    if (memory->mode == SPK_HTTP_IN_ORDER && from < memory->len) {
        spk_error_set(err, SPK_EDATA, "asked for %.*s %.*s, expected was request %zu: %.*s %.*s",
                      SPK_FMT(message->method), SPK_FMT(message->url), from + 1,
                      SPK_FMT(first[from].method), SPK_FMT(first[from].url));
    } else {
        spk_error_set(err, SPK_EDATA, "asked for %.*s %.*s, which none of %zu exchanges answers",
                      SPK_FMT(message->method), SPK_FMT(message->url), memory->len);
    }
    return NULL;
}

/* One exchange; fills the call's answer. */
static spk_rc exchange(struct memory *memory, struct memory_call *call)
{
    pthread_mutex_lock(&memory->lock);
    remember(memory, &call->message);
    const struct spk_http_exchange *found = choose(memory, &call->message, &call->err);
    pthread_mutex_unlock(&memory->lock);
    if (!found) {
        return SPK_EDATA;
    }
    if (found->failure) {
        return spk_error_set(&call->err, found->failure, "%s",
                             found->failure_text ? found->failure_text : "failed");
    }
    unsigned redirects = call->answer.redirects;
    spk_http_response_clear(&call->answer);
    call->answer.redirects = redirects;
    call->answer.status = found->status;
    call->body = found->answer;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < found->headers_len; i++) {
        rc = spk_http_response_add(&call->answer, found->headers[i], &call->err);
    }
    return rc;
}

/* Exchanges until an answer is no redirect. */
static spk_rc transfer(struct memory *memory, struct memory_call *call)
{
    static const struct spk_http_hosts any = {0};
    while (true) {
        spk_rc rc = exchange(memory, call);
        if (rc) {
            return spk_http_message_blame(&call->message, &call->err, rc);
        }
        struct spk_view location = spk_http_response_header(&call->answer, "location");
        if (call->request.no_redirects || !spk_http_is_redirect(call->answer.status, location)) {
            return SPK_OK;
        }
        rc = spk_http_message_redirect(&call->arena, &any, &call->message, &call->answer,
                                       &call->err);
        if (rc) {
            return rc;
        }
        call->answer.redirects++;
    }
}

static void memory_call_destroy(struct spk_http_call *base)
{
    struct memory_call *call = (struct memory_call *)base;
    spk_http_response_deinit(&call->answer);
    spk_arena_deinit(&call->arena);
    free(call);
}

static spk_rc memory_start(struct spk_http *http, const struct spk_http_request *request,
                           struct spk_http_call **out, struct spk_error *err)
{
    static const struct spk_http_hosts any = {0};
    struct memory_call *call = spk_memory_zalloc(sizeof(*call));
    call->call.ops = http->ops;
    call->request = *request;
    call->limits = spk_http_limits_of(request, 0);
    spk_rc rc = spk_http_message_prepare(&call->arena, &any, request, &call->message, err);
    if (rc) {
        memory_call_destroy(&call->call);
        return rc;
    }
    call->rc = transfer((struct memory *)http, call);
    *out = &call->call;
    return SPK_OK;
}

static spk_rc cancelled(struct memory_call *call, struct spk_error *err)
{
    spk_error_set(err, SPK_ESYSTEM, "cancelled");
    return spk_http_message_blame(&call->message, err, SPK_ESYSTEM);
}

static spk_rc memory_head(struct spk_http_call *base, const struct spk_http_response **answer,
                          struct spk_error *err)
{
    struct memory_call *call = (struct memory_call *)base;
    if (call->rc) {
        return spk_http_error_give(err, &call->err);
    }
    if (atomic_load(&call->cancelled)) {
        return cancelled(call, err);
    }
    call->answer.url = spk_arena_dup(&call->answer.arena, call->message.url);
    if (spk_view_is(call->message.method, "HEAD")) {
        call->body = (struct spk_view){0};
    }
    *answer = &call->answer;
    return SPK_OK;
}

/* Pieces as a network would give them. */
static spk_rc memory_read(struct spk_http_call *base, struct spk_view *piece, struct spk_error *err)
{
    struct memory_call *call = (struct memory_call *)base;
    struct spk_http_response *answer = &call->answer;
    struct spk_view bytes = spk_view_slice(call->body, 0, 16384);
    call->body = spk_view_slice(call->body, bytes.len, call->body.len);
    answer->wire_bytes += bytes.len;
    answer->body_bytes += bytes.len;
    spk_rc rc = spk_http_limits_check(&call->limits, answer->body_bytes, answer->wire_bytes, err);
    if (rc) {
        return spk_http_message_blame(&call->message, err, rc);
    }
    if (atomic_load(&call->cancelled)) {
        return cancelled(call, err);
    }
    *piece = bytes.len > 0 ? bytes : (struct spk_view){0};
    return SPK_OK;
}

static spk_rc memory_wait(struct spk_http_call *base, struct spk_http_response *response,
                          struct spk_error *err)
{
    struct memory_call *call = (struct memory_call *)base;
    const struct spk_http_response *answer = NULL;
    struct spk_view piece = {0};
    spk_rc rc = memory_head(base, &answer, err);
    if (!rc) {
        rc = memory_read(base, &piece, err);
    }
    while (!rc && piece.at) {
        spk_buf_append(&call->answer.body, piece);
        rc = memory_read(base, &piece, err);
    }
    if (!rc) {
        spk_http_response_swap(response, &call->answer);
    }
    return rc;
}

static void memory_cancel(struct spk_http_call *base)
{
    atomic_store(&((struct memory_call *)base)->cancelled, true);
}

static void memory_destroy(struct spk_http *http)
{
    struct memory *memory = (struct memory *)http;
    pthread_mutex_destroy(&memory->lock);
    spk_arena_deinit(&memory->arena);
    free(memory->used);
    free(memory->seen);
    free(memory);
}

static const struct spk_http_ops memory_ops = {
    .name = "memory",
    .start = memory_start,
    .wait = memory_wait,
    .head = memory_head,
    .read = memory_read,
    .cancel = memory_cancel,
    .call_destroy = memory_call_destroy,
    .destroy = memory_destroy,
};

struct spk_http *spk_http_memory_create(const struct spk_http_exchange *exchanges, size_t len,
                                        enum spk_http_memory_mode mode)
{
    struct memory *memory = spk_memory_zalloc(sizeof(*memory));
    memory->http.ops = &memory_ops;
    memory->exchanges = exchanges;
    memory->len = len;
    memory->mode = mode;
    memory->used = spk_memory_zalloc(len + 1);
    pthread_mutex_init(&memory->lock, NULL);
    return &memory->http;
}

size_t spk_http_memory_seen_len(const struct spk_http *http)
{
    assert(http->ops == &memory_ops);
    return ((const struct memory *)http)->seen_len;
}

const struct spk_http_seen *spk_http_memory_seen(const struct spk_http *http, size_t index)
{
    assert(http->ops == &memory_ops && index < ((const struct memory *)http)->seen_len);
    return ((const struct memory *)http)->seen[index];
}

size_t spk_http_memory_unused(const struct spk_http *http)
{
    assert(http->ops == &memory_ops);
    const struct memory *memory = (const struct memory *)http;
    size_t unused = 0;
    for (size_t i = 0; i < memory->len; i++) {
        unused += !memory->used[i];
    }
    return unused;
}
