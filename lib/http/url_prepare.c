#include "http/http_internal.h"

#include "http/url.h"

/* What urllib3 lets stand in each part, beside letters, digits and "_.-~". */
static const char userinfo_safe[] = "!$&'()*+,;=:";
static const char path_safe[] = "!$&'()*+,;=:@/";
static const char query_safe[] = "!$&'()*+,;=:@/?";

/* True where every "%" begins an escape. */
static bool all_escaped(struct spk_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '%' && (text.len - i < 3 || spk_url_hex(text.at[i + 1]) < 0 ||
                                  spk_url_hex(text.at[i + 2]) < 0)) {
            return false;
        }
    }
    return true;
}

/* Quotes what is not allowed. Escapes stay (in upper case) where every "%" begins one; otherwise
 * every "%" is taken for a plain character. */
static void append_part(struct spk_buf *out, struct spk_view text, const char *safe)
{
    if (!text.len || !memchr(text.at, '%', text.len)) {
        spk_url_quote(out, text, safe);
        return;
    }
    const char *percent = all_escaped(text) ? "%" : "%25";
    struct spk_view rest = text;
    spk_url_quote(out, spk_view_cut(&rest, '%'), safe);
    while (rest.at) {
        struct spk_view piece = spk_view_cut(&rest, '%');
        bool hex = piece.len > 1 && spk_url_hex(piece.at[0]) >= 0 && spk_url_hex(piece.at[1]) >= 0;
        spk_buf_append_str(out, percent);
        for (size_t i = 0; hex && i < 2; i++) {
            char digit = piece.at[i];
            spk_buf_append_char(out, digit >= 'a' ? (char)(digit - 0x20) : digit);
        }
        spk_url_quote(out, spk_view_slice(piece, hex ? 2 : 0, piece.len), safe);
    }
}

/* Removes the last segment that was written behind `start`. */
static void drop_segment(struct spk_buf *out, size_t start)
{
    while (out->len > start && out->at[out->len - 1] != '/') {
        out->len--;
    }
    out->len -= out->len > start;
}

/* The path without "." and "..", beginning with "/". */
static void remove_dots(struct spk_buf *out, struct spk_view path)
{
    size_t start = out->len;
    struct spk_view rest = path;
    if (rest.len > 0 && rest.at[0] == '/') {
        rest = spk_view_slice(rest, 1, rest.len);
    }
    bool folder = false;
    while (rest.at) {
        struct spk_view segment = spk_view_cut(&rest, '/');
        folder = spk_view_is(segment, ".") || spk_view_is(segment, "..");
        if (segment.len == 2 && folder) {
            drop_segment(out, start);
        } else if (!folder) {
            spk_buf_append_char(out, '/');
            spk_buf_append(out, segment);
        }
    }
    if (folder || out->len == start) {
        spk_buf_append_char(out, '/');
    }
}

static bool parse_port(struct spk_view text, int64_t *port)
{
    *port = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
    }
    while (text.len > 1 && text.at[0] == '0') {
        text = spk_view_slice(text, 1, text.len);
    }
    return text.len == 0 || spk_parse_i64(text, 0, 65535, port);
}

/* "[address]" or "[address%zone]" in lower case but for the zone. */
static bool append_ipv6(struct spk_buf *out, struct spk_arena *arena, struct spk_view host)
{
    struct spk_view zone = host;
    struct spk_view address = spk_view_cut(&zone, '%');
    if (!spk_url_is_ipv6(address)) {
        return false;
    }
    spk_buf_append_char(out, '[');
    spk_buf_append(out, spk_view_lower(arena, address));
    if (zone.at) {
        if (zone.len > 2 && spk_view_starts(zone, SPK_V("25"))) {
            zone = spk_view_slice(zone, 2, zone.len);
        }
        if (zone.len == 0 || !all_escaped(zone)) {
            return false;
        }
        spk_buf_append_char(out, '%');
        append_part(out, zone, "");
    }
    spk_buf_append_char(out, ']');
    return true;
}

static bool append_name(struct spk_buf *out, struct spk_arena *arena, struct spk_view host)
{
    if (host.len == 0 || host.at[0] == '*' || host.at[0] == '.' || !all_escaped(host)) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        if ((host.at[i] & 0x80) || strchr("[]:/?#", host.at[i])) {
            return false;
        }
    }
    spk_buf_append(out, spk_view_lower(arena, host));
    return true;
}

