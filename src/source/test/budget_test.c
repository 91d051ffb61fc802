/* Rate limits: which requests a policy takes, when it lets them through, in which order. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "source/budget/budget.h"

#define FIXED(period, limit)                                                                       \
    "{type: FixedWindowCallRatePolicy, matchers: [], period: " period ", call_limit: " limit "}"
#define MOVING(rates)                                                                              \
    "{type: MovingWindowCallRatePolicy, matchers: [], "                                            \
    "rates: [" rates "]}"

#define CALL(at, weight, after) {at, weight, after, -1, 0}
#define TELL(at, left, reset)   {at, 0, 0, left, reset}

enum { STEPS = 12 };

struct step {
    double at_s;
    int weight;   /* 0: an answer tells `left` and `reset_s` */
    double after; /* of a call: seconds until it may be asked again; 0: it is counted */
    int left;     /* < 0: nothing told */
    double reset_s;
};

static const struct {
    const char *name; /* a sentence */
    const char *policy;
    struct step steps[STEPS];
    int len;
} runs[] = {
    {"a window opens with the first call",
     FIXED("PT10S", "2"),
     {CALL(100, 1, 0), CALL(104, 1, 0), CALL(105, 1, 5), CALL(110.5, 1, 0), CALL(111, 1, 0),
      CALL(112, 1, 8)},
     6},
    {"windows that nobody used are passed over",
     FIXED("PT10S", "1"),
     {CALL(100, 1, 0), CALL(155, 1, 0), CALL(156, 1, 4), CALL(160.5, 1, 0)},
     4},
    {"a call may weigh more",
     FIXED("PT10S", "5"),
     {CALL(100, 3, 0), CALL(100, 3, 10), CALL(100, 2, 0)},
     3},
    {"an answer tells that fewer are left",
     FIXED("PT10S", "5"),
     {CALL(100, 1, 0), TELL(101, 1, 0), CALL(101, 1, 0), CALL(101, 1, 9)},
     4},
    {"more than the limit are never left",
     FIXED("PT10S", "2"),
     {CALL(100, 1, 0), TELL(101, 50, 0), CALL(101, 1, 0), CALL(101, 1, 9)},
     4},
    {"an answer tells when the window ends",
     FIXED("PT10S", "1"),
     {CALL(100, 1, 0), TELL(101, 0, 130), CALL(102, 1, 28), CALL(131, 1, 0), CALL(132, 1, 8)},
     5},
    {"a moving window counts what lies in it",
     MOVING("{limit: 2, interval: PT10S}"),
     {CALL(100, 1, 0), CALL(104, 1, 0), CALL(105, 1, 5), CALL(110.5, 1, 0), CALL(111, 1, 3),
      CALL(114.5, 1, 0)},
     6},
    {"all rates are kept to",
     MOVING("{limit: 2, interval: PT1S}, {limit: 3, interval: PT10S}"),
     {CALL(100, 1, 0), CALL(100.25, 1, 0), CALL(100.5, 1, 0.5), CALL(101.5, 1, 0), CALL(103, 1, 7)},
     5},
    {"weights count in a moving window",
     MOVING("{limit: 5, interval: PT10S}"),
     {CALL(100, 2, 0), CALL(101, 3, 0), CALL(102, 3, 9), CALL(102, 1, 8)},
     4},
    {"a limit that others used up fills the window",
     MOVING("{limit: 3, interval: PT10S}"),
     {CALL(100, 1, 0), TELL(101, 0, 0), CALL(102, 1, 8), CALL(110.5, 1, 0), CALL(110.5, 1, 0.5)},
     5},
    {"what is told with a time is left to the window",
     MOVING("{limit: 3, interval: PT10S}"),
     {CALL(100, 1, 0), TELL(101, 0, 130), CALL(102, 1, 0)},
     3},
    {"an unlimited policy lets all through",
     "{type: UnlimitedCallRatePolicy, matchers: []}",
     {CALL(100, 1, 0), CALL(100, 1000, 0), TELL(100, 0, 130), CALL(100, 1, 0)},
     4},
};

