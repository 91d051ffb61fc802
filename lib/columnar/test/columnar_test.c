#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "columnar/columnar.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct spk_field every_type[] = {
    {"text", SPK_COLUMN_STRING, true},  {"large", SPK_COLUMN_LARGE_STRING, true},
    {"number", SPK_COLUMN_INT64, true}, {"real", SPK_COLUMN_DOUBLE, true},
    {"flag", SPK_COLUMN_BOOL, true},    {"at", SPK_COLUMN_TIMESTAMP, true},
    {"day", SPK_COLUMN_DATE, true},
};

static void append_row(struct spk_builder *builder, int i)
{
    char text[16];
    size_t len = (size_t)snprintf(text, sizeof(text), "row %d", i);
    spk_builder_string(builder, 0, spk_view_make(text, len));
    spk_builder_string(builder, 1, spk_view_make(text, len));
    spk_builder_i64(builder, 2, i);
    spk_builder_double(builder, 3, i / 2.0);
    spk_builder_bool(builder, 4, i % 3 == 0);
    spk_builder_i64(builder, 5, i * INT64_C(1000001));
    spk_builder_date(builder, 6, i);
}

static void append_nulls(struct spk_builder *builder)
{
    for (size_t c = 0; c < COUNT(every_type); c++)
        spk_builder_null(builder, c);
}

static void check_text(const struct ArrowArray *batch, size_t column, size_t row,
                       const char *expected)
{
    struct ArrowSchema schema;
    struct spk_column view;
    struct spk_buf text = {0};
    spk_arrow_schema_make(every_type, COUNT(every_type), &schema);
    assert_int_equal(spk_column_open(&schema, batch, column, &view, NULL), SPK_OK);
    spk_column_text(&view, row, &text);
    assert_string_equal(spk_buf_cstr(&text), expected);
    spk_buf_deinit(&text);
    spk_arrow_schema_release(&schema);
}

static void values_of_every_type_come_back(void **state)
{
    struct spk_builder *builder = spk_builder_create(every_type, COUNT(every_type), 0, 0);
    struct ArrowArray batch;
    for (int i = 0; i < 20; i++)
        append_row(builder, i);
    assert_int_equal(spk_builder_batch(builder, &batch, NULL), SPK_OK);
    assert_int_equal(batch.length, 20);
    check_text(&batch, 0, 7, "row 7");
    check_text(&batch, 1, 19, "row 19");
    check_text(&batch, 2, 3, "3");
    check_text(&batch, 3, 3, "1.5");
    check_text(&batch, 4, 18, "true");
    check_text(&batch, 4, 19, "false");
    check_text(&batch, 5, 2, "1970-01-01T00:00:02.000002Z");
    check_text(&batch, 6, 1, "1970-01-02");
    spk_arrow_array_release(&batch);
    spk_builder_destroy(builder);
}

/* The bitmap starts at the first null, so where that null stands matters. */
static void a_null_anywhere_is_the_only_null(void **state)
{
    for (int null_at = 0; null_at < 20; null_at++) {
        struct spk_builder *builder = spk_builder_create(every_type, COUNT(every_type), 0, 0);
        struct ArrowSchema schema;
        struct ArrowArray batch;
        spk_arrow_schema_make(every_type, COUNT(every_type), &schema);
        for (int i = 0; i < 20; i++) {
            if (i == null_at)
                append_nulls(builder);
            else
                append_row(builder, i);
        }
        assert_int_equal(spk_builder_take(builder, &batch, NULL), SPK_OK);
        for (size_t c = 0; c < COUNT(every_type); c++) {
            struct spk_column view;
            assert_int_equal(spk_column_open(&schema, &batch, c, &view, NULL), SPK_OK);
            assert_int_equal(view.nulls, 1);
            for (size_t row = 0; row < 20; row++)
                assert_int_equal(spk_column_is_null(&view, row), (int)row == null_at);
        }
        check_text(&batch, 2, (size_t)null_at, "");
        spk_arrow_array_release(&batch);
        spk_arrow_array_release(&batch);
        spk_arrow_schema_release(&schema);
        spk_builder_destroy(builder);
    }
}

