#include "http/http_internal.h"
#include "http/url.h"

/* ---- texts of failures ---- */

/* The URL without user info, query and fragment, cut to a length that leaves room for the cause. */
static struct spk_view public_part(struct spk_view url, struct spk_view *behind_userinfo)
{
    size_t start = (size_t)(spk_view_find(url, SPK_V("://"), 0) + 1);
    start += start > 0 ? 2 : 0;
    size_t end = start;
    while (end < url.len && url.at[end] != '?' && url.at[end] != '#') {
        end++;
    }
    size_t slash = start;
    while (slash < end && url.at[slash] != '/') {
        slash++;
    }
    struct spk_view netloc = spk_view_slice(url, start, slash);
    struct spk_view userinfo = spk_url_userinfo(netloc);
    size_t from = start + (userinfo.at ? userinfo.len + 1 : 0);
    *behind_userinfo = spk_view_slice(url, from, end < from + 500 ? end : from + 500);
    return spk_view_slice(url, 0, start);
}

spk_rc spk_http_message_blame(const struct spk_http_message *message, struct spk_error *err,
                              spk_rc rc)
{
    struct spk_view rest = {0};
    struct spk_view scheme = public_part(message->url, &rest);
    struct spk_view method = spk_view_slice(message->method, 0, 20);
    return spk_error_context(err, rc, "%.*s %.*s%.*s", SPK_FMT(method), SPK_FMT(scheme),
                             SPK_FMT(rest));
}

/* ---- hosts ---- */

static bool host_matches(struct spk_view host, struct spk_view pattern)
{
    if (spk_view_starts(pattern, SPK_V("*."))) {
        struct spk_view domain = spk_view_slice(pattern, 1, pattern.len);
        return host.len > domain.len &&
               spk_view_equal_nocase(spk_view_slice(host, host.len - domain.len, host.len), domain);
    }
    return spk_view_equal_nocase(host, pattern);
}

static spk_rc check_host(const struct spk_http_hosts *hosts, struct spk_view netloc,
                         struct spk_error *err)
{
    struct spk_view host = spk_url_host(netloc);
    for (size_t i = 0; i < hosts->len; i++) {
        if (host_matches(host, spk_view_of(hosts->names[i]))) {
            return SPK_OK;
        }
    }
    if (hosts->len == 0) {
        return SPK_OK;
    }
    spk_error_set(err, SPK_ECONFIG, "the host %.*s is not among the allowed hosts",
                  SPK_FMT(spk_view_slice(host, 0, 255)));
    spk_error_hint(err, "add the host to the allowed hosts if it is meant");
    return SPK_ECONFIG;
}

/* ---- headers ---- */

static bool is_token(struct spk_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] <= ' ' || text.at[i] == ':' || text.at[i] == 0x7f) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_line(struct spk_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\r' || text.at[i] == '\n' || !text.at[i]) {
            return false;
        }
    }
    return true;
}

static struct spk_http_header *find(const struct spk_http_message *message, const char *name)
{
    for (size_t i = 0; i < message->headers_len; i++) {
        if (spk_view_equal_nocase(message->headers[i].name, spk_view_of(name))) {
            return &message->headers[i];
        }
    }
    return NULL;
}

struct spk_view spk_http_message_header(const struct spk_http_message *message, const char *name)
{
    const struct spk_http_header *header = find(message, name);
    return header ? header->value : (struct spk_view){0};
}

static void remove_header(struct spk_http_message *message, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < message->headers_len; i++) {
        if (!spk_view_equal_nocase(message->headers[i].name, spk_view_of(name))) {
            message->headers[kept++] = message->headers[i];
        }
    }
    message->headers_len = kept;
}

static struct spk_view base64(struct spk_arena *arena, struct spk_view data)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct spk_buf out = {0};
    for (size_t i = 0; i < data.len; i += 3) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++) {
            bits = bits << 8 | (i + j < data.len ? (unsigned char)data.at[i + j] : 0);
        }
        for (size_t j = 0; j < 4; j++) {
            bool pad = i + j > data.len;
            spk_buf_append_char(&out, pad ? '=' : digits[bits >> (18 - 6 * j) & 63]);
        }
    }
    struct spk_view text = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return text;
}

