#include "folder.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void folder_init(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/spk-sql-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->database, sizeof(folder->database), "%s/t.db", folder->path);
    snprintf(folder->url, sizeof(folder->url), "sqlite:%s", folder->database);
}

void folder_deinit(struct folder *folder)
{
    DIR *dir = opendir(folder->path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    assert_int_equal(rmdir(folder->path), 0);
}

struct spk_sql *open_url(const char *url, int busy_ms)
{
    struct spk_sql_options options = {.url = url, .busy_ms = busy_ms};
    struct spk_error err = {0};
    struct spk_sql *sql = NULL;
    if (spk_sql_open(&options, &sql, &err) != SPK_OK)
        fail_msg("%s", err.text);
    return sql;
}

void exec(struct spk_sql *sql, struct spk_sql_statement statement)
{
    struct spk_error err = {0};
    if (spk_sql_exec(sql, statement, &err) != SPK_OK)
        fail_msg("%s", err.text);
}

int64_t number(struct spk_sql *sql, struct spk_sql_statement statement)
{
    struct spk_error err = {0};
    int64_t n = -1;
    if (spk_sql_query_i64(sql, statement, &n, &err) != SPK_OK)
        fail_msg("%s", err.text);
    return n;
}
