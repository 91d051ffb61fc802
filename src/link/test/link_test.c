/* Published files become rows of the warehouse: real Parquet, real DuckDB, a storage of the test.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/time.h"
#include "fake_storage.h"
#include "link/link.h"
#include "objstore/objstore.h"
#include "parquet/parquet.h"
#include "rawzone/rawzone.h"
#include "warehouse/warehouse.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NOON_US     (INT64_C(20000) * SPK_DAY_US + SPK_DAY_US / 2)

enum { DAY = 20000 }; /* 2024-10-04 */

/* A bucket in a folder, a warehouse in memory, a storage that is filled by publish(). */
struct scene {
    struct spk_arena arena;
    char folder[64];
    struct spk_storage *storage;
    struct spk_objstore *raw;
    struct spk_warehouse *warehouse;
    struct spk_platform platform;
    struct spk_link_parts parts; /* of the above, brought up to date by link_parts() */
};

static struct spk_link_parts *link_parts(struct scene *s)
{
    s->parts = (struct spk_link_parts){s->storage, s->warehouse, s->raw, &s->platform};
    return &s->parts;
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    char url[96];
    snprintf(s->folder, sizeof(s->folder), "/tmp/spike-link-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(url, sizeof(url), "file://%s/raw [it's] *", s->folder);
    struct spk_objstore_options bucket = {.url = url};
    struct spk_warehouse_options local = {.url = "duckdb:"};
    struct spk_error err = {0};
    if (spk_objstore_open(&bucket, &s->raw, &err) ||
        spk_warehouse_open(&local, &s->warehouse, &err))
        fail_msg("%s", err.text);
    s->storage = calloc(1, sizeof(*s->storage));
    s->platform.name = SPK_V("cellxpert");
    *state = s;
    return 0;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    return remove(path);
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    spk_warehouse_destroy(s->warehouse);
    spk_objstore_destroy(s->raw);
    spk_arena_deinit(&s->arena);
    free(s->storage);
    assert_int_equal(nftw(s->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(s);
    return 0;
}

static spk_rc write_buf(void *context, const void *at, size_t len, struct spk_error *err)
{
    spk_buf_append(context, spk_view_make(at, len));
    return SPK_OK;
}

static void write_parquet(struct spk_buf *out, int64_t rows)
{
    static const struct spk_field fields[] = {
        {"airbyte_id", SPK_COLUMN_STRING, false},
        {"airbyte_date_time", SPK_COLUMN_TIMESTAMP, false},
        {"raw_data", SPK_COLUMN_STRING, false},
        {"additional_cntx", SPK_COLUMN_STRING, false},
    };
    struct spk_parquet_spec spec = {.fields = fields, .n_fields = COUNT(fields)};
    struct spk_parquet_sink sink = {write_buf, out};
    struct spk_parquet_writer *writer;
    struct spk_builder *builder = spk_builder_create(fields, COUNT(fields), 0, 0);
    struct spk_parquet_totals totals;
    struct ArrowArray batch;
    for (int64_t i = 0; i < rows; i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"data\":{\"amount\":%d}}", (int)i);
        spk_builder_string(builder, 0, SPK_V("6d1f2a52-8a31-4a5e-9d5b-0a9d6b9f3c11"));
        spk_builder_i64(builder, 1, NOON_US);
        spk_builder_string(builder, 2, spk_view_of(json));
        spk_builder_string(builder, 3, SPK_V("{}"));
    }
    assert_int_equal(spk_parquet_writer_create(&spec, sink, &writer, NULL), SPK_OK);
    assert_int_equal(spk_builder_batch(builder, &batch, NULL), SPK_OK);
    assert_int_equal(spk_parquet_writer_write(writer, &batch, NULL), SPK_OK);
    spk_arrow_array_release(&batch);
    assert_int_equal(spk_parquet_writer_finish(writer, &totals, NULL), SPK_OK);
    spk_parquet_writer_destroy(writer);
    spk_builder_destroy(builder);
}

struct spec {
    const char *account, *stream;
    int32_t day;
    size_t version;
    int64_t rows, claimed; /* in the file, and as storage has it */
};

static struct spk_view publish(struct scene *s, const struct spec *spec)
{
    struct spk_batch batch = {.account = spk_view_of(spec->account),
                              .stream = spk_view_of(spec->stream),
                              .day = spec->day};
    struct spk_published_file *file = &s->storage->files[s->storage->n++];
    struct spk_view key = spk_rawzone_key(&s->arena, &batch, NOON_US, spec->version);
    struct spk_buf bytes = {0};
    struct spk_error err = {0};
    write_parquet(&bytes, spec->rows);
    struct spk_objstore_put put = {.key = key};
    if (spk_objstore_put(s->raw, &put, spk_buf_view(&bytes), NULL, &err) != SPK_OK)
        fail_msg("%s", err.text);
    *file = (struct spk_published_file){.account = batch.account,
                                        .stream = batch.stream,
                                        .key = key,
                                        .day = spec->day,
                                        .rows = spec->claimed,
                                        .bytes = (int64_t)bytes.len,
                                        .sha256 = SPK_V("00ff"),
                                        .run = "01930000-0000-7000-8000-000000000001",
                                        .extracted_us = NOON_US,
                                        .published_us = NOON_US + SPK_SECOND_US};
    spk_buf_deinit(&bytes);
    return key;
}

static void publish_good(struct scene *s, const char *account, int32_t day, int64_t rows)
{
    const struct spec spec = {account, "RegistrationReportStream", day, 0, rows, rows};
    publish(s, &spec);
}

static struct spk_link_result refresh(struct scene *s)
{
    struct spk_link_result result = {0};
    struct spk_error err = {0};
    if (spk_link_refresh(link_parts(s), &result, &err) != SPK_OK)
        fail_msg("%s", err.text);
    return result;
}

static int64_t number(struct scene *s, const char *sql)
{
    int64_t n = -1;
    struct spk_error err = {0};
    if (spk_warehouse_query_i64(s->warehouse, spk_view_of(sql), &n, &err) != SPK_OK)
        fail_msg("%s", err.text);
    return n;
}

static void assert_result(struct spk_link_result result, size_t files, int64_t rows)
{
    assert_int_equal(result.files, files);
    assert_int_equal(result.rows, rows);
    assert_int_equal(result.counted_rows, rows);
}

/* ---- what is seen ---- */

static void without_files_there_is_an_empty_view_of_the_same_types(void **state)
{
    static const char types[] =
        "select count(*) from (select column_name, data_type from information_schema.columns where"
        " table_schema = 'raw' and table_name = 'cellxpert' and (column_name, data_type) in ("
        "('operator_account', 'VARCHAR'), ('stream_name', 'VARCHAR'), ('dt', 'DATE'),"
        "('airbyte_id', 'VARCHAR'), ('airbyte_date_time', 'TIMESTAMP WITH TIME ZONE'),"
        "('raw_data', 'VARCHAR'), ('additional_cntx', 'VARCHAR'), ('metadata$filename', 'VARCHAR'),"
        "('value', 'STRUCT(airbyte_id VARCHAR, airbyte_date_time TIMESTAMP WITH TIME ZONE, "
        "raw_data VARCHAR, additional_cntx VARCHAR)')))";
    struct scene *s = *state;
    assert_result(refresh(s), 0, 0);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 0);
    assert_int_equal(number(s, types), 9);
    publish_good(s, "op", DAY, 2);
    assert_result(refresh(s), 1, 2);
    assert_int_equal(number(s, types), 9);
}

static void a_published_file_is_seen_after_the_refresh_and_not_before(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    assert_result(refresh(s), 1, 3);
    publish_good(s, "op", DAY + 1, 4);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 3);
    assert_result(refresh(s), 1, 4);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 7);
    assert_int_equal(number(s, "select sum(row_count) from raw.cellxpert_files"), 7);
}

