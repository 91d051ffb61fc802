/* Keys of the raw zone, and what publishing does with a key that is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "objstore/objstore.h"
#include "rawzone/rawzone.h"
#include "transient/transient.h"

#define NOON_US (INT64_C(20000) * SPK_DAY_US + SPK_DAY_US / 2) /* 2024-10-04T12:00Z */

static void a_key_names_account_stream_day_and_the_time_of_extraction(void **state)
{
    static const struct {
        const char *account, *stream;
        int32_t day;
        int64_t extracted_us;
        size_t part;
        const char *key;
    } rows[] = {
        {"lucky-comet", "Media", 19999, NOON_US, 0,
         "lucky-comet/Media/2024/10/03/2024_10_04_120000000.parquet"},
        {"lucky-comet", "Media", 19999, NOON_US + 7999, 0,
         "lucky-comet/Media/2024/10/03/2024_10_04_120000007.parquet"},
        {"lucky-comet", "Media", 19999, NOON_US, 3,
         "lucky-comet/Media/2024/10/03/2024_10_04_120000003.parquet"},
        {"a", "s", 0, 0, 0, "a/s/1970/01/01/1970_01_01_000000000.parquet"},
        {"a/b", "..", 20000, NOON_US, 0, "a%2Fb/%2E./2024/10/04/2024_10_04_120000000.parquet"},
        {"50% off", "s", 20000, NOON_US, 0, "50%25 off/s/2024/10/04/2024_10_04_120000000.parquet"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_arena arena = {0};
        struct spk_batch batch = {.account = spk_view_of(rows[i].account),
                                  .stream = spk_view_of(rows[i].stream),
                                  .day = rows[i].day};
        struct spk_view account, stream, key;
        int32_t day = -1;
        key = spk_rawzone_key(&arena, &batch, rows[i].extracted_us, rows[i].part);
        if (!spk_view_is(key, rows[i].key))
            fail_msg("%.*s, not %s", SPK_FMT(key), rows[i].key);
        assert_true(spk_rawzone_key_parse(key, &account, &stream, &day));
        assert_int_equal(day, rows[i].day);
        spk_arena_deinit(&arena);
    }
}

static void other_keys_are_none_of_ours(void **state)
{
    static const char *const keys[] = {
        "",
        "a/s/2024/10/04",
        "a/s/2024/10/04/x.csv",
        "a/s/2024/10/04/x.parquet/y",
        "a/s/b/2024/10/04/x.parquet",
        "a/s/2024/13/04/x.parquet",
        "a/s/2024/02/30/x.parquet",
        "a/s/20240/1/04/x.parquet",
        "a/s/2024/1/4/x.parquet",
        "a/s/dt=1/10/04/x.parquet",
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct spk_view account, stream;
        int32_t day;
        if (spk_rawzone_key_parse(spk_view_of(keys[i]), &account, &stream, &day))
            fail_msg("%s", keys[i]);
    }
}

/* ---- publishing ---- */

struct scene {
    struct spk_arena arena;
    struct spk_objstore *transient, *raw;
    struct spk_transient *landed;
    const struct spk_transient_file *from;
    struct spk_published_file file;
};

static void read_records(struct scene *s, int records)
{
    struct spk_transient_options options = {.store = s->transient,
                                            .run = SPK_VIEW("r1"),
                                            .platform = SPK_VIEW("p"),
                                            .account = SPK_VIEW("a"),
                                            .now_us = NOON_US};
    struct spk_stream_info stream = {.name = SPK_VIEW("s")};
    struct spk_slice slice = {0};
    struct spk_evidence evidence = {.records = records};
    void *handle = NULL;
    assert_int_equal(spk_transient_create(&options, &s->landed, NULL), SPK_OK);
    struct spk_sink *sink = spk_transient_sink(s->landed);
    assert_int_equal(sink->ops->slice_begin(sink, &stream, &slice, &handle, NULL), SPK_OK);
    for (int i = 0; i < records; i++) {
        struct spk_record record = {.text = SPK_VIEW("{\"n\":1}"), .arena = &s->arena};
        assert_int_equal(spk_json_parse(&s->arena, record.text, NULL, &record.tree, NULL), SPK_OK);
        assert_int_equal(sink->ops->record(sink, handle, &record, NULL), SPK_OK);
    }
    assert_int_equal(sink->ops->slice_end(sink, handle, &evidence, NULL, NULL), SPK_OK);
    assert_int_equal(spk_transient_finish(s->landed, NULL), SPK_OK);
}

static int set_up_read(void **state, int records)
{
    static struct scene scene;
    struct scene *s = &scene;
    struct spk_objstore_options memory = {.url = "memory:"};
    const struct spk_transient_batch *batches;
    *s = (struct scene){0};
    assert_int_equal(spk_objstore_open(&memory, &s->transient, NULL), SPK_OK);
    assert_int_equal(spk_objstore_open(&memory, &s->raw, NULL), SPK_OK);
    read_records(s, records);
    assert_int_equal(spk_transient_batches(s->landed, &batches), 1);
    s->from = &batches[0].files[0];
    s->file = (struct spk_published_file){.key = SPK_VIEW("a/s/2024/10/04/x.parquet"),
                                          .rows = records,
                                          .bytes = s->from->bytes,
                                          .sha256 = s->from->sha256};
    *state = s;
    return 0;
}

static int set_up(void **state)
{
    return set_up_read(state, 2);
}

static int set_up_empty(void **state)
{
    return set_up_read(state, 0);
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    spk_transient_destroy(s->landed);
    spk_objstore_destroy(s->transient);
    spk_objstore_destroy(s->raw);
    spk_arena_deinit(&s->arena);
    return 0;
}

static spk_rc publish(struct scene *s, struct spk_error *err)
{
    return spk_rawzone_publish(s->transient, s->raw, s->from->key, &s->file, err);
}

static void put_raw(struct scene *s, struct spk_view bytes)
{
    struct spk_objstore_put put = {.key = s->file.key};
    assert_int_equal(spk_objstore_put(s->raw, &put, bytes, NULL, NULL), SPK_OK);
}

static void a_file_published_twice_is_the_same_file(void **state)
{
    struct scene *s = *state;
    struct spk_objstore_stat stat;
    for (int i = 0; i < 2; i++)
        assert_int_equal(publish(s, NULL), SPK_OK);
    assert_int_equal(spk_objstore_head(s->raw, s->file.key, &stat, NULL, NULL), SPK_OK);
    assert_int_equal(stat.size, s->from->bytes);
}

static void a_file_without_rows_is_published_like_any_other(void **state)
{
    struct scene *s = *state;
    struct spk_error err = {0};
    a_file_published_twice_is_the_same_file(state);
    s->file.rows = 1;
    assert_int_equal(publish(s, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "has 0 rows after publishing, not 1"));
}

static void a_key_with_other_content_is_never_overwritten(void **state)
{
    struct scene *s = *state;
    struct spk_error err = {0};
    struct spk_buf bytes = {0};
    struct spk_objstore_get get = {.key = s->file.key};
    put_raw(s, SPK_V("of someone else"));
    assert_int_equal(publish(s, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "exists in the raw zone with other content"));
    assert_non_null(strstr(err.hint, "never overwritten"));
    assert_int_equal(spk_objstore_get(s->raw, &get, &bytes, NULL, NULL), SPK_OK);
    assert_true(spk_view_is(spk_buf_view(&bytes), "of someone else"));
    spk_buf_deinit(&bytes);
}

static void what_differs_from_the_books_is_refused(void **state)
{
    static const struct {
        int64_t rows, more_bytes;
        const char *sha256, *says;
    } rows[] = {
        {2, 0, "00", "changed in transient storage"},
        {3, 0, NULL, "has 2 rows after publishing, not 3"},
        {2, 1, NULL, "bytes after publishing"},
    };
    struct scene *s = *state;
    const struct spk_published_file good = s->file;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_error err = {0};
        s->file = good;
        s->file.key = spk_arena_printf(&s->arena, "a/s/2024/10/04/%zu.parquet", i);
        s->file.rows = rows[i].rows;
        s->file.bytes += rows[i].more_bytes;
        if (rows[i].sha256)
            s->file.sha256 = spk_view_of(rows[i].sha256);
        for (int tries = 0; tries < 2; tries++) {
            if (publish(s, &err) != SPK_EDATA || !strstr(err.text, rows[i].says))
                fail_msg("%zu: %s", i, err.text);
        }
    }
}

static void a_file_that_is_gone_is_named(void **state)
{
    struct scene *s = *state;
    struct spk_error err = {0};
    assert_int_equal(spk_objstore_delete(s->transient, s->from->key, NULL), SPK_OK);
    assert_int_equal(publish(s, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "part-0.parquet is not in transient storage any more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_names_account_stream_day_and_the_time_of_extraction),
        cmocka_unit_test(other_keys_are_none_of_ours),
        cmocka_unit_test_setup_teardown(a_file_published_twice_is_the_same_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_without_rows_is_published_like_any_other,
                                        set_up_empty, tear_down),
        cmocka_unit_test_setup_teardown(a_key_with_other_content_is_never_overwritten, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_differs_from_the_books_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("raw zone", tests, NULL, NULL);
}
