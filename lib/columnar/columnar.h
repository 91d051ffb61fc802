#ifndef SPK_COLUMNAR_COLUMNAR_H
#define SPK_COLUMNAR_COLUMNAR_H
/*
 * Columns in memory, in the layout of the Arrow C Data Interface: what lib/parquet writes and reads
 * and what a warehouse answers with. Builders make batches, columns are typed views of a batch.
 *
 * Instants are int64 microseconds since 1970-01-01T00:00:00Z, days are int32 days since then, as in
 * base/time.h. Strings are UTF-8 (not checked here). Nothing in this header is thread-safe; a batch
 * that nobody changes may be read by many threads. A failed allocation aborts.
 */
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/view.h"

/* The ABI of Arrow, with the names and guards that every implementation of it uses.
 * Source: the Arrow specification, "C data interface" and "C stream interface". */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE           2
#define ARROW_FLAG_MAP_KEYS_SORTED    4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

/* Release what the struct holds and mark it released. Do nothing where it is released already or
 * all zero, so that a second call is harmless. */
void spk_arrow_schema_release(struct ArrowSchema *schema);
void spk_arrow_array_release(struct ArrowArray *array);
void spk_arrow_stream_release(struct ArrowArrayStream *stream);

/* ---- schemas ---- */

/* The types a builder makes. */
enum spk_column_type {
    SPK_COLUMN_STRING,       /* utf8, 32-bit offsets: at most 2 GiB of text per batch */
    SPK_COLUMN_LARGE_STRING, /* large_utf8, 64-bit offsets */
    SPK_COLUMN_INT64,
    SPK_COLUMN_DOUBLE,
    SPK_COLUMN_BOOL,
    SPK_COLUMN_TIMESTAMP, /* timestamp[us, UTC] */
    SPK_COLUMN_DATE,      /* date32 */
};

struct spk_field {
    const char *name;
    enum spk_column_type type;
    bool nullable;
};

/* A struct schema ("+s") with one child per field; the names are copied. Caller releases. */
void spk_arrow_schema_make(const struct spk_field *fields, size_t n, struct ArrowSchema *out);

/* ---- building batches ---- */

struct spk_builder;

enum { SPK_BUILDER_ROWS = 65536 };              /* when spk_builder_is_full says so, by default */
#define SPK_BUILDER_BYTES   ((size_t)8 << 20)   /* the same, by the size of all columns */
#define SPK_BUILDER_CEILING ((size_t)256 << 20) /* bytes of one column, never exceeded */

/* rows, bytes: when spk_builder_is_full turns true (0: the defaults above). The names are copied.
 */
struct spk_builder *spk_builder_create(const struct spk_field *fields, size_t n, size_t rows,
                                       size_t bytes);
void spk_builder_destroy(struct spk_builder *builder);

/* One value at the end of `column`; the function must fit the column's type. A row is complete when
 * each column got one value. Appending never fails at the call: a column past SPK_BUILDER_CEILING
 * drops the value and remembers it; spk_builder_batch then says EDATA. A null in a column that is
 * not nullable is remembered in the same way. */
void spk_builder_string(struct spk_builder *builder, size_t column, struct spk_view text);
void spk_builder_i64(struct spk_builder *builder, size_t column, int64_t value); /* timestamp too */
void spk_builder_double(struct spk_builder *builder, size_t column, double value);
void spk_builder_bool(struct spk_builder *builder, size_t column, bool value);
void spk_builder_date(struct spk_builder *builder, size_t column, int32_t day);
void spk_builder_null(struct spk_builder *builder, size_t column);

size_t spk_builder_rows(const struct spk_builder *builder); /* values in the first column */
size_t spk_builder_bytes(const struct spk_builder *builder);
bool spk_builder_is_full(const struct spk_builder *builder); /* time to take the batch */

/* All rows so far as a struct array that borrows the builder's memory: valid until the next append
 * or clear, its release frees nothing. The cheap way for a consumer that reads it at once. All
 * columns must have the same number of values (assert). EDATA names the column that overflowed. */
