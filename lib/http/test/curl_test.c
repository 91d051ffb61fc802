/* What only the real client does: codings, broken peers, redirect rules, cookies, proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/memory.h"
#include "base/time.h"
#include "http/http.h"
#include "server.h"

#include "bodies.inc"

static char pages[100000];

static const struct server_answer answers[] = {
    {.path = "/echo", .status = 200, .manner = ECHO},
    {.path = "/plain", .status = 200, .body = SPK_VIEW("plain")},
    {.path = "/chunked", .status = 200, .body = {pages, sizeof(pages)}, .manner = CHUNKED},
    {.path = "/by-close", .status = 200, .body = {pages, sizeof(pages)}, .manner = BY_CLOSE},
    {.path = "/gzip", .status = 200, .headers = "Content-Encoding: gzip\r\n"},
    {.path = "/zlib", .status = 200, .headers = "Content-Encoding: deflate\r\n"},
    {.path = "/deflate", .status = 200, .headers = "content-encoding: deflate\r\n"},
    {.path = "/brotli", .status = 200, .headers = "Content-Encoding: br\r\n"},
    {.path = "/members", .status = 200, .headers = "Content-Encoding: gzip\r\n"},
    {.path = "/garbage-behind", .status = 200, .headers = "Content-Encoding: x-gzip\r\n"},
    {.path = "/half-gzip", .status = 200, .headers = "Content-Encoding: gzip\r\n"},
    {.path = "/chunked-gzip",
     .status = 200,
     .headers = "Content-Encoding: gzip\r\n",
     .manner = CHUNKED},
    {.path = "/utf-8", .status = 200, .headers = "Content-Encoding: utf-8\r\n"},
    {.path = "/not-gzip",
     .status = 200,
     .headers = "Content-Encoding: gzip\r\n",
     .body = SPK_VIEW("this is no gzip at all")},
    {.path = "/bomb", .status = 200, .headers = "Content-Encoding: gzip\r\n", .manner = ENDLESS},
    {.path = "/truncated", .status = 200, .body = {pages, sizeof(pages)}, .manner = TRUNCATED},
    {.path = "/cut", .status = 200, .body = {pages, sizeof(pages)}, .manner = CUT_CHUNK},
    {.path = "/reset", .status = 200, .body = {pages, sizeof(pages)}, .manner = RESET},
    {.path = "/endless", .status = 200, .manner = ENDLESS},
    {.path = "/stalled", .status = 200, .body = {pages, sizeof(pages)}, .manner = STALLED},
    {.path = "/silent", .manner = SILENT},
    {.path = "/dropped", .manner = DROPPED},
    {.path = "/garbage", .body = SPK_VIEW("SSH-2.0-OpenSSH_9.2\r\n"), .manner = GARBAGE},
    {.path = "/301", .status = 301, .headers = "Location: /echo\r\n"},
    {.path = "/302", .status = 302, .headers = "Location: /echo\r\n"},
    {.path = "/303", .status = 303, .headers = "Location: /echo\r\n"},
    {.path = "/307", .status = 307, .headers = "Location: /echo\r\n"},
    {.path = "/308", .status = 308, .headers = "Location: /echo\r\n"},
    {.path = "/to-echo-2", .status = 302, .headers = "Location: /a b/../echo?x=\303\251\r\n"},
    {.path = "/login",
     .status = 302,
     .headers = "Set-Cookie: session=s1; Path=/\r\nLocation: /echo\r\n"},
    {.path = "/outside", .status = 302, .headers = "Location: http://elsewhere.test/x\r\n"},
};
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

/* The answers with the bodies that are no constant expressions, and the places that hold the port.
 */
struct fixture {
    struct server *server;
    struct server_answer answers[ANSWERS];
    struct spk_http *http;
    struct spk_http_response response;
    struct spk_error err;
    struct spk_arena arena;
};