static void refreshing_again_changes_nothing(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    assert_result(refresh(s), 1, 3);
    assert_result(refresh(s), 0, 0);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 3);
}

static void a_file_in_the_bucket_that_was_not_published_is_not_seen(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    publish_good(s, "op", DAY + 1, 5);
    s->storage->n--;
    assert_result(refresh(s), 1, 3);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 3);
}

static void a_rebuilt_warehouse_sees_and_counts_all_again(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    assert_result(refresh(s), 1, 3);
    spk_warehouse_destroy(s->warehouse);
    struct spk_warehouse_options local = {.url = "duckdb:"};
    assert_int_equal(spk_warehouse_open(&local, &s->warehouse, NULL), SPK_OK);
    assert_result(refresh(s), 1, 3);
}

static void columns_come_from_the_folders_of_the_key(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 1);
    refresh(s);
    assert_int_equal(
        number(s, "select count(*) from raw.cellxpert where operator_account = 'op'"
                  " and stream_name = 'RegistrationReportStream' and dt = date '2024-10-04'"
                  " and metadata$filename ="
                  " 'op/RegistrationReportStream/2024/10/04/2024_10_04_120000000.parquet'"
                  " and epoch_us(airbyte_date_time) = 1728043200000000"
                  " and value['raw_data'] = raw_data and additional_cntx = '{}'"),
        1);
}