static void a_taken_batch_outlives_the_builder(void **state)
{
    struct spk_builder *builder = spk_builder_create(every_type, COUNT(every_type), 0, 0);
    struct ArrowArray first, second;
    append_row(builder, 1);
    assert_int_equal(spk_builder_take(builder, &first, NULL), SPK_OK);
    assert_int_equal(spk_builder_rows(builder), 0);
    append_row(builder, 2);
    append_row(builder, 3);
    assert_int_equal(spk_builder_take(builder, &second, NULL), SPK_OK);
    spk_builder_destroy(builder);
    check_text(&first, 0, 0, "row 1");
    check_text(&second, 0, 1, "row 3");
    spk_arrow_array_release(&first);
    spk_arrow_array_release(&second);
}

static void a_builder_is_full_by_rows_or_by_bytes(void **state)
{
    struct spk_builder *builder = spk_builder_create(every_type, COUNT(every_type), 3, 1000);
    for (int i = 0; i < 3; i++) {
        assert_false(spk_builder_is_full(builder));
        append_row(builder, i);
    }
    assert_true(spk_builder_is_full(builder));
    spk_builder_clear(builder);
    assert_false(spk_builder_is_full(builder));
    char large[2000] = {0};
    append_row(builder, 1);
    spk_builder_string(builder, 0, spk_view_make(large, sizeof(large)));
    assert_true(spk_builder_is_full(builder));
    spk_builder_destroy(builder);
}

static void a_column_past_its_ceiling_is_an_error_of_the_batch(void **state)
{
    static const struct spk_field fields[] = {{"payload", SPK_COLUMN_STRING, false}};
    struct spk_builder *builder = spk_builder_create(fields, 1, 0, 0);
    struct ArrowArray batch;
    struct spk_error err = {0};
    size_t half = SPK_BUILDER_CEILING / 2 + 1;
    char *large = (char *)calloc(1, half);
    spk_builder_string(builder, 0, spk_view_make(large, half));
    spk_builder_string(builder, 0, spk_view_make(large, half));
    spk_builder_string(builder, 0, SPK_V("small"));
    assert_int_equal(spk_builder_batch(builder, &batch, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "column payload: more than 268435456 bytes"));
    spk_builder_clear(builder);
    spk_builder_string(builder, 0, SPK_V("small"));
    assert_int_equal(spk_builder_batch(builder, &batch, &err), SPK_OK);
    free(large);
    spk_builder_destroy(builder);
}

static void a_null_where_none_may_be_names_column_and_row(void **state)
{
    static const struct spk_field fields[] = {{"id", SPK_COLUMN_INT64, false}};
    struct spk_builder *builder = spk_builder_create(fields, 1, 0, 0);
    struct ArrowArray batch;
    struct spk_error err = {0};
    spk_builder_i64(builder, 0, 1);
    spk_builder_null(builder, 0);
    assert_int_equal(spk_builder_batch(builder, &batch, &err), SPK_EDATA);
    assert_string_equal(err.text, "column id: null in row 2, but it is not nullable");
    spk_builder_destroy(builder);
}

/* One value of a foreign type, as a batch of one column. */
struct foreign {
    const char *format;
    const void *values;
    const char *text;
    bool has_i64;
    int64_t i64;
    bool has_double;
    double real;
};

static void open_foreign(const struct foreign *it, struct spk_column *view, spk_rc expected)
{
    struct ArrowSchema child = {.format = it->format, .name = "c"}, *children[] = {&child};
    struct ArrowSchema schema = {.format = "+s", .n_children = 1, .children = children};
    const void *buffers[] = {NULL, it->values};
    struct ArrowArray array = {.length = 1, .n_buffers = 2, .buffers = buffers};
    struct ArrowArray *arrays[] = {&array};
    struct ArrowArray batch = {.length = 1, .n_children = 1, .children = arrays};
    assert_int_equal(spk_column_open(&schema, &batch, 0, view, NULL), expected);
}