static struct spk_view encoded_body(const char *path)
{
    const struct {
        const char *path;
        struct spk_view body;
    } rows[] = {
        {"/gzip", gzip_body},
        {"/zlib", zlib_body},
        {"/deflate", deflate_body},
        {"/brotli", brotli_body},
        {"/chunked-gzip", gzip_body},
        {"/utf-8", text_body},
        {"/bomb", bomb_body},
        {"/members", members_body},
        {"/garbage-behind", garbage_body},
        {"/half-gzip", spk_view_slice(gzip_body, 0, gzip_body.len / 2)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].path, path) == 0) {
            return rows[i].body;
        }
    }
    return (struct spk_view){0};
}

static const char *const variables[] = {
    "http_proxy", "HTTP_PROXY", "https_proxy",   "HTTPS_PROXY",    "all_proxy",         "ALL_PROXY",
    "no_proxy",   "NO_PROXY",   "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"};

static int set_up(void **state)
{
    struct fixture *fixture = spk_memory_zalloc(sizeof(*fixture));
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        unsetenv(variables[i]);
    }
    for (size_t i = 0; i < sizeof(pages); i++) {
        pages[i] = (char)('a' + i % 26);
    }
    for (size_t i = 0; i < ANSWERS; i++) {
        struct spk_view encoded = encoded_body(answers[i].path);
        fixture->answers[i] = answers[i];
        fixture->answers[i].body = encoded.at ? encoded : answers[i].body;
    }
    fixture->server = server_start(fixture->answers, ANSWERS);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    spk_http_destroy(fixture->http);
    server_stop(fixture->server);
    spk_http_response_deinit(&fixture->response);
    spk_arena_deinit(&fixture->arena);
    free(fixture);
    return 0;
}

static struct spk_http *client(struct fixture *fixture, const struct spk_http_options *options)
{
    if (!fixture->http) {
        assert_int_equal(spk_http_curl_create(options, &fixture->http, NULL), SPK_OK);
    }
    return fixture->http;
}

static struct spk_view url_of(struct fixture *fixture, const char *path)
{
    return spk_arena_printf(&fixture->arena, "http://127.0.0.1:%d%s", server_port(fixture->server),
                            path);
}

/* Sends to a path and gives the body of the answer as a C string. */
static const char *send_to(struct fixture *fixture, const char *path,
                           struct spk_http_request request)
{
    if (request.url.len == 0) {
        request.url = url_of(fixture, path);
    }
    if (spk_http_send(client(fixture, NULL), &request, &fixture->response, &fixture->err)) {
        fail_msg("%s", fixture->err.text);
    }
    return spk_buf_cstr(&fixture->response.body);
}

static const struct spk_http_request plain_get = {0};

static void expect_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("'%s' is not in:\n%s", part, text);
    }
}

static void expect_lacks(const char *text, const char *part)
{
    if (strstr(text, part)) {
        fail_msg("'%s' is in:\n%s", part, text);
    }
}

/* ---- bodies ---- */

static void bodies_arrive_in_any_framing(void **state)
{
    static const char *const paths[] = {"/chunked", "/by-close"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const char *body = send_to(fixture, paths[i], plain_get);
        assert_int_equal(fixture->response.body.len, sizeof(pages));
        assert_memory_equal(body, pages, sizeof(pages));
        assert_null(spk_http_response_header(&fixture->response, "X-Trailer").at);
    }
}

static void content_codings_are_undone(void **state)
{
    static const char *const paths[] = {"/gzip",   "/zlib",         "/deflate",
                                        "/brotli", "/chunked-gzip", "/utf-8"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        send_to(fixture, paths[i], plain_get);
        assert_true(spk_view_equal(spk_buf_view(&fixture->response.body), text_body));
        assert_int_equal(fixture->response.body_bytes, text_body.len);
        struct spk_view sent = encoded_body(paths[i]);
        assert_int_equal(fixture->response.wire_bytes, sent.len);
    }
}

