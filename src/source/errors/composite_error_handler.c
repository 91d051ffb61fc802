#include <stddef.h>

#include "errors.h"

/* CompositeErrorHandler: the first handler decides whose answer is none of FAIL, RATE_LIMITED and
 * REFRESH_TOKEN_THEN_RETRY; where all say so, the last one does. */
struct composite_handler {
    struct spk_component base;
    struct spk_components handlers;
};

static const struct spk_prop props[] = {
    {.name = "error_handlers",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct composite_handler, handlers),
     .kind = SPK_KIND_ERROR_HANDLER,
     .help = "asked in order"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    if (((struct composite_handler *)base)->handlers.len > 0)
        return SPK_OK;
    return spk_build_fail(build, base->node, err,
                          "CompositeErrorHandler expects at least 1 underlying error handler");
}

static void interpret(struct spk_component *base, const struct spk_scope *scope,
                      const struct spk_error *failure, struct spk_resolution *out)
{
    struct spk_components *handlers = &((struct composite_handler *)base)->handlers;
    for (size_t i = 0; i < handlers->len; i++) {
        struct spk_component *handler = handlers->items[i];
        SPK_OPS(handler, error_handler)->interpret(handler, scope, failure, out);
        if (out->action != SPK_ACTION_FAIL && out->action != SPK_ACTION_RATE_LIMITED &&
            out->action != SPK_ACTION_REFRESH_TOKEN)
            return;
    }
}

static double backoff(struct spk_component *base, const struct spk_scope *scope, int attempt,
                      struct spk_error *err)
{
    struct spk_components *handlers = &((struct composite_handler *)base)->handlers;
    for (size_t i = 0; i < handlers->len; i++) {
        struct spk_component *handler = handlers->items[i];
        double seconds = SPK_OPS(handler, error_handler)->backoff(handler, scope, attempt, err);
        if (seconds > 0 || (err && err->rc))
            return seconds;
    }
    return -1;
}

static int max_retries(struct spk_component *base, const struct spk_scope *scope)
{
    struct spk_component *first = ((struct composite_handler *)base)->handlers.items[0];
    return SPK_OPS(first, error_handler)->max_retries(first, scope);
}

static double max_time_s(struct spk_component *base)
{
    struct spk_components *handlers = &((struct composite_handler *)base)->handlers;
    double most = 0;
    for (size_t i = 0; i < handlers->len; i++) {
        struct spk_component *handler = handlers->items[i];
        double one = SPK_OPS(handler, error_handler)->max_time_s(handler);
        most = one > most ? one : most;
    }
    return most;
}

static bool needs_body(struct spk_component *base)
{
    const struct spk_components *handlers = &((struct composite_handler *)base)->handlers;
    bool needs = false;
    for (size_t i = 0; i < handlers->len; i++) {
        struct spk_component *handler = handlers->items[i];
        const struct spk_error_handler_ops *handler_ops = SPK_OPS(handler, error_handler);
        needs |= !handler_ops->needs_body || handler_ops->needs_body(handler);
    }
    return needs;
}

static const struct spk_error_handler_ops ops = {.interpret = interpret,
                                                 .backoff = backoff,
                                                 .max_retries = max_retries,
                                                 .max_time_s = max_time_s,
                                                 .needs_body = needs_body};

const struct spk_component_type spk_type_composite_error_handler = {
    .name = "CompositeErrorHandler",
    .kind = SPK_KIND_ERROR_HANDLER,
    .size = sizeof(struct composite_handler),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "asks several handlers in order",
};
