/* What the warehouse sees, against what was published. */
#include "link/link_internal.h"
#include "warehouse/warehouse.h"

/* Calls `see` for each row; a failure of it ends the query. */
static spk_rc each_row(struct spk_link_source *source, struct spk_warehouse *warehouse,
                       struct spk_view sql,
                       spk_rc (*see)(struct spk_link_source *source, struct spk_warehouse_rows *row,
                                     struct spk_error *err),
                       struct spk_error *err)
{
    struct spk_warehouse_rows *rows;
    bool more = false;
    spk_rc rc = spk_warehouse_query(warehouse, sql, &rows, err);
    if (rc != SPK_OK)
        return rc;
    while ((rc = spk_warehouse_rows_next(rows, &more, err)) == SPK_OK && more) {
        rc = see(source, rows, err);
        if (rc != SPK_OK)
            break;
    }
    spk_warehouse_rows_destroy(rows);
    return rc;
}

static spk_rc see_listed(struct spk_link_source *source, struct spk_warehouse_rows *row,
                         struct spk_error *err)
{
    struct spk_link_file *file = spk_map_get(&source->by_key, spk_warehouse_rows_text(row, 0));
    if (file)
        file->fresh = file->unlinked;
    return SPK_OK;
}

spk_rc spk_link_mark_fresh(struct spk_link_source *source, struct spk_warehouse *warehouse,
                           struct spk_error *err)
{
    struct spk_warehouse_rows *rows;
    bool exists = false;
    spk_rc rc = spk_warehouse_query(warehouse, spk_link_statement_exists(source), &rows, err);
    if (rc != SPK_OK)
        return rc;
    rc = spk_warehouse_rows_next(rows, &exists, err);
    spk_warehouse_rows_destroy(rows);
    if (rc != SPK_OK || !exists)
        return rc;
    return each_row(source, warehouse, spk_link_statement_listed(source), see_listed, err);
}

static spk_rc see_count(struct spk_link_source *source, struct spk_warehouse_rows *row,
                        struct spk_error *err)
{
    struct spk_view key = spk_warehouse_rows_text(row, 0);
    struct spk_link_file *file = spk_map_get(&source->by_key, key);
    if (!file)
        return spk_error_set(err, SPK_EDATA, "the warehouse shows %.*s, which was not published",
                             SPK_FMT(key));
    return spk_warehouse_rows_i64(row, 1, &file->counted, err);
}

static spk_rc compare(const struct spk_link_source *source, const struct spk_link_range *range,
                      struct spk_link_result *result, struct spk_error *err)
{
    for (size_t i = range->from; i < range->to; i++) {
        const struct spk_link_file *file = &source->files[i];
        if (file->counted != file->published->rows) {
            spk_error_set(err, SPK_EDATA,
                          "%.*s has %lld rows in the warehouse, %lld were published",
                          SPK_FMT(file->published->key), (long long)file->counted,
                          (long long)file->published->rows);
            spk_error_hint(err, "nothing was changed in the warehouse; check the file with"
                                " 'spike raw verify', then link again");
            return SPK_EDATA;
        }
        if (file->fresh) {
            result->files++;
            result->rows += file->published->rows;
            result->counted_rows += file->counted;
        }
    }
    return SPK_OK;
}

spk_rc spk_link_reconcile(struct spk_link_source *source, struct spk_warehouse *warehouse,
                          struct spk_link_result *result, struct spk_error *err)
{
    struct spk_link_range range = {0, 0};
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && spk_link_source_next(source, true, &range)) {
        rc = each_row(source, warehouse, spk_link_statement_count(source, &range), see_count, err);
        if (rc == SPK_OK)
            rc = compare(source, &range, result, err);
    }
    return rc;
}
