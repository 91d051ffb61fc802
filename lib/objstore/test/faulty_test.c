/* Every act with the Nth call failing for N = 1, 2, ..., before it took effect and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "store.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* One act on a store that holds "old" = "old" and nothing else. */
struct act {
    const char *name;
    spk_rc (*run)(struct spk_objstore *store, struct spk_error *err);
    int calls;              /* that can fail */
    const char *keys_after; /* what the store lists when it is done */
};

static spk_rc stream(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_put put = {.key = SPK_V("new")};
    struct spk_objstore_writer *writer = NULL;
    spk_rc rc = spk_objstore_writer_open(store, &put, &writer, err);
    if (rc == SPK_OK)
        rc = spk_objstore_writer_write(writer, SPK_V("wh"), err);
    if (rc == SPK_OK)
        rc = spk_objstore_writer_write(writer, SPK_V("ole"), err);
    if (rc == SPK_OK)
        return spk_objstore_writer_finish(writer, NULL, err);
    spk_objstore_writer_abort(writer);
    return rc;
}

static spk_rc put_if_absent(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_put put = {.key = SPK_V("new"), .if_absent = true};
    struct spk_objstore_written written;
    return spk_objstore_put(store, &put, SPK_V("whole"), &written, err);
}

static spk_rc copy_old(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_copy copy = {.from = SPK_V("old"), .to = SPK_V("new")};
    return spk_objstore_copy(store, &copy, NULL, err);
}

static spk_rc delete_old(struct spk_objstore *store, struct spk_error *err)
{
    return spk_objstore_delete(store, SPK_V("old"), err);
}

static spk_rc get_old(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_get get = {.key = SPK_V("old")};
    struct spk_buf out = {0};
    spk_rc rc = spk_objstore_get(store, &get, &out, NULL, err);
    assert_int_equal(out.len, rc == SPK_OK ? 3 : 0);
    spk_buf_deinit(&out);
    return rc;
}

static spk_rc look_around(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_list list = {.max = 0};
    struct spk_objstore_page page = {.n = 99};
    struct spk_objstore_stat stat = {.size = 99};
    struct spk_arena arena = {0};
    spk_rc rc = spk_objstore_list(store, &list, &arena, &page, err);
    assert_int_equal(page.n, rc == SPK_OK ? 1 : 99);
    if (rc == SPK_OK)
        rc = spk_objstore_head(store, SPK_V("old"), &stat, NULL, err);
    assert_int_equal(stat.size, rc == SPK_OK ? 3 : 99);
    spk_arena_deinit(&arena);
    return rc;
}

static const struct act acts[] = {
    {"stream", stream, 4, "new old "}, {"put if absent", put_if_absent, 3, "new old "},
    {"copy", copy_old, 1, "new old "}, {"delete", delete_old, 1, ""},
    {"get", get_old, 3, "old "},       {"list and head", look_around, 2, "old "},
};

/* Whatever is visible is whole. */
static void check_whole(struct spk_objstore *store, const struct act *act)
{
    const char *fresh = text_of(store, "new");
    bool whole = strcmp(fresh, "(none)") == 0 || strcmp(fresh, "whole") == 0 ||
                 (act->run == copy_old && strcmp(fresh, "old") == 0);
    if (!whole)
        fail_msg("%s: new is \"%s\"", act->name, fresh);
    const char *old = text_of(store, "old");
    if (strcmp(old, "old") != 0 && act->run != delete_old)
        fail_msg("%s: old is \"%s\"", act->name, old);
}

static void run_with_fault(struct spk_objstore *inner, const struct act *act,
                           const struct spk_objstore_fault *fault)
{
    struct spk_error err = {0};
    struct spk_objstore *faulty = spk_objstore_faulty_create(inner, fault);
    put_text(inner, "old", "old");
    spk_rc rc = act->run(faulty, &err);
    if (fault->nth > act->calls) {
        assert_int_equal(rc, SPK_OK);
        assert_int_equal(spk_objstore_faulty_calls(faulty), act->calls);
    } else {
        assert_int_equal(rc, fault->rc);
        assert_non_null(strstr(err.text, "fails on purpose"));
        assert_int_equal(spk_objstore_faulty_calls(faulty), fault->nth);
        check_whole(inner, act);
        bool last = fault->late && fault->nth == act->calls;
        bool visible = strcmp(keys_of(inner), "old ") != 0;
        assert_int_equal(visible, last && strcmp(act->keys_after, "old ") != 0);
        assert_int_equal(act->run(faulty, NULL), SPK_OK); /* and then it goes through */
    }
    check_whole(inner, act);
    assert_string_equal(keys_of(inner), act->keys_after);
    spk_objstore_destroy(faulty);
}

static void every_failing_call_leaves_whole_objects(void **state)
{
    for (size_t i = 0; i < COUNT(acts); i++) {
        for (int n = 0; n < 4 * (acts[i].calls + 1); n++) {
            struct folder folder;
            struct spk_objstore_fault fault = {
                .nth = n / 4 + 1, .rc = SPK_ETRANSIENT, .late = n % 2};
            folder_init(&folder);
            struct spk_objstore *inner = open_url(n % 4 < 2 ? folder.url : "memory:", NULL);
            run_with_fault(inner, &acts[i], &fault);
            spk_objstore_destroy(inner);
            folder_deinit(&folder);
        }
    }
}

static void a_lost_answer_to_a_conditional_put_shows_as_exists(void **state)
{
    struct spk_objstore *inner = open_url("memory:", NULL);
    struct spk_objstore_fault fault = {.nth = 3, .rc = SPK_ETRANSIENT, .late = true};
    struct spk_objstore *faulty = spk_objstore_faulty_create(inner, &fault);
    struct spk_objstore_put put = {.key = SPK_V("k"), .if_absent = true};
    struct spk_objstore_written written = {0};
    assert_int_equal(spk_objstore_put(faulty, &put, SPK_V("x"), &written, NULL), SPK_ETRANSIENT);
    assert_int_equal(written.size, 0);
    assert_int_equal(spk_objstore_put(faulty, &put, SPK_V("x"), &written, NULL), SPK_OK);
    assert_true(written.exists);
    spk_objstore_destroy(faulty);
    spk_objstore_destroy(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_call_leaves_whole_objects),
        cmocka_unit_test(a_lost_answer_to_a_conditional_put_shows_as_exists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
