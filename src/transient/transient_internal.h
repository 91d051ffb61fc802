#ifndef SPK_TRANSIENT_INTERNAL_H
#define SPK_TRANSIENT_INTERNAL_H
#include <pthread.h>

#include "base/map.h"
#include "columnar/columnar.h"
#include "objstore/objstore.h"
#include "parquet/parquet.h"
#include "transient/transient.h"

/* The columns of every file. */
enum { SPK_COLUMN_ID, SPK_COLUMN_TIME, SPK_COLUMN_RAW, SPK_COLUMN_CONTEXT, SPK_COLUMNS };

/* The open file of a batch. */
struct spk_part {
    struct spk_view key;
    struct spk_objstore_writer *object;
    struct spk_parquet_writer *parquet;
    struct spk_builder *rows;
};

/* Field names seen in records, one level into objects: "date", "data.User_ID". */
struct spk_names {
    struct spk_map seen;
    uint64_t last; /* hash of the names of the record before: most records look alike */
    int64_t records;
};
void spk_names_deinit(struct spk_names *names);
void spk_names_look(struct spk_names *names, struct spk_record *record);
/* Sorted, comma-separated, in the arena. */
struct spk_view spk_names_text(const struct spk_names *names, struct spk_arena *arena);

struct spk_open_batch {
    pthread_mutex_t lock; /* slices of one day may write side by side */
    struct spk_transient *owner;
    struct spk_transient_batch batch; /* what is known so far */
    struct spk_arena arena;           /* of batch's texts and files */
    struct spk_view folder;           /* RUN/ACCOUNT/STREAM/DAY */
    struct spk_part part;             /* open while part.parquet is set */
    size_t file_cap;
    struct spk_names names;
    int64_t slices, proven; /* slices that ended, and of these those that were proven empty or not
                               empty: the whole is proven when all are */
    int open_slices;
    uint64_t used; /* tick of the last use, for closing the idlest */
    bool failed;
    bool written; /* batch.json exists; `kept` is what it tells */
    struct {
        size_t files;
        int64_t rows, bytes, records;
    } kept;
};

struct spk_open_stream {
    struct spk_transient_stream stream;
    struct spk_arena state_arena;
};

struct spk_transient {
    struct spk_sink sink;
    struct spk_transient_options options;
    struct spk_arena arena;
    pthread_mutex_t lock;        /* of the maps and counters below */
    struct spk_map open;         /* "STREAM/DAY" -> struct spk_open_batch * */
    struct spk_map open_streams; /* name -> struct spk_open_stream * */
    uint64_t tick;
    struct spk_error failure;            /* of the store, the first while reading */
    struct spk_transient_batch *batches; /* after finish */
    size_t batch_count;
    struct spk_transient_stream *streams;
    size_t stream_count;
};

/* part.c: files. Called under the batch's lock. */
/* Opens the next file; none may be open. */
spk_rc spk_part_open(struct spk_open_batch *batch, struct spk_error *err);
spk_rc spk_part_append(struct spk_open_batch *batch, struct spk_record *record,
                       struct spk_view context, int64_t now_us, struct spk_error *err);
/* Ends the open file, if there is one, and notes it in the batch. */
spk_rc spk_part_close(struct spk_open_batch *batch, struct spk_error *err);
void spk_part_abort(struct spk_open_batch *batch);

/* day.c: the day that a slice belongs to, or `fallback`. */
int32_t spk_slice_day(const struct spk_slice *slice, int32_t fallback);

/* document.c: batch.json. */
struct spk_view spk_batch_folder(struct spk_arena *arena, const struct spk_batch_place *place);
void spk_batch_document_write(struct spk_buf *out, const struct spk_transient_batch *batch,
                              const struct spk_transient_options *options);
spk_rc spk_batch_document_read(struct spk_view text, struct spk_arena *arena,
                               struct spk_transient_batch *batch, struct spk_error *err);

/* remove.c: deletes every object under a prefix. */
spk_rc spk_transient_clear(struct spk_objstore *store, struct spk_view prefix,
                           struct spk_error *err);

#endif
