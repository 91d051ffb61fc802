#ifndef SPK_WAREHOUSE_WAREHOUSE_H
#define SPK_WAREHOUSE_WAREHOUSE_H
/*
 * A SQL warehouse behind one interface: a connection that executes statements one at a time.
 *
 * A handle and its rows belong to one thread at a time. Statements are single (no ';' lists) and
 * hold no secrets: their first line appears in errors. Failures: EDATA the statement is wrong or
 * its data, ECONFIG connection settings or rights, ETRANSIENT the peer is busy or away, ESYSTEM all
 * else.
 */
#include "base/error.h"
#include "base/view.h"
#include "columnar/columnar.h"

struct spk_warehouse;

/* An implementation. It reports plain facts; the functions below put the statement in front. */
struct spk_warehouse_ops {
    const char *name; /* "duckdb" */
    /* Runs one statement to its end. */
    spk_rc (*execute)(struct spk_warehouse *warehouse, struct spk_view sql, struct spk_error *err);
    /* Runs one statement; its rows are pulled from *out, which the caller releases before the next
     * call. A failure while pulling comes from get_next with a text in get_last_error. */
    spk_rc (*query)(struct spk_warehouse *warehouse, struct spk_view sql,
                    struct ArrowArrayStream *out, struct spk_error *err);
    void (*destroy)(struct spk_warehouse *warehouse);
};

/* The first member of every implementation's instance. */
struct spk_warehouse {
    const struct spk_warehouse_ops *ops;
    bool in_transaction;
};

/* ---- connecting ---- */

struct spk_warehouse_options {
    const char *url; /* "duckdb:PATH" ("duckdb:" alone is a database in memory), "recording:" */
    int threads;     /* of an embedded engine; 0 means 2 */
    int memory_mb;   /* the same; 0 means 512 */
};

/* ECONFIG for a URL that no implementation takes, for a driver library that is not found (with the
 * places that were tried) and for a database that cannot be opened. */
spk_rc spk_warehouse_open(const struct spk_warehouse_options *options, struct spk_warehouse **out,
                          struct spk_error *err);
void spk_warehouse_destroy(struct spk_warehouse *warehouse);

/* ---- statements ---- */

spk_rc spk_warehouse_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                             struct spk_error *err);

/* Transactions do not nest (assert). After a failed begin none is open. After a failed commit none
 * is open either, and the work may have been kept (the answer was lost): look before doing it
 * again. */
spk_rc spk_warehouse_begin(struct spk_warehouse *warehouse, struct spk_error *err);
spk_rc spk_warehouse_commit(struct spk_warehouse *warehouse, struct spk_error *err);
void spk_warehouse_rollback(struct spk_warehouse *warehouse);

/* ---- rows ---- */

struct spk_warehouse_rows;

/* The rows must be destroyed before the next statement. */
spk_rc spk_warehouse_query(struct spk_warehouse *warehouse, struct spk_view sql,
                           struct spk_warehouse_rows **out, struct spk_error *err);
void spk_warehouse_rows_destroy(struct spk_warehouse_rows *rows);

/* Moves to the next row; the first call to the first. *more is false behind the last. */
spk_rc spk_warehouse_rows_next(struct spk_warehouse_rows *rows, bool *more, struct spk_error *err);
size_t spk_warehouse_rows_columns(const struct spk_warehouse_rows *rows);
const char *spk_warehouse_rows_name(const struct spk_warehouse_rows *rows, size_t column);

/* Cells of the current row. */
bool spk_warehouse_rows_is_null(const struct spk_warehouse_rows *rows, size_t column);
/* EDATA for null and for what is not a whole number in range; texts that are one count. Timestamps
 * are microseconds, dates days, bools 0 and 1. */
spk_rc spk_warehouse_rows_i64(const struct spk_warehouse_rows *rows, size_t column, int64_t *out,
                              struct spk_error *err);
spk_rc spk_warehouse_rows_double(const struct spk_warehouse_rows *rows, size_t column, double *out,
                                 struct spk_error *err);
/* Any value as text (see spk_column_text), null as the empty view. Borrowed until the next call of
 * this function or of next. */
struct spk_view spk_warehouse_rows_text(struct spk_warehouse_rows *rows, size_t column);

/* The whole number in the first column of the first row. EDATA where there is no row. */
spk_rc spk_warehouse_query_i64(struct spk_warehouse *warehouse, struct spk_view sql, int64_t *out,
                               struct spk_error *err);

/* ---- implementations for dry runs and tests ---- */

/* What the recording warehouse answers to a statement that begins with `starts`. Cells are row by
 * row, n_columns each; NULL is null. With `failure` the statement fails with it as EDATA. */
struct spk_warehouse_answer {
    const char *starts;
    const char *const *columns;
    size_t n_columns;
    const char *const *cells;
    size_t n_rows;
    const char *failure;
};

/* Keeps every statement ("BEGIN", "COMMIT" and "ROLLBACK" too) and executes none. The first answer
 * that fits is given; without one a query has no rows. The answers are borrowed. */
struct spk_warehouse *spk_warehouse_recording_create(const struct spk_warehouse_answer *answers,
                                                     size_t n);
size_t spk_warehouse_recording_count(const struct spk_warehouse *recording);
struct spk_view spk_warehouse_recording_statement(const struct spk_warehouse *recording,
                                                  size_t index);

/* Passes all to `inner` (borrowed), but the Nth statement (1 is the first) fails with `rc`. With
 * `late` it is executed and then reported as failed: the answer was lost on the way. */
struct spk_warehouse *spk_warehouse_faulty_create(struct spk_warehouse *inner, int nth, spk_rc rc,
                                                  bool late);
int spk_warehouse_faulty_calls(const struct spk_warehouse *faulty); /* statements so far */

#endif