/* A newer version of a day without rows: before others in its part of the view, and alone. */
static void files_without_rows_are_listed_and_counted(void **state)
{
    static const struct spec specs[] = {
        {"op", "A", DAY, 0, 0, 0},
        {"op", "A", DAY + 1, 0, 2, 2},
        {"op", "A", DAY + 1, 5, 0, 0},
        {"op", "B", DAY, 0, 0, 0},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < COUNT(specs); i++)
        publish(s, &specs[i]);
    assert_result(refresh(s), 4, 2);
    assert_result(refresh(s), 0, 0);
    assert_true(s->storage->linked[3]);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 2);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert where stream_name = 'B'"), 0);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert_files where row_count = 0"), 3);
}

static void names_may_hold_quotes_blanks_patterns_and_any_letter(void **state)
{
    static const char *const names[] = {
        "it's",  "say \"hi\"", "two words", "ünïcode 東京", "a*b", "a?b", "[ab]", "back\\slash*",
        "semi;", "-- no",      "{x}",       "100%",         "axb", "ab",  "a",
    };
    struct scene *s = *state;
    s->platform.name = SPK_V("my \"odd\" plat'form ü");
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct spec spec = {names[i], names[COUNT(names) - 1 - i], DAY, 0, 2, 2};
        publish(s, &spec);
    }
    assert_result(refresh(s), COUNT(names), 2 * (int64_t)COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        struct spk_buf sql = {0};
        spk_buf_append_str(&sql, "select count(*) from raw.\"my \"\"odd\"\" plat'form ü\""
                                 " where operator_account = '");
        for (const char *c = names[i]; *c; c++)
            spk_buf_printf(&sql, *c == '\'' ? "''" : *c == '%' ? "%%25" : "%c", *c);
        spk_buf_append_char(&sql, '\'');
        assert_int_equal(number(s, spk_buf_cstr(&sql)), 2);
        spk_buf_deinit(&sql);
    }
}

static void many_files_in_many_parts_are_each_seen_once(void **state)
{
    struct scene *s = *state;
    static const char *const streams[] = {"A", "B"};
    for (int i = 0; i < 1300; i++) {
        const struct spec spec = {i % 3 ? "op-1" : "op-2", streams[i % 2], DAY + i / 6, i, 1, 1};
        publish(s, &spec);
    }
    assert_result(refresh(s), 1300, 1300);
    assert_int_equal(number(s, "select count(distinct metadata$filename) from raw.cellxpert"),
                     1300);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 1300);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert where stream_name = 'A'"), 650);
    assert_int_equal(number(s, "select count(*) from raw.cellxpert where dt = date '2024-12-13'"),
                     6);
}

/* ---- what is refused ---- */

static void assert_refused(struct scene *s, spk_rc rc, const char *words)
{
    struct spk_link_result result = {.files = 77};
    struct spk_error err = {0};
    assert_int_equal(spk_link_refresh(link_parts(s), &result, &err), rc);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in '%s'", words, err.text);
    assert_int_equal(result.files, 77);
}

static void a_count_that_differs_names_the_first_file_and_changes_nothing(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    refresh(s);
    publish_good(s, "op", DAY + 1, 4);
    const struct spec less = {"op", "RegistrationReportStream", DAY + 2, 0, 9, 10};
    const struct spec none = {"op", "RegistrationReportStream", DAY + 3, 0, 0, 1};
    publish(s, &less);
    publish(s, &none);
    assert_refused(s, SPK_EDATA,
                   "link cellxpert: op/RegistrationReportStream/2024/10/06/"
                   "2024_10_04_120000000.parquet has 9 rows in the warehouse, 10 were published");
    assert_int_equal(number(s, "select count(*) from raw.cellxpert"), 3);
    assert_false(s->storage->linked[1]);
    s->storage->files[2].rows = 9;
    s->storage->files[3].rows = 0;
    assert_result(refresh(s), 3, 13);
}

