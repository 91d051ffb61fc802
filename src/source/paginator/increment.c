#include <stddef.h>

#include "strategy.h"

/* PageIncrement: the token is the number of the page. OffsetIncrement: that of the records read so
 * far. */
struct increment {
    struct spk_component base;
    struct spk_template_string *page_size;
    int64_t start;
    bool inject_on_first_request;
};

extern const struct spk_component_type spk_type_page_increment;

#define FIELD(name) offsetof(struct increment, name)
#define INCREMENT_PROPS                                                                            \
    {.name = "page_size",                                                                          \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .offset = FIELD(page_size),                                                                   \
     .help = "records of a full page; a shorter one is the last"},                                 \
    {                                                                                              \
        .name = "inject_on_first_request", .type = SPK_PROP_BOOL,                                  \
        .offset = FIELD(inject_on_first_request),                                                  \
        .help = "the first request carries the token too"                                          \
    }

static const struct spk_prop page_props[] = {INCREMENT_PROPS,
                                             {.name = "start_from_page",
                                              .type = SPK_PROP_INT,
                                              .offset = FIELD(start),
                                              .help = "number of the first page"},
                                             SPK_PROP_END};
static const struct spk_prop offset_props[] = {INCREMENT_PROPS, SPK_PROP_END};

static spk_rc initial(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    struct increment *self = (struct increment *)base;
    *token = self->inject_on_first_request ? spk_int(self->start) : (struct spk_value){0};
    return SPK_OK;
}

static spk_rc page_size(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err)
{
    return spk_page_size_eval(base, ((struct increment *)base)->page_size, scope, size, err);
}

static spk_rc next(struct spk_component *base, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    struct increment *self = (struct increment *)base;
    bool pages = base->type == &spk_type_page_increment;
    struct spk_value size;
    spk_rc rc = page_size(base, scope, &size, err);
    if (rc)
        return rc;
    if (spk_page_is_last(size, page->size)) {
        *token = (struct spk_value){0};
        return SPK_OK;
    }
    struct spk_value last = page->last_token;
    if (spk_is_nothing(last))
        last = spk_int(self->start);
    if (!spk_is(last, SPK_INT))
        return spk_error_set(err, SPK_ECONFIG, "%s: the last token is not an integer",
                             base->type->name);
    *token = spk_int(last.integer + (pages ? 1 : page->size));
    return SPK_OK;
}

static const struct spk_pagination_strategy_ops ops = {
    .initial = initial, .next = next, .page_size = page_size};

const struct spk_component_type spk_type_page_increment = {
    .name = "PageIncrement",
    .kind = SPK_KIND_PAGINATION_STRATEGY,
    .size = sizeof(struct increment),
    .props = page_props,
    .ops = &ops,
    .help = "counts pages",
};

const struct spk_component_type spk_type_offset_increment = {
    .name = "OffsetIncrement",
    .kind = SPK_KIND_PAGINATION_STRATEGY,
    .size = sizeof(struct increment),
    .props = offset_props,
    .ops = &ops,
    .help = "counts records",
};
