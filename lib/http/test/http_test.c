/* What every implementation of spk_http_ops must do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "http/http.h"
#include "server.h"

#define LARGE_BYTES ((size_t)4 << 20)

static char large[LARGE_BYTES];

static const struct server_answer answers[] = {
    {.path = "/hello", .status = 200, .headers = "X-One: 1\r\n", .body = SPK_VIEW("hello")},
    {.path = "/joined", .status = 200, .headers = "A: 1\r\nb: 2\r\nA: 3\r\na:  4 \r\n"},
    {.path = "/error", .status = 503, .headers = "Retry-After: 7\r\n", .body = SPK_VIEW("busy")},
    {.path = "/empty", .status = 204},
    {.path = "/large", .status = 200, .body = {large, LARGE_BYTES}},
    {.path = "/large?key=secret", .status = 200, .body = {large, LARGE_BYTES}},
    {.path = "/moved",
     .status = 302,
     .headers = "Location: /step?a=b#there\r\nX-First: 1\r\n",
     .body = SPK_VIEW("moved")},
    {.path = "/step?a=b", .status = 307, .headers = "Location: hello\r\n"},
    {.path = "/loop", .status = 301, .headers = "Location: /loop\r\n"},
    {.path = "/away", .status = 301, .headers = "Location: ftp://elsewhere/x\r\n"},
};
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

/* ---- the implementations ---- */

struct subject {
    const char *name;
    struct spk_http *http, *inner; /* inner: of a wrapper */
    struct server *server;         /* of the real one */
    struct spk_http_exchange exchanges[ANSWERS];
    struct spk_http_header headers[ANSWERS][8];
    struct spk_arena arena;
    int port;
};

static size_t parse_headers(struct spk_http_header *out, const char *text)
{
    struct spk_view rest = spk_view_of(text);
    size_t len = 0;
    while (rest.len > 0) {
        struct spk_view value = spk_view_cut(&rest, '\n');
        struct spk_view name = spk_view_cut(&value, ':');
        out[len++] = (struct spk_http_header){name, spk_view_trim(value)};
    }
    return len;
}

/* The server's answers as a table of exchanges. */
static struct spk_http *make_memory(struct subject *subject)
{
    subject->port = 9;
    for (size_t i = 0; i < ANSWERS; i++) {
        struct spk_http_exchange *exchange = &subject->exchanges[i];
        *exchange = (struct spk_http_exchange){
            .url = spk_arena_printf(&subject->arena, "http://127.0.0.1:9%s", answers[i].path),
            .status = answers[i].status,
            .headers = subject->headers[i],
            .headers_len = parse_headers(subject->headers[i], answers[i].headers),
            .answer = answers[i].body,
        };
    }
    return spk_http_memory_create(subject->exchanges, ANSWERS, SPK_HTTP_MATCHING);
}

static struct spk_http *make_curl(struct subject *subject)
{
    struct spk_http *http = NULL;
    subject->server = server_start(answers, ANSWERS);
    subject->port = server_port(subject->server);
    assert_int_equal(spk_http_curl_create(NULL, &http, NULL), SPK_OK);
    return http;
}

static int set_up_memory(void **state)
{
    struct subject *subject = spk_memory_zalloc(sizeof(*subject));
    subject->http = make_memory(subject);
    *state = subject;
    return 0;
}

static int set_up_curl(void **state)
{
    struct subject *subject = spk_memory_zalloc(sizeof(*subject));
    subject->http = make_curl(subject);
    *state = subject;
    return 0;
}

static int set_up_faulty_memory(void **state)
{
    struct subject *subject = spk_memory_zalloc(sizeof(*subject));
    subject->inner = make_memory(subject);
    subject->http = spk_http_faulty_create(subject->inner, 0, SPK_HTTP_FAULT_RESET, 0);
    *state = subject;
    return 0;
}

static int set_up_faulty_curl(void **state)
{
    struct subject *subject = spk_memory_zalloc(sizeof(*subject));
    subject->inner = make_curl(subject);
    subject->http = spk_http_faulty_create(subject->inner, 0, SPK_HTTP_FAULT_RESET, 0);
    *state = subject;
    return 0;
}

static int tear_down(void **state)
{
    struct subject *subject = *state;
    spk_http_destroy(subject->http);
    spk_http_destroy(subject->inner);
    if (subject->server) {
        server_stop(subject->server);
    }
    spk_arena_deinit(&subject->arena);
    free(subject);
    return 0;
}

/* ---- the suite ---- */

static struct spk_view url_of(struct subject *subject, const char *path)
{
    return spk_arena_printf(&subject->arena, "http://127.0.0.1:%d%s", subject->port, path);
}

