#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "value/value.h"

static void a_list_keeps_order_through_inserts_and_removals(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value list = spk_list_new(&arena);
    for (int i = 0; i < 100; i++)
        spk_list_append(list, spk_int(i));
    spk_list_insert(list, 0, spk_int(-1));
    spk_list_insert(list, spk_list_len(list), spk_int(100));
    spk_list_remove(list, 50);
    assert_int_equal(spk_list_len(list), 101);
    for (int i = 0; i < 101; i++)
        assert_int_equal(spk_list_at(list, (size_t)i).integer, i < 50 ? i - 1 : i);
    spk_arena_deinit(&arena);
}

static struct spk_view numbered(struct spk_arena *arena, int i)
{
    return spk_arena_printf(arena, "key %d", i);
}

static void a_dict_finds_its_keys_at_any_size(void **state)
{
    enum { KEYS = 3000 };
    struct spk_arena arena = {0};
    struct spk_value dict = spk_dict_new(&arena);
    for (int i = 0; i < KEYS; i++)
        spk_dict_set(dict, numbered(&arena, i), spk_int(i));
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(spk_dict_get(dict, numbered(&arena, i)).integer, i);
    assert_false(spk_is_defined(spk_get(dict, "key 3000")));
    for (int i = 0; i < KEYS; i += 3)
        assert_true(spk_dict_remove(dict, numbered(&arena, i)));
    assert_false(spk_dict_remove(dict, numbered(&arena, 0)));
    assert_int_equal(spk_dict_len(dict), KEYS - KEYS / 3);
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(spk_is_defined(spk_dict_get(dict, numbered(&arena, i))), i % 3 != 0);
    spk_arena_deinit(&arena);
}

static void a_replaced_key_keeps_its_place(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value dict = spk_dict_new(&arena);
    spk_set(dict, "a", spk_int(1));
    spk_set(dict, "b", spk_int(2));
    spk_set(dict, "a", spk_int(3));
    assert_int_equal(spk_dict_len(dict), 2);
    assert_true(spk_view_is(dict.dict->entries[0].key.text, "a"));
    assert_int_equal(dict.dict->entries[0].value.integer, 3);
    spk_arena_deinit(&arena);
}

static void one_one_point_zero_and_true_are_the_same_key(void **state)
{
    struct spk_arena arena = {0};
    for (int others = 0; others < 20; others += 19) {
        struct spk_value dict = spk_dict_new(&arena);
        for (int i = 0; i < others; i++)
            spk_dict_set_value(dict, spk_int(i + 10), spk_null());
        spk_dict_set_value(dict, spk_int(1), spk_str("int"));
        spk_dict_set_value(dict, spk_float(1.0), spk_str("float"));
        spk_dict_set_value(dict, spk_bool(true), spk_str("bool"));
        assert_int_equal(spk_dict_len(dict), others + 1);
        struct spk_value found = spk_dict_get_value(dict, spk_int(1));
        assert_true(spk_view_is(found.text, "bool"));
        assert_false(spk_is_defined(spk_get(dict, "1")));
        assert_true(spk_dict_remove_value(dict, spk_float(1.0)));
    }
    spk_arena_deinit(&arena);
}

static void lookups_chain_through_what_is_no_dict(void **state)
{
    struct spk_value nothing = spk_get(spk_get(spk_int(5), "a"), "b");
    assert_false(spk_is_defined(nothing));
    assert_null(spk_dict_find(spk_null(), SPK_V("a")));
    assert_false(spk_dict_remove(spk_null(), SPK_V("a")));
}