static void gzip_may_have_members_and_garbage_behind_them(void **state)
{
    struct fixture *fixture = *state;
    send_to(fixture, "/members", plain_get);
    assert_int_equal(fixture->response.body.len, 2 * text_body.len);
    send_to(fixture, "/garbage-behind", plain_get);
    assert_true(spk_view_equal(spk_buf_view(&fixture->response.body), text_body));
}

static void a_raw_body_stays_as_it_is_on_the_wire(void **state)
{
    struct fixture *fixture = *state;
    send_to(fixture, "/gzip", (struct spk_http_request){.raw = true});
    assert_true(spk_view_equal(spk_buf_view(&fixture->response.body), gzip_body));
    send_to(fixture, "/gzip", plain_get);
    assert_true(spk_view_equal(spk_buf_view(&fixture->response.body), text_body));
}

/* ---- failures ---- */

static void broken_peers_are_told_apart(void **state)
{
    static const struct {
        const char *path;
        struct spk_http_request request;
        spk_rc rc;
        const char *text;
    } rows[] = {
        {"/truncated?k=secret",
         {.raw = false},
         SPK_ETRANSIENT,
         "/truncated: the body ended too early"},
        {"/cut?k=secret", {.raw = false}, SPK_ETRANSIENT, "/cut: the body ended too early"},
        {"/reset", {.raw = false}, SPK_ETRANSIENT, "/reset: the connection was reset"},
        {"/dropped",
         {.raw = false},
         SPK_ETRANSIENT,
         "/dropped: the connection was closed without an answer"},
        {"/garbage", {.raw = false}, SPK_ETRANSIENT, "/garbage: the answer is not HTTP"},
        {"/silent", {.timeout_ms = 50}, SPK_ETRANSIENT, "/silent: no answer came in time"},
        {"/stalled", {.timeout_ms = 50}, SPK_ETRANSIENT, "/stalled: no answer came in time"},
        {"/not-gzip",
         {.raw = false},
         SPK_EDATA,
         "/not-gzip: the body is not encoded as its headers say"},
        {"/bomb",
         {.raw = false},
         SPK_EDATA,
         "/bomb: the body unpacks to more than 250 times its size"},
        {"/bomb", {.max_bytes = 1000000}, SPK_EDATA, "/bomb: the body is larger than 1000000"},
        {"/endless", {.max_bytes = 1000000}, SPK_EDATA, "/endless: the body is larger than"},
        {"/endless", {.max_bytes = 1000000, .raw = true}, SPK_EDATA, "the body is larger than"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_http_request request = rows[i / 2].request;
        struct spk_error err = {0};
        request.streamed = i % 2;
        request.url = url_of(fixture, rows[i / 2].path);
        spk_rc rc = spk_http_send(client(fixture, NULL), &request, &fixture->response, &err);
        expect_has(err.text, "GET http://127.0.0.1:");
        expect_has(err.text, rows[i / 2].text);
        assert_int_equal(rc, rows[i / 2].rc);
        expect_lacks(err.text, "secret");
        assert_int_equal(fixture->response.status, 0);
    }
    send_to(fixture, "/plain", plain_get);
}

static void a_silent_peer_is_left_after_the_stall_time(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        int client_ms, request_ms;
    } rows[] = {{1000, 0}, {0, 600}, {20000, 1000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_http_request request = {.url = url_of(fixture, "/silent"),
                                           .stall_timeout_ms = rows[i].request_ms};
        struct spk_http_options options = {.stall_timeout_ms = rows[i].client_ms};
        struct spk_http *http = client(fixture, &options);
        int64_t began_us = spk_time_monotonic_us();
        assert_int_equal(spk_http_send(http, &request, &fixture->response, &fixture->err),
                         SPK_ETRANSIENT);
        expect_has(fixture->err.text, "no answer came in time");
        assert_true(spk_time_monotonic_us() - began_us < 10 * SPK_SECOND_US);
    }
}

static void a_host_that_is_not_there_is_transient(void **state)
{
    struct fixture *fixture = *state;
    struct spk_http_request request = {.url = url_of(fixture, "/plain")};
    struct server *gone = server_start(NULL, 0);
    request.url = spk_arena_printf(&fixture->arena, "http://u:secret@127.0.0.1:%d/x?secret",
                                   server_port(gone));
    server_stop(gone);
    struct spk_http *http = client(fixture, NULL);
    assert_int_equal(spk_http_send(http, &request, &fixture->response, &fixture->err),
                     SPK_ETRANSIENT);
    expect_has(fixture->err.text, "/x: could not connect");
    assert_true(fixture->err.hint[0] != '\0');
    expect_lacks(fixture->err.text, "secret");
    request.url = SPK_V("http://no-such-host.invalid/");
    assert_int_equal(spk_http_send(http, &request, &fixture->response, &fixture->err),
                     SPK_ETRANSIENT);
    expect_has(fixture->err.text, "the host's name could not be resolved");
    request.url = spk_arena_printf(&fixture->arena, "https://127.0.0.1:%d/garbage",
                                   server_port(fixture->server));
    request.timeout_ms = 2000;
    assert_int_equal(spk_http_send(http, &request, &fixture->response, &fixture->err),
                     SPK_ETRANSIENT);
}

static void missing_authorities_are_a_configuration_error(void **state)
{
    struct fixture *fixture = *state;
    setenv("SSL_CERT_FILE", "/no/such/file.pem", 1);
    assert_int_equal(spk_http_curl_create(NULL, &fixture->http, &fixture->err), SPK_ECONFIG);
    expect_has(fixture->err.text, "SSL_CERT_FILE names /no/such/file.pem");
    unsetenv("SSL_CERT_FILE");
}

static void only_allowed_hosts_are_asked(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "*.example.com"};
    static const char *const refused[] = {"http://example.com/", "http://evil-example.com/",
                                          "http://[::1]/", "http://127.0.0.2/"};
    struct fixture *fixture = *state;
    struct spk_http_options options = {.allowed_hosts = hosts, .allowed_hosts_len = 2};
    struct spk_http *http = client(fixture, &options);
    send_to(fixture, "/plain", plain_get);
    struct spk_http_request request = {.url = url_of(fixture, "/outside")};
    assert_int_equal(spk_http_send(http, &request, &fixture->response, &fixture->err), SPK_ECONFIG);
    expect_has(fixture->err.text, "elsewhere.test is not among the allowed hosts");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        request.url = spk_view_of(refused[i]);
        assert_int_equal(spk_http_send(http, &request, &fixture->response, NULL), SPK_ECONFIG);
    }
}

