#include <assert.h>
#include <time.h>

#include "sql/sql_internal.h"

enum { SHOWN_SQL = 160, WORK_TRIES = 5, FIRST_PAUSE_MS = 10 };

static const struct {
    struct spk_view scheme;
    spk_rc (*open)(const struct spk_sql_options *options, struct spk_sql **out,
                   struct spk_error *err);
} schemes[] = {
    {SPK_VIEW("sqlite:"), spk_sql_sqlite_open},
};

spk_rc spk_sql_open(const struct spk_sql_options *options, struct spk_sql **out,
                    struct spk_error *err)
{
    struct spk_view url = spk_view_of(options->url);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (spk_view_starts(url, schemes[i].scheme))
            return schemes[i].open(options, out, err);
    }
    struct spk_view scheme = url; /* what follows the scheme may hold credentials */
    scheme = spk_view_slice(spk_view_cut(&scheme, ':'), 0, 32);
    spk_error_set(err, SPK_ECONFIG, "no database for a URL that begins with \"%.*s:\"",
                  SPK_FMT(scheme));
    spk_error_hint(err, "known are sqlite:PATH and sqlite::memory:");
    return SPK_ECONFIG;
}

void spk_sql_destroy(struct spk_sql *sql)
{
    if (!sql)
        return;
    spk_sql_rollback(sql);
    sql->ops->destroy(sql);
}

/* ---- statements ---- */

static spk_rc check_usable(const struct spk_sql *sql, struct spk_error *err)
{
    if (!sql->failed)
        return SPK_OK;
    return spk_error_set(err, SPK_ESYSTEM,
                         "%s: the transaction failed before, only rollback is left",
                         sql->ops->name);
}

/* Puts the database and the statement's first line in front of the fact. */
static spk_rc finish(struct spk_sql *sql, struct spk_view text, spk_rc rc, struct spk_error *err)
{
    if (rc == SPK_OK)
        return SPK_OK;
    sql->failed = sql->in_transaction;
    struct spk_view rest = spk_view_trim(text);
    struct spk_view line = spk_view_cut(&rest, '\n');
    bool cut = line.len > SHOWN_SQL || rest.at;
    line.len = spk_utf8_valid_prefix(spk_view_slice(line, 0, SHOWN_SQL));
    return spk_error_context(err, rc, "%s: \"%.*s%s\"", sql->ops->name, SPK_FMT(line),
                             cut ? "..." : "");
}

spk_rc spk_sql_exec_count(struct spk_sql *sql, struct spk_sql_statement statement, int64_t *changed,
                          struct spk_error *err)
{
    spk_rc rc = check_usable(sql, err);
    if (rc != SPK_OK)
        return rc;
    return finish(sql, statement.text, sql->ops->exec(sql, &statement, changed, err), err);
}

spk_rc spk_sql_exec(struct spk_sql *sql, struct spk_sql_statement statement, struct spk_error *err)
{
    int64_t changed;
    return spk_sql_exec_count(sql, statement, &changed, err);
}

spk_rc spk_sql_script(struct spk_sql *sql, struct spk_view text, struct spk_error *err)
{
    spk_rc rc = check_usable(sql, err);
    return rc != SPK_OK ? rc : finish(sql, text, sql->ops->script(sql, text, err), err);
}

spk_rc spk_sql_query(struct spk_sql *sql, struct spk_sql_statement statement, spk_sql_row_fn row_fn,
                     void *context, struct spk_error *err)
{
    spk_rc rc = check_usable(sql, err);
    if (rc != SPK_OK)
        return rc;
    rc = sql->ops->query(sql, &statement, row_fn, context, err);
    return finish(sql, statement.text, rc, err);
}

/* ---- rows ---- */

struct first_row {
    struct spk_arena *arena;
    struct spk_sql_row row;
};

static spk_rc keep_first_row(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    struct first_row *first = (struct first_row *)context;
    if (first->row.n > 0)
        return SPK_OK;
    struct spk_sql_value *values = spk_arena_array(first->arena, row->n, sizeof(*values));
    for (size_t i = 0; i < row->n; i++) {
        values[i] = row->values[i];
        if (values[i].type == SPK_SQL_TEXT || values[i].type == SPK_SQL_BYTES)
            values[i].view = spk_arena_dup(first->arena, values[i].view);
    }
    first->row = (struct spk_sql_row){values, row->n};
    return SPK_OK;
}

spk_rc spk_sql_query_row(struct spk_sql *sql, struct spk_sql_statement statement,
                         struct spk_arena *arena, struct spk_sql_row *row, struct spk_error *err)
{
    struct first_row first = {.arena = arena};
    spk_rc rc = spk_sql_query(sql, statement, keep_first_row, &first, err);
    if (rc == SPK_OK)
        *row = first.row;
    return rc;
}

