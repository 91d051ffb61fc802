#include "http/url.h"

#include <arpa/inet.h>

#include "http/http_internal.h"

/* Schemes in whose URLs references are resolved (urllib.parse.uses_relative), and those that have a
 * "//host" (uses_netloc). */
static const char *const relative_schemes[] = {
    "",    "ftp",  "http",  "gopher", "nntp", "imap", "wais",    "file", "https", "shttp",
    "mms", "rtsp", "rtsps", "rtspu",  "sftp", "svn",  "svn+ssh", "ws",   "wss",   "prospero"};
static const char *const host_schemes[] = {
    "",         "ftp",  "http",  "gopher", "nntp",  "telnet", "imap",    "wais", "file",
    "mms",      "rtsp", "rtsps", "https",  "shttp", "snews",  "rsync",   "svn",  "svn+ssh",
    "prospero", "sftp", "nfs",   "git",    "rtspu", "ws",     "git+ssh", "wss"};
/* Schemes whose last path segment may end in ";parameters" (uses_params). */
static const char *const parameter_schemes[] = {
    "",      "ftp",   "hdl", "http", "imap", "https", "shttp", "rtsp",
    "rtsps", "rtspu", "sip", "sips", "mms",  "sftp",  "tel",   "prospero"};

static bool is_among(struct spk_view scheme, const char *const *names, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (spk_view_is(scheme, names[i])) {
            return true;
        }
    }
    return false;
}
#define IS_AMONG(scheme, names) is_among((scheme), (names), sizeof(names) / sizeof((names)[0]))

struct spk_view spk_view_lower(struct spk_arena *arena, struct spk_view text)
{
    char *lower = spk_arena_strdup(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        if (lower[i] >= 'A' && lower[i] <= 'Z') {
            lower[i] |= 0x20;
        }
    }
    return spk_view_make(lower, text.len);
}

/* Leading white space and control characters go, and tabs and newlines everywhere. */
static struct spk_view clean(struct spk_arena *arena, struct spk_view text)
{
    while (text.len > 0 && (unsigned char)text.at[0] <= ' ') {
        text = spk_view_slice(text, 1, text.len);
    }
    char *at = spk_arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!strchr("\t\r\n", text.at[i]) || !text.at[i]) {
            at[len++] = text.at[i];
        }
    }
    return spk_view_make(at, len);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_scheme_char(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* Length of the "scheme" before a ":" at the start, 0 where there is none. */
static size_t scheme_len(struct spk_view text)
{
    size_t len = 0;
    while (len < text.len && is_scheme_char(text.at[len])) {
        len++;
    }
    return len < text.len && text.at[len] == ':' && is_letter(text.at[0]) ? len : 0;
}

/* Cuts *rest behind the first of the characters `ends`; the end stays in *rest. */
static struct spk_view cut_before(struct spk_view *rest, const char *ends)
{
    size_t len = 0;
    while (len < rest->len && (!rest->at[len] || !strchr(ends, rest->at[len]))) {
        len++;
    }
    struct spk_view piece = spk_view_slice(*rest, 0, len);
    *rest = spk_view_slice(*rest, len, rest->len);
    return piece;
}

bool spk_url_is_ipv6(struct spk_view host)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    if (host.len >= sizeof(text) || memchr(host.at, 0, host.len)) {
        return false;
    }
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET6, text, address) == 1;
}

/* Brackets hold an IPv6 address, perhaps with a zone, or a future kind ("v1.x"). */
static bool is_valid_netloc(struct spk_view netloc)
{
    ptrdiff_t open = spk_view_find(netloc, SPK_V("["), 0);
    ptrdiff_t close = spk_view_find(netloc, SPK_V("]"), open > 0 ? (size_t)open : 0);
    if (open < 0 && close < 0) {
        return true;
    }
    if (open < 0 || close < 0) {
        return false;
    }
    struct spk_view host = spk_view_slice(netloc, (size_t)open + 1, (size_t)close);
    if (host.len > 0 && host.at[0] == 'v') {
        ptrdiff_t dot = spk_view_find(host, SPK_V("."), 0);
        return dot > 1 && (size_t)dot + 1 < host.len;
    }
    struct spk_view zone = host;
    struct spk_view address = host.at ? spk_view_cut(&zone, '%') : host;
    return spk_url_is_ipv6(address) && (!zone.at || zone.len > 0);
}

