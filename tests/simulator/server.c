/*
 * HTTP: takes requests whole, hands them to a platform, sends the answer, with the faults of the
 * connection itself. One thread per connection, so that a slow answer holds up nobody else.
 */
#include "simulator.h"

#include "base/memory.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_REQUEST_BODY = 1024 * 1024, IDLE_SECONDS = 60, STACK_BYTES = 512 * 1024 };

struct spk_sim_server {
    struct MHD_Daemon *daemon;
    int stop[2]; /* closing [1] wakes all who are slow on purpose */
};

struct exchange { /* one request until its answer is queued */
    struct spk_arena arena;
    struct spk_buf body;
};

/* ---- what the platforms ask about a request */
struct spk_view spk_sim_parameter(const struct spk_sim_request *request, const char *name)
{
    return spk_view_of(
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name));
}

struct spk_view spk_sim_header(const struct spk_sim_request *request, const char *name)
{
    return spk_view_of(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

struct visit {
    void (*call)(void *context, const char *name, struct spk_view value);
    void *context;
};

static enum MHD_Result visit_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                       const char *value)
{
    const struct visit *visit = context;
    visit->call(visit->context, name, spk_view_of(value));
    return MHD_YES;
}

void spk_sim_parameters_each(const struct spk_sim_request *request,
                             void (*visit)(void *context, const char *name, struct spk_view value),
                             void *context)
{
    struct visit closure = {visit, context};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, visit_parameter,
                              &closure);
}

bool spk_sim_basic_credentials(const struct spk_sim_request *request, struct spk_view *user,
                               struct spk_view *password)
{
    char *secret = NULL;
    char *name = MHD_basic_auth_get_username_password(request->connection, &secret);
    bool complete = name != NULL && secret != NULL;
    if (complete) {
        *user = spk_arena_dup(request->arena, spk_view_of(name));
        *password = spk_arena_dup(request->arena, spk_view_of(secret));
    }
    MHD_free(name);
    MHD_free(secret);
    return complete;
}

/* ---- routing: /PLATFORM/ACCOUNT/..., /_control... */
static void route(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    static const struct {
        struct spk_view prefix;
        void (*answer)(struct spk_sim_request *request, struct spk_sim_reply *reply);
    } routes[] = {{SPK_VIEW("/cellxpert/"), spk_sim_cellxpert},
                  {SPK_VIEW("/mexos/"), spk_sim_mexos}};

    struct spk_view control = SPK_V("/_control");
    if (spk_view_starts(request->path, control)) {
        request->rest = spk_view_slice(request->path, control.len, request->path.len);
        spk_sim_control(request, reply);
        return;
    }
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        size_t from = routes[i].prefix.len;
        if (!spk_view_starts(request->path, routes[i].prefix)) {
            continue;
        }
        ptrdiff_t slash = spk_view_find(request->path, SPK_V("/"), from);
        size_t end = slash < 0 ? request->path.len : (size_t)slash;
        request->account = spk_view_slice(request->path, from, end);
        request->rest = spk_view_slice(request->path, end, request->path.len);
        routes[i].answer(request, reply);
        spk_sim_log_add(request, reply->reset ? 0 : reply->status);
        return;
    }
    spk_sim_reply_set(reply, 404, "text/plain", "no such platform\n");
}

/* ---- sending */
static ssize_t send_half(void *context, uint64_t position, char *out, size_t max)
{
    const struct spk_buf *body = context;
    size_t half = body->len / 2;
    if (position >= half) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t left = half - (size_t)position;
    size_t count = left < max ? left : max;
    memcpy(out, body->at + position, count);
    return (ssize_t)count;
}

static void free_body(void *context)
{
    struct spk_buf *body = context;
    spk_buf_deinit(body);
    free(body);
}

static struct MHD_Response *make_response(struct spk_sim_reply *reply)
{
    if (!reply->cut || reply->body.len < 2) {
        char *bytes = reply->body.at;
        size_t len = reply->body.len;
        reply->body = (struct spk_buf){0};
        return MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
    }
    struct spk_buf *body = spk_memory_zalloc(sizeof(*body));
    *body = reply->body;
    reply->body = (struct spk_buf){0};
    return MHD_create_response_from_callback(body->len, 4096, send_half, body, free_body);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct spk_sim_reply *reply)
{
    char seconds[32];
    struct MHD_Response *response = make_response(reply);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    if (reply->retry_after >= 0) {
        snprintf(seconds, sizeof(seconds), "%lld", (long long)reply->retry_after);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result reset_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    return MHD_NO;
}

static enum MHD_Result answer(const struct spk_sim_server *server, struct spk_sim_request *request)
{
    struct spk_sim_reply reply = {.status = 500, .content_type = "text/plain", .retry_after = -1};
    spk_buf_init(&reply.body, SPK_SIM_MAX_BODY);
    route(request, &reply);
    if (reply.delay_ms > 0) {
        struct pollfd wake = {.fd = server->stop[0], .events = POLLIN};
        poll(&wake, 1, reply.delay_ms > 600000 ? 600000 : (int)reply.delay_ms);
    }
    enum MHD_Result result = reply.reset ? reset_connection(request->connection)
                                         : send_reply(request->connection, &reply);
    spk_buf_deinit(&reply.body);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_len, void **state)
{
    struct exchange *exchange = *state;
    if (exchange == NULL) {
        exchange = spk_memory_zalloc(sizeof(*exchange));
        spk_buf_init(&exchange->body, MAX_REQUEST_BODY);
        *state = exchange;
        return MHD_YES;
    }
    if (*upload_len > 0) {
        spk_buf_append(&exchange->body, spk_view_make(upload, *upload_len));
        *upload_len = 0;
        return MHD_YES;
    }
    if (exchange->body.overflow) {
        struct spk_sim_reply reply = {.retry_after = -1};
        spk_sim_reply_set(&reply, 413, "text/plain", "the body is larger than 1 MiB\n");
        return send_reply(connection, &reply);
    }
    struct spk_sim_request request = {.connection = connection,
                                      .method = spk_view_of(method),
                                      .path = spk_view_of(path),
                                      .body = spk_buf_view(&exchange->body),
                                      .arena = &exchange->arena,
                                      .stream = ""};
    return answer(context, &request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    if (exchange != NULL) {
        spk_arena_deinit(&exchange->arena);
        spk_buf_deinit(&exchange->body);
        free(exchange);
        *state = NULL;
    }
}

spk_rc spk_sim_server_start(const struct spk_sim_server_options *options,
                            struct spk_sim_server **out, int *port, struct spk_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)options->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct spk_sim_server *server = spk_memory_zalloc(sizeof(*server));
    if (pipe(server->stop) != 0) {
        free(server);
        return spk_error_errno(err, errno, "cannot make a pipe");
    }
    server->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL,
        (uint16_t)options->port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (server->daemon == NULL) {
        int cause = errno;
        close(server->stop[0]);
        close(server->stop[1]);
        free(server);
        return spk_error_errno(err, cause, "cannot listen on 127.0.0.1:%d", (int)options->port);
    }
    *port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    *out = server;
    return SPK_OK;
}

void spk_sim_server_stop(struct spk_sim_server *server)
{
    if (server == NULL) {
        return;
    }
    close(server->stop[1]);
    MHD_stop_daemon(server->daemon);
    close(server->stop[0]);
    free(server);
}
