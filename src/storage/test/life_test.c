#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct spk_storage *storage;
    struct spk_sql *sql; /* what storage works over */
    struct spk_arena arena;
};

static void open_scene(struct scene *scene, const char *url)
{
    struct spk_sql_options options = {.url = url};
    *scene = (struct scene){0};
    assert_int_equal(spk_sql_open(&options, &scene->sql, NULL), SPK_OK);
    assert_int_equal(spk_storage_over(scene->sql, &scene->storage, NULL), SPK_OK);
}

static void close_scene(struct scene *scene)
{
    spk_storage_close(scene->storage);
    spk_arena_deinit(&scene->arena);
}

static void assert_view(struct spk_view view, const char *expected)
{
    if (!spk_view_is(view, expected)) {
        fail_msg("'%.*s' is not '%s'", SPK_FMT(view), expected);
    }
}

static void create_and_extract(struct scene *scene)
{
    struct spk_storage *storage = scene->storage;
    assert_int_equal(spk_storage_run_create(storage, &fixture_run, &fixture_planned, NULL), SPK_OK);
    assert_int_equal(
        spk_storage_extract_save(storage, SPK_V("r1"), &fixture_a, &fixture_a_batches, NULL),
        SPK_OK);
    assert_int_equal(
        spk_storage_extract_save(storage, SPK_V("r1"), &fixture_b, &fixture_b_batches, NULL),
        SPK_OK);
}

static void gate(struct scene *scene, const struct spk_batch_list *batches,
                 enum spk_batch_status status)
{
    struct spk_batch_list marked = fixture_marked(&scene->arena, batches, status);
    struct spk_verdict_list none = {NULL, 0};
    assert_int_equal(spk_storage_gate_save(scene->storage, SPK_V("r1"), &none, &marked, NULL),
                     SPK_OK);
}

static struct spk_view cursor_of(struct scene *scene, const char *account)
{
    struct spk_stream_key key = {SPK_V("cx"), spk_view_of(account), SPK_V("s")};
    struct spk_view state = {NULL, 0};
    assert_int_equal(spk_storage_cursor(scene->storage, &key, &scene->arena, &state, NULL), SPK_OK);
    return state;
}

static size_t count_batches(struct scene *scene, int status)
{
    struct spk_batch_list list = {NULL, 0};
    struct spk_batch_query query = {SPK_V("r1"), status};
    assert_int_equal(spk_storage_batches(scene->storage, &query, &scene->arena, &list, NULL),
                     SPK_OK);
    return list.n;
}

static void what_was_saved_is_read_back(void **state)
{
    struct scene scene;
    struct spk_run run;
    struct spk_extract_list extracts;
    struct spk_batch_list batches;
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    assert_int_equal(spk_storage_run_get(scene.storage, SPK_V("r1"), &scene.arena, &run, NULL),
                     SPK_OK);
    assert_string_equal(run.id, "r1");
    assert_view(run.platform, "cx");
    assert_int_equal(run.to, 11);
    assert_int_equal(
        spk_storage_extracts(scene.storage, SPK_V("r1"), &scene.arena, &extracts, NULL), SPK_OK);
    assert_int_equal(extracts.n, 2);
    assert_view(extracts.items[1].state, "{\"date\":\"B\"}");
    assert_int_equal(extracts.items[1].failure, SPK_ETRANSIENT);
    assert_int_equal(extracts.items[0].rows, 30);
    struct spk_batch_query any = {SPK_V("r1"), -1};
    assert_int_equal(spk_storage_batches(scene.storage, &any, &scene.arena, &batches, NULL),
                     SPK_OK);
    assert_int_equal(batches.n, 3);
    assert_int_equal(batches.items[0].day, 10);
    assert_int_equal(batches.items[0].newest_us, 77);
    assert_view(batches.items[0].evidence, "{\"requests\":1}");
    assert_view(batches.items[1].schema, "id,n,x");
    assert_true(batches.items[2].empty_proven);
    assert_view(batches.items[2].proof, "body is []");
    assert_int_equal(count_batches(&scene, SPK_BATCH_EXTRACTED), 3);
    assert_int_equal(count_batches(&scene, SPK_BATCH_HELD), 0);
    close_scene(&scene);
}