static void foreign_types_are_read_by_their_format(void **state)
{
    static const int8_t i8 = -5;
    static const uint32_t u32 = UINT32_MAX;
    static const uint64_t u64 = UINT64_MAX;
    static const float f32 = 0.5F;
    static const int64_t ns = -1, seconds = 86400, cents = -12345, units[2] = {700, 0};
    static const int64_t minus[2] = {-7, -1};
    static const double tenth = 0.1;
    static const struct foreign table[] = {
        {"c", &i8, "-5", true, -5, true, -5},
        {"I", &u32, "4294967295", true, UINT32_MAX, true, 4294967295.0},
        {"L", &u64, "18446744073709551615", false, 0, true, 18446744073709551615.0},
        {"f", &f32, "0.5", false, 0, true, 0.5},
        {"g", &tenth, "0.1", false, 0, true, 0.1},
        {"tsn:", &ns, "1969-12-31T23:59:59.999999", true, -1, false, 0},
        {"tss:UTC", &seconds, "1970-01-02T00:00:00.000000Z", true, 86400000000, false, 0},
        {"d:18,2,64", &cents, "-123.45", false, 0, true, -123.45},
        {"d:38,2", units, "7.00", true, 7, true, 7},
        {"d:38,0", minus, "-7", true, -7, true, -7},
        {"d:38,3", minus, "-0.007", false, 0, true, -0.007},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct spk_column view;
        struct spk_buf text = {0};
        int64_t whole = 0;
        double real = 0;
        open_foreign(&table[i], &view, SPK_OK);
        spk_column_text(&view, 0, &text);
        assert_string_equal(spk_buf_cstr(&text), table[i].text);
        assert_int_equal(spk_column_i64(&view, 0, &whole), table[i].has_i64);
        assert_true(whole == table[i].i64);
        assert_int_equal(spk_column_double(&view, 0, &real), table[i].has_double);
        assert_true(real == table[i].real);
        spk_buf_deinit(&text);
    }
}

static void types_that_are_not_plain_columns_are_refused(void **state)
{
    static const char *const formats[] = {"+l",         "+s",   "tiM", "w:16",
                                          "d:76,0,256", "tsx:", "n",   "d:"};
    static const int64_t value;
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct spk_column view;
        open_foreign(&(struct foreign){.format = formats[i], .values = &value}, &view, SPK_EDATA);
    }
    struct spk_column view;
    open_foreign(&(struct foreign){.format = "l", .values = NULL}, &view, SPK_EDATA);
    open_foreign(&(struct foreign){.format = "u", .values = &value}, &view, SPK_EDATA);
}

static void a_slice_of_a_batch_starts_at_its_offset(void **state)
{
    struct spk_builder *builder = spk_builder_create(every_type, COUNT(every_type), 0, 0);
    struct ArrowArray batch;
    for (int i = 0; i < 10; i++)
        append_row(builder, i);
    assert_int_equal(spk_builder_batch(builder, &batch, NULL), SPK_OK);
    batch.offset = 4;
    batch.length = 2;
    check_text(&batch, 0, 1, "row 5");
    check_text(&batch, 4, 1, "false");
    spk_builder_destroy(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_type_come_back),
        cmocka_unit_test(a_null_anywhere_is_the_only_null),
        cmocka_unit_test(a_taken_batch_outlives_the_builder),
        cmocka_unit_test(a_builder_is_full_by_rows_or_by_bytes),
        cmocka_unit_test(a_column_past_its_ceiling_is_an_error_of_the_batch),
        cmocka_unit_test(a_null_where_none_may_be_names_column_and_row),
        cmocka_unit_test(foreign_types_are_read_by_their_format),
        cmocka_unit_test(types_that_are_not_plain_columns_are_refused),
        cmocka_unit_test(a_slice_of_a_batch_starts_at_its_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
