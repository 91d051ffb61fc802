#include <assert.h>

#include <openssl/evp.h>

#include "base/time.h"
#include "sql/sql_internal.h"

enum { SHA256 = 65 };

struct migrating {
    const struct spk_sql_migration *list;
    size_t n;
    size_t applied; /* the first so many of the list are in the database */
};

static void checksum(const char *text, char out[SHA256])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    int done = EVP_Digest(text, strlen(text), hash, &len, EVP_sha256(), NULL);
    assert(done == 1 && len == SHA256 / 2);
    (void)done;
    for (unsigned int i = 0; i < len; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[SHA256 - 1] = '\0';
}

/* Rows come by rising number. */
static spk_rc check_applied(void *context, const struct spk_sql_row *row, struct spk_error *err)
{
    struct migrating *migrating = (struct migrating *)context;
    struct spk_view name = spk_sql_row_text(row, 1);
    int64_t number;
    spk_rc rc = spk_sql_row_i64(row, 0, &number, err);
    if (rc != SPK_OK)
        return rc;
    if (number > (int64_t)migrating->n) {
        spk_error_set(err, SPK_ECONFIG,
                      "the database has migration %lld (%.*s), this program knows %zu: "
                      "the database is newer",
                      (long long)number, SPK_FMT(name), migrating->n);
        spk_error_hint(err, "use the newer program, or restore the backup made before it");
        return SPK_ECONFIG;
    }
    if (number != (int64_t)migrating->applied + 1)
        return spk_error_set(err, SPK_EDATA, "migration %zu is missing before %lld",
                             migrating->applied + 1, (long long)number);
    char expected[SHA256];
    checksum(migrating->list[migrating->applied].sql, expected);
    if (!spk_view_is(spk_sql_row_text(row, 2), expected)) {
        spk_error_set(err, SPK_ECONFIG, "migration %lld (%.*s) was applied with another text",
                      (long long)number, SPK_FMT(name));
        spk_error_hint(err, "use the program that made the database; in a changed program, restore "
                            "the migration and add a new one");
        return SPK_ECONFIG;
    }
    migrating->applied++;
    return SPK_OK;
}

static spk_rc apply(struct spk_sql *sql, const struct spk_sql_migration *migration,
                    struct spk_error *err)
{
    char sum[SHA256];
    checksum(migration->sql, sum);
    spk_rc rc = spk_sql_script(sql, spk_view_of(migration->sql), err);
    if (rc == SPK_OK)
        rc = spk_sql_exec(sql,
                          SPK_SQL("INSERT INTO spk_migration (number, name, checksum, applied_us) "
                                  "VALUES ($1, $2, $3, $4)",
                                  spk_sql_i64(migration->number), spk_sql_str(migration->name),
                                  spk_sql_str(sum), spk_sql_i64(spk_time_now_us())),
                          err);
    if (rc != SPK_OK)
        spk_error_context(err, rc, "migration %d (%s)", migration->number, migration->name);
    return rc;
}

static spk_rc migrate(struct spk_sql *sql, void *context, struct spk_error *err)
{
    struct migrating *migrating = (struct migrating *)context;
    migrating->applied = 0;
    spk_rc rc = spk_sql_exec(sql,
                             SPK_SQL("CREATE TABLE IF NOT EXISTS spk_migration ("
                                     "number BIGINT PRIMARY KEY, name TEXT NOT NULL, "
                                     "checksum TEXT NOT NULL, applied_us BIGINT NOT NULL)"),
                             err);
    if (rc == SPK_OK)
        rc = spk_sql_query(
            sql, SPK_SQL("SELECT number, name, checksum FROM spk_migration ORDER BY number"),
            check_applied, migrating, err);
    for (size_t i = migrating->applied; rc == SPK_OK && i < migrating->n; i++)
        rc = apply(sql, &migrating->list[i], err);
    return rc;
}

spk_rc spk_sql_migrate(struct spk_sql *sql, const struct spk_sql_migration *list, size_t n,
                       struct spk_error *err)
{
    for (size_t i = 0; i < n; i++)
        assert(list[i].number == (int)i + 1);
    struct migrating migrating = {.list = list, .n = n};
    return spk_sql_transaction(sql, migrate, &migrating, err);
}
