/* Which batches a read leaves: their days, rows, files, names and proofs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "landing.h"
#include "transient/transient_internal.h"

static void land(struct landing *l, struct landing_slice slice)
{
    assert_int_equal(landing_slice(l, &slice), SPK_OK);
}

static void a_slice_belongs_to_the_one_day_that_its_window_names(void **state)
{
    static const struct {
        const char *from, *to, *partition, *day;
    } rows[] = {
        {"2024-09-01", "2024-09-01", NULL, "2024-09-01"},
        {"2024-09-01T00:00:00Z", "2024-09-01T23:59:59Z", NULL, "2024-09-01"},
        {"2024-09-01 05:00:00", "2024-09-01 06:00:00", "b", "2024-09-01"},
        {"2024-09-01", "2024-09-02", NULL, "2024-10-04"}, /* more than one: when it was read */
        {"1725148800", "1725235199", NULL, "2024-10-04"},
        {"2024-09-01x", "2024-09-01x", NULL, "2024-10-04"},
        {NULL, NULL, "2024-09-03", "2024-09-03"}, /* a list of days: the partition */
        {NULL, NULL, "acme", "2024-10-04"},
        {NULL, NULL, NULL, "2024-10-04"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct landing l = {0};
        const struct spk_transient_batch *batches;
        landing_open(&l, NULL, NULL);
        land(&l, (struct landing_slice){.stream = "s",
                                        .from = rows[i].from,
                                        .to = rows[i].to,
                                        .partition = rows[i].partition,
                                        .rows = 1});
        assert_int_equal(landing_finish(&l, &batches), 1);
        struct spk_view day = spk_day_format(&l.arena, batches[0].day);
        if (!spk_view_is(day, rows[i].day))
            fail_msg("row %zu: %.*s, not %s", i, SPK_FMT(day), rows[i].day);
        landing_close(&l);
    }
}

static void slices_and_partitions_of_one_day_make_one_batch(void **state)
{
    struct landing l = {0};
    const struct spk_transient_batch *batches;
    landing_open(&l, NULL, NULL);
    land(&l, ON("s", "2024-09-02", "a", 3));
    land(&l, ON("s", "2024-09-01", "a", 1));
    land(&l, ON("s", "2024-09-02", "b", 4));
    land(&l, ON("r", "2024-09-02", "b", 5));
    assert_int_equal(landing_finish(&l, &batches), 3);
    assert_true(spk_view_is(batches[0].stream, "r"));
    assert_int_equal(batches[0].rows, 5);
    assert_int_equal(batches[1].rows, 1);
    assert_int_equal(batches[2].rows, 7);
    assert_int_equal(batches[2].records, 7);
    assert_int_equal(batches[2].file_count, 1);
    assert_int_equal(batches[2].evidence.requests, 2);
    assert_true(spk_view_is(batches[2].files[0].key, "r1/anna/s/2024-09-02/part-0.parquet"));
    assert_true(landing_has(&l, "r1/anna/s/2024-09-02/batch.json"));
    landing_close(&l);
}

static void a_failed_slice_drops_its_day_and_no_other(void **state)
{
    struct landing l = {0};
    const struct spk_transient_batch *batches;
    landing_open(&l, NULL, NULL);
    land(&l, ON("s", "2024-09-01", "a", 3));
    land(&l, ON("s", "2024-09-02", "a", 3));
    land(&l, ON("s", "2024-09-01", "b", 2, .failure = "the answer broke off"));
    assert_int_equal(landing_finish(&l, &batches), 1);
    assert_true(spk_view_is(spk_day_format(&l.arena, batches[0].day), "2024-09-02"));
    assert_false(landing_has(&l, "r1/anna/s/2024-09-01/batch.json"));
    assert_false(landing_has(&l, "r1/anna/s/2024-09-01/part-0.parquet"));
    landing_close(&l);
}

static void an_empty_day_is_proven_when_all_its_slices_are(void **state)
{
    static const struct {
        const char *first, *second;
        int rows;
        bool proven;
    } rows[] = {
        {"[]", "[]", 0, true},
        {"[]", NULL, 0, false},
        {NULL, NULL, 0, false},
        {"[]", NULL, 2, false}, /* not empty */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct landing l = {0};
        const struct spk_transient_batch *batches;
        landing_open(&l, NULL, NULL);
        land(&l, ON("s", "2024-09-01", "a", 0, .proof = rows[i].first));
        land(&l, ON("s", "2024-09-01", "b", rows[i].rows, .proof = rows[i].second));
        assert_int_equal(landing_finish(&l, &batches), 1);
        assert_int_equal(batches[0].rows, rows[i].rows);
        assert_int_equal(batches[0].file_count, 1);
        assert_int_equal(batches[0].files[0].rows, rows[i].rows);
        assert_int_equal(batches[0].evidence.empty_proven, rows[i].proven);
        assert_true(landing_has(&l, "r1/anna/s/2024-09-01/batch.json"));
        landing_close(&l);
    }
}

