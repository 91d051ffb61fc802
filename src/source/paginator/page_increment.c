#include <stddef.h>

#include "strategy.h"

/* PageIncrement: the token is the number of the page. */
struct page_increment {
    struct spk_component base;
    struct spk_template_string *page_size;
    int64_t start_from_page;
    bool inject_on_first_request;
};

#define FIELD(name) offsetof(struct page_increment, name)

static const struct spk_prop props[] = {
    {.name = "page_size",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(page_size),
     .help = "records of a full page; a shorter one is the last"},
    {.name = "start_from_page",
     .type = SPK_PROP_INT,
     .offset = FIELD(start_from_page),
     .help = "number of the first page"},
    {.name = "inject_on_first_request",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(inject_on_first_request),
     .help = "the first request carries the number too"},
    SPK_PROP_END,
};

static spk_rc initial(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    struct page_increment *self = (struct page_increment *)base;
    *token = self->inject_on_first_request ? spk_int(self->start_from_page) : (struct spk_value){0};
    return SPK_OK;
}

static spk_rc page_size(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err)
{
    return spk_page_size_eval(base, ((struct page_increment *)base)->page_size, scope, size, err);
}

static spk_rc next(struct spk_component *base, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    struct page_increment *self = (struct page_increment *)base;
    struct spk_value size;
    spk_rc rc = page_size(base, scope, &size, err);
    if (rc)
        return rc;
    if (spk_page_is_last(size, page->size))
        *token = (struct spk_value){0};
    else if (spk_is_nothing(page->last_token))
        *token = spk_int(self->start_from_page + 1);
    else if (spk_is(page->last_token, SPK_INT))
        *token = spk_int(page->last_token.integer + 1);
    else
        return spk_error_set(err, SPK_ECONFIG, "PageIncrement: the last token is not an integer");
    return SPK_OK;
}

static const struct spk_pagination_strategy_ops ops = {
    .initial = initial, .next = next, .page_size = page_size};

const struct spk_component_type spk_type_page_increment = {
    .name = "PageIncrement",
    .kind = SPK_KIND_PAGINATION_STRATEGY,
    .size = sizeof(struct page_increment),
    .props = props,
    .ops = &ops,
    .help = "counts pages",
};
