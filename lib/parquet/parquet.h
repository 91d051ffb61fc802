#ifndef SPK_PARQUET_PARQUET_H
#define SPK_PARQUET_PARQUET_H
/*
 * Parquet files of flat columns: batches in, a stream of bytes out, and back again.
 *
 * A writer holds one row group in compressed form plus one page per column, whatever the size of
 * the file; it starts no threads. A handle belongs to one thread at a time; different handles are
 * independent. Batches are struct arrays as in columnar/columnar.h.
 */
#include "columnar/columnar.h"

/* ---- writing ---- */

/* Where the bytes of a file go, in file order and without gaps. A failure ends the writer. */
struct spk_parquet_sink {
    spk_rc (*write)(void *context, const void *at, size_t len, struct spk_error *err);
    void *context;
};

/* A key-value pair of the file's footer. */
struct spk_parquet_note {
    const char *key, *value;
};

#define SPK_PARQUET_GROUP_BYTES ((size_t)32 << 20)

struct spk_parquet_spec {
    const struct spk_field *fields;
    size_t n_fields;
    int zstd_level;         /* 1 (fast) to 22; 0 means 1 */
    size_t row_group_bytes; /* raw size of a row group; 0 means SPK_PARQUET_GROUP_BYTES */
    /* Columns with few distinct values, which a dictionary makes smaller; where a row group turns
     * out to have too many it is written plainly. Leave out identifiers and JSON: trying costs
     * time. */
    const char *const *dictionary;
    size_t n_dictionary;
    const char *const *without_statistics; /* columns whose bounds say nothing: long texts */
    size_t n_without_statistics;
    const struct spk_parquet_note *notes;
    size_t n_notes;
};

struct spk_parquet_totals {
    int64_t rows;
    int64_t bytes; /* given to the sink */
    int row_groups;
};

struct spk_parquet_writer;

/* The spec is copied. zstd, min/max and null count per column and row group, page checksums;
 * strings carry the String annotation, timestamps are UTC-adjusted microseconds. ECONFIG for a
 * level or a dictionary column that does not exist. */
spk_rc spk_parquet_writer_create(const struct spk_parquet_spec *spec, struct spk_parquet_sink sink,
                                 struct spk_parquet_writer **out, struct spk_error *err);
/* The batch is borrowed and must have the columns of the spec. After a failure every further call
 * fails in the same way. */
spk_rc spk_parquet_writer_write(struct spk_parquet_writer *writer, const struct ArrowArray *batch,
                                struct spk_error *err);
/* So far: rows include those still in memory, bytes grow by whole row groups. */
struct spk_parquet_totals spk_parquet_writer_totals(const struct spk_parquet_writer *writer);
/* Writes what is left and the footer. No further writes after it. A file without rows is valid. */
spk_rc spk_parquet_writer_finish(struct spk_parquet_writer *writer, struct spk_parquet_totals *out,
                                 struct spk_error *err);
/* Without finish before it: the bytes in the sink are no Parquet file. */
void spk_parquet_writer_destroy(struct spk_parquet_writer *writer);

/* ---- reading ---- */

/* Any place that can give `len` bytes at `offset`; offset + len never goes past `size`. */
struct spk_parquet_source {
    spk_rc (*read_at)(void *context, uint64_t offset, void *to, size_t len, struct spk_error *err);
    void *context;
    uint64_t size;
};

struct spk_parquet_reader;

/* Read the footer. Damaged content, here and in all calls below, is EDATA with name, row group,
 * column and offset as far as they are known; a failure of the source keeps its code. `name` is for
 * messages. The memory or source must outlive the reader. The first reader of a process tells glibc
 * to keep up to 64 MB of freed memory: 1.8 times the rows per processor second. */
spk_rc spk_parquet_reader_open(const char *path, struct spk_parquet_reader **out,
                               struct spk_error *err);
spk_rc spk_parquet_reader_open_memory(const char *name, struct spk_view bytes,
                                      struct spk_parquet_reader **out, struct spk_error *err);
spk_rc spk_parquet_reader_open_source(const char *name, const struct spk_parquet_source *source,
                                      struct spk_parquet_reader **out, struct spk_error *err);
void spk_parquet_reader_destroy(struct spk_parquet_reader *reader);

int64_t spk_parquet_reader_rows(const struct spk_parquet_reader *reader);
int spk_parquet_reader_columns(const struct spk_parquet_reader *reader);
int spk_parquet_reader_row_groups(const struct spk_parquet_reader *reader);
/* Name of a leaf column, borrowed; index from 0 to columns - 1. */
const char *spk_parquet_reader_column_name(const struct spk_parquet_reader *reader, int column);
/* Value of a footer note, or NULL. Borrowed. */
const char *spk_parquet_reader_note(const struct spk_parquet_reader *reader, const char *key);

struct spk_parquet_group {
    int64_t rows;
    int64_t raw_bytes, stored_bytes; /* before and after compression */
};
spk_rc spk_parquet_reader_group(const struct spk_parquet_reader *reader, int group,
                                struct spk_parquet_group *out, struct spk_error *err);

/* What the footer says of one column in one row group. min and max are borrowed, in Parquet's plain
 * encoding: 8 bytes little-endian for int64, timestamp and double, 4 for date, 1 for bool, the
 * bytes themselves for strings (long ones are cut: bounds, not values). */
struct spk_parquet_statistics {
    bool has_bounds, has_nulls;
    int64_t values; /* nulls included */
    int64_t nulls;
    struct spk_view min, max;
};
spk_rc spk_parquet_reader_statistics(const struct spk_parquet_reader *reader, int group, int column,
                                     struct spk_parquet_statistics *out, struct spk_error *err);

/* ---- batches ---- */

/* Zero bytes mean: all columns, all row groups, the default batch. */
struct spk_parquet_scan {
    const char *const *columns; /* names, in the order wanted; NULL for all */
    size_t n_columns;
    int first_group, n_groups; /* n_groups 0: to the end */
    int batch_rows;            /* at most this many rows at a time; 0 means 16384 */
};

struct spk_parquet_cursor;

/* The reader must outlive the cursor; one cursor at a time per reader. ECONFIG for a column that
 * the file does not have (with the nearest name), EDATA for nested columns and types without plain
 * values (INT96, FIXED_LEN_BYTE_ARRAY other than decimals up to 38 digits). */
spk_rc spk_parquet_cursor_create(struct spk_parquet_reader *reader,
                                 const struct spk_parquet_scan *scan,
                                 struct spk_parquet_cursor **out, struct spk_error *err);
/* Schema of the batches, borrowed. */
const struct ArrowSchema *spk_parquet_cursor_schema(const struct spk_parquet_cursor *cursor);
/* The next rows; caller releases. At the end *out is a released array (release == NULL). */
spk_rc spk_parquet_cursor_next(struct spk_parquet_cursor *cursor, struct ArrowArray *out,
                               struct spk_error *err);
void spk_parquet_cursor_destroy(struct spk_parquet_cursor *cursor);

#endif
