/* spike-simulator: affiliate platforms over HTTP on 127.0.0.1, for tests and for `make demo`. */
#include "clock.h"
#include "simulator.h"

#include "options/options.h"
#include "json/json.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct spk_sim_server_options server;
    struct spk_view port_file, now, scenario;
    int64_t seed, token_seconds;
    bool help;
};

#define FIELD(name) offsetof(struct options, name)
static const struct spk_option option_table[] = {
    {.name = "port",
     .type = SPK_OPTION_INT,
     .offset = FIELD(server.port),
     .standard = "0",
     .min = 0,
     .max = 65535,
     .help = "where to listen; 0 takes any free port",
     .placeholder = "N"},
    {.name = "port_file",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(port_file),
     .help = "write the port here once requests are accepted",
     .placeholder = "FILE"},
    {.name = "now",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(now),
     .help = "the virtual clock; it stands still there",
     .placeholder = "2026-01-31T06:00:00Z"},
    {.name = "seed",
     .type = SPK_OPTION_INT,
     .offset = FIELD(seed),
     .standard = "1",
     .min = 0,
     .max = INT64_MAX,
     .help = "of all data",
     .placeholder = "N"},
    {.name = "scenario",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(scenario),
     .help = "accounts and faults, JSON (docs/dev/simulator.md)",
     .placeholder = "FILE"},
    {.name = "token_seconds",
     .type = SPK_OPTION_INT,
     .offset = FIELD(token_seconds),
     .standard = "1800",
     .min = 0,
     .max = 86400,
     .help = "mexos: life of a token; 0 is for ever",
     .placeholder = "N"},
    {.name = "connections",
     .type = SPK_OPTION_INT,
     .offset = FIELD(server.connections),
     .standard = "256",
     .min = 1,
     .max = 4096,
     .help = "connections (and threads) at a time",
     .placeholder = "N"},
    {.name = "help",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(help),
     .help = "this list",
     .letter = 'h'},
    SPK_OPTION_END,
};

enum { MAX_SCENARIO = 16 * 1024 * 1024 };

static spk_rc read_file(const char *path, struct spk_buf *out, struct spk_error *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return spk_error_errno(err, errno, "%s", path);
    }
    char chunk[65536];
    size_t count;
    while ((count = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        spk_buf_append(out, spk_view_make(chunk, count));
    }
    fclose(file);
    return spk_buf_check(out, path, err);
}

static spk_rc load_scenario(const char *path, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_buf text;
    struct spk_value node;
    spk_buf_init(&text, MAX_SCENARIO);
    spk_rc rc = read_file(path, &text, err);
    if (rc == SPK_OK) {
        rc = spk_json_parse(&arena, spk_buf_view(&text), NULL, &node, err);
        rc = rc == SPK_OK ? spk_sim_scenario_apply(node, err) : rc;
        rc = rc == SPK_OK ? rc : spk_error_context(err, rc, "%s", path);
    }
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc set_up(const struct options *options, struct spk_error *err)
{
    spk_sim_accounts_set_seed((uint64_t)options->seed);
    spk_sim_mexos_set_token_seconds(options->token_seconds);
    if (options->scenario.len > 0) {
        spk_rc rc = load_scenario(options->scenario.at, err);
        if (rc != SPK_OK) {
            return rc;
        }
    }
    if (options->now.len == 0) {
        return SPK_OK;
    }
    struct spk_civil civil;
    spk_rc rc = spk_iso_parse(options->now, &civil, err);
    if (rc != SPK_OK) {
        return spk_error_context(err, rc, "--now");
    }
    spk_sim_clock_set(spk_civil_to_us(&civil));
    return SPK_OK;
}

static spk_rc announce(const struct options *options, int port, struct spk_error *err)
{
    printf("spike-simulator: http://127.0.0.1:%d\n", port);
    fflush(stdout);
    if (options->port_file.len == 0) {
        return SPK_OK;
    }
    FILE *file = fopen(options->port_file.at, "w");
    bool written = file != NULL && fprintf(file, "%d\n", port) > 0;
    bool closed = file == NULL || fclose(file) == 0;
    return written && closed ? SPK_OK : spk_error_errno(err, errno, "%s", options->port_file.at);
}

static spk_rc serve(const struct options *options, const sigset_t *signals, struct spk_error *err)
{
    struct spk_sim_server *server = NULL;
    int port = 0, received;
    spk_rc rc = set_up(options, err);
    rc = rc == SPK_OK ? spk_sim_server_start(&options->server, &server, &port, err) : rc;
    rc = rc == SPK_OK ? announce(options, port, err) : rc;
    if (rc == SPK_OK) {
        sigwait(signals, &received);
    }
    spk_sim_server_stop(server);
    return rc;
}

int main(int argc, char **argv)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct options options = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread starts: all inherit it */

    int status = 0;
    if (spk_options_parse(option_table, argv + 1, &arena, &options, &err) != SPK_OK) {
        status = 2;
    } else if (options.help) {
        struct spk_buf text = {0};
        spk_options_help(&text, option_table);
        printf("usage: spike-simulator [options]\n%s", spk_buf_cstr(&text));
        spk_buf_deinit(&text);
    } else {
        status = spk_rc_exit_status(serve(&options, &signals, &err));
    }
    if (status != 0) {
        fprintf(stderr, "spike-simulator: %s\n%s%s", err.text, err.hint, err.hint[0] ? "\n" : "");
    }
    spk_sim_log_clear();
    spk_sim_accounts_deinit();
    spk_arena_deinit(&arena);
    return status;
}
