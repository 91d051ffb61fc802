/* The contract of template.h: compiling, asking, the environment, the CDK's ways to interpolate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "template/template.h"

struct fixture {
    struct spk_arena arena;   /* templates and variables */
    struct spk_arena results; /* what evaluations make */
    struct spk_template_env env;
    struct spk_error err;
};

static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    spk_template_env_init(&f.env, &f.results);
    struct spk_value config = spk_dict_new(&f.arena);
    spk_set(config, "name", spk_str("alpha"));
    spk_set(config, "n", spk_int(5));
    spk_template_env_set(&f.env, "config", config);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    spk_template_env_deinit(&f->env);
    spk_arena_deinit(&f->results);
    spk_arena_deinit(&f->arena);
    return 0;
}

static struct spk_template *parse(struct fixture *f, const char *text)
{
    return spk_template_parse(&f->arena, spk_view_of(text), NULL);
}

static struct spk_value eval(struct fixture *f, const char *text)
{
    struct spk_value value = {0};
    if (spk_template_eval(parse(f, text), &f->env, &value, &f->err) != SPK_OK)
        fail_msg("%s: %s", text, f->err.text);
    return value;
}

static void assert_text(struct spk_value value, const char *expected)
{
    struct spk_buf text = {0};
    spk_value_str(&text, value);
    assert_string_equal(spk_buf_cstr(&text), expected);
    spk_buf_deinit(&text);
}

static void a_faulty_template_tells_line_column_and_what_was_expected(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"{{ 1 + }}", "1:8: unexpected end of tag, expected an expression"},
        {"a\nb {{ config.x) }}", "2:14: unexpected ')'"},
        {"{{ 'abc }}", "1:4: this string has no closing quote"},
        {"{{ x | nope }}", "1:8: there is no filter 'nope'"},
        {"{{ x is nope }}", "1:9: there is no test 'nope'"},
        {"{% if a %}", "1:11: missing end of block: expected {% elif else endif %}"},
        {"{% frob %}", "1:4: unexpected 'frob', expected one of"},
        {"é {{ ~ }}", "1:6: unexpected '~', expected an expression"},
        {"{# open", "1:1: missing end of comment"},
        {"{{ stream_state['x'] }}", "1:4: stream_state is not supported"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_template *t = NULL;
        struct spk_value value = {0};
        assert_int_equal(
            spk_template_compile(&f->arena, spk_view_of(cases[i].text), NULL, &t, &f->err),
            SPK_ECONFIG);
        assert_null(t);
        assert_memory_equal(f->err.text, cases[i].error, strlen(cases[i].error));
        t = parse(f, cases[i].text);
        assert_non_null(spk_template_error(t));
        assert_int_equal(spk_template_eval(t, &f->env, &value, &f->err), SPK_ECONFIG);
        assert_int_equal(value.kind, SPK_UNDEFINED);
    }
}

static void explain_shows_the_line_and_points_at_the_place(void **state)
{
    struct fixture *f = *state;
    struct spk_buf out = {0};
    spk_template_explain(&out, parse(f, "first\n  {{ config.é ) }} tail\nlast"), NULL);
    assert_string_equal(spk_buf_cstr(&out), "2:15: unexpected ')'\n"
                                            "    {{ config.é ) }} tail\n"
                                            "                ^\n");
    spk_buf_clear(&out);
    spk_template_explain(&out, parse(f, "{{ fine }}"), NULL);
    assert_int_equal(out.len, 0);
    spk_buf_deinit(&out);
}

static void errors_of_an_evaluation_name_the_place_and_hide_values(void **state)
{
    struct fixture *f = *state;
    struct spk_value value;
    const char *text = "x\n{{ config.name | base64decode }}";
    assert_int_equal(spk_template_eval(parse(f, text), &f->env, &value, &f->err), SPK_EDATA);
    assert_string_equal(f->err.text, "2:18: base64decode: incorrect padding");
    assert_int_equal(spk_template_eval(parse(f, "{{ nope }}"), &f->env, &value, &f->err),
                     SPK_EDATA);
    assert_string_equal(f->err.text, "1:1: there is no variable 'nope' here");
}

