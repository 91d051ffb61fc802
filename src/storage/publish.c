/* What became visible: files, cursors, history. */
#include "storage/storage_internal.h"

#define FILE_COLUMNS                                                                               \
    "object_key, account, stream, day, row_count, byte_count, sha256, run, extracted_us, "         \
    "published_us"

struct publishing {
    const struct spk_run *run;
    const struct spk_file_list *files;
    const struct spk_batch_list *batches;
};

static spk_rc publish_batch(struct spk_sql *sql, const struct spk_run *run,
                            const struct spk_batch *batch, struct spk_error *err)
{
    struct spk_batch_key key = spk_batch_key(spk_view_of(run->id), batch);
    int64_t changed = 0;
    spk_rc rc = spk_sql_exec_count(
        sql,
        SPK_SQL("UPDATE batch SET status = $5 WHERE run = $1 AND account = $2 AND stream = $3 "
                "AND day = $4 AND status IN ($5, $6)",
                key.run, key.account, key.stream, key.day, spk_sql_i64(SPK_BATCH_PUBLISHED),
                spk_sql_i64(SPK_BATCH_PASSED)),
        &changed, err);
    if (rc != SPK_OK || changed == 0) {
        return rc == SPK_OK ? spk_batch_refuse(sql, &key, "passed", err) : rc;
    }
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO day_metric (platform, account, stream, day, row_count, byte_count, "
                "field_names, run, extracted_us) "
                "SELECT $5, account, stream, day, row_count, byte_count, field_names, run, "
                "extracted_us FROM batch "
                "WHERE run = $1 AND account = $2 AND stream = $3 AND day = $4 "
                "ON CONFLICT (platform, account, stream, day) DO UPDATE SET "
                "row_count = excluded.row_count, byte_count = excluded.byte_count, "
                "field_names = excluded.field_names, run = excluded.run, "
                "extracted_us = excluded.extracted_us "
                "WHERE excluded.extracted_us >= day_metric.extracted_us",
                key.run, key.account, key.stream, key.day, spk_sql_text(run->platform)),
        err);
}

/* A key that is there with the same content is our own earlier try. */
static spk_rc publish_file(struct spk_sql *sql, const struct spk_run *run,
                           const struct spk_published_file *file, struct spk_error *err)
{
    int64_t changed = 0;
    spk_rc rc = spk_sql_exec_count(
        sql,
        SPK_SQL("INSERT INTO published_file (" FILE_COLUMNS ", platform, linked) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) "
                "ON CONFLICT (platform, object_key) DO UPDATE SET sha256 = excluded.sha256 "
                "WHERE published_file.sha256 = excluded.sha256",
                spk_sql_text(file->key), spk_sql_text(file->account), spk_sql_text(file->stream),
                spk_sql_i64(file->day), spk_sql_i64(file->rows), spk_sql_i64(file->bytes),
                spk_sql_text(file->sha256), spk_sql_str(run->id), spk_sql_i64(file->extracted_us),
                spk_sql_i64(file->published_us), spk_sql_text(run->platform)),
        &changed, err);
    if (rc != SPK_OK || changed > 0) {
        return rc;
    }
    return spk_error_set(err, SPK_EDATA, "%.*s: another file was published under this key",
                         SPK_FMT(spk_view_slice(file->key, 0, 300)));
}

spk_rc spk_cursors_move(struct spk_sql *sql, struct spk_view run, struct spk_error *err)
{
    /* A later run's cursor stays: a batch that is released weeks later must not turn it back. */
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO cursor_state (platform, account, stream, state, run) "
                "SELECT r.platform, e.account, e.stream, e.state, e.run "
                "FROM extraction e JOIN run r ON r.id = e.run "
                "WHERE e.run = $1 AND r.repair = 0 AND e.status = $2 AND e.state <> '' "
                "AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.run = e.run "
                "AND b.account = e.account AND b.stream = e.stream AND b.status NOT IN ($3, $4)) "
                "ON CONFLICT (platform, account, stream) DO UPDATE SET "
                "state = excluded.state, run = excluded.run "
                "WHERE excluded.run >= cursor_state.run",
                spk_sql_text(run), spk_sql_i64(SPK_EXTRACT_DONE), spk_sql_i64(SPK_BATCH_PUBLISHED),
                spk_sql_i64(SPK_BATCH_DISCARDED)),
        err);
}

static spk_rc publish(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct publishing *p = context;
    struct spk_view run = spk_view_of(p->run->id);
    spk_rc rc = spk_storage_run_must_exist(sql, run, err);
    for (size_t i = 0; rc == SPK_OK && i < p->batches->n; i++) {
        rc = publish_batch(sql, p->run, &p->batches->items[i], err);
    }
    for (size_t i = 0; rc == SPK_OK && i < p->files->n; i++) {
        rc = publish_file(sql, p->run, &p->files->items[i], err);
    }
    return rc == SPK_OK ? spk_cursors_move(sql, run, err) : rc;
}

spk_rc spk_storage_publish(struct spk_storage *storage, const struct spk_run *run,
                           const struct spk_file_list *files, const struct spk_batch_list *batches,
                           struct spk_error *err)
{
    struct publishing p = {run, files, batches};
    return spk_sql_transaction(storage->sql, publish, &p, err);
}

/* ---- files ---- */

static void read_file(struct spk_cells *cells, void *item)
{
    struct spk_published_file *file = item;
    file->key = spk_cells_text(cells);
    file->account = spk_cells_text(cells);
    file->stream = spk_cells_text(cells);
    file->day = (int32_t)spk_cells_i64(cells);
    file->rows = spk_cells_i64(cells);
    file->bytes = spk_cells_i64(cells);
    file->sha256 = spk_cells_text(cells);
    spk_cells_id(cells, file->run);
    file->extracted_us = spk_cells_i64(cells);
    file->published_us = spk_cells_i64(cells);
}

spk_rc spk_storage_published(struct spk_storage *storage, const struct spk_file_query *query,
                             struct spk_arena *arena, struct spk_file_list *out,
                             struct spk_error *err)
{
    struct spk_rows rows = {
        .arena = arena, .size = sizeof(struct spk_published_file), .read = read_file};
    spk_rc rc = spk_rows_query(
        storage,
        SPK_SQL("SELECT " FILE_COLUMNS " FROM published_file WHERE platform = $1 "
                "AND linked <= $2 ORDER BY account, stream, day, object_key",
                spk_sql_text(query->platform), spk_sql_i64(query->unlinked_only ? 0 : 1)),
        &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_file_list){rows.items, rows.n};
    }
    return rc;
}

struct linking {
    struct spk_view platform;
    const struct spk_file_list *files;
};

static spk_rc mark_linked(struct spk_sql *sql, void *context, struct spk_error *err)
{
    const struct linking *l = context;
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < l->files->n; i++) {
        rc = spk_sql_exec(
            sql,
            SPK_SQL("UPDATE published_file SET linked = 1 WHERE platform = $1 AND object_key = $2",
                    spk_sql_text(l->platform), spk_sql_text(l->files->items[i].key)),
            err);
    }
    return rc;
}

spk_rc spk_storage_linked(struct spk_storage *storage, struct spk_view platform,
                          const struct spk_file_list *files, struct spk_error *err)
{
    struct linking l = {platform, files};
    return spk_sql_transaction(storage->sql, mark_linked, &l, err);
}
