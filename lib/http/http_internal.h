#ifndef SPK_HTTP_HTTP_INTERNAL_H
#define SPK_HTTP_HTTP_INTERNAL_H
/* What the implementations share: requests ready to go, redirects, heads of answers, limits. */
#include "http/http.h"

enum {
    SPK_HTTP_MAX_REDIRECTS = 30,
    SPK_HTTP_MAX_HEADERS = 1000,          /* of one answer */
    SPK_HTTP_MAX_HEAD_BYTES = 256 * 1024, /* names and values of one answer */
    SPK_HTTP_MAX_RATIO = 250,
};
#define SPK_HTTP_MAX_BYTES ((size_t)2 << 30)

/* ---- letters of URLs ---- */

bool spk_url_is_unreserved(char c);
int spk_url_hex(char c); /* 0..15, or -1 */
void spk_url_escape(struct spk_buf *out, char c);
bool spk_url_is_ipv6(struct spk_view host);
struct spk_view spk_view_lower(struct spk_arena *arena, struct spk_view text); /* ASCII */

/* ---- requests ---- */

/* A request as it goes out: prepared, or rewritten by a redirect. All but the body is in an arena,
 * method and URL with a NUL behind. */
struct spk_http_message {
    struct spk_view method, url, body;
    struct spk_http_header *headers;
    size_t headers_len;
};

/* The hosts a client may ask; len 0: any. */
struct spk_http_hosts {
    const char *const *names;
    size_t len;
};

/* ECONFIG as http.h says, with method and URL in front. */
spk_rc spk_http_message_prepare(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                                const struct spk_http_request *request,
                                struct spk_http_message *out, struct spk_error *err);
struct spk_view spk_http_message_header(const struct spk_http_message *message, const char *name);
/* True where an answer asks to go on elsewhere. */
bool spk_http_is_redirect(int status, struct spk_view location);
/* Turns the message into the one that follows the redirect, by the rules of requests. */
spk_rc spk_http_message_redirect(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                                 struct spk_http_message *message,
                                 const struct spk_http_response *answer, struct spk_error *err);
/* Puts "GET https://host/path: " in front of a failure's text, without what may be secret. */
spk_rc spk_http_message_blame(const struct spk_http_message *message, struct spk_error *err,
                              spk_rc rc);

/* ---- answers ---- */

/* Empties the response, keeps its memory. */
void spk_http_response_clear(struct spk_http_response *response);
/* Adds a header, behind the value of the same name where there is one. EDATA past the limits. */
spk_rc spk_http_response_add(struct spk_http_response *response, struct spk_http_header header,
                             struct spk_error *err);
static inline void spk_http_response_swap(struct spk_http_response *a, struct spk_http_response *b)
{
    struct spk_http_response other = *a;
    *a = *b;
    *b = other;
}

/* A failure that happened elsewhere is reported now. */
static inline spk_rc spk_http_error_give(struct spk_error *err, const struct spk_error *failure)
{
    if (err) {
        *err = *failure;
    }
    return failure->rc;
}

/* ---- limits of a body ---- */

struct spk_http_limits {
    size_t max_bytes;
    unsigned max_ratio;
};

struct spk_http_limits spk_http_limits_of(const struct spk_http_request *request,
                                          size_t default_max_bytes);
/* EDATA where so many bytes, made of so many on the wire, are too many. */
spk_rc spk_http_limits_check(const struct spk_http_limits *limits, uint64_t body_bytes,
                             uint64_t wire_bytes, struct spk_error *err);

#endif
