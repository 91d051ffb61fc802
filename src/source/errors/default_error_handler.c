#include <stddef.h>

#include "errors.h"

/* DefaultErrorHandler: filters in order, then 2xx and 3xx succeed, then the default table. */
struct default_handler {
    struct spk_component base;
    struct spk_components filters;
    struct spk_components backoffs;
    struct spk_template_string *max_retries;
    double max_time;
};

#define FIELD(name) offsetof(struct default_handler, name)

static const struct spk_prop props[] = {
    {.name = "response_filters",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(filters),
     .kind = SPK_KIND_RESPONSE_FILTER,
     .help = "the first that matches decides"},
    {.name = "backoff_strategies",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(backoffs),
     .kind = SPK_KIND_BACKOFF,
     .help = "the first that gives a time decides how long to wait"},
    {.name = "max_retries",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(max_retries),
     .standard = "5",
     .help = "tries after the first"},
    {.name = "max_time",
     .type = SPK_PROP_NUMBER,
     .offset = FIELD(max_time),
     .standard = "600",
     .help = "seconds after which no further try is made"},
    SPK_PROP_END,
};

static void interpret(struct spk_component *base, const struct spk_scope *scope,
                      const struct spk_error *failure, struct spk_resolution *out)
{
    struct default_handler *self = (struct default_handler *)base;
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

static double backoff(struct spk_component *base, const struct spk_scope *scope, int attempt,
                      struct spk_error *err)
{
    struct default_handler *self = (struct default_handler *)base;
    for (size_t i = 0; i < self->backoffs.len; i++) {
        struct spk_component *strategy = self->backoffs.items[i];
        double seconds = SPK_OPS(strategy, backoff)->seconds(strategy, scope, attempt, err);
        if (seconds > 0 || (err && err->rc))
            return seconds;
    }
    return -1;
}

static int max_retries(struct spk_component *base, const struct spk_scope *scope)
{
    struct default_handler *self = (struct default_handler *)base;
    struct spk_value value = {0};
    struct spk_error ignored;
    if (spk_scope_eval(scope, base, self->max_retries, &value, &ignored) || !spk_is(value, SPK_INT))
        return 5;
    return value.integer > 1000 ? 1000 : (int)value.integer;
}

static double max_time_s(struct spk_component *base)
{
    return ((struct default_handler *)base)->max_time;
}

static const struct spk_error_handler_ops ops = {.interpret = interpret,
                                                 .backoff = backoff,
                                                 .max_retries = max_retries,
                                                 .max_time_s = max_time_s};

const struct spk_component_type spk_type_default_error_handler = {
    .name = "DefaultErrorHandler",
    .kind = SPK_KIND_ERROR_HANDLER,
    .size = sizeof(struct default_handler),
    .props = props,
    .ops = &ops,
    .help = "filters first, then what the status usually means",
};
