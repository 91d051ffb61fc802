#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json.h"

static struct spk_json_doc *parse(const char *text)
{
    const struct spk_json_limits limits = {.allow_nan = true};
    struct spk_json_doc *doc = NULL;
    struct spk_error err = {0};
    if (spk_json_doc_parse(spk_view_of(text), &limits, &doc, &err) != SPK_OK)
        fail_msg("%s: %s", text, err.text);
    return doc;
}

static void items_come_with_their_original_bytes(void **state)
{
    const struct {
        const char *text;
        const char *path;  /* keys, dots between */
        const char *items; /* a bar behind each */
    } cases[] = {
        {"[]", "", ""},
        {"[1]", "", "1|"},
        {" [ 1 , \"a,]\" ,null, [ ] , { } ] ", "", "1|\"a,]\"|null|[ ]|{ }|"},
        {"[{\"a\":1},{\"a\":2}]", "", "{\"a\":1}|{\"a\":2}|"},
        {"[ { \"a\" : 1 } ,\n\t{ \"a\" : \"}\" }\r\n]", "", "{ \"a\" : 1 }|{ \"a\" : \"}\" }|"},
        {"[{\"\\\"k\":\"\\\\\"},{\"\":{\"x\":[]}},{}]", "",
         "{\"\\\"k\":\"\\\\\"}|{\"\":{\"x\":[]}}|{}|"},
        {"[1.50,1e3,{\"x\":1.0},-0,{\"y\":2}]", "", "1.50|1e3|{\"x\":1.0}|-0|{\"y\":2}|"},
        {"{\"data\":[{\"a\":1},2],\"n\":5}", "data", "{\"a\":1}|2|"},
        {"{\"n\":\"[{\",\"d\" : {\"x\":{\"r\\u0041\":3},\"rA\" : [ 7 ]}}", "d.rA", "7|"},
        {"{\"a\":[1],\"a\":[2,3]}", "a", "2|3|"},
        {"{\"a\":{\"b\":1 }}", "a", "{\"b\":1 }|"},
        {" {\"a\":1} ", "", "{\"a\":1}|"},
        {"{\"a\":\"x\"}", "a", "\"x\"|"},
        {"{\"a\":7 }", "a", "7|"},
        {"{\"a\":{}}", "a", ""},
        {"{\"a\":\"\"}", "a", ""},
        {"{\"a\":0.0}", "a", ""},
        {"{\"a\":false}", "a", ""},
        {"{\"a\":true}", "a", "true|"},
        {"{\"a\":null}", "a", ""},
        {"{\"a\":1}", "b", ""},
        {"{\"a\":1}", "a.b", ""},
        {"[\"\\ud83d\",{\"a\":\"\\udc00\"},{\"b\":NaN}]", "",
         "\"\\ud83d\"|{\"a\":\"\\udc00\"}|{\"b\":NaN}|"},
        {"{\"x\":\"\\ud83d\",\"y\":[1,{\"b\":2}],\"z\":3}", "y", "1|{\"b\":2}|"},
        {"{\"x\":[\"\\ud83d\"],\"y\":[1],\"y\":{\"q\":[3, 4]}}", "y.q", "3|4|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_json_doc *doc = parse(cases[i].text);
        struct spk_view path[4];
        size_t n = 0;
        struct spk_view rest = spk_view_of(cases[i].path);
        while (rest.len > 0)
            path[n++] = spk_view_cut(&rest, '.');
        struct spk_json_items items;
        struct spk_buf found = {0};
        spk_json_items_init(&items, doc, path, n);
        while (spk_json_items_next(&items)) {
            spk_buf_append(&found, items.text);
            spk_buf_append_char(&found, '|');
        }
        assert_string_equal(spk_buf_cstr(&found), cases[i].items);
        spk_buf_deinit(&found);
        spk_json_doc_destroy(doc);
    }
}

static void a_document_knows_whether_it_is_json_for_everyone(void **state)
{
    static const struct {
        const char *text;
        bool standard;
    } cases[] = {{"[1e3,null]", true}, {"[NaN]", false}, {"[-Infinity]", false}, {"[1e999]", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_json_doc *doc = parse(cases[i].text);
        assert_int_equal(spk_json_doc_is_standard(doc), cases[i].standard);
        spk_json_doc_destroy(doc);
    }
}

static void a_null_counts_in_the_object_alone_that_is_asked(void **state)
{
    const struct {
        const char *text;
        bool has;
    } cases[] = {
        {"{}", false},
        {"{\"a\":null}", true},
        {"{\"a\":[null],\"b\":{\"c\":null},\"d\":\"null\"}", false},
        {"{\"a\":{\"b\":[1,{}]},\"c\":null}", true},
        {"[null]", false},
        {"null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_json_doc *doc = parse(cases[i].text);
        assert_int_equal(spk_json_node_has_null(spk_json_doc_root(doc)), cases[i].has);
        spk_json_doc_destroy(doc);
    }
}

static void nodes_give_their_values(void **state)
{
    struct spk_json_doc *doc = parse(
        "{\"i\":5,\"f\":1.5,\"s\":\"\\u00e9\\n\",\"l\":[1,null,true],\"u\":18446744073709551615,"
        "\"b\":123456789012345678901,\"x\":1e999,\"i\":6,\"n\":-7}");
    struct spk_json_node root = spk_json_doc_root(doc);
    struct spk_json_node list = spk_json_node_get(root, SPK_V("l"));
    int64_t integer = 0;
    double number = 0;
    assert_int_equal(spk_json_node_kind(root), SPK_DICT);
    assert_true(spk_json_node_i64(spk_json_node_get(root, SPK_V("i")), &integer));
    assert_int_equal(integer, 6);
    assert_true(spk_json_node_i64(spk_json_node_get(root, SPK_V("n")), &integer));
    assert_int_equal(integer, -7);
    assert_false(spk_json_node_i64(spk_json_node_get(root, SPK_V("u")), &integer));
    assert_false(spk_json_node_i64(spk_json_node_get(root, SPK_V("f")), &integer));
    assert_true(spk_json_node_double(spk_json_node_get(root, SPK_V("f")), &number));
    assert_true(number == 1.5);
    assert_true(spk_json_node_double(spk_json_node_get(root, SPK_V("b")), &number));
    assert_true(number == 123456789012345678901.0);
    assert_false(spk_json_node_double(list, &number));
    assert_int_equal(spk_json_node_kind(spk_json_node_get(root, SPK_V("u"))), SPK_BIGINT);
    assert_int_equal(spk_json_node_kind(spk_json_node_get(root, SPK_V("b"))), SPK_BIGINT);
    assert_int_equal(spk_json_node_kind(spk_json_node_get(root, SPK_V("x"))), SPK_FLOAT);
    struct spk_json_node text = spk_json_node_get(root, SPK_V("s"));
    assert_true(spk_view_is(spk_json_node_text(text), "\xC3\xA9\n"));
    assert_int_equal(spk_json_node_len(list), 3);
    assert_int_equal(spk_json_node_len(text), 0);
    assert_int_equal(spk_json_node_kind(spk_json_node_at(list, 2)), SPK_BOOL);
    assert_null(spk_json_node_at(list, 3).at);
    assert_null(spk_json_node_get(list, SPK_V("a")).at);
    spk_json_doc_destroy(doc);
}

static void no_node_has_no_kind_and_no_value(void **state)
{
    struct spk_arena arena = {0};
    struct spk_json_node none = {0};
    int64_t integer = 0;
    double number = 0;
    assert_int_equal(spk_json_node_kind(none), SPK_UNDEFINED);
    assert_int_equal(spk_json_node_len(none), 0);
    assert_int_equal(spk_json_node_text(none).len, 0);
    assert_false(spk_json_node_i64(none, &integer));
    assert_false(spk_json_node_double(none, &number));
    assert_null(spk_json_node_get(none, SPK_V("a")).at);
    assert_null(spk_json_node_at(none, 0).at);
    assert_false(spk_is_defined(spk_json_node_value(&arena, none)));
    assert_false(spk_is_defined(spk_json_node_value_borrowed(&arena, none)));
    spk_json_doc_destroy(NULL);
}

static void a_value_outlives_its_document(void **state)
{
    struct spk_arena arena = {0};
    struct spk_json_doc *doc = parse("{\"a\":[\"text\",{\"b\":\"c\"}],\"a2\":1}");
    struct spk_value value = spk_json_node_value(&arena, spk_json_doc_root(doc));
    spk_json_doc_destroy(doc);
    struct spk_buf text = {0};
    spk_value_repr(&text, value);
    assert_string_equal(spk_buf_cstr(&text), "{'a': ['text', {'b': 'c'}], 'a2': 1}");
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void of_doubled_keys_the_first_place_and_the_last_value_stay(void **state)
{
    struct spk_arena arena = {0};
    for (int keys = 1; keys < 40; keys++) {
        struct spk_buf text = {0};
        for (int i = 0; i < keys * 2; i++)
            spk_buf_printf(&text, "%c\"k%d\":%d", i ? ',' : '{', i % keys, i);
        spk_buf_append_char(&text, '}');
        struct spk_json_doc *doc = parse(spk_buf_cstr(&text));
        struct spk_value dict = spk_json_node_value_borrowed(&arena, spk_json_doc_root(doc));
        assert_int_equal(spk_dict_len(dict), keys);
        for (int i = 0; i < keys; i++) {
            struct spk_view name = spk_arena_printf(&arena, "k%d", i);
            assert_true(spk_view_equal(dict.dict->entries[i].key.text, name));
            assert_int_equal(spk_dict_get(dict, name).integer, keys + i);
        }
        spk_json_doc_destroy(doc);
        spk_buf_deinit(&text);
    }
    spk_arena_deinit(&arena);
}

static void a_value_is_skipped_wherever_its_end_falls(void **state)
{
    char text[600];
    for (size_t inner = 0; inner < 300; inner++) {
        for (size_t lead = 0; lead < 3; lead++) {
            size_t len = 0;
            memset(text, ' ', lead);
            len += lead;
            memcpy(text + len, "{\"\\\\\":[\"", 8);
            len += 8;
            for (size_t i = 0; i < inner; i++)
                text[len++] = "\\\"}x\\\\{]"[i % 8 == 7 ? 3 : i % 8];
            /* An escape must not be cut in two. */
            size_t odd = inner % 8;
            if (odd == 1 || odd == 5)
                text[len++] = '"';
            memcpy(text + len, "\"]} ,", 5);
            size_t consumed = 0;
            struct spk_view value = spk_json_skip_value(spk_view_make(text, len + 5), &consumed);
            assert_int_equal(consumed, len + 3);
            assert_int_equal(value.len, len + 3 - lead);
        }
    }
}

static void skipping_takes_the_space_before_but_not_behind(void **state)
{
    const struct {
        const char *text, *value;
        size_t consumed;
    } cases[] = {
        {"", "", 0},
        {"  ", "", 2},
        {" 12 ,", "12", 3},
        {"true]", "true", 4},
        {"\"a\\\"b\" ", "\"a\\\"b\"", 6},
        {"-1.5e3}", "-1.5e3", 6},
        {"[] ", "[]", 2},
        {"[[1", "[[1", 3},
        {"\"a", "\"a", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t consumed = 99;
        struct spk_view value = spk_json_skip_value(spk_view_of(cases[i].text), &consumed);
        assert_int_equal(consumed, cases[i].consumed);
        assert_true(spk_view_is(value, cases[i].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_with_their_original_bytes),
        cmocka_unit_test(a_document_knows_whether_it_is_json_for_everyone),
        cmocka_unit_test(a_null_counts_in_the_object_alone_that_is_asked),
        cmocka_unit_test(nodes_give_their_values),
        cmocka_unit_test(no_node_has_no_kind_and_no_value),
        cmocka_unit_test(a_value_outlives_its_document),
        cmocka_unit_test(of_doubled_keys_the_first_place_and_the_last_value_stay),
        cmocka_unit_test(a_value_is_skipped_wherever_its_end_falls),
        cmocka_unit_test(skipping_takes_the_space_before_but_not_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
