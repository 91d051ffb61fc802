/* Acts of several calls, with the Nth call failing for N = 1, 2, ... */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "folder.h"

static const struct spk_sql_migration two[] = {
    {1, "a", "CREATE TABLE a (x BIGINT)"},
    {2, "b", "CREATE TABLE b (x BIGINT); INSERT INTO b VALUES (1)"},
};

static spk_rc migrate(struct spk_sql *sql)
{
    return spk_sql_migrate(sql, two, 2, NULL);
}

static spk_rc lock(struct spk_sql *sql)
{
    struct spk_sql_lock_options options = {.name = SPK_V("n"), .owner = SPK_V("o")};
    struct spk_sql_lock taken = {0};
    spk_rc rc = spk_sql_lock_acquire(sql, &options, &taken, NULL);
    assert_int_equal(taken.name[0] != '\0', rc == SPK_OK);
    return rc;
}

/* True where nothing of the act is in the database. */
static bool is_empty(struct spk_sql *sql)
{
    return number(sql, SPK_SQL("SELECT COUNT(*) FROM sqlite_master")) == 0;
}

static spk_rc with_fault(struct spk_sql *inner, struct spk_sql_fault fault,
                         spk_rc (*act)(struct spk_sql *))
{
    struct spk_sql *faulty = spk_sql_faulty_create(inner, &fault);
    spk_rc rc = act(faulty);
    assert_false(faulty->in_transaction);
    spk_sql_destroy(faulty);
    return rc;
}

static void every_failing_call_leaves_nothing_and_can_be_done_again(void **state)
{
    static spk_rc (*const acts[])(struct spk_sql *) = {migrate, lock};
    for (size_t i = 0; i < 2; i++) {
        spk_rc rc = SPK_ESYSTEM;
        int nth = 1;
        for (; rc != SPK_OK; nth++) {
            struct spk_sql *inner = open_url("sqlite::memory:", 0);
            struct spk_sql_fault fault = {SPK_SQL_FAULT_CALL, nth, SPK_ESYSTEM};
            rc = with_fault(inner, fault, acts[i]);
            if (rc != SPK_OK) {
                assert_int_equal(rc, SPK_ESYSTEM);
                assert_true(is_empty(inner));
                assert_int_equal(acts[i](inner), SPK_OK);
            }
            spk_sql_destroy(inner);
        }
        assert_true(nth > 5);
    }
}

static void transient_failures_are_overcome_but_not_at_commit(void **state)
{
    int failures = 0;
    for (int nth = 1; nth <= 8; nth++) {
        struct spk_sql *inner = open_url("sqlite::memory:", 0);
        struct spk_sql_fault fault = {SPK_SQL_FAULT_CALL, nth, SPK_ETRANSIENT};
        failures += with_fault(inner, fault, migrate) != SPK_OK;
        spk_sql_destroy(inner);
    }
    assert_int_equal(failures, 1);
}

static void a_lost_commit_took_effect(void **state)
{
    struct spk_sql *inner = open_url("sqlite::memory:", 0);
    struct spk_sql_fault fault = {SPK_SQL_FAULT_LOST_COMMIT, 1, SPK_ETRANSIENT};
    assert_int_equal(with_fault(inner, fault, migrate), SPK_ETRANSIENT);
    assert_int_equal(number(inner, SPK_SQL("SELECT x FROM b")), 1);
    assert_int_equal(migrate(inner), SPK_OK);
    assert_int_equal(number(inner, SPK_SQL("SELECT COUNT(*) FROM b")), 1);
    spk_sql_destroy(inner);
}

static void the_second_commit_can_be_the_lost_one(void **state)
{
    struct spk_sql *inner = open_url("sqlite::memory:", 0);
    struct spk_sql_fault fault = {SPK_SQL_FAULT_LOST_COMMIT, 2, SPK_ESYSTEM};
    struct spk_sql *faulty = spk_sql_faulty_create(inner, &fault);
    assert_int_equal(migrate(faulty), SPK_OK);
    assert_int_equal(migrate(faulty), SPK_ESYSTEM);
    assert_int_equal(spk_sql_faulty_calls(faulty), 2);
    assert_int_equal(migrate(faulty), SPK_OK);
    spk_sql_destroy(faulty);
    spk_sql_destroy(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_call_leaves_nothing_and_can_be_done_again),
        cmocka_unit_test(transient_failures_are_overcome_but_not_at_commit),
        cmocka_unit_test(a_lost_commit_took_effect),
        cmocka_unit_test(the_second_commit_can_be_the_lost_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
