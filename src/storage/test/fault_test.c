/* A whole life of a run, with the Nth SQL call failing, or the Nth commit's answer lost: what
 * failed is done again and the end is the same. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CALLS_MAX = 1000 };

struct scene {
    struct spk_sql *inner, *faulty;
    struct spk_storage *storage;
    struct spk_arena arena;
    int failures;
};

static spk_rc create(struct scene *s)
{
    return spk_storage_run_create(s->storage, &fixture_run, &fixture_planned, NULL);
}

static spk_rc lock(struct scene *s)
{
    return spk_storage_lock(s->storage, SPK_V("cx"), NULL);
}

static spk_rc extract_a(struct scene *s)
{
    return spk_storage_extract_save(s->storage, SPK_V("r1"), &fixture_a, &fixture_a_batches, NULL);
}

static spk_rc extract_b(struct scene *s)
{
    return spk_storage_extract_save(s->storage, SPK_V("r1"), &fixture_b, &fixture_b_batches, NULL);
}

static spk_rc extracted(struct scene *s)
{
    return spk_storage_step_done(s->storage, SPK_V("r1"), SPK_STEP_EXTRACT, SPK_V("2"), NULL);
}

static spk_rc hold_a(struct scene *s)
{
    struct spk_batch_list held = fixture_marked(&s->arena, &fixture_a_batches, SPK_BATCH_HELD);
    return spk_storage_gate_save(s->storage, SPK_V("r1"), &fixture_verdicts, &held, NULL);
}

static spk_rc pass_b(struct scene *s)
{
    struct spk_batch_list passed = fixture_marked(&s->arena, &fixture_b_batches, SPK_BATCH_PASSED);
    struct spk_verdict_list none = {NULL, 0};
    return spk_storage_gate_save(s->storage, SPK_V("r1"), &none, &passed, NULL);
}

static spk_rc publish_b(struct scene *s)
{
    struct spk_file_list none = {NULL, 0};
    return spk_storage_publish(s->storage, &fixture_run, &none, &fixture_b_batches, NULL);
}

static spk_rc end_held(struct scene *s)
{
    return spk_storage_run_end(s->storage, SPK_V("r1"), SPK_RUN_HELD, SPK_V("1 held"), NULL);
}

static spk_rc decide(struct scene *s, size_t batch, bool release)
{
    struct spk_decision decision = {release, SPK_V("ann"), SPK_V("why")};
    struct spk_batch_list one = {fixture_a_batches.items + batch, 1};
    return spk_storage_decide(s->storage, SPK_V("r1"), &one, &decision, NULL);
}

static spk_rc release_first(struct scene *s)
{
    return decide(s, 0, true);
}

static spk_rc discard_second(struct scene *s)
{
    return decide(s, 1, false);
}

static spk_rc publish_first(struct scene *s)
{
    struct spk_batch_list batch = {fixture_a_batches.items, 1};
    struct spk_file_list file = {fixture_a_files.items, 1};
    return spk_storage_publish(s->storage, &fixture_run, &file, &batch, NULL);
}

static spk_rc link_files(struct scene *s)
{
    struct spk_file_list file = {fixture_a_files.items, 1};
    return spk_storage_linked(s->storage, SPK_V("cx"), &file, NULL);
}

static spk_rc end_done(struct scene *s)
{
    return spk_storage_run_end(s->storage, SPK_V("r1"), SPK_RUN_DONE, SPK_V(""), NULL);
}

/* Everything that only reads. */
static spk_rc read_all(struct scene *s)
{
    struct spk_stream_key key = {SPK_V("cx"), SPK_V("a"), SPK_V("s")};
    struct spk_run run;
    struct spk_run_list runs;
    struct spk_extract_list extracts;
    struct spk_batch_list batches;
    struct spk_verdict_list verdicts;
    struct spk_file_list files;
    struct spk_day_list days;
    struct spk_view text;
    struct spk_run_query any_run = {.most = 5};
    struct spk_batch_query any_batch = {SPK_V("r1"), -1};
    struct spk_file_query any_file = {.platform = SPK_VIEW("cx")};
    struct spk_history_query history = {key, 100, 10};
    spk_rc rcs[] = {
        spk_storage_run_get(s->storage, SPK_V("r1"), &s->arena, &run, NULL),
        spk_storage_run_open(s->storage, SPK_V("cx"), &s->arena, &run, NULL),
        spk_storage_runs(s->storage, &any_run, &s->arena, &runs, NULL),
        spk_storage_extracts(s->storage, SPK_V("r1"), &s->arena, &extracts, NULL),
        spk_storage_batches(s->storage, &any_batch, &s->arena, &batches, NULL),
        spk_storage_verdicts(s->storage, SPK_V("r1"), &s->arena, &verdicts, NULL),
        spk_storage_published(s->storage, &any_file, &s->arena, &files, NULL),
        spk_storage_history(s->storage, &history, &s->arena, &days, NULL),
        spk_storage_cursor(s->storage, &key, &s->arena, &text, NULL),
        spk_storage_last_schema(s->storage, &key, &s->arena, &text, NULL),
    };
    spk_rc rc = SPK_OK;
    for (size_t i = 0; i < sizeof rcs / sizeof rcs[0]; i++) {
        rc = rc == SPK_OK ? rcs[i] : rc;
    }
    return rc;
}

