/*
 * Cellxpert's affiliate API: GET /api/?command=... answers a report, or a line of text, and always
 * with HTTP 200.
 */
#include "cellxpert.h"

#include "clock.h"

#include "base/time.h"

enum { MAX_DAYS = 31 };

static const struct spk_sim_cellxpert_report *find_report(const struct spk_sim_request *request)
{
    struct spk_view command = spk_sim_parameter(request, "command");
    struct spk_view range = spk_sim_parameter(request, "daterange");
    for (const struct spk_sim_cellxpert_report *report = spk_sim_cellxpert_reports; report->command;
         report++) {
        if (spk_view_is(command, report->command) &&
            (report->daterange == NULL || spk_view_is(range, report->daterange))) {
            return report;
        }
    }
    return NULL;
}

/* The text of the refusal, or NULL. */
static const char *read_query(const struct spk_sim_request *request,
                              const struct spk_sim_cellxpert_report *report,
                              struct spk_sim_cellxpert_query *query)
{
    struct spk_view from = spk_sim_parameter(request, "fromdate");
    struct spk_view to = spk_sim_parameter(request, "todate");
    int32_t today = spk_sim_clock_today();
    query->request = request;
    query->json = report->list != NULL && spk_view_is(spk_sim_parameter(request, "json"), "1");
    query->from = today - 30; /* documented: a month back, today */
    query->to = today;
    if ((from.len > 0 && !spk_day_parse(from, &query->from)) ||
        (to.len > 0 && !spk_day_parse(to, &query->to)) || query->from > query->to ||
        query->to > today) {
        return "Invalid date range";
    }
    if (query->to - query->from >= MAX_DAYS) {
        return "Please limit the date range to max 31 days";
    }
    if (report->needs_breakdown && !spk_sim_cellxpert_wants(query, "Day") &&
        !spk_sim_cellxpert_wants(query, "Brand") &&
        !spk_sim_cellxpert_wants(query, "TrackingCode")) {
        return "Bad Command";
    }
    return NULL;
}

static bool is_authorized(const struct spk_sim_request *request,
                          const struct spk_sim_account *account)
{
    struct spk_view user = spk_sim_header(request, "affiliateid");
    struct spk_view key = spk_sim_header(request, "x-api-key");
    if (user.len == 0 && key.len == 0) { /* the older form */
        user = spk_sim_parameter(request, "api_username");
        key = spk_sim_parameter(request, "api_password");
    }
    return spk_view_equal(user, account->affiliate_id) && spk_view_equal(key, account->api_key);
}

static void write_report(const struct spk_sim_cellxpert_report *report,
                         const struct spk_sim_cellxpert_query *query,
                         const struct spk_sim_world *world, const struct spk_sim_trouble *trouble,
                         struct spk_sim_reply *reply)
{
    struct spk_buf *body = &reply->body;
    struct spk_sim_rows rows = {.shape = query->json ? SPK_SIM_JSON : SPK_SIM_XML,
                                .element = report->element,
                                .rows = body,
                                .half = spk_sim_has(trouble, SPK_SIM_SILENT_HALF),
                                .added = spk_sim_has(trouble, SPK_SIM_DRIFT_ADD),
                                .renamed = spk_sim_has(trouble, SPK_SIM_DRIFT_RENAME)};
    bool empty = spk_sim_has(trouble, SPK_SIM_EMPTY);
    reply->content_type = query->json ? "application/json" : "text/html; charset=utf-8";
    if (query->json) {
        spk_buf_printf(body, "{\"%s\":[", report->list);
    } else {
        spk_buf_append_str(body, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ResultSet>\n");
    }
    for (int32_t day = query->from;
         day <= query->to && !empty && !spk_sim_has(trouble, SPK_SIM_SILENT_EMPTY); day++) {
        report->write(world, query, day, &rows);
    }
    spk_buf_append_str(body, query->json ? "]}" : "</ResultSet>\n");
    if (empty || (rows.written == 0 && trouble->mask == 0)) {
        spk_buf_clear(body);
        spk_buf_append_str(body, query->json ? "[]" : "");
    }
    spk_sim_rows_deinit(&rows);
    spk_sim_reply_spoil(reply, trouble);
}

void spk_sim_cellxpert(struct spk_sim_request *request, struct spk_sim_reply *reply)
{
    if (!spk_view_is(request->rest, "/api/") && !spk_view_is(request->rest, "/api")) {
        spk_sim_reply_set(reply, 404, "text/html", "<h1>Not Found</h1>");
        return;
    }
    spk_sim_reply_set(reply, 200, "text/html", "");
    const struct spk_sim_cellxpert_report *report = find_report(request);
    struct spk_sim_cellxpert_query query = {0};
    const char *refusal = report ? read_query(request, report, &query) : "Bad Command";
    request->stream = report ? report->stream : "";

    struct spk_sim_account *account = spk_sim_account_lock(SPK_SIM_CELLXPERT, request->account);
    if (account == NULL) {
        spk_sim_reply_set(reply, 503, "text/html", "too many accounts");
        return;
    }
    struct spk_sim_trouble trouble = spk_sim_faults_meet(
        &account->faults, spk_view_of(request->stream), spk_sim_clock_today(), query.from);
    struct spk_sim_world world = spk_sim_account_world(account, (double)trouble.times);
    bool authorized = is_authorized(request, account);
    spk_sim_account_unlock(account);

    if (spk_sim_reply_trouble(reply, &trouble)) {
        return;
    }
    if (spk_sim_has(&trouble, SPK_SIM_IP_BLOCKED)) {
        spk_buf_append_str(&reply->body, "IP Not Authenticated");
    } else if (!authorized || spk_sim_has(&trouble, SPK_SIM_WRONG_KEY)) {
        spk_buf_append_str(&reply->body, "Bad Authentication Key");
    } else if (refusal != NULL) {
        spk_buf_append_str(&reply->body, refusal);
    } else {
        write_report(report, &query, &world, &trouble, reply);
    }
}

int64_t spk_sim_cellxpert_count(const struct spk_sim_world *world, struct spk_view stream,
                                int32_t day)
{
    for (const struct spk_sim_cellxpert_report *report = spk_sim_cellxpert_reports; report->command;
         report++) {
        if (!spk_view_is(stream, report->stream)) {
            continue;
        }
        struct spk_buf body;
        spk_buf_init(&body, SPK_SIM_MAX_BODY);
        struct spk_sim_rows rows = {.shape = SPK_SIM_JSON, .rows = &body};
        const struct spk_sim_cellxpert_query query = {.from = day, .to = day};
        if (spk_sim_version(world, day) >= 0) {
            report->write(world, &query, day, &rows);
        }
        spk_buf_deinit(&body);
        return rows.written;
    }
    return -1;
}
