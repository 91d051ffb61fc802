/* SQLite behind the table: one connection, its settings and its prepared statements. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "base/memory.h"
#include "base/time.h"
#include "sql/sql_internal.h"

enum { BUSY_MS = 5000, SETUP_PAUSE_MS = 10, CACHED = 64 };

struct prepared {
    sqlite3_stmt *stmt; /* its text is sqlite3_sql */
    uint64_t hash;
    uint64_t last_used;
};

struct sqlite {
    struct spk_sql base;
    sqlite3 *db;
    bool reading; /* inside a READ transaction */
    uint64_t uses;
    struct prepared cache[CACHED];
    struct spk_sql_value *row;
    size_t row_cap;
};

/* Primary result codes (https://sqlite.org/rescode.html); all others are SPK_ESYSTEM. */
#define TRY_AGAIN  "another process is writing; try again"
#define RESTORE    "restore the file from a backup"
#define GIVE_RIGHT "give this user the right to write the file and its folder"
#define LOOK_AT    "look at the disk: free space, quota, health"
static const struct answer {
    int code;
    spk_rc rc;
    const char *hint; /* NULL: the words say enough */
} answers[] = {
    {SQLITE_BUSY, SPK_ETRANSIENT, TRY_AGAIN},
    {SQLITE_LOCKED, SPK_ETRANSIENT, TRY_AGAIN},
    {SQLITE_SCHEMA, SPK_ETRANSIENT, TRY_AGAIN},
    {SQLITE_PROTOCOL, SPK_ETRANSIENT, TRY_AGAIN},
    {SQLITE_ERROR, SPK_EDATA, NULL},
    {SQLITE_CONSTRAINT, SPK_EDATA, NULL},
    {SQLITE_MISMATCH, SPK_EDATA, NULL},
    {SQLITE_RANGE, SPK_EDATA, NULL},
    {SQLITE_TOOBIG, SPK_EDATA, NULL},
    {SQLITE_CORRUPT, SPK_EDATA, RESTORE},
    {SQLITE_NOTADB, SPK_EDATA, RESTORE},
    {SQLITE_AUTH, SPK_ECONFIG, GIVE_RIGHT},
    {SQLITE_CANTOPEN, SPK_ECONFIG, GIVE_RIGHT},
    {SQLITE_PERM, SPK_ECONFIG, GIVE_RIGHT},
    {SQLITE_READONLY, SPK_ECONFIG, GIVE_RIGHT},
    {SQLITE_FULL, SPK_ESYSTEM, LOOK_AT},
    {SQLITE_IOERR, SPK_ESYSTEM, LOOK_AT},
};

static spk_rc failure(const struct sqlite *sqlite, int code, struct spk_error *err)
{
    struct answer answer = {.rc = SPK_ESYSTEM};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (answers[i].code == (code & 0xff))
            answer = answers[i];
    }
    spk_error_set(err, answer.rc, "%s", sqlite3_errmsg(sqlite->db));
    if (answer.hint)
        spk_error_hint(err, "%s", answer.hint);
    return answer.rc;
}

/* ---- prepared statements ---- */

static bool only_blanks(const char *from, const char *end)
{
    struct spk_view rest = spk_view_trim(spk_view_make(from, (size_t)(end - from)));
    return rest.len == 0 || (rest.len == 1 && rest.at[0] == ';');
}

static spk_rc compile(struct sqlite *sqlite, struct spk_view text, sqlite3_stmt **out,
                      struct spk_error *err)
{
    const char *tail = NULL;
    sqlite3_stmt *stmt = NULL;
    if (text.len == 0)
        return spk_error_set(err, SPK_EDATA, "no statement");
    if (text.len > INT_MAX)
        return spk_error_set(err, SPK_EDATA, "the statement is larger than 2 GiB");
    int code = sqlite3_prepare_v3(sqlite->db, text.at, (int)text.len, SQLITE_PREPARE_PERSISTENT,
                                  &stmt, &tail);
    if (code != SQLITE_OK)
        return failure(sqlite, code, err);
    if (!stmt)
        return spk_error_set(err, SPK_EDATA, "no statement");
    if (!only_blanks(tail, text.at + text.len)) {
        sqlite3_finalize(stmt);
        return spk_error_set(err, SPK_EDATA, "more than one statement");
    }
    *out = stmt;
    return SPK_OK;
}

