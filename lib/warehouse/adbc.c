/* A warehouse behind an ADBC driver, which the driver manager loads by dlopen. */
#include <stdlib.h>

#include "base/memory.h"
#include "warehouse/warehouse_internal.h" /* before ADBC: the Arrow ABI under the common guards */

#include <arrow-adbc/adbc.h>

enum { SQL_LIMIT = 16 << 20 };

struct adbc {
    struct spk_warehouse base;
    struct AdbcDatabase database;
    struct AdbcConnection connection;
    bool has_database, has_connection;
};

static spk_rc rc_of(AdbcStatusCode code)
{
    switch (code) {
    case ADBC_STATUS_INVALID_ARGUMENT:
    case ADBC_STATUS_NOT_FOUND:
    case ADBC_STATUS_ALREADY_EXISTS:
    case ADBC_STATUS_INVALID_DATA:
    case ADBC_STATUS_INTEGRITY: return SPK_EDATA;
    case ADBC_STATUS_UNAUTHENTICATED:
    case ADBC_STATUS_UNAUTHORIZED: return SPK_ECONFIG;
    case ADBC_STATUS_IO:
    case ADBC_STATUS_TIMEOUT:
    case ADBC_STATUS_CANCELLED: return SPK_ETRANSIENT;
    default: return SPK_ESYSTEM;
    }
}

/* DuckDB's driver says INTERNAL whatever happened; its messages begin with the kind of the error.
 * The first line that fits counts. */
spk_rc spk_warehouse_rc_of_text(const char *message, spk_rc otherwise)
{
    static const struct {
        const char *words;
        spk_rc rc;
    } table[] = {
        {"Could not set lock on file", SPK_ETRANSIENT}, /* another process has the database open */
        {"No files found that match", SPK_EDATA},
        {"IO Error:", SPK_ESYSTEM},
        {"Out of Memory Error:", SPK_ESYSTEM},
        {"INTERNAL Error:", SPK_ESYSTEM},
        {"FATAL Error:", SPK_ESYSTEM},
        {"TransactionContext Error:", SPK_ETRANSIENT}, /* a conflict with another transaction */
        {"Permission Error:", SPK_ECONFIG},
        {" Error:", SPK_EDATA}, /* Parser, Binder, Catalog, Conversion, Constraint, ... */
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strstr(message, table[i].words))
            return table[i].rc;
    }
    return otherwise;
}

/* Takes the message out of `from`. */
static spk_rc fail(AdbcStatusCode code, struct AdbcError *from, struct spk_error *err)
{
    const char *message = from->message ? from->message : "the driver gave no reason";
    spk_rc rc = spk_error_set(err, spk_warehouse_rc_of_text(message, rc_of(code)), "%s", message);
    for (char *at = err ? err->text : NULL; at && *at; at++) {
        if (*at == '\n')
            *at = ' '; /* drivers draw markers under the statement; an error is one line */
    }
    if (from->release)
        from->release(from);
    return rc;
}

static AdbcStatusCode connect_database(struct adbc *adbc, const char *const *options,
                                       struct AdbcError *error)
{
    AdbcStatusCode code = AdbcDatabaseNew(&adbc->database, error);
    if (code != ADBC_STATUS_OK)
        return code;
    adbc->has_database = true;
    for (; *options && code == ADBC_STATUS_OK; options += 2)
        code = AdbcDatabaseSetOption(&adbc->database, options[0], options[1], error);
    if (code == ADBC_STATUS_OK)
        code = AdbcDatabaseInit(&adbc->database, error);
    if (code == ADBC_STATUS_OK)
        code = AdbcConnectionNew(&adbc->connection, error);
    if (code != ADBC_STATUS_OK)
        return code;
    adbc->has_connection = true;
    return AdbcConnectionInit(&adbc->connection, &adbc->database, error);
}

spk_rc spk_warehouse_adbc_open(const struct spk_warehouse_ops *ops, const char *const *options,
                               struct spk_warehouse **out, struct spk_error *err)
{
    struct AdbcError error = {0};
    struct adbc *adbc = (struct adbc *)spk_memory_zalloc(sizeof(*adbc));
    adbc->base.ops = ops;
    AdbcStatusCode code = connect_database(adbc, options, &error);
    if (code != ADBC_STATUS_OK) {
        spk_rc rc = fail(code, &error, err);
        spk_warehouse_adbc_destroy(&adbc->base);
        return rc;
    }
    *out = &adbc->base;
    return SPK_OK;
}

void spk_warehouse_adbc_destroy(struct spk_warehouse *warehouse)
{
    struct adbc *adbc = (struct adbc *)warehouse;
    struct AdbcError error = {0};
    if (adbc->has_connection && AdbcConnectionRelease(&adbc->connection, &error) != ADBC_STATUS_OK)
        fail(ADBC_STATUS_INTERNAL, &error, NULL);
    error = (struct AdbcError){0};
    if (adbc->has_database && AdbcDatabaseRelease(&adbc->database, &error) != ADBC_STATUS_OK)
        fail(ADBC_STATUS_INTERNAL, &error, NULL);
    free(adbc);
}

static AdbcStatusCode run_statement(struct AdbcStatement *statement, const char *sql,
                                    struct ArrowArrayStream *out, struct AdbcError *error)
{
    int64_t affected;
    AdbcStatusCode code = AdbcStatementSetSqlQuery(statement, sql, error);
    return code == ADBC_STATUS_OK ? AdbcStatementExecuteQuery(statement, out, &affected, error)
                                  : code;
}

spk_rc spk_warehouse_adbc_query(struct spk_warehouse *warehouse, struct spk_view sql,
                                struct ArrowArrayStream *out, struct spk_error *err)
{
    struct adbc *adbc = (struct adbc *)warehouse;
    struct AdbcError error = {0};
    struct AdbcStatement statement = {0};
    struct ArrowArrayStream stream = {0};
    struct spk_buf text;
    spk_buf_init(&text, SQL_LIMIT);
    spk_buf_append(&text, sql);
    spk_rc rc = spk_buf_check(&text, "the statement", err);
    AdbcStatusCode code = ADBC_STATUS_OK;
    if (rc == SPK_OK)
        code = AdbcStatementNew(&adbc->connection, &statement, &error);
    if (rc == SPK_OK && code == ADBC_STATUS_OK) {
        struct AdbcError ignored = {0};
        code = run_statement(&statement, spk_buf_cstr(&text), &stream, &error);
        /* The stream lives on without its statement. */
        if (AdbcStatementRelease(&statement, &ignored) != ADBC_STATUS_OK)
            fail(ADBC_STATUS_INTERNAL, &ignored, NULL);
    }
    if (code != ADBC_STATUS_OK)
        rc = fail(code, &error, err);
    spk_buf_deinit(&text);
    if (rc == SPK_OK)
        *out = stream;
    else
        spk_arrow_stream_release(&stream);
    return rc;
}

spk_rc spk_warehouse_adbc_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                                  struct spk_error *err)
{
    struct ArrowArrayStream stream = {0};
    spk_rc rc = spk_warehouse_adbc_query(warehouse, sql, &stream, err);
    if (rc == SPK_OK)
        rc = spk_warehouse_stream_drain(&stream, err);
    spk_arrow_stream_release(&stream);
    return rc;
}
