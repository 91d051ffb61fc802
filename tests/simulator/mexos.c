/*
 * Mexos' affiliate area: a session (login, trackLogin), and one report engine that takes a long
 * JSON template and answers positional rows.
 */
#include "mexos.h"

#include "clock.h"
#include "seed.h"

#include "base/time.h"
#include "json/json.h"

#include <inttypes.h>
#include <stdio.h>

static _Atomic int64_t token_seconds = 1800;

void spk_sim_mexos_set_token_seconds(int64_t seconds)
{
    atomic_store(&token_seconds, seconds);
}

static void refuse(struct spk_sim_reply *reply, int status, const char *text)
{
    spk_sim_reply_set(reply, status, "application/json", "");
    spk_buf_printf(&reply->body, "{\"error\":\"%s\"}", text);
}

/* ---- sessions. A token is GENERATION-ISSUED-SERIAL-SEAL; nothing but the counters is stored. */
struct token {
    uint64_t generation, issued_ms, serial;
};

static uint64_t seal(const struct spk_sim_account *account, const struct token *token)
{
    return spk_sim_hash(spk_sim_hash(account->key, token->generation, token->issued_ms),
                        token->serial, 99);
}

static uint64_t now_ms(void)
{
    return (uint64_t)(spk_time_monotonic_us() / 1000);
}

static void issue(struct spk_sim_account *account, struct spk_sim_reply *reply)
{
    struct token token = {account->generation, now_ms(), ++account->serial};
    spk_sim_reply_set(reply, 200, "application/json", "");
    spk_buf_printf(&reply->body,
                   "{\"data\":{\"value\":\"%" PRIu64 "-%" PRIu64 "-%" PRIu64 "-%016" PRIx64 "\"}}",
                   token.generation, token.issued_ms, token.serial, seal(account, &token));
}

static bool read_token(const struct spk_sim_account *account, struct spk_view text,
                       struct token *token)
{
    struct spk_view parts[4] = {0}, rest = text;
    for (int i = 0; i < 4 && rest.at != NULL; i++) {
        parts[i] = spk_view_cut(&rest, '-');
    }
    char expected[17];
    if (!spk_parse_u64(parts[0], UINT64_MAX, &token->generation) ||
        !spk_parse_u64(parts[1], UINT64_MAX, &token->issued_ms) ||
        !spk_parse_u64(parts[2], UINT64_MAX, &token->serial)) {
        return false;
    }
    snprintf(expected, sizeof(expected), "%016" PRIx64, seal(account, token));
    return spk_view_is(parts[3], expected);
}

static bool is_valid(const struct spk_sim_account *account, struct spk_view text,
                     struct token *token)
{
    int64_t seconds = atomic_load(&token_seconds);
    return read_token(account, text, token) && token->generation == account->generation &&
           (seconds == 0 || now_ms() - token->issued_ms < (uint64_t)seconds * 1000);
}

static bool knows_password(const struct spk_sim_request *request,
                           const struct spk_sim_account *account)
{
    struct spk_view user, password;
    return spk_sim_basic_credentials(request, &user, &password) &&
           spk_view_equal(user, account->username) && spk_view_equal(password, account->password);
}

static void log_in(struct spk_sim_request *request, struct spk_sim_account *account,
                   const struct spk_sim_trouble *trouble, struct spk_sim_reply *reply)
{
    if (!knows_password(request, account) || spk_sim_has(trouble, SPK_SIM_WRONG_KEY)) {
        refuse(reply, 401, "Invalid credentials");
        return;
    }
    issue(account, reply);
}

static void track_login(const struct spk_sim_request *request, struct spk_sim_account *account,
                        struct spk_sim_reply *reply)
{
    struct token token;
    if (!is_valid(account, spk_sim_header(request, "X-Auth-Token"), &token)) {
        refuse(reply, 401, "Session expired");
        return;
    }
    account->tracked[token.serial % SPK_SIM_TRACKED] = token.serial;
    spk_sim_reply_set(reply, 200, "application/json", "{\"data\":{\"value\":true}}");
}

/* 0, or the status of the refusal. */
static int session_status(const struct spk_sim_request *request, struct spk_sim_account *account,
                          const struct spk_sim_trouble *trouble)
{
    struct token token;
    if (spk_sim_has(trouble, SPK_SIM_TOKEN_EXPIRY)) {
        account->generation++;
    }
    if (spk_sim_has(trouble, SPK_SIM_WRONG_KEY) ||
        !is_valid(account, spk_sim_header(request, "X-Auth-Token"), &token)) {
        return 401;
    }
    return account->tracked[token.serial % SPK_SIM_TRACKED] == token.serial ? 0 : 403;
}

