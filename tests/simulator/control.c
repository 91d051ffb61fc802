/*
 * The control endpoint: GET and POST /_control, GET and DELETE /_control/requests,
 * GET /_control/truth?platform=&account=&stream=&day=.
 */
#include "clock.h"
#include "simulator.h"

#include "base/time.h"
#include "options/options.h"
#include "json/json.h"

#include <inttypes.h>

struct scenario {
    struct spk_view now;
    int64_t token_seconds;
    bool reset_faults;
    struct spk_value accounts;
};

#define FIELD(name) offsetof(struct scenario, name)
static const struct spk_option scenario_options[] = {
    {.name = "now",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(now),
     .help = "the virtual clock, 2026-01-31T06:00:00Z; it stands still there"},
    {.name = "token_seconds",
     .type = SPK_OPTION_INT,
     .offset = FIELD(token_seconds),
     .standard = "-1",
     .min = -1,
     .max = 86400,
     .help = "mexos: life of a token; 0 is for ever"},
    {.name = "reset_faults",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(reset_faults),
     .help = "forget the faults of all accounts first"},
    {.name = "accounts",
     .type = SPK_OPTION_LIST,
     .offset = FIELD(accounts),
     .help = "platform, account, credentials, scale, faults"},
    SPK_OPTION_END,
};

static spk_rc apply(const struct scenario *scenario, struct spk_error *err)
{
    struct spk_civil civil;
    if (scenario->now.len > 0) {
        spk_rc rc = spk_iso_parse(scenario->now, &civil, err);
        if (rc != SPK_OK) {
            return spk_error_context(err, rc, "now");
        }
        spk_sim_clock_set(spk_civil_to_us(&civil));
    }
    if (scenario->token_seconds >= 0) {
        spk_sim_mexos_set_token_seconds(scenario->token_seconds);
    }
    if (scenario->reset_faults) {
        spk_sim_accounts_clear_faults();
    }
    size_t count = spk_is(scenario->accounts, SPK_LIST) ? spk_list_len(scenario->accounts) : 0;
    for (size_t i = 0; i < count; i++) {
        spk_rc rc = spk_sim_account_configure(spk_list_at(scenario->accounts, i), err);
        if (rc != SPK_OK) {
            return spk_error_context(err, rc, "accounts[%zu]", i);
        }
    }
    return SPK_OK;
}

spk_rc spk_sim_scenario_apply(struct spk_value node, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct scenario scenario = {0};
    struct spk_option_origin origin = {.dict = node};
    spk_rc rc = spk_options_read(scenario_options, &origin, &arena, &scenario, err);
    rc = rc == SPK_OK ? apply(&scenario, err) : rc;
    spk_arena_deinit(&arena);
    return rc;
}

static void fail(struct spk_sim_reply *reply, int status, const char *text)
{
    spk_sim_reply_set(reply, status, "application/json", "{\"error\":");
    spk_json_write_string(&reply->body, spk_view_of(text), 0);
    spk_buf_append_str(&reply->body, "}\n");
}

static void write_state(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    spk_sim_reply_set(reply, 200, "application/json", "{\"now\":\"");
    spk_buf_append(&reply->body, spk_iso_format_us(request->arena, spk_sim_clock_now_us()));
    spk_buf_printf(&reply->body, "\",\"seed\":%" PRIu64 "}\n", spk_sim_accounts_seed());
}

static void change(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    struct spk_error err = {0};
    struct spk_value node;
    spk_rc rc = spk_json_parse(request->arena, request->body, NULL, &node, &err);
    rc = rc == SPK_OK ? spk_sim_scenario_apply(node, &err) : rc;
    if (rc != SPK_OK) {
        fail(reply, 400, err.text);
        return;
    }
    write_state(request, reply);
}

static int find_platform(struct spk_view name)
{
    for (int platform = 0; platform < SPK_SIM_PLATFORMS; platform++) {
        if (spk_view_is(name, spk_sim_platform_name((enum spk_sim_platform)platform))) {
            return platform;
        }
    }
    return -1;
}

static void write_truth(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    int platform = find_platform(spk_sim_parameter(request, "platform"));
    struct spk_view stream = spk_sim_parameter(request, "stream");
    int32_t day;
    if (platform < 0 || !spk_day_parse(spk_sim_parameter(request, "day"), &day)) {
        fail(reply, 400, "platform and day (YYYY-MM-DD) are wanted");
        return;
    }
    struct spk_sim_account *account = spk_sim_account_lock((enum spk_sim_platform)platform,
                                                           spk_sim_parameter(request, "account"));
    if (account == NULL) {
        fail(reply, 503, "too many accounts");
        return;
    }
    struct spk_sim_world world = spk_sim_account_world(account, 1);
    spk_sim_account_unlock(account);
    int64_t rows = platform == SPK_SIM_CELLXPERT ? spk_sim_cellxpert_count(&world, stream, day)
                                                 : spk_sim_mexos_count(&world, stream, day);
    if (rows < 0) {
        fail(reply, 400, "no such stream");
        return;
    }
    spk_sim_reply_set(reply, 200, "application/json", "");
    spk_buf_printf(&reply->body, "{\"rows\":%" PRId64 ",\"version\":%d}\n", rows,
                   spk_sim_version(&world, day));
}

void spk_sim_control(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    bool get = spk_view_is(request->method, "GET");
    if (spk_view_is(request->rest, "") && get) {
        write_state(request, reply);
    } else if (spk_view_is(request->rest, "") && spk_view_is(request->method, "POST")) {
        change(request, reply);
    } else if (spk_view_is(request->rest, "/requests") && get) {
        spk_sim_reply_set(reply, 200, "application/json", "");
        spk_sim_log_write(&reply->body);
    } else if (spk_view_is(request->rest, "/requests") && spk_view_is(request->method, "DELETE")) {
        spk_sim_log_clear();
        spk_sim_reply_set(reply, 200, "application/json", "{}\n");
    } else if (spk_view_is(request->rest, "/truth") && get) {
        write_truth(request, reply);
    } else {
        fail(reply, 404,
             "GET or POST /_control, GET or DELETE /_control/requests, "
             "GET /_control/truth");
    }
}