/* User info becomes a Basic authorization and goes from the URL; requests asks for both parts. The
 * last header has room. */
static void move_userinfo(struct spk_arena *arena, const struct spk_url *url,
                          struct spk_http_message *message)
{
    struct spk_view userinfo = spk_url_userinfo(url->netloc);
    if (!userinfo.at) {
        return;
    }
    struct spk_url bare = *url;
    bare.netloc = spk_view_slice(url->netloc, userinfo.len + 1, url->netloc.len);
    message->url = spk_url_unsplit(arena, &bare);
    if (spk_view_find(userinfo, SPK_V(":"), 0) < 0 || userinfo.len == 1) {
        return;
    }
    struct spk_buf plain = {0};
    spk_url_unquote(&plain, userinfo, false);
    struct spk_view encoded = base64(arena, spk_buf_view(&plain));
    spk_buf_deinit(&plain);
    remove_header(message, "Authorization");
    message->headers[message->headers_len++] = (struct spk_http_header){
        SPK_VIEW("Authorization"), spk_arena_printf(arena, "Basic %.*s", SPK_FMT(encoded))};
}

/* The length of a body is known better here. */
static spk_rc copy_headers(struct spk_arena *arena, const struct spk_http_request *request,
                           struct spk_http_message *out, struct spk_error *err)
{
    out->headers = spk_arena_array(arena, request->headers_len + 1, sizeof(*out->headers));
    for (size_t i = 0; i < request->headers_len; i++) {
        struct spk_http_header header = request->headers[i];
        if (!is_token(header.name)) {
            return spk_error_set(err, SPK_ECONFIG, "a request header's name is not valid");
        }
        if (!is_line(header.value)) {
            return spk_error_set(err, SPK_ECONFIG, "the request header %.*s has a line break",
                                 SPK_FMT(spk_view_slice(header.name, 0, 100)));
        }
        if (!spk_view_equal_nocase(header.name, SPK_V("Content-Length"))) {
            out->headers[out->headers_len++] = (struct spk_http_header){
                spk_arena_dup(arena, header.name), spk_arena_dup(arena, header.value)};
        }
    }
    return SPK_OK;
}

/* ---- requests ---- */

static spk_rc prepare(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                      const struct spk_http_request *request, struct spk_http_message *message,
                      struct spk_error *err)
{
    struct spk_url url = {0};
    spk_rc rc = SPK_OK;
    if (!is_token(message->method)) {
        return spk_error_set(err, SPK_ECONFIG, "the request's method is not valid");
    }
    rc = spk_url_prepare(arena, request->url, (struct spk_view){0}, &message->url, err);
    if (!rc) {
        rc = spk_url_split(arena, message->url, &url, err);
    }
    if (!rc) {
        rc = check_host(hosts, url.netloc, err);
    }
    if (!rc) {
        rc = copy_headers(arena, request, message, err);
    }
    if (!rc) {
        move_userinfo(arena, &url, message);
    }
    return rc;
}

spk_rc spk_http_message_prepare(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                                const struct spk_http_request *request,
                                struct spk_http_message *out, struct spk_error *err)
{
    struct spk_view method = request->method.len ? request->method : SPK_V("GET");
    struct spk_http_message message = {
        .method = spk_arena_dup(arena, method),
        .url = request->url,
        .body = request->body.len ? request->body : (struct spk_view){0},
    };
    spk_rc rc = prepare(arena, hosts, request, &message, err);
    if (rc) {
        return spk_http_message_blame(&message, err, rc);
    }
    *out = message;
    return SPK_OK;
}

/* ---- redirects ---- */

