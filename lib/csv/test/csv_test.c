#include "csv/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct golden {
    struct spk_view text;
    struct spk_view delimiter;
    const char *encoding;
    const char *expected; /* repr of the list of rows; NULL: refused */
};

static const struct golden goldens[] = {
#include "golden.inc"
};

/* Pushes in pieces of `step` bytes; the rows are appended to the LIST as DICTs. */
static spk_rc read_all(const struct spk_csv_options *options, struct spk_view text, size_t step,
                       struct spk_value rows, struct spk_error *err)
{
    struct spk_csv *csv = NULL;
    spk_rc rc = spk_csv_create(options, &csv, err);
    const struct spk_csv_row *row = NULL;
    for (size_t at = 0; rc == SPK_OK && at < text.len + step; at += step) {
        bool last = at >= text.len;
        rc = last ? spk_csv_finish(csv, err)
                  : spk_csv_push(csv, spk_view_slice(text, at, at + step), err);
        while (rc == SPK_OK && (rc = spk_csv_next(csv, &row, err)) == SPK_OK && row)
            spk_list_append(rows, spk_csv_row_dict(rows.list->arena, csv, row, true));
    }
    spk_csv_destroy(csv);
    return rc;
}

static bool golden_holds(const struct golden *golden, size_t step)
{
    struct spk_arena arena = {0};
    struct spk_buf buf = {0};
    struct spk_error err;
    struct spk_value rows = spk_list_new(&arena);
    struct spk_csv_options options = {.delimiter = golden->delimiter, .encoding = golden->encoding};
    spk_rc rc = read_all(&options, golden->text, step, rows, &err);
    if (rc == SPK_OK)
        spk_value_repr(&buf, rows);
    const char *got = rc == SPK_OK ? spk_buf_cstr(&buf) : NULL;
    bool same =
        got && golden->expected ? strcmp(got, golden->expected) == 0 : got == golden->expected;
    if (!same)
        print_error("%.*s (%s, chunks of %zu)\n  got    %.300s\n  wanted %.300s\n",
                    SPK_FMT(golden->text), golden->encoding, step, got ? got : err.text,
                    golden->expected ? golden->expected : "a refusal");
    spk_buf_deinit(&buf);
    spk_arena_deinit(&arena);
    return same;
}

static void small_files_read_as_the_reference_reads_them_whatever_the_chunks(void **state)
{
    static const size_t steps[] = {1, 2, 3, 5, 64, 100000};
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++)
            wrong += !golden_holds(&goldens[i], steps[k]);
    }
    assert_int_equal(wrong, 0);
}

static spk_rc read_text(struct spk_csv_options options, struct spk_view text, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value rows = spk_list_new(&arena);
    spk_rc rc = read_all(&options, text, 16, rows, err);
    spk_arena_deinit(&arena);
    return rc;
}

static void errors_name_record_and_line(void **state)
{
    static const struct {
        const char *error;
        struct spk_view text;
        struct spk_csv_options options;
    } cases[] = {
        {.error = "record 2, line 2: a field is longer than 3 characters",
         .text = SPK_VIEW("a,b\n1,abcd\n"),
         .options.max_field = 3},
        {.error = "record 3, line 5: a field is longer than 3 characters",
         .text = SPK_VIEW("a\n\n\"x\n\"\n\"1\n3\n5\"\n"),
         .options.max_field = 3},
        {.error = "record 2, line 2: the record is larger than 8 bytes",
         .text = SPK_VIEW("a,b\n1234,12345\n"),
         .options.max_record = 8},
        {.error = "record 3, line 3: more than 2 fields",
         .text = SPK_VIEW("a,b\n1,2\n1,2,3\n"),
         .options.max_fields = 2},
        {.error = "record 2, line 2: a NUL character: is the encoding right?",
         .text = SPK_VIEW("a,b\n1,x\0y\n"),
         .options.reject_nul = true},
        {.error = "record 2, line 2: a NUL character: is the encoding right?",
         .text = SPK_VIEW("a,b\n1,\"x\0y\"\n"),
         .options.reject_nul = true},
        {.error = "record 2, line 2: the text ends inside a quoted field",
         .text = SPK_VIEW("a,b\n1,\"2\n"),
         .options.reject_open = true},
        {.error = "record 3, line 3: bytes that are not text in the encoding of the file",
         .text = SPK_VIEW("a,b\n1,2\n1,\xff\n")},
        {.error = "record 2, line 2: bytes that are not text in the encoding of the file",
         .text = SPK_VIEW("a\n\x81\n"),
         .options.encoding = "cp1252"},
        {.error = "record 2, line 2: bytes that are not text in the encoding of the file",
         .text = SPK_VIEW("a\n\xe2\x82")},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spk_error err;
        assert_int_equal(read_text(cases[i].options, cases[i].text, &err), SPK_EDATA);
        assert_string_equal(err.text, cases[i].error);
    }
}

static void a_field_may_have_as_many_characters_as_python_allows(void **state)
{
    static const char *const characters[] = {"x", "\n", "\u00e9", "\U0001f600"};
    for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
        struct spk_buf text = {0};
        struct spk_error err;
        spk_buf_append_str(&text, "a\n\"");
        for (int n = 0; n < 131072; n++)
            spk_buf_append_str(&text, characters[i]);
        struct spk_csv_options none = {0};
        assert_int_equal(read_text(none, spk_buf_view(&text), &err), SPK_OK);
        spk_buf_append_str(&text, "y");
        assert_int_equal(read_text(none, spk_buf_view(&text), &err), SPK_EDATA);
        assert_string_equal(err.text, "record 2, line 2: a field is longer than 131072 characters");
        spk_buf_deinit(&text);
    }
}

