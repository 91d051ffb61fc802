/* Fails the Nth call of another store. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "objstore/objstore_internal.h"

struct faulty {
    struct spk_objstore base;
    struct spk_objstore *inner;
    struct spk_objstore_fault fault;
    atomic_int calls;
};

struct faulty_writer {
    struct spk_objstore_writer base;
    struct spk_objstore_writer *inner;
};

struct faulty_reader {
    struct spk_objstore_reader base;
    struct spk_objstore_reader *inner;
};

enum verdict { PASS, FAIL_EARLY, FAIL_LATE };

static enum verdict count_call(struct spk_objstore *store)
{
    struct faulty *faulty = (struct faulty *)store;
    if (atomic_fetch_add(&faulty->calls, 1) + 1 != faulty->fault.nth)
        return PASS;
    return faulty->fault.late ? FAIL_LATE : FAIL_EARLY;
}

static struct spk_objstore *inner_of(struct spk_objstore *store)
{
    return ((struct faulty *)store)->inner;
}

static spk_rc failure(struct spk_objstore *store, struct spk_error *err)
{
    const struct spk_objstore_fault *fault = &((struct faulty *)store)->fault;
    return spk_error_set(err, fault->rc, "call %d fails on purpose", fault->nth);
}

static spk_rc faulty_writer_open(struct spk_objstore *store, const struct spk_objstore_put *put,
                                 struct spk_objstore_writer **out, struct spk_error *err)
{
    enum verdict verdict = count_call(store);
    struct spk_objstore_writer *inner = NULL;
    if (verdict == FAIL_EARLY)
        return failure(store, err);
    spk_rc rc = spk_objstore_writer_open(inner_of(store), put, &inner, err);
    if (rc != SPK_OK)
        return rc;
    if (verdict == FAIL_LATE) {
        spk_objstore_writer_abort(inner);
        return failure(store, err);
    }
    struct faulty_writer *writer = spk_memory_zalloc(sizeof(*writer));
    writer->inner = inner;
    *out = &writer->base;
    return SPK_OK;
}

static spk_rc faulty_write(struct spk_objstore_writer *base, struct spk_view bytes,
                           struct spk_error *err)
{
    enum verdict verdict = count_call(base->store);
    if (verdict == FAIL_EARLY)
        return failure(base->store, err);
    spk_rc rc = spk_objstore_writer_write(((struct faulty_writer *)base)->inner, bytes, err);
    return rc == SPK_OK && verdict == FAIL_LATE ? failure(base->store, err) : rc;
}

static spk_rc faulty_finish(struct spk_objstore_writer *base, struct spk_objstore_written *written,
                            struct spk_error *err)
{
    struct faulty_writer *writer = (struct faulty_writer *)base;
    enum verdict verdict = count_call(base->store);
    if (verdict == FAIL_EARLY)
        return failure(base->store, err);
    struct spk_objstore_writer *inner = writer->inner;
    writer->inner = NULL; /* finish releases it */
    spk_rc rc = spk_objstore_writer_finish(inner, written, err);
    return rc == SPK_OK && verdict == FAIL_LATE ? failure(base->store, err) : rc;
}

static void faulty_writer_destroy(struct spk_objstore_writer *base)
{
    struct faulty_writer *writer = (struct faulty_writer *)base;
    spk_objstore_writer_abort(writer->inner);
    free(writer);
}

static spk_rc faulty_copy(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                          struct spk_objstore_written *written, struct spk_error *err)
{
    enum verdict verdict = count_call(store);
    if (verdict == FAIL_EARLY)
        return failure(store, err);
    spk_rc rc = spk_objstore_copy(inner_of(store), copy, written, err);
    return rc == SPK_OK && verdict == FAIL_LATE ? failure(store, err) : rc;
}

static spk_rc faulty_delete_many(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                                 struct spk_error *err)
{
    enum verdict verdict = count_call(store);
    if (verdict == FAIL_EARLY)
        return failure(store, err);
    spk_rc rc = spk_objstore_delete_many(inner_of(store), keys, n, err);
    return rc == SPK_OK && verdict == FAIL_LATE ? failure(store, err) : rc;
}

static spk_rc faulty_reader_open(struct spk_objstore *store, const struct spk_objstore_get *get,
                                 struct spk_objstore_reader **out, struct spk_error *err)
{
    struct spk_objstore_reader *inner = NULL;
    if (count_call(store) != PASS)
        return failure(store, err);
    spk_rc rc = spk_objstore_reader_open(inner_of(store), get, &inner, err);
    if (rc != SPK_OK || !inner)
        return rc;
    struct faulty_reader *reader = spk_memory_zalloc(sizeof(*reader));
    reader->inner = inner;
    *out = &reader->base;
    return SPK_OK;
}

static spk_rc faulty_read(struct spk_objstore_reader *base, void *at, size_t cap, size_t *n,
                          struct spk_error *err)
{
    if (count_call(base->store) != PASS)
        return failure(base->store, err);
    return spk_objstore_reader_read(((struct faulty_reader *)base)->inner, at, cap, n, err);
}

static void faulty_reader_close(struct spk_objstore_reader *base)
{
    struct faulty_reader *reader = (struct faulty_reader *)base;
    spk_objstore_reader_close(reader->inner);
    free(reader);
}

static spk_rc faulty_head(struct spk_objstore *store, struct spk_view key,
                          struct spk_objstore_stat *stat, bool *found, struct spk_error *err)
{
    if (count_call(store) != PASS)
        return failure(store, err);
    return spk_objstore_head(inner_of(store), key, stat, found, err);
}

static spk_rc faulty_list(struct spk_objstore *store, const struct spk_objstore_list *list,
                          struct spk_arena *arena, struct spk_objstore_page *page,
                          struct spk_error *err)
{
    if (count_call(store) != PASS)
        return failure(store, err);
    return spk_objstore_list(inner_of(store), list, arena, page, err);
}

static struct spk_view faulty_local_path(struct spk_objstore *store, struct spk_view key,
                                         struct spk_arena *arena)
{
    return spk_objstore_local_path(inner_of(store), key, arena);
}

static void faulty_destroy(struct spk_objstore *store)
{
    free((struct faulty *)store);
}

static const struct spk_objstore_ops faulty_ops = {
    .name = "faulty",
    .writer_open = faulty_writer_open,
    .write = faulty_write,
    .finish = faulty_finish,
    .writer_destroy = faulty_writer_destroy,
    .copy = faulty_copy,
    .delete_many = faulty_delete_many,
    .reader_open = faulty_reader_open,
    .read = faulty_read,
    .reader_close = faulty_reader_close,
    .head = faulty_head,
    .list = faulty_list,
    .local_path = faulty_local_path,
    .destroy = faulty_destroy,
};

struct spk_objstore *spk_objstore_faulty_create(struct spk_objstore *inner,
                                                const struct spk_objstore_fault *fault)
{
    struct faulty *faulty = spk_memory_zalloc(sizeof(*faulty));
    const char *inner_text = spk_objstore_describe(inner);
    size_t size = strlen(inner_text) + sizeof("faulty ");
    faulty->base.ops = &faulty_ops;
    faulty->base.prefix = spk_memory_zalloc(1);
    faulty->base.description = spk_memory_zalloc(size);
    snprintf(faulty->base.description, size, "faulty %s", inner_text);
    faulty->inner = inner;
    faulty->fault = *fault;
    return &faulty->base;
}

int spk_objstore_faulty_calls(const struct spk_objstore *faulty)
{
    return atomic_load(&((struct faulty *)faulty)->calls);
}
