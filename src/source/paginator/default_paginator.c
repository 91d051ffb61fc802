#include <stddef.h>

#include "source/request/options.h"

/* DefaultPaginator: a strategy for the token, and where token and page size go in the request. */
struct default_paginator {
    struct spk_component base;
    struct spk_component *strategy;
    struct spk_component *page_size_option;
    struct spk_component *page_token_option;
};

#define FIELD(name) offsetof(struct default_paginator, name)

static const struct spk_prop props[] = {
    {.name = "pagination_strategy",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(strategy),
     .kind = SPK_KIND_PAGINATION_STRATEGY,
     .help = "how the next token is found"},
    {.name = "page_size_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(page_size_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the page size goes"},
    {.name = "page_token_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(page_token_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the token goes"},
    SPK_PROP_END,
};

extern const struct spk_component_type spk_type_request_path;

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct default_paginator *self = (struct default_paginator *)base;
    struct spk_value size = spk_get(self->strategy->node, "page_size");
    if (self->page_size_option && spk_is_nothing(size))
        return spk_build_fail(build, base->node, err,
                              "page_size_option cannot be set if the pagination strategy does not "
                              "have a page_size");
    return spk_request_options_apart(build, self->page_size_option, self->page_token_option, err);
}

static spk_rc initial(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    return SPK_OPS(strategy, pagination_strategy)->initial(strategy, scope, token, err);
}

static spk_rc next(struct spk_component *base, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    return SPK_OPS(strategy, pagination_strategy)->next(strategy, scope, page, token, err);
}

static spk_rc inject_token(struct default_paginator *self, const struct spk_scope *scope,
                           struct spk_request_options *out, struct spk_error *err)
{
    struct spk_value token = spk_get(scope->next_page_token, "next_page_token");
    struct spk_component *option = self->page_token_option;
    if (!option || spk_is_nothing(token))
        return SPK_OK;
    if (option->type == &spk_type_request_path && !spk_value_truthy(token))
        return SPK_OK;
    return spk_request_option_inject(option, scope, token, out, err);
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct default_paginator *self = (struct default_paginator *)base;
    struct spk_component *strategy = self->strategy;
    struct spk_value size = {0};
    spk_rc rc = inject_token(self, scope, out, err);
    if (rc || !self->page_size_option)
        return rc;
    rc = SPK_OPS(strategy, pagination_strategy)->page_size(strategy, scope, &size, err);
    if (rc || !spk_value_truthy(size))
        return rc;
    return spk_request_option_inject(self->page_size_option, scope, size, out, err);
}

static spk_rc page_size(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    return SPK_OPS(strategy, pagination_strategy)->page_size(strategy, scope, size, err);
}

static bool stops_at(struct spk_component *base, const struct spk_scope *scope, int64_t size)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    const struct spk_pagination_strategy_ops *strategy_ops = SPK_OPS(strategy, pagination_strategy);
    return strategy_ops->stops_at && strategy_ops->stops_at(strategy, scope, size);
}

static bool needs_body(struct spk_component *base)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    return SPK_OPS(strategy, pagination_strategy)->needs_body;
}

static bool needs_last_record(struct spk_component *base)
{
    struct spk_component *strategy = ((struct default_paginator *)base)->strategy;
    const struct spk_pagination_strategy_ops *strategy_ops = SPK_OPS(strategy, pagination_strategy);
    return strategy_ops->needs_last_record && strategy_ops->needs_last_record(strategy);
}

static const struct spk_paginator_ops ops = {.initial = initial,
                                             .next = next,
                                             .options = options,
                                             .page_size = page_size,
                                             .stops_at = stops_at,
                                             .needs_body = needs_body,
                                             .needs_last_record = needs_last_record};

const struct spk_component_type spk_type_default_paginator = {
    .name = "DefaultPaginator",
    .kind = SPK_KIND_PAGINATOR,
    .size = sizeof(struct default_paginator),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "asks for pages until the strategy gives no further token",
};