/* ---- the report's template, read strictly: each function returns what is wrong, or NULL */
static struct spk_value item(struct spk_value list, size_t index)
{
    bool there = spk_is(list, SPK_LIST) && index < spk_list_len(list);
    return there ? spk_list_at(list, index) : (struct spk_value){0};
}

static const char *read_day(struct spk_value node, int32_t *day)
{
    struct spk_value value = spk_get(node, "value");
    bool good = spk_is(value, SPK_STRING) && spk_day_parse(value.text, day);
    return good ? NULL : "report.input[0].sublist: a date is not YYYY-MM-DD";
}

static const char *read_inputs(struct spk_value inputs, struct spk_sim_mexos_query *query)
{
    struct spk_value dates = spk_get(item(inputs, 0), "sublist");
    const char *wrong = read_day(item(dates, 1), &query->from);
    wrong = wrong ? wrong : read_day(item(dates, 2), &query->to);
    if (wrong) {
        return wrong;
    }
    for (size_t i = 0; i < spk_list_len(inputs); i++) {
        struct spk_value one = item(inputs, i);
        if (!spk_is(spk_get(one, "name"), SPK_STRING) ||
            !spk_is(spk_get(one, "type"), SPK_STRING) ||
            !spk_is(spk_get(one, "required"), SPK_BOOL) ||
            !spk_is(spk_get(one, "value"), SPK_STRING)) {
            return "report.input: a member lacks name, type, required or value, or its kind is "
                   "wrong";
        }
    }
    struct spk_value variable = spk_get(item(inputs, 5), "value");
    query->variable = spk_value_text_or(variable, "");
    return spk_sim_mexos_knows(query->variable) ? NULL : "report.input[5].value: unknown variable";
}

static const char *read_paging(struct spk_value paging, struct spk_sim_mexos_query *query)
{
    struct spk_value offset = spk_get(paging, "offset"), limit = spk_get(paging, "limit");
    struct spk_value order = item(spk_get(paging, "order"), 0);
    if (!spk_is(offset, SPK_INT) || offset.integer < 0 || !spk_is(limit, SPK_INT) ||
        limit.integer < 1 || limit.integer > 1000) {
        return "report.sc: offset and limit (1 to 1000) must be numbers";
    }
    if (!spk_is(spk_get(order, "column"), SPK_STRING) ||
        !spk_is(spk_get(order, "ascending"), SPK_BOOL)) {
        return "report.sc.order: column must be a text, ascending a boolean";
    }
    if (!spk_is(spk_get(paging, "namedQuery"), SPK_STRING)) {
        return "report.sc.namedQuery is missing";
    }
    query->offset = offset.integer;
    query->limit = limit.integer;
    return NULL;
}

static const char *read_template(struct spk_value body, const struct spk_sim_account *account,
                                 struct spk_sim_mexos_query *query)
{
    struct spk_value report = spk_get(body, "report");
    struct spk_value id = spk_get(report, "id"), campaign = spk_get(report, "campaignId");
    struct spk_value inputs = spk_get(report, "input");
    if (!spk_is(id, SPK_STRING) || !spk_view_is(id.text, "1300")) {
        return "report.id: no such report";
    }
    if (!spk_is(campaign, SPK_STRING) || !spk_view_equal(campaign.text, account->campaign_id)) {
        return "report.campaignId: no such campaign";
    }
    if (!spk_is(inputs, SPK_LIST) || !spk_is(spk_get(report, "output"), SPK_LIST)) {
        return "report.input and report.output must be lists";
    }
    const char *wrong = read_inputs(inputs, query);
    return wrong ? wrong : read_paging(spk_get(report, "sc"), query);
}

