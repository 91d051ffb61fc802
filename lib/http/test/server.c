#include "server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

enum { MAX_CONNECTIONS = 4096 };

struct connection {
    struct server *server;
    int fd;
    pthread_t thread;
    struct spk_buf in; /* bytes received and not yet used */
};

struct server {
    const struct server_answer *answers;
    size_t len;
    int listener, port;
    pthread_t thread;
    atomic_bool stopping;
    pthread_mutex_t lock;
    struct connection *connections[MAX_CONNECTIONS];
    int count;
};

static bool send_all(int fd, struct spk_view bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes = spk_view_slice(bytes, (size_t)sent, bytes.len);
    }
    return true;
}

static bool receive(struct connection *connection)
{
    char *room = spk_buf_reserve(&connection->in, 65536);
    ssize_t got = recv(connection->fd, room, 65536, 0);
    connection->in.len += got > 0 ? (size_t)got : 0;
    return got > 0;
}

/* Until the peer closes or the server stops. */
static void wait_for_end(struct connection *connection)
{
    while (receive(connection)) {
        spk_buf_clear(&connection->in);
    }
}

static struct spk_view find_header(struct spk_view head, const char *name)
{
    struct spk_view rest = head;
    while (rest.at) {
        struct spk_view value = spk_view_cut(&rest, '\n');
        struct spk_view key = spk_view_cut(&value, ':');
        if (value.at && spk_view_equal_nocase(key, spk_view_of(name))) {
            return spk_view_trim(value);
        }
    }
    return (struct spk_view){0};
}

/* Length of one whole request at the start of `in`, 0 where more must come. */
static size_t request_len(const struct spk_buf *in)
{
    struct spk_view all = spk_buf_view(in);
    ptrdiff_t end = spk_view_find(all, SPK_V("\r\n\r\n"), 0);
    if (end < 0) {
        return 0;
    }
    struct spk_view head = spk_view_slice(all, 0, (size_t)end);
    uint64_t body = 0;
    spk_parse_u64(find_header(head, "content-length"), 1 << 30, &body);
    size_t whole = (size_t)end + 4 + body;
    return whole <= in->len ? whole : 0;
}

static const struct server_answer *find_answer(const struct server *server, struct spk_view target)
{
    static const struct server_answer missing = {.status = 404, .body = SPK_VIEW("no such path")};
    static const struct server_answer proxied = {.status = 200, .manner = ECHO};
    struct spk_view rest = target;
    struct spk_view path = spk_view_cut(&rest, '?');
    for (size_t i = 0; i < server->len; i++) {
        const char *wanted = server->answers[i].path;
        if (spk_view_is(target, wanted) || spk_view_is(path, wanted)) {
            return &server->answers[i];
        }
    }
    return spk_view_starts(target, SPK_V("http://")) ? &proxied : &missing;
}

static void append_chunks(struct spk_buf *out, struct spk_view body, bool whole)
{
    for (size_t at = 0; at < body.len; at += 1000) {
        struct spk_view piece = spk_view_slice(body, at, at + 1000);
        spk_buf_printf(out, "%zx\r\n", piece.len);
        spk_buf_append(out, piece);
        spk_buf_append_str(out, "\r\n");
    }
    spk_buf_append_str(out, whole ? "0\r\nX-Trailer: late\r\n\r\n" : "");
}

static void append_head(struct spk_buf *out, const struct server_answer *answer, size_t body_len)
{
    spk_buf_printf(out, "HTTP/1.1 %d Answer\r\n%s", answer->status,
                   answer->headers ? answer->headers : "");
    if (answer->manner == CHUNKED || answer->manner == CUT_CHUNK) {
        spk_buf_append_str(out, "Transfer-Encoding: chunked\r\n");
    } else if (answer->manner != BY_CLOSE && answer->manner != ENDLESS) {
        spk_buf_printf(out, "Content-Length: %zu\r\n", body_len);
    }
    spk_buf_append_str(out, "\r\n");
}

static void send_for_ever(int fd)
{
    static const char zeros[65536];
    while (send_all(fd, spk_view_make(zeros, sizeof(zeros)))) {
    }
}