static void calls_are_let_through_as_the_policy_says(void **state)
{
    for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        struct spk_component *policy = fixture_build(&f, runs[i].policy, SPK_KIND_CALL_POLICY);
        const struct spk_call_policy_ops *ops = SPK_OPS(policy, call_policy);
        for (int j = 0; j < runs[i].len; j++) {
            const struct step *step = &runs[i].steps[j];
            int64_t now_us = (int64_t)(step->at_s * 1e6), free_us = now_us;
            const struct spk_call_told told = {step->left, (int64_t)(step->reset_s * 1e6)};
            if (step->weight == 0)
                ops->update(policy, &told, now_us);
            else
                ops->acquire(policy, step->weight, now_us, &free_us);
            if ((free_us - now_us) / 100 != (int64_t)(step->after * 1e4))
                fail_msg("%s: step %d waits %lld us", runs[i].name, j,
                         (long long)(free_us - now_us));
        }
        fixture_deinit(&f);
    }
}

static const struct {
    const char *matcher;
    bool takes;
    int weight;
} matchers[] = {
    {"{}", true, 1},
    {"{method: post}", true, 1},
    {"{method: GET}", false, 0},
    {"{url_base: 'https://api.test:8080/'}", true, 1},
    {"{url_base: 'https://api.test'}", false, 0},
    {"{url_path_pattern: '^/v1/[a-z]+$', weight: 3}", true, 3},
    {"{url_path_pattern: ite, weight: \"{{ config['w'] }}\"}", true, 7},
    {"{url_path_pattern: '/v2/'}", false, 0},
    {"{params: {a: b c, n: 1}}", true, 1},
    {"{params: {a: b}}", false, 0},
    {"{params: {empty: ''}}", false, 0},
    {"{headers: {x-kind: big}}", true, 1},
    {"{headers: {X-KIND: small}}", false, 0},
    {"{headers: {X-Other: big}}", false, 0},
};

static void a_matcher_takes_what_it_names(void **state)
{
    static const struct spk_http_header headers[] = {{SPK_VIEW("X-Kind"), SPK_VIEW("big")}};
    const struct spk_http_request request = {
        .method = SPK_V("POST"),
        .url = SPK_V("https://api.test:8080/v1/items/?a=b+c&n=2&n=1&empty="),
        .headers = headers,
        .headers_len = 1};
    for (size_t i = 0; i < sizeof(matchers) / sizeof(*matchers); i++) {
        struct fixture f;
        int64_t weight = 0;
        fixture_init(&f, "{\"w\": 7}", NULL);
        struct spk_value node = fixture_yaml(&f, matchers[i].matcher);
        spk_set(node, "type", spk_str("HttpRequestRegexMatcher"));
        struct spk_component *matcher = fixture_try(&f, node, SPK_KIND_OTHER);
        assert_non_null(matcher);
        if (spk_request_matches(matcher, &request, &weight) != matchers[i].takes ||
            weight != matchers[i].weight)
            fail_msg("%s: weight %lld", matchers[i].matcher, (long long)weight);
        fixture_deinit(&f);
    }
}

static void a_policy_that_cannot_work_is_told_when_it_is_built(void **state)
{
    static const char *const nodes[] = {
        FIXED("soon", "1"),
        FIXED("PT0S", "1"),
        FIXED("PT1S", "0"),
        MOVING(""),
        MOVING("{limit: 0, interval: PT1S}"),
        MOVING("{limit: \"{{ config['none'] }}\", interval: PT1S}"),
        MOVING("{limit: 1, interval: PT0S}"),
        "{type: UnlimitedCallRatePolicy, matchers: [{weight: 0}]}",
        "{type: UnlimitedCallRatePolicy, matchers: [{url_path_pattern: '('}]}",
    };
    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        if (fixture_try(&f, fixture_yaml(&f, nodes[i]), SPK_KIND_CALL_POLICY))
            fail_msg("%s is taken", nodes[i]);
        assert_int_equal(f.err.rc, SPK_ECONFIG);
        fixture_deinit(&f);
    }
}

