/*
 * The static server of the benchmarks, on 127.0.0.1: one thread per connection, answers made of
 * prepared buffers, so that what a run costs is the client's.
 *
 *   /N/page?page=P  {"data":[...]}, P from 1; empty behind record N
 *   /N/cursor[?after=P]      {"data":[...],"next":P or null}
 *   /N/gzip?page=P           as page, Content-Encoding: gzip
 *   /N/xml?page=P            <data><record>...</record>...</data>
 *   /N/jsonl, /N/csv         all N records in one body
 *   /parents                 {"data":[...]}: 2000 parents
 *   /parents/ID/children     {"data":[...]}: 20 children
 *
 * N is a multiple of 1000. Prints "port NUMBER" when it listens; ends with the process that
 * started it.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "bodies.h"

enum { REQUEST_MAX = 16384, PARTS_AT_ONCE = 256 };

static struct spk_bench_bodies bodies;

struct answer {
    int status;
    const char *headers; /* further ones, each with its line end */
    struct iovec *parts; /* [0] is the head */
    size_t count, cap;
    size_t length;
    char head[256], foot[64];
};

static void add_part(struct answer *a, struct spk_view bytes)
{
    a->parts = spk_memory_grow(a->parts, &a->cap, a->count + 1, sizeof(*a->parts));
    a->parts[a->count++] = (struct iovec){.iov_base = (void *)bytes.at, .iov_len = bytes.len};
    a->length += bytes.len;
}

static uint64_t query_number(struct spk_view query, struct spk_view name, uint64_t standard)
{
    uint64_t number = standard;
    while (query.at) {
        struct spk_view value = spk_view_cut(&query, '&');
        struct spk_view key = spk_view_cut(&value, '=');
        if (spk_view_equal(key, name))
            spk_parse_u64(value, UINT32_MAX, &number);
    }
    return number;
}

static const struct spk_bench_block *block_of(uint64_t page)
{
    return &bodies.blocks[page % SPK_BENCH_PAGES];
}

static void answer_page(struct answer *a, uint64_t pages, struct spk_view query)
{
    uint64_t page = query_number(query, SPK_V("page"), 1) - 1;
    add_part(a, SPK_V("{\"data\":"));
    add_part(a, page < pages ? spk_buf_view(&block_of(page)->json) : SPK_V("[]"));
    add_part(a, SPK_V("}"));
}

static void answer_cursor(struct answer *a, uint64_t pages, struct spk_view query)
{
    uint64_t page = query_number(query, SPK_V("after"), 0);
    bool last = page + 1 >= pages;
    if (last)
        snprintf(a->foot, sizeof(a->foot), ",\"next\":null}");
    else
        snprintf(a->foot, sizeof(a->foot), ",\"next\":\"%u\"}", (unsigned)(page + 1));
    add_part(a, SPK_V("{\"data\":"));
    add_part(a, page < pages ? spk_buf_view(&block_of(page)->json) : SPK_V("[]"));
    add_part(a, spk_view_of(a->foot));
}

static void answer_gzip(struct answer *a, uint64_t pages, struct spk_view query)
{
    uint64_t page = query_number(query, SPK_V("page"), 1) - 1;
    if (page >= pages) {
        add_part(a, SPK_V("{\"data\":[]}"));
        return;
    }
    a->headers = "Content-Encoding: gzip\r\n";
    add_part(a, spk_buf_view(&block_of(page)->gzip));
}

static void answer_xml(struct answer *a, uint64_t pages, struct spk_view query)
{
    uint64_t page = query_number(query, SPK_V("page"), 1) - 1;
    a->headers = "Content-Type: application/xml\r\n";
    add_part(a, page < pages ? spk_buf_view(&block_of(page)->xml) : SPK_V("<data></data>"));
}

static void answer_jsonl(struct answer *a, uint64_t pages, struct spk_view query)
{
    a->headers = "Content-Type: application/x-ndjson\r\n";
    for (uint64_t page = 0; page < pages; page++)
        add_part(a, spk_buf_view(&block_of(page)->jsonl));
}

