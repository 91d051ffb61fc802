#include "xml/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct golden {
    struct spk_view text;
    bool as_utf8;         /* by an override of the encoding */
    const char *expected; /* repr of the value; NULL: refused */
};

static const struct golden goldens[] = {
#include "golden.inc"
};

struct fixture {
    struct spk_arena arena;
    struct spk_buf buf;
    struct spk_error err;
    struct spk_value value;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    spk_arena_deinit(&fixture->arena);
    spk_buf_deinit(&fixture->buf);
    free(fixture);
    return 0;
}

static const char *repr(struct fixture *fixture, struct spk_value value)
{
    spk_buf_clear(&fixture->buf);
    spk_value_repr(&fixture->buf, value);
    return spk_buf_cstr(&fixture->buf);
}

static void small_documents_read_as_the_reference_reads_them(void **state)
{
    struct fixture *fixture = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        struct spk_xml_options options = {.encoding = goldens[i].as_utf8 ? "UTF-8" : NULL};
        spk_rc rc = spk_xml_parse(&fixture->arena, goldens[i].text, &options, &fixture->value,
                                  &fixture->err);
        const char *got = rc == SPK_OK ? repr(fixture, fixture->value) : NULL;
        const char *wanted = goldens[i].expected;
        if (got && wanted ? strcmp(got, wanted) == 0 : got == wanted)
            continue;
        wrong++;
        print_error("%.*s\n  got    %.300s\n  wanted %.300s\n", SPK_FMT(goldens[i].text),
                    got ? got : fixture->err.text, wanted ? wanted : "a refusal");
    }
    assert_int_equal(wrong, 0);
}

static spk_rc parse(struct fixture *fixture, const char *text)
{
    return spk_xml_parse(&fixture->arena, spk_view_of(text), NULL, &fixture->value, &fixture->err);
}

static void errors_name_line_and_column(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } cases[] = {
        {"Invalid API key", "1:1: not XML: the text does not start with <"},
        {"", "1:1: the document is empty"},
        {"<a>\n  <b></c>\n</a>", "2:10: <b> is closed by </c>"},
        {"<a>\n&foo;</a>", "2:6: Entity 'foo' not defined"},
        {"<a><b>", "1:7: cut off: an element is still open at the end"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *fixture = *state;
        assert_int_equal(parse(fixture, cases[i].text), SPK_EDATA);
        assert_string_equal(fixture->err.text, cases[i].error);
    }
}

static void no_entity_is_expanded_and_nothing_is_fetched(void **state)
{
    static const char *const texts[] = {
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a b='&x;'/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;&x;'>]><a>&z;</a>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]><a>x</a>",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(parse(fixture, texts[i]), SPK_EDATA);
        assert_non_null(
            strstr(fixture->err.text, strstr(texts[i], "%") ? "not found" : "not defined"));
    }
    assert_int_equal(
        parse(fixture, "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a b='&x;'>1&y;2</a>"), SPK_OK);
    assert_string_equal(repr(fixture, fixture->value), "{'a': {'@b': '', '#text': '12'}}");
}

static void limits_are_refused_with_their_place(void **state)
{
    struct fixture *fixture = *state;
    struct spk_xml_options options = {.max_bytes = 40, .max_depth = 3, .max_memory = 4096};
    assert_int_equal(spk_xml_parse(&fixture->arena, SPK_V("<a><b><c/></b></a>"), &options,
                                   &fixture->value, &fixture->err),
                     SPK_OK);
    assert_int_equal(spk_xml_parse(&fixture->arena, SPK_V("<a><b><c><d/></c></b></a>"), &options,
                                   &fixture->value, &fixture->err),
                     SPK_EDATA);
    assert_string_equal(fixture->err.text, "1:12: nested deeper than 3 levels");
    assert_int_equal(spk_xml_parse(&fixture->arena,
                                   SPK_V("<a>0123456789012345678901234567890123456789</a>"),
                                   &options, &fixture->value, &fixture->err),
                     SPK_EDATA);
    assert_string_equal(fixture->err.text, "the XML document is larger than 40 bytes");
    options.max_bytes = 0;
    spk_buf_append_str(&fixture->buf, "<a>");
    for (int i = 0; i < 200; i++)
        spk_buf_append_str(&fixture->buf, "<b>x</b>");
    spk_buf_append_str(&fixture->buf, "</a>");
    assert_int_equal(spk_xml_parse(&fixture->arena, spk_buf_view(&fixture->buf), &options,
                                   &fixture->value, &fixture->err),
                     SPK_EDATA);
    assert_string_equal(fixture->err.text, "the XML element <b> needs more than 4096 bytes");
    options.max_memory = 0;
    options.encoding = "no-such";
    assert_int_equal(
        spk_xml_parse(&fixture->arena, SPK_V("<a/>"), &options, &fixture->value, &fixture->err),
        SPK_ECONFIG);
}