/* From the cache, which then drops what was not used for longest. */
static spk_rc prepare(struct sqlite *sqlite, struct spk_view text, sqlite3_stmt **out,
                      struct spk_error *err)
{
    uint64_t hash = spk_view_hash(text);
    struct prepared *oldest = &sqlite->cache[0];
    for (size_t i = 0; i < CACHED; i++) {
        struct prepared *slot = &sqlite->cache[i];
        if (slot->stmt && slot->hash == hash && spk_view_is(text, sqlite3_sql(slot->stmt))) {
            slot->last_used = ++sqlite->uses;
            *out = slot->stmt;
            return SPK_OK;
        }
        if (slot->last_used < oldest->last_used)
            oldest = slot;
    }
    sqlite3_stmt *stmt = NULL;
    spk_rc rc = compile(sqlite, text, &stmt, err);
    if (rc != SPK_OK)
        return rc;
    sqlite3_finalize(oldest->stmt);
    *oldest = (struct prepared){stmt, hash, ++sqlite->uses};
    *out = stmt;
    return SPK_OK;
}

/* ---- parameters ---- */

static int bind_value(sqlite3_stmt *stmt, int at, const struct spk_sql_value *value)
{
    const char *bytes = value->view.at ? value->view.at : "";
    switch (value->type) {
    case SPK_SQL_NULL: return sqlite3_bind_null(stmt, at);
    case SPK_SQL_I64: return sqlite3_bind_int64(stmt, at, value->i64);
    case SPK_SQL_DOUBLE: return sqlite3_bind_double(stmt, at, value->number);
    case SPK_SQL_TEXT:
        return sqlite3_bind_text64(stmt, at, bytes, value->view.len, SQLITE_STATIC, SQLITE_UTF8);
    case SPK_SQL_BYTES: return sqlite3_bind_blob64(stmt, at, bytes, value->view.len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/* What some database would refuse is refused by all. */
static const char *unfit(const struct spk_sql_value *value)
{
    if (value->type == SPK_SQL_DOUBLE && isnan(value->number))
        return "is not a number";
    if (value->type != SPK_SQL_TEXT || value->view.len == 0)
        return NULL;
    if (memchr(value->view.at, 0, value->view.len))
        return "holds a NUL";
    return spk_utf8_valid_prefix(value->view) == value->view.len ? NULL : "is not UTF-8";
}

/* SQLite numbers its parameters by first appearance; the name tells which value is meant. */
static spk_rc bind(struct sqlite *sqlite, sqlite3_stmt *stmt,
                   const struct spk_sql_statement *statement, struct spk_error *err)
{
    int count = sqlite3_bind_parameter_count(stmt);
    if ((size_t)count != statement->n_params)
        return spk_error_set(err, SPK_EDATA, "%d parameters in the statement, %zu values", count,
                             statement->n_params);
    for (int at = 1; at <= count; at++) {
        struct spk_view name = spk_view_of(sqlite3_bind_parameter_name(stmt, at));
        int64_t number;
        if (!spk_view_starts(name, SPK_V("$")) ||
            !spk_parse_i64(spk_view_slice(name, 1, name.len), 1, count, &number))
            return spk_error_set(err, SPK_EDATA, "parameter \"%.*s\" is none of $1 to $%d",
                                 SPK_FMT(name), count);
        const struct spk_sql_value *value = &statement->params[number - 1];
        const char *why = unfit(value);
        if (why)
            return spk_error_set(err, SPK_EDATA, "the value of $%d %s", (int)number, why);
        int code = bind_value(stmt, at, value);
        if (code != SQLITE_OK)
            return failure(sqlite, code, err);
    }
    return SPK_OK;
}

/* ---- rows ---- */

static struct spk_sql_value read_value(sqlite3_stmt *stmt, int column)
{
    const void *at;
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER: return spk_sql_i64(sqlite3_column_int64(stmt, column));
    case SQLITE_FLOAT: return spk_sql_double(sqlite3_column_double(stmt, column));
    case SQLITE_TEXT:
        at = sqlite3_column_text(stmt, column);
        return spk_sql_text(spk_view_make(at, (size_t)sqlite3_column_bytes(stmt, column)));
    case SQLITE_BLOB:
        at = sqlite3_column_blob(stmt, column);
        return spk_sql_bytes(
            spk_view_make(at ? at : "", (size_t)sqlite3_column_bytes(stmt, column)));
    default: return spk_sql_null();
    }
}

static spk_rc give_row(struct sqlite *sqlite, sqlite3_stmt *stmt, spk_sql_row_fn row_fn,
                       void *context, struct spk_error *err)
{
    size_t n = (size_t)sqlite3_column_count(stmt);
    sqlite->row = spk_memory_grow(sqlite->row, &sqlite->row_cap, n, sizeof(*sqlite->row));
    for (size_t i = 0; i < n; i++)
        sqlite->row[i] = read_value(stmt, (int)i);
    return row_fn(context, &(struct spk_sql_row){sqlite->row, n}, err);
}

static spk_rc start(struct sqlite *sqlite, const struct spk_sql_statement *statement,
                    sqlite3_stmt **out, struct spk_error *err)
{
    spk_rc rc = prepare(sqlite, spk_view_trim(statement->text), out, err);
    if (rc != SPK_OK)
        return rc;
    assert(!sqlite3_stmt_busy(*out));
    if (sqlite->reading && !sqlite3_stmt_readonly(*out))
        return spk_error_set(err, SPK_EDATA, "a transaction for reading cannot write");
    rc = bind(sqlite, *out, statement, err);
    if (rc != SPK_OK)
        sqlite3_clear_bindings(*out);
    return rc;
}

/* Bindings are borrowed, so none may stay behind. */
static void stop(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static spk_rc sqlite_query(struct spk_sql *sql, const struct spk_sql_statement *statement,
                           spk_sql_row_fn row_fn, void *context, struct spk_error *err)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    sqlite3_stmt *stmt = NULL;
    spk_rc rc = start(sqlite, statement, &stmt, err);
    if (rc != SPK_OK)
        return rc;
    int code;
    while (rc == SPK_OK && (code = sqlite3_step(stmt)) != SQLITE_DONE)
        rc = code == SQLITE_ROW ? give_row(sqlite, stmt, row_fn, context, err)
                                : failure(sqlite, code, err);
    stop(stmt);
    return rc;
}

static spk_rc ignore_row(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    return SPK_OK;
}

static spk_rc sqlite_exec(struct spk_sql *sql, const struct spk_sql_statement *statement,
                          int64_t *changed, struct spk_error *err)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    sqlite3_int64 before = sqlite3_total_changes64(sqlite->db);
    spk_rc rc = sqlite_query(sql, statement, ignore_row, NULL, err);
    if (rc != SPK_OK)
        return rc;
    /* sqlite3_changes keeps an old number where the statement changed nothing. */
    bool any = sqlite3_total_changes64(sqlite->db) != before;
    *changed = any ? sqlite3_changes64(sqlite->db) : 0;
    return SPK_OK;
}

static spk_rc sqlite_script(struct spk_sql *sql, struct spk_view text, struct spk_error *err)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    const char *at = text.at, *end = text.at + text.len;
    spk_rc rc = SPK_OK;
    if (text.len > INT_MAX)
        return spk_error_set(err, SPK_EDATA, "the script is larger than 2 GiB");
    while (rc == SPK_OK && at < end) {
        sqlite3_stmt *stmt = NULL;
        int code = sqlite3_prepare_v2(sqlite->db, at, (int)(end - at), &stmt, &at);
        while (code == SQLITE_OK && stmt && (code = sqlite3_step(stmt)) == SQLITE_ROW)
            code = SQLITE_OK;
        if (code != SQLITE_OK && code != SQLITE_DONE)
            rc = failure(sqlite, code, err);
        sqlite3_finalize(stmt);
    }
    return rc;
}

