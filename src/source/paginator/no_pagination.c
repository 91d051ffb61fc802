#include "source/kinds.h"

/* NoPagination: one request per slice. */

static spk_rc initial(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    *token = (struct spk_value){0};
    return SPK_OK;
}

static spk_rc next(struct spk_component *self, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    *token = (struct spk_value){0};
    return SPK_OK;
}

static spk_rc options(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return SPK_OK;
}

static bool never(struct spk_component *self)
{
    return false;
}

static const struct spk_paginator_ops ops = {.initial = initial,
                                             .next = next,
                                             .options = options,
                                             .needs_body = never,
                                             .needs_last_record = never};

const struct spk_component_type spk_type_no_pagination = {
    .name = "NoPagination",
    .kind = SPK_KIND_PAGINATOR,
    .size = sizeof(struct spk_component),
    .ops = &ops,
    .help = "one request per slice",
};