static void integers_of_any_size_are_exact(void **state)
{
    const struct {
        const char *digits;
        enum spk_kind kind;
        int64_t number;
    } cases[] = {
        {"0", SPK_INT, 0},
        {"-0", SPK_INT, 0},
        {"000", SPK_INT, 0},
        {"9223372036854775807", SPK_INT, INT64_MAX},
        {"-9223372036854775808", SPK_INT, INT64_MIN},
        {"9223372036854775808", SPK_BIGINT, 0},
        {"-9223372036854775809", SPK_BIGINT, 0},
        {"99999999999999999999999999", SPK_BIGINT, 0},
    };
    struct spk_arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_view digits = spk_view_of(cases[i].digits);
        struct spk_value value = spk_integer_from_digits(&arena, digits);
        assert_int_equal(value.kind, cases[i].kind);
        if (cases[i].kind == SPK_INT)
            assert_int_equal(value.integer, cases[i].number);
        else
            assert_true(spk_view_equal(value.text, digits));
    }
    struct spk_value padded = spk_integer_from_digits(&arena, SPK_V("-00099999999999999999999"));
    assert_true(spk_view_is(padded.text, "-99999999999999999999"));
    spk_arena_deinit(&arena);
}

static void a_copy_shares_nothing_with_its_source(void **state)
{
    struct spk_arena arena = {0};
    struct spk_arena other = {0};
    struct spk_civil time = {2024, 1, 31, 10, 0, 0, 0, 0, true};
    char text[] = "text";
    struct spk_value dict = spk_dict_new(&arena);
    struct spk_value list = spk_list_new(&arena);
    struct spk_value marked = spk_string(spk_view_of(text));
    marked.flags = SPK_VALUE_QUOTED;
    marked.mark = spk_mark_make(3, 5);
    spk_list_append(list, marked);
    spk_list_append(list, (struct spk_value){.kind = SPK_DATETIME, .time = &time});
    spk_list_append(list, spk_tuple_new(&arena));
    spk_set(dict, "list", list);
    struct spk_value copy = spk_value_copy(&other, dict);
    assert_true(spk_value_equal(copy, dict));
    spk_list_append(list, spk_null());
    text[0] = 'n';
    time.year = 1999;
    spk_arena_deinit(&arena);
    struct spk_value items = spk_get(copy, "list");
    assert_int_equal(spk_list_len(items), 3);
    struct spk_value first = spk_list_at(items, 0);
    assert_true(spk_view_is(first.text, "text"));
    assert_int_equal(first.flags, SPK_VALUE_QUOTED);
    assert_int_equal(spk_mark_line(first.mark), 3);
    assert_int_equal(spk_list_at(items, 1).time->year, 2024);
    spk_arena_deinit(&other);
}

static void kinds_are_named_as_in_python(void **state)
{
    struct spk_arena arena = {0};
    const struct {
        struct spk_value value;
        const char *name;
    } cases[] = {
        {spk_null(), "NoneType"},
        {spk_bool(true), "bool"},
        {spk_int(1), "int"},
        {spk_float(1), "float"},
        {spk_str("x"), "str"},
        {spk_list_new(&arena), "list"},
        {spk_tuple_new(&arena), "tuple"},
        {spk_dict_new(&arena), "dict"},
        {{.kind = SPK_BIGINT}, "int"},
        {{.kind = SPK_BYTES}, "bytes"},
        {{.kind = SPK_DATETIME}, "datetime"},
        {{.kind = SPK_DATE}, "date"},
        {{.kind = SPK_TIMEDELTA}, "timedelta"},
        {{.kind = SPK_STRING, .flags = SPK_VALUE_SAFE}, "Markup"},
        {{0}, "Undefined"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(spk_value_type_name(cases[i].value), cases[i].name);
    assert_true(spk_view_is(spk_value_text_or(spk_int(1), "fallback"), "fallback"));
    assert_true(spk_view_is(spk_value_text_or(spk_str("x"), "fallback"), "x"));
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_keeps_order_through_inserts_and_removals),
        cmocka_unit_test(a_dict_finds_its_keys_at_any_size),
        cmocka_unit_test(a_replaced_key_keeps_its_place),
        cmocka_unit_test(one_one_point_zero_and_true_are_the_same_key),
        cmocka_unit_test(lookups_chain_through_what_is_no_dict),
        cmocka_unit_test(integers_of_any_size_are_exact),
        cmocka_unit_test(a_copy_shares_nothing_with_its_source),
        cmocka_unit_test(kinds_are_named_as_in_python),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
