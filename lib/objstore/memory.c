/* Objects in memory, sorted by key. Objects never change, so readers share them. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/time.h"
#include "objstore/objstore_internal.h"

#define OBJECT_MAX ((size_t)1 << 30)

/* Shared by the store and its readers; `refs` is guarded by the store's lock. */
struct object {
    int refs;
    struct spk_objstore_stat stat;
    char *bytes;
};

struct slot {
    struct spk_view key; /* owned */
    struct object *object;
};

struct memory {
    struct spk_objstore base;
    pthread_mutex_t lock;
    struct slot *slots;
    size_t n, cap;
    uint64_t versions;
};

struct memory_writer {
    struct spk_objstore_writer base;
    struct spk_buf bytes;
};

struct memory_reader {
    struct spk_objstore_reader base;
    struct object *object;
    size_t at, end;
};

/* The first slot whose key is not before the given one. */
static size_t lower_bound(const struct memory *memory, struct spk_view key)
{
    size_t low = 0, high = memory->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (spk_view_compare(memory->slots[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct slot *find(const struct memory *memory, struct spk_view key)
{
    size_t at = lower_bound(memory, key);
    bool there = at < memory->n && spk_view_equal(memory->slots[at].key, key);
    return there ? &memory->slots[at] : NULL;
}

static void release(struct object *object)
{
    if (--object->refs > 0)
        return;
    free(object->bytes);
    free(object);
}

/* Puts the object (one reference) under the key, whose text is copied. */
static void set(struct memory *memory, struct spk_view key, struct object *object)
{
    struct slot *slot = find(memory, key);
    if (slot) {
        release(slot->object);
        slot->object = object;
        return;
    }
    size_t at = lower_bound(memory, key);
    char *text = spk_memory_zalloc(key.len);
    memcpy(text, key.at, key.len);
    memory->slots =
        spk_memory_grow(memory->slots, &memory->cap, memory->n + 1, sizeof(*memory->slots));
    memmove(memory->slots + at + 1, memory->slots + at, (memory->n - at) * sizeof(*memory->slots));
    memory->slots[at] = (struct slot){{text, key.len}, object};
    memory->n++;
}

/* As in a store of files, no key may go on below another. */
static spk_rc check_free(const struct memory *memory, struct spk_view key, struct spk_error *err)
{
    for (size_t i = 1; i < key.len; i++) {
        if (key.at[i] == '/' && find(memory, spk_view_slice(key, 0, i)))
            return spk_error_set(err, SPK_EDATA, "the object \"%.*s\" is in the way", (int)i,
                                 key.at);
    }
    struct spk_buf folder = {0};
    spk_buf_append(&folder, key);
    spk_buf_append_char(&folder, '/');
    size_t at = lower_bound(memory, spk_buf_view(&folder));
    bool taken = at < memory->n && spk_view_starts(memory->slots[at].key, spk_buf_view(&folder));
    spk_buf_deinit(&folder);
    return taken ? spk_error_set(err, SPK_EDATA, "a folder of that name is in the way") : SPK_OK;
}

/* Takes the bytes where it writes them. The lock is held. */
static spk_rc store_object(struct memory *memory, const struct spk_objstore_put *put, char **bytes,
                           struct spk_objstore_written *written, struct spk_error *err)
{
    spk_rc rc = check_free(memory, put->key, err);
    if (rc != SPK_OK)
        return rc;
    written->exists = put->if_absent && find(memory, put->key);
    if (written->exists)
        return SPK_OK;
    struct object *object = spk_memory_zalloc(sizeof(*object));
    snprintf(written->etag, sizeof(written->etag), "%llu", (unsigned long long)++memory->versions);
    object->refs = 1;
    object->stat.size = written->size;
    object->stat.modified_us = spk_time_now_us();
    memcpy(object->stat.etag, written->etag, sizeof(written->etag));
    memcpy(object->stat.sha256, written->sha256, sizeof(written->sha256));
    object->bytes = *bytes;
    *bytes = NULL;
    set(memory, put->key, object);
    return SPK_OK;
}

/* ---- writing ---- */

static spk_rc memory_writer_open(struct spk_objstore *store, const struct spk_objstore_put *put,
                                 struct spk_objstore_writer **out, struct spk_error *err)
{
    struct memory_writer *writer = spk_memory_zalloc(sizeof(*writer));
    spk_buf_init(&writer->bytes, OBJECT_MAX);
    *out = &writer->base;
    return SPK_OK;
}

static spk_rc memory_write(struct spk_objstore_writer *base, struct spk_view bytes,
                           struct spk_error *err)
{
    struct memory_writer *writer = (struct memory_writer *)base;
    spk_buf_append(&writer->bytes, bytes);
    return spk_buf_check(&writer->bytes, "an object in memory", err);
}

static spk_rc memory_finish(struct spk_objstore_writer *base, struct spk_objstore_written *written,
                            struct spk_error *err)
{
    struct memory_writer *writer = (struct memory_writer *)base;
    struct memory *memory = (struct memory *)base->store;
    struct spk_objstore_put put = {spk_view_of(base->key), base->if_absent};
    pthread_mutex_lock(&memory->lock);
    spk_rc rc = store_object(memory, &put, &writer->bytes.at, written, err);
    pthread_mutex_unlock(&memory->lock);
    if (!writer->bytes.at)
        writer->bytes = (struct spk_buf){0};
    return rc;
}

static void memory_writer_destroy(struct spk_objstore_writer *base)
{
    struct memory_writer *writer = (struct memory_writer *)base;
    spk_buf_deinit(&writer->bytes);
    free(writer);
}

static spk_rc memory_copy(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                          struct spk_objstore_written *written, struct spk_error *err)
{
    struct memory *memory = (struct memory *)store;
    struct spk_objstore_put put = {copy->to, copy->if_absent};
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&memory->lock);
    const struct slot *from = find(memory, copy->from);
    if (from) {
        const struct spk_objstore_stat *stat = &from->object->stat;
        char *bytes = spk_memory_zalloc(stat->size);
        if (stat->size)
            memcpy(bytes, from->object->bytes, stat->size);
        written->size = stat->size;
        memcpy(written->sha256, stat->sha256, sizeof(stat->sha256));
        rc = store_object(memory, &put, &bytes, written, err);
        free(bytes);
    } else {
        rc = spk_error_set(err, SPK_EDATA, "no such object");
    }
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static spk_rc memory_delete_many(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                                 struct spk_error *err)
{
    struct memory *memory = (struct memory *)store;
    pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < n; i++) {
        struct slot *slot = find(memory, keys[i]);
        if (!slot)
            continue;
        release(slot->object);
        free((char *)slot->key.at);
        memory->n--;
        memmove(slot, slot + 1, (size_t)(memory->slots + memory->n - slot) * sizeof(*slot));
    }
    pthread_mutex_unlock(&memory->lock);
    return SPK_OK;
}

/* ---- reading ---- */

static spk_rc memory_reader_open(struct spk_objstore *store, const struct spk_objstore_get *get,
                                 struct spk_objstore_reader **out, struct spk_error *err)
{
    struct memory *memory = (struct memory *)store;
    struct memory_reader *reader = NULL;
    pthread_mutex_lock(&memory->lock);
    const struct slot *slot = find(memory, get->key);
    if (slot) {
        uint64_t size = slot->object->stat.size;
        reader = spk_memory_zalloc(sizeof(*reader));
        reader->object = slot->object;
        reader->object->refs++;
        reader->at = get->offset < size ? get->offset : size;
        bool whole = get->length == 0 || get->length > size - reader->at;
        reader->end = whole ? size : reader->at + get->length;
    }
    pthread_mutex_unlock(&memory->lock);
    *out = reader ? &reader->base : NULL;
    return SPK_OK;
}

static spk_rc memory_read(struct spk_objstore_reader *base, void *at, size_t cap, size_t *n,
                          struct spk_error *err)
{
    struct memory_reader *reader = (struct memory_reader *)base;
    size_t left = reader->end - reader->at;
    *n = left < cap ? left : cap;
    if (*n)
        memcpy(at, reader->object->bytes + reader->at, *n);
    reader->at += *n;
    return SPK_OK;
}

static void memory_reader_close(struct spk_objstore_reader *base)
{
    struct memory_reader *reader = (struct memory_reader *)base;
    struct memory *memory = (struct memory *)base->store;
    pthread_mutex_lock(&memory->lock);
    release(reader->object);
    pthread_mutex_unlock(&memory->lock);
    free(reader);
}

static spk_rc memory_head(struct spk_objstore *store, struct spk_view key,
                          struct spk_objstore_stat *stat, bool *found, struct spk_error *err)
{
    struct memory *memory = (struct memory *)store;
    pthread_mutex_lock(&memory->lock);
    const struct slot *slot = find(memory, key);
    *found = slot != NULL;
    if (slot)
        *stat = slot->object->stat;
    pthread_mutex_unlock(&memory->lock);
    return SPK_OK;
}

/* The part of the key up to the first '/' behind the prefix, or the whole key. */
static struct spk_view folder_of(struct spk_view key, const struct spk_objstore_list *list)
{
    ptrdiff_t slash = list->folders ? spk_view_find(key, SPK_V("/"), list->prefix.len) : -1;
    return slash < 0 ? key : spk_view_slice(key, 0, (size_t)slash + 1);
}

static bool is_folder(struct spk_view key)
{
    return key.len > 0 && key.at[key.len - 1] == '/';
}

static spk_rc memory_list(struct spk_objstore *store, const struct spk_objstore_list *list,
                          struct spk_arena *arena, struct spk_objstore_page *page,
                          struct spk_error *err)
{
    struct memory *memory = (struct memory *)store;
    struct spk_view last = list->token;
    page->entries = spk_arena_array(arena, list->max, sizeof(*page->entries));
    pthread_mutex_lock(&memory->lock);
    bool behind = spk_view_compare(list->token, list->prefix) > 0;
    size_t i = lower_bound(memory, behind ? list->token : list->prefix);
    for (; i < memory->n && spk_view_starts(memory->slots[i].key, list->prefix); i++) {
        struct spk_view key = memory->slots[i].key;
        if (spk_view_equal(key, last) || (is_folder(last) && spk_view_starts(key, last)))
            continue;
        if (page->n == list->max) {
            page->token = last;
            break;
        }
        const struct spk_objstore_stat *stat = &memory->slots[i].object->stat;
        last = spk_arena_dup(arena, folder_of(key, list));
        bool folder = is_folder(last);
        page->entries[page->n++] = (struct spk_objstore_entry){last, folder ? 0 : stat->size,
                                                               folder ? 0 : stat->modified_us};
    }
    pthread_mutex_unlock(&memory->lock);
    return SPK_OK;
}

static void memory_destroy(struct spk_objstore *store)
{
    struct memory *memory = (struct memory *)store;
    for (size_t i = 0; i < memory->n; i++) {
        assert(memory->slots[i].object->refs == 1); /* no reader is left */
        release(memory->slots[i].object);
        free((char *)memory->slots[i].key.at);
    }
    free(memory->slots);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
}

static const struct spk_objstore_ops memory_ops = {
    .name = "memory",
    .writer_open = memory_writer_open,
    .write = memory_write,
    .finish = memory_finish,
    .writer_destroy = memory_writer_destroy,
    .copy = memory_copy,
    .delete_many = memory_delete_many,
    .reader_open = memory_reader_open,
    .read = memory_read,
    .reader_close = memory_reader_close,
    .head = memory_head,
    .list = memory_list,
    .destroy = memory_destroy,
};

spk_rc spk_objstore_memory_open(const char *path, struct spk_objstore **out, struct spk_error *err)
{
    struct memory *memory = spk_memory_zalloc(sizeof(*memory));
    memory->base.ops = &memory_ops;
    memory->base.description = spk_memory_zalloc(sizeof("memory:"));
    memcpy(memory->base.description, "memory:", sizeof("memory:"));
    pthread_mutex_init(&memory->lock, NULL);
    *out = &memory->base;
    return SPK_OK;
}
