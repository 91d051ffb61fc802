#ifndef SPK_HTTP_CURL_INTERNAL_H
#define SPK_HTTP_CURL_INTERNAL_H
/*
 * The real client. One I/O thread owns the multi handle and every transfer from its first order to
 * `done`; other threads reach it by orders only.
 *
 *   curl_library.c      libcurl itself, loaded on first use
 *   curl_client.c       settings, life and death
 *   curl_environment.c  proxies and authorities
 *   curl_call.c         start, wait, cancel, destroy
 *   curl_loop.c         the thread and its orders
 *   curl_sockets.c      what epoll watches
 *   curl_transfer.c     one transfer and its callbacks
 *   curl_error.c        what libcurl's failures mean
 */
#include <pthread.h>
#include <stdatomic.h>

#include "archive/archive.h"
#include "http/curl_library.h"
#include "http/http_internal.h"

/* Strings of the client's arena, NULL where nothing is set. */
struct http_environment {
    const char *proxy[2]; /* for http, for https */
    const char *no_proxy;
    const char *ca_file, *ca_folder;
};

/* What other threads want of a call. */
enum { ORDER_START = 1, ORDER_RESUME = 2, ORDER_CANCEL = 4 };

struct curl_call {
    struct spk_http_call call;
    struct curl_client *client;
    CURL *easy;

    /* Set by start; the I/O thread rewrites the message when it is redirected. */
    struct spk_http_request request; /* its views are not used after start, but for the body */
    struct spk_http_limits limits;
    struct spk_http_message message;
    struct spk_arena arena; /* of the message */
    struct curl_slist *lines;
    int64_t started_us, deadline_us; /* monotonic; deadline 0: none */

    /* The I/O thread's; the waiting thread's once it is done. */
    struct spk_http_response answer;
    bool active;                       /* in the multi handle */
    bool head_done;                    /* all headers of the final head are here */
    bool discard;                      /* the body of a redirect */
    bool encoded;                      /* decoded bytes are not those on the wire */
    struct spk_archive_gunzip *gunzip; /* NULL: libcurl decodes, or nobody */
    spk_rc rc;
    struct spk_error err;
    char cause[CURL_ERROR_SIZE];

    atomic_bool cancelled; /* seen in the middle of a body, before the order is */

    pthread_mutex_t lock; /* the group below */
    pthread_cond_t changed;
    struct spk_buf arrived; /* of a streamed body */
    bool head_ready;        /* of the final answer */
    bool paused, done;

    struct spk_buf piece; /* the reading thread's: what it pulled last */

    /* Under the client's lock. */
    unsigned orders, doing;
    bool queued, taken;
    struct curl_call *next_queued, *next_taken, *next_idle;
};

struct curl_client {
    struct spk_http http;
    struct spk_http_options options;
    struct spk_http_hosts hosts;
    struct http_environment environment;
    struct spk_arena arena; /* strings of the three above */
    CURLM *multi;
    CURLSH *share; /* cookies; NULL: none are kept */
    pthread_mutex_t share_lock;
    int epoll, wake;                 /* file descriptors */
    struct spk_http_socket *sockets; /* by file descriptor; the I/O thread's */
    size_t sockets_cap;
    int64_t timer_us; /* when libcurl wants to be called; -1: not at all */
    pthread_t thread;
    pthread_mutex_t opening;
    bool running; /* by the first request; under `opening` */

    pthread_mutex_t lock; /* all below, and the last group of each call */
    pthread_cond_t settled;
    struct curl_call *queue, **queue_end;
    struct curl_call *taken;
    bool asleep, stopping;
    struct curl_call *idle; /* ended calls and their memory, for the next ones */
    size_t idle_len, idle_bytes;
};

extern const struct spk_http_ops spk_http_curl_ops;

void spk_http_curl_destroy(struct spk_http *http);
/* Makes the client ready to send: the first call loads libcurl and starts the thread. ESYSTEM. */
spk_rc spk_http_curl_open(struct curl_client *client, struct spk_error *err);

/* ECONFIG where a variable names a file that is not there. */
spk_rc spk_http_environment_read(struct spk_arena *arena, struct http_environment *out,
                                 struct spk_error *err);
/* What only libcurl knows, once it is loaded. */
void spk_http_environment_complete(struct spk_arena *arena, struct http_environment *environment);

/* ---- the thread ---- */

/* Prepares the sockets of the multi handle and starts the thread. ESYSTEM. */
spk_rc spk_http_loop_start(struct curl_client *client, struct spk_error *err);
void spk_http_loop_stop(struct curl_client *client);
void spk_http_loop_order(struct curl_call *call, unsigned order);
/* Waits until the thread has done with the call's orders; its transfer must have ended. */
void spk_http_loop_settle(struct curl_call *call);

/* ---- sockets, on the I/O thread ---- */

void spk_http_sockets_watch(struct curl_client *client);
void spk_http_sockets_configure(const struct curl_client *client, CURL *easy);
/* Something happened: epoll's events. */
void spk_http_sockets_act(struct curl_client *client, int fd, uint32_t events);

/* ---- transfers ---- */

struct curl_call *spk_http_curl_call_new(struct curl_client *client);
void spk_http_curl_call_free(struct curl_call *call);
/* Sets the easy handle up for the message. */
void spk_http_transfer_configure(struct curl_call *call);
/* On the I/O thread. */
void spk_http_transfer_launch(struct curl_call *call);
void spk_http_transfer_resume(struct curl_call *call);
void spk_http_transfer_cancel(struct curl_call *call);
void spk_http_transfer_finish(struct curl_call *call, CURLcode code);

spk_rc spk_http_curl_failure(CURLcode code, const char *cause, struct spk_error *err);

#endif