static void runs_are_found_open_and_listed(void **state)
{
    struct scene scene;
    struct spk_run run;
    struct spk_run_list list;
    struct spk_error err = {0};
    struct spk_run second = fixture_run, other = fixture_run;
    struct spk_extract_list none = {NULL, 0};
    open_scene(&scene, "sqlite::memory:");
    memcpy(second.id, "r2", 3);
    memcpy(other.id, "r0", 3);
    other.platform = SPK_V("mexos");
    second.started_us = 2000;
    create_and_extract(&scene);
    assert_int_equal(spk_storage_run_create(scene.storage, &fixture_run, &none, NULL), SPK_OK);
    assert_int_equal(spk_storage_run_create(scene.storage, &second, &none, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "run r1 of cx is not ended");
    assert_int_equal(spk_storage_run_create(scene.storage, &other, &none, NULL), SPK_OK);
    assert_int_equal(spk_storage_run_open(scene.storage, SPK_V("cx"), &scene.arena, &run, NULL),
                     SPK_OK);
    assert_string_equal(run.id, "r1");
    assert_int_equal(
        spk_storage_step_done(scene.storage, SPK_V("r1"), SPK_STEP_GATE, SPK_V("x"), NULL), SPK_OK);
    assert_int_equal(
        spk_storage_step_done(scene.storage, SPK_V("r1"), SPK_STEP_EXTRACT, SPK_V(""), NULL),
        SPK_OK);
    assert_int_equal(
        spk_storage_run_end(scene.storage, SPK_V("r1"), SPK_RUN_HELD, SPK_V("two held"), NULL),
        SPK_OK);
    assert_int_equal(spk_storage_run_open(scene.storage, SPK_V("cx"), &scene.arena, &run, NULL),
                     SPK_OK);
    assert_string_equal(run.id, "");
    assert_int_equal(spk_storage_run_create(scene.storage, &second, &none, NULL), SPK_OK);
    struct spk_run_query query = {.platform = SPK_VIEW("cx")};
    assert_int_equal(spk_storage_runs(scene.storage, &query, &scene.arena, &list, NULL), SPK_OK);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].id, "r2");
    assert_int_equal(list.items[1].status, SPK_RUN_HELD);
    assert_int_equal(list.items[1].step, SPK_STEP_PUBLISH);
    assert_true(list.items[1].ended_us > 0);
    assert_view(list.items[1].error, "two held");
    query = (struct spk_run_query){.most = 1};
    assert_int_equal(spk_storage_runs(scene.storage, &query, &scene.arena, &list, NULL), SPK_OK);
    assert_int_equal(list.n, 1);
    close_scene(&scene);
}