spk_rc spk_builder_batch(struct spk_builder *builder, struct ArrowArray *out,
                         struct spk_error *err);
/* The same, but the memory moves to *out (caller releases) and the builder is empty. */
spk_rc spk_builder_take(struct spk_builder *builder, struct ArrowArray *out, struct spk_error *err);
void spk_builder_clear(struct spk_builder *builder); /* no rows, no overflow; keeps the memory */

/* ---- reading batches ---- */

/* How the values of a foreign column are read; wider than what builders make. */
enum spk_column_kind {
    SPK_KIND_STRING,    /* utf8, binary, their large forms: spk_column_string */
    SPK_KIND_INT,       /* int8..int64, uint8..uint64: spk_column_i64 */
    SPK_KIND_DOUBLE,    /* float, double */
    SPK_KIND_BOOL,      /* i64: 0 or 1 */
    SPK_KIND_TIMESTAMP, /* i64: microseconds, whatever the unit of the column (ns cut down) */
    SPK_KIND_DATE,      /* i64: days */
    SPK_KIND_DECIMAL,   /* decimal32, 64 and 128: double, i64 where the scale is 0 or exact */
};

/* A typed view of one column; valid as long as its batch. Fields are for the inline readers below
 * and for loops over whole columns: values[offset + row], bit (offset + row) of validity. */
struct spk_column {
    enum spk_column_kind kind;
    uint8_t width;    /* bytes of a value (of an offset for strings: 4 or 8); 0 for bool (bits) */
    bool is_unsigned; /* of SPK_KIND_INT */
    int8_t scale;     /* of SPK_KIND_DECIMAL: digits behind the point */
    bool has_zone;    /* of SPK_KIND_TIMESTAMP: an instant; false: a wall clock reading */
    int64_t unit_ns;  /* of SPK_KIND_TIMESTAMP: nanoseconds per unit */
    size_t rows, offset;
    size_t nulls;            /* counted where the producer left it open */
    const uint8_t *validity; /* NULL: no nulls */
    const void *values;      /* fixed-width values, or the offsets of strings */
    const char *text;        /* bytes of strings */
    const char *name;        /* borrowed from the schema */
};

/* Column `index` of a struct array with its struct schema. EDATA for a type that is not in the list
 * above (nested, dictionary, interval), for an index that does not exist and for an array that does
 * not have the buffers its type asks for. The content of offsets is trusted. */
spk_rc spk_column_open(const struct ArrowSchema *schema, const struct ArrowArray *batch,
                       size_t index, struct spk_column *out, struct spk_error *err);

static inline bool spk_column_is_null(const struct spk_column *column, size_t row)
{
    size_t at = column->offset + row;
    return column->validity && !(column->validity[at >> 3] >> (at & 7) & 1);
}

/* The value of a row that is not null. */
static inline struct spk_view spk_column_string(const struct spk_column *column, size_t row)
{
    size_t at = column->offset + row;
    if (column->width == 8) {
        const int64_t *offsets = (const int64_t *)column->values;
        return spk_view_make(column->text + offsets[at], (size_t)(offsets[at + 1] - offsets[at]));
    }
    const int32_t *offsets = (const int32_t *)column->values;
    return spk_view_make(column->text + offsets[at], (size_t)(offsets[at + 1] - offsets[at]));
}

/* False where the column's kind has no such value (a string, a double) or it does not fit: a uint64
 * or decimal above int64, a decimal with a fraction. *out is untouched then. */
bool spk_column_i64(const struct spk_column *column, size_t row, int64_t *out);
/* Any number or bool. False for strings, timestamps and dates. */
bool spk_column_double(const struct spk_column *column, size_t row, double *out);
/* Text of any value, appended: strings as they are, numbers in the shortest form that reads back,
 * instants as 2024-01-31T10:00:00.000000Z, days as 2024-01-31, nothing for null. */
void spk_column_text(const struct spk_column *column, size_t row, struct spk_buf *out);

#endif