static void an_empty_day_has_a_file_of_the_usual_columns(void **state)
{
    static const char *const columns[][2] = {{"airbyte_id", "u"},
                                             {"airbyte_date_time", "tsu:UTC"},
                                             {"raw_data", "u"},
                                             {"additional_cntx", "u"}};
    struct landing l = {0};
    struct spk_objstore_get get = {.key = SPK_VIEW("r1/anna/s/2024-09-01/part-0.parquet")};
    const struct spk_transient_batch *batches;
    const struct spk_parquet_scan all = {0};
    struct spk_parquet_reader *reader;
    struct spk_parquet_cursor *cursor;
    struct spk_buf part = {0};
    landing_open(&l, NULL, NULL);
    land(&l, ON("s", "2024-09-01", NULL, 0));
    assert_int_equal(landing_finish(&l, &batches), 1);
    assert_int_equal(batches[0].bytes, batches[0].files[0].bytes);
    assert_int_equal(batches[0].files[0].sha256.len, 64);
    assert_int_equal(spk_objstore_get(l.memory, &get, &part, NULL, NULL), SPK_OK);
    assert_int_equal(spk_parquet_reader_open_memory("part", spk_buf_view(&part), &reader, NULL),
                     SPK_OK);
    assert_int_equal(spk_parquet_reader_rows(reader), 0);
    assert_int_equal(spk_parquet_cursor_create(reader, &all, &cursor, NULL), SPK_OK);
    const struct ArrowSchema *schema = spk_parquet_cursor_schema(cursor);
    assert_int_equal(schema->n_children, SPK_COLUMNS);
    for (size_t i = 0; i < SPK_COLUMNS; i++) {
        assert_string_equal(schema->children[i]->name, columns[i][0]);
        assert_string_equal(schema->children[i]->format, columns[i][1]);
    }
    spk_parquet_cursor_destroy(cursor);
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&part);
    landing_close(&l);
}

/* Without rows all calls but the first, create's listing, are those of finish. */
static void whichever_call_fails_an_empty_day_is_no_batch(void **state)
{
    struct spk_objstore_fault fault = {.nth = 2, .rc = SPK_ETRANSIENT};
    bool failed = true;
    for (; failed; fault.nth++) {
        struct landing l = {0};
        const struct spk_transient_batch *batches;
        landing_open(&l, NULL, &fault);
        land(&l, ON("s", "2024-09-01", NULL, 0, .proof = "[]"));
        spk_rc rc = spk_transient_finish(l.transient, NULL);
        failed = spk_objstore_faulty_calls(l.store) >= fault.nth;
        assert_int_equal(rc, failed ? SPK_ETRANSIENT : SPK_OK);
        assert_int_equal(spk_transient_batches(l.transient, &batches), !failed);
        assert_int_equal(landing_has(&l, "r1/anna/s/2024-09-01/batch.json"), !failed);
        landing_close(&l);
    }
    assert_true(fault.nth > 4);
}

static void a_large_day_is_rolled_into_parts(void **state)
{
    struct landing l = {0};
    struct spk_transient_options options = {.part_bytes = 1, .row_group_bytes = 1};
    const struct spk_transient_batch *batches;
    int64_t rows = 0, bytes = 0;
    landing_open(&l, &options, NULL);
    land(&l, ON("s", "2024-09-01", NULL, 20000));
    assert_int_equal(landing_finish(&l, &batches), 1);
    assert_int_equal(batches[0].file_count, 3);
    for (size_t i = 0; i < 3; i++) {
        rows += batches[0].files[i].rows;
        bytes += batches[0].files[i].bytes;
        assert_int_equal(batches[0].files[i].sha256.len, 64);
    }
    assert_int_equal(rows, 20000);
    assert_int_equal(bytes, batches[0].bytes);
    assert_true(landing_has(&l, "r1/anna/s/2024-09-01/part-2.parquet"));
    landing_close(&l);
}

