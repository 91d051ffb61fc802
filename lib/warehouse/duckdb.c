/* The local warehouse: a DuckDB file, or memory, in this process. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "warehouse/warehouse_internal.h"

enum { THREADS = 2, MEMORY_MB = 512 };

static const struct spk_warehouse_ops duckdb_ops = {
    .name = "duckdb",
    .execute = spk_warehouse_adbc_execute,
    .query = spk_warehouse_adbc_query,
    .destroy = spk_warehouse_adbc_destroy,
};

/* The library that a person names, else that of tools/deps, else what the loader finds. */
static const char *library(void)
{
    const char *named = getenv("SPIKE_DUCKDB_LIB");
    static const char built[] = SPK_DEPS_DIR "/lib/libduckdb.so";
    if (named && *named)
        return named;
    return access(built, R_OK) == 0 ? built : "libduckdb.so";
}

/* Bounds, and nothing that reaches out: extensions come from the network. */
static spk_rc configure(struct spk_warehouse *warehouse,
                        const struct spk_warehouse_options *options, struct spk_error *err)
{
    char threads[64], memory[64];
    snprintf(threads, sizeof(threads), "SET threads = %d",
             options->threads ? options->threads : THREADS);
    snprintf(memory, sizeof(memory), "SET memory_limit = '%dMB'",
             options->memory_mb ? options->memory_mb : MEMORY_MB);
    const char *const settings[] = {
        threads,
        memory,
        "SET TimeZone = 'UTC'",
        "SET autoinstall_known_extensions = false",
    };
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        spk_rc rc = spk_warehouse_execute(warehouse, spk_view_of(settings[i]), err);
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

spk_rc spk_warehouse_duckdb_open(const struct spk_warehouse_options *options,
                                 struct spk_warehouse **out, struct spk_error *err)
{
    const char *path = options->url + strlen("duckdb:");
    const char *driver = library();
    const char *const settings[] = {
        "driver", driver, "entrypoint", "duckdb_adbc_init", *path ? "path" : NULL, path, NULL,
    };
    struct spk_warehouse *warehouse = NULL;
    spk_rc rc = spk_warehouse_adbc_open(&duckdb_ops, settings, &warehouse, err);
    if (rc != SPK_OK) {
        rc = rc == SPK_ETRANSIENT ? rc : SPK_ECONFIG;
        if (err)
            err->rc = rc;
        spk_error_hint(err,
                       "the library is %s; SPIKE_DUCKDB_LIB names another, tools/deps builds one",
                       driver);
        return spk_error_context(err, rc, "cannot open the DuckDB database %s",
                                 *path ? path : "in memory");
    }
    rc = configure(warehouse, options, err);
    if (rc == SPK_OK)
        *out = warehouse;
    else
        spk_warehouse_destroy(warehouse);
    return rc;
}
