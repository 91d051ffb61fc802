/* What all stores have in common: keys, prefixes, hashes, errors that name the key. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "base/memory.h"
#include "objstore/objstore_internal.h"

enum { GET_STEP = 64 * 1024 };

static const struct {
    struct spk_view scheme;
    spk_rc (*open)(const char *path, struct spk_objstore **out, struct spk_error *err);
} schemes[] = {
    {SPK_VIEW("file:"), spk_objstore_file_open},
    {SPK_VIEW("memory:"), spk_objstore_memory_open},
};

/* ---- keys ---- */

/* A key with the store's prefix in front. */
struct full_key {
    char at[SPK_OBJSTORE_KEY_MAX];
    struct spk_view view;
};

static spk_rc make_full(const struct spk_objstore *store, struct spk_view key,
                        struct full_key *full, struct spk_error *err)
{
    spk_rc rc = spk_objstore_key_check(key, err);
    if (rc != SPK_OK)
        return rc;
    size_t prefix_len = strlen(store->prefix);
    if (prefix_len + key.len > sizeof(full->at))
        return spk_error_set(err, SPK_EDATA,
                             "the prefix and the key \"%.*s\" have more than 1024 "
                             "bytes",
                             SPK_FMT(key));
    memcpy(full->at, store->prefix, prefix_len);
    memcpy(full->at + prefix_len, key.at, key.len);
    full->view = spk_view_make(full->at, prefix_len + key.len);
    return spk_objstore_key_check(full->view, err);
}

static struct spk_view without_prefix(const struct spk_objstore *store, struct spk_view key)
{
    return spk_view_slice(key, strlen(store->prefix), key.len);
}