/* ---- what is sent ---- */

static void a_request_goes_out_as_requests_would_send_it(void **state)
{
    static const struct spk_http_header headers[] = {
        {SPK_VIEW("X-Key"), SPK_VIEW("k")},
        {SPK_VIEW("User-Agent"), SPK_VIEW("mine")},
        {SPK_VIEW("X-Empty"), SPK_VIEW("")},
        {SPK_VIEW("Content-Length"), SPK_VIEW("77")},
    };
    struct fixture *fixture = *state;
    const char *seen = send_to(fixture, "/echo?a=b c#f", plain_get);
    expect_has(seen, "GET /echo?a=b%20c HTTP/1.1\r\n");
    expect_has(seen, "User-Agent: spike\r\n");
    expect_has(seen, "Accept: */*\r\n");
    expect_has(seen, "Accept-Encoding: gzip, deflate, br\r\n");
    expect_lacks(seen, "Content-");
    seen = send_to(fixture, "/echo",
                   (struct spk_http_request){.method = SPK_VIEW("PATCH"),
                                             .headers = headers,
                                             .headers_len = 4,
                                             .body = SPK_VIEW("{\"a\": 1}")});
    expect_has(seen, "PATCH /echo HTTP/1.1\r\n");
    expect_has(seen, "X-Key: k\r\n");
    expect_has(seen, "X-Empty:\r\n");
    expect_has(seen, "User-Agent: mine\r\n");
    expect_lacks(seen, "spike");
    expect_has(seen, "Content-Length: 8\r\n");
    expect_lacks(seen, "Content-Type");
    expect_lacks(seen, "Expect");
    expect_has(seen, "\r\n\r\n{\"a\": 1}");
    seen = send_to(fixture, "/echo", (struct spk_http_request){.method = SPK_VIEW("POST")});
    expect_has(seen, "Content-Length: 0\r\n");
    expect_lacks(seen, "Content-Type");
    seen = send_to(fixture, "/echo", (struct spk_http_request){.body = SPK_VIEW("in a GET")});
    expect_has(seen, "GET /echo HTTP/1.1\r\n");
    expect_has(seen, "\r\n\r\nin a GET");
    expect_lacks(send_to(fixture, "/echo", plain_get), "in a GET");
}

