/* Batches, the gate's decision, people's decisions. */
#include "storage/storage_internal.h"

#include "base/time.h"

#define BATCH_COLUMNS                                                                              \
    "account, stream, day, status, row_count, byte_count, record_count, empty_proven, proof, "     \
    "failed_requests, field_names, newest_us, extracted_us, evidence"
#define VERDICT_COLUMNS "account, stream, day, check_name, outcome, expected, actual, message"
#define THIS_BATCH      "run = $1 AND account = $2 AND stream = $3 AND day = $4"

static void read_batch(struct spk_cells *cells, void *item)
{
    struct spk_batch *batch = item;
    batch->account = spk_cells_text(cells);
    batch->stream = spk_cells_text(cells);
    batch->day = (int32_t)spk_cells_i64(cells);
    batch->status = (enum spk_batch_status)spk_cells_i64(cells);
    batch->rows = spk_cells_i64(cells);
    batch->bytes = spk_cells_i64(cells);
    batch->records = spk_cells_i64(cells);
    batch->empty_proven = spk_cells_i64(cells) != 0;
    batch->proof = spk_cells_text(cells);
    batch->failed_requests = spk_cells_i64(cells);
    batch->schema = spk_cells_text(cells);
    batch->newest_us = spk_cells_i64(cells);
    batch->extracted_us = spk_cells_i64(cells);
    batch->evidence = spk_cells_text(cells);
}

spk_rc spk_batch_insert(struct spk_sql *sql, struct spk_view run, const struct spk_batch *batch,
                        struct spk_error *err)
{
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO batch (run, " BATCH_COLUMNS
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                spk_sql_text(run), spk_sql_text(batch->account), spk_sql_text(batch->stream),
                spk_sql_i64(batch->day), spk_sql_i64(SPK_BATCH_EXTRACTED), spk_sql_i64(batch->rows),
                spk_sql_i64(batch->bytes), spk_sql_i64(batch->records),
                spk_sql_i64(batch->empty_proven), spk_sql_text(batch->proof),
                spk_sql_i64(batch->failed_requests), spk_sql_text(batch->schema),
                spk_sql_i64(batch->newest_us), spk_sql_i64(batch->extracted_us),
                spk_sql_text(batch->evidence)),
        err);
}

spk_rc spk_storage_batches(struct spk_storage *storage, const struct spk_batch_query *query,
                           struct spk_arena *arena, struct spk_batch_list *out,
                           struct spk_error *err)
{
    struct spk_rows rows = {.arena = arena, .size = sizeof(struct spk_batch), .read = read_batch};
    spk_rc rc = spk_rows_query(storage,
                               SPK_SQL("SELECT " BATCH_COLUMNS
                                       " FROM batch WHERE run = $1 AND (status = $2 OR $2 < 0) "
                                       "ORDER BY account, stream, day",
                                       spk_sql_text(query->run), spk_sql_i64(query->status)),
                               &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_batch_list){rows.items, rows.n};
    }
    return rc;
}

spk_rc spk_batch_refuse(struct spk_sql *sql, const struct spk_batch_key *key, const char *wanted,
                        struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_sql_row row = {0};
    int64_t status = 0;
    spk_rc rc = spk_sql_query_row(sql,
                                  SPK_SQL("SELECT status FROM batch WHERE " THIS_BATCH, key->run,
                                          key->account, key->stream, key->day),
                                  &arena, &row, err);
    if (rc == SPK_OK && row.n > 0) {
        rc = spk_sql_row_i64(&row, 0, &status, err);
    }
    if (rc == SPK_OK) {
        struct spk_view day = spk_day_format(&arena, (int32_t)key->day.i64);
        const char *is = spk_batch_status_name((enum spk_batch_status)status);
        rc = row.n > 0 ? spk_error_set(err, SPK_ECONFIG, "batch %.*s %.*s %.*s is %s, not %s",
                                       SPK_FMT(key->account.view), SPK_FMT(key->stream.view),
                                       SPK_FMT(day), is, wanted)
                       : spk_error_set(err, SPK_ECONFIG, "run %.*s has no batch %.*s %.*s %.*s",
                                       SPK_FMT(key->run.view), SPK_FMT(key->account.view),
                                       SPK_FMT(key->stream.view), SPK_FMT(day));
    }
    spk_arena_deinit(&arena);
    return rc;
}