/* Does what comes after the first bytes; false where the connection is over. */
static bool go_on(struct connection *connection, enum server_manner manner)
{
    struct linger at_once = {.l_onoff = 1};
    switch (manner) {
    case STALLED: wait_for_end(connection); return false;
    case ENDLESS: send_for_ever(connection->fd); return false;
    case RESET:
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        return false;
    case BY_CLOSE:
    case TRUNCATED:
    case CUT_CHUNK:
    case GARBAGE: return false;
    default: return true;
    }
}

static bool answer_request(struct connection *connection, struct spk_view request)
{
    struct spk_view rest = request;
    struct spk_view method = spk_view_cut(&rest, ' ');
    struct spk_view target = spk_view_cut(&rest, ' ');
    const struct server_answer *answer = find_answer(connection->server, target);
    enum server_manner manner = answer->manner;
    struct spk_view body = manner == ECHO ? request : answer->body;
    struct spk_buf out = {0};
    if (manner == SILENT) {
        wait_for_end(connection);
        return false;
    }
    if (manner == DROPPED) {
        return false;
    }
    if (manner != GARBAGE) {
        append_head(&out, answer, body.len);
    }
    bool half = manner == TRUNCATED || manner == CUT_CHUNK || manner == RESET || manner == STALLED;
    struct spk_view part = spk_view_slice(body, 0, half ? body.len / 2 : body.len);
    if (manner == CHUNKED || manner == CUT_CHUNK) {
        append_chunks(&out, part, manner == CHUNKED);
    } else if (!spk_view_is(method, "HEAD")) {
        spk_buf_append(&out, part);
    }
    bool sent = send_all(connection->fd, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return sent && go_on(connection, manner);
}

static void *serve(void *context)
{
    struct connection *connection = context;
    bool alive = true;
    while (alive) {
        size_t len = request_len(&connection->in);
        if (len == 0) {
            alive = receive(connection);
            continue;
        }
        alive = answer_request(connection, spk_view_make(connection->in.at, len));
        if (alive) {
            memmove(connection->in.at, connection->in.at + len, connection->in.len - len);
            connection->in.len -= len;
        }
    }
    pthread_mutex_lock(&connection->server->lock);
    close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&connection->server->lock);
    return NULL;
}

static void *accept_all(void *context)
{
    struct server *server = context;
    while (!atomic_load(&server->stopping)) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0) {
            break;
        }
        struct connection *connection = spk_memory_zalloc(sizeof(*connection));
        connection->server = server;
        connection->fd = fd;
        pthread_mutex_lock(&server->lock);
        assert(server->count < MAX_CONNECTIONS);
        server->connections[server->count++] = connection;
        pthread_create(&connection->thread, NULL, serve, connection);
        pthread_mutex_unlock(&server->lock);
    }
    return NULL;
}

struct server *server_start(const struct server_answer *answers, size_t len)
{
    struct server *server = spk_memory_zalloc(sizeof(*server));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    server->answers = answers;
    server->len = len;
    pthread_mutex_init(&server->lock, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = bind(server->listener, (struct sockaddr *)&address, sizeof(address)) ||
                 listen(server->listener, 128) ||
                 getsockname(server->listener, (struct sockaddr *)&address, &size) ||
                 pthread_create(&server->thread, NULL, accept_all, server);
    assert(!failed);
    server->port = ntohs(address.sin_port);
    return server;
}

void server_stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (int i = 0; i < server->count; i++) {
        struct connection *connection = server->connections[i];
        pthread_mutex_lock(&server->lock);
        if (connection->fd >= 0) {
            shutdown(connection->fd, SHUT_RDWR);
        }
        pthread_mutex_unlock(&server->lock);
        pthread_join(connection->thread, NULL);
        spk_buf_deinit(&connection->in);
        free(connection);
    }
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int server_port(const struct server *server)
{
    return server->port;
}

int server_connections(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    int count = server->count;
    pthread_mutex_unlock(&server->lock);
    return count;
}