bool spk_http_is_redirect(int status, struct spk_view location)
{
    return location.at &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

static struct spk_view port_of(const struct spk_url *url)
{
    struct spk_view port = spk_url_port(url->netloc);
    if (port.len == 0) {
        port = spk_view_is(url->scheme, "https") ? SPK_V("443") : SPK_V("80");
    }
    return port;
}

/* A step from http to https of the same host on the standard ports keeps the authorization. */
static bool keeps_authorization(const struct spk_url *from, const struct spk_url *to)
{
    struct spk_view from_port = port_of(from);
    struct spk_view to_port = port_of(to);
    if (!spk_view_equal_nocase(spk_url_host(from->netloc), spk_url_host(to->netloc))) {
        return false;
    }
    if (spk_view_is(from->scheme, "http") && spk_view_is(to->scheme, "https") &&
        spk_view_is(from_port, "80") && spk_view_is(to_port, "443")) {
        return true;
    }
    return spk_view_equal(from->scheme, to->scheme) && spk_view_equal(from_port, to_port);
}

static void change_method(struct spk_http_message *message, int status)
{
    bool becomes_get = (status == 303 || status == 302) && !spk_view_is(message->method, "HEAD");
    becomes_get = becomes_get || (status == 301 && spk_view_is(message->method, "POST"));
    if (becomes_get) {
        message->method = SPK_V("GET");
    }
    if (status != 307 && status != 308) {
        message->body = (struct spk_view){0};
        remove_header(message, "Content-Type");
        remove_header(message, "Transfer-Encoding");
    }
}

/* The place that a Location means, with the fragment of the page it was found on. */
static spk_rc resolve(struct spk_arena *arena, struct spk_view base, struct spk_view location,
                      struct spk_view *out, struct spk_error *err)
{
    struct spk_url from = {0};
    struct spk_url to = {0};
    struct spk_view joined = {0};
    struct spk_buf quoted = {0};
    spk_url_requote(&quoted, location);
    spk_rc rc =
        spk_url_join(arena, base, spk_arena_dup(arena, spk_buf_view(&quoted)), &joined, err);
    spk_buf_deinit(&quoted);
    if (!rc) {
        rc = spk_url_split(arena, base, &from, err);
    }
    if (!rc) {
        rc = spk_url_split(arena, joined, &to, err);
    }
    if (rc) {
        return rc;
    }
    if (to.fragment.len == 0) {
        to.fragment = from.fragment;
    }
    return spk_url_prepare(arena, spk_url_unsplit(arena, &to), (struct spk_view){0}, out, err);
}

static spk_rc follow(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                     struct spk_http_message *message, const struct spk_http_response *answer,
                     struct spk_error *err)
{
    struct spk_url from = {0};
    struct spk_url to = {0};
    struct spk_http_message next = *message;
    struct spk_view location = spk_http_response_header(answer, "location");
    spk_rc rc = SPK_OK;
    if (answer->redirects >= SPK_HTTP_MAX_REDIRECTS) {
        return spk_error_set(err, SPK_EDATA, "redirected more than %d times",
                             SPK_HTTP_MAX_REDIRECTS);
    }
    rc = resolve(arena, message->url, location, &next.url, err);
    if (rc) {
        return spk_error_context(err, rc, "redirected by status %d", answer->status);
    }
    spk_url_split(arena, message->url, &from, NULL);
    spk_url_split(arena, next.url, &to, NULL);
    rc = check_host(hosts, to.netloc, err);
    if (rc) {
        return spk_error_context(err, rc, "redirected by status %d", answer->status);
    }
    change_method(&next, answer->status);
    remove_header(&next, "Cookie");
    if (!keeps_authorization(&from, &to)) {
        remove_header(&next, "Authorization");
    }
    struct spk_view userinfo = spk_url_userinfo(to.netloc);
    if (userinfo.at) {
        to.netloc = spk_view_slice(to.netloc, userinfo.len + 1, to.netloc.len);
        next.url = spk_url_unsplit(arena, &to);
    }
    *message = next;
    return SPK_OK;
}

spk_rc spk_http_message_redirect(struct spk_arena *arena, const struct spk_http_hosts *hosts,
                                 struct spk_http_message *message,
                                 const struct spk_http_response *answer, struct spk_error *err)
{
    spk_rc rc = follow(arena, hosts, message, answer, err);
    return rc ? spk_http_message_blame(message, err, rc) : SPK_OK;
}