/* The answer to a plain GET. */
static void get(struct subject *subject, const char *path, struct spk_http_response *response)
{
    struct spk_http_request request = {.url = url_of(subject, path)};
    struct spk_error err = {0};
    if (spk_http_send(subject->http, &request, response, &err)) {
        fail_msg("%s", err.text);
    }
}

static void expect_body(const struct spk_http_response *response, const char *text)
{
    if (!spk_view_is(spk_buf_view(&response->body), text)) {
        fail_msg("got %.*s", SPK_FMT(spk_buf_view(&response->body)));
    }
}

static void an_answer_has_status_headers_url_and_body(void **state)
{
    struct spk_http_response response = {0};
    get(*state, "/hello", &response);
    assert_int_equal(response.status, 200);
    assert_true(spk_view_is(spk_http_response_header(&response, "x-ONE"), "1"));
    assert_null(spk_http_response_header(&response, "X-Two").at);
    assert_true(spk_view_equal(response.url, url_of(*state, "/hello")));
    expect_body(&response, "hello");
    assert_int_equal(response.body_bytes, 5);
    assert_int_equal(response.wire_bytes, 5);
    assert_int_equal(response.redirects, 0);
    assert_true(response.total_us >= response.first_us);
    spk_http_response_deinit(&response);
}

static void headers_of_one_name_are_joined_in_order(void **state)
{
    struct spk_http_response response = {0};
    get(*state, "/joined", &response);
    assert_true(spk_view_is(spk_http_response_header(&response, "a"), "1, 3, 4"));
    assert_true(spk_view_is(spk_http_response_header(&response, "B"), "2"));
    assert_true(spk_view_is(response.headers[0].name, "A"));
    spk_http_response_deinit(&response);
}

static void an_error_status_is_an_answer(void **state)
{
    struct spk_http_response response = {0};
    get(*state, "/error", &response);
    assert_int_equal(response.status, 503);
    assert_true(spk_view_is(spk_http_response_header(&response, "retry-after"), "7"));
    expect_body(&response, "busy");
    spk_http_response_deinit(&response);
}

static void a_response_can_be_used_again(void **state)
{
    struct spk_http_response response = {0};
    for (int i = 0; i < 3; i++) {
        get(*state, "/error", &response);
        expect_body(&response, "busy");
        get(*state, "/large", &response);
        assert_int_equal(response.body.len, LARGE_BYTES);
        assert_memory_equal(response.body.at, large, LARGE_BYTES);
        assert_null(spk_http_response_header(&response, "Retry-After").at);
        get(*state, "/empty", &response);
        assert_int_equal(response.status, 204);
        expect_body(&response, "");
    }
    spk_http_response_deinit(&response);
}

static void the_answer_to_head_has_no_body(void **state)
{
    struct spk_http_request request = {
        .method = SPK_VIEW("HEAD"), .url = url_of(*state, "/hello"), .body = SPK_VIEW("unsent")};
    struct spk_http_response response = {0};
    struct subject *subject = *state;
    assert_int_equal(spk_http_send(subject->http, &request, &response, NULL), SPK_OK);
    assert_int_equal(response.status, 200);
    expect_body(&response, "");
    spk_http_response_deinit(&response);
}

/* What was pulled of a streamed body. */
struct pulled {
    const struct spk_http_response *answer;
    struct spk_buf bytes;
    size_t pieces;
};

static spk_rc pull(struct spk_http_call *call, struct pulled *pulled, struct spk_error *err)
{
    struct spk_view piece = {0};
    spk_rc rc = spk_http_head(call, &pulled->answer, err);
    while (!rc) {
        rc = spk_http_read(call, &piece, err);
        if (rc || !piece.at) {
            break;
        }
        assert_true(piece.len > 0);
        spk_buf_append(&pulled->bytes, piece);
        pulled->pieces++;
    }
    return rc;
}

static struct spk_http_call *start_streamed(struct subject *subject, const char *path)
{
    struct spk_http_request request = {.url = url_of(subject, path), .streamed = true};
    struct spk_http_call *call = NULL;
    assert_int_equal(spk_http_start(subject->http, &request, &call, NULL), SPK_OK);
    return call;
}

static void a_streamed_body_is_pulled(void **state)
{
    struct subject *subject = *state;
    struct pulled pulled = {0};
    struct spk_http_call *call = start_streamed(subject, "/large");
    assert_int_equal(pull(call, &pulled, NULL), SPK_OK);
    assert_int_equal(pulled.answer->status, 200);
    assert_int_equal(pulled.answer->body.len, 0);
    assert_int_equal(pulled.answer->body_bytes, LARGE_BYTES);
    assert_true(pulled.pieces > 1);
    assert_int_equal(pulled.bytes.len, LARGE_BYTES);
    assert_memory_equal(pulled.bytes.at, large, LARGE_BYTES);
    spk_http_call_destroy(call);
    spk_buf_deinit(&pulled.bytes);
}