static void publishing_makes_all_visible_at_once(void **state)
{
    struct scene scene;
    struct spk_file_list files;
    struct spk_day_list days;
    struct spk_view schema;
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    gate(&scene, &fixture_a_batches, SPK_BATCH_PASSED);
    gate(&scene, &fixture_b_batches, SPK_BATCH_HELD);
    assert_int_equal(spk_storage_publish(scene.storage, &fixture_run, &fixture_a_files,
                                         &fixture_a_batches, NULL),
                     SPK_OK);
    assert_view(cursor_of(&scene, "a"), "{\"date\":\"A\"}");
    assert_view(cursor_of(&scene, "b"), "");
    assert_int_equal(count_batches(&scene, SPK_BATCH_PUBLISHED), 2);
    struct spk_file_query unlinked = {SPK_V("cx"), true}, all = {SPK_V("cx"), false};
    assert_int_equal(spk_storage_published(scene.storage, &unlinked, &scene.arena, &files, NULL),
                     SPK_OK);
    assert_int_equal(files.n, 2);
    assert_view(files.items[1].key, "a/s/11.parquet");
    assert_string_equal(files.items[1].run, "r1");
    files.n = 1;
    assert_int_equal(spk_storage_linked(scene.storage, SPK_V("cx"), &files, NULL), SPK_OK);
    assert_int_equal(spk_storage_published(scene.storage, &unlinked, &scene.arena, &files, NULL),
                     SPK_OK);
    assert_int_equal(files.n, 1);
    assert_int_equal(spk_storage_published(scene.storage, &all, &scene.arena, &files, NULL),
                     SPK_OK);
    assert_int_equal(files.n, 2);
    struct spk_history_query query = {{SPK_V("cx"), SPK_V("a"), SPK_V("s")}, 12, 10};
    assert_int_equal(spk_storage_history(scene.storage, &query, &scene.arena, &days, NULL), SPK_OK);
    assert_int_equal(days.n, 2);
    assert_int_equal(days.items[0].day, 11);
    assert_int_equal(days.items[0].rows, 20);
    query.day = 11;
    assert_int_equal(spk_storage_history(scene.storage, &query, &scene.arena, &days, NULL), SPK_OK);
    assert_int_equal(days.n, 1);
    assert_int_equal(
        spk_storage_last_schema(scene.storage, &query.key, &scene.arena, &schema, NULL), SPK_OK);
    assert_view(schema, "id,n,x");
    close_scene(&scene);
}

/* One run of account a after the other: day 10 with so many rows, read at that time. */
static void run_again(struct scene *scene, const char *id, int64_t rows, int64_t extracted_us)
{
    struct spk_run run = fixture_run;
    struct spk_extract extract = fixture_a;
    struct spk_batch batch = fixture_a_batches.items[0];
    struct spk_batch_list batches = {&batch, 1};
    struct spk_extract_list extracts = {&extract, 1};
    struct spk_file_list no_files = {NULL, 0};
    struct spk_verdict_list no_verdicts = {NULL, 0};
    snprintf(run.id, sizeof run.id, "%s", id);
    extract.state = spk_view_of(id);
    batch.rows = rows;
    batch.extracted_us = extracted_us;
    assert_int_equal(spk_storage_run_create(scene->storage, &run, &extracts, NULL), SPK_OK);
    assert_int_equal(
        spk_storage_extract_save(scene->storage, spk_view_of(id), &extract, &batches, NULL),
        SPK_OK);
    batch.status = SPK_BATCH_PASSED;
    assert_int_equal(
        spk_storage_gate_save(scene->storage, spk_view_of(id), &no_verdicts, &batches, NULL),
        SPK_OK);
    assert_int_equal(
        spk_storage_run_end(scene->storage, spk_view_of(id), SPK_RUN_HELD, SPK_V(""), NULL),
        SPK_OK);
    assert_int_equal(spk_storage_publish(scene->storage, &run, &no_files, &batches, NULL), SPK_OK);
}

static void history_has_the_latest_version_and_a_cursor_never_goes_back(void **state)
{
    struct scene scene;
    struct spk_day_list days;
    open_scene(&scene, "sqlite::memory:");
    run_again(&scene, "r2", 100, 2000);
    run_again(&scene, "r3", 90, 3000);
    run_again(&scene, "r1", 5, 1000);
    struct spk_history_query query = {{SPK_V("cx"), SPK_V("a"), SPK_V("s")}, 12, 10};
    assert_int_equal(spk_storage_history(scene.storage, &query, &scene.arena, &days, NULL), SPK_OK);
    assert_int_equal(days.n, 1);
    assert_int_equal(days.items[0].rows, 90);
    assert_view(cursor_of(&scene, "a"), "r3");
    close_scene(&scene);
}

