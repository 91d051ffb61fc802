#ifndef SPK_SOURCE_EXCHANGE_CACHE_H
#define SPK_SOURCE_EXCHANGE_CACHE_H
/*
 * Answers kept for one run, so that a parent stream that several streams read, or that is read
 * itself as well, sends each request once. Who asks for what is already under way waits for the
 * same answer.
 *
 * Only GET and HEAD with status 200 are kept, by stream, method, URL, headers (but for credentials)
 * and body. Up to 64 MiB stay in memory, then up to 4 GiB go to an unlinked temporary file; what
 * does not fit any more, and more than 64 MiB of addresses and headers, is simply asked for again.
 *
 * Thread-safe. Internal to src/source.
 */
#include "http/http.h"

struct spk_cache;
struct spk_cache_entry;

struct spk_cache *spk_cache_create(struct spk_http *http);
/* Before the client is destroyed. */
void spk_cache_destroy(struct spk_cache *cache);

struct spk_cache_start {
    struct spk_cache_entry *entry; /* NULL: this request is not for the cache; nothing was done */
    bool sent;                     /* the answer was not there: the request was sent */
};

/* Whether start would find the answer, there or on its way. */
bool spk_cache_holds(struct spk_cache *cache, struct spk_view stream,
                     const struct spk_http_request *request);
/* Finds the answer, or sends the request. The request's views must live until wait returned. */
spk_rc spk_cache_start(struct spk_cache *cache, struct spk_view stream,
                       const struct spk_http_request *request, struct spk_cache_start *out,
                       struct spk_error *err);
/* As spk_http_wait. Sends the request again where another's failed. An entry that is not waited for
 * serves others, or ends with the cache. */
spk_rc spk_cache_wait(struct spk_cache *cache, struct spk_cache_entry *entry,
                      const struct spk_http_request *request, struct spk_http_response *answer,
                      struct spk_error *err);

#endif
