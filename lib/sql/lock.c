#include <assert.h>
#include <stdio.h>

#include "base/id.h"
#include "base/time.h"
#include "sql/sql_internal.h"

#define EXPIRE_US (60 * SPK_SECOND_US)

/* Columns of the query for the holder. */
enum { OWNER, HOST, BOOT, PID_NAMESPACE, PID, STARTED, TAKEN, HEARTBEAT, EXPIRE, COLUMNS };

struct acquiring {
    const struct spk_sql_lock_options *options;
    const struct spk_sql_process *process;
    const char *token;
    struct spk_arena *arena;
    struct spk_view holder; /* text for people; empty where the lock was got */
};

struct holder {
    struct spk_view owner;
    struct spk_sql_process process;
    int64_t taken_us, heartbeat_us, expire_us;
};

static spk_rc read_holder(const struct spk_sql_row *row, struct holder *out, struct spk_error *err)
{
    static const size_t columns[] = {PID_NAMESPACE, PID, STARTED, TAKEN, HEARTBEAT, EXPIRE};
    int64_t *const numbers[] = {
        &out->process.pid_namespace, &out->process.pid, &out->process.started, &out->taken_us,
        &out->heartbeat_us,          &out->expire_us,
    };
    out->owner = spk_sql_row_text(row, OWNER);
    out->process.host = spk_sql_row_text(row, HOST);
    out->process.boot = spk_sql_row_text(row, BOOT);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < sizeof(columns) / sizeof(columns[0]); i++)
        rc = spk_sql_row_i64(row, columns[i], numbers[i], err);
    return rc;
}

static bool is_alive(const struct holder *holder, const struct spk_sql_process *self, int64_t now)
{
    const struct spk_sql_process *process = &holder->process;
    bool same_host = spk_view_equal(process->host, self->host);
    if (same_host && !spk_view_equal(process->boot, self->boot))
        return false;
    if (same_host && process->pid_namespace == self->pid_namespace)
        return spk_sql_process_runs(process->pid, process->started);
    return now - holder->heartbeat_us < holder->expire_us;
}

static struct spk_view describe(const struct holder *holder, int64_t now, struct spk_arena *arena)
{
    struct spk_view taken = spk_iso_format_us(arena, holder->taken_us);
    int64_t silent_s = (now - holder->heartbeat_us) / SPK_SECOND_US;
    return spk_arena_printf(arena,
                            "%.*s (pid %lld on host %.*s, since %.*s, last heartbeat %lld s ago)",
                            SPK_FMT(holder->owner), (long long)holder->process.pid,
                            SPK_FMT(holder->process.host), SPK_FMT(taken), (long long)silent_s);
}

static spk_rc find_holder(struct spk_sql *sql, struct acquiring *acquiring, int64_t now,
                          struct spk_error *err)
{
    struct spk_sql_row row = {0};
    struct holder holder = {0};
    spk_rc rc = spk_sql_query_row(
        sql,
        SPK_SQL("SELECT owner, host, boot, pid_namespace, pid, started, taken_us, heartbeat_us, "
                "expire_us FROM spk_lock WHERE name = $1",
                spk_sql_text(acquiring->options->name)),
        acquiring->arena, &row, err);
    if (rc != SPK_OK || row.n == 0)
        return rc;
    assert(row.n == COLUMNS);
    rc = read_holder(&row, &holder, err);
    if (rc == SPK_OK && is_alive(&holder, acquiring->process, now))
        acquiring->holder = describe(&holder, now, acquiring->arena);
    return rc;
}

static spk_rc take(struct spk_sql *sql, const struct acquiring *acquiring, int64_t now,
                   struct spk_error *err)
{
    const struct spk_sql_lock_options *options = acquiring->options;
    const struct spk_sql_process *process = acquiring->process;
    int64_t expire_us = options->expire_us > 0 ? options->expire_us : EXPIRE_US;
    return spk_sql_exec(
        sql,
        SPK_SQL("INSERT INTO spk_lock (name, token, owner, host, boot, pid_namespace, pid, "
                "started, taken_us, heartbeat_us, expire_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10) "
                "ON CONFLICT (name) DO UPDATE SET token = excluded.token, "
                "owner = excluded.owner, host = excluded.host, boot = excluded.boot, "
                "pid_namespace = excluded.pid_namespace, pid = excluded.pid, "
                "started = excluded.started, taken_us = excluded.taken_us, "
                "heartbeat_us = excluded.heartbeat_us, expire_us = excluded.expire_us",
                spk_sql_text(options->name), spk_sql_str(acquiring->token),
                spk_sql_text(options->owner), spk_sql_text(process->host),
                spk_sql_text(process->boot), spk_sql_i64(process->pid_namespace),
                spk_sql_i64(process->pid), spk_sql_i64(process->started), spk_sql_i64(now),
                spk_sql_i64(expire_us)),
        err);
}