static void huge_tags_are_refused_before_they_cost_time(void **state)
{
    struct fixture *fixture = *state;
    spk_buf_append_str(&fixture->buf, "<a");
    for (int i = 0; i < 5000; i++)
        spk_buf_printf(&fixture->buf, " a%d=''", i);
    spk_buf_append_str(&fixture->buf, "/>");
    assert_int_equal(parse(fixture, spk_buf_cstr(&fixture->buf)), SPK_EDATA);
    assert_non_null(strstr(fixture->err.text, "more attributes than any element has"));
    spk_buf_clear(&fixture->buf);
    spk_buf_append_str(&fixture->buf, "<a b='");
    for (int i = 0; i < 400000; i++)
        spk_buf_append_char(&fixture->buf, 'x');
    assert_int_equal(parse(fixture, spk_buf_cstr(&fixture->buf)), SPK_EDATA);
    assert_non_null(strstr(fixture->err.text, "a tag, comment or DOCTYPE of more than 256 KiB"));
}

static void a_long_text_is_no_huge_tag(void **state)
{
    static const char *const around[][2] = {{"<a>", "</a>"}, {"<a><![CDATA[", "]]></a>"}};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *fixture = *state;
        spk_buf_clear(&fixture->buf);
        spk_buf_append_str(&fixture->buf, around[i][0]);
        for (int n = 0; n < 1000000; n++)
            spk_buf_append_char(&fixture->buf, 'x');
        spk_buf_append_str(&fixture->buf, around[i][1]);
        assert_int_equal(parse(fixture, spk_buf_cstr(&fixture->buf)), SPK_OK);
        assert_int_equal(spk_get(fixture->value, "a").text.len, 1000000);
    }
}

static void too_many_names_are_refused(void **state)
{
    struct fixture *fixture = *state;
    spk_buf_append_str(&fixture->buf, "<a>");
    for (int i = 0; i < 70000; i++)
        spk_buf_printf(&fixture->buf, "<b%d/>", i);
    assert_int_equal(parse(fixture, spk_buf_cstr(&fixture->buf)), SPK_EDATA);
    assert_string_equal(fixture->err.text, "the XML document has more than 65536 different names");
}

static void the_root_name_is_known_whatever_follows(void **state)
{
    static const struct {
        struct spk_view text;
        const char *root;
    } cases[] = {
        {SPK_VIEW("<ResultSet><row/></ResultSet>"), "ResultSet"},
        {SPK_VIEW("<!DOCTYPE html>\n<html lang=en><br></p>"), ""},
        {SPK_VIEW("<!DOCTYPE html>\n<html lang='en'><br></p>"), "html"},
        {SPK_VIEW("<?xml version='1.0'?><!-- x --><soap:Envelope>"), "soap:Envelope"},
        {SPK_VIEW("wrong key"), ""},
        {SPK_VIEW(""), ""},
        {SPK_VIEW("<"), ""},
        {SPK_VIEW("\376\377\000<\000a\000/\000>"), "a"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spk_view root = spk_xml_root_name(&fixture->arena, cases[i].text, NULL);
        assert_int_equal(root.len, strlen(cases[i].root));
        assert_true(spk_view_is(root, cases[i].root));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(small_documents_read_as_the_reference_reads_them),
        TEST(errors_name_line_and_column),
        TEST(no_entity_is_expanded_and_nothing_is_fetched),
        TEST(limits_are_refused_with_their_place),
        TEST(huge_tags_are_refused_before_they_cost_time),
        TEST(a_long_text_is_no_huge_tag),
        TEST(too_many_names_are_refused),
        TEST(the_root_name_is_known_whatever_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