static char *copy_text(struct spk_view text)
{
    char *copy = spk_memory_zalloc(text.len + 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

/* Puts the store, the act and the key in front of the fact. */
static spk_rc finish(const struct spk_objstore *store, const char *act, struct spk_view key,
                     spk_rc rc, struct spk_error *err)
{
    if (rc == SPK_OK)
        return SPK_OK;
    return spk_error_context(err, rc, "%s: %s \"%.*s\"", store->ops->name, act, SPK_FMT(key));
}

static spk_rc missing(bool *found, struct spk_error *err)
{
    if (!found)
        return spk_error_set(err, SPK_EDATA, "no such object");
    *found = false;
    return SPK_OK;
}

/* ---- opening ---- */

static spk_rc check_prefix(const char *prefix, struct spk_error *err)
{
    struct spk_buf probe = {0};
    spk_buf_append_str(&probe, prefix);
    spk_buf_append_char(&probe, 'x');
    spk_rc rc = spk_objstore_key_check(spk_buf_view(&probe), err);
    spk_buf_deinit(&probe);
    if (rc == SPK_OK)
        return SPK_OK;
    if (err)
        err->rc = SPK_ECONFIG;
    spk_error_context(err, SPK_ECONFIG, "prefix \"%s\"", prefix);
    spk_error_hint(err, "write a prefix like raw/v1/");
    return SPK_ECONFIG;
}

spk_rc spk_objstore_open(const struct spk_objstore_options *options, struct spk_objstore **out,
                         struct spk_error *err)
{
    struct spk_view url = spk_view_of(options->url);
    const char *prefix = options->prefix ? options->prefix : "";
    struct spk_objstore *store = NULL;
    spk_rc rc = check_prefix(prefix, err);
    for (size_t i = 0; rc == SPK_OK && i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (!spk_view_starts(url, schemes[i].scheme))
            continue;
        rc = schemes[i].open(options->url + schemes[i].scheme.len, &store, err);
        if (rc != SPK_OK)
            return rc;
        struct spk_buf text = {0};
        spk_buf_printf(&text, "%s%s%s", store->description, *prefix ? " prefix " : "", prefix);
        free(store->description);
        store->description = copy_text(spk_buf_view(&text));
        store->prefix = copy_text(spk_view_of(prefix));
        store->relaxed = options->relaxed;
        spk_buf_deinit(&text);
        *out = store;
        return SPK_OK;
    }
    if (rc != SPK_OK)
        return rc;
    struct spk_view scheme = url; /* what follows the scheme may hold credentials */
    scheme = spk_view_slice(spk_view_cut(&scheme, ':'), 0, 32);
    spk_error_set(err, SPK_ECONFIG, "no object store for a URL that begins with \"%.*s:\"",
                  SPK_FMT(scheme));
    spk_error_hint(err, "known are file:///PATH and memory:");
    return SPK_ECONFIG;
}

void spk_objstore_destroy(struct spk_objstore *store)
{
    if (!store)
        return;
    free(store->prefix);
    free(store->description);
    store->ops->destroy(store);
}

const char *spk_objstore_describe(const struct spk_objstore *store)
{
    return store->description;
}

/* ---- writing ---- */

spk_rc spk_objstore_writer_open(struct spk_objstore *store, const struct spk_objstore_put *put,
                                struct spk_objstore_writer **out, struct spk_error *err)
{
    struct full_key full;
    struct spk_objstore_writer *writer = NULL;
    spk_rc rc = make_full(store, put->key, &full, err);
    if (rc == SPK_OK) {
        struct spk_objstore_put full_put = {full.view, put->if_absent};
        rc = store->ops->writer_open(store, &full_put, &writer, err);
    }
    if (rc != SPK_OK)
        return finish(store, "put", put->key, rc, err);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    int started = hash ? EVP_DigestInit_ex(hash, EVP_sha256(), NULL) : 0;
    if (started != 1)
        abort(); /* memory is missing */
    writer->store = store;
    writer->key = copy_text(full.view);
    writer->hash = hash;
    writer->if_absent = put->if_absent;
    *out = writer;
    return SPK_OK;
}

static spk_rc finish_writer(const struct spk_objstore_writer *writer, spk_rc rc,
                            struct spk_error *err)
{
    struct spk_view key = without_prefix(writer->store, spk_view_of(writer->key));
    return finish(writer->store, "put", key, rc, err);
}

spk_rc spk_objstore_writer_write(struct spk_objstore_writer *writer, struct spk_view bytes,
                                 struct spk_error *err)
{
    assert(!writer->failed);
    if (bytes.len == 0)
        return SPK_OK;
    spk_rc rc = writer->store->ops->write(writer, bytes, err);
    writer->failed = rc != SPK_OK;
    if (rc != SPK_OK)
        return finish_writer(writer, rc, err);
    EVP_DigestUpdate((EVP_MD_CTX *)writer->hash, bytes.at, bytes.len);
    writer->size += bytes.len;
    return SPK_OK;
}

static void hash_hex(EVP_MD_CTX *hash, char out[SPK_OBJSTORE_SHA256])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    int done = EVP_DigestFinal_ex(hash, bytes, &len);
    assert(done == 1 && len == SPK_OBJSTORE_SHA256 / 2);
    (void)done;
    for (unsigned int i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[SPK_OBJSTORE_SHA256 - 1] = '\0';
}

spk_rc spk_objstore_writer_finish(struct spk_objstore_writer *writer,
                                  struct spk_objstore_written *written, struct spk_error *err)
{
    assert(!writer->failed && (written || !writer->if_absent));
    struct spk_objstore_written result = {.size = writer->size};
    hash_hex((EVP_MD_CTX *)writer->hash, result.sha256);
    spk_rc rc = writer->store->ops->finish(writer, &result, err);
    rc = finish_writer(writer, rc, err);
    if (rc == SPK_OK && written)
        *written = result;
    spk_objstore_writer_abort(writer);
    return rc;
}

void spk_objstore_writer_abort(struct spk_objstore_writer *writer)
{
    if (!writer)
        return;
    char *key = writer->key;
    EVP_MD_CTX_free((EVP_MD_CTX *)writer->hash);
    writer->store->ops->writer_destroy(writer);
    free(key);
}

spk_rc spk_objstore_put(struct spk_objstore *store, const struct spk_objstore_put *put,
                        struct spk_view bytes, struct spk_objstore_written *written,
                        struct spk_error *err)
{
    struct spk_objstore_writer *writer = NULL;
    spk_rc rc = spk_objstore_writer_open(store, put, &writer, err);
    if (rc != SPK_OK)
        return rc;
    rc = spk_objstore_writer_write(writer, bytes, err);
    if (rc == SPK_OK)
        return spk_objstore_writer_finish(writer, written, err);
    spk_objstore_writer_abort(writer);
    return rc;
}

spk_rc spk_objstore_copy(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                         struct spk_objstore_written *written, struct spk_error *err)
{
    assert(written || !copy->if_absent);
    struct full_key from, to;
    struct spk_objstore_written result = {0};
    spk_rc rc = make_full(store, copy->from, &from, err);
    if (rc == SPK_OK)
        rc = make_full(store, copy->to, &to, err);
    if (rc == SPK_OK) {
        struct spk_objstore_copy full = {from.view, to.view, copy->if_absent};
        rc = store->ops->copy(store, &full, &result, err);
    }
    if (rc != SPK_OK)
        return spk_error_context(err, rc, "%s: copy \"%.*s\" to \"%.*s\"", store->ops->name,
                                 SPK_FMT(copy->from), SPK_FMT(copy->to));
    if (written)
        *written = result;
    return SPK_OK;
}

spk_rc spk_objstore_delete(struct spk_objstore *store, struct spk_view key, struct spk_error *err)
{
    return spk_objstore_delete_many(store, &key, 1, err);
}

spk_rc spk_objstore_delete_many(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                                struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view *full_keys = spk_arena_array(&arena, n, sizeof(*full_keys));
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < n; i++) {
        struct full_key full;
        rc = make_full(store, keys[i], &full, err);
        if (rc == SPK_OK)
            full_keys[i] = spk_arena_dup(&arena, full.view);
    }
    if (rc == SPK_OK && n > 0)
        rc = store->ops->delete_many(store, full_keys, n, err);
    spk_arena_deinit(&arena);
    if (rc != SPK_OK)
        spk_error_context(err, rc, "%s: delete", store->ops->name);
    return rc;
}

/* ---- reading ---- */

spk_rc spk_objstore_reader_open(struct spk_objstore *store, const struct spk_objstore_get *get,
                                struct spk_objstore_reader **out, struct spk_error *err)
{
    struct full_key full;
    struct spk_objstore_reader *reader = NULL;
    spk_rc rc = make_full(store, get->key, &full, err);
    if (rc == SPK_OK) {
        struct spk_objstore_get full_get = {full.view, get->offset, get->length};
        rc = store->ops->reader_open(store, &full_get, &reader, err);
    }
    if (rc != SPK_OK)
        return finish(store, "get", get->key, rc, err);
    if (reader) {
        reader->store = store;
        reader->key = copy_text(full.view);
    }
    *out = reader;
    return SPK_OK;
}

spk_rc spk_objstore_reader_read(struct spk_objstore_reader *reader, void *at, size_t cap, size_t *n,
                                struct spk_error *err)
{
    assert(cap > 0);
    struct spk_view key = without_prefix(reader->store, spk_view_of(reader->key));
    spk_rc rc = reader->store->ops->read(reader, at, cap, n, err);
    return finish(reader->store, "get", key, rc, err);
}

void spk_objstore_reader_close(struct spk_objstore_reader *reader)
{
    if (!reader)
        return;
    free(reader->key);
    reader->store->ops->reader_close(reader);
}

/* Reads the next bytes; where the buffer is full, one more byte is one too many. */
static spk_rc read_step(struct spk_objstore_reader *reader, struct spk_buf *out, size_t *n,
                        struct spk_error *err)
{
    size_t room = GET_STEP;
    char one_more;
    if (out->limit && out->limit - out->len < room)
        room = out->limit - out->len;
    if (room > 0) {
        spk_rc rc = spk_objstore_reader_read(reader, spk_buf_reserve(out, room), room, n, err);
        out->len += rc == SPK_OK ? *n : 0;
        return rc;
    }
    spk_rc rc = spk_objstore_reader_read(reader, &one_more, 1, n, err);
    if (rc != SPK_OK || *n == 0)
        return rc;
    return spk_error_set(err, SPK_EDATA, "%s: get \"%s\": larger than the limit of %zu bytes",
                         reader->store->ops->name, reader->key, out->limit);
}

spk_rc spk_objstore_get(struct spk_objstore *store, const struct spk_objstore_get *get,
                        struct spk_buf *out, bool *found, struct spk_error *err)
{
    struct spk_objstore_reader *reader = NULL;
    size_t old_len = out->len, n = 1;
    spk_rc rc = spk_objstore_reader_open(store, get, &reader, err);
    if (rc != SPK_OK)
        return rc;
    if (!reader)
        return finish(store, "get", get->key, missing(found, err), err);
    while (rc == SPK_OK && n > 0)
        rc = read_step(reader, out, &n, err);
    spk_objstore_reader_close(reader);
    if (rc != SPK_OK)
        out->len = old_len;
    else if (found)
        *found = true;
    return rc;
}

spk_rc spk_objstore_head(struct spk_objstore *store, struct spk_view key,
                         struct spk_objstore_stat *stat, bool *found, struct spk_error *err)
{
    struct full_key full;
    struct spk_objstore_stat result = {0};
    bool there = false;
    spk_rc rc = make_full(store, key, &full, err);
    if (rc == SPK_OK)
        rc = store->ops->head(store, full.view, &result, &there, err);
    if (rc == SPK_OK && !there)
        rc = missing(found, err);
    if (rc != SPK_OK)
        return finish(store, "head", key, rc, err);
    if (there)
        *stat = result;
    if (there && found)
        *found = true;
    return SPK_OK;
}

spk_rc spk_objstore_list(struct spk_objstore *store, const struct spk_objstore_list *list,
                         struct spk_arena *arena, struct spk_objstore_page *page,
                         struct spk_error *err)
{
    struct spk_objstore_list full = *list;
    struct spk_objstore_page result = {0};
    full.prefix = spk_arena_printf(arena, "%s%.*s", store->prefix, SPK_FMT(list->prefix));
    if (full.max == 0 || full.max > SPK_OBJSTORE_PAGE_MAX)
        full.max = SPK_OBJSTORE_PAGE_MAX;
    spk_rc rc = store->ops->list(store, &full, arena, &result, err);
    if (rc != SPK_OK)
        return finish(store, "list", list->prefix, rc, err);
    for (size_t i = 0; i < result.n; i++)
        result.entries[i].key = without_prefix(store, result.entries[i].key);
    *page = result;
    return SPK_OK;
}

struct spk_view spk_objstore_local_path(struct spk_objstore *store, struct spk_view key,
                                        struct spk_arena *arena)
{
    struct full_key full;
    if (!store->ops->local_path || make_full(store, key, &full, NULL) != SPK_OK)
        return (struct spk_view){0};
    return store->ops->local_path(store, full.view, arena);
}