/* user:password@host:port */
static bool append_netloc(struct spk_buf *out, struct spk_arena *arena, struct spk_view netloc)
{
    struct spk_view userinfo = spk_url_userinfo(netloc);
    if (userinfo.len > 0) {
        append_part(out, userinfo, userinfo_safe);
        spk_buf_append_char(out, '@');
    }
    struct spk_view place = spk_view_slice(netloc, userinfo.at ? userinfo.len + 1 : 0, netloc.len);
    struct spk_view host = spk_url_host(netloc);
    bool bracketed = place.len > 0 && place.at[0] == '[';
    struct spk_view behind = spk_view_slice(place, host.len + (bracketed ? 2 : 0), place.len);
    int64_t port = 0;
    bool closed = !bracketed || place.len >= host.len + 2;
    if (!closed || (behind.len > 0 && behind.at[0] != ':') ||
        !parse_port(spk_view_slice(behind, 1, behind.len), &port)) {
        return false;
    }
    if (!(bracketed ? append_ipv6(out, arena, host) : append_name(out, arena, host))) {
        return false;
    }
    if (port > 0) {
        spk_buf_append_char(out, ':');
        spk_buf_append_i64(out, port);
    }
    return true;
}

/* Takes the "http://" or "https://" in any case off *rest; the scheme in lower case. */
static struct spk_view cut_scheme(struct spk_view *rest)
{
    static const struct spk_view schemes[] = {SPK_VIEW("https"), SPK_VIEW("http")};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t len = schemes[i].len;
        if (spk_view_equal_nocase(spk_view_slice(*rest, 0, len), schemes[i]) &&
            spk_view_is(spk_view_slice(*rest, len, len + 3), "://")) {
            *rest = spk_view_slice(*rest, len + 3, rest->len);
            return schemes[i];
        }
    }
    return (struct spk_view){0};
}

static struct spk_view cut_netloc(struct spk_view *rest)
{
    size_t len = 0;
    while (len < rest->len && (!rest->at[len] || !strchr("\\/?#", rest->at[len]))) {
        len++;
    }
    struct spk_view netloc = spk_view_slice(*rest, 0, len);
    *rest = spk_view_slice(*rest, len, rest->len);
    return netloc;
}

/* Path, query with `more` behind it, and fragment. */
static void append_target(struct spk_buf *out, struct spk_view target, struct spk_view more)
{
    struct spk_buf path = {0};
    struct spk_view fragment = target;
    struct spk_view query = target.len ? spk_view_cut(&fragment, '#') : target;
    struct spk_view raw_path = query.len ? spk_view_cut(&query, '?') : query;
    remove_dots(&path, raw_path);
    append_part(out, spk_buf_view(&path), path_safe);
    spk_buf_deinit(&path);
    if (query.len > 0 && raw_path.at != query.at) {
        spk_buf_append_char(out, '?');
        append_part(out, query, query_safe);
    }
    if (more.len > 0) {
        spk_buf_append_char(out, query.len > 0 ? '&' : '?');
        spk_buf_append(out, more);
    }
    if (fragment.len > 0) {
        spk_buf_append_char(out, '#');
        append_part(out, fragment, query_safe);
    }
}

static spk_rc refuse(struct spk_error *err, const char *what)
{
    spk_error_set(err, SPK_ECONFIG, "%s", what);
    spk_error_hint(err, "write a whole URL: https://host/path");
    return SPK_ECONFIG;
}

spk_rc spk_url_prepare(struct spk_arena *arena, struct spk_view url, struct spk_view query,
                       struct spk_view *out, struct spk_error *err)
{
    struct spk_view rest = spk_view_trim(url);
    rest.len = url.at ? (size_t)(url.at + url.len - rest.at) : 0;
    struct spk_view scheme = cut_scheme(&rest);
    if (scheme.len == 0) {
        return refuse(err, "the URL does not begin with http:// or https://");
    }
    struct spk_buf whole = {0};
    spk_buf_reserve(&whole, url.len + query.len + scheme.len);
    spk_buf_append(&whole, scheme);
    spk_buf_append_str(&whole, "://");
    if (!append_netloc(&whole, arena, cut_netloc(&rest))) {
        spk_buf_deinit(&whole);
        return refuse(err, "the URL's host or port is not valid");
    }
    append_target(&whole, rest, query);
    struct spk_buf quoted = {0};
    spk_buf_reserve(&quoted, whole.len);
    spk_url_requote(&quoted, spk_buf_view(&whole));
    *out = spk_arena_dup(arena, spk_buf_view(&quoted));
    spk_buf_deinit(&whole);
    spk_buf_deinit(&quoted);
    return SPK_OK;
}
