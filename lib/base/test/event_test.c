#include "base/event.h"

#include "base/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct seen {
    int count;
    enum spk_level level;
    struct spk_buf line;
};

static void see(void *context, enum spk_event event, enum spk_level level, struct spk_view line)
{
    struct seen *seen = context;
    seen->count++;
    seen->level = level;
    spk_buf_clear(&seen->line);
    spk_buf_append(&seen->line, line);
}

static struct seen seen;

static int catch_events(void **state)
{
    spk_event_set_sink(&(struct spk_event_sink){&seen, see});
    return 0;
}

static int release_events(void **state)
{
    spk_event_set_sink(NULL);
    spk_event_set_level(SPK_INFO);
    spk_secret_forget_all();
    spk_buf_deinit(&seen.line);
    seen = (struct seen){0};
    return 0;
}

static void fields_follow_the_name(void **state)
{
    spk_event_emit(SPK_EVENT_STEP_DONE, SPK_FIELDS(SPK_INT("rows", 5), SPK_DOUBLE("seconds", 0.1)));
    assert_string_equal(spk_buf_cstr(&seen.line), "step.done rows=5 seconds=0.1");
    assert_int_equal(seen.level, SPK_INFO);
    spk_event_emit(SPK_EVENT_STEP_DONE, NULL, 0);
    assert_string_equal(spk_buf_cstr(&seen.line), "step.done");
}

static void texts_are_quoted_where_they_could_be_misread(void **state)
{
    static const struct {
        struct spk_view text;
        const char *line;
    } cases[] = {
        {SPK_VIEW("plain/text:1"), "step.done t=plain/text:1"},
        {SPK_VIEW("gr\xc3\xbcn"), "step.done t=gr\xc3\xbcn"},
        {SPK_VIEW(""), "step.done t=\"\""},
        {SPK_VIEW("two words"), "step.done t=\"two words\""},
        {SPK_VIEW("a=b"), "step.done t=\"a=b\""},
        {SPK_VIEW("say \"x\"\\\n\t\x01"), "step.done t=\"say \\\"x\\\"\\\\\\n\\t\\u0001\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        spk_event_emit(SPK_EVENT_STEP_DONE, SPK_FIELDS(SPK_TEXT("t", cases[i].text)));
        assert_string_equal(spk_buf_cstr(&seen.line), cases[i].line);
    }
}

static void secrets_leave_no_trace_even_when_quoted(void **state)
{
    spk_secret_add(SPK_V("hunter22"));
    spk_secret_add(SPK_V("two \"words\""));
    spk_event_emit(SPK_EVENT_STEP_DONE, SPK_FIELDS(SPK_TEXT("a", SPK_V("hunter22")),
                                                   SPK_TEXT("b", SPK_V("two \"words\""))));
    assert_string_equal(spk_buf_cstr(&seen.line), "step.done a=**** b=\"****\"");
}

static void lesser_levels_are_dropped(void **state)
{
    spk_event_emit(SPK_EVENT_REQUEST_SENT, NULL, 0);
    assert_int_equal(seen.count, 0);
    spk_event_set_level(SPK_DEBUG);
    spk_event_emit(SPK_EVENT_REQUEST_SENT, NULL, 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.level, SPK_DEBUG);
}

static void every_event_is_named_noun_verb(void **state)
{
    for (int i = 0; i < SPK_EVENT_COUNT; i++) {
        struct spk_view rest = spk_view_of(spk_event_name((enum spk_event)i));
        assert_true(spk_view_cut(&rest, '.').len > 0);
        assert_true(rest.len > 0);
        assert_int_equal(spk_view_find(rest, SPK_V(" "), 0), -1);
    }
}

#define EVENT_TEST(test) cmocka_unit_test_setup_teardown(test, catch_events, release_events)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVENT_TEST(fields_follow_the_name),
        EVENT_TEST(texts_are_quoted_where_they_could_be_misread),
        EVENT_TEST(secrets_leave_no_trace_even_when_quoted),
        EVENT_TEST(lesser_levels_are_dropped),
        EVENT_TEST(every_event_is_named_noun_verb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
