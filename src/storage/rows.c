/* From rows to structs. */
#include "storage/storage_internal.h"

enum { ROWS_MAX = 20 * 1000 * 1000, ROWS_FIRST = 16 };

int64_t spk_cells_i64(struct spk_cells *cells)
{
    int64_t number = 0;
    if (cells->rc == SPK_OK) {
        cells->rc = spk_sql_row_i64(cells->row, cells->next++, &number, cells->err);
    }
    return number;
}

struct spk_view spk_cells_text(struct spk_cells *cells)
{
    if (cells->rc != SPK_OK) {
        return (struct spk_view){NULL, 0};
    }
    return spk_arena_dup(cells->arena, spk_sql_row_text(cells->row, cells->next++));
}

void spk_cells_id(struct spk_cells *cells, char out[SPK_UUID_TEXT])
{
    struct spk_view id = spk_view_slice(spk_cells_text(cells), 0, SPK_UUID_TEXT - 1);
    if (id.len > 0) {
        memcpy(out, id.at, id.len);
    }
    out[id.len] = 0;
}

static void grow(struct spk_rows *rows)
{
    size_t cap = rows->cap ? rows->cap * 2 : ROWS_FIRST;
    void *items = spk_arena_array(rows->arena, cap, rows->size);
    if (rows->n > 0) {
        memcpy(items, rows->items, rows->n * rows->size);
    }
    rows->items = items;
    rows->cap = cap;
}

static spk_rc take_row(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    struct spk_rows *rows = context;
    if (rows->n >= ROWS_MAX) {
        return spk_error_set(err, SPK_EDATA, "more than %d rows", ROWS_MAX);
    }
    if (rows->n == rows->cap) {
        grow(rows);
    }
    struct spk_cells cells = {.row = row, .arena = rows->arena, .err = err};
    rows->read(&cells, (char *)rows->items + rows->n * rows->size);
    rows->n += cells.rc == SPK_OK ? 1 : 0;
    return cells.rc;
}

spk_rc spk_rows_query(struct spk_storage *storage, struct spk_sql_statement statement,
                      struct spk_rows *rows, struct spk_error *err)
{
    return spk_sql_query(storage->sql, statement, take_row, rows, err);
}
