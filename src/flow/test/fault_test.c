/* The whole flow with the Nth call of one part failing, N = 1, 2, ... until none fails: each time
 * it fails cleanly, and what is finished afterwards is the undisturbed end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "scene.h"

enum { CALLS_MAX = 2000 };

static const char platform[] = "all";

static spk_rc begin(struct scene *s, struct spk_error *err)
{
    struct spk_flow_request request = scene_request(platform, "2026-01-05");
    spk_rc rc = spk_flow_start(&s->parts, &request, &s->arena, &s->run, err);
    return rc ? rc : spk_flow_finish(&s->parts, &s->run, &s->held, NULL, err);
}

/* An account could not be read, so that the rest is held: all is read again, then the rest goes. */
static spk_rc replace(struct scene *s, struct spk_error *err)
{
    struct spk_decision decision = {.who = SPK_VIEW("ann"), .reason = SPK_VIEW("read again")};
    struct spk_run old = s->run;
    struct spk_batch_list held;
    scene_batches(s, SPK_BATCH_HELD, &held);
    spk_rc rc = begin(s, err);
    return rc ? rc : spk_flow_decide(&s->parts, &old, &held, &decision, err);
}

/* What an operator does next, until the platform is done. */
static spk_rc go_on(struct scene *s, struct spk_error *err)
{
    struct spk_run_query last = {.platform = spk_view_of(platform), .most = 1};
    struct spk_run_list runs = {0};
    spk_rc rc = spk_storage_lock(s->storage, last.platform, err);
    if (!rc)
        rc = spk_storage_runs(s->storage, &last, &s->arena, &runs, err);
    if (rc)
        return rc;
    if (runs.n == 0)
        return begin(s, err);
    s->run = runs.items[0];
    switch (s->run.status) {
    case SPK_RUN_DONE: return SPK_OK;
    case SPK_RUN_HELD: return replace(s, err);
    default: return spk_flow_finish(&s->parts, &s->run, &s->held, NULL, err);
    }
}

/* One try; true where the fault came to pass. */
static bool disturbed(struct scene *s, const struct fault *fault)
{
    struct spk_error err = {0};
    spk_rc rc = scene_open(s, fault, &err);
    if (!rc)
        rc = go_on(s, &err);
    if (rc && (err.rc != rc || !err.text[0]))
        fail_msg("part %d, call %d: no clear error", fault->where, fault->nth);
    bool came = scene_close(s, fault);
    /* Its process is gone now, so that a lock that it could not give back counts for nothing. */
    spk_sql_exec(s->sql, SPK_SQL("DELETE FROM spk_lock"), NULL);
    return came;
}

static void finish(struct scene *s, struct spk_buf *end)
{
    struct spk_error err = {0};
    assert_int_equal(scene_open(s, NULL, &err), SPK_OK);
    scene_check(s, platform);
    if (go_on(s, &err))
        fail_msg("%s", err.text);
    scene_check(s, platform);
    scene_dump(s, platform, end);
    scene_close(s, NULL);
}

static void compare(struct scene *s, struct fault fault, const struct spk_buf *expected)
{
    bool came = true;
    int tries = 0;
    for (fault.nth = 1; came; fault.nth++) {
        struct spk_buf end = {0};
        assert_true(fault.nth < CALLS_MAX);
        came = disturbed(s, &fault);
        finish(s, &end);
        if (!spk_view_equal(spk_buf_view(&end), spk_buf_view(expected)))
            fail_msg("part %d, call %d%s:\n%s\nundisturbed:\n%s", fault.where, fault.nth,
                     fault.late ? ", answer lost" : "", spk_buf_cstr(&end),
                     spk_buf_cstr((struct spk_buf *)expected));
        spk_buf_deinit(&end);
        scene_reset(s);
        tries = fault.nth;
    }
    print_message("           part %d%s: %d calls\n", fault.where,
                  fault.late ? ", answer lost" : "", tries - 1);
}

static void every_failing_call(enum where where, bool late, enum spk_http_fault http)
{
    struct scene s;
    struct spk_buf expected = {0};
    struct fault fault = {.where = where, .late = late, .http = http};
    scene_make(&s, where == WAREHOUSE ? DUCKDB : COUNTING);
    finish(&s, &expected);
    scene_reset(&s);
    compare(&s, fault, &expected);
    spk_buf_deinit(&expected);
    scene_remove(&s);
}

static void any_call_of_transient_storage_may_fail(void **state)
{
    every_failing_call(TRANSIENT, false, 0);
}

static void any_answer_of_transient_storage_may_be_lost(void **state)
{
    every_failing_call(TRANSIENT, true, 0);
}

static void any_call_of_the_raw_zone_may_fail(void **state)
{
    every_failing_call(RAW, false, 0);
}

static void any_answer_of_the_raw_zone_may_be_lost(void **state)
{
    every_failing_call(RAW, true, 0);
}

static void any_statement_of_storage_may_fail(void **state)
{
    every_failing_call(SQL_CALL, false, 0);
}

static void any_answer_to_a_commit_of_storage_may_be_lost(void **state)
{
    every_failing_call(SQL_COMMIT, true, 0);
}

static void any_statement_of_the_warehouse_may_fail(void **state)
{
    every_failing_call(WAREHOUSE, false, 0);
}

static void any_answer_of_the_warehouse_may_be_lost(void **state)
{
    every_failing_call(WAREHOUSE, true, 0);
}

static void any_request_may_fail(void **state)
{
    every_failing_call(HTTP, false, SPK_HTTP_FAULT_CONNECT);
}

static void any_answer_of_an_operator_may_be_lost(void **state)
{
    every_failing_call(HTTP, true, SPK_HTTP_FAULT_TIMEOUT);
}

static void any_answer_of_an_operator_may_break_off(void **state)
{
    every_failing_call(HTTP, true, SPK_HTTP_FAULT_RESET);
    every_failing_call(HTTP, true, SPK_HTTP_FAULT_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_call_of_transient_storage_may_fail),
        cmocka_unit_test(any_answer_of_transient_storage_may_be_lost),
        cmocka_unit_test(any_call_of_the_raw_zone_may_fail),
        cmocka_unit_test(any_answer_of_the_raw_zone_may_be_lost),
        cmocka_unit_test(any_statement_of_storage_may_fail),
        cmocka_unit_test(any_answer_to_a_commit_of_storage_may_be_lost),
        cmocka_unit_test(any_statement_of_the_warehouse_may_fail),
        cmocka_unit_test(any_answer_of_the_warehouse_may_be_lost),
        cmocka_unit_test(any_request_may_fail),
        cmocka_unit_test(any_answer_of_an_operator_may_be_lost),
        cmocka_unit_test(any_answer_of_an_operator_may_break_off),
    };
    return cmocka_run_group_tests_name("flow faults", tests, NULL, NULL);
}
