#include "http/http.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "http/http_internal.h"

spk_rc spk_http_start(struct spk_http *http, const struct spk_http_request *request,
                      struct spk_http_call **call, struct spk_error *err)
{
    return http->ops->start(http, request, call, err);
}

spk_rc spk_http_wait(struct spk_http_call *call, struct spk_http_response *response,
                     struct spk_error *err)
{
    return call->ops->wait(call, response, err);
}

spk_rc spk_http_head(struct spk_http_call *call, const struct spk_http_response **answer,
                     struct spk_error *err)
{
    return call->ops->head(call, answer, err);
}

spk_rc spk_http_read(struct spk_http_call *call, struct spk_view *piece, struct spk_error *err)
{
    return call->ops->read(call, piece, err);
}

void spk_http_cancel(struct spk_http_call *call)
{
    call->ops->cancel(call);
}

void spk_http_call_destroy(struct spk_http_call *call)
{
    if (call) {
        call->ops->call_destroy(call);
    }
}

spk_rc spk_http_send(struct spk_http *http, const struct spk_http_request *request,
                     struct spk_http_response *response, struct spk_error *err)
{
    struct spk_http_call *call = NULL;
    spk_rc rc = spk_http_start(http, request, &call, err);
    if (!rc) {
        rc = spk_http_wait(call, response, err);
    }
    spk_http_call_destroy(call);
    return rc;
}

void spk_http_destroy(struct spk_http *http)
{
    if (http) {
        http->ops->destroy(http);
    }
}

/* ---- responses ---- */

void spk_http_response_deinit(struct spk_http_response *response)
{
    spk_buf_deinit(&response->body);
    spk_arena_deinit(&response->arena);
    free(response->headers);
    *response = (struct spk_http_response){0};
}

void spk_http_response_clear(struct spk_http_response *response)
{
    struct spk_http_response empty = {.headers = response->headers,
                                      .headers_cap = response->headers_cap,
                                      .body = response->body,
                                      .arena = response->arena};
    *response = empty;
    spk_buf_clear(&response->body);
    spk_arena_reset(&response->arena);
}

static struct spk_http_header *find(const struct spk_http_response *response, struct spk_view name)
{
    for (size_t i = 0; i < response->headers_len; i++) {
        if (spk_view_equal_nocase(response->headers[i].name, name)) {
            return &response->headers[i];
        }
    }
    return NULL;
}

struct spk_view spk_http_response_header(const struct spk_http_response *response, const char *name)
{
    const struct spk_http_header *header = find(response, spk_view_of(name));
    return header ? header->value : (struct spk_view){0};
}

spk_rc spk_http_response_add(struct spk_http_response *response, struct spk_http_header header,
                             struct spk_error *err)
{
    struct spk_arena *arena = &response->arena;
    struct spk_http_header *same = find(response, header.name);
    if (arena->used + header.name.len + header.value.len > SPK_HTTP_MAX_HEAD_BYTES ||
        response->headers_len >= SPK_HTTP_MAX_HEADERS) {
        return spk_error_set(err, SPK_EDATA,
                             "the answer's headers are larger than %d bytes or more than %d",
                             SPK_HTTP_MAX_HEAD_BYTES, SPK_HTTP_MAX_HEADERS);
    }
    if (same) {
        same->value =
            spk_arena_printf(arena, "%.*s, %.*s", SPK_FMT(same->value), SPK_FMT(header.value));
        return SPK_OK;
    }
    response->headers = spk_memory_grow(response->headers, &response->headers_cap,
                                        response->headers_len + 1, sizeof(*response->headers));
    response->headers[response->headers_len++] = (struct spk_http_header){
        spk_arena_dup(arena, header.name), spk_arena_dup(arena, header.value)};
    return SPK_OK;
}

/* ---- limits of a body ---- */

/* Small bodies may shrink to anything. */
static const uint64_t ratio_from_bytes = 16 << 20;

struct spk_http_limits spk_http_limits_of(const struct spk_http_request *request,
                                          size_t default_max_bytes)
{
    size_t fallback = default_max_bytes ? default_max_bytes : SPK_HTTP_MAX_BYTES;
    return (struct spk_http_limits){
        .max_bytes = request->max_bytes ? request->max_bytes : fallback,
        .max_ratio = request->max_ratio ? request->max_ratio : SPK_HTTP_MAX_RATIO,
    };
}

spk_rc spk_http_limits_check(const struct spk_http_limits *limits, uint64_t body_bytes,
                             uint64_t wire_bytes, struct spk_error *err)
{
    if (body_bytes > limits->max_bytes) {
        spk_error_set(err, SPK_EDATA, "the body is larger than %zu bytes", limits->max_bytes);
        spk_error_hint(err, "ask for smaller pages or a shorter period");
        return SPK_EDATA;
    }
    if (body_bytes > ratio_from_bytes && body_bytes / limits->max_ratio > wire_bytes) {
        return spk_error_set(err, SPK_EDATA,
                             "the body unpacks to more than %u times its size: refused as a "
                             "decompression bomb",
                             limits->max_ratio);
    }
    return SPK_OK;
}