static void a_text_without_tags_is_a_constant_with_its_literal(void **state)
{
    struct fixture *f = *state;
    struct spk_template *t = parse(f, "12");
    assert_int_equal(spk_template_kind(t), SPK_TEMPLATE_CONSTANT);
    assert_int_equal(spk_template_constant(t).kind, SPK_INT);
    assert_text(spk_template_constant(parse(f, "a b\n")), "a b");
    assert_int_equal(spk_template_constant(parse(f, "")).kind, SPK_NULL);
    assert_int_equal(spk_template_constant(parse(f, "{{ 1 }}")).kind, SPK_UNDEFINED);
}

static void a_path_of_fixed_keys_is_a_lookup(void **state)
{
    struct fixture *f = *state;
    const struct spk_template_lookup *lookup =
        spk_template_lookup(parse(f, "{{ stream_partition['a'].b[\"c\"] }}"));
    assert_non_null(lookup);
    assert_true(spk_view_is(lookup->name, "stream_slice"));
    assert_int_equal(lookup->count, 3);
    assert_true(spk_view_is(lookup->keys[0], "a"));
    assert_true(spk_view_is(lookup->keys[2], "c"));
    assert_int_equal(spk_template_lookup(parse(f, "{{ record }}"))->count, 0);
    static const char *const others[] = {"{{ record.items }}", "{{ record['keys'] }}", "x{{ a }}",
                                         "{{ a[0] }}",         "{{ a[b] }}",           "{{ max }}",
                                         "{{ a.get('x') }}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_null(spk_template_lookup(parse(f, others[i])));
}

static void a_template_knows_its_variables_and_whether_it_reads_the_clock(void **state)
{
    struct fixture *f = *state;
    struct spk_template *t =
        parse(f, "{% for x in record.rows %}{{ x }}{{ stream_interval.a }}{% endfor %}");
    assert_true(spk_template_uses(t, "record"));
    assert_true(spk_template_uses(t, "stream_slice"));
    assert_true(spk_template_uses(t, "stream_partition"));
    assert_false(spk_template_uses(t, "x"));
    assert_false(spk_template_uses(t, "config"));
    assert_false(spk_template_is_volatile(t));
    assert_true(spk_template_is_volatile(parse(f, "{{ today_utc() }}")));
    assert_true(spk_template_is_volatile(parse(f, "{{ generate_uuid() }}")));
}

static void the_fallback_stands_in_for_empty_and_undefined(void **state)
{
    struct fixture *f = *state;
    struct spk_value value;
    const struct spk_template_ask ask = {.fallback = parse(f, "{{ config.n }}")};
    static const char *const empty[] = {"", "{{ config.nope }}", "{{ config.nope.x }}", "{{ '' }}"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct spk_template *t = parse(f, empty[i]);
        assert_int_equal(spk_template_eval_as(t, &f->env, &ask, &value, &f->err), SPK_OK);
        assert_text(value, "5");
        assert_int_equal(spk_template_eval(t, &f->env, &value, &f->err), SPK_OK);
        assert_int_equal(value.kind, SPK_NULL);
    }
    const struct spk_template_ask bad = {.fallback = parse(f, "{{ config.nope.x }}")};
    assert_int_equal(spk_template_eval_as(parse(f, ""), &f->env, &bad, &value, &f->err), SPK_EDATA);
}

static void a_literal_of_another_type_stays_text(void **state)
{
    static const struct {
        const char *text;
        unsigned types;
        enum spk_kind kind;
    } cases[] = {
        {"{{ config.n }}", SPK_TEMPLATE_STR, SPK_STRING},
        {"{{ config.n }}", SPK_TEMPLATE_INT, SPK_INT},
        {"{{ config.n }}", SPK_TEMPLATE_FLOAT, SPK_STRING},
        {"{{ true }}", SPK_TEMPLATE_INT, SPK_BOOL},
        {"12", SPK_TEMPLATE_STR, SPK_STRING},
        {"[1]", SPK_TEMPLATE_LIST | SPK_TEMPLATE_DICT, SPK_LIST},
        {"{{ none }}", SPK_TEMPLATE_STR, SPK_STRING},
        {"", SPK_TEMPLATE_STR, SPK_NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_value value;
        const struct spk_template_ask ask = {.types = cases[i].types};
        assert_int_equal(
            spk_template_eval_as(parse(f, cases[i].text), &f->env, &ask, &value, &f->err), SPK_OK);
        assert_int_equal(value.kind, cases[i].kind);
    }
}

static void only_the_listed_values_are_false(void **state)
{
    static const struct {
        const char *text;
        bool expected;
    } cases[] = {{"False", false},
                 {"false", false},
                 {"{}", false},
                 {"[]", false},
                 {"()", false},
                 {"", false},
                 {"0", false},
                 {"0.0", false},
                 {"None", false},
                 {"no", true},
                 {"None ", false},
                 {"0.00", false},
                 {"{{ 0 }}", false},
                 {"{{ '0' }}", false},
                 {"{{ [] }}", false},
                 {"{{ [0] }}", true},
                 {"{{ config.nope }}", false},
                 {"{{ config.nope.x }}", false},
                 {"true", true},
                 {"{{ 1 < 'a' }}", true},
                 {"{{ config.n > 3 }}", true}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool value;
        assert_int_equal(spk_template_eval_bool(parse(f, cases[i].text), &f->env, &value, &f->err),
                         SPK_OK);
        if (value != cases[i].expected)
            fail_msg("%s is %d", cases[i].text, value);
    }
    bool value;
    assert_int_equal(spk_template_eval_bool(parse(f, "{{ nope }}"), &f->env, &value, NULL),
                     SPK_EDATA);
}

static void render_gives_the_text_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct spk_view text;
    assert_int_equal(spk_template_render(parse(f, "[{{ config.n }}]"), &f->env, &text, NULL),
                     SPK_OK);
    assert_true(spk_view_is(text, "[5]"));
    assert_int_equal(spk_template_render(parse(f, "{{ config }}"), &f->env, &text, NULL), SPK_OK);
    assert_true(spk_view_is(text, "{'name': 'alpha', 'n': 5}"));
    assert_int_equal(spk_template_render(parse(f, "{{ config.x.y }}"), &f->env, &text, NULL),
                     SPK_EDATA);
}

static void a_string_whose_first_value_is_its_text_stays_plain(void **state)
{
    struct fixture *f = *state;
    struct spk_template_string string;
    struct spk_value value;
    spk_template_string_init(&string, parse(f, "{{ config.name - 1 }}"), NULL);
    assert_int_equal(spk_template_string_eval(&string, &f->env, &value, &f->err), SPK_OK);
    assert_text(value, "{{ config.name - 1 }}");
    struct spk_value config = spk_dict_new(&f->arena);
    spk_set(config, "name", spk_int(5));
    spk_template_env_set(&f->env, "config", config);
    assert_int_equal(spk_template_string_eval(&string, &f->env, &value, &f->err), SPK_OK);
    assert_text(value, "{{ config.name - 1 }}");
    assert_text(eval(f, "{{ config.name - 1 }}"), "4");

    spk_template_string_init(&string, parse(f, "{{ config.nope }}"), NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(spk_template_string_eval(&string, &f->env, &value, &f->err), SPK_OK);
        assert_text(value, ""); /* the fallback is the template itself, which is empty again */
    }
}

static struct spk_template_tree *tree_of(struct fixture *f, enum spk_template_tree_mode mode)
{
    struct spk_value inner = spk_dict_new(&f->arena);
    struct spk_value list = spk_list_new(&f->arena);
    struct spk_value root = spk_dict_new(&f->arena);
    spk_set(inner, "{{ config.n }}", spk_str("{{ config.name }}"));
    spk_list_append(list, spk_str("{{ config.nope }}"));
    spk_list_append(list, spk_bool(true));
    spk_set(root, "k{{ config.n }}", spk_str("{{ config.n }}"));
    spk_set(root, "gone", spk_str("{{ config.nope }}"));
    spk_set(root, "null", spk_null());
    spk_set(root, "inner", inner);
    spk_set(root, "list", list);
    return spk_template_tree_parse(&f->arena, root, mode, NULL);
}

static void a_nested_tree_evaluates_all_texts_and_drops_nulls(void **state)
{
    struct fixture *f = *state;
    struct spk_value value;
    struct spk_template_tree *tree = tree_of(f, SPK_TEMPLATE_TREE_NESTED);
    assert_int_equal(spk_template_tree_eval(tree, &f->env, 0, &value, &f->err), SPK_OK);
    assert_text(value, "{'k5': 5, 'inner': {5: 'alpha'}, 'list': [None, True]}");
    assert_true(spk_template_tree_uses(tree, "config"));
    assert_false(spk_template_tree_is_constant(tree));
    assert_null(spk_template_tree_fault(tree));
}

static void a_mapping_evaluates_its_own_texts_only(void **state)
{
    struct fixture *f = *state;
    struct spk_value value;
    struct spk_template_tree *tree = tree_of(f, SPK_TEMPLATE_TREE_MAPPING);
    assert_int_equal(spk_template_tree_eval(tree, &f->env, 0, &value, &f->err), SPK_OK);
    assert_text(value, "{'k5': 5, 'gone': None, 'null': None, 'inner': {'{{ config.n }}': '{{ "
                       "config.name }}'}, 'list': ['{{ config.nope }}', True]}");
}

static void a_tree_remembers_its_faulty_template(void **state)
{
    struct fixture *f = *state;
    struct spk_value value;
    struct spk_value root = spk_dict_new(&f->arena);
    spk_set(root, "a", spk_str("{{ x"));
    struct spk_template_tree *tree =
        spk_template_tree_parse(&f->arena, root, SPK_TEMPLATE_TREE_NESTED, NULL);
    assert_true(spk_view_is(spk_template_text(spk_template_tree_fault(tree)), "{{ x"));
    assert_int_equal(spk_template_tree_eval(tree, &f->env, 0, &value, &f->err), SPK_ECONFIG);
}

static struct spk_value make_record(void *context, struct spk_arena *arena)
{
    ++*(int *)context;
    struct spk_value record = spk_dict_new(arena);
    spk_set(record, "id", spk_int(7));
    return record;
}

static struct spk_value make_field(void *context, struct spk_arena *arena, struct spk_view key)
{
    return spk_view_is(key, "id") ? spk_int(8) : (struct spk_value){0};
}

static void a_lazy_variable_is_made_once_and_only_when_it_is_used(void **state)
{
    struct fixture *f = *state;
    int made = 0;
    struct spk_template_source source = {.make = make_record, .context = &made};
    spk_template_env_set_lazy(&f->env, "record", &source);
    assert_text(eval(f, "{{ config.n if true else record }}"), "5");
    assert_int_equal(made, 0);
    assert_text(eval(f, "{{ record.id }}{{ record['id'] }}"), "77");
    assert_text(eval(f, "{{ record }}"), "{'id': 7}");
    assert_int_equal(made, 1);
}

static void fixed_keys_of_a_lazy_variable_need_no_whole(void **state)
{
    struct fixture *f = *state;
    int made = 0;
    struct spk_template_source source = {make_record, make_field, &made};
    spk_template_env_set_lazy(&f->env, "record", &source);
    assert_text(eval(f, "{{ record.id }}"), "8");
    assert_text(eval(f, "{{ record['id'] }}"), "8");
    assert_text(eval(f, "{{ record.get('id') + record.get('no', 1) }}"), "9");
    assert_int_equal(eval(f, "{{ record.get('no') }}").kind, SPK_NULL);
    assert_int_equal(made, 0);
    assert_text(eval(f, "{{ record | length }}"), "1");
    assert_int_equal(made, 1);
}

static void an_object_has_attributes_beside_its_keys(void **state)
{
    struct fixture *f = *state;
    struct spk_value slice = spk_dict_new(&f->arena);
    struct spk_value attributes = spk_dict_new(&f->arena);
    struct spk_value extra = spk_dict_new(&f->arena);
    spk_set(slice, "id", spk_int(1));
    spk_set(slice, "partition", spk_str("key"));
    spk_set(extra, "x", spk_str("y"));
    spk_set(attributes, "extra_fields", extra);
    spk_set(attributes, "partition", extra);
    spk_set(attributes, "_partition", extra);
    spk_template_env_set(&f->env, "stream_slice",
                         spk_template_object(&f->arena, slice, attributes, false));
    assert_text(eval(f, "{{ stream_slice.extra_fields.x }}"), "y");
    assert_text(eval(f, "{{ stream_slice['extra_fields']['x'] }}"), "y");
    assert_text(eval(f, "{{ stream_slice.partition.x }}{{ stream_slice['partition'] }}"), "ykey");
    assert_text(eval(f, "{{ stream_slice._partition.x }}"), "y");
    assert_text(eval(f, "{{ stream_partition }}"), "{'id': 1, 'partition': 'key'}");
    assert_text(eval(f, "{{ [stream_slice][0].extra_fields }}"), "{'x': 'y'}");
    assert_text(eval(f, "{{ stream_slice.pop('id') }}"), "None");
    struct spk_value copied = eval(f, "{{ stream_slice }}");
    spk_template_env_set(&f->env, "stream_slice", copied);
    assert_int_equal(eval(f, "{{ stream_slice.extra_fields }}").kind, SPK_NULL);
}

static void header_objects_find_keys_in_any_case(void **state)
{
    struct fixture *f = *state;
    struct spk_value headers = spk_dict_new(&f->arena);
    spk_set(headers, "X-Rate", spk_str("9"));
    struct spk_value none = spk_dict_new(&f->arena);
    spk_template_env_set(&f->env, "headers", spk_template_object(&f->arena, headers, none, true));
    assert_text(eval(f, "{{ headers['x-rate'] }}{{ headers.get('X-RATE') }}"), "99");
    assert_text(eval(f, "{{ 'x-RATE' in headers }}"), "True");
}

static void changes_by_a_template_end_with_it(void **state)
{
    struct fixture *f = *state;
    assert_text(eval(f, "{% set _ = config.update({'n': 6}) %}{{ config.n }}"), "6");
    assert_text(eval(f, "{{ config.n }}"), "5");
    struct spk_value value = eval(f, "{{ config }}");
    spk_set(value, "n", spk_int(9));
    assert_text(eval(f, "{{ config.n }}"), "5");
}

static void everything_that_grows_is_bounded(void **state)
{
    static const struct {
        const char *text;
        struct spk_template_limits limits;
    } cases[] = {
        {"{{ 'x' * 2000 }}", {.max_bytes = 1000}},
        {"{{ ('x' * 900) ~ ('x' * 900) }}", {.max_bytes = 1000}},
        {"{% for i in 'abcdefgh' * 99 %}{{ 'x' * 9 }}{% endfor %}", {.max_bytes = 2000}},
        {"{{ [1] * 2000 }}", {.max_items = 1000}},
        {"{% for i in [1] * 900 %}{{ i }}{% endfor %}", {.max_steps = 500}},
        {"{% set l = [1] %}{% for i in l %}{% set _ = l.append(1) %}{% endfor %}",
         {.max_items = 500}},
        {"{% set l = [1] * 90000 %}{% for i in l %}{% set _ = l.index(2) if 2 in l %}{% endfor %}",
         {.max_steps = 200000}},
        {"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", {0}},
        {"{{ 9 ** 999999 }}", {0}},
        {"{{ 9 ** (9 ** 9) }}", {0}},
        {"{{ '%999999999d' % 1 ~ 'x'.center(99999999) }}", {0}},
        {"{{ ('a' * 40 ~ '!') | regex_search('(a+)+$') }}", {0}},
        {"{% set a = 'x' * 900 %}{% for i in [1] * 500 %}{% set a = a[1:] ~ 'x' %}{% set b = a * 1 "
         "%}{% endfor %}",
         {.max_bytes = 1000}},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_value value;
        struct spk_template *t = NULL;
        assert_int_equal(spk_template_compile(&f->arena, spk_view_of(cases[i].text),
                                              &cases[i].limits, &t, &f->err),
                         SPK_OK);
        if (spk_template_eval(t, &f->env, &value, &f->err) != SPK_EDATA)
            fail_msg("%s was not stopped", cases[i].text);
    }
}

static void a_template_that_nests_too_deeply_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const parts[][2] = {{"(", "1"},  {"[", "1"},     {"-", "1"},   {"not ", "1"},
                                           {"1+", "1"}, {"1 if ", "1"}, {"a.b.", "c"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct spk_buf text = {0};
        struct spk_template *t = NULL;
        spk_buf_append_str(&text, "{{ ");
        for (int n = 0; n < 5000; n++)
            spk_buf_append_str(&text, parts[i][0]);
        spk_buf_append_str(&text, parts[i][1]);
        spk_buf_append_str(&text, " }}");
        assert_int_equal(spk_template_compile(&f->arena, spk_buf_view(&text), NULL, &t, &f->err),
                         SPK_ECONFIG);
        spk_buf_deinit(&text);
    }
    const struct spk_template_limits limits = {.max_source = 10};
    struct spk_template *t = NULL;
    assert_int_equal(
        spk_template_compile(&f->arena, spk_view_of("{{ config.name }}"), &limits, &t, &f->err),
        SPK_ECONFIG);
}

enum { THREADS = 4, ROUNDS = 2000 };

static void *evaluate_often(void *argument)
{
    struct spk_template_string *string = argument;
    struct spk_arena arena = {0};
    struct spk_arena variables = {0};
    struct spk_template_env env;
    struct spk_value config = spk_dict_new(&variables);
    intptr_t wrong = 0;
    spk_set(config, "name", spk_str("thread"));
    spk_template_env_init(&env, &arena);
    spk_template_env_set(&env, "config", config);
    for (int i = 0; i < ROUNDS; i++) {
        struct spk_value value = {0};
        spk_rc rc = spk_template_string_eval(string, &env, &value, NULL);
        wrong += rc != SPK_OK || !spk_view_is(spk_value_text_or(value, ""), "x-thread-THREAD");
        spk_arena_reset(&arena);
    }
    spk_template_env_deinit(&env);
    spk_arena_deinit(&variables);
    spk_arena_deinit(&arena);
    return (void *)wrong;
}

static void threads_may_share_a_template(void **state)
{
    struct fixture *f = *state;
    struct spk_template_string string;
    pthread_t threads[THREADS];
    spk_template_string_init(&string, parse(f, "x-{{ config['name'] }}-{{ config.name | upper }}"),
                             NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, evaluate_often, &string), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
}

/* docs/dev/deviations.md, "Template language" */
static void deliberate_differences_are_as_documented(void **state)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"{{ 'abc'.encode() }}", "b'abc'"},
        {"{{ '{1, 2}' }}", "{1, 2}"},
        {"{{ config.get }}", "<built-in method get of dict object>"},
        {"{{ [str_to_datetime('2024-01-15')] }}",
         "[datetime.datetime(2024, 1, 15, 0, 0, tzinfo=datetime.timezone.utc)]"},
        {"{{ 2.5[:2] }}", "{{ 2.5[:2] }}"},
    };
    static const char *const errors[] = {"{% include 'x' %}", "{{ '\\N{BULLET}' }}",
                                         "{% for x in [] recursive %}{% endfor %}"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_value value = eval(f, cases[i].text);
        assert_int_equal(value.kind, SPK_STRING);
        assert_text(value, cases[i].value);
    }
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_non_null(spk_template_error(parse(f, errors[i])));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_faulty_template_tells_line_column_and_what_was_expected),
        TEST(explain_shows_the_line_and_points_at_the_place),
        TEST(errors_of_an_evaluation_name_the_place_and_hide_values),
        TEST(a_text_without_tags_is_a_constant_with_its_literal),
        TEST(a_path_of_fixed_keys_is_a_lookup),
        TEST(a_template_knows_its_variables_and_whether_it_reads_the_clock),
        TEST(the_fallback_stands_in_for_empty_and_undefined),
        TEST(a_literal_of_another_type_stays_text),
        TEST(only_the_listed_values_are_false),
        TEST(render_gives_the_text_as_it_is),
        TEST(a_string_whose_first_value_is_its_text_stays_plain),
        TEST(a_nested_tree_evaluates_all_texts_and_drops_nulls),
        TEST(a_mapping_evaluates_its_own_texts_only),
        TEST(a_tree_remembers_its_faulty_template),
        TEST(a_lazy_variable_is_made_once_and_only_when_it_is_used),
        TEST(fixed_keys_of_a_lazy_variable_need_no_whole),
        TEST(an_object_has_attributes_beside_its_keys),
        TEST(header_objects_find_keys_in_any_case),
        TEST(changes_by_a_template_end_with_it),
        TEST(everything_that_grows_is_bounded),
        TEST(a_template_that_nests_too_deeply_is_refused),
        TEST(threads_may_share_a_template),
        TEST(deliberate_differences_are_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