static void user_info_becomes_basic_authorization(void **state)
{
    static const struct spk_http_header own = {SPK_VIEW("authorization"), SPK_VIEW("Bearer t")};
    struct fixture *fixture = *state;
    struct spk_http_request request = {.headers = &own, .headers_len = 1};
    request.url = spk_arena_printf(&fixture->arena, "http://me:p%%40ss@127.0.0.1:%d/echo",
                                   server_port(fixture->server));
    const char *seen = send_to(fixture, NULL, request);
    expect_has(seen, "Authorization: Basic bWU6cEBzcw==\r\n");
    expect_lacks(seen, "Bearer");
    assert_true(spk_view_equal(fixture->response.url, url_of(fixture, "/echo")));
}

static void redirects_change_methods_as_requests_does(void **state)
{
    static const struct {
        const char *path, *method, *then;
        bool keeps_body;
    } rows[] = {
        {"/301", "POST", "GET /echo", false}, {"/301", "PUT", "PUT /echo", false},
        {"/302", "POST", "GET /echo", false}, {"/302", "PUT", "GET /echo", false},
        {"/303", "PUT", "GET /echo", false},  {"/307", "POST", "POST /echo", true},
        {"/308", "PUT", "PUT /echo", true},   {"/to-echo-2", "GET", "GET /echo?x=%C3%A9 ", false},
    };
    static const struct spk_http_header headers[] = {
        {SPK_VIEW("Content-Type"), SPK_VIEW("text/x-mine")},
        {SPK_VIEW("Authorization"), SPK_VIEW("Bearer t")},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spk_http_request request = {.method = spk_view_of(rows[i].method),
                                           .headers = headers,
                                           .headers_len = 2,
                                           .body = SPK_VIEW("the body")};
        const char *seen = send_to(fixture, rows[i].path, request);
        expect_has(seen, rows[i].then);
        expect_has(seen, "Authorization: Bearer t\r\n");
        (rows[i].keeps_body ? expect_has : expect_lacks)(seen, "text/x-mine\r\n");
        (rows[i].keeps_body ? expect_has : expect_lacks)(seen, "the body");
    }
}

static void authorization_does_not_follow_to_another_host(void **state)
{
    static const struct spk_http_header own = {SPK_VIEW("Authorization"), SPK_VIEW("Bearer t")};
    struct fixture *fixture = *state;
    struct server_answer answer = {.path = "/go", .status = 302};
    struct spk_view location = spk_arena_printf(
        &fixture->arena, "Location: http://localhost:%d/echo\r\n", server_port(fixture->server));
    answer.headers = location.at;
    struct server *other = server_start(&answer, 1);
    struct spk_http_request request = {.headers = &own, .headers_len = 1};
    request.url = spk_arena_printf(&fixture->arena, "http://127.0.0.1:%d/go", server_port(other));
    expect_lacks(send_to(fixture, NULL, request), "Bearer");
    server_stop(other);
}

static void cookies_are_kept_where_they_are_wanted(void **state)
{
    struct fixture *fixture = *state;
    struct spk_http_options options = {.cookies = true};
    expect_lacks(send_to(fixture, "/login", plain_get), "session=s1");
    expect_lacks(send_to(fixture, "/echo", plain_get), "session=s1");
    spk_http_destroy(fixture->http);
    fixture->http = NULL;
    client(fixture, &options);
    expect_has(send_to(fixture, "/login", plain_get), "Cookie: session=s1\r\n");
    expect_has(send_to(fixture, "/echo", plain_get), "Cookie: session=s1\r\n");
}