static void what_was_not_pulled_can_be_waited_for(void **state)
{
    struct subject *subject = *state;
    struct spk_http_response response = {0};
    const struct spk_http_response *answer = NULL;
    struct spk_view piece = {0};
    for (int pieces = 0; pieces < 2; pieces++) {
        struct spk_http_call *call = start_streamed(subject, "/large");
        assert_int_equal(spk_http_head(call, &answer, NULL), SPK_OK);
        if (pieces > 0)
            assert_int_equal(spk_http_read(call, &piece, NULL), SPK_OK);
        size_t taken = piece.len;
        assert_int_equal(spk_http_wait(call, &response, NULL), SPK_OK);
        assert_int_equal(response.status, 200);
        assert_int_equal(response.body.len, LARGE_BYTES - taken);
        assert_memory_equal(response.body.at, large + taken, LARGE_BYTES - taken);
        spk_http_call_destroy(call);
    }
    spk_http_response_deinit(&response);
}

static void no_body_of_a_redirect_is_pulled(void **state)
{
    struct subject *subject = *state;
    struct pulled pulled = {0};
    struct spk_http_call *call = start_streamed(subject, "/moved");
    assert_int_equal(pull(call, &pulled, NULL), SPK_OK);
    assert_true(spk_view_is(spk_buf_view(&pulled.bytes), "hello"));
    spk_http_call_destroy(call);
    spk_buf_deinit(&pulled.bytes);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    struct subject *subject = *state;
    struct spk_http_request request = {.url = url_of(subject, "/large?key=secret#x"),
                                       .max_bytes = 100000};
    struct spk_http_response response = {0};
    struct spk_error err = {0};
    assert_int_equal(spk_http_send(subject->http, &request, &response, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "GET http://127.0.0.1:"));
    assert_non_null(strstr(err.text, "/large: the body is larger than 100000 bytes"));
    assert_null(strstr(err.text, "secret"));
    assert_int_equal(response.status, 0);
    request.max_bytes = LARGE_BYTES;
    assert_int_equal(spk_http_send(subject->http, &request, &response, NULL), SPK_OK);
    spk_http_response_deinit(&response);
}

static void redirects_are_followed_to_the_last_answer(void **state)
{
    struct spk_http_response response = {0};
    get(*state, "/moved", &response);
    assert_int_equal(response.status, 200);
    assert_int_equal(response.redirects, 2);
    assert_true(spk_view_equal(response.url, url_of(*state, "/hello#there")));
    assert_null(spk_http_response_header(&response, "X-First").at);
    expect_body(&response, "hello");
    spk_http_response_deinit(&response);
}

static void a_redirect_may_be_the_answer(void **state)
{
    struct subject *subject = *state;
    struct spk_http_request request = {.url = url_of(subject, "/moved"), .no_redirects = true};
    struct spk_http_response response = {0};
    assert_int_equal(spk_http_send(subject->http, &request, &response, NULL), SPK_OK);
    assert_int_equal(response.status, 302);
    expect_body(&response, "moved");
    spk_http_response_deinit(&response);
}

static void a_circle_of_redirects_ends(void **state)
{
    struct subject *subject = *state;
    struct spk_http_request request = {.url = url_of(subject, "/loop")};
    struct spk_http_response response = {0};
    struct spk_error err = {0};
    assert_int_equal(spk_http_send(subject->http, &request, &response, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, "redirected more than 30 times"));
    request.url = url_of(subject, "/away");
    assert_int_equal(spk_http_send(subject->http, &request, &response, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "redirected by status 301"));
}

static void a_request_that_cannot_be_sent_is_refused_at_start(void **state)
{
    static const struct spk_http_header bad_value = {SPK_VIEW("A"), SPK_VIEW("1\r\nB: 2")};
    static const struct spk_http_header bad_name = {SPK_VIEW("A b"), SPK_VIEW("1")};
    static const struct {
        struct spk_http_request request;
        const char *text;
    } rows[] = {
        {{.url = SPK_VIEW("")}, "http://"},
        {{.url = SPK_VIEW("/relative?key=secret")}, "http://"},
        {{.url = SPK_VIEW("ftp://host/?secret")}, "http://"},
        {{.url = SPK_VIEW("http://u:secret@host:99999/")}, "host or port"},
        {{.url = SPK_VIEW("http://h/"), .method = SPK_VIEW("G T")}, "method"},
        {{.url = SPK_VIEW("http://h/"), .headers = &bad_value, .headers_len = 1}, "line break"},
        {{.url = SPK_VIEW("http://h/"), .headers = &bad_name, .headers_len = 1}, "name"},
    };
    struct subject *subject = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_http_call *call = NULL;
        struct spk_error err = {0};
        assert_int_equal(spk_http_start(subject->http, &rows[i].request, &call, &err), SPK_ECONFIG);
        assert_null(call);
        assert_non_null(strstr(err.text, rows[i].text));
        assert_null(strstr(err.text, "secret"));
    }
}

