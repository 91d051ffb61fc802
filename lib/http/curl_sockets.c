#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/curl_internal.h"

/*
 * libcurl lets go of a connection's socket after each answer and takes it again for the next
 * request. A tenth of a small request's cost would be telling the kernel so; hence a socket stays
 * registered while it rests, and goes when something happens on it then. That is safe only for
 * sockets whose end is seen here: those that on_open made and on_close closes.
 */
struct spk_http_socket {
    uint32_t wanted;     /* events for libcurl; 0: it rests */
    uint32_t registered; /* events in the kernel; 0: it is not there */
    bool ours;
};

static struct spk_http_socket *socket_of(struct curl_client *client, int fd)
{
    size_t had = client->sockets_cap;
    if ((size_t)fd >= had) {
        client->sockets = spk_memory_grow(client->sockets, &client->sockets_cap, (size_t)fd + 1,
                                          sizeof(*client->sockets));
        memset(client->sockets + had, 0, (client->sockets_cap - had) * sizeof(*client->sockets));
    }
    return &client->sockets[fd];
}

static void unregister(struct curl_client *client, int fd)
{
    epoll_ctl(client->epoll, EPOLL_CTL_DEL, fd, NULL);
    socket_of(client, fd)->registered = 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
    struct curl_client *client = context;
    struct spk_http_socket *socket = socket_of(client, fd);
    (void)easy, (void)known;
    socket->wanted = 0;
    if (what == CURL_POLL_REMOVE) {
        if (!socket->ours) {
            unregister(client, fd);
        }
        return 0;
    }
    socket->wanted |= what & CURL_POLL_IN ? EPOLLIN : 0;
    socket->wanted |= what & CURL_POLL_OUT ? EPOLLOUT : 0;
    if (socket->registered != socket->wanted) {
        struct epoll_event event = {.events = socket->wanted, .data.fd = fd};
        int operation = socket->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        if (epoll_ctl(client->epoll, operation, fd, &event)) {
            return -1;
        }
        socket->registered = socket->wanted;
    }
    return 0;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct curl_client *client = context;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) {
        return CURL_SOCKET_BAD;
    }
    *socket_of(client, fd) = (struct spk_http_socket){.ours = true};
    return fd;
}

static int on_close(void *context, curl_socket_t fd)
{
    struct curl_client *client = context;
    *socket_of(client, fd) = (struct spk_http_socket){0};
    return close(fd); /* the kernel forgets it as well */
}

void spk_http_sockets_watch(struct curl_client *client)
{
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
}

void spk_http_sockets_configure(const struct curl_client *client, CURL *easy)
{
    spk_http_curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    spk_http_curl.easy_setopt(easy, CURLOPT_OPENSOCKETDATA, client);
    spk_http_curl.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    spk_http_curl.easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, client);
}

void spk_http_sockets_act(struct curl_client *client, int fd, uint32_t events)
{
    int running = 0;
    int mask = 0;
    if (!socket_of(client, fd)->wanted) {
        unregister(client, fd);
        return;
    }
    mask |= events & EPOLLIN ? CURL_CSELECT_IN : 0;
    mask |= events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
    mask |= events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR | CURL_CSELECT_IN : 0;
    spk_http_curl.multi_socket_action(client->multi, fd, mask, &running);
}
