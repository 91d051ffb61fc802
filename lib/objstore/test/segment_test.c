#include "objstore/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *name, *segment;
} cases[] = {
    {"royal-otter", "royal-otter"},
    {"Ünïcode läuft", "Ünïcode läuft"},
    {"a/b", "a%2Fb"},
    {"..", "%2E."},
    {".hidden", "%2Ehidden"},
    {"a.b", "a.b"},
    {"100%", "100%25"},
    {"a%2Fb", "a%252Fb"},
    {"line\nfeed", "line%0Afeed"},
    {"\x7f", "%7F"},
};

static void names_become_segments_and_names_again(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_arena arena = {0};
        struct spk_view segment = spk_objstore_segment(&arena, spk_view_of(cases[i].name));
        assert_true(spk_view_is(segment, cases[i].segment));
        assert_true(spk_view_is(spk_objstore_segment_name(&arena, segment), cases[i].name));
        spk_arena_deinit(&arena);
    }
}

static void a_text_that_was_not_encoded_stays(void **state)
{
    struct spk_arena arena = {0};
    assert_true(spk_view_is(spk_objstore_segment_name(&arena, SPK_V("50%")), "50%"));
    assert_true(spk_view_is(spk_objstore_segment_name(&arena, SPK_V("%zz%4")), "%zz%4"));
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_segments_and_names_again),
        cmocka_unit_test(a_text_that_was_not_encoded_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
