/* What was read: extracts and the batches they left. */
#include "storage/storage_internal.h"

#define EXTRACT_COLUMNS                                                                            \
    "account, stream, status, state, error, failure, requests, retries, failed_requests, "         \
    "row_count"

static void read_extract(struct spk_cells *cells, void *item)
{
    struct spk_extract *extract = item;
    extract->account = spk_cells_text(cells);
    extract->stream = spk_cells_text(cells);
    extract->status = (enum spk_extract_status)spk_cells_i64(cells);
    extract->state = spk_cells_text(cells);
    extract->error = spk_cells_text(cells);
    extract->failure = (int)spk_cells_i64(cells);
    extract->requests = spk_cells_i64(cells);
    extract->retries = spk_cells_i64(cells);
    extract->failed_requests = spk_cells_i64(cells);
    extract->rows = spk_cells_i64(cells);
}

spk_rc spk_storage_extracts(struct spk_storage *storage, struct spk_view run,
                            struct spk_arena *arena, struct spk_extract_list *out,
                            struct spk_error *err)
{
    struct spk_rows rows = {
        .arena = arena, .size = sizeof(struct spk_extract), .read = read_extract};
    spk_rc rc = spk_rows_query(storage,
                               SPK_SQL("SELECT " EXTRACT_COLUMNS
                                       " FROM extraction WHERE run = $1 ORDER BY account, stream",
                                       spk_sql_text(run)),
                               &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_extract_list){rows.items, rows.n};
    }
    return rc;
}

spk_rc spk_extract_insert(struct spk_sql *sql, struct spk_view run,
                          const struct spk_extract *extract, struct spk_error *err)
{
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO extraction (run, " EXTRACT_COLUMNS
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                "ON CONFLICT (run, account, stream) DO UPDATE SET status = excluded.status, "
                "state = excluded.state, error = excluded.error, failure = excluded.failure, "
                "requests = excluded.requests, retries = excluded.retries, "
                "failed_requests = excluded.failed_requests, row_count = excluded.row_count",
                spk_sql_text(run), spk_sql_text(extract->account), spk_sql_text(extract->stream),
                spk_sql_i64(extract->status), spk_sql_text(extract->state),
                spk_sql_text(extract->error), spk_sql_i64(extract->failure),
                spk_sql_i64(extract->requests), spk_sql_i64(extract->retries),
                spk_sql_i64(extract->failed_requests), spk_sql_i64(extract->rows)),
        err);
}

/* ---- saving ---- */

struct saving {
    struct spk_view run;
    const struct spk_extract *extract;
    const struct spk_batch_list *batches;
};

static spk_rc refuse_settled(struct spk_sql *sql, const struct saving *s, struct spk_error *err)
{
    int64_t settled = 0;
    spk_rc rc = spk_sql_query_i64(
        sql,
        SPK_SQL("SELECT count(*) FROM batch WHERE run = $1 AND account = $2 AND stream = $3 "
                "AND status IN ($4, $5)",
                spk_sql_text(s->run), spk_sql_text(s->extract->account),
                spk_sql_text(s->extract->stream), spk_sql_i64(SPK_BATCH_PUBLISHED),
                spk_sql_i64(SPK_BATCH_DISCARDED)),
        &settled, err);
    if (rc != SPK_OK || settled == 0) {
        return rc;
    }
    spk_error_set(err, SPK_ECONFIG,
                  "%.*s %.*s cannot be read again in this run: batches were published or discarded",
                  SPK_FMT(s->extract->account), SPK_FMT(s->extract->stream));
    spk_error_hint(err, "start a run of its own for those days");
    return SPK_ECONFIG;
}

static spk_rc drop_old(struct spk_sql *sql, const struct saving *s, struct spk_error *err)
{
    spk_rc rc =
        spk_sql_exec(sql,
                     SPK_SQL("DELETE FROM verdict WHERE run = $1 AND account = $2 AND stream = $3",
                             spk_sql_text(s->run), spk_sql_text(s->extract->account),
                             spk_sql_text(s->extract->stream)),
                     err);
    return rc == SPK_OK
               ? spk_sql_exec(
                     sql,
                     SPK_SQL("DELETE FROM batch WHERE run = $1 AND account = $2 AND stream = $3",
                             spk_sql_text(s->run), spk_sql_text(s->extract->account),
                             spk_sql_text(s->extract->stream)),
                     err)
               : rc;
}

static spk_rc save(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct saving *s = context;
    spk_rc rc = spk_storage_run_must_exist(sql, s->run, err);
    rc = rc == SPK_OK ? refuse_settled(sql, s, err) : rc;
    rc = rc == SPK_OK ? spk_extract_insert(sql, s->run, s->extract, err) : rc;
    rc = rc == SPK_OK ? drop_old(sql, s, err) : rc;
    for (size_t i = 0; rc == SPK_OK && i < s->batches->n; i++) {
        rc = spk_batch_insert(sql, s->run, &s->batches->items[i], err);
    }
    return rc;
}

spk_rc spk_storage_extract_save(struct spk_storage *storage, struct spk_view run,
                                const struct spk_extract *extract,
                                const struct spk_batch_list *batches, struct spk_error *err)
{
    struct saving s = {run, extract, batches};
    spk_rc rc = spk_storage_beat(storage, err);
    return rc == SPK_OK ? spk_sql_transaction(storage->sql, save, &s, err) : rc;
}
