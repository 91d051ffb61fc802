#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

static bool collect(void *context, struct spk_value *slot)
{
    spk_list_append(*(struct spk_value *)context, *slot);
    return true;
}

/* dpath raises for two "**"; the engine finds nothing. */
static bool is_refused_by_dpath(const struct golden *golden)
{
    return spk_view_is(golden->columns[2], "!");
}

static void each_and_get_find_what_dpath_finds(void **state)
{
    struct golden golden;
    golden_open(&golden, "dpath.tsv");
    while (golden_next(&golden)) {
        struct spk_value document = golden_value(&golden, 0);
        struct spk_value path = golden_value(&golden, 1);
        struct spk_value found = spk_list_new(&golden.arena);
        spk_dpath_each(document, path, collect, &found);
        if (is_refused_by_dpath(&golden))
            assert_int_equal(spk_list_len(found), 0);
        else
            golden_expect_repr(&golden, 2, found);
        golden_expect_repr(&golden, 3, spk_dpath_get(document, path));
    }
    golden_close(&golden);
}

static void set_makes_what_dpath_new_makes(void **state)
{
    struct golden golden;
    golden_open(&golden, "dpath.tsv");
    while (golden_next(&golden)) {
        if (spk_view_is(golden.columns[4], "-"))
            continue;
        struct spk_value document = golden_value(&golden, 0);
        bool good =
            spk_dpath_set(&golden.arena, document, golden_value(&golden, 1), spk_str("NEW"));
        golden_expect_repr(&golden, 4, good ? document : (struct spk_value){0});
    }
    golden_close(&golden);
}

static void delete_leaves_what_dpath_leaves(void **state)
{
    struct golden golden;
    golden_open(&golden, "dpath.tsv");
    while (golden_next(&golden)) {
        struct spk_value document = golden_value(&golden, 0);
        size_t count = spk_dpath_delete(document, golden_value(&golden, 1));
        if (spk_view_is(golden.columns[5], "!"))
            continue;
        struct spk_value pair = spk_tuple_new(&golden.arena);
        spk_list_append(pair, document);
        spk_list_append(pair, spk_int((int64_t)count));
        golden_expect_repr(&golden, 5, pair);
    }
    golden_close(&golden);
}

static bool stop_at_once(void *context, struct spk_value *slot)
{
    ++*(int *)context;
    return false;
}

static void a_visit_that_says_false_is_the_last(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value list = spk_list_new(&arena);
    for (int i = 0; i < 5; i++)
        spk_list_append(list, spk_int(i));
    struct spk_value path = spk_list_new(&arena);
    spk_list_append(path, spk_str("*"));
    int visits = 0;
    spk_dpath_each(list, path, stop_at_once, &visits);
    assert_int_equal(visits, 1);
    spk_arena_deinit(&arena);
}

static void an_index_far_past_the_end_is_refused(void **state)
{
    struct spk_arena arena = {0};
    struct spk_value root = spk_dict_new(&arena);
    struct spk_value path = spk_list_new(&arena);
    spk_list_append(path, spk_str("a"));
    spk_list_append(path, spk_str("999999999"));
    assert_false(spk_dpath_set(&arena, root, path, spk_null()));
    spk_arena_deinit(&arena);
}

static void paths_print_as_people_write_them(void **state)
{
    const struct spk_path streams = {.key = SPK_VIEW("streams")};
    const struct spk_path third = {.parent = &streams, .index = 3};
    const struct spk_path retriever = {.parent = &third, .key = SPK_VIEW("retriever")};
    struct spk_buf text = {0};
    spk_path_print(&text, &retriever);
    assert_string_equal(spk_buf_cstr(&text), "streams[3].retriever");
    spk_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_and_get_find_what_dpath_finds),
        cmocka_unit_test(set_makes_what_dpath_new_makes),
        cmocka_unit_test(delete_leaves_what_dpath_leaves),
        cmocka_unit_test(a_visit_that_says_false_is_the_last),
        cmocka_unit_test(an_index_far_past_the_end_is_refused),
        cmocka_unit_test(paths_print_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
