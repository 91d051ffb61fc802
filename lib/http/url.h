#ifndef SPK_HTTP_URL_H
#define SPK_HTTP_URL_H
/*
 * URLs as Python's urllib.parse and the requests package treat them; the goldens of test/ were
 * written by both. Texts are bytes, meant as UTF-8. No locks: any thread with its own arena.
 */
#include "base/arena.h"
#include "base/buf.h"

/* ---- parts ---- */

/* A part that is absent and one that is empty are the same. */
struct spk_url {
    struct spk_view scheme;   /* lower case */
    struct spk_view netloc;   /* user:password@host:port */
    struct spk_view path;     /* with its ";parameters" */
    struct spk_view query;    /* without "?" */
    struct spk_view fragment; /* without "#" */
};

/* urlsplit. Views of the text or of the arena. EDATA for a bracketed host that is no address. */
spk_rc spk_url_split(struct spk_arena *arena, struct spk_view text, struct spk_url *out,
                     struct spk_error *err);
/* urlunsplit */
struct spk_view spk_url_unsplit(struct spk_arena *arena, const struct spk_url *url);
/* urljoin: what `reference` means in a document at `base`. EDATA as split. */
spk_rc spk_url_join(struct spk_arena *arena, struct spk_view base, struct spk_view reference,
                    struct spk_view *out, struct spk_error *err);
/* Of a netloc: the host without brackets (case as written), the port's digits, the user info. */
struct spk_view spk_url_host(struct spk_view netloc);
struct spk_view spk_url_port(struct spk_view netloc);
struct spk_view spk_url_userinfo(struct spk_view netloc); /* at NULL where there is none */

/* ---- quoting; all append to `out` ---- */

/* quote: letters, digits, "_.-~" and the ASCII characters in `safe` stay. Python's default is "/".
 */
void spk_url_quote(struct spk_buf *out, struct spk_view text, const char *safe);
/* quote_plus: the same, and a space becomes "+". Python's default for `safe` is "". */
void spk_url_quote_plus(struct spk_buf *out, struct spk_view text, const char *safe);
/* unquote_to_bytes; with `plus` unquote_plus's "+" is a space first. */
void spk_url_unquote(struct spk_buf *out, struct spk_view text, bool plus);
/* requests.utils.requote_uri */
void spk_url_requote(struct spk_buf *out, struct spk_view url);

/* ---- queries ---- */

/* One "key=value" of urlencode, with "&" in front where `out` is not empty. What requests does with
 * lists (the key again for each item) and None (left out) is the caller's loop. */
void spk_url_query_append(struct spk_buf *out, struct spk_view key, struct spk_view value);

struct spk_url_pair {
    struct spk_view key, value; /* still quoted; value at NULL where there is no "=" */
};

/* The next non-empty piece between "&", as parse_qsl; false at the end. */
bool spk_url_query_next(struct spk_view *rest, struct spk_url_pair *pair);

/* ---- what is sent ---- */

/*
 * PreparedRequest.prepare_url: checks the URL, lower-cases scheme and host, takes out dot segments,
 * quotes what may not stand there, drops a port 0, adds `query` (already encoded, may be empty).
 * ECONFIG for all but a whole http or https URL, and for a host that is not ASCII (where requests
 * would convert it: its xn-- form is wanted). The text does not repeat the URL.
 */
spk_rc spk_url_prepare(struct spk_arena *arena, struct spk_view url, struct spk_view query,
                       struct spk_view *out, struct spk_error *err);

#endif
