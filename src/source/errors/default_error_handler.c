#include <stddef.h>

#include "errors.h"

/* DefaultErrorHandler: filters in order, then 2xx and 3xx succeed, then the default table. */
static const struct spk_prop props[] = {SPK_DEFAULT_HANDLER_PROPS, SPK_PROP_END};

void spk_default_handler_interpret(struct spk_component *base, const struct spk_scope *scope,
                                   const struct spk_error *failure, struct spk_resolution *out)
{
    struct spk_default_handler *self = (struct spk_default_handler *)base;
    for (size_t i = 0; i < self->filters.len; i++) {
        struct spk_component *filter = self->filters.items[i];
        SPK_OPS(filter, response_filter)->match(filter, scope, failure, out);
        if (out->action != SPK_ACTION_NONE)
            return;
    }
    if (scope->response && scope->response->status < 400)
        *out = (struct spk_resolution){.action = SPK_ACTION_SUCCESS};
    else
        spk_fallback_resolution(scope->response, failure, out, scope->arena);
}

double spk_default_handler_backoff(struct spk_component *base, const struct spk_scope *scope,
                                   int attempt, struct spk_error *err)
{
    struct spk_default_handler *self = (struct spk_default_handler *)base;
    for (size_t i = 0; i < self->backoffs.len; i++) {
        struct spk_component *strategy = self->backoffs.items[i];
        double seconds = SPK_OPS(strategy, backoff)->seconds(strategy, scope, attempt, err);
        if (seconds > 0 || (err && err->rc))
            return seconds;
    }
    return -1;
}

int spk_default_handler_max_retries(struct spk_component *base, const struct spk_scope *scope)
{
    struct spk_default_handler *self = (struct spk_default_handler *)base;
    struct spk_value value = {0};
    struct spk_error ignored;
    if (spk_scope_eval(scope, base, self->max_retries, &value, &ignored) || !spk_is(value, SPK_INT))
        return 5;
    return value.integer > 1000 ? 1000 : (int)value.integer;
}

double spk_default_handler_max_time_s(struct spk_component *base)
{
    return ((struct spk_default_handler *)base)->max_time;
}

static const struct spk_error_handler_ops ops = {.interpret = spk_default_handler_interpret,
                                                 .backoff = spk_default_handler_backoff,
                                                 .max_retries = spk_default_handler_max_retries,
                                                 .max_time_s = spk_default_handler_max_time_s};

const struct spk_component_type spk_type_default_error_handler = {
    .name = "DefaultErrorHandler",
    .kind = SPK_KIND_ERROR_HANDLER,
    .size = sizeof(struct spk_default_handler),
    .props = props,
    .ops = &ops,
    .help = "filters first, then what the status usually means",
};
