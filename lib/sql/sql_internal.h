#ifndef SPK_SQL_INTERNAL_H
#define SPK_SQL_INTERNAL_H
#include "sql/sql.h"

/* The database of "sqlite:PATH" and "sqlite::memory:". */
spk_rc spk_sql_sqlite_open(const struct spk_sql_options *options, struct spk_sql **out,
                           struct spk_error *err);

void spk_sql_pause(int milliseconds);

/* The calling process. Its views point into `store`. */
struct spk_sql_process_store {
    char host[256], boot[64];
};
void spk_sql_process_self(struct spk_sql_process *out, struct spk_sql_process_store *store);
/* Whether a process of this machine and namespace still runs and is the one that `started`. */
bool spk_sql_process_runs(int64_t pid, int64_t started);

#endif