static void a_file_that_is_gone_or_damaged_is_named(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    const struct spec spec = {"op", "RegistrationReportStream", DAY, 7, 3, 3};
    struct spk_view key = publish(s, &spec);
    assert_int_equal(spk_objstore_delete(s->raw, key, NULL), SPK_OK);
    assert_refused(s, SPK_EDATA, "2024_10_04_120000007.parquet");
    struct spk_objstore_put put = {.key = key};
    assert_int_equal(spk_objstore_put(s->raw, &put, SPK_V("PAR1 cut"), NULL, NULL), SPK_OK);
    assert_refused(s, SPK_EDATA, "2024_10_04_120000007.parquet");
}

static void a_file_without_rows_that_has_some_or_is_gone_is_named(void **state)
{
    struct scene *s = *state;
    const struct spec wrong = {"op", "A", DAY, 0, 1, 0};
    publish_good(s, "op", DAY, 3);
    struct spk_view key = publish(s, &wrong);
    assert_refused(s, SPK_EDATA, "has 1 rows in the warehouse, 0 were published");
    assert_int_equal(spk_objstore_delete(s->raw, key, NULL), SPK_OK);
    assert_refused(s, SPK_EDATA, "op/A/2024/10/04/2024_10_04_120000000.parquet");
}

static void a_bucket_without_files_of_this_machine_is_refused(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    spk_objstore_destroy(s->raw);
    struct spk_objstore_options memory = {.url = "memory:"};
    assert_int_equal(spk_objstore_open(&memory, &s->raw, NULL), SPK_OK);
    assert_refused(s, SPK_ECONFIG, "has no files that DuckDB can read in place");
}

static void a_key_with_another_layout_is_refused(void **state)
{
    static const char *const keys[] = {
        "op/S/2024/10/05/x.parquet",
        "op/S/2024/10/x.parquet",
        "op/S/2024/13/04/x.parquet",
        "op/S/2024/10/04/more/x.parquet",
        "x.parquet",
    };
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    for (size_t i = 0; i < COUNT(keys); i++) {
        s->storage->files[0].key = spk_view_of(keys[i]);
        assert_refused(s, SPK_EDATA, "does not lie in ACCOUNT/STREAM/YYYY/MM/DD");
    }
}

/* ---- faults ---- */

static void whichever_statement_fails_the_next_refresh_finishes(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    refresh(s);
    publish_good(s, "op", DAY + 1, 4);
    for (int late = 0; late < 2; late++) {
        bool failed = true;
        for (int nth = 1; failed; nth++) {
            struct spk_link_result result = {0};
            struct spk_warehouse *faulty =
                spk_warehouse_faulty_create(s->warehouse, nth, SPK_ETRANSIENT, late);
            struct spk_link_parts *parts = link_parts(s);
            parts->warehouse = faulty;
            spk_rc rc = spk_link_refresh(parts, &result, NULL);
            failed = spk_warehouse_faulty_calls(faulty) >= nth;
            spk_warehouse_destroy(faulty);
            assert_int_equal(rc, failed ? SPK_ETRANSIENT : SPK_OK);
            if (!failed) {
                assert_int_equal(result.files, 1);
                assert_true(nth > 8);
            }
            assert_int_equal(s->storage->linked[1], !failed);
            int64_t seen = number(s, "select count(*) from raw.cellxpert");
            assert_true(seen == 7 || (failed && seen == 3));
        }
        s->storage->linked[1] = false;
    }
}

static void a_storage_that_fails_after_the_commit_is_told_the_next_time(void **state)
{
    struct scene *s = *state;
    publish_good(s, "op", DAY, 3);
    s->storage->linked_rc = SPK_ETRANSIENT;
    assert_refused(s, SPK_ETRANSIENT, "the storage is away");
    s->storage->linked_rc = SPK_OK;
    assert_result(refresh(s), 1, 3);
    assert_true(s->storage->linked[0]);
}

/* ---- statements ---- */

static void the_plan_is_what_a_refresh_executes(void **state)
{
    struct scene *s = *state;
    struct spk_buf plan = {0}, done = {0};
    struct spk_link_result result = {0};
    const char *const columns[] = {"metadata$filename", "count_star()"};
    const char *cells[] = {NULL, "3"};
    publish_good(s, "it's", DAY, 3);
    cells[0] = spk_arena_strdup(&s->arena, s->storage->files[0].key);
    const struct spk_warehouse_answer answer = {
        "select metadata$filename", columns, 2, cells, 1, NULL};
    struct spk_warehouse *recording = spk_warehouse_recording_create(&answer, 1);
    struct spk_link_parts *parts = link_parts(s);
    parts->warehouse = recording;
    assert_int_equal(spk_link_plan(parts, &plan, NULL), SPK_OK);
    assert_int_equal(spk_link_refresh(parts, &result, NULL), SPK_OK);
    assert_result(result, 1, 3);
    for (size_t i = 0; i < spk_warehouse_recording_count(recording); i++) {
        struct spk_view sql = spk_warehouse_recording_statement(recording, i);
        if (spk_view_starts(sql, SPK_V("select table_name")))
            continue;
        spk_buf_append(&done, sql);
        spk_buf_append_str(&done, ";\n");
    }
    assert_string_equal(spk_buf_cstr(&plan), spk_buf_cstr(&done));
    spk_buf_deinit(&plan);
    spk_buf_deinit(&done);
    spk_warehouse_destroy(recording);
}

