#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "parquet/parquet.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct spk_field fields[] = {
    {"airbyte_id", SPK_COLUMN_STRING, false},
    {"airbyte_date_time", SPK_COLUMN_TIMESTAMP, false},
    {"raw_data", SPK_COLUMN_LARGE_STRING, true},
    {"amount", SPK_COLUMN_DOUBLE, true},
    {"clicks", SPK_COLUMN_INT64, true},
    {"active", SPK_COLUMN_BOOL, true},
    {"day", SPK_COLUMN_DATE, true},
    {"country", SPK_COLUMN_STRING, true},
};
enum { ID, AT, RAW, AMOUNT, CLICKS, ACTIVE, DAY, COUNTRY };

/* A sink in memory that can fail once it holds `fail_at` bytes. */
struct memory {
    struct spk_buf bytes;
    size_t fail_at;
};

static spk_rc keep(void *context, const void *at, size_t len, struct spk_error *err)
{
    struct memory *memory = (struct memory *)context;
    if (memory->fail_at && memory->bytes.len + len > memory->fail_at)
        return spk_error_set(err, SPK_ETRANSIENT, "the store went away");
    spk_buf_append(&memory->bytes, spk_view_make(at, len));
    return SPK_OK;
}

static void append_row(struct spk_builder *builder, int i)
{
    static const char *const countries[] = {"DE", "MT", "SE"};
    char text[32];
    size_t len = (size_t)snprintf(text, sizeof(text), "id-%08d", i);
    spk_builder_string(builder, ID, spk_view_make(text, len));
    spk_builder_i64(builder, AT, INT64_C(1700000000000000) + i);
    if (i % 7 == 3) {
        for (size_t c = RAW; c < COUNT(fields); c++)
            spk_builder_null(builder, c);
        return;
    }
    len = (size_t)snprintf(text, sizeof(text), "{\"n\":%d}", i);
    spk_builder_string(builder, RAW, spk_view_make(text, len));
    spk_builder_double(builder, AMOUNT, i / 4.0);
    spk_builder_i64(builder, CLICKS, -i);
    spk_builder_bool(builder, ACTIVE, i % 2 == 0);
    spk_builder_date(builder, DAY, 19000 + i % 10);
    spk_builder_string(builder, COUNTRY, spk_view_of(countries[i % 3]));
}

static spk_rc write_rows(struct spk_parquet_writer *writer, int rows, struct spk_error *err)
{
    struct spk_builder *builder = spk_builder_create(fields, COUNT(fields), 1000, 0);
    spk_rc rc = SPK_OK;
    for (int i = 0; i < rows && rc == SPK_OK; i++) {
        append_row(builder, i);
        if (spk_builder_is_full(builder) || i == rows - 1) {
            struct ArrowArray batch;
            assert_int_equal(spk_builder_batch(builder, &batch, NULL), SPK_OK);
            rc = spk_parquet_writer_write(writer, &batch, err);
            spk_builder_clear(builder);
        }
    }
    spk_builder_destroy(builder);
    return rc;
}

static const char *const dictionary[] = {"country"};
static const struct spk_parquet_note notes[] = {{"spike.run", "0192"}, {"spike.stream", "clicks"}};

static struct spk_parquet_spec plain_spec(void)
{
    return (struct spk_parquet_spec){
        .fields = fields,
        .n_fields = COUNT(fields),
        .row_group_bytes = 200000,
        .dictionary = dictionary,
        .n_dictionary = COUNT(dictionary),
        .notes = notes,
        .n_notes = COUNT(notes),
    };
}

static struct spk_parquet_totals write_file(struct memory *memory, int rows)
{
    struct spk_parquet_spec spec = plain_spec();
    struct spk_parquet_writer *writer;
    struct spk_parquet_totals totals;
    struct spk_parquet_sink sink = {keep, memory};
    assert_int_equal(spk_parquet_writer_create(&spec, sink, &writer, NULL), SPK_OK);
    assert_int_equal(write_rows(writer, rows, NULL), SPK_OK);
    assert_int_equal(spk_parquet_writer_finish(writer, &totals, NULL), SPK_OK);
    spk_parquet_writer_destroy(writer);
    return totals;
}

