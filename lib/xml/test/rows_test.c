#include "xml/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct seen {
    struct spk_xml_rows *rows;
    struct spk_buf text; /* repr of each row, one a line */
    uint64_t fail_at;    /* 0: never */
    size_t open_depth;   /* also the open element's fields in front of each row; SIZE_MAX: not */
};

static spk_rc take_row(void *context, struct spk_value row, struct spk_error *err)
{
    struct seen *seen = context;
    if (spk_xml_rows_count(seen->rows) == seen->fail_at)
        return spk_error_set(err, SPK_ETRANSIENT, "the disk is slow");
    if (seen->open_depth != SIZE_MAX)
        spk_value_repr(&seen->text, spk_xml_rows_open(seen->rows, seen->open_depth));
    spk_value_repr(&seen->text, row);
    spk_buf_append_str(&seen->text, "\n");
    return SPK_OK;
}

static const struct spk_view row_path[] = {SPK_VIEW("r"), SPK_VIEW("row")};

static struct spk_xml_rows_options options_for(struct seen *seen)
{
    *seen = (struct seen){.open_depth = SIZE_MAX};
    return (struct spk_xml_rows_options){
        .path = row_path, .path_len = 2, .row = take_row, .context = seen};
}

/* Creates, pushes in pieces of `step` bytes, finishes. */
static spk_rc read_rows(struct seen *seen, const struct spk_xml_rows_options *options,
                        struct spk_view text, size_t step, struct spk_error *err)
{
    assert_int_equal(spk_xml_rows_create(options, &seen->rows, err), SPK_OK);
    spk_rc rc = SPK_OK;
    for (size_t at = 0; at < text.len && rc == SPK_OK; at += step)
        rc = spk_xml_rows_push(seen->rows, spk_view_slice(text, at, at + step), err);
    return rc == SPK_OK ? spk_xml_rows_finish(seen->rows, err) : rc;
}

static void drop(struct seen *seen)
{
    spk_xml_rows_destroy(seen->rows);
    spk_buf_deinit(&seen->text);
}

static void assert_rows(const char *text, struct spk_xml_rows_options *options, const char *wanted)
{
    struct seen *seen = options->context;
    struct spk_error err;
    assert_int_equal(read_rows(seen, options, spk_view_of(text), 7, &err), SPK_OK);
    assert_string_equal(spk_buf_cstr(&seen->text), wanted);
    drop(seen);
}

static void rows_come_one_by_one_whatever_the_chunks(void **state)
{
    static const char text[] = "<?xml version='1.0'?><r n='2'><meta>m</meta>"
                               "<row id='1'><a>x &amp; y</a></row><row/><row>t</row><tail/></r>";
    for (size_t step = 1; step < sizeof(text); step++) {
        struct seen seen;
        struct spk_xml_rows_options options = options_for(&seen);
        struct spk_error err;
        assert_int_equal(read_rows(&seen, &options, spk_view_of(text), step, &err), SPK_OK);
        assert_string_equal(spk_buf_cstr(&seen.text), "{'@id': '1', 'a': 'x & y'}\nNone\n't'\n");
        assert_int_equal(spk_xml_rows_count(seen.rows), 3);
        assert_true(spk_view_is(spk_xml_rows_root(seen.rows), "r"));
        spk_buf_clear(&seen.text);
        spk_value_repr(&seen.text, spk_xml_rows_envelope(seen.rows));
        assert_string_equal(spk_buf_cstr(&seen.text),
                            "{'r': {'@n': '2', 'meta': 'm', 'tail': None}}");
        drop(&seen);
    }
}

static void an_encoding_with_two_bytes_survives_any_chunks(void **state)
{
    static const char text[] = "\xff\xfe<\0r\0>\0<\0r\0o\0w\0>\0\xe9\0\x2d\x4e<\0/\0r\0o\0w\0>\0"
                               "<\0/\0r\0>";
    for (size_t step = 1; step < sizeof(text); step++) {
        struct seen seen;
        struct spk_xml_rows_options options = options_for(&seen);
        struct spk_error err;
        struct spk_view view = {text, sizeof(text)};
        assert_int_equal(read_rows(&seen, &options, view, step, &err), SPK_OK);
        assert_string_equal(spk_buf_cstr(&seen.text), "'\xc3\xa9\xe4\xb8\xad'\n");
        drop(&seen);
    }
}

static void a_path_matches_names_level_by_level(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    assert_rows("<r><x><row>1</row></x><row>2<row>3</row></row></r>", &options,
                "{'row': '3', '#text': '2'}\n");
    options = options_for(&seen);
    assert_rows("<other><row>1</row></other>", &options, "");
    static const struct spk_view any[] = {SPK_VIEW("*"), SPK_VIEW("s:Body"), SPK_VIEW("*")};
    options = options_for(&seen);
    options.path = any;
    options.path_len = 3;
    assert_rows("<s:E><s:Head><x/></s:Head><s:Body><a>1</a><b>2</b></s:Body></s:E>", &options,
                "'1'\n'2'\n");
    options = options_for(&seen);
    options.path_len = 1;
    assert_rows("<r><row>1</row></r>", &options, "{'row': '1'}\n");
}