/* ---- the report */
static void write_report(const struct spk_sim_mexos_query *query, const struct spk_sim_world *world,
                         const struct spk_sim_trouble *trouble, struct spk_sim_reply *reply)
{
    struct spk_buf cells;
    spk_buf_init(&cells, SPK_SIM_MAX_BODY);
    struct spk_sim_rows rows = {.shape = SPK_SIM_POSITIONAL,
                                .rows = &cells,
                                .offset = query->offset,
                                .limit = query->limit,
                                .half = spk_sim_has(trouble, SPK_SIM_SILENT_HALF),
                                .added = spk_sim_has(trouble, SPK_SIM_DRIFT_ADD),
                                .renamed = spk_sim_has(trouble, SPK_SIM_DRIFT_RENAME)};
    spk_sim_mexos_write(world, query, &rows);
    bool silent = spk_sim_has(trouble, SPK_SIM_SILENT_EMPTY);
    spk_sim_reply_set(reply, 200, "application/json", "");
    if (spk_sim_has(trouble, SPK_SIM_EMPTY) || (rows.written == 0 && !silent)) {
        spk_buf_append_str(&reply->body, "{\"hasData\":false,\"data\":null}");
    } else {
        spk_buf_append_str(&reply->body, "{\"hasData\":true,\"data\":{\"headerTitles\":[");
        spk_buf_append(&reply->body, spk_buf_view(&rows.titles));
        spk_buf_append_str(&reply->body, "],\"values\":[");
        spk_buf_append(&reply->body, silent ? (struct spk_view){0} : spk_buf_view(&cells));
        spk_buf_append_str(&reply->body, "]}}");
    }
    spk_sim_rows_deinit(&rows);
    spk_buf_deinit(&cells);
    spk_sim_reply_spoil(reply, trouble);
}

static const char *stream_of(const struct spk_sim_request *request, struct spk_view variable)
{
    if (spk_view_is(request->rest, "/rest/login")) {
        return "login";
    }
    if (spk_view_is(request->rest, "/rest/login/trackLogin")) {
        return "trackLogin";
    }
    return spk_view_is(variable, "date") ? "DailyReportStream" : "DynamicVariablesReportStream";
}

static bool is_known(const struct spk_sim_request *request)
{
    static const char *const routes[][2] = {{"GET", "/rest/login"},
                                            {"PUT", "/rest/login/trackLogin"},
                                            {"POST", "/rest/reports/run/atOnce"}};
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (spk_view_is(request->rest, routes[i][1])) {
            return spk_view_is(request->method, routes[i][0]);
        }
    }
    return false;
}

/* With the account locked: everything but the report's rows. True: the rows are wanted. */
static bool answer_session(struct spk_sim_request *request, struct spk_sim_account *account,
                           const struct spk_sim_trouble *trouble, const char *wrong,
                           struct spk_sim_reply *reply)
{
    if (spk_sim_reply_trouble(reply, trouble)) {
        return false;
    }
    if (spk_sim_has(trouble, SPK_SIM_IP_BLOCKED)) {
        refuse(reply, 403, "IP address is not allowed");
        return false;
    }
    if (strcmp(request->stream, "login") == 0) {
        log_in(request, account, trouble, reply);
        return false;
    }
    if (strcmp(request->stream, "trackLogin") == 0) {
        track_login(request, account, reply);
        return false;
    }
    int status = session_status(request, account, trouble);
    if (status != 0) {
        refuse(reply, status, status == 401 ? "Session expired" : "Login is not tracked");
        return false;
    }
    if (wrong != NULL) {
        refuse(reply, 400, wrong);
        return false;
    }
    return true;
}

void spk_sim_mexos(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    struct spk_sim_mexos_query query = {0};
    struct spk_value body = {0};
    if (!is_known(request)) {
        refuse(reply, 404, "no such resource");
        return;
    }
    bool is_json = request->body.len > 0 &&
                   spk_json_parse(request->arena, request->body, NULL, &body, NULL) == SPK_OK;
    struct spk_sim_account *account = spk_sim_account_lock(SPK_SIM_MEXOS, request->account);
    if (account == NULL) {
        refuse(reply, 503, "too many accounts");
        return;
    }
    const char *wrong = is_json ? read_template(body, account, &query) : "the body is not JSON";
    int32_t today = spk_sim_clock_today();
    if (wrong == NULL &&
        (query.from > query.to || query.to > today || query.to - query.from > 30)) {
        wrong = "report.input[0]: the period is not allowed";
    }
    request->stream = stream_of(request, query.variable);
    struct spk_sim_trouble trouble =
        spk_sim_faults_meet(&account->faults, spk_view_of(request->stream), today, query.from);
    struct spk_sim_world world = spk_sim_account_world(account, (double)trouble.times);
    bool wanted = answer_session(request, account, &trouble, wrong, reply);
    spk_sim_account_unlock(account);
    if (wanted) {
        write_report(&query, &world, &trouble, reply);
    }
}