static struct spk_parquet_reader *open_memory(const struct memory *memory)
{
    struct spk_parquet_reader *reader;
    assert_int_equal(
        spk_parquet_reader_open_memory("test", spk_buf_view(&memory->bytes), &reader, NULL),
        SPK_OK);
    return reader;
}

/* Reads all batches and holds every row against append_row by rebuilding it. */
static int64_t compare_rows(struct spk_parquet_reader *reader, int first_row,
                            const struct spk_parquet_scan *scan)
{
    struct spk_parquet_cursor *cursor;
    struct spk_builder *builder = spk_builder_create(fields, COUNT(fields), 0, 0);
    struct ArrowSchema schema;
    int64_t rows = 0;
    spk_arrow_schema_make(fields, COUNT(fields), &schema);
    assert_int_equal(spk_parquet_cursor_create(reader, scan, &cursor, NULL), SPK_OK);
    for (;;) {
        struct ArrowArray batch, expected;
        assert_int_equal(spk_parquet_cursor_next(cursor, &batch, NULL), SPK_OK);
        if (!batch.release)
            break;
        spk_builder_clear(builder);
        for (int64_t row = 0; row < batch.length; row++)
            append_row(builder, first_row + (int)(rows + row));
        assert_int_equal(spk_builder_batch(builder, &expected, NULL), SPK_OK);
        for (size_t c = 0; c < COUNT(fields); c++) {
            struct spk_column got, want;
            assert_int_equal(
                spk_column_open(spk_parquet_cursor_schema(cursor), &batch, c, &got, NULL), SPK_OK);
            assert_int_equal(spk_column_open(&schema, &expected, c, &want, NULL), SPK_OK);
            for (size_t row = 0; row < got.rows; row++) {
                struct spk_buf a = {0}, b = {0};
                spk_column_text(&got, row, &a);
                spk_column_text(&want, row, &b);
                assert_int_equal(spk_column_is_null(&got, row), spk_column_is_null(&want, row));
                assert_true(spk_view_equal(spk_buf_view(&a), spk_buf_view(&b)));
                spk_buf_deinit(&a);
                spk_buf_deinit(&b);
            }
        }
        rows += batch.length;
        spk_arrow_array_release(&batch);
    }
    spk_parquet_cursor_destroy(cursor);
    spk_arrow_schema_release(&schema);
    spk_builder_destroy(builder);
    return rows;
}

static void what_was_written_is_read_back(void **state)
{
    static const int sizes[] = {0, 1, 7, 8192, 8193, 30000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct memory memory = {0};
        struct spk_parquet_totals totals = write_file(&memory, sizes[i]);
        struct spk_parquet_reader *reader = open_memory(&memory);
        assert_int_equal(totals.rows, sizes[i]);
        assert_int_equal(totals.bytes, memory.bytes.len);
        assert_int_equal(totals.row_groups, spk_parquet_reader_row_groups(reader));
        assert_int_equal(spk_parquet_reader_rows(reader), sizes[i]);
        assert_int_equal(compare_rows(reader, 0, &(struct spk_parquet_scan){0}), sizes[i]);
        spk_parquet_reader_destroy(reader);
        spk_buf_deinit(&memory.bytes);
    }
}

static void a_scan_reads_only_its_row_groups(void **state)
{
    struct memory memory = {0};
    write_file(&memory, 30000);
    struct spk_parquet_reader *reader = open_memory(&memory);
    struct spk_parquet_group first, second;
    assert_true(spk_parquet_reader_row_groups(reader) >= 3);
    assert_int_equal(spk_parquet_reader_group(reader, 0, &first, NULL), SPK_OK);
    assert_int_equal(spk_parquet_reader_group(reader, 1, &second, NULL), SPK_OK);
    assert_true(second.raw_bytes > 0 && second.stored_bytes > 0);
    struct spk_parquet_scan scan = {.first_group = 1, .n_groups = 1, .batch_rows = 333};
    assert_int_equal(compare_rows(reader, (int)first.rows, &scan), second.rows);
    assert_int_equal(spk_parquet_reader_group(reader, 1000, &first, NULL), SPK_EDATA);
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&memory.bytes);
}

