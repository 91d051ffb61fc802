/* Runs and their steps. */
#include "storage/storage_internal.h"

#include "base/time.h"

enum { RUNS_MOST = 100 };

#define RUN_COLUMNS                                                                                \
    "id, platform, status, repair, first_day, last_day, days, step, started_us, ended_us, error"

static void read_run(struct spk_cells *cells, void *item)
{
    struct spk_run *run = item;
    spk_cells_id(cells, run->id);
    run->platform = spk_cells_text(cells);
    run->status = (enum spk_run_status)spk_cells_i64(cells);
    run->repair = spk_cells_i64(cells) != 0;
    run->from = (int32_t)spk_cells_i64(cells);
    run->to = (int32_t)spk_cells_i64(cells);
    run->days = spk_cells_text(cells);
    run->step = (enum spk_step)spk_cells_i64(cells);
    run->started_us = spk_cells_i64(cells);
    run->ended_us = spk_cells_i64(cells);
    run->error = spk_cells_text(cells);
}

struct creation {
    const struct spk_run *run;
    const struct spk_extract_list *extracts;
};

static spk_rc refuse_second(struct spk_sql *sql, const struct spk_run *run, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_sql_row row = {0};
    spk_rc rc =
        spk_sql_query_row(sql,
                          SPK_SQL("SELECT id FROM run WHERE platform = $1 AND status = $2",
                                  spk_sql_text(run->platform), spk_sql_i64(SPK_RUN_RUNNING)),
                          &arena, &row, err);
    if (rc == SPK_OK && row.n > 0) {
        rc = spk_error_set(err, SPK_ECONFIG, "run %.*s of %.*s is not ended",
                           SPK_FMT(spk_sql_row_text(&row, 0)), SPK_FMT(run->platform));
        spk_error_hint(err, "finish it first: spike run %.*s --resume", SPK_FMT(run->platform));
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc insert_run(struct spk_sql *sql, const struct spk_run *run, struct spk_error *err)
{
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO run (" RUN_COLUMNS
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                spk_sql_str(run->id), spk_sql_text(run->platform), spk_sql_i64(run->status),
                spk_sql_i64(run->repair), spk_sql_i64(run->from), spk_sql_i64(run->to),
                spk_sql_text(run->days), spk_sql_i64(run->step), spk_sql_i64(run->started_us),
                spk_sql_i64(run->ended_us), spk_sql_text(run->error)),
        err);
}

static spk_rc create(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct creation *c = context;
    int64_t known = 0;
    spk_rc rc = spk_sql_query_i64(
        sql, SPK_SQL("SELECT count(*) FROM run WHERE id = $1", spk_sql_str(c->run->id)), &known,
        err);
    if (rc != SPK_OK || known > 0) {
        return rc;
    }
    if (c->run->status == SPK_RUN_RUNNING) {
        rc = refuse_second(sql, c->run, err);
    }
    rc = rc == SPK_OK ? insert_run(sql, c->run, err) : rc;
    for (size_t i = 0; rc == SPK_OK && i < c->extracts->n; i++) {
        rc = spk_extract_insert(sql, spk_view_of(c->run->id), &c->extracts->items[i], err);
    }
    return rc;
}

spk_rc spk_storage_run_create(struct spk_storage *storage, const struct spk_run *run,
                              const struct spk_extract_list *extracts, struct spk_error *err)
{
    struct creation c = {run, extracts};
    return spk_sql_transaction(storage->sql, create, &c, err);
}

/* ---- reading ---- */

static spk_rc get_one(struct spk_storage *storage, struct spk_sql_statement statement,
                      struct spk_arena *arena, struct spk_run *run, struct spk_error *err)
{
    struct spk_rows rows = {.arena = arena, .size = sizeof *run, .read = read_run};
    spk_rc rc = spk_rows_query(storage, statement, &rows, err);
    if (rc == SPK_OK) {
        *run = rows.n > 0 ? *(struct spk_run *)rows.items : (struct spk_run){0};
    }
    return rc;
}

spk_rc spk_storage_run_get(struct spk_storage *storage, struct spk_view id, struct spk_arena *arena,
                           struct spk_run *run, struct spk_error *err)
{
    return get_one(storage,
                   SPK_SQL("SELECT " RUN_COLUMNS " FROM run WHERE id = $1", spk_sql_text(id)),
                   arena, run, err);
}

spk_rc spk_storage_run_open(struct spk_storage *storage, struct spk_view platform,
                            struct spk_arena *arena, struct spk_run *run, struct spk_error *err)
{
    return get_one(storage,
                   SPK_SQL("SELECT " RUN_COLUMNS " FROM run WHERE platform = $1 AND status = $2",
                           spk_sql_text(platform), spk_sql_i64(SPK_RUN_RUNNING)),
                   arena, run, err);
}

spk_rc spk_storage_runs(struct spk_storage *storage, const struct spk_run_query *query,
                        struct spk_arena *arena, struct spk_run_list *out, struct spk_error *err)
{
    struct spk_rows rows = {.arena = arena, .size = sizeof(struct spk_run), .read = read_run};
    size_t most = query->most > 0 ? query->most : RUNS_MOST;
    spk_rc rc =
        spk_rows_query(storage,
                       SPK_SQL("SELECT " RUN_COLUMNS " FROM run WHERE platform = $1 OR $1 = '' "
                               "ORDER BY started_us DESC, id DESC LIMIT $2",
                               spk_sql_text(query->platform), spk_sql_i64((int64_t)most)),
                       &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_run_list){rows.items, rows.n};
    }
    return rc;
}