static void answer_csv(struct answer *a, uint64_t pages, struct spk_view query)
{
    a->headers = "Content-Type: text/csv\r\n";
    add_part(a, bodies.csv_header);
    for (uint64_t page = 0; page < pages; page++)
        add_part(a, spk_buf_view(&block_of(page)->csv));
}

static const struct {
    const char *name;
    void (*answer)(struct answer *a, uint64_t pages, struct spk_view query);
} kinds[] = {
    {"page", answer_page}, {"cursor", answer_cursor}, {"gzip", answer_gzip},
    {"xml", answer_xml},   {"jsonl", answer_jsonl},   {"csv", answer_csv},
};

static void answer_family(struct answer *a, struct spk_view rest)
{
    add_part(a, SPK_V("{\"data\":"));
    add_part(a, spk_buf_view(rest.len > 0 ? &bodies.children : &bodies.parents));
    add_part(a, SPK_V("}"));
}

static void answer_target(struct answer *a, struct spk_view target)
{
    struct spk_view query = target;
    struct spk_view path = spk_view_cut(&query, '?');
    struct spk_view first = {0};
    uint64_t records;
    if (path.len > 0)
        path = spk_view_slice(path, 1, path.len);
    first = spk_view_cut(&path, '/');
    a->status = 200;
    if (spk_view_is(first, "parents")) {
        answer_family(a, path);
        return;
    }
    if (spk_parse_u64(first, 100000000, &records)) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
            if (!spk_view_is(path, kinds[i].name))
                continue;
            kinds[i].answer(a, records / SPK_BENCH_ROWS, query);
            return;
        }
    }
    a->status = 404;
}

static bool send_parts(int fd, struct iovec *parts, size_t count)
{
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts,
                                 .msg_iovlen = count < PARTS_AT_ONCE ? count : PARTS_AT_ONCE};
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        size_t left = (size_t)sent;
        while (count > 0 && left >= parts->iov_len) {
            left -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return true;
}

/* request: "GET /target HTTP/1.1\r\n..." */
static bool answer_request(int fd, struct spk_view request)
{
    struct answer a = {.headers = "Content-Type: application/json\r\n"};
    struct spk_view rest = request;
    spk_view_cut(&rest, ' ');
    add_part(&a, (struct spk_view){0});
    answer_target(&a, spk_view_cut(&rest, ' '));
    int n = snprintf(a.head, sizeof(a.head), "HTTP/1.1 %d %s\r\n%sContent-Length: %zu\r\n\r\n",
                     a.status, a.status == 200 ? "OK" : "Not Found", a.headers, a.length);
    a.parts[0] = (struct iovec){.iov_base = a.head, .iov_len = (size_t)n};
    bool sent = send_parts(fd, a.parts, a.count);
    free(a.parts);
    return sent;
}

static void *serve(void *context)
{
    int fd = (int)(intptr_t)context;
    char request[REQUEST_MAX];
    size_t len = 0;
    for (;;) {
        ptrdiff_t end = spk_view_find(spk_view_make(request, len), SPK_V("\r\n\r\n"), 0);
        if (end >= 0) {
            size_t used = (size_t)end + 4;
            if (!answer_request(fd, spk_view_make(request, used)))
                break;
            memmove(request, request + used, len - used);
            len -= used;
            continue;
        }
        ssize_t got = len < sizeof(request) ? recv(fd, request + len, sizeof(request) - len, 0) : 0;
        if (got <= 0)
            break;
        len += (size_t)got;
    }
    close(fd);
    return NULL;
}

static int listen_at_any_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 128) ||
        getsockname(fd, (struct sockaddr *)&address, &size)) {
        perror("bench-server: listen");
        exit(1);
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    spk_bench_bodies_init(&bodies);
    int listener = listen_at_any_port();
    for (;;) {
        int one = 1;
        pthread_t thread;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd))
            close(fd);
        else
            pthread_detach(thread);
    }
}