static void proxies_come_from_the_environment(void **state)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "ALL_PROXY"};
    struct fixture *fixture = *state;
    struct spk_view proxy = url_of(fixture, "");
    struct spk_http_request request = {.url = SPK_VIEW("http://operator.test/reports?a=1")};
    setenv("NO_PROXY", "127.0.0.1,other.test", 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv(names[i], proxy.at, 1);
        expect_has(send_to(fixture, NULL, request), "GET http://operator.test/reports?a=1 HTTP");
        expect_has(send_to(fixture, "/echo", plain_get), "GET /echo HTTP");
        spk_http_destroy(fixture->http);
        fixture->http = NULL;
        unsetenv(names[i]);
    }
    unsetenv("NO_PROXY");
}

/* ---- connections ---- */

static void one_connection_serves_calls_in_a_row(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 20; i++) {
        send_to(fixture, i % 3 ? "/plain" : "/chunked-gzip", plain_get);
    }
    assert_int_equal(server_connections(fixture->server), 1);
}

static void connections_are_bounded_and_calls_wait_for_them(void **state)
{
    enum { CALLS = 40 };
    struct fixture *fixture = *state;
    struct spk_http_options options = {.max_connections = 3};
    struct spk_http *http = client(fixture, &options);
    struct spk_http_request request = {.url = url_of(fixture, "/chunked")};
    struct spk_http_call *calls[CALLS];
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(spk_http_start(http, &request, &calls[i], NULL), SPK_OK);
    }
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(spk_http_wait(calls[i], &fixture->response, NULL), SPK_OK);
        assert_int_equal(fixture->response.body.len, sizeof(pages));
        spk_http_call_destroy(calls[i]);
    }
    assert_true(server_connections(fixture->server) <= 3);
}

static void an_endless_stream_runs_in_bounded_memory(void **state)
{
    struct fixture *fixture = *state;
    struct spk_http_request request = {.url = url_of(fixture, "/endless"), .streamed = true};
    struct spk_http *http = client(fixture, NULL);
    struct spk_http_call *call = NULL;
    const struct spk_http_response *answer = NULL;
    struct spk_view piece = {0};
    assert_int_equal(spk_http_start(http, &request, &call, NULL), SPK_OK);
    assert_int_equal(spk_http_head(call, &answer, NULL), SPK_OK);
    assert_int_equal(answer->status, 200);
    for (size_t seen = 0; seen < 64 << 20; seen += piece.len) {
        assert_int_equal(spk_http_read(call, &piece, NULL), SPK_OK);
        assert_true(piece.at && piece.len <= 1 << 20); /* what waits to be read is bounded */
    }
    spk_http_call_destroy(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(bodies_arrive_in_any_framing),
        TEST(content_codings_are_undone),
        TEST(gzip_may_have_members_and_garbage_behind_them),
        TEST(a_raw_body_stays_as_it_is_on_the_wire),
        TEST(broken_peers_are_told_apart),
        TEST(a_silent_peer_is_left_after_the_stall_time),
        TEST(a_host_that_is_not_there_is_transient),
        TEST(missing_authorities_are_a_configuration_error),
        TEST(only_allowed_hosts_are_asked),
        TEST(a_request_goes_out_as_requests_would_send_it),
        TEST(user_info_becomes_basic_authorization),
        TEST(redirects_change_methods_as_requests_does),
        TEST(authorization_does_not_follow_to_another_host),
        TEST(cookies_are_kept_where_they_are_wanted),
        TEST(proxies_come_from_the_environment),
        TEST(one_connection_serves_calls_in_a_row),
        TEST(connections_are_bounded_and_calls_wait_for_them),
        TEST(an_endless_stream_runs_in_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
