/* What several threads may use at once. Worth most in a build with ThreadSanitizer. */
#include "base/event.h"
#include "base/id.h"
#include "base/map.h"
#include "base/secret.h"

#include <pthread.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 500 };

static void run_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

/* Each thread adds secrets of falling length and must not see its own any more. NULL when so. */
static void *add_and_redact(void *number)
{
    struct spk_buf buf = {0};
    void *failed = NULL;
    for (int i = 0; i < ROUNDS / 10; i++) {
        char secret[64];
        int length = snprintf(secret, sizeof secret, "%0*d-thread%d", 50 - i, i, *(int *)number);
        spk_secret_add(spk_view_make(secret, (size_t)length));
        spk_buf_clear(&buf);
        spk_buf_printf(&buf, "x %s y", secret);
        spk_secret_redact(&buf);
        failed = spk_view_equal(spk_buf_view(&buf), SPK_V("x **** y")) ? failed : number;
    }
    spk_buf_deinit(&buf);
    return failed;
}

static void threads_add_and_redact_secrets_together(void **state)
{
    run_threads(add_and_redact);
    spk_secret_forget_all();
}

static char ids[2][THREADS][ROUNDS][SPK_UUID_TEXT];

static void *make_ids(void *number)
{
    for (int i = 0; i < ROUNDS; i++) {
        spk_uuid4(ids[0][*(int *)number][i]);
        spk_uuid7(INT64_C(1700000000000000), ids[1][*(int *)number][i]);
    }
    return NULL;
}

static void ids_of_all_threads_differ(void **state)
{
    struct spk_map seen = {0};
    run_threads(make_ids);
    const char *id = &ids[0][0][0][0];
    for (size_t i = 0; i < sizeof ids / SPK_UUID_TEXT; i++, id += SPK_UUID_TEXT) {
        spk_map_set(&seen, spk_view_of(id), NULL);
    }
    assert_int_equal(seen.len, 2 * THREADS * ROUNDS);
    spk_map_deinit(&seen);
}

static void count_event(void *context, enum spk_event event, enum spk_level level,
                        struct spk_view line)
{
    ++*(int *)context;
}

static void *emit(void *number)
{
    for (int i = 0; i < ROUNDS; i++) {
        spk_event_emit(SPK_EVENT_STEP_DONE, SPK_FIELDS(SPK_INT("thread", *(int *)number)));
    }
    return NULL;
}

static void a_sink_sees_one_event_at_a_time(void **state)
{
    int count = 0;
    spk_event_set_sink(&(struct spk_event_sink){&count, count_event});
    run_threads(emit);
    spk_event_set_sink(NULL);
    assert_int_equal(count, THREADS * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_add_and_redact_secrets_together),
        cmocka_unit_test(ids_of_all_threads_differ),
        cmocka_unit_test(a_sink_sees_one_event_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