static void a_cursor_waits_for_every_batch_and_never_follows_a_repair(void **state)
{
    static const struct {
        bool repair;
        enum spk_extract_status extract;
        enum spk_batch_status second; /* of a's batch of day 11; day 10 is published */
        bool moves;
    } cases[] = {
        {false, SPK_EXTRACT_DONE, SPK_BATCH_PUBLISHED, true},
        {false, SPK_EXTRACT_DONE, SPK_BATCH_DISCARDED, true},
        {false, SPK_EXTRACT_DONE, SPK_BATCH_HELD, false},
        {false, SPK_EXTRACT_DONE, SPK_BATCH_PASSED, false},
        {false, SPK_EXTRACT_FAILED, SPK_BATCH_PUBLISHED, false},
        {true, SPK_EXTRACT_DONE, SPK_BATCH_PUBLISHED, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        struct spk_run run = fixture_run;
        struct spk_extract extract = fixture_a;
        struct spk_file_list no_files = {NULL, 0};
        struct spk_batch_list first = {fixture_a_batches.items, 1};
        struct spk_batch_list second = {fixture_a_batches.items + 1, 1};
        struct spk_decision discard = {.who = SPK_VIEW("eve"), .reason = SPK_VIEW("bad")};
        open_scene(&scene, "sqlite::memory:");
        run.repair = cases[i].repair;
        extract.status = cases[i].extract;
        assert_int_equal(spk_storage_run_create(scene.storage, &run, &fixture_planned, NULL),
                         SPK_OK);
        assert_int_equal(spk_storage_extract_save(scene.storage, SPK_V("r1"), &extract,
                                                  &fixture_a_batches, NULL),
                         SPK_OK);
        gate(&scene, &first, SPK_BATCH_PASSED);
        assert_int_equal(spk_storage_publish(scene.storage, &run, &no_files, &first, NULL), SPK_OK);
        assert_view(cursor_of(&scene, "a"), "");
        bool passed = cases[i].second == SPK_BATCH_PASSED || cases[i].second == SPK_BATCH_PUBLISHED;
        gate(&scene, &second, passed ? SPK_BATCH_PASSED : SPK_BATCH_HELD);
        if (cases[i].second == SPK_BATCH_PUBLISHED) {
            assert_int_equal(spk_storage_publish(scene.storage, &run, &no_files, &second, NULL),
                             SPK_OK);
        } else if (cases[i].second == SPK_BATCH_DISCARDED) {
            assert_int_equal(
                spk_storage_decide(scene.storage, SPK_V("r1"), &second, &discard, NULL), SPK_OK);
        }
        assert_view(cursor_of(&scene, "a"), cases[i].moves ? "{\"date\":\"A\"}" : "");
        close_scene(&scene);
    }
}

static void decisions_need_a_held_batch_and_may_be_repeated(void **state)
{
    struct scene scene;
    struct spk_error err = {0};
    struct spk_batch_list first = {fixture_a_batches.items, 1};
    struct spk_decision release = {true, SPK_V("ann"), SPK_V("a holiday")};
    struct spk_decision discard = {false, SPK_V("ann"), SPK_V("a duplicate")};
    struct spk_file_list no_files = {NULL, 0};
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    assert_int_equal(spk_storage_decide(scene.storage, SPK_V("r1"), &first, &release, &err),
                     SPK_ECONFIG);
    assert_string_equal(err.text, "batch a s 1970-01-11 is extracted, not held");
    gate(&scene, &first, SPK_BATCH_HELD);
    /* One that is not held undoes the whole. */
    assert_int_equal(
        spk_storage_decide(scene.storage, SPK_V("r1"), &fixture_a_batches, &release, &err),
        SPK_ECONFIG);
    assert_int_equal(count_batches(&scene, SPK_BATCH_HELD), 1);
    for (int time = 0; time < 2; time++) {
        assert_int_equal(spk_storage_decide(scene.storage, SPK_V("r1"), &first, &release, NULL),
                         SPK_OK);
        assert_int_equal(count_batches(&scene, SPK_BATCH_PASSED), 1);
    }
    assert_int_equal(spk_storage_publish(scene.storage, &fixture_run, &no_files, &first, NULL),
                     SPK_OK);
    assert_int_equal(spk_storage_decide(scene.storage, SPK_V("r1"), &first, &release, NULL),
                     SPK_OK);
    assert_int_equal(count_batches(&scene, SPK_BATCH_PUBLISHED), 1);
    assert_int_equal(spk_storage_decide(scene.storage, SPK_V("r1"), &first, &discard, &err),
                     SPK_ECONFIG);
    assert_string_equal(err.text, "batch a s 1970-01-11 is published, not held");
    close_scene(&scene);
}

static void a_settled_batch_is_changed_by_nobody(void **state)
{
    struct scene scene;
    struct spk_error err = {0};
    struct spk_file_list no_files = {NULL, 0};
    struct spk_batch_list first = {fixture_a_batches.items, 1};
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    assert_int_equal(spk_storage_publish(scene.storage, &fixture_run, &no_files, &first, &err),
                     SPK_ECONFIG);
    assert_string_equal(err.text, "batch a s 1970-01-11 is extracted, not passed");
    gate(&scene, &first, SPK_BATCH_PASSED);
    assert_int_equal(spk_storage_publish(scene.storage, &fixture_run, &no_files, &first, NULL),
                     SPK_OK);
    gate(&scene, &first, SPK_BATCH_HELD);
    assert_int_equal(count_batches(&scene, SPK_BATCH_HELD), 0);
    assert_int_equal(
        spk_storage_extract_save(scene.storage, SPK_V("r1"), &fixture_a, &fixture_a_batches, &err),
        SPK_ECONFIG);
    assert_string_equal(err.text, "a s cannot be read again in this run: batches were published or "
                                  "discarded");
    close_scene(&scene);
}

static void reading_again_replaces_batches_and_their_verdicts(void **state)
{
    struct scene scene;
    struct spk_verdict_list verdicts;
    struct spk_batch_list one = {fixture_a_batches.items, 1};
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    struct spk_batch_list held = fixture_marked(&scene.arena, &fixture_a_batches, SPK_BATCH_HELD);
    assert_int_equal(
        spk_storage_gate_save(scene.storage, SPK_V("r1"), &fixture_verdicts, &held, NULL), SPK_OK);
    assert_int_equal(
        spk_storage_verdicts(scene.storage, SPK_V("r1"), &scene.arena, &verdicts, NULL), SPK_OK);
    assert_int_equal(verdicts.n, 2);
    assert_int_equal(verdicts.items[0].outcome, SPK_HOLD);
    assert_view(verdicts.items[0].expected, "at least 40 rows");
    assert_int_equal(spk_storage_extract_save(scene.storage, SPK_V("r1"), &fixture_a, &one, NULL),
                     SPK_OK);
    assert_int_equal(count_batches(&scene, -1), 2);
    assert_int_equal(
        spk_storage_verdicts(scene.storage, SPK_V("r1"), &scene.arena, &verdicts, NULL), SPK_OK);
    assert_int_equal(verdicts.n, 1);
    close_scene(&scene);
}

static void a_raw_key_is_published_once(void **state)
{
    struct scene scene;
    struct spk_error err = {0};
    struct spk_published_file other = fixture_a_files.items[0];
    struct spk_file_list changed = {&other, 1};
    open_scene(&scene, "sqlite::memory:");
    create_and_extract(&scene);
    gate(&scene, &fixture_a_batches, SPK_BATCH_PASSED);
    for (int time = 0; time < 2; time++) {
        assert_int_equal(spk_storage_publish(scene.storage, &fixture_run, &fixture_a_files,
                                             &fixture_a_batches, NULL),
                         SPK_OK);
    }
    other.sha256 = SPK_V("cc");
    assert_int_equal(
        spk_storage_publish(scene.storage, &fixture_run, &changed, &fixture_a_batches, &err),
        SPK_EDATA);
    assert_string_equal(err.text, "a/s/10.parquet: another file was published under this key");
    close_scene(&scene);
}

static void an_unknown_run_is_refused(void **state)
{
    struct scene scene;
    struct spk_error err = {0};
    struct spk_run run;
    struct spk_verdict_list verdicts = {NULL, 0};
    struct spk_batch_list batches = {NULL, 0};
    struct spk_decision release = {.release = true};
    open_scene(&scene, "sqlite::memory:");
    struct spk_storage *storage = scene.storage;
    struct spk_view id = SPK_V("r9");
    assert_int_equal(spk_storage_step_done(storage, id, SPK_STEP_GATE, SPK_V(""), &err),
                     SPK_ECONFIG);
    assert_string_equal(err.text, "there is no run r9");
    assert_int_equal(spk_storage_run_end(storage, id, SPK_RUN_DONE, SPK_V(""), NULL), SPK_ECONFIG);
    assert_int_equal(spk_storage_extract_save(storage, id, &fixture_a, &batches, NULL),
                     SPK_ECONFIG);
    assert_int_equal(spk_storage_gate_save(storage, id, &verdicts, &batches, NULL), SPK_ECONFIG);
    assert_int_equal(spk_storage_decide(storage, id, &batches, &release, NULL), SPK_ECONFIG);
    assert_int_equal(spk_storage_run_get(storage, id, &scene.arena, &run, NULL), SPK_OK);
    assert_string_equal(run.id, "");
    close_scene(&scene);
}

static void a_file_keeps_it_all_and_names_are_words(void **state)
{
    struct fixture_file file;
    struct spk_storage *storage = NULL;
    struct spk_arena arena = {0};
    struct spk_run run;
    fixture_file_make(&file);
    assert_int_equal(spk_storage_open(spk_view_of(file.url), &storage, NULL), SPK_OK);
    assert_int_equal(spk_storage_run_create(storage, &fixture_run, &fixture_planned, NULL), SPK_OK);
    spk_storage_close(storage);
    assert_int_equal(spk_storage_open(spk_view_of(file.url), &storage, NULL), SPK_OK);
    assert_int_equal(spk_storage_run_open(storage, SPK_V("cx"), &arena, &run, NULL), SPK_OK);
    assert_string_equal(run.id, "r1");
    spk_storage_close(storage);
    spk_storage_close(NULL);
    assert_int_equal(spk_storage_open(SPK_V("mongo:x"), &storage, NULL), SPK_ECONFIG);
    assert_string_equal(spk_step_name(SPK_STEP_LINK), "link");
    assert_string_equal(spk_step_name(SPK_STEP_COUNT), "none");
    assert_string_equal(spk_run_status_name(SPK_RUN_FAILED), "failed");
    assert_string_equal(spk_extract_status_name(SPK_EXTRACT_DONE), "done");
    assert_string_equal(spk_batch_status_name(SPK_BATCH_DISCARDED), "discarded");
    assert_string_equal(spk_outcome_name(SPK_WARN_ONLY), "warn");
    assert_string_equal(spk_outcome_name((enum spk_outcome)9), "unknown");
    spk_arena_deinit(&arena);
    fixture_file_remove(&file);
}

static void a_migration_is_its_sql_file(void **state)
{
    static const char text[] =
#include "storage/migrations/001_start.inc"
        ;
    FILE *file = fopen("migrations/001_start.sql", "r");
    assert_non_null(file);
    char *read = calloc(1, 1 << 20);
    assert_true(fread(read, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    assert_string_equal(read, text);
    free(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_is_read_back),
        cmocka_unit_test(runs_are_found_open_and_listed),
        cmocka_unit_test(publishing_makes_all_visible_at_once),
        cmocka_unit_test(history_has_the_latest_version_and_a_cursor_never_goes_back),
        cmocka_unit_test(a_cursor_waits_for_every_batch_and_never_follows_a_repair),
        cmocka_unit_test(decisions_need_a_held_batch_and_may_be_repeated),
        cmocka_unit_test(a_settled_batch_is_changed_by_nobody),
        cmocka_unit_test(reading_again_replaces_batches_and_their_verdicts),
        cmocka_unit_test(a_raw_key_is_published_once),
        cmocka_unit_test(an_unknown_run_is_refused),
        cmocka_unit_test(a_file_keeps_it_all_and_names_are_words),
        cmocka_unit_test(a_migration_is_its_sql_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
