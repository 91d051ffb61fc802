/* Fails the Nth call, or the answer to the Nth commit, of another connection. */
#include <stdlib.h>

#include "base/memory.h"
#include "sql/sql_internal.h"

struct faulty {
    struct spk_sql base;
    struct spk_sql *inner;
    struct spk_sql_fault fault;
    int calls;
};

static spk_rc failure(const struct faulty *faulty, const char *what, struct spk_error *err)
{
    return spk_error_set(err, faulty->fault.rc, "%s %d fails on purpose", what, faulty->fault.nth);
}

static spk_rc count_call(struct faulty *faulty, struct spk_error *err)
{
    if (faulty->fault.mode != SPK_SQL_FAULT_CALL || ++faulty->calls != faulty->fault.nth)
        return SPK_OK;
    return failure(faulty, "call", err);
}

static spk_rc faulty_exec(struct spk_sql *sql, const struct spk_sql_statement *statement,
                          int64_t *changed, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)sql;
    spk_rc rc = count_call(faulty, err);
    return rc != SPK_OK ? rc : faulty->inner->ops->exec(faulty->inner, statement, changed, err);
}

static spk_rc faulty_query(struct spk_sql *sql, const struct spk_sql_statement *statement,
                           spk_sql_row_fn row_fn, void *context, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)sql;
    spk_rc rc = count_call(faulty, err);
    if (rc != SPK_OK)
        return rc;
    return faulty->inner->ops->query(faulty->inner, statement, row_fn, context, err);
}

static spk_rc faulty_script(struct spk_sql *sql, struct spk_view text, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)sql;
    spk_rc rc = count_call(faulty, err);
    return rc != SPK_OK ? rc : faulty->inner->ops->script(faulty->inner, text, err);
}

static spk_rc faulty_begin(struct spk_sql *sql, enum spk_sql_mode mode, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)sql;
    spk_rc rc = count_call(faulty, err);
    return rc != SPK_OK ? rc : faulty->inner->ops->begin(faulty->inner, mode, err);
}

static spk_rc faulty_commit(struct spk_sql *sql, struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)sql;
    spk_rc rc = count_call(faulty, err);
    if (rc == SPK_OK)
        rc = faulty->inner->ops->commit(faulty->inner, err);
    if (rc != SPK_OK || faulty->fault.mode != SPK_SQL_FAULT_LOST_COMMIT)
        return rc;
    return ++faulty->calls == faulty->fault.nth ? failure(faulty, "the answer to commit", err)
                                                : SPK_OK;
}

static void faulty_rollback(struct spk_sql *sql)
{
    struct faulty *faulty = (struct faulty *)sql;
    faulty->inner->ops->rollback(faulty->inner);
}

static void faulty_destroy(struct spk_sql *sql)
{
    free((struct faulty *)sql);
}

static const struct spk_sql_ops faulty_ops = {
    .name = "faulty",
    .exec = faulty_exec,
    .query = faulty_query,
    .script = faulty_script,
    .begin = faulty_begin,
    .commit = faulty_commit,
    .rollback = faulty_rollback,
    .destroy = faulty_destroy,
};

struct spk_sql *spk_sql_faulty_create(struct spk_sql *inner, const struct spk_sql_fault *fault)
{
    struct faulty *faulty = spk_memory_zalloc(sizeof(*faulty));
    faulty->base.ops = &faulty_ops;
    faulty->inner = inner;
    faulty->fault = *fault;
    return &faulty->base;
}

int spk_sql_faulty_calls(const struct spk_sql *faulty)
{
    return ((const struct faulty *)faulty)->calls;
}