/* ---- progress ---- */

struct progress {
    struct spk_view run, detail;
    enum spk_step step;
    int64_t now_us;
};

static spk_rc record_step(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct progress *p = context;
    spk_rc rc = spk_storage_run_must_exist(sql, p->run, err);
    if (rc == SPK_OK) {
        rc = spk_sql_exec(
            sql,
            SPK_SQL("INSERT INTO run_step (run, step, done_us, detail) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (run, step) DO UPDATE SET detail = excluded.detail",
                    spk_sql_text(p->run), spk_sql_i64(p->step), spk_sql_i64(p->now_us),
                    spk_sql_text(p->detail)),
            err);
    }
    if (rc == SPK_OK) {
        rc = spk_sql_exec(sql,
                          SPK_SQL("UPDATE run SET step = $2 WHERE id = $1 AND step < $2",
                                  spk_sql_text(p->run), spk_sql_i64(p->step + 1)),
                          err);
    }
    return rc;
}

spk_rc spk_storage_step_done(struct spk_storage *storage, struct spk_view run, enum spk_step step,
                             struct spk_view detail, struct spk_error *err)
{
    struct progress p = {run, detail, step, spk_time_now_us()};
    spk_rc rc = spk_storage_beat(storage, err);
    return rc == SPK_OK ? spk_sql_transaction(storage->sql, record_step, &p, err) : rc;
}

struct ending {
    struct spk_view run, error;
    enum spk_run_status status;
    int64_t now_us;
};

static spk_rc record_end(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct ending *e = context;
    spk_rc rc = spk_storage_run_must_exist(sql, e->run, err);
    return rc == SPK_OK
               ? spk_sql_exec(
                     sql,
                     SPK_SQL("UPDATE run SET status = $2, error = $3, ended_us = $4 WHERE id = $1",
                             spk_sql_text(e->run), spk_sql_i64(e->status), spk_sql_text(e->error),
                             spk_sql_i64(e->now_us)),
                     err)
               : rc;
}

spk_rc spk_storage_run_end(struct spk_storage *storage, struct spk_view run,
                           enum spk_run_status status, struct spk_view error, struct spk_error *err)
{
    int64_t now_us = status == SPK_RUN_RUNNING ? 0 : spk_time_now_us();
    struct ending e = {run, error, status, now_us};
    return spk_sql_transaction(storage->sql, record_end, &e, err);
}