static void a_scan_reads_the_named_columns_in_their_order(void **state)
{
    static const char *const names[] = {"country", "clicks"};
    struct memory memory = {0};
    struct spk_parquet_cursor *cursor;
    struct ArrowArray batch;
    struct spk_column column;
    int64_t clicks;
    write_file(&memory, 100);
    struct spk_parquet_reader *reader = open_memory(&memory);
    struct spk_parquet_scan scan = {.columns = names, .n_columns = COUNT(names)};
    assert_int_equal(spk_parquet_cursor_create(reader, &scan, &cursor, NULL), SPK_OK);
    const struct ArrowSchema *schema = spk_parquet_cursor_schema(cursor);
    assert_int_equal(spk_parquet_cursor_next(cursor, &batch, NULL), SPK_OK);
    assert_int_equal(batch.n_children, 2);
    assert_int_equal(spk_column_open(schema, &batch, 0, &column, NULL), SPK_OK);
    assert_true(spk_view_is(spk_column_string(&column, 1), "MT"));
    assert_int_equal(spk_column_open(schema, &batch, 1, &column, NULL), SPK_OK);
    assert_true(spk_column_i64(&column, 2, &clicks));
    assert_int_equal(clicks, -2);
    spk_arrow_array_release(&batch);
    spk_parquet_cursor_destroy(cursor);
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&memory.bytes);
}

static void an_unknown_column_is_named_with_its_nearest(void **state)
{
    static const char *const names[] = {"raw_date"};
    struct memory memory = {0};
    struct spk_parquet_cursor *cursor;
    struct spk_error err = {0};
    write_file(&memory, 1);
    struct spk_parquet_reader *reader = open_memory(&memory);
    struct spk_parquet_scan scan = {.columns = names, .n_columns = 1};
    assert_int_equal(spk_parquet_cursor_create(reader, &scan, &cursor, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "test has no column raw_date");
    assert_string_equal(err.hint, "did you mean raw_data?");
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&memory.bytes);
}

static void statistics_and_notes_are_in_the_footer(void **state)
{
    struct memory memory = {0};
    struct spk_parquet_statistics s;
    int64_t min, max;
    write_file(&memory, 70);
    struct spk_parquet_reader *reader = open_memory(&memory);
    assert_int_equal(spk_parquet_reader_statistics(reader, 0, AT, &s, NULL), SPK_OK);
    assert_true(s.has_bounds && s.has_nulls && s.min.len == 8);
    memcpy(&min, s.min.at, 8);
    memcpy(&max, s.max.at, 8);
    assert_int_equal(min, INT64_C(1700000000000000));
    assert_int_equal(max, INT64_C(1700000000000069));
    assert_int_equal(s.nulls, 0);
    assert_int_equal(spk_parquet_reader_statistics(reader, 0, CLICKS, &s, NULL), SPK_OK);
    assert_int_equal(s.nulls, 10);
    assert_int_equal(s.values, 70);
    assert_int_equal(spk_parquet_reader_statistics(reader, 0, ID, &s, NULL), SPK_OK);
    assert_true(spk_view_is(s.max, "id-00000069"));
    assert_string_equal(spk_parquet_reader_note(reader, "spike.run"), "0192");
    assert_null(spk_parquet_reader_note(reader, "absent"));
    assert_string_equal(spk_parquet_reader_column_name(reader, RAW), "raw_data");
    spk_parquet_reader_destroy(reader);
    spk_buf_deinit(&memory.bytes);
}

/* However far the store got: the failure is the store's, it sticks, and nothing leaks. */
static void a_failing_sink_fails_the_writer_with_its_own_error(void **state)
{
    struct memory whole = {0};
    write_file(&whole, 30000);
    for (size_t at = 1; at < whole.bytes.len; at += whole.bytes.len / 23) {
        struct memory memory = {.fail_at = at};
        struct spk_parquet_spec spec = plain_spec();
        struct spk_parquet_writer *writer;
        struct spk_parquet_totals totals;
        struct spk_error err = {0};
        struct spk_parquet_sink sink = {keep, &memory};
        assert_int_equal(spk_parquet_writer_create(&spec, sink, &writer, NULL), SPK_OK);
        spk_rc rc = write_rows(writer, 30000, &err);
        if (rc == SPK_OK)
            rc = spk_parquet_writer_finish(writer, &totals, &err);
        else
            assert_int_equal(spk_parquet_writer_finish(writer, &totals, NULL), SPK_ETRANSIENT);
        assert_int_equal(rc, SPK_ETRANSIENT);
        assert_string_equal(err.text, "the store went away");
        spk_parquet_writer_destroy(writer);
        spk_buf_deinit(&memory.bytes);
    }
    spk_buf_deinit(&whole.bytes);
}

