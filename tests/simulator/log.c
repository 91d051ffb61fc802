/* The request log: what came in, for tests that compare two clients. Secrets are hashed. */
#include "clock.h"
#include "seed.h"
#include "simulator.h"

#include "base/time.h"
#include "json/json.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct spk_buf entries[SPK_SIM_LOGGED]; /* a ring of JSON objects */
static uint64_t total;

static const char *const secret_parameters[] = {"api_password", "api_key", "password", NULL};
static const struct {
    const char *name;
    bool secret;
} logged_headers[] = {
    {"Host", false},         {"affiliateid", false},  {"x-api-key", true}, {"X-Auth-Token", true},
    {"Authorization", true}, {"Content-Type", false}, {"Accept", false},   {"User-Agent", false},
};

static bool is_secret(struct spk_view name)
{
    for (size_t i = 0; secret_parameters[i] != NULL; i++) {
        if (spk_view_is(name, secret_parameters[i])) {
            return true;
        }
    }
    return false;
}

struct pair {
    const char *name;
    struct spk_view value;
    bool secret;
};

static void write_pair(struct spk_buf *out, const struct pair *pair, bool *first)
{
    spk_buf_append_str(out, *first ? "" : ",");
    *first = false;
    spk_json_write_string(out, spk_view_of(pair->name), 0);
    spk_buf_append_char(out, ':');
    if (pair->secret) {
        spk_buf_printf(out, "\"#%016" PRIx64 "\"", spk_sim_hash_text(0, pair->value));
        return;
    }
    spk_json_write_string(out, pair->value, 0);
}

struct query_writer {
    struct spk_buf *out;
    bool first;
};

static void write_parameter(void *context, const char *name, struct spk_view value)
{
    struct query_writer *writer = context;
    const struct pair pair = {name, value, is_secret(spk_view_of(name))};
    write_pair(writer->out, &pair, &writer->first);
}

static void write_headers(struct spk_buf *out, const struct spk_sim_request *request)
{
    bool first = true;
    for (size_t i = 0; i < sizeof(logged_headers) / sizeof(logged_headers[0]); i++) {
        const struct pair pair = {logged_headers[i].name,
                                  spk_sim_header(request, logged_headers[i].name),
                                  logged_headers[i].secret};
        if (pair.value.len > 0) {
            write_pair(out, &pair, &first);
        }
    }
}

static void write_entry(struct spk_buf *out, const struct spk_sim_request *request, int status)
{
    spk_buf_clear(out);
    spk_buf_printf(out, "{\"number\":%" PRIu64 ",\"now\":\"", total);
    spk_buf_append(out, spk_iso_format_us(request->arena, spk_sim_clock_now_us()));
    spk_buf_append_str(out, "\",\"method\":");
    spk_json_write_string(out, request->method, 0);
    spk_buf_append_str(out, ",\"path\":");
    spk_json_write_string(out, request->path, 0);
    spk_buf_append_str(out, ",\"stream\":");
    spk_json_write_string(out, spk_view_of(request->stream), 0);
    spk_buf_printf(out, ",\"status\":%d,\"query\":{", status);
    struct query_writer writer = {out, true};
    spk_sim_parameters_each(request, write_parameter, &writer);
    spk_buf_append_str(out, "},\"headers\":{");
    write_headers(out, request);
    spk_buf_append_str(out, "},\"body\":");
    spk_json_write_string(out, spk_view_slice(request->body, 0, SPK_SIM_LOGGED_BODY), 0);
    spk_buf_append_char(out, '}');
}

void spk_sim_log_add(const struct spk_sim_request *request, int status)
{
    pthread_mutex_lock(&lock);
    write_entry(&entries[total % SPK_SIM_LOGGED], request, status);
    total++;
    pthread_mutex_unlock(&lock);
}

void spk_sim_log_write(struct spk_buf *out)
{
    pthread_mutex_lock(&lock);
    spk_buf_printf(out, "{\"total\":%" PRIu64 ",\"requests\":[", total);
    uint64_t first = total > SPK_SIM_LOGGED ? total - SPK_SIM_LOGGED : 0;
    for (uint64_t i = first; i < total; i++) {
        spk_buf_append_str(out, i == first ? "\n" : ",\n");
        spk_buf_append(out, spk_buf_view(&entries[i % SPK_SIM_LOGGED]));
    }
    spk_buf_append_str(out, "]}\n");
    pthread_mutex_unlock(&lock);
}

void spk_sim_log_clear(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < SPK_SIM_LOGGED; i++) {
        spk_buf_deinit(&entries[i]);
    }
    total = 0;
    pthread_mutex_unlock(&lock);
}
