#ifndef SPK_TRANSIENT_TRANSIENT_H
#define SPK_TRANSIENT_TRANSIENT_H
/*
 * Transient storage: where a read lands before it is judged.
 *
 *   RUN/ACCOUNT/STREAM/DAY/part-N.parquet + batch.json (written last: a batch exists when it
 * exists)
 *
 * The day is the slice's day for day-sliced streams (a window inside one calendar day), otherwise
 * the day of extraction. Columns: airbyte_id, airbyte_date_time, raw_data, additional_cntx. A batch
 * without rows has one file, with these columns and no rows.
 * Black-box metrics (rows, bytes, field names, newest time) are computed while records stream by.
 * Memory is bounded by the row groups of the open files.
 * A batch is what its batch.json lists; other parts beside it are leftovers of a process that died.
 */
#include "source/sink.h"

struct spk_objstore;
struct spk_transient;

struct spk_transient_options {
    struct spk_objstore *store; /* borrowed */
    struct spk_view run, platform, account;
    int64_t now_us;          /* time of extraction: day of undated streams */
    int64_t part_bytes;      /* a new part after so many; 0: 256 MB */
    int64_t row_group_bytes; /* 0: 16 MB */
    int zstd_level;          /* 0: 1 */
    bool until_complete; /* a stream that does not end COMPLETE keeps only what its last checkpoint
                            made durable, as partial batches */
};

/* What one batch turned out to be; texts live as long as the transient handle. */
struct spk_transient_file {
    struct spk_view key;
    int64_t rows, bytes;
    struct spk_view sha256; /* hex */
};
struct spk_transient_batch {
    struct spk_view stream;
    int32_t day;
    int64_t rows, bytes, records;
    struct spk_evidence evidence; /* of its slices together; empty_proven: all of them */
    struct spk_view schema;       /* sorted field names, comma-separated */
    int64_t newest_us;
    struct spk_transient_file *files;
    size_t file_count;
    bool partial; /* its stream did not end COMPLETE: inspect refuses it */
};
/* What a stream of the read left. */
struct spk_transient_stream {
    struct spk_view name;
    bool complete;
    struct spk_value state;   /* last, or UNDEFINED */
    struct spk_error failure; /* first, rc SPK_OK where none */
    struct spk_evidence evidence;
};

/* Removes what an earlier, unfinished try left under RUN/ACCOUNT first. */
spk_rc spk_transient_create(const struct spk_transient_options *options, struct spk_transient **out,
                            struct spk_error *err);
struct spk_sink *spk_transient_sink(struct spk_transient *transient);
/* The time of the records that follow on this slice_begin's handle; without it that of their page.
 */
void spk_transient_record_time(void *handle, int64_t time_us);
/* Makes the rows that a stream has so far durable: ends its files and writes the batch.json of its
 * batches, partial ones unless the stream's last status is COMPLETE. Not while a slice of it is
 * being written by another thread. */
spk_rc spk_transient_checkpoint(struct spk_transient *transient, struct spk_view stream,
                                struct spk_error *err);
/* After the read: closes files, writes each batch.json. Slices that failed leave no batch of their
 * day; a stream that failed keeps the batches of its whole days (but see until_complete). Fails
 * with what the store failed with while it was read (but EDATA, which is the stream's): nothing of
 * the read counts then. */
spk_rc spk_transient_finish(struct spk_transient *transient, struct spk_error *err);
size_t spk_transient_batches(const struct spk_transient *transient,
                             const struct spk_transient_batch **batches);
size_t spk_transient_streams(const struct spk_transient *transient,
                             const struct spk_transient_stream **streams);
void spk_transient_destroy(struct spk_transient *transient);

/* batch.json read back, for inspect: re-counts against the Parquet footers. EDATA names the file.
 */
struct spk_batch_place {
    struct spk_view run, account, stream;
    int32_t day;
};
spk_rc spk_transient_inspect(struct spk_objstore *store, const struct spk_batch_place *place,
                             struct spk_arena *arena, struct spk_transient_batch *batch,
                             struct spk_error *err);
/* Rows of a Parquet object by its footer; `bytes` is its size. EDATA where it is damaged. */
spk_rc spk_transient_count_rows(struct spk_objstore *store, struct spk_view key, int64_t bytes,
                                int64_t *rows, struct spk_error *err);
/* Deletes a batch (after it was published or discarded). Missing files are fine. */
spk_rc spk_transient_remove(struct spk_objstore *store, const struct spk_batch_place *place,
                            struct spk_error *err);

#endif
