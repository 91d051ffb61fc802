/* Opening, locks, names. */
#include "storage/storage_internal.h"

#include "base/buf.h"
#include "base/memory.h"

#include <stdlib.h>

/* Elsewhere a holder counts as dead after that; on the same host lib/sql looks for the process. */
#define LOCK_EXPIRE_US (INT64_C(3600) * 1000 * 1000)

struct spk_storage_lock {
    struct spk_storage_lock *next;
    struct spk_sql_lock lock;
};

static const char *name_of(const char *const *names, size_t n, size_t at)
{
    return at < n ? names[at] : "unknown";
}

#define NAME_OF(names, at) name_of(names, sizeof(names) / sizeof((names)[0]), (size_t)(at))

const char *spk_step_name(enum spk_step step)
{
    static const char *const names[] = {"extract", "inspect", "gate", "publish", "link", "none"};
    return NAME_OF(names, step);
}

const char *spk_run_status_name(enum spk_run_status status)
{
    static const char *const names[] = {"running", "done", "held", "failed"};
    return NAME_OF(names, status);
}

const char *spk_extract_status_name(enum spk_extract_status status)
{
    static const char *const names[] = {"pending", "done", "failed"};
    return NAME_OF(names, status);
}

const char *spk_batch_status_name(enum spk_batch_status status)
{
    static const char *const names[] = {"extracted", "held", "passed", "published", "discarded"};
    return NAME_OF(names, status);
}

const char *spk_outcome_name(enum spk_outcome outcome)
{
    static const char *const names[] = {"pass", "warn", "hold"};
    return NAME_OF(names, outcome);
}

/* ---- opening ---- */

spk_rc spk_storage_over(struct spk_sql *sql, struct spk_storage **out, struct spk_error *err)
{
    spk_rc rc = spk_storage_migrate(sql, err);
    if (rc != SPK_OK) {
        spk_sql_destroy(sql);
        return rc;
    }
    struct spk_storage *storage = spk_memory_zalloc(sizeof *storage);
    storage->sql = sql;
    *out = storage;
    return SPK_OK;
}

spk_rc spk_storage_open(struct spk_view url, struct spk_storage **out, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_sql_options options = {.url = spk_arena_strdup(&arena, url)};
    struct spk_sql *sql = NULL;
    spk_rc rc = spk_sql_open(&options, &sql, err);
    spk_arena_deinit(&arena);
    rc = rc == SPK_OK ? spk_storage_over(sql, out, err) : rc;
    return rc == SPK_OK ? SPK_OK : spk_error_context(err, rc, "storage");
}

void spk_storage_close(struct spk_storage *storage)
{
    if (!storage) {
        return;
    }
    while (storage->locks) {
        struct spk_storage_lock *held = storage->locks;
        storage->locks = held->next;
        spk_sql_lock_release(storage->sql, &held->lock, NULL);
        free(held);
    }
    spk_sql_destroy(storage->sql);
    free(storage);
}

spk_rc spk_storage_run_must_exist(struct spk_sql *sql, struct spk_view run, struct spk_error *err)
{
    int64_t n = 0;
    spk_rc rc = spk_sql_query_i64(
        sql, SPK_SQL("SELECT count(*) FROM run WHERE id = $1", spk_sql_text(run)), &n, err);
    if (rc != SPK_OK || n > 0) {
        return rc;
    }
    spk_error_set(err, SPK_ECONFIG, "there is no run %.*s",
                  SPK_FMT(spk_view_slice(run, 0, SPK_UUID_TEXT)));
    spk_error_hint(err, "'spike runs' lists them");
    return SPK_ECONFIG;
}

/* ---- locks ---- */

static struct spk_storage_lock **find_lock(struct spk_storage *storage, struct spk_view name)
{
    struct spk_storage_lock **at = &storage->locks;
    while (*at && !spk_view_is(name, (*at)->lock.name)) {
        at = &(*at)->next;
    }
    return at;
}

spk_rc spk_storage_lock(struct spk_storage *storage, struct spk_view platform,
                        struct spk_error *err)
{
    struct spk_buf name = {0};
    spk_buf_printf(&name, "platform/%.*s", SPK_FMT(platform));
    struct spk_storage_lock **found = find_lock(storage, spk_buf_view(&name));
    spk_rc rc = SPK_OK;
    if (*found) {
        rc = spk_sql_lock_beat(storage->sql, &(*found)->lock, err);
    } else {
        struct spk_storage_lock *held = spk_memory_zalloc(sizeof *held);
        struct spk_sql_lock_options options = {
            .name = spk_buf_view(&name), .owner = SPK_V("spike"), .expire_us = LOCK_EXPIRE_US};
        rc = spk_sql_lock_acquire(storage->sql, &options, &held->lock, err);
        if (rc == SPK_OK) {
            *found = held;
        } else {
            free(held);
        }
    }
    spk_buf_deinit(&name);
    return rc;
}

void spk_storage_unlock(struct spk_storage *storage, struct spk_view platform)
{
    struct spk_buf name = {0};
    spk_buf_printf(&name, "platform/%.*s", SPK_FMT(platform));
    struct spk_storage_lock **found = find_lock(storage, spk_buf_view(&name));
    struct spk_storage_lock *held = *found;
    if (held) {
        *found = held->next;
        spk_sql_lock_release(storage->sql, &held->lock, NULL);
        free(held);
    }
    spk_buf_deinit(&name);
}

spk_rc spk_storage_beat(struct spk_storage *storage, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (struct spk_storage_lock *held = storage->locks; held && rc == SPK_OK; held = held->next) {
        rc = spk_sql_lock_beat(storage->sql, &held->lock, err);
    }
    return rc;
}
