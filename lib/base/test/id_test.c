#include "base/id.h"

#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_uuid(const char *id, char version)
{
    assert_int_equal(strlen(id), 36);
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            assert_int_equal(id[i], '-');
        } else {
            assert_non_null(strchr("0123456789abcdef", id[i]));
        }
    }
    assert_int_equal(id[14], version);
    assert_non_null(strchr("89ab", id[19]));
}

static void random_ids_do_not_repeat(void **state)
{
    struct spk_map seen = {0};
    for (int i = 0; i < 10000; i++) {
        char id[SPK_UUID_TEXT];
        spk_uuid4(id);
        assert_uuid(id, '4');
        assert_false(spk_map_has(&seen, spk_view_of(id)));
        spk_map_set(&seen, spk_view_of(id), NULL);
    }
    spk_map_deinit(&seen);
}

static void a_forked_child_makes_other_ids(void **state)
{
    char mine[SPK_UUID_TEXT], childs[SPK_UUID_TEXT] = "";
    int ends[2];
    spk_uuid4(mine);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        spk_uuid4(childs);
        _exit(write(ends[1], childs, sizeof childs) == sizeof childs ? 0 : 1);
    }
    spk_uuid4(mine);
    assert_int_equal(read(ends[0], childs, sizeof childs), sizeof childs);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    assert_string_not_equal(mine, childs);
}

static void ordered_ids_rise_even_when_the_clock_goes_back(void **state)
{
    char last[SPK_UUID_TEXT] = "", id[SPK_UUID_TEXT];
    for (int64_t i = 0; i < 2000; i++) {
        spk_uuid7(INT64_C(1700000000000000) - i * 1000, id);
        assert_uuid(id, '7');
        assert_true(strcmp(id, last) > 0);
        memcpy(last, id, sizeof last);
    }
    spk_uuid7(INT64_C(1800000000000000), id);
    assert_memory_equal(id, "01a3185c-5000", 13); /* 1800000000000 ms in hex */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_ids_do_not_repeat),
        cmocka_unit_test(a_forked_child_makes_other_ids),
        cmocka_unit_test(ordered_ids_rise_even_when_the_clock_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
