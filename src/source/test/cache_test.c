/* Answers that are kept for a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "source/exchange/cache.h"

static const struct spk_http_header headers[] = {{SPK_VIEW("X-A"), SPK_VIEW("1")}};

static const struct spk_http_exchange exchanges[] = {
    {.url = SPK_VIEW("http://api.test/busy"), .status = 503},
    {.url = SPK_VIEW("http://api.test/busy"), .status = 200, .answer = SPK_VIEW("now")},
    {.url = SPK_VIEW("http://api.test/"),
     .status = 200,
     .headers = headers,
     .headers_len = 1,
     .answer = SPK_VIEW("hello")},
};

struct fixture {
    struct spk_http *http;
    struct spk_cache *cache;
};

static struct fixture open_fixture(void)
{
    struct fixture f = {.http = spk_http_memory_create(exchanges, 3, SPK_HTTP_MATCHING)};
    f.cache = spk_cache_create(f.http);
    return f;
}

static void close_fixture(struct fixture *f)
{
    spk_cache_destroy(f->cache);
    spk_http_destroy(f->http);
}

/* The answer's status; its body must be `body`. */
static int ask(struct fixture *f, const struct spk_http_request *request, const char *body)
{
    struct spk_cache_start start = {0};
    struct spk_http_response answer = {0};
    assert_int_equal(spk_cache_start(f->cache, SPK_V("s"), request, &start, NULL), SPK_OK);
    assert_non_null(start.entry);
    assert_int_equal(spk_cache_wait(f->cache, start.entry, request, &answer, NULL), SPK_OK);
    if (body)
        assert_true(spk_view_is(spk_buf_view(&answer.body), body));
    int status = answer.status;
    spk_http_response_deinit(&answer);
    return status;
}

static void the_same_request_is_sent_once(void **unused)
{
    struct fixture f = open_fixture();
    struct spk_http_request request = {.method = SPK_V("GET"), .url = SPK_V("http://api.test/")};
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(&f, &request, "hello"), 200);
    assert_int_equal(spk_http_memory_seen_len(f.http), 1);
    close_fixture(&f);
}

static void credentials_do_not_matter_but_other_headers_do(void **unused)
{
    static const struct {
        const char *name, *value;
        size_t sent; /* in all */
    } table[] = {{"Authorization", "Bearer 1", 1},
                 {"authorization", "Bearer 2", 1},
                 {"X-Api-Key", "k", 1},
                 {"X-Page", "1", 2},
                 {"X-Page", "2", 3},
                 {"X-Page", "1", 3}};
    struct fixture f = open_fixture();
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct spk_http_header header = {spk_view_of(table[i].name), spk_view_of(table[i].value)};
        struct spk_http_request request = {.method = SPK_V("GET"),
                                           .url = SPK_V("http://api.test/"),
                                           .headers = &header,
                                           .headers_len = 1};
        ask(&f, &request, "hello");
        assert_int_equal(spk_http_memory_seen_len(f.http), table[i].sent);
    }
    close_fixture(&f);
}

static void only_good_answers_are_kept(void **unused)
{
    struct fixture f = open_fixture();
    struct spk_http_request request = {.method = SPK_V("GET"),
                                       .url = SPK_V("http://api.test/busy")};
    assert_int_equal(ask(&f, &request, NULL), 503);
    assert_int_equal(ask(&f, &request, "now"), 200);
    assert_int_equal(ask(&f, &request, "now"), 200);
    assert_int_equal(spk_http_memory_seen_len(f.http), 2);
    close_fixture(&f);
}

static void a_post_is_not_for_the_cache(void **unused)
{
    struct fixture f = open_fixture();
    struct spk_http_request request = {.method = SPK_V("POST"), .url = SPK_V("http://api.test/")};
    struct spk_cache_start start = {0};
    assert_int_equal(spk_cache_start(f.cache, SPK_V("s"), &request, &start, NULL), SPK_OK);
    assert_null(start.entry);
    assert_false(start.sent);
    close_fixture(&f);
}

static void what_nobody_waits_for_ends_with_the_cache(void **unused)
{
    struct fixture f = open_fixture();
    struct spk_http_request request = {.method = SPK_V("GET"), .url = SPK_V("http://api.test/")};
    struct spk_cache_start start = {0};
    assert_int_equal(spk_cache_start(f.cache, SPK_V("s"), &request, &start, NULL), SPK_OK);
    assert_int_equal(spk_http_memory_seen_len(f.http), 1);
    close_fixture(&f);
}

static void *ask_often(void *context)
{
    struct spk_http_request request = {.method = SPK_V("GET"), .url = SPK_V("http://api.test/")};
    for (int i = 0; i < 100; i++)
        ask(context, &request, "hello");
    return NULL;
}

static void threads_share_one_answer(void **unused)
{
    struct fixture f = open_fixture();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &f), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(spk_http_memory_seen_len(f.http), 1);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_request_is_sent_once),
        cmocka_unit_test(credentials_do_not_matter_but_other_headers_do),
        cmocka_unit_test(only_good_answers_are_kept),
        cmocka_unit_test(a_post_is_not_for_the_cache),
        cmocka_unit_test(what_nobody_waits_for_ends_with_the_cache),
        cmocka_unit_test(threads_share_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
