#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/curl_internal.h"

static void lock_share(CURL *easy, curl_lock_data data, curl_lock_access access, void *context)
{
    struct curl_client *client = context;
    (void)easy, (void)data, (void)access;
    pthread_mutex_lock(&client->share_lock);
}

static void unlock_share(CURL *easy, curl_lock_data data, void *context)
{
    struct curl_client *client = context;
    (void)easy, (void)data;
    pthread_mutex_unlock(&client->share_lock);
}

static int or_default(int value, int fallback)
{
    return value > 0 ? value : fallback;
}

static void copy_options(struct curl_client *client, const struct spk_http_options *options)
{
    struct spk_http_options *own = &client->options;
    const char *agent = options->user_agent ? options->user_agent : "spike";
    const char **hosts =
        spk_arena_array(&client->arena, options->allowed_hosts_len + 1, sizeof(*hosts));
    *own = *options;
    own->user_agent = spk_arena_strdup(&client->arena, spk_view_of(agent));
    own->max_connections = or_default(own->max_connections, 64);
    own->max_host_connections = or_default(own->max_host_connections, 32);
    own->connect_timeout_ms = or_default(own->connect_timeout_ms, 30 * 1000);
    own->stall_timeout_ms = or_default(own->stall_timeout_ms, 300 * 1000);
    for (size_t i = 0; i < own->allowed_hosts_len; i++) {
        hosts[i] = spk_arena_strdup(&client->arena, spk_view_of(options->allowed_hosts[i]));
    }
    own->allowed_hosts = hosts;
    client->hosts = (struct spk_http_hosts){hosts, own->allowed_hosts_len};
}

static void init_locks(struct curl_client *client)
{
    pthread_mutexattr_t nests; /* libcurl locks shared cookies while it holds the share */
    pthread_mutexattr_init(&nests);
    pthread_mutexattr_settype(&nests, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&client->share_lock, &nests);
    pthread_mutexattr_destroy(&nests);
    pthread_mutex_init(&client->lock, NULL);
    pthread_mutex_init(&client->opening, NULL);
    pthread_cond_init(&client->settled, NULL);
}

static void init_curl(struct curl_client *client)
{
    const struct spk_http_options *options = &client->options;
    client->multi = spk_http_curl.multi_init();
    assert(client->multi); /* only memory can be missing */
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                               (long)options->max_connections);
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                               (long)options->max_host_connections);
    spk_http_curl.multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)options->max_connections);
    if (options->cookies) {
        client->share = spk_http_curl.share_init();
        assert(client->share);
        spk_http_curl.share_setopt(client->share, CURLSHOPT_LOCKFUNC, lock_share);
        spk_http_curl.share_setopt(client->share, CURLSHOPT_UNLOCKFUNC, unlock_share);
        spk_http_curl.share_setopt(client->share, CURLSHOPT_USERDATA, client);
        spk_http_curl.share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    }
}

static spk_rc open_first(struct curl_client *client, struct spk_error *err)
{
    spk_rc rc = spk_http_curl_load(err);
    if (rc) {
        return rc;
    }
    spk_http_environment_complete(&client->arena, &client->environment);
    if (!client->multi) {
        init_curl(client);
    }
    rc = spk_http_loop_start(client, err);
    if (rc) {
        spk_http_loop_stop(client);
    }
    return rc;
}

spk_rc spk_http_curl_open(struct curl_client *client, struct spk_error *err)
{
    pthread_mutex_lock(&client->opening);
    spk_rc rc = client->running ? SPK_OK : open_first(client, err);
    pthread_mutex_unlock(&client->opening);
    return rc;
}

void spk_http_curl_destroy(struct spk_http *http)
{
    struct curl_client *client = (struct curl_client *)http;
    spk_http_loop_stop(client);
    while (client->idle) {
        struct curl_call *call = client->idle;
        client->idle = call->next_idle;
        spk_http_curl_call_free(call);
    }
    if (client->multi) {
        spk_http_curl.multi_cleanup(client->multi);
    }
    if (client->share) {
        spk_http_curl.share_cleanup(client->share);
    }
    pthread_mutex_destroy(&client->share_lock);
    pthread_mutex_destroy(&client->lock);
    pthread_mutex_destroy(&client->opening);
    pthread_cond_destroy(&client->settled);
    free(client->sockets);
    spk_arena_deinit(&client->arena);
    free(client);
}

spk_rc spk_http_curl_create(const struct spk_http_options *options, struct spk_http **out,
                            struct spk_error *err)
{
    static const struct spk_http_options defaults = {0};
    struct curl_client *client = spk_memory_zalloc(sizeof(*client));
    client->http.ops = &spk_http_curl_ops;
    client->epoll = client->wake = -1;
    client->queue_end = &client->queue;
    copy_options(client, options ? options : &defaults);
    init_locks(client);
    spk_rc rc = spk_http_environment_read(&client->arena, &client->environment, err);
    if (rc) {
        spk_http_curl_destroy(&client->http);
        return rc;
    }
    *out = &client->http;
    return SPK_OK;
}
