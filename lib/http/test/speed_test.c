/* What a request and a megabyte cost the client, in CPU time; the server is another process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "http/http.h"
#include "server.h"

#define PAGE_BYTES ((size_t)1 << 20)

static char page[PAGE_BYTES];

static const struct server_answer answers[] = {
    {.path = "/small",
     .status = 200,
     .headers = "Content-Type: application/json\r\nServer: test\r\nX-Request-Id: 1\r\n",
     .body = SPK_VIEW("{\"data\": [{\"id\": 1, \"name\": \"a\"}], \"next\": null}")},
    {.path = "/page", .status = 200, .body = {page, PAGE_BYTES}},
};

/* Runs the server in a child and gives its port. */
static int fork_server(pid_t *child)
{
    int ends[2];
    int port = 0;
    assert_int_equal(pipe(ends), 0);
    *child = fork();
    assert_true(*child >= 0);
    if (*child == 0) {
        port = server_port(server_start(answers, sizeof(answers) / sizeof(answers[0])));
        if (write(ends[1], &port, sizeof(port)) != sizeof(port))
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &port, sizeof(port)), sizeof(port));
    close(ends[0]);
    close(ends[1]);
    return port;
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SPK_SECOND_US +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void run(struct spk_http *http, struct spk_view url, int count, int in_flight)
{
    struct spk_http_call *calls[64] = {0};
    struct spk_http_response response = {0};
    struct spk_http_request request = {.url = url};
    for (int i = 0; i < count + in_flight; i++) {
        struct spk_http_call **call = &calls[i % in_flight];
        if (*call) {
            assert_int_equal(spk_http_wait(*call, &response, NULL), SPK_OK);
            assert_int_equal(response.status, 200);
            spk_http_call_destroy(*call);
            *call = NULL;
        }
        if (i < count) {
            assert_int_equal(spk_http_start(http, &request, call, NULL), SPK_OK);
        }
    }
    spk_http_response_deinit(&response);
}

static void requests_and_megabytes_are_cheap(void **state)
{
    struct spk_http *http = NULL;
    struct spk_arena arena = {0};
    pid_t child = 0;
    const char *factor = getenv("SPK_SPEED");
    int scale = factor ? (int)strtol(factor, NULL, 10) : 1;
    int port = fork_server(&child);
    assert_int_equal(spk_http_curl_create(NULL, &http, NULL), SPK_OK);
    struct spk_view small = spk_arena_printf(&arena, "http://127.0.0.1:%d/small?page=2", port);
    struct spk_view large = spk_arena_printf(&arena, "http://127.0.0.1:%d/page", port);
    run(http, small, 100, 32);
    int64_t start = cpu_us();
    int64_t clock = spk_time_monotonic_us();
    run(http, small, 2000 * scale, 32);
    double cpu_s = (double)(cpu_us() - start) / 1e6;
    double wall_s = (double)(spk_time_monotonic_us() - clock) / 1e6;
    print_message("%d small requests: %.0f per CPU second, %.0f per second\n", 2000 * scale,
                  2000 * scale / cpu_s, 2000 * scale / wall_s);
    run(http, large, 4, 2);
    start = cpu_us();
    run(http, large, 50 * scale, 2);
    cpu_s = (double)(cpu_us() - start) / 1e6;
    print_message("%d pages of 1 MiB: %.0f MB per CPU second\n", 50 * scale,
                  50 * scale * (double)PAGE_BYTES / 1e6 / cpu_s);
    spk_http_destroy(http);
    spk_arena_deinit(&arena);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_megabytes_are_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