/* ---- transactions ---- */

static spk_rc run(struct sqlite *sqlite, const char *text, struct spk_error *err)
{
    struct spk_sql_statement statement = {spk_view_of(text), NULL, 0};
    return sqlite_query(&sqlite->base, &statement, ignore_row, NULL, err);
}

static spk_rc sqlite_begin(struct spk_sql *sql, enum spk_sql_mode mode, struct spk_error *err)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    spk_rc rc = run(sqlite, mode == SPK_SQL_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", err);
    sqlite->reading = rc == SPK_OK && mode == SPK_SQL_READ;
    return rc;
}

static spk_rc sqlite_commit(struct spk_sql *sql, struct spk_error *err)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    spk_rc rc = run(sqlite, "COMMIT", err);
    if (rc == SPK_OK)
        sqlite->reading = false;
    return rc;
}

/* SQLite itself rolls back after some failures. One that fails leaves nothing to do. */
static void sqlite_rollback(struct spk_sql *sql)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    if (!sqlite3_get_autocommit(sqlite->db))
        run(sqlite, "ROLLBACK", NULL);
    sqlite->reading = false;
}

static void sqlite_destroy(struct spk_sql *sql)
{
    struct sqlite *sqlite = (struct sqlite *)sql;
    for (size_t i = 0; i < CACHED; i++)
        sqlite3_finalize(sqlite->cache[i].stmt);
    sqlite3_close(sqlite->db);
    free(sqlite->row);
    free(sqlite);
}

