#ifndef SPK_STORAGE_INTERNAL_H
#define SPK_STORAGE_INTERNAL_H
/* What the parts of storage share. */
#include "sql/sql.h"
#include "storage/storage.h"

struct spk_storage_lock;

struct spk_storage {
    struct spk_sql *sql; /* owned */
    struct spk_storage_lock *locks;
};

/* ---- migrations.c ---- */
spk_rc spk_storage_migrate(struct spk_sql *sql, struct spk_error *err);

/* ---- storage.c ---- */
/* A sign of life for every lock that is held. */
spk_rc spk_storage_beat(struct spk_storage *storage, struct spk_error *err);
/* ECONFIG where there is no such run. */
spk_rc spk_storage_run_must_exist(struct spk_sql *sql, struct spk_view run, struct spk_error *err);

/* ---- rows.c ---- */

/* Takes the cells of a row one after the other; the first failure stays. Texts are copied. */
struct spk_cells {
    const struct spk_sql_row *row;
    size_t next;
    struct spk_arena *arena;
    spk_rc rc;
    struct spk_error *err;
};
int64_t spk_cells_i64(struct spk_cells *cells);
struct spk_view spk_cells_text(struct spk_cells *cells);
void spk_cells_id(struct spk_cells *cells, char out[SPK_UUID_TEXT]);

/* All rows of a query as an array in the arena. */
struct spk_rows {
    struct spk_arena *arena;
    size_t size; /* of an item */
    void (*read)(struct spk_cells *cells, void *item);
    void *items;
    size_t n, cap;
};
spk_rc spk_rows_query(struct spk_storage *storage, struct spk_sql_statement statement,
                      struct spk_rows *rows, struct spk_error *err);

/* ---- extract.c, batch.c, publish.c: parts of transactions ---- */

/* Inserts, or replaces what is there. */
spk_rc spk_extract_insert(struct spk_sql *sql, struct spk_view run,
                          const struct spk_extract *extract, struct spk_error *err);
spk_rc spk_batch_insert(struct spk_sql *sql, struct spk_view run, const struct spk_batch *batch,
                        struct spk_error *err);

/* Where a batch is: the four parameters $1 to $4 of statements. */
struct spk_batch_key {
    struct spk_sql_value run, account, stream, day;
};
static inline struct spk_batch_key spk_batch_key(struct spk_view run, const struct spk_batch *batch)
{
    return (struct spk_batch_key){spk_sql_text(run), spk_sql_text(batch->account),
                                  spk_sql_text(batch->stream), spk_sql_i64(batch->day)};
}
/* ECONFIG "batch ACCOUNT STREAM DAY of run ID is held, not passed" or "... does not exist". */
spk_rc spk_batch_refuse(struct spk_sql *sql, const struct spk_batch_key *key, const char *wanted,
                        struct spk_error *err);
/* Moves the cursors of the run's extracts that are through: see spk_storage_publish. */
spk_rc spk_cursors_move(struct spk_sql *sql, struct spk_view run, struct spk_error *err);

#endif
