#include "errors.h"

const char *const spk_action_names[] = {"unset",
                                        "SUCCESS",
                                        "FAIL",
                                        "RETRY",
                                        "IGNORE",
                                        "RATE_LIMITED",
                                        "RESET_PAGINATION",
                                        "REDUCE_PAGE_SIZE",
                                        "SPLIT_REQUEST_WINDOW",
                                        "REFRESH_TOKEN_THEN_RETRY",
                                        NULL};

enum spk_action spk_action_of(int choice)
{
    static const enum spk_action actions[] = {SPK_ACTION_NONE,
                                              SPK_ACTION_SUCCESS,
                                              SPK_ACTION_FAIL,
                                              SPK_ACTION_RETRY,
                                              SPK_ACTION_IGNORE,
                                              SPK_ACTION_RATE_LIMITED,
                                              SPK_ACTION_RESET_PAGINATION,
                                              SPK_ACTION_REDUCE_PAGE_SIZE,
                                              SPK_ACTION_SPLIT_REQUEST_WINDOW,
                                              SPK_ACTION_REFRESH_TOKEN};
    return actions[choice];
}

const char *const spk_failure_names[] = {"unset", "system_error", "config_error", "transient_error",
                                         NULL};

spk_rc spk_failure_of(int choice)
{
    static const spk_rc failures[] = {SPK_OK, SPK_ESYSTEM, SPK_ECONFIG, SPK_ETRANSIENT};
    return failures[choice];
}

static const struct {
    int status;
    enum spk_action action;
    spk_rc failure;
    const char *message;
} table[] = {
    {400, SPK_ACTION_FAIL, SPK_ESYSTEM,
     "HTTP 400: the server calls the request bad; check its parameters"},
    {401, SPK_ACTION_FAIL, SPK_ECONFIG, "HTTP 401: not authenticated; check the credentials"},
    {403, SPK_ACTION_FAIL, SPK_ECONFIG,
     "HTTP 403: these credentials may not read this; check their permissions"},
    {404, SPK_ACTION_FAIL, SPK_ESYSTEM, "HTTP 404: not found; check the base URL and the path"},
    {405, SPK_ACTION_FAIL, SPK_ESYSTEM, "HTTP 405: method not allowed"},
    {408, SPK_ACTION_RETRY, SPK_ETRANSIENT, "HTTP 408: the server waited too long for the request"},
    {429, SPK_ACTION_RATE_LIMITED, SPK_ETRANSIENT, "HTTP 429: too many requests"},
    {500, SPK_ACTION_RETRY, SPK_ETRANSIENT, "HTTP 500: the server failed"},
    {502, SPK_ACTION_RETRY, SPK_ETRANSIENT, "HTTP 502: bad gateway"},
    {503, SPK_ACTION_RETRY, SPK_ETRANSIENT, "HTTP 503: the service is unavailable"},
    {504, SPK_ACTION_RETRY, SPK_ETRANSIENT, "HTTP 504: the gateway timed out"},
};

void spk_default_resolution(int status, struct spk_resolution *out)
{
    *out = (struct spk_resolution){.action = SPK_ACTION_NONE, .failure = SPK_ESYSTEM};
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (table[i].status != status)
            continue;
        out->action = table[i].action;
        out->failure = table[i].failure;
        out->message = spk_view_of(table[i].message);
        return;
    }
}

void spk_fallback_resolution(const struct spk_response *response, const struct spk_error *failure,
                             struct spk_resolution *out, struct spk_arena *arena)
{
    *out = (struct spk_resolution){.action = SPK_ACTION_RETRY, .failure = SPK_ETRANSIENT};
    if (!response) {
        bool again = failure->rc == SPK_ETRANSIENT;
        out->action = again ? SPK_ACTION_RETRY : SPK_ACTION_FAIL;
        out->failure = failure->rc;
        out->message = spk_arena_dup(arena, spk_view_of(failure->text));
        return;
    }
    spk_default_resolution(response->status, out);
    if (out->action != SPK_ACTION_NONE)
        return;
    out->action = SPK_ACTION_RETRY;
    out->message = spk_arena_printf(arena, "unexpected HTTP status %d", response->status);
}