spk_rc spk_url_split(struct spk_arena *arena, struct spk_view text, struct spk_url *out,
                     struct spk_error *err)
{
    struct spk_url url = {0};
    struct spk_view rest = clean(arena, text);
    size_t len = scheme_len(rest);
    if (len > 0) {
        url.scheme = spk_view_lower(arena, spk_view_slice(rest, 0, len));
        rest = spk_view_slice(rest, len + 1, rest.len);
    }
    if (spk_view_starts(rest, SPK_V("//"))) {
        rest = spk_view_slice(rest, 2, rest.len);
        url.netloc = cut_before(&rest, "/?#");
        if (!is_valid_netloc(url.netloc)) {
            return spk_error_set(err, SPK_EDATA, "a URL's host in brackets is no IPv6 address");
        }
    }
    url.fragment = rest;
    struct spk_view before = spk_view_cut(&url.fragment, '#');
    url.query = before;
    url.path = before.at ? spk_view_cut(&url.query, '?') : before;
    *out = url;
    return SPK_OK;
}

struct spk_view spk_url_unsplit(struct spk_arena *arena, const struct spk_url *url)
{
    bool with_host =
        url->netloc.len > 0 || (url->scheme.len > 0 && IS_AMONG(url->scheme, host_schemes) &&
                                !spk_view_starts(url->path, SPK_V("//")));
    bool needs_slash = with_host && url->path.len > 0 && url->path.at[0] != '/';
    return spk_arena_printf(arena, "%.*s%s%s%.*s%s%.*s%s%.*s%s%.*s", SPK_FMT(url->scheme),
                            url->scheme.len ? ":" : "", with_host ? "//" : "", SPK_FMT(url->netloc),
                            needs_slash ? "/" : "", SPK_FMT(url->path), url->query.len ? "?" : "",
                            SPK_FMT(url->query), url->fragment.len ? "#" : "",
                            SPK_FMT(url->fragment));
}

/* Takes ";parameters" off the last segment of the path. */
static struct spk_view cut_parameters(struct spk_url *url)
{
    if (!IS_AMONG(url->scheme, parameter_schemes)) {
        return (struct spk_view){0};
    }
    size_t last = url->path.len;
    while (last > 0 && url->path.at[last - 1] != '/') {
        last--;
    }
    ptrdiff_t at = spk_view_find(url->path, SPK_V(";"), last);
    if (at < 0) {
        return (struct spk_view){0};
    }
    struct spk_view parameters = spk_view_slice(url->path, (size_t)at + 1, url->path.len);
    url->path = spk_view_slice(url->path, 0, (size_t)at);
    return parameters;
}

struct segments {
    struct spk_view *items;
    size_t len;
};

static struct segments split_path(struct spk_arena *arena, struct spk_view path)
{
    struct segments out = {0};
    size_t count = 1;
    for (size_t i = 0; i < path.len; i++) {
        count += path.at[i] == '/';
    }
    out.items = spk_arena_array(arena, count, sizeof(*out.items));
    struct spk_view rest = path.at ? path : SPK_V("");
    while (rest.at) {
        out.items[out.len++] = spk_view_cut(&rest, '/');
    }
    return out;
}

/* The segments of the base without its file, then those of the reference; empty ones between the
 * first and the last are left out. */
static struct segments chain(struct spk_arena *arena, struct segments base, struct segments more)
{
    struct segments out = {0};
    if (base.items[base.len - 1].len > 0) {
        base.len--;
    }
    out.items = spk_arena_array(arena, base.len + more.len, sizeof(*out.items));
    for (size_t i = 0; i < base.len + more.len; i++) {
        struct spk_view item = i < base.len ? base.items[i] : more.items[i - base.len];
        if (item.len > 0 || i == 0 || i + 1 == base.len + more.len) {
            out.items[out.len++] = item;
        }
    }
    return out;
}