/* That the lock is held is an answer here: as ETRANSIENT it would make the transaction run again.
 */
static spk_rc acquire(struct spk_sql *sql, void *context, struct spk_error *err)
{
    struct acquiring *acquiring = (struct acquiring *)context;
    int64_t now = spk_time_now_us();
    acquiring->holder = (struct spk_view){0};
    spk_rc rc = spk_sql_exec(
        sql,
        SPK_SQL("CREATE TABLE IF NOT EXISTS spk_lock (name TEXT PRIMARY KEY, token TEXT NOT NULL, "
                "owner TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL, "
                "pid_namespace BIGINT NOT NULL, pid BIGINT NOT NULL, started BIGINT NOT NULL, "
                "taken_us BIGINT NOT NULL, heartbeat_us BIGINT NOT NULL, "
                "expire_us BIGINT NOT NULL)"),
        err);
    if (rc == SPK_OK)
        rc = find_holder(sql, acquiring, now, err);
    if (rc == SPK_OK && acquiring->holder.len == 0)
        rc = take(sql, acquiring, now, err);
    return rc;
}

static spk_rc held(const struct acquiring *acquiring, struct spk_error *err)
{
    spk_error_set(err, SPK_ETRANSIENT, "lock \"%.*s\" is held by %.*s",
                  SPK_FMT(acquiring->options->name), SPK_FMT(acquiring->holder));
    spk_error_hint(err, "wait for it to end or stop it; the lock of a dead process is taken over");
    return SPK_ETRANSIENT;
}

/* The commit may have taken effect and its answer been lost. Nobody would know the token then, and
 * the lock would stay as long as this process lives. */
static void give_back(struct spk_sql *sql, struct spk_view name, const char *token)
{
    spk_sql_exec(sql,
                 SPK_SQL("DELETE FROM spk_lock WHERE name = $1 AND token = $2", spk_sql_text(name),
                         spk_sql_str(token)),
                 NULL);
}

spk_rc spk_sql_lock_acquire(struct spk_sql *sql, const struct spk_sql_lock_options *options,
                            struct spk_sql_lock *out, struct spk_error *err)
{
    assert(options->name.len > 0);
    if (options->name.len >= SPK_SQL_LOCK_NAME)
        return spk_error_set(err, SPK_EDATA, "the name of a lock is longer than %d bytes",
                             SPK_SQL_LOCK_NAME - 1);
    char token[SPK_UUID_TEXT];
    struct spk_sql_process self;
    struct spk_sql_process_store store;
    struct spk_arena arena = {0};
    spk_uuid4(token);
    spk_sql_process_self(&self, &store);
    struct acquiring acquiring = {
        .options = options,
        .process = options->process ? options->process : &self,
        .token = token,
        .arena = &arena,
    };
    spk_rc rc = spk_sql_transaction(sql, acquire, &acquiring, err);
    if (rc != SPK_OK)
        give_back(sql, options->name, token);
    if (rc == SPK_OK && acquiring.holder.len > 0)
        rc = held(&acquiring, err);
    if (rc == SPK_OK) {
        snprintf(out->name, sizeof(out->name), "%.*s", SPK_FMT(options->name));
        memcpy(out->token, token, sizeof(out->token));
    }
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_sql_lock_beat(struct spk_sql *sql, const struct spk_sql_lock *lock,
                         struct spk_error *err)
{
    int64_t changed = 0;
    spk_rc rc = spk_sql_exec_count(
        sql,
        SPK_SQL("UPDATE spk_lock SET heartbeat_us = $1 WHERE name = $2 AND token = $3",
                spk_sql_i64(spk_time_now_us()), spk_sql_str(lock->name), spk_sql_str(lock->token)),
        &changed, err);
    if (rc != SPK_OK || changed > 0)
        return rc;
    spk_error_set(err, SPK_ESYSTEM, "lock \"%s\" was lost: another process took it over",
                  lock->name);
    spk_error_hint(err, "this process was silent for too long; run it again");
    return SPK_ESYSTEM;
}

spk_rc spk_sql_lock_release(struct spk_sql *sql, const struct spk_sql_lock *lock,
                            struct spk_error *err)
{
    return spk_sql_exec(sql,
                        SPK_SQL("DELETE FROM spk_lock WHERE name = $1 AND token = $2",
                                spk_sql_str(lock->name), spk_sql_str(lock->token)),
                        err);
}
