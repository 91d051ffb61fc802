#include "yaml/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct golden {
    struct spk_view text;
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

static spk_rc parse(struct fixture *fixture, const char *text)
{
    return spk_yaml_parse(&fixture->arena, spk_view_of(text),
                          &(struct spk_yaml_options){.file = "m.yaml"}, &fixture->value,
                          &fixture->err);
}

static const char *repr(struct fixture *fixture)
{
    spk_buf_clear(&fixture->buf);
    spk_value_repr(&fixture->buf, fixture->value);
    return spk_buf_cstr(&fixture->buf);
}

static void letters_that_json_escapes_as_two_are_one(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "{\"a\": \"\\ud83d\\ude00!\", \"b\": \"\\\\ud83d\"}"), SPK_OK);
    assert_string_equal(repr(fixture), "{'a': '\xF0\x9F\x98\x80!', 'b': '\\\\ud83d'}");
    assert_int_equal(parse(fixture, "[\"\\ud83d\\ude00\", \"\\ud83d\"]"), SPK_ECONFIG);
    assert_non_null(strstr(fixture->err.text, "m.yaml:1:"));
}

static void small_documents_read_as_the_reference_reads_them(void **state)
{
    struct fixture *fixture = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        spk_rc rc =
            spk_yaml_parse(&fixture->arena, goldens[i].text, NULL, &fixture->value, &fixture->err);
        const char *got = rc == SPK_OK ? repr(fixture) : NULL;
        const char *wanted = goldens[i].expected;
        if (got && wanted ? strcmp(got, wanted) == 0 : got == wanted)
            continue;
        wrong++;
        print_error("%.*s\n  got    %.300s\n  wanted %.300s\n", SPK_FMT(goldens[i].text),
                    got ? got : fixture->err.text, wanted ? wanted : "a refusal");
    }
    assert_int_equal(wrong, 0);
}

static void errors_name_file_line_column_and_next_step(void **state)
{
    static const struct {
        const char *text;
        const char *error;
    } cases[] = {
        {"a: 1\nb: c: d\n", "m.yaml:2:5: mapping values are not allowed in this context"},
        {"a:\n  - b\n c\n", "m.yaml:3:2: did not find expected key while parsing a block mapping"},
        {"a: @b\n", "m.yaml:1:4: found character that cannot start any token while scanning for "
                    "the next token"},
        {"a: 1\n---\nb: 2\n", "m.yaml:2:1: a second document starts here"},
        {"a: *b\n", "m.yaml:1:4: the alias \"b\" has no anchor"},
        {"a: &b\n  c: *b\n", "m.yaml:2:6: the alias \"b\" stands inside its own value"},
        {"- &a 1\n- &a 2\n", "m.yaml:2:3: the anchor \"a\" is defined twice"},
        {"a: !foo 1\n", "m.yaml:1:4: the tag \"!foo\" does not fit here"},
        {"a: !!set {b}\n", "m.yaml:1:4: the tag \"tag:yaml.org,2002:set\" does not fit here"},
        {"a: 2024-02-30\n", "m.yaml:1:4: \"2024-02-30\" looks like a number or a date but is none"},
        {"? [a]\n: b\n", "m.yaml:1:3: a list cannot be a key"},
        {"<<: 1\n", "m.yaml:1:5: << cannot merge a int"},
        {"a: <<\n", "m.yaml:1:4: << means nothing as a value"},
        {"a: b\nc: \x01\n", "m.yaml:2:4: control characters are not allowed"},
        {"a: \xff\n", "m.yaml:1:4: invalid leading UTF-8 octet"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *fixture = *state;
        assert_int_equal(parse(fixture, cases[i].text), SPK_ECONFIG);
        assert_string_equal(fixture->err.text, cases[i].error);
        assert_int_equal(fixture->err.rc, SPK_ECONFIG);
        assert_true(fixture->err.hint[0] != '\0');
    }
}

static void every_value_and_key_carries_its_place(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "# c\nstreams:\n  - name: x\n    page: {size: 10}\n"), SPK_OK);
    struct spk_value stream = spk_list_at(spk_get(fixture->value, "streams"), 0);
    struct spk_value size = spk_get(spk_get(stream, "page"), "size");
    assert_int_equal(spk_mark_line(fixture->value.mark), 2);
    assert_int_equal(spk_mark_column(fixture->value.mark), 1);
    assert_int_equal(spk_mark_line(stream.mark), 3);
    assert_int_equal(spk_mark_column(stream.mark), 5);
    assert_int_equal(spk_mark_line(size.mark), 4);
    assert_int_equal(spk_mark_column(size.mark), 18);
    assert_int_equal(spk_mark_line(stream.dict->entries[1].key.mark), 4);
    assert_int_equal(spk_mark_column(stream.dict->entries[1].key.mark), 5);
}

