/* Verdicts and texts against Python's jsonschema: tests/oracle/jsonschema_golden.py. */
#include "jsonschema/jsonschema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *instance;
} instances[] = {
#include "instances.inc"
};

static const struct {
    const char *schema, *verdicts; /* a digit per instance, 1 is valid */
} schemas[] = {
#include "verdicts.inc"
};

static const struct {
    const char *schema, *instance, *text;
} texts[] = {
#include "texts.inc"
};

enum { SCHEMAS = sizeof schemas / sizeof schemas[0] };
enum { INSTANCES = sizeof instances / sizeof instances[0] };

static struct spk_value parsed(struct spk_arena *arena, const char *literal)
{
    struct spk_value value;
    assert_true(spk_value_literal_eval(arena, spk_view_of(literal), &value));
    return value;
}

static void small_schemas_judge_as_the_reference_does(void **state)
{
    size_t wrong = 0;
    for (size_t i = 0; i < SCHEMAS * INSTANCES; i++) {
        struct spk_arena arena = {0};
        struct spk_view problem = SPK_V("");
        const char *schema = schemas[i / INSTANCES].schema;
        const char *instance = instances[i % INSTANCES].instance;
        bool expected = schemas[i / INSTANCES].verdicts[i % INSTANCES] == '1';
        if (spk_jsonschema_valid(parsed(&arena, schema), parsed(&arena, instance), &arena,
                                 &problem) != expected) {
            print_error("%s of %s: not %d (%.*s)\n", schema, instance, expected, SPK_FMT(problem));
            wrong++;
        }
        spk_arena_deinit(&arena);
    }
    assert_int_equal(wrong, 0);
}

static void errors_read_as_the_reference_words_them(void **state)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct spk_arena arena = {0};
        struct spk_view problem = SPK_V("");
        assert_false(spk_jsonschema_valid(parsed(&arena, texts[i].schema),
                                          parsed(&arena, texts[i].instance), &arena, &problem));
        if (!spk_view_is(problem, texts[i].text))
            fail_msg("%s of %s: \"%.*s\", not \"%s\"", texts[i].schema, texts[i].instance,
                     SPK_FMT(problem), texts[i].text);
        spk_arena_deinit(&arena);
    }
}

static void a_schema_that_refers_to_itself_ends(void **state)
{
    struct spk_arena arena = {0};
    struct spk_view problem = SPK_V("");
    struct spk_value schema = parsed(&arena, "{'$ref': '#'}");
    assert_false(spk_jsonschema_valid(schema, spk_int(1), &arena, &problem));
    assert_true(spk_view_find(problem, SPK_V("nests too deeply"), 0) >= 0);
    spk_arena_deinit(&arena);
}

static void nobody_has_to_take_the_text(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value schema = parsed(&arena, "{'required': ['key']}");
    assert_false(spk_jsonschema_valid(schema, parsed(&arena, "{}"), &arena, NULL));
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_schemas_judge_as_the_reference_does),
        cmocka_unit_test(errors_read_as_the_reference_words_them),
        cmocka_unit_test(a_schema_that_refers_to_itself_ends),
        cmocka_unit_test(nobody_has_to_take_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