static void duplicate_tags_follow_the_policy(void **state)
{
    static const char text[] = "<r><row id='0'><id>1</id><id>2</id><id/></row></r>";
    static const struct {
        enum spk_xml_duplicates duplicates;
        bool strip;
        const char *wanted;
    } cases[] = {
        {SPK_XML_LIST, false, "{'@id': '0', 'id': ['1', '2', None]}\n"},
        {SPK_XML_FIRST, false, "{'@id': '0', 'id': '1'}\n"},
        {SPK_XML_LAST, false, "{'@id': '0', 'id': None}\n"},
        {SPK_XML_LIST, true, "{'id': ['0', '1', '2', None]}\n"},
        {SPK_XML_FIRST, true, "{'id': '0'}\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct seen seen;
        struct spk_xml_rows_options options = options_for(&seen);
        options.duplicates = cases[i].duplicates;
        options.strip_attribute_prefix = cases[i].strip;
        assert_rows(text, &options, cases[i].wanted);
    }
}

static void a_row_sees_the_fields_around_it(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    seen.open_depth = 0;
    assert_rows("<r day='1'><brand>b</brand><row>1</row><brand>c</brand><row>2</row></r>", &options,
                "{'@day': '1', 'brand': 'b'}'1'\n{'@day': '1', 'brand': ['b', 'c']}'2'\n");
}

static void an_error_of_the_receiver_stops_the_parse(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    seen.fail_at = 2;
    struct spk_error err;
    struct spk_view text = SPK_V("<r><row>1</row><row>2</row><row>3</row></r>");
    assert_int_equal(read_rows(&seen, &options, text, text.len, &err), SPK_ETRANSIENT);
    assert_string_equal(err.text, "the disk is slow");
    assert_string_equal(spk_buf_cstr(&seen.text), "'1'\n");
    assert_int_equal(spk_xml_rows_push(seen.rows, SPK_V(" "), &err), SPK_ETRANSIENT);
    assert_int_equal(spk_xml_rows_finish(seen.rows, &err), SPK_ETRANSIENT);
    drop(&seen);
}

static void the_root_is_known_after_a_failure(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    struct spk_error err;
    struct spk_view page = SPK_V("<!DOCTYPE html><html><body><br></body></html>");
    assert_int_equal(read_rows(&seen, &options, page, 5, &err), SPK_EDATA);
    assert_string_equal(err.text, "1:39: <br> is closed by </body>");
    assert_true(spk_view_is(spk_xml_rows_root(seen.rows), "html"));
    assert_false(spk_is_defined(spk_xml_rows_envelope(seen.rows)));
    drop(&seen);
}

static void memory_does_not_grow_with_the_number_of_rows(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    options.xml.max_memory = 4096;
    struct spk_error err;
    assert_int_equal(spk_xml_rows_create(&options, &seen.rows, &err), SPK_OK);
    assert_int_equal(spk_xml_rows_push(seen.rows, SPK_V("<r>"), &err), SPK_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(spk_xml_rows_push(seen.rows, SPK_V("<row><a>0123456789</a></row>"), &err),
                         SPK_OK);
    spk_rc rc = spk_xml_rows_push(seen.rows, SPK_V("<row>"), &err);
    for (int i = 0; i < 1000 && rc == SPK_OK; i++)
        rc = spk_xml_rows_push(seen.rows, SPK_V("<a>0123456789</a>"), &err);
    assert_int_equal(rc, SPK_EDATA);
    assert_string_equal(err.text, "the XML element <a> needs more than 4096 bytes");
    drop(&seen);
}

static void a_path_without_names_is_refused(void **state)
{
    struct seen seen;
    struct spk_xml_rows_options options = options_for(&seen);
    struct spk_error err;
    options.path_len = 0;
    assert_int_equal(spk_xml_rows_create(&options, &seen.rows, &err), SPK_ECONFIG);
    options = options_for(&seen);
    options.xml.encoding = "no-such";
    assert_int_equal(spk_xml_rows_create(&options, &seen.rows, &err), SPK_ECONFIG);
    spk_xml_rows_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_one_by_one_whatever_the_chunks),
        cmocka_unit_test(an_encoding_with_two_bytes_survives_any_chunks),
        cmocka_unit_test(a_path_matches_names_level_by_level),
        cmocka_unit_test(duplicate_tags_follow_the_policy),
        cmocka_unit_test(a_row_sees_the_fields_around_it),
        cmocka_unit_test(an_error_of_the_receiver_stops_the_parse),
        cmocka_unit_test(the_root_is_known_after_a_failure),
        cmocka_unit_test(memory_does_not_grow_with_the_number_of_rows),
        cmocka_unit_test(a_path_without_names_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
