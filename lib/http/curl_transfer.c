#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/time.h"
#include "http/curl_internal.h"

/* A body whose length is known gets its memory at once, up to this. */
static const uint64_t presize_bytes = 64 << 20;
/* Of a streamed body that nobody has pulled yet; the transfer pauses above it. */
static const size_t arrived_bytes = 512 << 10;

/* What libcurl reads at once: much, unless a slow reader may make it pause, as it unpacks a whole
 * buffer before it does: keep that far below the 64 MiB that it stores. */
static const long body_buffer_bytes = 128 << 10;
static const long streamed_buffer_bytes = 64 << 10;

/* ---- the answer ---- */

/* Ends the transfer out of a callback. */
static size_t give_up(struct curl_call *call, spk_rc rc)
{
    call->rc = rc;
    return 0;
}

/* urllib3 takes a coding that it does not know for none; libcurl would fail. */
static bool is_known_coding(struct spk_view coding)
{
    static const char *const known[] = {"gzip", "x-gzip", "deflate", "br"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (spk_view_equal_nocase(coding, spk_view_of(known[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_encoded(const struct spk_http_response *answer)
{
    struct spk_view rest = spk_http_response_header(answer, "content-encoding");
    bool any = rest.at != NULL;
    while (rest.at) {
        if (!is_known_coding(spk_view_trim(spk_view_cut(&rest, ',')))) {
            return false;
        }
    }
    return any;
}

static bool is_gzip(const struct spk_http_response *answer)
{
    struct spk_view coding = spk_http_response_header(answer, "content-encoding");
    return spk_view_equal_nocase(coding, SPK_V("gzip")) ||
           spk_view_equal_nocase(coding, SPK_V("x-gzip"));
}

static void drop_gunzip(struct curl_call *call)
{
    spk_archive_gunzip_destroy(call->gunzip);
    call->gunzip = NULL;
}

/* Who waits for the head may look at it from here on. */
static void publish_head(struct curl_call *call)
{
    if (call->discard) {
        return;
    }
    pthread_mutex_lock(&call->lock);
    call->head_ready = true;
    pthread_cond_signal(&call->changed);
    pthread_mutex_unlock(&call->lock);
}

/* All headers are here: what is to become of the body? */
static spk_rc decide_on_body(struct curl_call *call)
{
    struct spk_http_response *answer = &call->answer;
    uint64_t length = 0;
    call->head_done = true;
    answer->first_us = spk_time_monotonic_us() - call->started_us;
    call->discard =
        !call->request.no_redirects &&
        spk_http_is_redirect(answer->status, spk_http_response_header(answer, "location"));
    call->encoded = !call->request.raw && is_encoded(answer);
    if (call->encoded && is_gzip(answer)) {
        call->gunzip = spk_archive_gunzip_create();
    }
    if (!call->encoded || call->gunzip) {
        spk_http_curl.easy_setopt(call->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    }
    bool known =
        spk_parse_u64(spk_http_response_header(answer, "content-length"), UINT64_MAX, &length) &&
        !spk_view_is(call->message.method, "HEAD");
    if (!known || call->encoded || call->discard) {
        return SPK_OK;
    }
    spk_rc rc = spk_http_limits_check(&call->limits, length, UINT64_MAX, &call->err);
    if (!rc && !call->request.streamed && length > 0) {
        spk_buf_reserve(&answer->body, length < presize_bytes ? length : presize_bytes);
    }
    return rc;
}

static spk_rc take_header(struct curl_call *call, struct spk_view line)
{
    struct spk_http_response *answer = &call->answer;
    if (spk_view_starts(line, SPK_V("HTTP/"))) {
        unsigned redirects = answer->redirects;
        long status = 0;
        spk_http_response_clear(answer);
        spk_http_curl.easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        answer->redirects = redirects;
        answer->status = (int)status;
        return SPK_OK;
    }
    if (line.len == 0) {
        spk_rc rc = answer->status >= 200 ? decide_on_body(call) : SPK_OK;
        if (!rc && call->head_done) {
            publish_head(call);
        }
        return rc;
    }
    struct spk_view value = line;
    struct spk_view name = spk_view_cut(&value, ':');
    if (!value.at || name.len == 0) {
        return SPK_OK;
    }
    struct spk_http_header header = {spk_view_trim(name), spk_view_trim(value)};
    return spk_http_response_add(answer, header, &call->err);
}

static size_t on_header(char *bytes, size_t size, size_t len, void *context)
{
    struct curl_call *call = context;
    struct spk_view line = spk_view_make(bytes, size * len);
    while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r')) {
        line.len--;
    }
    spk_rc rc = call->head_done ? SPK_OK : take_header(call, line); /* trailers are dropped */
    return rc ? give_up(call, rc) : size * len;
}

static uint64_t wire_bytes(const struct curl_call *call)
{
    curl_off_t bytes = 0;
    spk_http_curl.easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    return (uint64_t)bytes;
}

/* Where the reader is behind, the transfer pauses. */
static bool must_pause(struct curl_call *call)
{
    if (call->discard || !call->request.streamed) {
        return false;
    }
    pthread_mutex_lock(&call->lock);
    call->paused = call->arrived.len >= arrived_bytes;
    bool paused = call->paused;
    pthread_mutex_unlock(&call->lock);
    return paused;
}

static void queue_for_reader(struct curl_call *call, struct spk_view bytes)
{
    pthread_mutex_lock(&call->lock);
    spk_buf_append(&call->arrived, bytes);
    pthread_cond_signal(&call->changed);
    pthread_mutex_unlock(&call->lock);
}

/* Decoded bytes go where the request wants them. */
static spk_rc take_decoded(struct curl_call *call, struct spk_view bytes)
{
    struct spk_http_response *answer = &call->answer;
    /* libcurl counts a piece only after it was handed over: allow for one buffer of it. */
    uint64_t wire = call->encoded ? wire_bytes(call) + (uint64_t)body_buffer_bytes : UINT64_MAX;
    answer->body_bytes += bytes.len;
    spk_rc rc = spk_http_limits_check(&call->limits, answer->body_bytes, wire, &call->err);
    if (rc || call->discard) {
        return rc;
    }
    if (call->request.streamed) {
        queue_for_reader(call, bytes);
    } else {
        spk_buf_append(&answer->body, bytes);
    }
    return SPK_OK;
}

static spk_rc take_gzip(struct curl_call *call, struct spk_view piece)
{
    struct spk_view bytes = {0};
    spk_archive_gunzip_put(call->gunzip, piece);
    spk_rc rc = spk_archive_gunzip_next(call->gunzip, &bytes, &call->err);
    while (!rc && bytes.at) {
        rc = take_decoded(call, bytes);
        if (rc) {
            return rc;
        }
        rc = spk_archive_gunzip_next(call->gunzip, &bytes, &call->err);
    }
    return rc ? spk_http_curl_failure(CURLE_BAD_CONTENT_ENCODING, "gzip", &call->err) : SPK_OK;
}

static size_t on_body(char *bytes, size_t size, size_t len, void *context)
{
    struct curl_call *call = context;
    struct spk_view piece = spk_view_make(bytes, size * len);
    if (atomic_load(&call->cancelled)) {
        return give_up(call, spk_error_set(&call->err, SPK_ESYSTEM, "cancelled"));
    }
    if (must_pause(call)) {
        return CURL_WRITEFUNC_PAUSE;
    }
    spk_rc rc = call->gunzip ? take_gzip(call, piece) : take_decoded(call, piece);
    return rc ? give_up(call, rc) : piece.len;
}

/* ---- the request ---- */

static void append_line(struct curl_call *call, struct spk_buf *line, struct spk_http_header header)
{
    spk_buf_clear(line);
    spk_buf_append(line, header.name);
    spk_buf_append_str(line, header.value.len ? ": " : ";"); /* "Name;" sends an empty value */
    spk_buf_append(line, header.value);
    struct curl_slist *longer = spk_http_curl.slist_append(call->lines, spk_buf_cstr(line));
    assert(longer); /* only memory can be missing */
    call->lines = longer;
}

/* Methods but GET and HEAD send a length, if only 0. HEAD never sends a body. */
static bool has_length(const struct spk_http_message *message)
{
    return !spk_view_is(message->method, "HEAD") &&
           (message->body.at || !spk_view_is(message->method, "GET"));
}

static void configure_headers(struct curl_call *call)
{
    const struct spk_http_message *message = &call->message;
    struct spk_buf line = {0};
    spk_http_curl.slist_free_all(call->lines);
    call->lines = NULL;
    for (size_t i = 0; i < message->headers_len; i++) {
        append_line(call, &line, message->headers[i]);
    }
    spk_buf_deinit(&line);
    /* Not libcurl's own ideas: a form's type, and asking whether a body is welcome. */
    if (has_length(message)) {
        call->lines = spk_http_curl.slist_append(call->lines, "Expect:");
        if (!spk_http_message_header(message, "Content-Type").at) {
            call->lines = spk_http_curl.slist_append(call->lines, "Content-Type:");
        }
    }
    spk_http_curl.easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->lines);
}

static void configure_method(struct curl_call *call)
{
    const struct spk_http_message *message = &call->message;
    spk_http_curl.easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
    spk_http_curl.easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, NULL);
    if (spk_view_is(message->method, "HEAD")) {
        spk_http_curl.easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
    }
    if (has_length(message)) {
        const char *body = message->body.at ? message->body.at : "";
        spk_http_curl.easy_setopt(call->easy, CURLOPT_POSTFIELDS, body);
        spk_http_curl.easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                  (curl_off_t)message->body.len);
        spk_http_curl.easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, message->method.at);
    }
}

static void configure_proxy(struct curl_call *call)
{
    const struct http_environment *environment = &call->client->environment;
    if (environment->proxy[0] || environment->proxy[1]) {
        bool https = spk_view_starts(call->message.url, SPK_V("https:"));
        const char *proxy = environment->proxy[https];
        spk_http_curl.easy_setopt(call->easy, CURLOPT_PROXY, proxy ? proxy : "");
    }
}

/* libcurl counts a silence in whole seconds. */
static void configure_times(struct curl_call *call)
{
    const struct spk_http_options *options = &call->client->options;
    const struct spk_http_request *request = &call->request;
    int connect_ms = request->connect_timeout_ms;
    int stall_ms = request->stall_timeout_ms;
    connect_ms = connect_ms ? connect_ms : options->connect_timeout_ms;
    stall_ms = stall_ms ? stall_ms : options->stall_timeout_ms;
    spk_http_curl.easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    spk_http_curl.easy_setopt(call->easy, CURLOPT_LOW_SPEED_TIME, (stall_ms + 999L) / 1000);
}

void spk_http_transfer_configure(struct curl_call *call)
{
    spk_http_curl.easy_setopt(call->easy, CURLOPT_URL, call->message.url.at);
    configure_method(call);
    configure_headers(call);
    configure_proxy(call);
    configure_times(call);
    spk_http_curl.easy_setopt(call->easy, CURLOPT_BUFFERSIZE,
                              call->request.streamed ? streamed_buffer_bytes : body_buffer_bytes);
    spk_http_curl.easy_setopt(call->easy, CURLOPT_HTTP_CONTENT_DECODING,
                              call->request.raw ? 0L : 1L);
}

/* ---- one transfer ---- */

/* The call belongs to the thread that waits from here on. */
static void complete(struct curl_call *call)
{
    drop_gunzip(call);
    pthread_mutex_lock(&call->lock);
    call->done = true;
    pthread_cond_signal(&call->changed);
    pthread_mutex_unlock(&call->lock);
}

static void fail(struct curl_call *call, spk_rc rc)
{
    call->rc = spk_http_message_blame(&call->message, &call->err, rc);
    complete(call);
}

void spk_http_transfer_launch(struct curl_call *call)
{
    long left_ms = 0;
    if (call->deadline_us) {
        int64_t left = (call->deadline_us - spk_time_monotonic_us()) / 1000;
        left_ms = left > 0 ? (long)left : 1;
    }
    call->head_done = false;
    call->discard = false;
    call->encoded = false;
    call->cause[0] = '\0';
    spk_http_curl.easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, left_ms);
    CURLMcode code = spk_http_curl.multi_add_handle(call->client->multi, call->easy);
    if (code) {
        spk_error_set(&call->err, SPK_ESYSTEM, "libcurl refused: %s",
                      spk_http_curl.multi_strerror(code));
        fail(call, SPK_ESYSTEM);
        return;
    }
    call->active = true;
}

void spk_http_transfer_resume(struct curl_call *call)
{
    if (call->active) {
        spk_http_curl.easy_pause(call->easy, CURLPAUSE_CONT);
    }
}

void spk_http_transfer_cancel(struct curl_call *call)
{
    pthread_mutex_lock(&call->lock);
    bool done = call->done;
    pthread_mutex_unlock(&call->lock);
    if (done) {
        return;
    }
    if (call->active) {
        spk_http_curl.multi_remove_handle(call->client->multi, call->easy);
        call->active = false;
    }
    spk_error_set(&call->err, SPK_ESYSTEM, "cancelled");
    fail(call, SPK_ESYSTEM);
}

static bool goes_elsewhere(struct curl_call *call)
{
    if (!call->discard) {
        return false;
    }
    call->rc = spk_http_message_redirect(&call->arena, &call->client->hosts, &call->message,
                                         &call->answer, &call->err);
    return call->rc == SPK_OK;
}

void spk_http_transfer_finish(struct curl_call *call, CURLcode code)
{
    struct spk_http_response *answer = &call->answer;
    spk_http_curl.multi_remove_handle(call->client->multi, call->easy);
    call->active = false;
    if (code) {
        spk_rc rc = call->rc ? call->rc : spk_http_curl_failure(code, call->cause, &call->err);
        fail(call, rc);
        return;
    }
    if (call->gunzip && !call->discard && !spk_archive_gunzip_ended(call->gunzip)) {
        fail(call, spk_http_curl_failure(CURLE_PARTIAL_FILE, "in the middle of gzip", &call->err));
        return;
    }
    if (goes_elsewhere(call)) {
        unsigned redirects = answer->redirects + 1;
        drop_gunzip(call);
        spk_http_response_clear(answer);
        answer->redirects = redirects;
        spk_http_transfer_configure(call);
        spk_http_transfer_launch(call);
        return;
    }
    answer->wire_bytes = wire_bytes(call);
    answer->total_us = spk_time_monotonic_us() - call->started_us;
    complete(call);
}

/* ---- calls ---- */

/* What does not change from request to request. */
static void configure_once(struct curl_call *call)
{
    const struct curl_client *client = call->client;
    const struct http_environment *environment = &client->environment;
    const struct spk_http_options *options = &client->options;
    CURL *easy = call->easy;
    spk_http_sockets_configure(client, easy);
    spk_http_curl.easy_setopt(easy, CURLOPT_PRIVATE, call);
    spk_http_curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, call->cause);
    spk_http_curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    spk_http_curl.easy_setopt(easy, CURLOPT_WRITEDATA, call);
    spk_http_curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    spk_http_curl.easy_setopt(easy, CURLOPT_HEADERDATA, call);
    spk_http_curl.easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    spk_http_curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    spk_http_curl.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    spk_http_curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    spk_http_curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    spk_http_curl.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    spk_http_curl.easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
    spk_http_curl.easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    spk_http_curl.easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    spk_http_curl.easy_setopt(easy, CURLOPT_PROXY, "");
    spk_http_curl.easy_setopt(easy, CURLOPT_NOPROXY,
                              environment->no_proxy ? environment->no_proxy : "");
    if (environment->ca_file || environment->ca_folder) {
        spk_http_curl.easy_setopt(easy, CURLOPT_CAINFO, environment->ca_file);
        spk_http_curl.easy_setopt(easy, CURLOPT_CAPATH, environment->ca_folder);
    }
    if (client->share) {
        spk_http_curl.easy_setopt(easy, CURLOPT_COOKIEFILE, ""); /* reads none, but keeps them */
        spk_http_curl.easy_setopt(easy, CURLOPT_SHARE, client->share);
    }
}

struct curl_call *spk_http_curl_call_new(struct curl_client *client)
{
    struct curl_call *call = spk_memory_zalloc(sizeof(*call));
    call->call.ops = client->http.ops;
    call->client = client;
    call->easy = spk_http_curl.easy_init();
    assert(call->easy); /* only memory can be missing */
    pthread_mutex_init(&call->lock, NULL);
    pthread_cond_init(&call->changed, NULL);
    configure_once(call);
    return call;
}

void spk_http_curl_call_free(struct curl_call *call)
{
    spk_http_curl.easy_cleanup(call->easy);
    spk_http_curl.slist_free_all(call->lines);
    spk_http_response_deinit(&call->answer);
    spk_buf_deinit(&call->arrived);
    spk_buf_deinit(&call->piece);
    spk_arena_deinit(&call->arena);
    pthread_mutex_destroy(&call->lock);
    pthread_cond_destroy(&call->changed);
    free(call);
}
