#include "cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/memory.h"

#define MEMORY_LIMIT  (INT64_C(64) << 20)
#define ADDRESS_LIMIT (INT64_C(64) << 20)
#define FILE_LIMIT    (INT64_C(4) << 30)

enum state {
    ABSENT,  /* no answer, nobody asked */
    SENT,    /* the request is out; nobody waits */
    AWAITED, /* somebody waits for it */
    KEPT,    /* the answer is here */
};

struct spk_cache_entry {
    enum state state;
    struct spk_http_call *call; /* SENT */
    struct spk_arena arena;     /* body of the request; url and headers of the answer */
    struct spk_view request_body;
    int status;
    struct spk_view url;
    struct spk_http_header *headers;
    size_t headers_len;
    char *body; /* in memory, or NULL: at `offset` of the file */
    size_t body_len;
    int64_t offset;
};

struct spk_cache {
    struct spk_http *http;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct spk_map entries;
    int64_t in_memory, addresses, in_file;
    FILE *file; /* made on first use */
};

struct spk_cache *spk_cache_create(struct spk_http *http)
{
    struct spk_cache *cache = spk_memory_zalloc(sizeof(*cache));
    cache->http = http;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->changed, NULL);
    return cache;
}

static void destroy_entry(struct spk_cache_entry *entry)
{
    if (entry->call)
        spk_http_call_destroy(entry->call);
    free(entry->body);
    spk_arena_deinit(&entry->arena);
    free(entry);
}

void spk_cache_destroy(struct spk_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->entries.len; i++)
        destroy_entry(cache->entries.entries[i].value);
    spk_map_deinit(&cache->entries);
    if (cache->file)
        fclose(cache->file);
    pthread_mutex_destroy(&cache->lock);
    pthread_cond_destroy(&cache->changed);
    free(cache);
}

static bool is_credential(struct spk_view name)
{
    return spk_view_equal_nocase(name, SPK_V("authorization")) ||
           spk_view_equal_nocase(name, SPK_V("x-api-key"));
}

static void add_part(struct spk_buf *key, struct spk_view part)
{
    spk_buf_append_i64(key, (int64_t)part.len);
    spk_buf_append_char(key, ':');
    spk_buf_append(key, part);
}

static void make_key(struct spk_buf *key, struct spk_view stream,
                     const struct spk_http_request *request)
{
    add_part(key, stream);
    add_part(key, request->method);
    add_part(key, request->url);
    for (size_t i = 0; i < request->headers_len; i++) {
        if (is_credential(request->headers[i].name))
            continue;
        add_part(key, request->headers[i].name);
        add_part(key, request->headers[i].value);
    }
    add_part(key, request->body);
}

static bool is_cacheable(const struct spk_http_request *request)
{
    return spk_view_is(request->method, "GET") || spk_view_is(request->method, "HEAD");
}

bool spk_cache_holds(struct spk_cache *cache, struct spk_view stream,
                     const struct spk_http_request *request)
{
    struct spk_buf key = {0};
    if (!is_cacheable(request))
        return false;
    make_key(&key, stream, request);
    pthread_mutex_lock(&cache->lock);
    const struct spk_cache_entry *entry = spk_map_get(&cache->entries, spk_buf_view(&key));
    bool holds = entry && entry->state != ABSENT;
    pthread_mutex_unlock(&cache->lock);
    spk_buf_deinit(&key);
    return holds;
}

/* With the lock held. NULL where no more entries are kept. */
static struct spk_cache_entry *find_or_add(struct spk_cache *cache, struct spk_view stream,
                                           const struct spk_http_request *request)
{
    struct spk_buf key = {0};
    make_key(&key, stream, request);
    struct spk_cache_entry *entry = spk_map_get(&cache->entries, spk_buf_view(&key));
    if (!entry && cache->addresses < ADDRESS_LIMIT) {
        entry = spk_memory_zalloc(sizeof(*entry));
        entry->request_body = spk_arena_dup(&entry->arena, request->body);
        cache->addresses += (int64_t)(key.len + sizeof(*entry) + request->body.len);
        spk_map_set(&cache->entries, spk_buf_view(&key), entry);
    }
    spk_buf_deinit(&key);
    return entry;
}

/* With the lock held. */
static spk_rc send(struct spk_cache *cache, struct spk_cache_entry *entry,
                   const struct spk_http_request *request, struct spk_error *err)
{
    struct spk_http_request own = *request;
    if (request->body.at)
        own.body = entry->request_body;
    spk_rc rc = spk_http_start(cache->http, &own, &entry->call, err);
    if (!rc)
        entry->state = SENT;
    return rc;
}

spk_rc spk_cache_start(struct spk_cache *cache, struct spk_view stream,
                       const struct spk_http_request *request, struct spk_cache_start *out,
                       struct spk_error *err)
{
    *out = (struct spk_cache_start){0};
    if (!is_cacheable(request))
        return SPK_OK;
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&cache->lock);
    struct spk_cache_entry *entry = find_or_add(cache, stream, request);
    if (entry && entry->state == ABSENT) {
        rc = send(cache, entry, request, err);
        out->sent = !rc;
    }
    pthread_mutex_unlock(&cache->lock);
    if (!rc)
        out->entry = entry;
    return rc;
}