static const struct spk_sql_ops sqlite_ops = {
    .name = "sqlite",
    .exec = sqlite_exec,
    .query = sqlite_query,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .destroy = sqlite_destroy,
};

/* ---- opening ---- */

/* Makes the file for its owner alone. Not by open and close: closing any descriptor of a database
 * drops all locks that this process holds on it. */
static spk_rc create_file(const char *path, struct spk_error *err)
{
    if (mknod(path, S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST)
        return SPK_OK;
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EIO;
    spk_error_errno(err, errno, "cannot create");
    if (err)
        err->rc = full ? SPK_ESYSTEM : SPK_ECONFIG;
    spk_error_hint(err, full ? "free space on the disk"
                             : "make the folder and give this user the right to write in it");
    return full ? SPK_ESYSTEM : SPK_ECONFIG;
}

static spk_rc read_mode(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    *(bool *)context = spk_view_is(spk_sql_row_text(row, 0), "wal");
    return SPK_OK;
}

/* Two connections that both switch a new file to WAL lock each other out at once, without regard to
 * the busy timeout. */
static spk_rc switch_to_wal(struct sqlite *sqlite, int busy_ms, struct spk_error *err)
{
    struct spk_sql_statement statement = {SPK_V("PRAGMA journal_mode=WAL"), NULL, 0};
    int64_t end = spk_time_monotonic_us() + (int64_t)busy_ms * 1000;
    bool wal = false;
    spk_rc rc;
    while ((rc = sqlite_query(&sqlite->base, &statement, read_mode, &wal, err)) == SPK_ETRANSIENT &&
           spk_time_monotonic_us() < end)
        spk_sql_pause(SETUP_PAUSE_MS);
    if (rc != SPK_OK || wal)
        return rc;
    spk_error_set(err, SPK_ECONFIG, "the file system cannot hold a WAL database");
    spk_error_hint(err, "put the database on a local disk");
    return SPK_ECONFIG;
}

static spk_rc set_up(struct sqlite *sqlite, bool in_memory, int busy_ms, struct spk_error *err)
{
    sqlite3_busy_timeout(sqlite->db, busy_ms);
    if (sqlite3_db_readonly(sqlite->db, "main") == 1) {
        spk_error_set(err, SPK_ECONFIG, "the file cannot be written");
        spk_error_hint(err, GIVE_RIGHT);
        return SPK_ECONFIG;
    }
    spk_rc rc = in_memory ? SPK_OK : switch_to_wal(sqlite, busy_ms, err);
    if (rc == SPK_OK)
        rc = run(sqlite, "PRAGMA synchronous=FULL", err);
    if (rc == SPK_OK)
        rc = run(sqlite, "PRAGMA foreign_keys=ON", err);
    return rc;
}

static spk_rc connect_to(struct sqlite *sqlite, const char *path,
                         const struct spk_sql_options *options, struct spk_error *err)
{
    bool in_memory = strcmp(path, ":memory:") == 0;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (in_memory)
        flags |= SQLITE_OPEN_CREATE;
    else if (!options->must_exist) {
        spk_rc rc = create_file(path, err);
        if (rc != SPK_OK)
            return rc;
    }
    int code = sqlite3_open_v2(path, &sqlite->db, flags, NULL);
    if (code != SQLITE_OK)
        return failure(sqlite, code, err);
    return set_up(sqlite, in_memory, options->busy_ms > 0 ? options->busy_ms : BUSY_MS, err);
}

spk_rc spk_sql_sqlite_open(const struct spk_sql_options *options, struct spk_sql **out,
                           struct spk_error *err)
{
    const char *path = options->url + strlen("sqlite:");
    if (*path == '\0') {
        spk_error_set(err, SPK_ECONFIG, "sqlite: the URL has no path");
        spk_error_hint(err, "write sqlite:PATH or sqlite::memory:");
        return SPK_ECONFIG;
    }
    struct sqlite *sqlite = spk_memory_zalloc(sizeof(*sqlite));
    sqlite->base.ops = &sqlite_ops;
    spk_rc rc = connect_to(sqlite, path, options, err);
    if (rc != SPK_OK) {
        sqlite_destroy(&sqlite->base);
        return spk_error_context(err, rc, "sqlite: cannot open %s", path);
    }
    *out = &sqlite->base;
    return SPK_OK;
}
