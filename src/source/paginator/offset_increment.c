#include <stddef.h>

#include "strategy.h"

/* OffsetIncrement: the token is the number of records read so far. */
struct offset_increment {
    struct spk_component base;
    struct spk_template_string *page_size;
    bool inject_on_first_request;
};

#define FIELD(name) offsetof(struct offset_increment, name)

static const struct spk_prop props[] = {
    {.name = "page_size",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(page_size),
     .help = "records of a full page; a shorter one is the last"},
    {.name = "inject_on_first_request",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(inject_on_first_request),
     .help = "the first request carries offset 0"},
    SPK_PROP_END,
};

static spk_rc initial(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    bool inject = ((struct offset_increment *)base)->inject_on_first_request;
    *token = inject ? spk_int(0) : (struct spk_value){0};
    return SPK_OK;
}

static spk_rc page_size(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err)
{
    return spk_page_size_eval(base, ((struct offset_increment *)base)->page_size, scope, size, err);
}

static spk_rc next(struct spk_component *base, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    struct spk_value size;
    spk_rc rc = page_size(base, scope, &size, err);
    if (rc)
        return rc;
    if (spk_page_is_last(size, page->size))
        *token = (struct spk_value){0};
    else if (spk_is_nothing(page->last_token))
        *token = spk_int(page->size);
    else if (spk_is(page->last_token, SPK_INT))
        *token = spk_int(page->last_token.integer + page->size);
    else
        return spk_error_set(err, SPK_ECONFIG, "OffsetIncrement: the last token is not an integer");
    return SPK_OK;
}

static const struct spk_pagination_strategy_ops ops = {
    .initial = initial, .next = next, .page_size = page_size};

const struct spk_component_type spk_type_offset_increment = {
    .name = "OffsetIncrement",
    .kind = SPK_KIND_PAGINATION_STRATEGY,
    .size = sizeof(struct offset_increment),
    .props = props,
    .ops = &ops,
    .help = "counts records",
};