static bool spill(struct spk_cache *cache, struct spk_view body, int64_t *offset)
{
    if (cache->in_file + (int64_t)body.len > FILE_LIMIT)
        return false;
    if (!cache->file)
        cache->file = tmpfile();
    if (!cache->file)
        return false;
    for (size_t done = 0; done < body.len;) {
        ssize_t n = pwrite(fileno(cache->file), body.at + done, body.len - done,
                           cache->in_file + (int64_t)done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    *offset = cache->in_file;
    cache->in_file += (int64_t)body.len;
    return true;
}

/* With the lock held. A body that cannot be kept leaves the entry absent. */
static void keep(struct spk_cache *cache, struct spk_cache_entry *entry,
                 const struct spk_http_response *answer)
{
    struct spk_view body = spk_buf_view(&answer->body);
    entry->state = ABSENT;
    if (cache->in_memory + (int64_t)body.len <= MEMORY_LIMIT) {
        entry->body = spk_memory_zalloc(body.len + 1);
        if (body.len > 0)
            memcpy(entry->body, body.at, body.len);
        cache->in_memory += (int64_t)body.len;
    } else if (!spill(cache, body, &entry->offset)) {
        return;
    }
    entry->body_len = body.len;
    entry->status = answer->status;
    entry->url = spk_arena_dup(&entry->arena, answer->url);
    entry->headers_len = answer->headers_len;
    entry->headers =
        spk_arena_array(&entry->arena, answer->headers_len + 1, sizeof(*entry->headers));
    for (size_t i = 0; i < answer->headers_len; i++) {
        entry->headers[i].name = spk_arena_dup(&entry->arena, answer->headers[i].name);
        entry->headers[i].value = spk_arena_dup(&entry->arena, answer->headers[i].value);
    }
    cache->addresses += (int64_t)entry->arena.used;
    entry->state = KEPT;
}

static spk_rc read_body(struct spk_cache *cache, const struct spk_cache_entry *entry,
                        struct spk_buf *out, struct spk_error *err)
{
    if (entry->body) {
        spk_buf_append(out, (struct spk_view){entry->body, entry->body_len});
        return SPK_OK;
    }
    char *room = spk_buf_reserve(out, entry->body_len);
    for (size_t done = 0; done < entry->body_len;) {
        ssize_t n = pread(fileno(cache->file), room + done, entry->body_len - done,
                          entry->offset + (int64_t)done);
        if (n <= 0)
            return spk_error_set(err, SPK_ESYSTEM, "cannot read back an answer that was kept");
        done += (size_t)n;
    }
    out->len += entry->body_len;
    return SPK_OK;
}

/* An entry that is kept does not change any more: no lock is needed. */
static spk_rc copy_out(struct spk_cache *cache, const struct spk_cache_entry *entry,
                       struct spk_http_response *answer, struct spk_error *err)
{
    spk_http_response_deinit(answer);
    *answer = (struct spk_http_response){.status = entry->status};
    answer->url = spk_arena_dup(&answer->arena, entry->url);
    answer->headers = spk_memory_grow(NULL, &answer->headers_cap, entry->headers_len + 1,
                                      sizeof(*answer->headers));
    answer->headers_len = entry->headers_len;
    for (size_t i = 0; i < entry->headers_len; i++) {
        answer->headers[i].name = spk_arena_dup(&answer->arena, entry->headers[i].name);
        answer->headers[i].value = spk_arena_dup(&answer->arena, entry->headers[i].value);
    }
    return read_body(cache, entry, &answer->body, err);
}

/* Waits for the call in this thread, without the lock; comes back with it. */
static spk_rc await(struct spk_cache *cache, struct spk_cache_entry *entry,
                    struct spk_http_response *answer, struct spk_error *err)
{
    struct spk_http_call *call = entry->call;
    entry->call = NULL;
    entry->state = AWAITED;
    pthread_mutex_unlock(&cache->lock);
    spk_rc rc = spk_http_wait(call, answer, err);
    spk_http_call_destroy(call);
    pthread_mutex_lock(&cache->lock);
    entry->state = ABSENT;
    if (!rc && answer->status == 200)
        keep(cache, entry, answer);
    pthread_cond_broadcast(&cache->changed);
    return rc;
}

spk_rc spk_cache_wait(struct spk_cache *cache, struct spk_cache_entry *entry,
                      const struct spk_http_request *request, struct spk_http_response *answer,
                      struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&cache->lock);
    while (entry->state == AWAITED)
        pthread_cond_wait(&cache->changed, &cache->lock);
    if (entry->state == KEPT) {
        pthread_mutex_unlock(&cache->lock);
        return copy_out(cache, entry, answer, err);
    }
    if (entry->state == ABSENT)
        rc = send(cache, entry, request, err);
    if (!rc)
        rc = await(cache, entry, answer, err);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}
