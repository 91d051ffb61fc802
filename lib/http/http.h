#ifndef SPK_HTTP_HTTP_H
#define SPK_HTTP_HTTP_H
/*
 * HTTP requests behind one interface: a client starts calls, a call is waited for.
 *
 *   spk_http_start(http, request, &call)  returns at once, the transfer runs by itself
 *   spk_http_wait(call, &response)        blocks until the answer is here
 *   spk_http_call_destroy(call)           always; gives up a call that was not waited for
 *
 * The body of a request with `streamed` is pulled instead, in memory that does not grow with it:
 *
 *   spk_http_head(call, &answer)          blocks until status and headers are here
 *   spk_http_read(call, &piece)           the next piece; the transfer pauses while nobody reads
 *
 * Semantics are python-requests': URLs are prepared as PreparedRequest does (url.h), up to 30
 * redirects are followed (303 and 302 become GET, 301 turns POST into GET, Authorization is left
 * behind when the host changes), user info in the URL becomes Basic authorization, headers of the
 * last answer count. TLS is always verified, only http and https are spoken. HTTP statuses are no
 * failures.
 *
 * Failures name method and URL without user info, query and fragment (secrets live there):
 *   ETRANSIENT  name resolution, connect, reset, time limits, interrupted TLS handshake or body
 *   ECONFIG     invalid URL or header, a host that is not allowed, an untrusted certificate
 *   EDATA       a body over its limits or not decodable, too many redirects
 *   ESYSTEM     cancelled
 *
 * Threads: a client and its calls serve any number of threads; one call is waited for and destroyed
 * by one thread, and may be cancelled by any thread until it is destroyed.
 */
#include "base/arena.h"
#include "base/buf.h"

struct spk_http;
struct spk_http_call;

/* ---- requests ---- */

struct spk_http_header {
    struct spk_view name, value;
};

/* Zero means the default everywhere. Copied by start, but for the body's bytes. */
struct spk_http_request {
    struct spk_view method;                /* empty: GET */
    struct spk_view url;                   /* http or https, absolute */
    const struct spk_http_header *headers; /* replace the client's defaults of the same name */
    size_t headers_len;
    struct spk_view body; /* borrowed until the call is destroyed; HEAD sends none */

    bool streamed;          /* the body is pulled by spk_http_read */
    bool raw;               /* the body as on the wire: Content-Encoding is not undone */
    bool no_redirects;      /* a redirect is an answer like any other */
    size_t max_bytes;       /* of the body after decoding; 0: the client's */
    unsigned max_ratio;     /* decoded to wire bytes, beyond 16 MiB; 0: 250 */
    int timeout_ms;         /* from start to the last byte; 0: the client's */
    int connect_timeout_ms; /* name resolution to TLS; 0: the client's */
    int stall_timeout_ms;   /* without a byte, in whole seconds rounded up; 0: the client's */
};

/* ---- responses ---- */

/* Zero bytes are a valid empty response. Passing one again reuses its memory. */
struct spk_http_response {
    int status;
    struct spk_view url;             /* the last one asked, after redirects */
    struct spk_http_header *headers; /* of the last answer, same names joined with ", " */
    size_t headers_len;
    struct spk_buf body; /* spk_buf_view(); without what was pulled */
    unsigned redirects;  /* followed */

    uint64_t wire_bytes; /* of the body as received, before decoding */
    uint64_t body_bytes; /* of the body after decoding, also where it was pulled */
    int64_t first_us;    /* from start to the first byte of the last answer */
    int64_t total_us;    /* from start to the last byte */

    struct spk_arena arena; /* url and headers */
    size_t headers_cap;
};

void spk_http_response_deinit(struct spk_http_response *response);
/* The header's value, or at NULL where there is none. ASCII case is ignored. */
struct spk_view spk_http_response_header(const struct spk_http_response *response,
                                         const char *name);

/* ---- calls ---- */

spk_rc spk_http_start(struct spk_http *http, const struct spk_http_request *request,
                      struct spk_http_call **call, struct spk_error *err);
/* Once per call. The response is untouched on failure. Of a streamed body it buffers what was not
 * pulled. */
spk_rc spk_http_wait(struct spk_http_call *call, struct spk_http_response *response,
                     struct spk_error *err);
/* Of streamed calls, once and first. *answer lives until the call is destroyed or waited for; its
 * counters are right once the end was read. */
spk_rc spk_http_head(struct spk_http_call *call, const struct spk_http_response **answer,
                     struct spk_error *err);
/* After head: *piece lives until the next call; at NULL at the body's end. */
spk_rc spk_http_read(struct spk_http_call *call, struct spk_view *piece, struct spk_error *err);
/* Makes the call's wait fail soon with ESYSTEM, unless it has ended already. */
void spk_http_cancel(struct spk_http_call *call);
void spk_http_call_destroy(struct spk_http_call *call);
/* start, wait and destroy in one step. */
spk_rc spk_http_send(struct spk_http *http, const struct spk_http_request *request,
                     struct spk_http_response *response, struct spk_error *err);

