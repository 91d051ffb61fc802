/* The golden cases of connectors/components/cases, which the Python classes pass too. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "source/request/options.h"

#define CASES SPK_SOURCE_DIR "/connectors/components/cases/"

struct one_case {
    struct fixture f;
    struct spk_view name;
    struct spk_value node;       /* the case */
    struct spk_component *built; /* or NULL: refused */
};

static struct spk_value typed(struct fixture *f, struct spk_value parameters, struct spk_value type)
{
    struct spk_value node = spk_value_copy(&f->arena, parameters);
    struct spk_buf class_name = {0};
    spk_buf_printf(&class_name, "components.%.*s", SPK_FMT(type.text));
    spk_set(node, "class_name", spk_string_dup(&f->arena, spk_buf_view(&class_name)));
    spk_buf_deinit(&class_name);
    return node;
}

static void run_case(struct spk_value document, struct spk_value test, enum spk_component_kind kind,
                     void (*check)(struct one_case *))
{
    struct one_case one = {.node = test, .name = spk_get(test, "name").text};
    struct spk_value config = spk_get(test, "config"), parameters = spk_get(test, "parameters");
    struct spk_buf text = {0};
    if (spk_is_defined(config))
        spk_json_write(&text, config, 0);
    fixture_init(&one.f, text.len ? spk_buf_cstr(&text) : NULL, NULL);
    if (!spk_is_defined(parameters))
        parameters = spk_get(document, "parameters");
    struct spk_value node = typed(&one.f, parameters, spk_get(document, "component"));
    if (kind == SPK_KIND_REQUESTER)
        spk_set(node, "url_base", spk_str("http://api.test"));
    one.built = fixture_try(&one.f, node, kind);
    check(&one);
    fixture_deinit(&one.f);
    spk_buf_deinit(&text);
}

static void run_file(const char *file, enum spk_component_kind kind,
                     void (*check)(struct one_case *))
{
    struct spk_arena arena = {0};
    struct spk_buf text = {0};
    struct spk_value document = {0};
    assert_int_equal(spk_file_read(file, 0, &text, NULL), SPK_OK);
    assert_int_equal(spk_json_parse(&arena, spk_buf_view(&text), NULL, &document, NULL), SPK_OK);
    struct spk_value cases = spk_get(document, "cases");
    assert_true(spk_list_len(cases) > 0);
    for (size_t i = 0; i < spk_list_len(cases); i++)
        run_case(document, spk_list_at(cases, i), kind, check);
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
}

static void expect_json(struct one_case *one, struct spk_value is, struct spk_value wanted)
{
    if (!spk_view_is(spk_view_of(fixture_text(&one->f, is)), fixture_text(&one->f, wanted)))
        fail_msg("%.*s:\n  %s\nnot\n  %s", SPK_FMT(one->name), fixture_text(&one->f, is),
                 fixture_text(&one->f, wanted));
}

/* ---- the error handler */

static struct spk_value action_name(enum spk_action action)
{
    for (int i = 0; spk_action_names[i]; i++) {
        if (spk_action_of(i) == action)
            return spk_str(spk_action_names[i]);
    }
    return spk_null();
}

static void check_handler(struct one_case *one)
{
    struct spk_resolution resolution = {0};
    assert_non_null(one->built);
    fixture_answer(&one->f, (int)spk_get(one->node, "status").integer, NULL,
                   spk_get(one->node, "body").text);
    SPK_OPS(one->built, error_handler)->interpret(one->built, &one->f.scope, NULL, &resolution);
    expect_json(one, action_name(resolution.action), spk_get(one->node, "action"));
    struct spk_value failure = spk_get(one->node, "failure_type");
    if (resolution.action != SPK_ACTION_SUCCESS && spk_is_defined(failure))
        expect_json(one, spk_str(spk_rc_failure_type(resolution.failure)), failure);
    struct spk_value message = spk_get(one->node, "message");
    if (spk_is_defined(message))
        expect_json(one, spk_string(resolution.message), message);
    bool proof = spk_value_truthy(spk_get(one->node, "proof"));
    if (one->f.response.proven_empty != proof || one->f.evidence.empty_proven != proof)
        fail_msg("%.*s: the proof is %s", SPK_FMT(one->name), proof ? "missing" : "wrong");
}

static void the_error_handler_decides_as_in_python(void **state)
{
    run_file(CASES "body_rule_error_handler.json", SPK_KIND_ERROR_HANDLER, check_handler);
}

/* ---- extractors */

struct collected {
    struct spk_arena *arena;
    struct spk_value records;
};

static spk_rc collect(void *context, struct spk_record *record, struct spk_error *err)
{
    struct collected *all = context;
    spk_list_append(all->records, spk_value_copy(all->arena, spk_record_tree(record)));
    return SPK_OK;
}

static void check_extractor(struct one_case *one)
{
    struct collected all = {&one->f.arena, spk_list_new(&one->f.arena)};
    struct spk_error err = {0};
    struct spk_value wanted = spk_get(one->node, "records");
    assert_non_null(one->built);
    fixture_answer(&one->f, 200, NULL, spk_get(one->node, "body").text);
    spk_rc rc =
        SPK_OPS(one->built, extractor)->extract(one->built, &one->f.scope, collect, &all, &err);
    if (spk_is_defined(wanted)) {
        if (rc)
            fail_msg("%.*s: %s", SPK_FMT(one->name), err.text);
        expect_json(one, all.records, wanted);
        return;
    }
    if (!rc)
        fail_msg("%.*s: it does not fail", SPK_FMT(one->name));
    expect_json(one, spk_str(spk_rc_failure_type(rc)), spk_get(one->node, "failure_type"));
}

static void extractors_give_the_records_or_fail_as_in_python(void **state)
{
    run_file(CASES "headered_rows_extractor.json", SPK_KIND_EXTRACTOR, check_extractor);
    run_file(CASES "json_record_extractor.json", SPK_KIND_EXTRACTOR, check_extractor);
    run_file(CASES "xml_record_extractor.json", SPK_KIND_EXTRACTOR, check_extractor);
}

/* ---- the requester */

static void check_requester(struct one_case *one)
{
    struct spk_request_options none;
    struct spk_error err = {0};
    struct fixture *f = &one->f;
    if (spk_value_truthy(spk_get(one->node, "refused"))) {
        if (one->built)
            fail_msg("%.*s: it was built", SPK_FMT(one->name));
        return;
    }
    if (!one->built)
        fail_msg("%.*s: %s", SPK_FMT(one->name), f->err.text);
    struct spk_value slice = spk_get(one->node, "stream_slice");
    if (spk_is_defined(slice))
        f->slice.merged = slice;
    f->scope.next_page_token = spk_get(one->node, "next_page_token");
    spk_request_options_init(&none, &f->arena);
    if (SPK_OPS(one->built, requester)->prepare(one->built, &f->scope, &none, &f->request, &err))
        fail_msg("%.*s: %s", SPK_FMT(one->name), err.text);
    expect_json(one, f->request.options.body_json, spk_get(one->node, "request_body"));
}

static void the_requester_makes_the_body_as_in_python(void **state)
{
    run_file(CASES "template_body_requester.json", SPK_KIND_REQUESTER, check_requester);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_handler_decides_as_in_python),
        cmocka_unit_test(extractors_give_the_records_or_fail_as_in_python),
        cmocka_unit_test(the_requester_makes_the_body_as_in_python),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
