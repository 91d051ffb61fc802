/* Windows, cursors and the gate's rules through the whole flow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

static int set_up(void **state)
{
    static struct scene scene;
    struct spk_error err = {0};
    scene_make(&scene, COUNTING);
    assert_int_equal(scene_open(&scene, NULL, &err), SPK_OK);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_close(*state, NULL);
    scene_remove(*state);
    return 0;
}

static int32_t day_of(const char *text)
{
    int32_t day;
    assert_true(spk_day_parse(spk_view_of(text), &day));
    return day;
}

/* How often the source was asked for a day of anna's clicks. */
static int asked(struct scene *s, const char *day)
{
    int n = 0;
    struct spk_view url =
        spk_arena_printf(&s->arena, "http://operator.test/anna/clicks?day=%s", day);
    for (size_t i = 0; i < spk_http_memory_seen_len(s->http); i++)
        n += spk_view_equal(spk_http_memory_seen(s->http, i)->url, url);
    return n;
}

static void run_to(struct scene *s, const char *platform, const char *to)
{
    struct spk_flow_request request = scene_request(platform, to);
    scene_run(s, &request);
}

#define CURSOR(day) "{\"date\":\"" day "\"}"

/* ---- windows ---- */

static void a_run_goes_on_behind_the_cursor_less_the_lookback(void **state)
{
    struct scene *s = *state;
    run_to(s, "all", "2026-01-05");
    assert_int_equal(asked(s, "2026-01-02"), 0); /* before start_date */
    assert_int_equal(asked(s, "2026-01-03"), 1);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), CURSOR("2026-01-05"));
    run_to(s, "all", "2026-01-06");
    assert_int_equal(asked(s, "2026-01-03"), 1);
    assert_int_equal(asked(s, "2026-01-04"), 2); /* lookback_days: 1 */
    assert_int_equal(asked(s, "2026-01-06"), 1);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), CURSOR("2026-01-06"));
}

static void a_named_window_makes_a_first_cursor_and_moves_no_other(void **state)
{
    struct scene *s = *state;
    struct spk_flow_request window = scene_request("all", "2026-01-04");
    window.from = day_of("2026-01-04");
    scene_run(s, &window);
    assert_int_equal(scene_batches(s, SPK_BATCH_PUBLISHED, NULL), 4);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), CURSOR("2026-01-04"));
    window.from = day_of("2026-01-07");
    window.to = day_of("2026-01-08");
    scene_run(s, &window);
    assert_int_equal(scene_batches(s, SPK_BATCH_PUBLISHED, NULL), 8);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), CURSOR("2026-01-04"));
    window.from = window.to = day_of("2026-01-02");
    scene_run(s, &window);
    assert_string_equal(scene_cursor(s, "bert", "sales"), CURSOR("2026-01-04"));
}

static void a_repair_reads_its_days_and_leaves_cursors_alone(void **state)
{
    struct scene *s = *state;
    const int32_t days[] = {day_of("2026-01-07"), day_of("2026-01-03")};
    struct spk_flow_request repair = {.platform = SPK_VIEW("all"), .days = days, .day_count = 2};
    scene_run(s, &repair);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), "none");
    assert_int_equal(scene_batches(s, SPK_BATCH_PUBLISHED, NULL), 8);
    assert_int_equal(asked(s, "2026-01-04"), 0);
    assert_int_equal(s->run.from, days[1]);
    assert_int_equal(s->run.to, days[0]);
    run_to(s, "all", "2026-01-05");
    scene_run(s, &repair);
    assert_string_equal(scene_cursor(s, "anna", "clicks"), CURSOR("2026-01-05"));
    assert_int_equal(asked(s, "2026-01-03"), 3);
}