/* After all its calls are destroyed. */
void spk_http_destroy(struct spk_http *http);

/* ---- the interface ---- */

struct spk_http_ops {
    const char *name; /* "curl" */
    /* The functions above, without NULL arguments. */
    spk_rc (*start)(struct spk_http *http, const struct spk_http_request *request,
                    struct spk_http_call **call, struct spk_error *err);
    spk_rc (*wait)(struct spk_http_call *call, struct spk_http_response *response,
                   struct spk_error *err);
    spk_rc (*head)(struct spk_http_call *call, const struct spk_http_response **answer,
                   struct spk_error *err);
    spk_rc (*read)(struct spk_http_call *call, struct spk_view *piece, struct spk_error *err);
    void (*cancel)(struct spk_http_call *call);
    void (*call_destroy)(struct spk_http_call *call);
    void (*destroy)(struct spk_http *http);
};

/* The first members of every implementation's instances. */
struct spk_http {
    const struct spk_http_ops *ops;
};

struct spk_http_call {
    const struct spk_http_ops *ops;
};

/* ---- the real client ---- */

/* Zero means the default. Copied. */
struct spk_http_options {
    const char *user_agent;   /* NULL: "spike" */
    int max_connections;      /* open at a time; 0: 64. More calls wait for a free one */
    int max_host_connections; /* to one host; 0: 32 */
    bool cookies;             /* kept for the client's life and sent back, as a requests.Session */
    int connect_timeout_ms;   /* name resolution to TLS; 0: 30 s */
    int stall_timeout_ms;     /* without a byte; 0: 300 s */
    int timeout_ms;           /* from start to the last byte; 0: none */
    size_t max_bytes;         /* of a body after decoding; 0: 2 GiB */
    /* Hosts that may be asked, also by redirects: "api.example.com", "*.example.com" (any depth
     * below it). NULL: any. */
    const char *const *allowed_hosts;
    size_t allowed_hosts_len;
};

/*
 * libcurl, loaded when the first request is sent, with one thread of its own: keep-alive, HTTP/2
 * where TLS offers it, gzip, deflate and brotli. The environment is read here, once: HTTP_PROXY,
 * HTTPS_PROXY, ALL_PROXY and NO_PROXY in lower or upper case; REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or
 * SSL_CERT_FILE (a file, or a folder of hashed certificates) in place of the system's authorities.
 * ECONFIG where such a file is missing.
 */
spk_rc spk_http_curl_create(const struct spk_http_options *options, struct spk_http **out,
                            struct spk_error *err);

/* ---- implementations for tests and golden cases ---- */

/* What is expected and what it is answered with. All is borrowed for the client's life. */
struct spk_http_exchange {
    struct spk_view method; /* empty: any */
    struct spk_view url;    /* prepared, without fragment; empty: any */
    struct spk_view body;   /* at NULL: any */

    int status;                            /* 0 with a failure */
    const struct spk_http_header *headers; /* of the answer */
    size_t headers_len;
    struct spk_view answer; /* the body, not encoded */
    spk_rc failure;         /* instead of an answer, with failure_text as its cause */
    const char *failure_text;
};

/* A request as it would have gone out: prepared, without fragment; a redirect is one more. */
struct spk_http_seen {
    struct spk_view method, url, body;
    struct spk_http_header *headers; /* the request's, without the client's defaults */
    size_t headers_len;
};

enum spk_http_memory_mode {
    SPK_HTTP_IN_ORDER, /* the Nth request must fit the Nth exchange */
    SPK_HTTP_MATCHING, /* the first exchange that fits and was not used; the last that fits again */
};

/* Answers from a table; no network. A request that fits nothing is EDATA and says what was
 * expected.
 */
struct spk_http *spk_http_memory_create(const struct spk_http_exchange *exchanges, size_t len,
                                        enum spk_http_memory_mode mode);
/* In order of start. Borrowed until the client is destroyed; not while calls are being started. */
size_t spk_http_memory_seen_len(const struct spk_http *memory);
const struct spk_http_seen *spk_http_memory_seen(const struct spk_http *memory, size_t index);
/* How many exchanges were never used. */
size_t spk_http_memory_unused(const struct spk_http *memory);

enum spk_http_fault {
    SPK_HTTP_FAULT_CONNECT,   /* refused: nothing was sent */
    SPK_HTTP_FAULT_TIMEOUT,   /* sent, and no answer came */
    SPK_HTTP_FAULT_RESET,     /* the connection broke after after_bytes of the body */
    SPK_HTTP_FAULT_TRUNCATED, /* the same, but closed in order, short of Content-Length */
};

/* Passes all to `inner` (borrowed), but the Nth call (1 is the first; 0: none) fails as ETRANSIENT.
 * Where the fault says that the request was sent, inner gets it and the bytes before the break can
 * be pulled. */
struct spk_http *spk_http_faulty_create(struct spk_http *inner, int nth, enum spk_http_fault fault,
                                        size_t after_bytes);
int spk_http_faulty_calls(const struct spk_http *faulty); /* so far */

#endif
