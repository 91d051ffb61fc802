#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static void literal_eval_gives_what_python_gives(void **state)
{
    struct golden golden;
    golden_open(&golden, "literal.tsv");
    while (golden_next(&golden)) {
        struct spk_value value = {0};
        bool good = spk_value_literal_eval(&golden.arena, golden.columns[0], &value);
        golden_expect_repr(&golden, 1, good ? value : (struct spk_value){0});
    }
    golden_close(&golden);
}

static void literal_eval_leaves_the_output_alone_on_failure(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value value = spk_int(7);
    assert_false(spk_value_literal_eval(&arena, SPK_V("[1, 2"), &value));
    assert_int_equal(value.kind, SPK_INT);
    assert_int_equal(value.integer, 7);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_eval_gives_what_python_gives),
        cmocka_unit_test(literal_eval_leaves_the_output_alone_on_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
