#include <assert.h>

#include "warehouse/warehouse_internal.h"

enum { SHOWN_SQL = 160 };

static spk_rc open_recording(const struct spk_warehouse_options *options,
                             struct spk_warehouse **out, struct spk_error *err)
{
    *out = spk_warehouse_recording_create(NULL, 0);
    return SPK_OK;
}

static const struct {
    struct spk_view scheme;
    spk_rc (*open)(const struct spk_warehouse_options *options, struct spk_warehouse **out,
                   struct spk_error *err);
} schemes[] = {
    {SPK_VIEW("duckdb:"), spk_warehouse_duckdb_open},
    {SPK_VIEW("recording:"), open_recording},
};

spk_rc spk_warehouse_open(const struct spk_warehouse_options *options, struct spk_warehouse **out,
                          struct spk_error *err)
{
    struct spk_view url = spk_view_of(options->url);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (spk_view_starts(url, schemes[i].scheme))
            return schemes[i].open(options, out, err);
    }
    struct spk_view scheme = url; /* what follows the scheme may hold credentials */
    scheme = spk_view_cut(&scheme, ':');
    spk_error_set(err, SPK_ECONFIG, "no warehouse for a URL that begins with \"%.*s:\"",
                  (int)(scheme.len < 32 ? scheme.len : 32), scheme.at ? scheme.at : "");
    spk_error_hint(err, "known are duckdb:PATH and recording:");
    return SPK_ECONFIG;
}

void spk_warehouse_destroy(struct spk_warehouse *warehouse)
{
    if (warehouse)
        warehouse->ops->destroy(warehouse);
}

spk_rc spk_warehouse_statement_error(const struct spk_warehouse *warehouse, struct spk_view sql,
                                     spk_rc rc, struct spk_error *err)
{
    struct spk_view rest = spk_view_trim(sql);
    struct spk_view line = spk_view_cut(&rest, '\n');
    bool cut = line.len > SHOWN_SQL || rest.at;
    line.len = spk_utf8_valid_prefix(spk_view_slice(line, 0, SHOWN_SQL));
    return spk_error_context(err, rc, "%s: \"%.*s%s\"", warehouse->ops->name, SPK_FMT(line),
                             cut ? "..." : "");
}

spk_rc spk_warehouse_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                             struct spk_error *err)
{
    spk_rc rc = warehouse->ops->execute(warehouse, sql, err);
    return rc == SPK_OK ? SPK_OK : spk_warehouse_statement_error(warehouse, sql, rc, err);
}

spk_rc spk_warehouse_begin(struct spk_warehouse *warehouse, struct spk_error *err)
{
    assert(!warehouse->in_transaction);
    spk_rc rc = spk_warehouse_execute(warehouse, SPK_V("BEGIN"), err);
    warehouse->in_transaction = true;
    if (rc != SPK_OK)
        spk_warehouse_rollback(warehouse); /* it may have begun, and only the answer was lost */
    return rc;
}

spk_rc spk_warehouse_commit(struct spk_warehouse *warehouse, struct spk_error *err)
{
    assert(warehouse->in_transaction);
    spk_rc rc = spk_warehouse_execute(warehouse, SPK_V("COMMIT"), err);
    if (rc != SPK_OK)
        spk_warehouse_rollback(warehouse);
    warehouse->in_transaction = false;
    return rc;
}

/* A rollback that fails leaves nothing to do: the connection is gone, and with it the work. */
void spk_warehouse_rollback(struct spk_warehouse *warehouse)
{
    if (warehouse->in_transaction)
        warehouse->ops->execute(warehouse, SPK_V("ROLLBACK"), NULL);
    warehouse->in_transaction = false;
}