static spk_rc (*const acts[])(struct scene *s) = {
    create,        lock,           extract_a,  extract_b, extracted,
    hold_a,        pass_b,         publish_b,  end_held,  release_first,
    publish_first, discard_second, link_files, end_done,  read_all,
};

/* Opens over a faulty connection; a failure of opening counts as one, too. */
static void open_storage(struct scene *s, const struct spk_sql_fault *fault)
{
    static const struct spk_sql_fault never = {.rc = SPK_ESYSTEM};
    s->faulty = spk_sql_faulty_create(s->inner, fault);
    if (spk_storage_over(s->faulty, &s->storage, NULL) != SPK_OK) {
        s->failures++;
        s->faulty = spk_sql_faulty_create(s->inner, &never);
        assert_int_equal(spk_storage_over(s->faulty, &s->storage, NULL), SPK_OK);
    }
}

/* Plays all acts, each again where it failed; the end in `dump`, the number of failures. */
static int play(const struct spk_sql_fault *fault, struct spk_buf *dump)
{
    struct scene s = {0};
    struct spk_sql_options options = {.url = "sqlite::memory:"};
    assert_int_equal(spk_sql_open(&options, &s.inner, NULL), SPK_OK);
    open_storage(&s, fault);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (acts[i](&s) != SPK_OK) {
            s.failures++;
            assert_int_equal(acts[i](&s), SPK_OK);
        }
    }
    spk_storage_close(s.storage);
    fixture_dump(s.inner, dump);
    spk_sql_destroy(s.inner);
    spk_arena_deinit(&s.arena);
    return s.failures;
}

static void fail_each(enum spk_sql_fault_mode mode, int at_least)
{
    struct spk_buf expected = {0};
    struct spk_sql_fault fault = {.mode = mode, .rc = SPK_ESYSTEM};
    assert_int_equal(play(&fault, &expected), 0);
    int failures = 1;
    for (fault.nth = 1; failures > 0; fault.nth++) {
        struct spk_buf dump = {0};
        assert_true(fault.nth < CALLS_MAX);
        failures = play(&fault, &dump);
        assert_string_equal(spk_buf_cstr(&dump), spk_buf_cstr(&expected));
        spk_buf_deinit(&dump);
    }
    print_message("%d places of failure\n", fault.nth - 2);
    assert_true(fault.nth - 2 >= at_least);
    spk_buf_deinit(&expected);
}

static void the_nth_call_fails_and_the_end_is_the_same(void **state)
{
    fail_each(SPK_SQL_FAULT_CALL, 100);
}

static void the_nth_commits_answer_is_lost_and_the_end_is_the_same(void **state)
{
    fail_each(SPK_SQL_FAULT_LOST_COMMIT, 14);
}

static void every_act_done_twice_changes_nothing(void **state)
{
    struct scene s = {0};
    struct spk_sql_options options = {.url = "sqlite::memory:"};
    struct spk_sql_fault never = {.rc = SPK_ESYSTEM};
    assert_int_equal(spk_sql_open(&options, &s.inner, NULL), SPK_OK);
    open_storage(&s, &never);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        struct spk_buf once = {0}, twice = {0};
        assert_int_equal(acts[i](&s), SPK_OK);
        fixture_dump(s.inner, &once);
        assert_int_equal(acts[i](&s), SPK_OK);
        fixture_dump(s.inner, &twice);
        assert_string_equal(spk_buf_cstr(&once), spk_buf_cstr(&twice));
        spk_buf_deinit(&once);
        spk_buf_deinit(&twice);
    }
    spk_storage_close(s.storage);
    spk_sql_destroy(s.inner);
    spk_arena_deinit(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_call_fails_and_the_end_is_the_same),
        cmocka_unit_test(the_nth_commits_answer_is_lost_and_the_end_is_the_same),
        cmocka_unit_test(every_act_done_twice_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
