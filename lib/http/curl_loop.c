#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/time.h"
#include "http/curl_internal.h"

/* ---- orders ---- */

static void wake(struct curl_client *client)
{
    const uint64_t one = 1;
    ssize_t written = write(client->wake, &one, sizeof(one));
    (void)written; /* a full counter wakes as well */
}

void spk_http_loop_order(struct curl_call *call, unsigned order)
{
    struct curl_client *client = call->client;
    pthread_mutex_lock(&client->lock);
    call->orders |= order;
    if (!call->queued) {
        call->queued = true;
        call->next_queued = NULL;
        *client->queue_end = call;
        client->queue_end = &call->next_queued;
    }
    bool asleep = client->asleep;
    client->asleep = false;
    pthread_mutex_unlock(&client->lock);
    if (asleep) {
        wake(client);
    }
}

void spk_http_loop_settle(struct curl_call *call)
{
    struct curl_client *client = call->client;
    pthread_mutex_lock(&client->lock);
    while (call->queued || call->taken) {
        pthread_cond_wait(&client->settled, &client->lock);
    }
    pthread_mutex_unlock(&client->lock);
}

/* Moves the queue to `taken`. Under the lock. */
static void take_orders(struct curl_client *client)
{
    struct curl_call **end = &client->taken;
    client->asleep = false;
    for (struct curl_call *call = client->queue; call; call = call->next_queued) {
        call->doing = call->orders;
        call->orders = 0;
        call->queued = false;
        call->taken = true;
        *end = call;
        end = &call->next_taken;
    }
    *end = NULL;
    client->queue = NULL;
    client->queue_end = &client->queue;
}

/* Only the I/O thread reads `doing` and `next_taken` while a call is taken. */
static void do_orders(struct curl_client *client)
{
    for (struct curl_call *call = client->taken; call; call = call->next_taken) {
        if (call->doing & ORDER_CANCEL) {
            spk_http_transfer_cancel(call);
        } else if (call->doing & ORDER_START) {
            spk_http_transfer_launch(call);
        } else if (call->doing & ORDER_RESUME) {
            spk_http_transfer_resume(call);
        }
    }
}

/* Under the lock. */
static void release_taken(struct curl_client *client)
{
    bool any = client->taken != NULL;
    struct curl_call *next = NULL;
    for (struct curl_call *call = client->taken; call; call = next) {
        next = call->next_taken;
        call->taken = false;
    }
    client->taken = NULL;
    if (any) {
        pthread_cond_broadcast(&client->settled);
    }
}

/* ---- sockets and time ---- */

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct curl_client *client = context;
    (void)multi;
    client->timer_us = timeout_ms < 0 ? -1 : spk_time_monotonic_us() + timeout_ms * INT64_C(1000);
    return 0;
}

/* Milliseconds to sleep, rounded up; -1: for ever. */
static int sleep_ms(const struct curl_client *client)
{
    if (client->timer_us < 0) {
        return -1;
    }
    int64_t left = client->timer_us - spk_time_monotonic_us();
    if (left <= 0) {
        return 0;
    }
    return left > INT64_C(60000000) ? 60000 : (int)((left + 999) / 1000);
}

static void act_on_event(struct curl_client *client, const struct epoll_event *event)
{
    if (event->data.fd == client->wake) {
        uint64_t count = 0;
        ssize_t taken = read(client->wake, &count, sizeof(count));
        (void)taken;
        return;
    }
    spk_http_sockets_act(client, event->data.fd, event->events);
}

static void act(struct curl_client *client, int timeout_ms)
{
    struct epoll_event events[64];
    int running = 0;
    int count = epoll_wait(client->epoll, events, sizeof(events) / sizeof(events[0]), timeout_ms);
    for (int i = 0; i < count; i++) {
        act_on_event(client, &events[i]);
    }
    if (client->timer_us >= 0 && sleep_ms(client) == 0) {
        client->timer_us = -1;
        spk_http_curl.multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static void collect(struct curl_client *client)
{
    int left = 0;
    for (CURLMsg *message = spk_http_curl.multi_info_read(client->multi, &left); message;
         message = spk_http_curl.multi_info_read(client->multi, &left)) {
        struct curl_call *call = NULL;
        CURLcode code = message->data.result;
        spk_http_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        spk_http_transfer_finish(call, code);
    }
}

static void *loop(void *context)
{
    struct curl_client *client = context;
    bool stopping = false;
    while (!stopping) {
        pthread_mutex_lock(&client->lock);
        take_orders(client);
        pthread_mutex_unlock(&client->lock);
        do_orders(client);
        pthread_mutex_lock(&client->lock);
        release_taken(client);
        stopping = client->stopping;
        client->asleep = !client->queue;
        int timeout_ms = client->asleep ? sleep_ms(client) : 0;
        pthread_mutex_unlock(&client->lock);
        if (!stopping) {
            act(client, timeout_ms);
            collect(client);
        }
    }
    return NULL;
}

/* ---- life ---- */

spk_rc spk_http_loop_start(struct curl_client *client, struct spk_error *err)
{
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    client->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = client->wake};
    if (client->epoll < 0 || client->wake < 0 ||
        epoll_ctl(client->epoll, EPOLL_CTL_ADD, client->wake, &event)) {
        return spk_error_errno(err, errno, "the HTTP client cannot wait for its sockets");
    }
    client->timer_us = -1;
    spk_http_sockets_watch(client);
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    int failed = pthread_create(&client->thread, NULL, loop, client);
    if (failed) {
        return spk_error_errno(err, failed, "the HTTP client cannot start its thread");
    }
    pthread_setname_np(client->thread, "http");
    client->running = true;
    return SPK_OK;
}

void spk_http_loop_stop(struct curl_client *client)
{
    if (client->running) {
        pthread_mutex_lock(&client->lock);
        client->stopping = true;
        pthread_mutex_unlock(&client->lock);
        wake(client);
        pthread_join(client->thread, NULL);
    }
    if (client->epoll >= 0) {
        close(client->epoll);
        client->epoll = -1;
    }
    if (client->wake >= 0) {
        close(client->wake);
        client->wake = -1;
    }
}
