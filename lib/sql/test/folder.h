#ifndef SPK_SQL_TEST_FOLDER_H
#define SPK_SQL_TEST_FOLDER_H
/* A new folder for a test, its database and what may be done with it. */
#include "sql/sql.h"

struct folder {
    char path[64], database[96], url[112];
};

void folder_init(struct folder *folder);
void folder_deinit(struct folder *folder); /* removes the files in it, and it */

/* These fail the test where they fail. */
struct spk_sql *open_url(const char *url, int busy_ms);
void exec(struct spk_sql *sql, struct spk_sql_statement statement);
int64_t number(struct spk_sql *sql, struct spk_sql_statement statement);

#endif
