#include "link/link.h"

#include <stdlib.h>

#include "base/buf.h"
#include "link/link_internal.h"
#include "warehouse/warehouse.h"

/* What the warehouse shows changes as a whole: a count that differs leaves it as it was. */
static spk_rc show(struct spk_link_source *source, struct spk_warehouse *warehouse,
                   struct spk_link_result *result, struct spk_error *err)
{
    struct spk_link_statements statements = {0};
    spk_rc rc = spk_link_statements_show(source, &statements, err);
    if (rc == SPK_OK)
        rc = spk_warehouse_begin(warehouse, err);
    if (rc != SPK_OK)
        goto done;
    rc = spk_link_mark_fresh(source, warehouse, err);
    for (size_t i = 0; rc == SPK_OK && i < statements.n; i++)
        rc = spk_warehouse_execute(warehouse, statements.items[i], err);
    if (rc == SPK_OK)
        rc = spk_link_reconcile(source, warehouse, result, err);
    if (rc == SPK_OK)
        rc = spk_warehouse_commit(warehouse, err);
    else
        spk_warehouse_rollback(warehouse);
done:
    free(statements.items);
    return rc;
}

static spk_rc tell_storage(struct spk_link_source *source, struct spk_storage *storage,
                           struct spk_error *err)
{
    struct spk_file_list linked = {
        .items = spk_arena_array(&source->arena, source->n, sizeof(*linked.items))};
    for (size_t i = 0; i < source->n; i++) {
        if (source->files[i].unlinked)
            linked.items[linked.n++] = *source->files[i].published;
    }
    return linked.n > 0 ? spk_storage_linked(storage, source->platform, &linked, err) : SPK_OK;
}

spk_rc spk_link_refresh(const struct spk_link_parts *parts, struct spk_link_result *result,
                        struct spk_error *err)
{
    struct spk_link_source source;
    struct spk_link_result made = {0};
    spk_rc rc = spk_link_source_load(&source, parts, err);
    if (rc == SPK_OK)
        rc = show(&source, parts->warehouse, &made, err);
    if (rc == SPK_OK)
        rc = tell_storage(&source, parts->storage, err);
    if (rc == SPK_OK)
        *result = made;
    else
        rc = spk_error_context(err, rc, "link %.*s", SPK_FMT(parts->platform->name));
    spk_link_source_deinit(&source);
    return rc;
}

static void append_statement(struct spk_buf *out, struct spk_view sql)
{
    spk_buf_append(out, sql);
    spk_buf_append_str(out, ";\n");
}

spk_rc spk_link_plan(const struct spk_link_parts *parts, struct spk_buf *out, struct spk_error *err)
{
    struct spk_link_source source;
    struct spk_link_statements statements = {0};
    struct spk_link_range range = {0, 0};
    spk_rc rc = spk_link_source_load(&source, parts, err);
    if (rc == SPK_OK)
        rc = spk_link_statements_show(&source, &statements, err);
    if (rc != SPK_OK) {
        rc = spk_error_context(err, rc, "link %.*s", SPK_FMT(parts->platform->name));
        goto done;
    }
    for (size_t i = 0; i < source.n; i++)
        source.files[i].fresh = source.files[i].unlinked;
    append_statement(out, SPK_V("BEGIN"));
    for (size_t i = 0; i < statements.n; i++)
        append_statement(out, statements.items[i]);
    while (spk_link_source_next(&source, true, &range))
        append_statement(out, spk_link_statement_count(&source, &range));
    append_statement(out, SPK_V("COMMIT"));
done:
    free(statements.items);
    spk_link_source_deinit(&source);
    return rc;
}