static void only_scalars_that_were_not_plain_count_as_quoted(void **state)
{
    static const struct {
        const char *text;
        unsigned flags;
    } cases[] = {
        {"abc", 0},
        {"\"abc\"", SPK_VALUE_QUOTED},
        {"'1'", SPK_VALUE_QUOTED},
        {"|\n  1\n", SPK_VALUE_QUOTED},
        {">\n  x\n", SPK_VALUE_QUOTED},
        {"!!str 1", SPK_VALUE_QUOTED},
        {"!!int \"1\"", 0},
        {"1", 0},
        {"~", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *fixture = *state;
        assert_int_equal(parse(fixture, cases[i].text), SPK_OK);
        assert_int_equal(fixture->value.flags, cases[i].flags);
    }
}

static void an_alias_is_the_same_container_as_its_anchor(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "a: &x {k: [1]}\nb: *x\nc: {<<: *x}\n"), SPK_OK);
    struct spk_value a = spk_get(fixture->value, "a");
    assert_ptr_equal(a.dict, spk_get(fixture->value, "b").dict);
    struct spk_value merged = spk_get(fixture->value, "c");
    assert_ptr_not_equal(a.dict, merged.dict);
    assert_ptr_equal(spk_get(a, "k").list, spk_get(merged, "k").list);
}

static spk_rc parse_limited(struct fixture *fixture, struct spk_view text,
                            struct spk_yaml_options options)
{
    return spk_yaml_parse(&fixture->arena, text, &options, &fixture->value, &fixture->err);
}

static void limits_are_refused_with_their_place(void **state)
{
    struct fixture *fixture = *state;
    struct spk_yaml_options options = {.max_bytes = 40, .max_depth = 3, .max_nodes = 6};
    assert_int_equal(parse_limited(fixture, SPK_V("[[[1, 2]]]"), options), SPK_OK);
    assert_int_equal(parse_limited(fixture, SPK_V("[[[[1]]]]"), options), SPK_ECONFIG);
    assert_string_equal(fixture->err.text, "yaml:1:4: nested deeper than 3 levels");
    assert_int_equal(parse_limited(fixture, SPK_V("[1, 2, 3, 4, 5]"), options), SPK_OK);
    assert_int_equal(parse_limited(fixture, SPK_V("[1, 2, 3, 4, 5, 6]"), options), SPK_ECONFIG);
    assert_string_equal(fixture->err.text, "yaml:1:17: more than 6 values, aliases expanded");
    assert_int_equal(
        parse_limited(fixture, SPK_V("a: 0123456789012345678901234567890123456789"), options),
        SPK_ECONFIG);
    assert_string_equal(fixture->err.text, "yaml:1:1: larger than 40 bytes");
}

static void keys_that_stand_twice_are_refused_where_wanted(void **state)
{
    struct fixture *fixture = *state;
    struct spk_yaml_options options = {.unique_keys = true};
    assert_int_equal(parse_limited(fixture, SPK_V("{a: 1, b: {a: 1}, 1: x, '1': y}"), options),
                     SPK_OK);
    assert_int_equal(parse_limited(fixture, SPK_V("a: &x {b: 1}\nc: {<<: *x, b: 2}"), options),
                     SPK_OK);
    assert_int_equal(parse_limited(fixture, SPK_V("a: 1\nb: 2\na: null\n"), options), SPK_ECONFIG);
    assert_string_equal(fixture->err.text, "yaml:3:1: the key \"a\" stands twice");
    assert_int_equal(parse_limited(fixture, SPK_V("{a: null, a: 1}"), options), SPK_ECONFIG);
    options.unique_keys = false;
    assert_int_equal(parse_limited(fixture, SPK_V("{a: 1, a: 2}"), options), SPK_OK);
}