/* ---- the gate's decision ---- */

struct gating {
    struct spk_view run;
    const struct spk_verdict_list *verdicts;
    const struct spk_batch_list *batches;
};

static spk_rc gate_batch(struct spk_sql *sql, struct spk_view run, const struct spk_batch *batch,
                         struct spk_error *err)
{
    struct spk_batch_key key = spk_batch_key(run, batch);
    int64_t changed = 0;
    spk_rc rc = spk_sql_exec(
        sql,
        SPK_SQL("DELETE FROM verdict WHERE " THIS_BATCH, key.run, key.account, key.stream, key.day),
        err);
    if (rc == SPK_OK) {
        rc = spk_sql_exec_count(
            sql,
            SPK_SQL(
                "UPDATE batch SET status = CASE WHEN status IN ($5, $6) THEN status ELSE $7 END "
                "WHERE " THIS_BATCH,
                key.run, key.account, key.stream, key.day, spk_sql_i64(SPK_BATCH_PUBLISHED),
                spk_sql_i64(SPK_BATCH_DISCARDED), spk_sql_i64(batch->status)),
            &changed, err);
    }
    return rc == SPK_OK && changed == 0 ? spk_batch_refuse(sql, &key, "extracted", err) : rc;
}

static spk_rc insert_verdict(struct spk_sql *sql, struct spk_view run,
                             const struct spk_verdict *verdict, struct spk_error *err)
{
    return spk_sql_exec(sql,
                        SPK_SQL("INSERT INTO verdict (run, " VERDICT_COLUMNS
                                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                                "ON CONFLICT (run, account, stream, day, check_name) DO UPDATE SET "
                                "outcome = excluded.outcome, expected = excluded.expected, "
                                "actual = excluded.actual, message = excluded.message",
                                spk_sql_text(run), spk_sql_text(verdict->account),
                                spk_sql_text(verdict->stream), spk_sql_i64(verdict->day),
                                spk_sql_text(verdict->check), spk_sql_i64(verdict->outcome),
                                spk_sql_text(verdict->expected), spk_sql_text(verdict->actual),
                                spk_sql_text(verdict->message)),
                        err);
}

static spk_rc save_gate(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct gating *g = context;
    spk_rc rc = spk_storage_run_must_exist(sql, g->run, err);
    for (size_t i = 0; rc == SPK_OK && i < g->batches->n; i++) {
        rc = gate_batch(sql, g->run, &g->batches->items[i], err);
    }
    for (size_t i = 0; rc == SPK_OK && i < g->verdicts->n; i++) {
        rc = insert_verdict(sql, g->run, &g->verdicts->items[i], err);
    }
    return rc;
}

spk_rc spk_storage_gate_save(struct spk_storage *storage, struct spk_view run,
                             const struct spk_verdict_list *verdicts,
                             const struct spk_batch_list *batches, struct spk_error *err)
{
    struct gating g = {run, verdicts, batches};
    return spk_sql_transaction(storage->sql, save_gate, &g, err);
}

static void read_verdict(struct spk_cells *cells, void *item)
{
    struct spk_verdict *verdict = item;
    verdict->account = spk_cells_text(cells);
    verdict->stream = spk_cells_text(cells);
    verdict->day = (int32_t)spk_cells_i64(cells);
    verdict->check = spk_cells_text(cells);
    verdict->outcome = (enum spk_outcome)spk_cells_i64(cells);
    verdict->expected = spk_cells_text(cells);
    verdict->actual = spk_cells_text(cells);
    verdict->message = spk_cells_text(cells);
}

