#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "value/value_internal.h"

static void values_compare_as_in_python(void **state)
{
    struct golden golden;
    golden_open(&golden, "compare.tsv");
    while (golden_next(&golden)) {
        struct spk_value a = golden_value(&golden, 0);
        struct spk_value b = golden_value(&golden, 1);
        golden_expect(&golden, 2, spk_view_of(spk_value_equal(a, b) ? "1" : "0"));
        golden_expect(&golden, 4, spk_view_of(spk_value_truthy(a) ? "1" : "0"));
        int order = 0;
        struct spk_view text = spk_value_compare(a, b, &order)
                                   ? spk_arena_printf(&golden.arena, "%d", order)
                                   : SPK_V("!");
        golden_expect(&golden, 3, text);
    }
    golden_close(&golden);
}

static void equal_keys_have_equal_hashes(void **state)
{
    struct golden golden;
    golden_open(&golden, "compare.tsv");
    while (golden_next(&golden)) {
        struct spk_value a = golden_value(&golden, 0);
        struct spk_value b = golden_value(&golden, 1);
        if (spk_value_is_hashable(a) && spk_value_equal(a, b) &&
            spk_value_hash(a) != spk_value_hash(b))
            fail_msg("line %u: equal, but other hashes", golden.line);
    }
    golden_close(&golden);
}

static void instants_compare_across_offsets_but_not_with_naive_ones(void **state)
{
    const struct spk_civil utc = {2024, 1, 1, 12, 0, 0, 0, 0, true};
    const struct spk_civil paris = {2024, 1, 1, 13, 0, 0, 0, 3600, true};
    const struct spk_civil naive = {2024, 1, 1, 12, 0, 0, 0, 0, false};
    struct spk_value a = {.kind = SPK_DATETIME, .time = &utc};
    struct spk_value b = {.kind = SPK_DATETIME, .time = &paris};
    struct spk_value c = {.kind = SPK_DATETIME, .time = &naive};
    int order = 7;
    assert_true(spk_value_equal(a, b));
    assert_int_equal(spk_value_hash(a), spk_value_hash(b));
    assert_true(spk_value_compare(a, b, &order));
    assert_int_equal(order, 0);
    assert_false(spk_value_equal(a, c));
    assert_false(spk_value_compare(a, c, &order));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_compare_as_in_python),
        cmocka_unit_test(equal_keys_have_equal_hashes),
        cmocka_unit_test(instants_compare_across_offsets_but_not_with_naive_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
