#ifndef SPK_OBJSTORE_OBJSTORE_H
#define SPK_OBJSTORE_OBJSTORE_H
/*
 * Objects (whole files under keys) in a folder, in memory or in a bucket, behind one interface.
 *
 * An object appears whole or not at all: it is written aside and becomes visible at finish. It is
 * never changed in place; a second put replaces it. There is no append and no rename: copy and
 * delete.
 *
 * Keys are UTF-8 of 1 to 1024 bytes in segments of 1 to 255 bytes divided by '/'. No segment is "."
 * or "..", none is empty (so no '/' at the ends), no NUL, and the first one is not ".spike-tmp".
 * Anything else is EDATA. A store of files cannot hold "a" and "a/b" at once: EDATA.
 *
 * Absence is an answer, not a failure: `found` is false. Failures: EDATA a bad key, a limit, a
 * missing object where one is required; ECONFIG no right or a read-only target; ETRANSIENT the peer
 * is busy or away; ESYSTEM disk full and I/O, with the path and the next step.
 *
 * A store may be used by many threads at once; a writer and a reader belong to one thread at a
 * time and must end before their store is destroyed.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/view.h"

struct spk_objstore;

enum {
    SPK_OBJSTORE_KEY_MAX = 1024,
    SPK_OBJSTORE_SHA256 = 65, /* 64 lower-case hex digits and NUL */
    SPK_OBJSTORE_ETAG = 129,
    SPK_OBJSTORE_PAGE_MAX = 1000,
};

/* ---- opening ---- */

struct spk_objstore_options {
    /* "file:///PATH" or "file:PATH" (a folder, created on demand; the path is taken as it is,
     * without %XX), "memory:" (objects up to 1 GiB, of this handle alone). */
    const char *url;
    const char *prefix; /* in front of every key, "raw/v1/"; NULL none. Callers never see it. */
    /* Of files: do not wait for the disk. What was written survives the death of the process; a
     * power cut may take it, or leave it empty or short under its key. For objects that can be made
     * again and whose size and checksum are looked at before use: some 20 times less waiting. */
    bool relaxed;
};

/* ECONFIG for a URL that no implementation takes, a prefix that no key may begin with, and a folder
 * that cannot be made. A store of files that can only be read opens and serves reads. */
spk_rc spk_objstore_open(const struct spk_objstore_options *options, struct spk_objstore **out,
                         struct spk_error *err);
void spk_objstore_destroy(struct spk_objstore *store);

/* Where the store is, for people: "file:///var/spike/raw prefix raw/v1/". Lives as long as it. */
const char *spk_objstore_describe(const struct spk_objstore *store);

/* ---- writing ---- */

struct spk_objstore_put {
    struct spk_view key;
    bool if_absent; /* write only where the key does not exist; decided at finish, by one winner */
};

struct spk_objstore_written {
    bool exists; /* if_absent and the key was there: nothing was written */
    uint64_t size;
    char sha256[SPK_OBJSTORE_SHA256]; /* of the bytes given to the writer; of a copy where known */
    char etag[SPK_OBJSTORE_ETAG];     /* changes with the content; "" where `exists` */
};

struct spk_objstore_writer;

spk_rc spk_objstore_writer_open(struct spk_objstore *store, const struct spk_objstore_put *put,
                                struct spk_objstore_writer **out, struct spk_error *err);
/* After a failure only abort is allowed. */
spk_rc spk_objstore_writer_write(struct spk_objstore_writer *writer, struct spk_view bytes,
                                 struct spk_error *err);
/* Makes the object visible and durable, and releases the writer whatever happens. After a failure
 * the object is as it was, or whole where the answer was lost; never partial. `written` may be
 * NULL, unless if_absent. */
spk_rc spk_objstore_writer_finish(struct spk_objstore_writer *writer,
                                  struct spk_objstore_written *written, struct spk_error *err);
void spk_objstore_writer_abort(struct spk_objstore_writer *writer); /* NULL is fine */

/* open, write, finish in one. */
spk_rc spk_objstore_put(struct spk_objstore *store, const struct spk_objstore_put *put,
                        struct spk_view bytes, struct spk_objstore_written *written,
                        struct spk_error *err);

struct spk_objstore_copy {
    struct spk_view from, to;
    bool if_absent;
};

/* Inside the store, without passing the bytes through the caller. EDATA where `from` is missing.
 * `written` may be NULL, unless if_absent. */
spk_rc spk_objstore_copy(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                         struct spk_objstore_written *written, struct spk_error *err);

/* Keys that do not exist are fine. After a failure some may be gone. */
spk_rc spk_objstore_delete(struct spk_objstore *store, struct spk_view key, struct spk_error *err);
spk_rc spk_objstore_delete_many(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                                struct spk_error *err);

/* ---- reading ---- */

struct spk_objstore_get {
    struct spk_view key;
    uint64_t offset; /* a range that begins behind the end is empty */
    uint64_t length; /* 0 means to the end */
};

struct spk_objstore_reader;

/* *out is NULL where the object does not exist. A reader sees the object as it was when opened. */
spk_rc spk_objstore_reader_open(struct spk_objstore *store, const struct spk_objstore_get *get,
                                struct spk_objstore_reader **out, struct spk_error *err);
