/* The schema's history. The .sql files are the source; the .inc beside each is made of it (README)
 * and held against it by a test. */
#include "storage/storage_internal.h"

static const char start[] =
#include "storage/migrations/001_start.inc"
    ;

spk_rc spk_storage_migrate(struct spk_sql *sql, struct spk_error *err)
{
    static const struct spk_sql_migration list[] = {
        {1, "start", start},
    };
    return spk_sql_migrate(sql, list, sizeof list / sizeof list[0], err);
}
