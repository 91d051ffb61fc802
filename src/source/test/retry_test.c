/* How often and after how long a request is tried again; waiting that can be given up. */
#include "source/exchange/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "source/pause.h"

enum { STEPS = 12, TOLD = SPK_RETRY_TOLD, LIMITED = SPK_RETRY_LIMITED, FAILED = SPK_RETRY_FAILED };

struct step {
    int kind;
    double at_s; /* when the try that fails was begun */
    double wait; /* < 0: given up */
};

static const struct {
    const char *name; /* a sentence */
    int retries;
    struct step steps[STEPS];
    int len;
} runs[] = {
    {"failures wait 1, 2, 4 seconds",
     3,
     {{FAILED, 0, 1}, {FAILED, 1, 2}, {FAILED, 3, 4}, {FAILED, 7, -1}},
     4},
    {"a told time gets one more second", 1, {{TOLD, 0, 3}, {TOLD, 3, -1}}, 2},
    {"no retries", 0, {{FAILED, 0, -1}}, 1},
    {"fewer than none are none", -3, {{LIMITED, 0, -1}}, 1},
    {"after the time there is no further try", 9, {{FAILED, 0, 1}, {FAILED, 600, -1}}, 2},
    {"a wait ends with the time", 9, {{FAILED, 0, 1}, {FAILED, 599.5, 0.5}}, 2},
    {"a rate limit has no end of time", 9, {{LIMITED, 0, 1}, {LIMITED, 9999, 2}}, 2},
    {"a failure starts the told ones anew",
     2,
     {{TOLD, 0, 3}, {TOLD, 3, 3}, {FAILED, 6, 1}, {TOLD, 7, 3}, {TOLD, 10, 3}, {TOLD, 13, -1}},
     6},
    {"a rate limit starts the told ones anew, not the failures",
     2,
     {{FAILED, 0, 1},
      {TOLD, 1, 3},
      {LIMITED, 4, 1},
      {TOLD, 5, 3},
      {FAILED, 8, 2},
      {LIMITED, 10, 1},
      {FAILED, 11, -1}},
     7},
    {"told times do not count against the time of the failures' last turn",
     9,
     {{FAILED, 0, 1}, {TOLD, 1, 3}, {TOLD, 590, 3}, {FAILED, 610, 2}, {TOLD, 612, 3}},
     5},
};

static void a_request_is_tried_as_often_as_the_cdk_does(void **state)
{
    for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
        struct spk_retry_limits limits = {runs[i].retries, 600};
        struct spk_retry retry;
        spk_retry_begin(&retry, 0);
        for (int j = 0; j < runs[i].len; j++) {
            const struct step *step = &runs[i].steps[j];
            if (j > 0)
                spk_retry_sent(&retry, (int64_t)(step->at_s * 1e6));
            double wait = spk_retry_wait(&retry, (enum spk_retry_kind)step->kind, 2, &limits);
            if (wait != step->wait)
                fail_msg("%s: step %d waits %g", runs[i].name, j, wait);
        }
    }
}

static void *wait_long(void *context)
{
    return spk_pause_for(context, 3600, NULL) == SPK_ESYSTEM ? context : NULL;
}

static void a_wait_that_is_given_up_ends_for_all(void **state)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct spk_pause pause;
    assert_int_equal(spk_pause_init(&pause, NULL), SPK_OK);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_long, &pause), 0);
    spk_pause_cancel(&pause);
    for (int i = 0; i < THREADS; i++) {
        void *ended = NULL;
        pthread_join(threads[i], &ended);
        assert_non_null(ended);
    }
    assert_int_equal(spk_pause_for(&pause, 3600, NULL), SPK_ESYSTEM);
    spk_pause_renew(&pause);
    assert_int_equal(spk_pause_for(&pause, 0.001, NULL), SPK_OK);
    assert_int_equal(spk_pause_for(&pause, -1, NULL), SPK_OK);
    spk_pause_deinit(&pause);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_tried_as_often_as_the_cdk_does),
        cmocka_unit_test(a_wait_that_is_given_up_ends_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