/* Up to `cap` bytes (> 0) to `at`; *n == 0 only at the end. */
spk_rc spk_objstore_reader_read(struct spk_objstore_reader *reader, void *at, size_t cap, size_t *n,
                                struct spk_error *err);
void spk_objstore_reader_close(struct spk_objstore_reader *reader); /* NULL is fine */

/* Appends the bytes to `out`; EDATA where they pass its limit. found == NULL: absence is EDATA. On
 * failure `out` keeps its old length. */
spk_rc spk_objstore_get(struct spk_objstore *store, const struct spk_objstore_get *get,
                        struct spk_buf *out, bool *found, struct spk_error *err);

struct spk_objstore_stat {
    uint64_t size;
    int64_t modified_us;
    char etag[SPK_OBJSTORE_ETAG];
    char sha256[SPK_OBJSTORE_SHA256]; /* "" where the store does not know it (files do not) */
};

/* found == NULL: absence is EDATA. */
spk_rc spk_objstore_head(struct spk_objstore *store, struct spk_view key,
                         struct spk_objstore_stat *stat, bool *found, struct spk_error *err);

/* ---- listing ---- */

struct spk_objstore_list {
    struct spk_view prefix; /* any bytes a key may begin with: "raw/2024-0"; empty: all */
    bool folders;           /* answer "a/b/" once for all keys that go on behind the next '/' */
    struct spk_view token;  /* of the page before; empty: from the start */
    size_t max;             /* entries per page; 0 and more than PAGE_MAX mean PAGE_MAX */
};

struct spk_objstore_entry {
    struct spk_view key; /* ends with '/' where it is a folder */
    uint64_t size;       /* 0 for a folder, as modified_us */
    int64_t modified_us;
};

struct spk_objstore_page {
    struct spk_objstore_entry *entries; /* sorted bytewise by key */
    size_t n;
    struct spk_view token; /* opaque; empty on the last page */
};

/* The page lives in the arena. Objects that come or go between pages may be seen or not. */
spk_rc spk_objstore_list(struct spk_objstore *store, const struct spk_objstore_list *list,
                         struct spk_arena *arena, struct spk_objstore_page *page,
                         struct spk_error *err);

/* The file that holds the object, for engines that read in place; {NULL, 0} where the store is not
 * made of files or the key is bad. The file need not exist; nobody may write to it. */
struct spk_view spk_objstore_local_path(struct spk_objstore *store, struct spk_view key,
                                        struct spk_arena *arena);

/* ---- implementations ---- */

/* The functions above check the keys and put the prefix in front of them, so that an implementation
 * sees full valid keys; they also hash, count and describe. */
struct spk_objstore_ops {
    const char *name; /* "file" */
    spk_rc (*writer_open)(struct spk_objstore *store, const struct spk_objstore_put *put,
                          struct spk_objstore_writer **out, struct spk_error *err);
    spk_rc (*write)(struct spk_objstore_writer *writer, struct spk_view bytes,
                    struct spk_error *err);
    /* `size` and `sha256` are filled already; fills `exists` and `etag`. Does not release the
     * writer. */
    spk_rc (*finish)(struct spk_objstore_writer *writer, struct spk_objstore_written *written,
                     struct spk_error *err);
    /* Releases the writer; where finish did not succeed it drops what was written. */
    void (*writer_destroy)(struct spk_objstore_writer *writer);
    /* Fills `exists`, `etag`, `size`, and `sha256` where it is known. */
    spk_rc (*copy)(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                   struct spk_objstore_written *written, struct spk_error *err);
    spk_rc (*delete_many)(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                          struct spk_error *err);
    spk_rc (*reader_open)(struct spk_objstore *store, const struct spk_objstore_get *get,
                          struct spk_objstore_reader **out, struct spk_error *err);
    spk_rc (*read)(struct spk_objstore_reader *reader, void *at, size_t cap, size_t *n,
                   struct spk_error *err);
    void (*reader_close)(struct spk_objstore_reader *reader);
    spk_rc (*head)(struct spk_objstore *store, struct spk_view key, struct spk_objstore_stat *stat,
                   bool *found, struct spk_error *err);
    /* `max` is in range; keys of the page are full keys. */
    spk_rc (*list)(struct spk_objstore *store, const struct spk_objstore_list *list,
                   struct spk_arena *arena, struct spk_objstore_page *page, struct spk_error *err);
    /* NULL where the store is not made of files. */
    struct spk_view (*local_path)(struct spk_objstore *store, struct spk_view key,
                                  struct spk_arena *arena);
    void (*destroy)(struct spk_objstore *store);
};

/* ---- faults for tests ---- */

struct spk_objstore_fault {
    int nth; /* 1 is the first; 0 never */
    spk_rc rc;
    bool late; /* the call takes effect and is then reported as failed: the answer was lost */
};

/* Passes all to `inner` (borrowed). Calls are those of the table that can fail. */
struct spk_objstore *spk_objstore_faulty_create(struct spk_objstore *inner,
                                                const struct spk_objstore_fault *fault);
int spk_objstore_faulty_calls(const struct spk_objstore *faulty); /* so far */

#endif
