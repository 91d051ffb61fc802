#include <stddef.h>

#include "strategy.h"
#include "template/template.h"

/* CursorPagination: the token is evaluated from the page; nothing, or a stop condition, ends it. */
struct cursor_pagination {
    struct spk_component base;
    struct spk_template_string *cursor_value;
    struct spk_template_string *stop_condition;
    struct spk_template_string *page_size;
};

#define FIELD(name) offsetof(struct cursor_pagination, name)

static const struct spk_prop props[] = {
    {.name = "cursor_value",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(cursor_value),
     .help = "the next token; sees response, headers, last_record, last_page_size"},
    {.name = "stop_condition",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(stop_condition),
     .help = "no further page where this is true"},
    {.name = "page_size",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(page_size),
     .help = "records to ask for per page"},
    SPK_PROP_END,
};

static bool reads_page_size(struct spk_template_string *template)
{
    return template && spk_template_uses(template->template, "page_size");
}

/* A comparison with nothing would render as its own text, which is true: one page, and the end. */
static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct cursor_pagination *self = (struct cursor_pagination *)base;
    if (self->page_size ||
        (!reads_page_size(self->stop_condition) && !reads_page_size(self->cursor_value)))
        return SPK_OK;
    return spk_build_fail(build, base->node, err, "page_size is read, and none is given");
}

static spk_rc initial(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err)
{
    *token = (struct spk_value){0};
    return SPK_OK;
}

static spk_rc page_size(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err)
{
    return spk_page_size_eval(base, ((struct cursor_pagination *)base)->page_size, scope, size,
                              err);
}

static spk_rc next(struct spk_component *base, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err)
{
    struct cursor_pagination *self = (struct cursor_pagination *)base;
    struct spk_scope inner = *scope;
    struct spk_value size, value;
    bool stop = false;
    spk_rc rc = page_size(base, scope, &size, err);
    if (rc)
        return rc;
    inner.page = page;
    inner.extra = spk_dict_new(scope->arena);
    spk_set(inner.extra, "page_size", spk_is_defined(size) ? size : spk_null());
    if (self->stop_condition)
        rc = spk_scope_bool(&inner, base, self->stop_condition, &stop, err);
    if (!rc && !stop)
        rc = spk_scope_eval(&inner, base, self->cursor_value, &value, err);
    if (!rc)
        *token = !stop && spk_value_truthy(value) ? value : (struct spk_value){0};
    return rc;
}

static bool looks_at_records(struct spk_template_string *template)
{
    return template && (spk_template_uses(template->template, "last_record") ||
                        spk_template_uses(template->template, "last_page_size"));
}

static bool needs_last_record(struct spk_component *base)
{
    struct cursor_pagination *self = (struct cursor_pagination *)base;
    return looks_at_records(self->cursor_value) || looks_at_records(self->stop_condition) ||
           looks_at_records(self->page_size);
}

static bool stops_at(struct spk_component *base, const struct spk_scope *scope, int64_t size)
{
    struct cursor_pagination *self = (struct cursor_pagination *)base;
    const struct spk_page page = {.size = size, .kept = size};
    struct spk_scope inner = *scope;
    bool stop = false;
    inner.page = &page;
    inner.extra = spk_dict_new(scope->arena);
    spk_set(inner.extra, "page_size", spk_int(size));
    spk_set(inner.extra, "response", spk_dict_new(scope->arena));
    spk_set(inner.extra, "headers", spk_dict_new(scope->arena));
    spk_rc rc = spk_scope_bool(&inner, base, self->stop_condition, &stop, NULL);
    return !rc && stop;
}

static const struct spk_pagination_strategy_ops ops = {.initial = initial,
                                                       .next = next,
                                                       .page_size = page_size,
                                                       .stops_at = stops_at,
                                                       .needs_body = true,
                                                       .needs_last_record = needs_last_record};

const struct spk_component_type spk_type_cursor_pagination = {
    .name = "CursorPagination",
    .kind = SPK_KIND_PAGINATION_STRATEGY,
    .size = sizeof(struct cursor_pagination),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "reads the next token from the page",
};
