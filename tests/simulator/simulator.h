#ifndef SPK_SIM_SIMULATOR_H
#define SPK_SIM_SIMULATOR_H
/* A request, its answer, and who makes which answer. */
#include "accounts.h"

#include <stdatomic.h>

struct MHD_Connection;

struct spk_sim_request {
    struct MHD_Connection *connection;
    struct spk_view method, path, body;
    struct spk_view account; /* of the path, empty for control */
    struct spk_view rest;    /* the path behind the account */
    struct spk_arena *arena; /* lives as long as the request */
    /* For the log: set by whoever makes the answer. */
    const char *stream;
};

struct spk_sim_reply {
    int status;
    const char *content_type;
    struct spk_buf body;
    int64_t retry_after; /* < 0: no such header */
    int64_t delay_ms;
    bool cut;   /* announce the whole body, send half, close */
    bool reset; /* no answer: TCP reset */
};

enum { SPK_SIM_MAX_BODY = 256 * 1024 * 1024 };

/* A query parameter, URL-decoded, or a header; empty where absent. */
struct spk_view spk_sim_parameter(const struct spk_sim_request *request, const char *name);
struct spk_view spk_sim_header(const struct spk_sim_request *request, const char *name);

/* Calls visit for each query parameter, in the request's order. */
void spk_sim_parameters_each(const struct spk_sim_request *request,
                             void (*visit)(void *context, const char *name, struct spk_view value),
                             void *context);
/* User and password of HTTP Basic, in the request's arena; false without them. */
bool spk_sim_basic_credentials(const struct spk_sim_request *request, struct spk_view *user,
                               struct spk_view *password);

/* Replaces the answer. */
void spk_sim_reply_set(struct spk_sim_reply *reply, int status, const char *content_type,
                       const char *text);
/* Faults that look alike on every platform. True: the answer is complete, nothing else may go in.
 */
bool spk_sim_reply_trouble(struct spk_sim_reply *reply, const struct spk_sim_trouble *trouble);
/* Faults of a finished document: broken JSON or XML. */
void spk_sim_reply_spoil(struct spk_sim_reply *reply, const struct spk_sim_trouble *trouble);

/* The platforms and the control endpoint. */
void spk_sim_cellxpert(struct spk_sim_request *request, struct spk_sim_reply *reply);
void spk_sim_mexos(struct spk_sim_request *request, struct spk_sim_reply *reply);
void spk_sim_control(struct spk_sim_request *request, struct spk_sim_reply *reply);
/* {"now", "token_seconds", "reset_faults", "accounts": [...]}: a scenario file or a control body.
 */
spk_rc spk_sim_scenario_apply(struct spk_value scenario, struct spk_error *err);
/* The rows a stream honestly has for one day; -1 for an unknown stream. */
int64_t spk_sim_cellxpert_count(const struct spk_sim_world *world, struct spk_view stream,
                                int32_t day);
int64_t spk_sim_mexos_count(const struct spk_sim_world *world, struct spk_view stream, int32_t day);
void spk_sim_mexos_set_token_seconds(int64_t seconds); /* 0: tokens do not expire by age */

/* The request log: the last SPK_SIM_LOGGED requests. Thread-safe. */
enum { SPK_SIM_LOGGED = 20000, SPK_SIM_LOGGED_BODY = 16384 };
void spk_sim_log_add(const struct spk_sim_request *request, int status);
void spk_sim_log_write(struct spk_buf *out); /* {"total": n, "requests": [...]} */
void spk_sim_log_clear(void);

/* The HTTP server. */
struct spk_sim_server;
struct spk_sim_server_options {
    int64_t port; /* 0: any */
    int64_t connections;
};
spk_rc spk_sim_server_start(const struct spk_sim_server_options *options,
                            struct spk_sim_server **out, int *port, struct spk_error *err);
void spk_sim_server_stop(struct spk_sim_server *server); /* waits for running requests */

#endif