static void the_plan_of_one_file_reads_like_this(void **state)
{
    static const char expected[] =
        "BEGIN;\n"
        "create schema if not exists raw;\n"
        "create or replace table raw.\"cellxpert_files\" (filename varchar,"
        " operator_account varchar, stream_name varchar, dt date, row_count bigint,"
        " byte_count bigint, sha256 varchar, run_id varchar, extracted_at timestamptz,"
        " published_at timestamptz);\n"
        "insert into raw.\"cellxpert_files\" values"
        " ('it''s/S/2024/10/04/2024_10_04_120000000.parquet', 'it''s', 'S', date '2024-10-04', 3,"
        " 77, '00ff', '01930000-0000-7000-8000-000000000001', '2024-10-04T12:00:00.000000Z',"
        " '2024-10-04T12:00:01.000000Z');\n"
        "create or replace view raw.\"cellxpert\" as select struct_pack(airbyte_id := airbyte_id,"
        " airbyte_date_time := airbyte_date_time, raw_data := raw_data,"
        " additional_cntx := additional_cntx) as value, split_part(key, '/', 1) as"
        " operator_account, 'S' as stream_name, cast(split_part(key, '/', 3) || '-' ||"
        " split_part(key, '/', 4) || '-' || split_part(key, '/', 5) as date) as dt, airbyte_id,"
        " airbyte_date_time, raw_data, additional_cntx, key as metadata$filename from (select *,"
        " substr(filename, length('%1$s/raw [it''s] */') + 1) as key from"
        " read_parquet(['%1$s/raw [[]it''s] [*]/it''s/S/2024/10/04/2024_10_04_120000000.parquet'],"
        " filename = true)) where cast(split_part(key, '/', 3) || '-' || split_part(key, '/', 4)"
        " || '-' || split_part(key, '/', 5) as date) between date '2024-10-04' and"
        " date '2024-10-04';\n"
        "select metadata$filename, count(*) from raw.\"cellxpert\" where stream_name = 'S' and dt"
        " between date '2024-10-04' and date '2024-10-04' group by 1;\n"
        "COMMIT;\n";
    struct scene *s = *state;
    const struct spec spec = {"it's", "S", DAY, 0, 3, 3};
    struct spk_buf plan = {0};
    publish(s, &spec);
    s->storage->files[0].bytes = 77;
    assert_int_equal(spk_link_plan(link_parts(s), &plan, NULL), SPK_OK);
    assert_string_equal(spk_buf_cstr(&plan), spk_arena_printf(&s->arena, expected, s->folder).at);
    spk_buf_deinit(&plan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_files_there_is_an_empty_view_of_the_same_types),
        TEST(a_published_file_is_seen_after_the_refresh_and_not_before),
        TEST(refreshing_again_changes_nothing),
        TEST(a_file_in_the_bucket_that_was_not_published_is_not_seen),
        TEST(a_rebuilt_warehouse_sees_and_counts_all_again),
        TEST(columns_come_from_the_folders_of_the_key),
        TEST(files_without_rows_are_listed_and_counted),
        TEST(names_may_hold_quotes_blanks_patterns_and_any_letter),
        TEST(many_files_in_many_parts_are_each_seen_once),
        TEST(a_count_that_differs_names_the_first_file_and_changes_nothing),
        TEST(a_file_that_is_gone_or_damaged_is_named),
        TEST(a_file_without_rows_that_has_some_or_is_gone_is_named),
        TEST(a_bucket_without_files_of_this_machine_is_refused),
        TEST(a_key_with_another_layout_is_refused),
        TEST(whichever_statement_fails_the_next_refresh_finishes),
        TEST(a_storage_that_fails_after_the_commit_is_told_the_next_time),
        TEST(the_plan_is_what_a_refresh_executes),
        TEST(the_plan_of_one_file_reads_like_this),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