static void wrong_options_are_refused(void **state)
{
    static const struct {
        struct spk_csv_options options;
        const char *error;
    } cases[] = {
        {{.delimiter = SPK_VIEW("ab")}, "csv: \"ab\" cannot separate fields"},
        {{.delimiter = SPK_VIEW("\"")}, "csv: \"\"\" cannot separate fields"},
        {{.delimiter = SPK_VIEW("\r")}, "csv: \" \" cannot separate fields"},
        {{.quote = '\n'}, "csv: the quote must be one ASCII character"},
        {{.encoding = "no-such"}, "unknown encoding \"no-such\""},
        {{.encoding = "utf-16//IGNORE"}, "unknown encoding \"utf-16//IGNORE\""},
        {{.encoding = ""}, "unknown encoding \"\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spk_csv *csv = NULL;
        struct spk_error err;
        assert_int_equal(spk_csv_create(&cases[i].options, &csv, &err), SPK_ECONFIG);
        assert_string_equal(err.text, cases[i].error);
        assert_null(csv);
    }
}

static void rows_tell_their_record_and_line(void **state)
{
    struct spk_csv *csv = NULL;
    const struct spk_csv_row *row = NULL;
    assert_int_equal(spk_csv_create(NULL, &csv, NULL), SPK_OK);
    assert_int_equal(spk_csv_push(csv, SPK_V("a,b\r\n\r\n\"1\n2\",3\r\n4,5"), NULL), SPK_OK);
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    assert_int_equal(row->record, 2);
    assert_int_equal(row->line, 3);
    assert_true(spk_view_is(row->fields[0], "1\n2"));
    assert_int_equal(spk_csv_header(csv)->len, 2);
    assert_true(spk_view_is(spk_csv_header(csv)->fields[1], "b"));
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    assert_null(row);
    assert_int_equal(spk_csv_finish(csv, NULL), SPK_OK);
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    assert_int_equal(row->record, 3);
    assert_int_equal(row->line, 5);
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    assert_null(row);
    spk_csv_destroy(csv);
    spk_csv_destroy(NULL);
}

static void rows_before_a_broken_one_are_given(void **state)
{
    struct spk_csv *csv = NULL;
    const struct spk_csv_row *row = NULL;
    struct spk_error err;
    assert_int_equal(spk_csv_create(NULL, &csv, NULL), SPK_OK);
    assert_int_equal(spk_csv_push(csv, SPK_V("a\n1\n2\n\xff"), &err), SPK_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(spk_csv_next(csv, &row, &err), SPK_OK);
        assert_non_null(row);
    }
    assert_int_equal(spk_csv_next(csv, &row, &err), SPK_EDATA);
    err.rc = SPK_OK;
    assert_int_equal(spk_csv_push(csv, SPK_V("3\n"), &err), SPK_EDATA);
    assert_int_equal(spk_csv_finish(csv, &err), SPK_EDATA);
    assert_string_equal(err.text,
                        "record 4, line 4: bytes that are not text in the encoding of the file");
    spk_csv_destroy(csv);
}

static void without_a_header_every_record_is_a_row(void **state)
{
    struct spk_csv_options options = {.no_header = true, .quote = '\''};
    struct spk_csv *csv = NULL;
    const struct spk_csv_row *row = NULL;
    assert_int_equal(spk_csv_create(&options, &csv, NULL), SPK_OK);
    assert_int_equal(spk_csv_push(csv, SPK_V("'a,b',c\n"), NULL), SPK_OK);
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    assert_int_equal(row->len, 2);
    assert_true(spk_view_is(row->fields[0], "a,b"));
    spk_csv_destroy(csv);
}

static void a_wide_row_is_looked_up_by_name(void **state)
{
    struct spk_arena arena = {0};
    struct spk_csv *csv = NULL;
    const struct spk_csv_row *row = NULL;
    assert_int_equal(spk_csv_create(NULL, &csv, NULL), SPK_OK);
    assert_int_equal(
        spk_csv_push(csv, SPK_V("a,b,c,d,e,f,g,h,i,j,k,l\n1,2,3,4,5,6,7,8,9,10,11\n"), NULL),
        SPK_OK);
    assert_int_equal(spk_csv_next(csv, &row, NULL), SPK_OK);
    struct spk_value dict = spk_csv_row_dict(&arena, csv, row, false);
    assert_true(spk_view_is(spk_get(dict, "k").text, "11"));
    assert_int_equal(spk_get(dict, "l").kind, SPK_NULL);
    spk_set(dict, "m", spk_int(1));
    spk_set(dict, "a", spk_int(2));
    assert_int_equal(spk_dict_len(dict), 13);
    assert_int_equal(spk_get(dict, "a").integer, 2);
    spk_csv_destroy(csv);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_files_read_as_the_reference_reads_them_whatever_the_chunks),
        cmocka_unit_test(errors_name_record_and_line),
        cmocka_unit_test(a_field_may_have_as_many_characters_as_python_allows),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(rows_tell_their_record_and_line),
        cmocka_unit_test(rows_before_a_broken_one_are_given),
        cmocka_unit_test(without_a_header_every_record_is_a_row),
        cmocka_unit_test(a_wide_row_is_looked_up_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