static void a_writer_that_is_given_up_sends_nothing_more(void **state)
{
    struct memory memory = {0};
    struct spk_parquet_spec spec = plain_spec();
    struct spk_parquet_writer *writer;
    struct spk_parquet_sink sink = {keep, &memory};
    assert_int_equal(spk_parquet_writer_create(&spec, sink, &writer, NULL), SPK_OK);
    assert_int_equal(write_rows(writer, 5000, NULL), SPK_OK);
    size_t sent = memory.bytes.len;
    assert_int_equal(spk_parquet_writer_totals(writer).bytes, sent);
    spk_parquet_writer_destroy(writer);
    assert_int_equal(memory.bytes.len, sent);
    spk_buf_deinit(&memory.bytes);
}

static void impossible_specs_are_refused(void **state)
{
    static const char *const unknown[] = {"contry"};
    struct spk_parquet_spec spec = plain_spec();
    struct spk_parquet_writer *writer;
    struct spk_error err = {0};
    spec.zstd_level = 23;
    assert_int_equal(
        spk_parquet_writer_create(&spec, (struct spk_parquet_sink){keep, NULL}, &writer, &err),
        SPK_ECONFIG);
    spec = plain_spec();
    spec.dictionary = unknown;
    assert_int_equal(
        spk_parquet_writer_create(&spec, (struct spk_parquet_sink){keep, NULL}, &writer, &err),
        SPK_ECONFIG);
    assert_string_equal(err.text, "dictionary column contry is not in the schema");
}

/* A source that fails its Nth call. */
struct faulty {
    struct spk_view bytes;
    int calls, fail_call;
};

static spk_rc read_faulty(void *context, uint64_t offset, void *to, size_t len,
                          struct spk_error *err)
{
    struct faulty *faulty = (struct faulty *)context;
    if (++faulty->calls == faulty->fail_call)
        return spk_error_set(err, SPK_ETRANSIENT, "timeout");
    assert_true(offset + len <= faulty->bytes.len);
    memcpy(to, faulty->bytes.at + offset, len);
    return SPK_OK;
}

static spk_rc read_all(struct spk_parquet_reader *reader, struct spk_error *err)
{
    struct spk_parquet_cursor *cursor;
    spk_rc rc = spk_parquet_cursor_create(reader, &(struct spk_parquet_scan){0}, &cursor, err);
    if (rc != SPK_OK)
        return rc;
    for (bool more = true; more && rc == SPK_OK;) {
        struct ArrowArray batch = {0};
        rc = spk_parquet_cursor_next(cursor, &batch, err);
        more = batch.release != NULL;
        spk_arrow_array_release(&batch);
    }
    spk_parquet_cursor_destroy(cursor);
    return rc;
}

static spk_rc read_source(struct faulty *faulty, struct spk_error *err)
{
    struct spk_parquet_source source = {read_faulty, faulty, faulty->bytes.len};
    struct spk_parquet_reader *reader;
    spk_rc rc = spk_parquet_reader_open_source("s3://b/k", &source, &reader, err);
    if (rc == SPK_OK) {
        rc = read_all(reader, err);
        spk_parquet_reader_destroy(reader);
    }
    return rc;
}

static void a_source_that_fails_keeps_its_code_at_every_call(void **state)
{
    struct memory memory = {0};
    write_file(&memory, 30000);
    for (int n = 1;; n++) {
        struct faulty faulty = {.bytes = spk_buf_view(&memory.bytes), .fail_call = n};
        struct spk_error err = {0};
        spk_rc rc = read_source(&faulty, &err);
        if (faulty.calls < n) {
            assert_int_equal(rc, SPK_OK);
            assert_true(n > 3);
            break;
        }
        assert_int_equal(rc, SPK_ETRANSIENT);
        assert_string_equal(err.text, "s3://b/k: timeout");
    }
    spk_buf_deinit(&memory.bytes);
}