static void aliases_count_as_what_they_expand_to(void **state)
{
    struct fixture *fixture = *state;
    struct spk_yaml_options options = {.max_depth = 4, .max_nodes = 1000};
    spk_buf_append_str(&fixture->buf, "a: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 40; i++)
        spk_buf_printf(&fixture->buf, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1);
    struct spk_view laughs = spk_buf_view(&fixture->buf);
    assert_int_equal(parse_limited(fixture, laughs, options), SPK_ECONFIG);
    assert_non_null(strstr(fixture->err.text, "nested deeper than 4 levels"));
    options.max_depth = 0;
    assert_int_equal(parse_limited(fixture, laughs, options), SPK_ECONFIG);
    assert_non_null(strstr(fixture->err.text, "more than 1000 values, aliases expanded"));
    options.max_nodes = 0;
    assert_int_equal(parse_limited(fixture, laughs, options), SPK_ECONFIG);
}

static void deep_nesting_is_refused_and_not_walked(void **state)
{
    static const char *const openers[] = {"[", "{a: ", "- ", "? ", "[{", "{? "};
    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        struct fixture *fixture = *state;
        spk_buf_clear(&fixture->buf);
        for (int n = 0; n < 20000; n++)
            spk_buf_append_str(&fixture->buf, openers[i]);
        struct spk_yaml_options options = {0};
        assert_int_equal(parse_limited(fixture, spk_buf_view(&fixture->buf), options), SPK_ECONFIG);
        assert_non_null(strstr(fixture->err.text, "nested deeper than 256 levels"));
    }
}

static void a_failed_parse_leaves_the_output_alone(void **state)
{
    struct fixture *fixture = *state;
    fixture->value = spk_int(7);
    assert_int_equal(parse(fixture, "[a"), SPK_ECONFIG);
    assert_int_equal(fixture->value.integer, 7);
    assert_int_equal(spk_yaml_parse(&fixture->arena, SPK_V("[a"), NULL, &fixture->value, NULL),
                     SPK_ECONFIG);
}

static void a_file_is_read_or_refused_by_name(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/spk_yaml_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: [1]\n", 7), 7);
    close(fd);
    assert_int_equal(
        spk_yaml_read_file(&fixture->arena, path, NULL, &fixture->value, &fixture->err), SPK_OK);
    assert_string_equal(repr(fixture), "{'a': [1]}");
    struct spk_yaml_options options = {.max_bytes = 6};
    assert_int_equal(
        spk_yaml_read_file(&fixture->arena, path, &options, &fixture->value, &fixture->err),
        SPK_ECONFIG);
    assert_non_null(strstr(fixture->err.text, ":1:1: larger than 6 bytes"));
    unlink(path);
    assert_int_equal(
        spk_yaml_read_file(&fixture->arena, path, NULL, &fixture->value, &fixture->err),
        SPK_ECONFIG);
    assert_non_null(strstr(fixture->err.text, "cannot be read: No such file"));
    assert_int_equal(
        spk_yaml_read_file(&fixture->arena, "/tmp", NULL, &fixture->value, &fixture->err),
        SPK_ECONFIG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(letters_that_json_escapes_as_two_are_one),
        TEST(small_documents_read_as_the_reference_reads_them),
        TEST(errors_name_file_line_column_and_next_step),
        TEST(every_value_and_key_carries_its_place),
        TEST(only_scalars_that_were_not_plain_count_as_quoted),
        TEST(an_alias_is_the_same_container_as_its_anchor),
        TEST(limits_are_refused_with_their_place),
        TEST(keys_that_stand_twice_are_refused_where_wanted),
        TEST(aliases_count_as_what_they_expand_to),
        TEST(deep_nesting_is_refused_and_not_walked),
        TEST(a_failed_parse_leaves_the_output_alone),
        TEST(a_file_is_read_or_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