static struct spk_component *budget_of(struct fixture *f, const char *policy)
{
    struct spk_value node = spk_dict_new(&f->arena), policies = spk_list_new(&f->arena);
    spk_list_append(policies, fixture_yaml(f, policy));
    spk_set(node, "type", spk_str("HTTPAPIBudget"));
    spk_set(node, "policies", policies);
    struct spk_component *budget = fixture_try(f, node, SPK_KIND_OTHER);
    if (!budget)
        fail_msg("%s", f->err.text);
    return budget;
}

static const struct spk_http_request plain = {.url = SPK_VIEW("https://api.test/items")};

static void who_need_not_wait_is_told(void **state)
{
    struct fixture f;
    bool later = true;
    fixture_init(&f, NULL, NULL);
    struct spk_component *budget = budget_of(&f, FIXED("PT1H", "2"));
    assert_int_equal(spk_budget_acquire(budget, &plain, &later, NULL), SPK_OK);
    assert_false(later);
    struct spk_response response = {.status = 429};
    spk_budget_update(budget, &plain, &response);
    assert_int_equal(spk_budget_acquire(budget, &plain, &later, NULL), SPK_OK);
    assert_true(later);
    assert_int_equal(spk_budget_acquire(NULL, &plain, NULL, NULL), SPK_OK);
    fixture_deinit(&f);
}

static void a_call_that_never_fits_fails(void **state)
{
    struct fixture f;
    fixture_init(&f, NULL, NULL);
    struct spk_component *budget = budget_of(
        &f, "{type: FixedWindowCallRatePolicy, period: PT1H, call_limit: 2, matchers: [{weight: "
            "3}]}");
    assert_int_equal(spk_budget_acquire(budget, &plain, NULL, NULL), SPK_EDATA);
    fixture_deinit(&f);
}

struct crowd {
    struct spk_component *budget;
    spk_rc expected;
};

static void *acquire_three(void *context)
{
    struct crowd *crowd = context;
    for (int i = 0; i < 3; i++) {
        if (spk_budget_acquire(crowd->budget, &plain, NULL, NULL) != crowd->expected)
            return NULL;
    }
    return context;
}

static void run_crowd(struct crowd *crowd, struct spk_pause *cancelled)
{
    enum { THREADS = 20 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, acquire_three, crowd), 0);
    if (cancelled)
        spk_pause_cancel(cancelled);
    for (int i = 0; i < THREADS; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        assert_non_null(good);
    }
}

static void many_threads_share_a_budget(void **state)
{
    struct fixture f;
    fixture_init(&f, NULL, NULL);
    struct crowd crowd = {budget_of(&f, MOVING("{limit: 20, interval: PT0.1S}")), SPK_OK};
    int64_t began_us = spk_time_monotonic_us();
    run_crowd(&crowd, NULL);
    assert_true(spk_time_monotonic_us() - began_us > 150000); /* 60 calls: two intervals pass */
    fixture_deinit(&f);
}

static void all_who_wait_end_with_the_read(void **state)
{
    struct fixture f;
    bool later;
    fixture_init(&f, NULL, NULL);
    struct crowd crowd = {budget_of(&f, FIXED("PT10H", "1")), SPK_ESYSTEM};
    assert_int_equal(spk_budget_acquire(crowd.budget, &plain, &later, NULL), SPK_OK);
    run_crowd(&crowd, &f.source->pause);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_let_through_as_the_policy_says),
        cmocka_unit_test(a_matcher_takes_what_it_names),
        cmocka_unit_test(a_policy_that_cannot_work_is_told_when_it_is_built),
        cmocka_unit_test(who_need_not_wait_is_told),
        cmocka_unit_test(a_call_that_never_fits_fails),
        cmocka_unit_test(many_threads_share_a_budget),
        cmocka_unit_test(all_who_wait_end_with_the_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