static void field_names_are_sorted_and_one_level_deep(void **state)
{
    struct landing l = {0};
    const struct spk_transient_batch *batches;
    landing_open(&l, NULL, NULL);
    land(&l, ON("s", "2024-09-01", NULL, 1, .record = "{\"date\":1,\"data\":{\"User_ID\":2}}"));
    land(&l, ON("s", "2024-09-01", NULL, 1, .record = "{\"data\":{\"Brand\":{\"x\":3}},\"at\":4}"));
    assert_int_equal(landing_finish(&l, &batches), 1);
    assert_true(spk_view_is(batches[0].schema, "at,data.Brand,data.User_ID,date"));
    landing_close(&l);
}

static void many_open_days_keep_few_files_open(void **state)
{
    enum { DAYS = 200, FEW = 34 };
    struct landing l = {0};
    const struct spk_transient_batch *batches;
    landing_open(&l, NULL, NULL);
    for (int round = 0; round < 2; round++) {
        for (int32_t day = 0; day < DAYS; day++) {
            const char *text = spk_arena_strdup(&l.arena, spk_day_format(&l.arena, 19000 + day));
            size_t open = 0;
            land(&l, ON("s", text, NULL, 10));
            for (size_t i = 0; i < l.transient->open.len; i++) {
                const struct spk_open_batch *batch = l.transient->open.entries[i].value;
                open += batch->part.parquet != NULL;
            }
            assert_true(open <= FEW);
        }
    }
    assert_int_equal(landing_finish(&l, &batches), DAYS);
    for (size_t i = 0; i < DAYS; i++) {
        assert_int_equal(batches[i].rows, 20);
        assert_int_equal(batches[i].file_count, 2);
    }
    landing_close(&l);
}

static void a_new_try_removes_what_the_last_one_left(void **state)
{
    struct landing l = {0};
    struct spk_objstore_put ours = {.key = SPK_VIEW("r1/anna/s/2024-09-01/part-0.parquet")};
    struct spk_objstore_put other = {.key = SPK_VIEW("r1/anna-maria/s/2024-09-01/batch.json")};
    struct spk_objstore_options memory = {.url = "memory:"};
    assert_int_equal(spk_objstore_open(&memory, &l.memory, NULL), SPK_OK);
    assert_int_equal(spk_objstore_put(l.memory, &ours, SPK_V("x"), NULL, NULL), SPK_OK);
    assert_int_equal(spk_objstore_put(l.memory, &other, SPK_V("x"), NULL, NULL), SPK_OK);
    landing_open(&l, NULL, NULL);
    assert_false(landing_has(&l, "r1/anna/s/2024-09-01/part-0.parquet"));
    assert_true(landing_has(&l, "r1/anna-maria/s/2024-09-01/batch.json"));
    landing_close(&l);
}

/* Call 1 is create's listing; 2 opens the first file, while records come. */
static void a_store_that_failed_meanwhile_fails_the_finish(void **state)
{
    struct landing l = {0};
    struct spk_objstore_fault fault = {.nth = 2, .rc = SPK_ETRANSIENT};
    struct landing_slice slice = ON("s", "2024-09-01", NULL, 1);
    struct spk_error err = {0};
    landing_open(&l, NULL, &fault);
    assert_int_equal(landing_slice(&l, &slice), SPK_ETRANSIENT);
    assert_int_equal(landing_slice(&l, &slice), SPK_OK);
    assert_int_equal(spk_transient_finish(l.transient, &err), SPK_ETRANSIENT);
    assert_non_null(strstr(err.text, "fails on purpose"));
    assert_false(landing_has(&l, "r1/anna/s/2024-09-01/batch.json"));
    landing_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_belongs_to_the_one_day_that_its_window_names),
        cmocka_unit_test(slices_and_partitions_of_one_day_make_one_batch),
        cmocka_unit_test(a_failed_slice_drops_its_day_and_no_other),
        cmocka_unit_test(an_empty_day_is_proven_when_all_its_slices_are),
        cmocka_unit_test(an_empty_day_has_a_file_of_the_usual_columns),
        cmocka_unit_test(whichever_call_fails_an_empty_day_is_no_batch),
        cmocka_unit_test(a_large_day_is_rolled_into_parts),
        cmocka_unit_test(field_names_are_sorted_and_one_level_deep),
        cmocka_unit_test(many_open_days_keep_few_files_open),
        cmocka_unit_test(a_new_try_removes_what_the_last_one_left),
        cmocka_unit_test(a_store_that_failed_meanwhile_fails_the_finish),
    };
    return cmocka_run_group_tests_name("transient batches", tests, NULL, NULL);
}
