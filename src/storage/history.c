/* What later runs start from and are compared with. */
#include "storage/storage_internal.h"

static spk_rc first_text(struct spk_storage *storage, struct spk_sql_statement statement,
                         struct spk_arena *arena, struct spk_view *out, struct spk_error *err)
{
    struct spk_sql_row row = {0};
    spk_rc rc = spk_sql_query_row(storage->sql, statement, arena, &row, err);
    if (rc == SPK_OK) {
        *out = row.n > 0 ? spk_sql_row_text(&row, 0) : (struct spk_view){NULL, 0};
    }
    return rc;
}

spk_rc spk_storage_cursor(struct spk_storage *storage, const struct spk_stream_key *key,
                          struct spk_arena *arena, struct spk_view *state, struct spk_error *err)
{
    return first_text(storage,
                      SPK_SQL("SELECT state FROM cursor_state "
                              "WHERE platform = $1 AND account = $2 AND stream = $3",
                              spk_sql_text(key->platform), spk_sql_text(key->account),
                              spk_sql_text(key->stream)),
                      arena, state, err);
}

spk_rc spk_storage_last_schema(struct spk_storage *storage, const struct spk_stream_key *key,
                               struct spk_arena *arena, struct spk_view *schema,
                               struct spk_error *err)
{
    return first_text(storage,
                      SPK_SQL("SELECT field_names FROM day_metric WHERE platform = $1 "
                              "AND account = $2 AND stream = $3 AND field_names <> '' "
                              "ORDER BY extracted_us DESC, day DESC LIMIT 1",
                              spk_sql_text(key->platform), spk_sql_text(key->account),
                              spk_sql_text(key->stream)),
                      arena, schema, err);
}

static void read_day(struct spk_cells *cells, void *item)
{
    struct spk_day_rows *day = item;
    day->day = (int32_t)spk_cells_i64(cells);
    day->rows = spk_cells_i64(cells);
}

spk_rc spk_storage_history(struct spk_storage *storage, const struct spk_history_query *query,
                           struct spk_arena *arena, struct spk_day_list *out, struct spk_error *err)
{
    struct spk_rows rows = {.arena = arena, .size = sizeof(struct spk_day_rows), .read = read_day};
    spk_rc rc = spk_rows_query(
        storage,
        SPK_SQL("SELECT day, row_count FROM day_metric WHERE platform = $1 AND account = $2 "
                "AND stream = $3 AND day < $4 ORDER BY day DESC LIMIT $5",
                spk_sql_text(query->key.platform), spk_sql_text(query->key.account),
                spk_sql_text(query->key.stream), spk_sql_i64(query->day),
                spk_sql_i64((int64_t)query->most)),
        &rows, err);
    if (rc == SPK_OK) {
        *out = (struct spk_day_list){rows.items, rows.n};
    }
    return rc;
}
