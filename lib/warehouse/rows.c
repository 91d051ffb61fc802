/* Results of queries, row by row, over an Arrow stream of batches. */
#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "warehouse/warehouse_internal.h"

enum { TEXT_LIMIT = 64 << 20, SQL_KEPT = 1024 };

struct spk_warehouse_rows {
    const struct spk_warehouse *warehouse;
    struct spk_buf sql; /* its beginning, for errors of later rows */
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    struct spk_column *columns;
    size_t n, row; /* row within the batch; batch.length == 0 before the first */
    struct spk_buf text;
};

spk_rc spk_warehouse_stream_error(struct ArrowArrayStream *stream, int code, struct spk_error *err)
{
    const char *text = stream->get_last_error(stream);
    spk_rc rc =
        code == ENOMEM ? SPK_ESYSTEM : spk_warehouse_rc_of_text(text ? text : "", SPK_EDATA);
    return spk_error_set(err, rc, "%s", text ? text : "the driver gave no reason");
}

spk_rc spk_warehouse_stream_drain(struct ArrowArrayStream *stream, struct spk_error *err)
{
    for (;;) {
        struct ArrowArray batch = {0};
        int code = stream->get_next(stream, &batch);
        if (code != 0)
            return spk_warehouse_stream_error(stream, code, err);
        if (!batch.release)
            return SPK_OK;
        spk_arrow_array_release(&batch);
    }
}

spk_rc spk_warehouse_query(struct spk_warehouse *warehouse, struct spk_view sql,
                           struct spk_warehouse_rows **out, struct spk_error *err)
{
    struct spk_warehouse_rows *rows = (struct spk_warehouse_rows *)spk_memory_zalloc(sizeof(*rows));
    rows->warehouse = warehouse;
    spk_buf_init(&rows->text, TEXT_LIMIT);
    spk_buf_append(&rows->sql, spk_view_slice(sql, 0, SQL_KEPT));
    spk_rc rc = warehouse->ops->query(warehouse, sql, &rows->stream, err);
    if (rc == SPK_OK) {
        int code = rows->stream.get_schema(&rows->stream, &rows->schema);
        if (code != 0)
            rc = spk_warehouse_stream_error(&rows->stream, code, err);
    }
    if (rc != SPK_OK) {
        spk_warehouse_rows_destroy(rows);
        return spk_warehouse_statement_error(warehouse, sql, rc, err);
    }
    rows->n = (size_t)rows->schema.n_children;
    rows->columns = (struct spk_column *)spk_memory_zalloc(rows->n * sizeof(*rows->columns));
    *out = rows;
    return SPK_OK;
}

void spk_warehouse_rows_destroy(struct spk_warehouse_rows *rows)
{
    if (!rows)
        return;
    spk_arrow_array_release(&rows->batch);
    spk_arrow_schema_release(&rows->schema);
    spk_arrow_stream_release(&rows->stream);
    spk_buf_deinit(&rows->text);
    spk_buf_deinit(&rows->sql);
    free(rows->columns);
    free(rows);
}

/* The next batch that has rows; *more is false where there is none. */
static spk_rc next_batch(struct spk_warehouse_rows *rows, bool *more, struct spk_error *err)
{
    do {
        spk_arrow_array_release(&rows->batch);
        rows->batch = (struct ArrowArray){0};
        int code = rows->stream.get_next(&rows->stream, &rows->batch);
        if (code != 0)
            return spk_warehouse_stream_error(&rows->stream, code, err);
    } while (rows->batch.release && rows->batch.length == 0);
    for (size_t i = 0; rows->batch.release && i < rows->n; i++) {
        spk_rc rc = spk_column_open(&rows->schema, &rows->batch, i, &rows->columns[i], err);
        if (rc != SPK_OK)
            return rc;
    }
    rows->row = 0;
    *more = rows->batch.release != NULL;
    return SPK_OK;
}

spk_rc spk_warehouse_rows_next(struct spk_warehouse_rows *rows, bool *more, struct spk_error *err)
{
    if (rows->row + 1 >= (size_t)rows->batch.length) {
        spk_rc rc = next_batch(rows, more, err);
        return rc == SPK_OK ? SPK_OK
                            : spk_warehouse_statement_error(rows->warehouse,
                                                            spk_buf_view(&rows->sql), rc, err);
    }
    rows->row++;
    *more = true;
    return SPK_OK;
}

size_t spk_warehouse_rows_columns(const struct spk_warehouse_rows *rows)
{
    return rows->n;
}

const char *spk_warehouse_rows_name(const struct spk_warehouse_rows *rows, size_t column)
{
    const char *name = rows->schema.children[column]->name;
    return name ? name : "";
}

bool spk_warehouse_rows_is_null(const struct spk_warehouse_rows *rows, size_t column)
{
    return spk_column_is_null(&rows->columns[column], rows->row);
}

static spk_rc not_a(const char *what, const struct spk_warehouse_rows *rows, size_t column,
                    struct spk_error *err)
{
    return spk_error_set(
        err, SPK_EDATA, "column %s is not %s but %s", spk_warehouse_rows_name(rows, column), what,
        spk_warehouse_rows_is_null(rows, column) ? "null" : rows->schema.children[column]->format);
}

spk_rc spk_warehouse_rows_i64(const struct spk_warehouse_rows *rows, size_t column, int64_t *out,
                              struct spk_error *err)
{
    const struct spk_column *cells = &rows->columns[column];
    bool found = false;
    if (!spk_column_is_null(cells, rows->row))
        found = cells->kind == SPK_KIND_STRING
                    ? spk_parse_i64(spk_column_string(cells, rows->row), INT64_MIN, INT64_MAX, out)
                    : spk_column_i64(cells, rows->row, out);
    return found ? SPK_OK : not_a("a whole number", rows, column, err);
}

spk_rc spk_warehouse_rows_double(const struct spk_warehouse_rows *rows, size_t column, double *out,
                                 struct spk_error *err)
{
    const struct spk_column *cells = &rows->columns[column];
    bool found = false;
    if (!spk_column_is_null(cells, rows->row))
        found = cells->kind == SPK_KIND_STRING
                    ? spk_parse_double(spk_column_string(cells, rows->row), out)
                    : spk_column_double(cells, rows->row, out);
    return found ? SPK_OK : not_a("a number", rows, column, err);
}

struct spk_view spk_warehouse_rows_text(struct spk_warehouse_rows *rows, size_t column)
{
    const struct spk_column *cells = &rows->columns[column];
    if (cells->kind == SPK_KIND_STRING && !spk_column_is_null(cells, rows->row))
        return spk_column_string(cells, rows->row);
    spk_buf_clear(&rows->text);
    spk_column_text(cells, rows->row, &rows->text);
    return spk_buf_view(&rows->text);
}

spk_rc spk_warehouse_query_i64(struct spk_warehouse *warehouse, struct spk_view sql, int64_t *out,
                               struct spk_error *err)
{
    struct spk_warehouse_rows *rows;
    bool more = false;
    spk_rc rc = spk_warehouse_query(warehouse, sql, &rows, err);
    if (rc != SPK_OK)
        return rc;
    rc = next_batch(rows, &more, err);
    if (rc == SPK_OK && !(more && rows->n > 0))
        rc = spk_error_set(err, SPK_EDATA, "there is no row");
    else if (rc == SPK_OK)
        rc = spk_warehouse_rows_i64(rows, 0, out, err);
    spk_warehouse_rows_destroy(rows);
    return rc == SPK_OK ? SPK_OK : spk_warehouse_statement_error(warehouse, sql, rc, err);
}
