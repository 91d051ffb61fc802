#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "http/http_internal.h"

struct faulty {
    struct spk_http http;
    struct spk_http *inner;
    int nth;
    enum spk_http_fault fault;
    size_t after_bytes;
    atomic_int calls;
};

/* A call that will fail; the others are inner's own. */
struct faulty_call {
    struct spk_http_call call;
    const struct faulty *faulty;
    struct spk_http_call *inner; /* NULL where nothing was sent */
    struct spk_http_message message;
    size_t left; /* bytes that can still be pulled */
    struct spk_arena arena;
};

static void faulty_call_destroy(struct spk_http_call *base)
{
    struct faulty_call *call = (struct faulty_call *)base;
    spk_http_call_destroy(call->inner);
    spk_arena_deinit(&call->arena);
    free(call);
}

static spk_rc start_failing(struct faulty *faulty, const struct spk_http_request *request,
                            struct spk_http_call **out, struct spk_error *err)
{
    static const struct spk_http_hosts any = {0};
    struct faulty_call *call = spk_memory_zalloc(sizeof(*call));
    call->call.ops = faulty->http.ops;
    call->faulty = faulty;
    call->left = faulty->fault == SPK_HTTP_FAULT_TIMEOUT ? 0 : faulty->after_bytes;
    spk_rc rc = spk_http_message_prepare(&call->arena, &any, request, &call->message, err);
    if (!rc && faulty->fault != SPK_HTTP_FAULT_CONNECT) {
        rc = spk_http_start(faulty->inner, request, &call->inner, err);
    }
    if (rc) {
        faulty_call_destroy(&call->call);
        return rc;
    }
    *out = &call->call;
    return SPK_OK;
}

static spk_rc faulty_start(struct spk_http *http, const struct spk_http_request *request,
                           struct spk_http_call **out, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)http;
    if (atomic_fetch_add(&faulty->calls, 1) + 1 == faulty->nth) {
        return start_failing(faulty, request, out, err);
    }
    return spk_http_start(faulty->inner, request, out, err);
}

static spk_rc broken(const struct faulty_call *call, struct spk_error *err)
{
    static const char *const causes[] = {
        [SPK_HTTP_FAULT_CONNECT] = "could not connect",
        [SPK_HTTP_FAULT_TIMEOUT] = "no answer came in time",
        [SPK_HTTP_FAULT_RESET] = "the connection was reset",
        [SPK_HTTP_FAULT_TRUNCATED] = "the body ended too early",
    };
    spk_error_set(err, SPK_ETRANSIENT, "%s", causes[call->faulty->fault]);
    return spk_http_message_blame(&call->message, err, SPK_ETRANSIENT);
}

static spk_rc faulty_wait(struct spk_http_call *base, struct spk_http_response *response,
                          struct spk_error *err)
{
    struct faulty_call *call = (struct faulty_call *)base;
    (void)response;
    if (call->inner) {
        struct spk_http_response lost = {0};
        spk_rc rc = spk_http_wait(call->inner, &lost, err);
        spk_http_response_deinit(&lost);
        if (rc) {
            return rc;
        }
    }
    return broken(call, err);
}

static spk_rc faulty_head(struct spk_http_call *base, const struct spk_http_response **answer,
                          struct spk_error *err)
{
    struct faulty_call *call = (struct faulty_call *)base;
    if (!call->inner || call->faulty->fault == SPK_HTTP_FAULT_TIMEOUT) {
        return broken(call, err);
    }
    return spk_http_head(call->inner, answer, err);
}

static spk_rc faulty_read(struct spk_http_call *base, struct spk_view *piece, struct spk_error *err)
{
    struct faulty_call *call = (struct faulty_call *)base;
    struct spk_view whole = {0};
    if (call->left == 0) {
        return broken(call, err);
    }
    spk_rc rc = spk_http_read(call->inner, &whole, err);
    if (rc || !whole.at) {
        return rc ? rc : broken(call, err);
    }
    *piece = spk_view_slice(whole, 0, call->left);
    call->left -= piece->len;
    return SPK_OK;
}

static void faulty_cancel(struct spk_http_call *base)
{
    struct faulty_call *call = (struct faulty_call *)base;
    if (call->inner) {
        spk_http_cancel(call->inner);
    }
}

static void faulty_destroy(struct spk_http *http)
{
    free(http);
}

static const struct spk_http_ops faulty_ops = {
    .name = "faulty",
    .start = faulty_start,
    .wait = faulty_wait,
    .head = faulty_head,
    .read = faulty_read,
    .cancel = faulty_cancel,
    .call_destroy = faulty_call_destroy,
    .destroy = faulty_destroy,
};

struct spk_http *spk_http_faulty_create(struct spk_http *inner, int nth, enum spk_http_fault fault,
                                        size_t after_bytes)
{
    struct faulty *faulty = spk_memory_zalloc(sizeof(*faulty));
    faulty->http.ops = &faulty_ops;
    faulty->inner = inner;
    faulty->nth = nth;
    faulty->fault = fault;
    faulty->after_bytes = after_bytes;
    return &faulty->http;
}

int spk_http_faulty_calls(const struct spk_http *http)
{
    assert(http->ops == &faulty_ops);
    return atomic_load(&((struct faulty *)http)->calls);
}