static void one_account_alone_can_be_run_and_an_unknown_one_is_named(void **state)
{
    struct scene *s = *state;
    const struct spk_view bert = SPK_VIEW("bert"), nobody = SPK_VIEW("nobody");
    struct spk_flow_request request = scene_request("all", "2026-01-05");
    struct spk_error err = {0};
    request.accounts = &bert;
    request.account_count = 1;
    scene_run(s, &request);
    assert_int_equal(asked(s, "2026-01-03"), 0);
    assert_string_equal(scene_cursor(s, "bert", "clicks"), CURSOR("2026-01-05"));
    request.accounts = &nobody;
    assert_int_equal(spk_flow_start(&s->parts, &request, &s->arena, &s->run, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "all has no account 'nobody'"));
    assert_non_null(strstr(err.hint, "platforms/all.yaml"));
}

static void a_run_that_is_open_must_be_finished_first(void **state)
{
    struct scene *s = *state;
    struct spk_flow_request request = scene_request("all", "2026-01-05");
    struct spk_run second = {0};
    struct spk_error err = {0};
    assert_int_equal(spk_flow_start(&s->parts, &request, &s->arena, &s->run, &err), SPK_OK);
    assert_int_equal(spk_flow_start(&s->parts, &request, &s->arena, &second, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.hint, "spike run all --resume"));
    assert_int_equal(spk_flow_step(&s->parts, &s->run, SPK_STEP_GATE, NULL, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.hint, "spike extract --run"));
}

static void a_step_done_twice_changes_nothing(void **state)
{
    struct scene *s = *state;
    struct spk_buf once = {0}, twice = {0};
    run_to(s, "all", "2026-01-05");
    scene_dump(s, "all", &once);
    for (int step = 0; step < SPK_STEP_COUNT; step++)
        assert_int_equal(spk_flow_step(&s->parts, &s->run, (enum spk_step)step, NULL, NULL),
                         SPK_OK);
    scene_dump(s, "all", &twice);
    assert_true(spk_view_equal(spk_buf_view(&once), spk_buf_view(&twice)));
    spk_buf_deinit(&once);
    spk_buf_deinit(&twice);
}

/* ---- the gate ---- */