static struct spk_view resolve_dots(struct spk_arena *arena, struct segments segments)
{
    struct spk_buf out = {0};
    size_t kept = 0;
    struct spk_view last = segments.items[segments.len - 1];
    bool ends_in_folder = spk_view_is(last, ".") || spk_view_is(last, "..");
    for (size_t i = 0; i < segments.len; i++) {
        if (spk_view_is(segments.items[i], "..")) {
            kept -= kept > 0;
        } else if (!spk_view_is(segments.items[i], ".")) {
            segments.items[kept++] = segments.items[i];
        }
    }
    for (size_t i = 0; i < kept; i++) {
        if (i > 0) {
            spk_buf_append_char(&out, '/');
        }
        spk_buf_append(&out, segments.items[i]);
    }
    if (ends_in_folder && kept > 0) {
        spk_buf_append_char(&out, '/');
    }
    struct spk_view path = out.len ? spk_arena_dup(arena, spk_buf_view(&out)) : SPK_V("/");
    spk_buf_deinit(&out);
    return path;
}

static struct spk_view join_path(struct spk_arena *arena, struct spk_view base,
                                 struct spk_view path)
{
    struct segments segments = split_path(arena, path);
    if (path.len == 0 || path.at[0] != '/') {
        segments = chain(arena, split_path(arena, base), segments);
    }
    return resolve_dots(arena, segments);
}

/* Takes over from the base what a reference without a host leaves open. Neither path has its
 * parameters any more. */
static void inherit(struct spk_arena *arena, const struct spk_url *base, struct spk_url *url,
                    bool has_place)
{
    if (IS_AMONG(url->scheme, host_schemes)) {
        url->netloc = base->netloc;
    }
    if (has_place) {
        url->path = join_path(arena, base->path, url->path);
    } else {
        url->path = base->path;
        url->query = url->query.len ? url->query : base->query;
    }
}

spk_rc spk_url_join(struct spk_arena *arena, struct spk_view base_text, struct spk_view reference,
                    struct spk_view *out, struct spk_error *err)
{
    if (base_text.len == 0 || reference.len == 0) {
        *out = base_text.len == 0 ? reference : base_text;
        return SPK_OK;
    }
    struct spk_url base = {0};
    struct spk_url url = {0};
    spk_rc rc = spk_url_split(arena, base_text, &base, err);
    if (!rc) {
        rc = spk_url_split(arena, reference, &url, err);
    }
    if (rc) {
        return rc;
    }
    if (url.scheme.len == 0) {
        url.scheme = base.scheme;
    }
    if (!spk_view_equal(url.scheme, base.scheme) || !IS_AMONG(url.scheme, relative_schemes)) {
        *out = reference;
        return SPK_OK;
    }
    struct spk_view base_parameters = cut_parameters(&base);
    struct spk_view parameters = cut_parameters(&url);
    bool has_own_host = IS_AMONG(url.scheme, host_schemes) && url.netloc.len > 0;
    if (!has_own_host) {
        bool has_place = url.path.len > 0 || parameters.len > 0;
        inherit(arena, &base, &url, has_place);
        parameters = has_place ? parameters : base_parameters;
    }
    if (parameters.len > 0) {
        url.path = spk_arena_printf(arena, "%.*s;%.*s", SPK_FMT(url.path), SPK_FMT(parameters));
    }
    *out = spk_url_unsplit(arena, &url);
    return SPK_OK;
}

/* Where the host begins: behind the last "@". */
static size_t host_start(struct spk_view netloc)
{
    size_t start = netloc.len;
    while (start > 0 && netloc.at[start - 1] != '@') {
        start--;
    }
    return start;
}

struct spk_view spk_url_userinfo(struct spk_view netloc)
{
    size_t start = host_start(netloc);
    return start > 0 ? spk_view_slice(netloc, 0, start - 1) : (struct spk_view){0};
}

struct spk_view spk_url_host(struct spk_view netloc)
{
    struct spk_view rest = spk_view_slice(netloc, host_start(netloc), netloc.len);
    if (rest.len > 0 && rest.at[0] == '[') {
        rest = spk_view_slice(rest, 1, rest.len);
        return cut_before(&rest, "]");
    }
    return cut_before(&rest, ":");
}

struct spk_view spk_url_port(struct spk_view netloc)
{
    struct spk_view host = spk_url_host(netloc);
    struct spk_view rest = netloc;
    if (host.at) {
        rest = spk_view_slice(netloc, (size_t)(host.at - netloc.at) + host.len, netloc.len);
    }
    cut_before(&rest, ":");
    return spk_view_slice(rest, 1, rest.len);
}