spk_rc spk_storage_verdicts(struct spk_storage *storage, struct spk_view run,
                            struct spk_arena *arena, struct spk_verdict_list *out,
                            struct spk_error *err)
{
    struct spk_rows rows = {
        .arena = arena, .size = sizeof(struct spk_verdict), .read = read_verdict};
    spk_rc rc = spk_rows_query(storage,
                               SPK_SQL("SELECT " VERDICT_COLUMNS " FROM verdict WHERE run = $1 "
                                       "ORDER BY account, stream, day, check_name",
                                       spk_sql_text(run)),
                               &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_verdict_list){rows.items, rows.n};
    }
    return rc;
}

/* ---- people's decisions ---- */

struct deciding {
    struct spk_view run;
    const struct spk_batch_list *batches;
    const struct spk_decision *decision;
    int64_t now_us;
};

/* The same decision stands already: an earlier call went through and its answer was lost. */
static spk_rc check_decided(struct spk_sql *sql, const struct spk_batch_key *key,
                            struct spk_sql_value action, struct spk_error *err)
{
    int64_t n = 0;
    spk_rc rc = spk_sql_query_i64(
        sql,
        SPK_SQL("SELECT count(*) FROM audit WHERE " THIS_BATCH
                " AND action = $5 AND NOT EXISTS (SELECT 1 FROM audit other WHERE other.run = $1 "
                "AND other.account = $2 AND other.stream = $3 AND other.day = $4 "
                "AND other.at_us > audit.at_us)",
                key->run, key->account, key->stream, key->day, action),
        &n, err);
    return rc == SPK_OK && n == 0 ? spk_batch_refuse(sql, key, "held", err) : rc;
}

static spk_rc decide_batch(struct spk_sql *sql, const struct deciding *d,
                           const struct spk_batch *batch, struct spk_error *err)
{
    struct spk_batch_key key = spk_batch_key(d->run, batch);
    bool release = d->decision->release;
    struct spk_sql_value action = spk_sql_str(release ? "release" : "discard");
    int64_t changed = 0;
    spk_rc rc = spk_sql_exec_count(
        sql,
        SPK_SQL("UPDATE batch SET status = $5 WHERE " THIS_BATCH " AND status = $6", key.run,
                key.account, key.stream, key.day,
                spk_sql_i64(release ? SPK_BATCH_PASSED : SPK_BATCH_DISCARDED),
                spk_sql_i64(SPK_BATCH_HELD)),
        &changed, err);
    if (rc != SPK_OK || changed == 0) {
        return rc == SPK_OK ? check_decided(sql, &key, action, err) : rc;
    }
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO audit (run, account, stream, day, action, who, reason, at_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                "ON CONFLICT (run, account, stream, day, action) DO UPDATE SET "
                "who = excluded.who, reason = excluded.reason, at_us = excluded.at_us",
                key.run, key.account, key.stream, key.day, action, spk_sql_text(d->decision->who),
                spk_sql_text(d->decision->reason), spk_sql_i64(d->now_us)),
        err);
}

static spk_rc decide(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct deciding *d = context;
    spk_rc rc = spk_storage_run_must_exist(sql, d->run, err);
    for (size_t i = 0; rc == SPK_OK && i < d->batches->n; i++) {
        rc = decide_batch(sql, d, &d->batches->items[i], err);
    }
    return rc == SPK_OK && !d->decision->release ? spk_cursors_move(sql, d->run, err) : rc;
}

spk_rc spk_storage_decide(struct spk_storage *storage, struct spk_view run,
                          const struct spk_batch_list *batches, const struct spk_decision *decision,
                          struct spk_error *err)
{
    struct deciding d = {run, batches, decision, spk_time_now_us()};
    return spk_sql_transaction(storage->sql, decide, &d, err);
}