static spk_rc read_bytes(struct spk_view bytes, struct spk_error *err)
{
    struct spk_parquet_reader *reader;
    spk_rc rc = spk_parquet_reader_open_memory("part-1.parquet", bytes, &reader, err);
    if (rc == SPK_OK) {
        rc = read_all(reader, err);
        spk_parquet_reader_destroy(reader);
    }
    return rc;
}

static void a_cut_file_is_damaged_data(void **state)
{
    struct memory memory = {0};
    write_file(&memory, 5000);
    for (size_t len = 0; len < memory.bytes.len; len += 1 + memory.bytes.len / 101) {
        struct spk_error err = {0};
        assert_int_equal(read_bytes(spk_view_make(memory.bytes.at, len), &err), SPK_EDATA);
        assert_true(spk_view_starts(spk_view_of(err.text), SPK_V("part-1.parquet")));
    }
    spk_buf_deinit(&memory.bytes);
}

/* Pages carry checksums, so damage in the data cannot pass for values. */
static void a_changed_byte_in_a_page_is_found_with_its_place(void **state)
{
    struct memory memory = {0};
    struct spk_error err = {0};
    write_file(&memory, 5000);
    memory.bytes.at[2000] = (char)(memory.bytes.at[2000] ^ 0x40);
    assert_int_equal(read_bytes(spk_buf_view(&memory.bytes), &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "part-1.parquet"));
    assert_non_null(strstr(err.text, "offset"));
    spk_buf_deinit(&memory.bytes);
}

static void files_are_opened_by_path(void **state)
{
    char path[] = "/tmp/spike-parquet-XXXXXX";
    struct memory memory = {0};
    struct spk_parquet_reader *reader;
    struct spk_error err = {0};
    write_file(&memory, 100);
    int file = mkstemp(path);
    assert_int_equal(write(file, memory.bytes.at, memory.bytes.len), memory.bytes.len);
    close(file);
    assert_int_equal(spk_parquet_reader_open(path, &reader, NULL), SPK_OK);
    assert_int_equal(compare_rows(reader, 0, &(struct spk_parquet_scan){0}), 100);
    spk_parquet_reader_destroy(reader);
    unlink(path);
    assert_int_equal(spk_parquet_reader_open(path, &reader, &err), SPK_ESYSTEM);
    assert_non_null(strstr(err.text, path));
    spk_buf_deinit(&memory.bytes);
}

static void *write_in_thread(void *argument)
{
    write_file((struct memory *)argument, 20000);
    return NULL;
}

static void writers_in_many_threads_do_not_disturb_each_other(void **state)
{
    struct memory memory[4] = {0};
    pthread_t threads[COUNT(memory)];
    for (size_t i = 0; i < COUNT(memory); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_in_thread, &memory[i]), 0);
    for (size_t i = 0; i < COUNT(memory); i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < COUNT(memory); i++) {
        struct spk_parquet_reader *reader = open_memory(&memory[i]);
        assert_int_equal(compare_rows(reader, 0, &(struct spk_parquet_scan){0}), 20000);
        spk_parquet_reader_destroy(reader);
        spk_buf_deinit(&memory[i].bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(a_scan_reads_only_its_row_groups),
        cmocka_unit_test(a_scan_reads_the_named_columns_in_their_order),
        cmocka_unit_test(an_unknown_column_is_named_with_its_nearest),
        cmocka_unit_test(statistics_and_notes_are_in_the_footer),
        cmocka_unit_test(a_failing_sink_fails_the_writer_with_its_own_error),
        cmocka_unit_test(a_writer_that_is_given_up_sends_nothing_more),
        cmocka_unit_test(impossible_specs_are_refused),
        cmocka_unit_test(a_source_that_fails_keeps_its_code_at_every_call),
        cmocka_unit_test(a_cut_file_is_damaged_data),
        cmocka_unit_test(a_changed_byte_in_a_page_is_found_with_its_place),
        cmocka_unit_test(files_are_opened_by_path),
        cmocka_unit_test(writers_in_many_threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
