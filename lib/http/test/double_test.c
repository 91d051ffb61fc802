/* The implementations for tests: what memory and faulty do beyond the suite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/http.h"

static const struct spk_http_header type = {SPK_VIEW("Content-Type"), SPK_VIEW("text/plain")};
static const struct spk_http_header location = {SPK_VIEW("Location"), SPK_VIEW("/2")};

static const struct spk_http_exchange exchanges[] = {
    {.method = SPK_VIEW("GET"),
     .url = SPK_VIEW("http://h/1"),
     .status = 302,
     .headers = &location,
     .headers_len = 1},
    {.url = SPK_VIEW("http://h/2"),
     .status = 200,
     .headers = &type,
     .headers_len = 1,
     .answer = SPK_VIEW("0123456789")},
    {.method = SPK_VIEW("POST"),
     .url = SPK_VIEW("http://h/3"),
     .body = SPK_VIEW("a=1"),
     .failure = SPK_ETRANSIENT,
     .failure_text = "could not connect"},
};
enum { EXCHANGES = sizeof(exchanges) / sizeof(exchanges[0]) };

static spk_rc get(struct spk_http *http, const char *url, struct spk_error *err)
{
    struct spk_http_request request = {.url = spk_view_of(url)};
    struct spk_http_response response = {0};
    spk_rc rc = spk_http_send(http, &request, &response, err);
    spk_http_response_deinit(&response);
    return rc;
}

static void memory_answers_in_order_and_remembers_what_was_asked(void **state)
{
    struct spk_http *http = spk_http_memory_create(exchanges, EXCHANGES, SPK_HTTP_IN_ORDER);
    struct spk_http_request post = {.method = SPK_VIEW("POST"),
                                    .url = SPK_VIEW("HTTP://u:p@H/3"),
                                    .headers = &type,
                                    .headers_len = 1,
                                    .body = SPK_VIEW("a=1")};
    struct spk_http_response response = {0};
    struct spk_error err = {0};
    assert_int_equal(get(http, "http://h/1#f", &err), SPK_OK);
    assert_int_equal(spk_http_memory_unused(http), 1);
    assert_int_equal(spk_http_send(http, &post, &response, &err), SPK_ETRANSIENT);
    assert_string_equal(err.text, "POST http://h/3: could not connect");
    assert_int_equal(spk_http_memory_seen_len(http), 3);
    const struct spk_http_seen *seen = spk_http_memory_seen(http, 2);
    assert_true(spk_view_is(seen->url, "http://h/3"));
    assert_true(spk_view_is(seen->body, "a=1"));
    assert_int_equal(seen->headers_len, 2);
    assert_true(spk_view_is(seen->headers[1].name, "Authorization"));
    assert_true(spk_view_is(spk_http_memory_seen(http, 1)->url, "http://h/2"));
    spk_http_destroy(http);
}

static void memory_says_what_was_expected(void **state)
{
    struct spk_http *http = spk_http_memory_create(exchanges, EXCHANGES, SPK_HTTP_IN_ORDER);
    struct spk_error err = {0};
    assert_int_equal(get(http, "http://h/2?x=y", &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "asked for GET http://h/2?x=y"));
    assert_non_null(strstr(err.text, "expected was request 1: GET http://h/1"));
    spk_http_destroy(http);
    http = spk_http_memory_create(exchanges, EXCHANGES, SPK_HTTP_MATCHING);
    assert_int_equal(get(http, "http://h/4", &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "none of 3 exchanges"));
    assert_int_equal(get(http, "http://h/2", &err), SPK_OK);
    assert_int_equal(get(http, "http://h/2", &err), SPK_OK);
    assert_int_equal(spk_http_memory_unused(http), 2);
    spk_http_destroy(http);
}

static spk_rc pull_all(struct spk_http *http, size_t *taken, struct spk_error *err)
{
    const struct spk_http_request request = {.url = SPK_VIEW("http://h/2"), .streamed = true};
    const struct spk_http_response *answer = NULL;
    struct spk_http_call *call = NULL;
    struct spk_view piece = SPK_V("");
    assert_int_equal(spk_http_start(http, &request, &call, NULL), SPK_OK);
    spk_rc rc = spk_http_head(call, &answer, err);
    while (!rc && piece.at) {
        rc = spk_http_read(call, &piece, err);
        *taken += rc ? 0 : piece.len;
    }
    spk_http_call_destroy(call);
    return rc;
}

static void the_nth_call_fails_as_chosen(void **state)
{
    static const struct {
        enum spk_http_fault fault;
        size_t after_bytes, sent, taken; /* requests that inner saw, bytes that were pulled */
        const char *text;
    } rows[] = {
        {SPK_HTTP_FAULT_CONNECT, 4, 0, 0, "GET http://h/2: could not connect"},
        {SPK_HTTP_FAULT_TIMEOUT, 4, 1, 0, "GET http://h/2: no answer came in time"},
        {SPK_HTTP_FAULT_RESET, 4, 1, 4, "GET http://h/2: the connection was reset"},
        {SPK_HTTP_FAULT_TRUNCATED, 9, 1, 9, "GET http://h/2: the body ended too early"},
        {SPK_HTTP_FAULT_RESET, 99, 1, 10, "GET http://h/2: the connection was reset"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_http *inner = spk_http_memory_create(exchanges, EXCHANGES, SPK_HTTP_MATCHING);
        struct spk_http *http =
            spk_http_faulty_create(inner, 2, rows[i].fault, rows[i].after_bytes);
        size_t taken = 0;
        struct spk_error err = {0};
        assert_int_equal(get(http, "http://h/2", NULL), SPK_OK);
        assert_int_equal(pull_all(http, &taken, &err), SPK_ETRANSIENT);
        assert_string_equal(err.text, rows[i].text);
        assert_int_equal(taken, rows[i].taken);
        assert_int_equal(spk_http_memory_seen_len(inner), 1 + rows[i].sent);
        assert_int_equal(get(http, "http://h/2", NULL), SPK_OK);
        assert_int_equal(spk_http_faulty_calls(http), 3);
        spk_http_destroy(http);
        spk_http_destroy(inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_answers_in_order_and_remembers_what_was_asked),
        cmocka_unit_test(memory_says_what_was_expected),
        cmocka_unit_test(the_nth_call_fails_as_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
