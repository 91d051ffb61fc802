/* A warehouse that does nothing but count the rows of the raw zone's files: DuckDB takes four times
 * as long as all the rest of a small run. */
#include "counting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "transient/transient.h"

enum { MOST_FILES = 64 };

struct counting {
    struct spk_warehouse base;
    struct spk_objstore *raw;
};

static spk_rc execute(struct spk_warehouse *warehouse, struct spk_view sql, struct spk_error *err)
{
    return SPK_OK;
}

/* Passes the table on to a recording warehouse, which knows how to make rows. */
static spk_rc answer(struct spk_view sql, const struct spk_warehouse_answer *table,
                     struct ArrowArrayStream *out, struct spk_error *err)
{
    struct spk_warehouse *recording = spk_warehouse_recording_create(table, 1);
    spk_rc rc = recording->ops->query(recording, sql, out, err);
    spk_warehouse_destroy(recording);
    return rc;
}

static spk_rc query(struct spk_warehouse *warehouse, struct spk_view sql,
                    struct ArrowArrayStream *out, struct spk_error *err)
{
    static const char *const columns[] = {"metadata$filename", "count"};
    const char *cells[2 * MOST_FILES];
    struct spk_warehouse_answer counts = {
        .starts = "select metadata$filename", .columns = columns, .n_columns = 2, .cells = cells};
    struct spk_objstore *raw = ((struct counting *)warehouse)->raw;
    struct spk_objstore_list all = {.max = MOST_FILES};
    struct spk_objstore_page page;
    struct spk_arena arena = {0};
    spk_rc rc = spk_objstore_list(raw, &all, &arena, &page, err);
    for (size_t i = 0; !rc && i < page.n; i++) {
        int64_t rows = 0;
        rc = spk_transient_count_rows(raw, page.entries[i].key, (int64_t)page.entries[i].size,
                                      &rows, err);
        cells[2 * i] = spk_arena_strdup(&arena, page.entries[i].key);
        cells[2 * i + 1] = spk_arena_printf(&arena, "%lld", (long long)rows).at;
        counts.n_rows = i + 1;
    }
    if (!rc)
        rc = answer(sql, &counts, out, err);
    spk_arena_deinit(&arena);
    return rc;
}

static void destroy(struct spk_warehouse *warehouse)
{
    free(warehouse);
}

struct spk_warehouse *counting_create(struct spk_objstore *raw)
{
    static const struct spk_warehouse_ops ops = {
        .name = "counting", .execute = execute, .query = query, .destroy = destroy};
    struct counting *counting = calloc(1, sizeof(*counting));
    assert_non_null(counting);
    counting->base.ops = &ops;
    counting->raw = raw;
    return &counting->base;
}