static void calls_run_side_by_side_and_end_in_any_order(void **state)
{
    enum { CALLS = 8 };
    struct subject *subject = *state;
    struct spk_http_call *calls[CALLS];
    struct spk_http_response response = {0};
    for (int i = 0; i < CALLS; i++) {
        struct spk_http_request request = {.url = url_of(subject, i % 2 ? "/hello" : "/error")};
        assert_int_equal(spk_http_start(subject->http, &request, &calls[i], NULL), SPK_OK);
    }
    for (int i = CALLS - 1; i >= 0; i--) {
        assert_int_equal(spk_http_wait(calls[i], &response, NULL), SPK_OK);
        expect_body(&response, i % 2 ? "hello" : "busy");
    }
    for (int i = 0; i < CALLS; i++) {
        spk_http_call_destroy(calls[i]);
    }
    spk_http_response_deinit(&response);
}

static void a_call_may_be_given_up_without_waiting(void **state)
{
    struct subject *subject = *state;
    struct spk_http_request request = {.url = url_of(subject, "/large")};
    for (int i = 0; i < 10; i++) {
        struct spk_http_call *call = NULL;
        request.streamed = i % 2;
        assert_int_equal(spk_http_start(subject->http, &request, &call, NULL), SPK_OK);
        spk_http_call_destroy(call);
    }
    spk_http_call_destroy(NULL);
}

static void a_cancelled_call_says_so(void **state)
{
    struct subject *subject = *state;
    const struct spk_http_response *answer = NULL;
    struct spk_error err = {0};
    struct spk_http_call *call = start_streamed(subject, "/large");
    assert_int_equal(spk_http_head(call, &answer, NULL), SPK_OK);
    spk_http_cancel(call);
    spk_rc rc = SPK_OK;
    struct spk_view piece = SPK_V("");
    while (!rc && piece.at)
        rc = spk_http_read(call, &piece, &err);
    assert_int_equal(rc, SPK_ESYSTEM);
    assert_non_null(strstr(err.text, "cancelled"));
    spk_http_call_destroy(call);
}

struct worker {
    struct subject *subject;
    struct spk_view url;
    atomic_int *good;
    pthread_t thread;
};

static void *work(void *context)
{
    struct worker *worker = context;
    struct spk_http_request request = {.url = worker->url};
    struct spk_http_response response = {0};
    for (int i = 0; i < 50; i++) {
        if (!spk_http_send(worker->subject->http, &request, &response, NULL) &&
            spk_view_is(spk_buf_view(&response.body), "hello")) {
            atomic_fetch_add(worker->good, 1);
        }
    }
    spk_http_response_deinit(&response);
    return NULL;
}

static void threads_share_one_client(void **state)
{
    atomic_int good = 0;
    struct worker workers[4];
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){
            .subject = *state, .url = url_of(*state, i % 2 ? "/hello" : "/moved"), .good = &good};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    assert_int_equal(good, 200);
}

static const struct CMUnitTest suite[] = {
    cmocka_unit_test(an_answer_has_status_headers_url_and_body),
    cmocka_unit_test(headers_of_one_name_are_joined_in_order),
    cmocka_unit_test(an_error_status_is_an_answer),
    cmocka_unit_test(a_response_can_be_used_again),
    cmocka_unit_test(the_answer_to_head_has_no_body),
    cmocka_unit_test(a_streamed_body_is_pulled),
    cmocka_unit_test(what_was_not_pulled_can_be_waited_for),
    cmocka_unit_test(no_body_of_a_redirect_is_pulled),
    cmocka_unit_test(a_body_over_the_limit_is_refused),
    cmocka_unit_test(redirects_are_followed_to_the_last_answer),
    cmocka_unit_test(a_redirect_may_be_the_answer),
    cmocka_unit_test(a_circle_of_redirects_ends),
    cmocka_unit_test(a_request_that_cannot_be_sent_is_refused_at_start),
    cmocka_unit_test(calls_run_side_by_side_and_end_in_any_order),
    cmocka_unit_test(a_call_may_be_given_up_without_waiting),
    cmocka_unit_test(a_cancelled_call_says_so),
    cmocka_unit_test(threads_share_one_client),
};

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof(large); i++) {
        large[i] = (char)(i * 2654435761u >> 13);
    }
    failed += cmocka_run_group_tests_name("memory", suite, set_up_memory, tear_down);
    failed += cmocka_run_group_tests_name("curl", suite, set_up_curl, tear_down);
    failed += cmocka_run_group_tests_name("faulty memory", suite, set_up_faulty_memory, tear_down);
    failed += cmocka_run_group_tests_name("faulty curl", suite, set_up_faulty_curl, tear_down);
    return failed;
}