static void rules_let_pass_what_they_say(void **state)
{
    /* What bert's sales of 2026-01-05 answer: NULL fails the request, " []" is empty without being
     * the proof. A cursor stands at the last day that had records. */
    static const struct {
        const char *platform, *answer;
        size_t published, held;
        const char *anna, *bert_clicks, *bert_sales; /* cursors */
    } rows[] = {
        {"all", "[]", 12, 0, CURSOR("2026-01-05"), CURSOR("2026-01-05"), CURSOR("2026-01-03")},
        {"all", " []", 0, 12, "none", "none", "none"},
        {"each", " []", 6, 6, CURSOR("2026-01-05"), "none", "none"},
        {"quorum", " []", 6, 6, CURSOR("2026-01-05"), "none", "none"},
        {"all", NULL, 0, 11, "none", "none", "none"},
        {"each", NULL, 6, 5, CURSOR("2026-01-05"), "none", "none"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene *s = *state;
        scene_answer(s, "bert", "sales", "2026-01-05", rows[i].answer);
        run_to(s, rows[i].platform, "2026-01-05");
        size_t published = scene_batches(s, SPK_BATCH_PUBLISHED, NULL);
        size_t held = scene_batches(s, SPK_BATCH_HELD, NULL);
        if (published != rows[i].published || held != rows[i].held)
            fail_msg("row %zu: %zu published, %zu held", i, published, held);
        assert_int_equal(s->held, rows[i].held > 0);
        assert_string_equal(scene_cursor(s, "anna", "clicks"), rows[i].anna);
        assert_string_equal(scene_cursor(s, "bert", "clicks"), rows[i].bert_clicks);
        assert_string_equal(scene_cursor(s, "bert", "sales"), rows[i].bert_sales);
        tear_down(state);
        set_up(state);
    }
}

static void no_account_passes_and_the_quorum_holds_all(void **state)
{
    struct scene *s = *state;
    scene_answer(s, "bert", "sales", "2026-01-05", " []");
    scene_answer(s, "anna", "sales", "2026-01-05", " []");
    run_to(s, "quorum", "2026-01-05");
    assert_int_equal(scene_batches(s, SPK_BATCH_HELD, NULL), 12);
    assert_int_equal(scene_objects(s, s->raw).n, 0);
}

/* ---- a person decides ---- */

static void hold_bert(struct scene *s, struct spk_batch_list *held)
{
    scene_answer(s, "bert", "sales", "2026-01-05", " []");
    run_to(s, "each", "2026-01-05");
    assert_int_equal(scene_batches(s, SPK_BATCH_HELD, held), 6);
}

static void a_release_needs_a_reason_and_publishes_and_links(void **state)
{
    struct scene *s = *state;
    struct spk_batch_list held;
    struct spk_decision decision = {
        .release = true, .who = SPK_VIEW("ann"), .reason = SPK_VIEW("  ")};
    struct spk_buf end = {0};
    struct spk_error err = {0};
    hold_bert(s, &held);
    assert_int_equal(spk_flow_decide(&s->parts, &s->run, &held, &decision, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "a reason is needed"));
    decision.reason = SPK_V("the operator confirmed it");
    for (int tries = 0; tries < 2; tries++)
        assert_int_equal(spk_flow_decide(&s->parts, &s->run, &held, &decision, NULL), SPK_OK);
    assert_int_equal(scene_batches(s, SPK_BATCH_PUBLISHED, NULL), 12);
    assert_string_equal(scene_cursor(s, "bert", "sales"), CURSOR("2026-01-03"));
    scene_dump(s, "each", &end);
    assert_true(spk_view_find(spk_buf_view(&end), SPK_V("0 not linked"), 0) >= 0);
    assert_true(spk_view_find(spk_buf_view(&end), SPK_V("0 transient objects"), 0) >= 0);
    spk_buf_deinit(&end);
}

static void part_of_what_is_held_can_be_released(void **state)
{
    struct scene *s = *state;
    struct spk_batch_list held;
    struct spk_decision decision = {
        .release = true, .who = SPK_VIEW("ann"), .reason = SPK_VIEW("clicks are fine")};
    hold_bert(s, &held);
    held.n = 3; /* bert's clicks */
    assert_int_equal(spk_flow_decide(&s->parts, &s->run, &held, &decision, NULL), SPK_OK);
    assert_int_equal(scene_batches(s, SPK_BATCH_PUBLISHED, NULL), 9);
    assert_string_equal(scene_cursor(s, "bert", "clicks"), CURSOR("2026-01-05"));
    assert_string_equal(scene_cursor(s, "bert", "sales"), "none");
}

static void a_discard_removes_the_files_and_publishes_nothing(void **state)
{
    struct scene *s = *state;
    struct spk_batch_list held;
    struct spk_decision decision = {.who = SPK_VIEW("ann"), .reason = SPK_VIEW("half of it")};
    hold_bert(s, &held);
    size_t raw = scene_objects(s, s->raw).n;
    assert_true(scene_objects(s, s->transient).n > 0);
    for (int tries = 0; tries < 2; tries++)
        assert_int_equal(spk_flow_decide(&s->parts, &s->run, &held, &decision, NULL), SPK_OK);
    assert_int_equal(scene_batches(s, SPK_BATCH_DISCARDED, NULL), 6);
    assert_int_equal(scene_objects(s, s->transient).n, 0);
    assert_int_equal(scene_objects(s, s->raw).n, raw);
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(a_run_goes_on_behind_the_cursor_less_the_lookback),
        IN_SCENE(a_named_window_makes_a_first_cursor_and_moves_no_other),
        IN_SCENE(a_repair_reads_its_days_and_leaves_cursors_alone),
        IN_SCENE(one_account_alone_can_be_run_and_an_unknown_one_is_named),
        IN_SCENE(a_run_that_is_open_must_be_finished_first),
        IN_SCENE(a_step_done_twice_changes_nothing),
        IN_SCENE(rules_let_pass_what_they_say),
        IN_SCENE(no_account_passes_and_the_quorum_holds_all),
        IN_SCENE(a_release_needs_a_reason_and_publishes_and_links),
        IN_SCENE(part_of_what_is_held_can_be_released),
        IN_SCENE(a_discard_removes_the_files_and_publishes_nothing),
    };
    return cmocka_run_group_tests_name("flow rules", tests, NULL, NULL);
}
