#include "faults.h"

#include "options/options.h"

static const char *const kinds[] = {
    [SPK_SIM_WRONG_KEY] = "wrong_key",
    [SPK_SIM_IP_BLOCKED] = "ip_blocked",
    [SPK_SIM_HTML_PAGE] = "html_page",
    [SPK_SIM_UNKNOWN_BODY] = "unknown_body",
    [SPK_SIM_EMPTY] = "empty",
    [SPK_SIM_SILENT_EMPTY] = "silent_empty",
    [SPK_SIM_SILENT_HALF] = "silent_half",
    [SPK_SIM_HTTP_429] = "http_429",
    [SPK_SIM_HTTP_500] = "http_500",
    [SPK_SIM_SLOW] = "slow",
    [SPK_SIM_TRUNCATED] = "truncated",
    [SPK_SIM_RESET] = "reset",
    [SPK_SIM_BAD_JSON] = "bad_json",
    [SPK_SIM_BAD_XML] = "bad_xml",
    [SPK_SIM_DRIFT] = "drift",
    [SPK_SIM_DRIFT_ADD] = "drift_add",
    [SPK_SIM_DRIFT_RENAME] = "drift_rename",
    [SPK_SIM_TOKEN_EXPIRY] = "token_expiry",
    [SPK_SIM_HUGE] = "huge",
    [SPK_SIM_FAULT_KINDS] = NULL,
};

#define FIELD(name) offsetof(struct spk_sim_fault, name)
static const struct spk_option fault_options[] = {
    {.name = "fault",
     .type = SPK_OPTION_ENUM,
     .flags = SPK_OPTION_REQUIRED,
     .offset = FIELD(kind),
     .choices = kinds,
     .help = "what goes wrong"},
    {.name = "stream",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(stream),
     .standard = "*",
     .help = "which stream; * is every request of the account"},
    {.name = "from",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(from),
     .standard = "0001-01-01",
     .help = "first day of the virtual clock"},
    {.name = "to",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(to),
     .standard = "9999-12-31",
     .help = "last day of the virtual clock"},
    {.name = "day_from",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(day_from),
     .standard = "0001-01-01",
     .help = "first day asked for"},
    {.name = "day_to",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(day_to),
     .standard = "9999-12-31",
     .help = "last day asked for"},
    {.name = "after",
     .type = SPK_OPTION_INT,
     .offset = FIELD(after),
     .standard = "0",
     .min = 0,
     .max = INT64_MAX,
     .help = "requests that go well first"},
    {.name = "count",
     .type = SPK_OPTION_INT,
     .offset = FIELD(count),
     .standard = "9223372036854775807",
     .min = 1,
     .max = INT64_MAX,
     .help = "requests that go wrong then"},
    {.name = "retry_after",
     .type = SPK_OPTION_INT,
     .offset = FIELD(retry_after),
     .standard = "-1",
     .min = -1,
     .max = 86400,
     .help = "http_429: seconds in Retry-After; -1 is no such header"},
    {.name = "seconds",
     .type = SPK_OPTION_DOUBLE,
     .offset = FIELD(seconds),
     .standard = "2",
     .help = "slow: how long the answer takes"},
    {.name = "times",
     .type = SPK_OPTION_INT,
     .offset = FIELD(times),
     .standard = "100",
     .min = 1,
     .max = 1000,
     .help = "huge: how many times the usual rows"},
    SPK_OPTION_END,
};

void spk_sim_faults_deinit(struct spk_sim_faults *faults)
{
    spk_arena_deinit(&faults->arena);
    faults->len = 0;
}

void spk_sim_faults_clear(struct spk_sim_faults *faults)
{
    spk_arena_reset(&faults->arena);
    faults->len = 0;
}

spk_rc spk_sim_faults_read(struct spk_sim_faults *faults, struct spk_value list,
                           struct spk_error *err)
{
    if (!spk_is(list, SPK_LIST)) {
        return spk_error_set(err, SPK_ECONFIG, "faults: a list is expected");
    }
    if (faults->len + spk_list_len(list) > SPK_SIM_MAX_FAULTS) {
        return spk_error_set(err, SPK_ECONFIG, "faults: more than %d for one account",
                             SPK_SIM_MAX_FAULTS);
    }
    struct spk_value kept = spk_value_copy(&faults->arena, list);
    size_t added = 0;
    for (; added < spk_list_len(kept); added++) {
        struct spk_sim_fault *fault = &faults->items[faults->len + added];
        *fault = (struct spk_sim_fault){0};
        struct spk_option_origin origin = {.dict = spk_list_at(kept, added)};
        spk_rc rc = spk_options_read(fault_options, &origin, &faults->arena, fault, err);
        if (rc != SPK_OK) {
            return spk_error_context(err, rc, "faults[%zu]", added);
        }
    }
    faults->len += added;
    return SPK_OK;
}

static bool concerns(const struct spk_sim_fault *fault, struct spk_view stream, int32_t today,
                     int32_t day)
{
    return (spk_view_is(fault->stream, "*") || spk_view_equal(fault->stream, stream)) &&
           fault->from <= today && today <= fault->to && fault->day_from <= day &&
           day <= fault->day_to;
}

struct spk_sim_trouble spk_sim_faults_meet(struct spk_sim_faults *faults, struct spk_view stream,
                                           int32_t today, int32_t day)
{
    struct spk_sim_trouble trouble = {.retry_after = -1, .times = 1};
    for (size_t i = 0; i < faults->len; i++) {
        struct spk_sim_fault *fault = &faults->items[i];
        if (!concerns(fault, stream, today, day)) {
            continue;
        }
        int64_t number = fault->met++;
        if (number < fault->after || number - fault->after >= fault->count) {
            continue;
        }
        trouble.mask |= 1u << fault->kind;
        switch (fault->kind) {
        case SPK_SIM_SLOW: trouble.seconds = fault->seconds; break;
        case SPK_SIM_HTTP_429: trouble.retry_after = fault->retry_after; break;
        case SPK_SIM_HUGE: trouble.times = fault->times; break;
        case SPK_SIM_DRIFT:
            trouble.mask |= 1u << SPK_SIM_DRIFT_ADD | 1u << SPK_SIM_DRIFT_RENAME;
            break;
        default: break;
        }
    }
    return trouble;
}
