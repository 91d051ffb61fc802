#include <stddef.h>

#include "errors.h"

/* DefaultErrorHandler: filters in order, then 2xx and 3xx succeed, then the default table. */
enum { USUAL_RETRIES = 5, MOST_RETRIES = 100000, USUAL_MAX_TIME = 600 };

static const struct spk_prop props[] = {SPK_DEFAULT_HANDLER_PROPS, SPK_PROP_END};

static bool whole_number(struct spk_value value, double *number)
{
    if (spk_is(value, SPK_INT))
        *number = (double)value.integer;
    else if (spk_is(value, SPK_BOOL))
        *number = value.boolean;
    else if (spk_is(value, SPK_FLOAT))
        *number = value.number;
    else
        return spk_is(value, SPK_STRING) && spk_parse_double(spk_view_trim(value.text), number);
    return true;
}

spk_rc spk_default_handler_finish(struct spk_component *base, const struct spk_build *build,
                                  struct spk_error *err)
{
    struct spk_default_handler *self = (struct spk_default_handler *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value value = spk_int(USUAL_RETRIES);
    double number = USUAL_RETRIES;
    if (self->max_time <= 0)
        self->max_time = USUAL_MAX_TIME;
    spk_rc rc =
        self->max_retries ? spk_scope_eval(&scope, base, self->max_retries, &value, err) : SPK_OK;
    if (rc)
        return rc;
    if (!whole_number(value, &number))
        return spk_build_fail(build, base->node, err,
                              "max_retries: a whole number is expected for this config");
    self->retries = number > MOST_RETRIES ? MOST_RETRIES : number > 0 ? (int)number : 0;
    return SPK_OK;
}

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
    return ((struct spk_default_handler *)base)->retries;
}

double spk_default_handler_max_time_s(struct spk_component *base)
{
    return ((struct spk_default_handler *)base)->max_time;
}

bool spk_default_handler_needs_body(struct spk_component *base)
{
    const struct spk_default_handler *self = (const struct spk_default_handler *)base;
    const struct spk_components *filters = &self->filters;
    bool needs = false;
    for (size_t i = 0; i < self->backoffs.len; i++)
        needs |= SPK_OPS(self->backoffs.items[i], backoff)->needs_body;
    for (size_t i = 0; i < filters->len; i++) {
        struct spk_component *filter = filters->items[i];
        const struct spk_response_filter_ops *filter_ops = SPK_OPS(filter, response_filter);
        needs |= !filter_ops->needs_body || filter_ops->needs_body(filter);
    }
    return needs;
}

static const struct spk_error_handler_ops ops = {.interpret = spk_default_handler_interpret,
                                                 .backoff = spk_default_handler_backoff,
                                                 .max_retries = spk_default_handler_max_retries,
                                                 .max_time_s = spk_default_handler_max_time_s,
                                                 .needs_body = spk_default_handler_needs_body};

const struct spk_component_type spk_type_default_error_handler = {
    .name = "DefaultErrorHandler",
    .kind = SPK_KIND_ERROR_HANDLER,
    .size = sizeof(struct spk_default_handler),
    .props = props,
    .ops = &ops,
    .finish = spk_default_handler_finish,
    .help = "filters first, then what the status usually means",
};