spk_rc spk_sql_query_i64(struct spk_sql *sql, struct spk_sql_statement statement, int64_t *out,
                         struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_sql_row row = {0};
    spk_rc rc = spk_sql_query_row(sql, statement, &arena, &row, err);
    if (rc == SPK_OK && row.n == 0)
        rc = finish(sql, statement.text, spk_error_set(err, SPK_EDATA, "no row"), err);
    else if (rc == SPK_OK)
        rc = finish(sql, statement.text, spk_sql_row_i64(&row, 0, out, err), err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc type_error(const struct spk_sql_value *value, size_t column, const char *wanted,
                         struct spk_error *err)
{
    static const char *const names[] = {
        [SPK_SQL_NULL] = "null",   [SPK_SQL_I64] = "a whole number", [SPK_SQL_DOUBLE] = "a number",
        [SPK_SQL_TEXT] = "a text", [SPK_SQL_BYTES] = "bytes",
    };
    return spk_error_set(err, SPK_EDATA, "column %zu is %s, not %s", column + 1, names[value->type],
                         wanted);
}

spk_rc spk_sql_row_i64(const struct spk_sql_row *row, size_t column, int64_t *out,
                       struct spk_error *err)
{
    assert(column < row->n);
    const struct spk_sql_value *value = &row->values[column];
    if (value->type != SPK_SQL_I64)
        return type_error(value, column, "a whole number", err);
    *out = value->i64;
    return SPK_OK;
}

spk_rc spk_sql_row_double(const struct spk_sql_row *row, size_t column, double *out,
                          struct spk_error *err)
{
    assert(column < row->n);
    const struct spk_sql_value *value = &row->values[column];
    if (value->type != SPK_SQL_DOUBLE && value->type != SPK_SQL_I64)
        return type_error(value, column, "a number", err);
    *out = value->type == SPK_SQL_I64 ? (double)value->i64 : value->number;
    return SPK_OK;
}

struct spk_view spk_sql_row_text(const struct spk_sql_row *row, size_t column)
{
    assert(column < row->n);
    const struct spk_sql_value *value = &row->values[column];
    bool has_view = value->type == SPK_SQL_TEXT || value->type == SPK_SQL_BYTES;
    return has_view ? value->view : (struct spk_view){0};
}

bool spk_sql_row_is_null(const struct spk_sql_row *row, size_t column)
{
    assert(column < row->n);
    return row->values[column].type == SPK_SQL_NULL;
}

/* ---- transactions ---- */

spk_rc spk_sql_begin(struct spk_sql *sql, enum spk_sql_mode mode, struct spk_error *err)
{
    assert(!sql->in_transaction);
    spk_rc rc = sql->ops->begin(sql, mode, err);
    sql->in_transaction = true;
    if (rc == SPK_OK)
        return SPK_OK;
    spk_sql_rollback(sql); /* it may have begun, and only the answer was lost */
    return spk_error_context(err, rc, "%s: begin", sql->ops->name);
}

spk_rc spk_sql_commit(struct spk_sql *sql, struct spk_error *err)
{
    assert(sql->in_transaction);
    spk_rc rc = check_usable(sql, err);
    if (rc == SPK_OK) {
        rc = sql->ops->commit(sql, err);
        if (rc != SPK_OK)
            spk_error_context(err, rc, "%s: commit", sql->ops->name);
    }
    if (rc != SPK_OK)
        spk_sql_rollback(sql);
    sql->in_transaction = false;
    return rc;
}

void spk_sql_rollback(struct spk_sql *sql)
{
    if (sql->in_transaction)
        sql->ops->rollback(sql);
    sql->in_transaction = false;
    sql->failed = false;
}

void spk_sql_pause(int milliseconds)
{
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

spk_rc spk_sql_transaction(struct spk_sql *sql, spk_sql_work_fn work, void *context,
                           struct spk_error *err)
{
    int pause_ms = FIRST_PAUSE_MS;
    for (int tried = 1;; tried++) {
        spk_rc rc = spk_sql_begin(sql, SPK_SQL_WRITE, err);
        if (rc == SPK_OK) {
            rc = work(sql, context, err);
            assert(sql->in_transaction);
            if (rc == SPK_OK)
                return spk_sql_commit(sql, err);
            spk_sql_rollback(sql);
        }
        if (rc != SPK_ETRANSIENT || tried == WORK_TRIES)
            return rc;
        spk_sql_pause(pause_ms);
        pause_ms *= 2;
    }
}
