/* The reference implementation's answers: goldens.jsonl (by tests/oracle/template_goldens.py) and,
 * where that material lies beside the project, all recorded ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden.h"
#include "template/template.h"
#include "json/json.h"

struct tally {
    int passed, failed;
};

/* The answer of the library to a case, or UNDEFINED where it gave none. */
static struct spk_value answer(struct spk_arena *arena, struct spk_value request)
{
    struct spk_buf line = {0};
    struct spk_buf out = {0};
    struct spk_error err = {0};
    struct spk_value value = {0};
    spk_json_write(&line, request, SPK_JSON_NAN);
    if (spk_template_eval_line(spk_buf_view(&line), &out, &err) == SPK_OK)
        value = golden_parse(arena, spk_arena_dup(arena, spk_buf_view(&out)));
    spk_buf_deinit(&out);
    spk_buf_deinit(&line);
    return value;
}

static void check_case(struct spk_arena *arena, struct spk_value request, struct spk_value expected,
                       struct tally *tally)
{
    struct spk_value got = answer(arena, request);
    bool ok = spk_value_truthy(spk_get(expected, "ok"));
    bool good = golden_same(spk_get(got, "ok"), spk_bool(ok)) &&
                (!ok || golden_same(spk_get(got, "value"), spk_get(expected, "value")));
    tally->passed += good;
    tally->failed += !good;
    if (!good && tally->failed <= 20) {
        struct spk_buf text = {0};
        spk_json_write(&text, spk_get(expected, "template"), 0);
        spk_buf_append_str(&text, " expected ");
        spk_json_write(&text, ok ? spk_get(expected, "value") : spk_get(expected, "error"), 0);
        spk_buf_append_str(&text, " got ");
        spk_json_write(&text, spk_is_defined(got) ? got : spk_null(), 0);
        print_message("%.600s\n", spk_buf_cstr(&text));
        spk_buf_deinit(&text);
    }
}

/* A case without a context has that of the file's first line. */
static struct tally check_file(FILE *file)
{
    struct spk_arena first = {0};
    struct spk_arena arena = {0};
    struct spk_value standard = {0};
    struct tally tally = {0};
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t len; (len = getline(&line, &cap, file)) > 0;) {
        struct spk_view text = {line, (size_t)len};
        struct spk_value expected = golden_parse(&arena, text);
        if (!spk_is_defined(spk_get(expected, "template"))) {
            standard = golden_parse(&first, text);
            continue;
        }
        bool own = spk_is_defined(spk_get(expected, "context"));
        struct spk_value request = spk_dict_new(&arena);
        spk_set(request, "template", spk_get(expected, "template"));
        spk_set(request, "context", spk_get(own ? expected : standard, "context"));
        spk_set(request, "now", spk_get(own ? expected : standard, "now"));
        check_case(&arena, request, expected, &tally);
        spk_arena_reset(&arena);
    }
    free(line);
    spk_arena_deinit(&arena);
    spk_arena_deinit(&first);
    return tally;
}

static void every_golden_case_gives_what_the_reference_gave(void **state)
{
    FILE *file = fopen(SPK_SOURCE_DIR "/lib/template/test/goldens.jsonl", "r");
    assert_non_null(file);
    struct tally tally = check_file(file);
    fclose(file);
    print_message("goldens: %d passed, %d failed\n", tally.passed, tally.failed);
    assert_true(tally.passed > 900);
    assert_int_equal(tally.failed, 0);
}

static void recorded_templates_agree_in_997_of_1000_cases(void **state)
{
    FILE *file = fopen(SPK_SOURCE_DIR "/../shared/jinja/templates.jsonl", "r");
    if (!file) {
        print_message("SKIPPED: the recorded templates are not beside the project\n");
        skip();
    }
    struct tally tally = check_file(file);
    fclose(file);
    print_message("recorded: %d passed, %d failed\n", tally.passed, tally.failed);
    assert_true(tally.failed * 1000 <= (tally.passed + tally.failed) * 3);
}

static void a_line_that_is_no_request_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "5",
        "{}",
        "{\"template\": 5, \"context\": {}}",
        "{\"template\": \"x\", \"context\": []}",
        "{\"template\": \"x\", \"context\": {\"stream_interval\": 1}}",
        "{\"template\": \"x\", \"context\": {}, \"now\": \"nope\"}"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct spk_buf out = {0};
        struct spk_error err = {0};
        assert_int_equal(spk_template_eval_line(spk_view_of(lines[i]), &out, &err), SPK_EDATA);
        assert_true(err.text[0] != 0);
        assert_int_equal(out.len, 0);
        spk_buf_deinit(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_case_gives_what_the_reference_gave),
        cmocka_unit_test(recorded_templates_agree_in_997_of_1000_cases),
        cmocka_unit_test(a_line_that_is_no_request_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
