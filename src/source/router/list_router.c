#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "router.h"
#include "source/request/options.h"
#include "template/template.h"

/* ListPartitionRouter: one partition per value of a list. */
struct list_router {
    struct spk_component base;
    struct spk_value values; /* LIST, or a template that gives one */
    struct spk_template_string *cursor_field;
    struct spk_component *request_option;
    struct spk_value items;
    struct spk_view field;
};

#define FIELD(name) offsetof(struct list_router, name)

static const struct spk_prop props[] = {
    {.name = "values",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(values),
     .help = "a list, or a template that gives one"},
    {.name = "cursor_field",
     .type = SPK_PROP_TEMPLATE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(cursor_field),
     .help = "key of the value in the slice"},
    {.name = "request_option",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(request_option),
     .kind = SPK_KIND_REQUEST_OPTION,
     .help = "where the value goes in a request"},
    SPK_PROP_END,
};

static spk_rc eval_values(struct list_router *self, const struct spk_build *build,
                          struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    self->items = self->values;
    if (!spk_is(self->values, SPK_STRING))
        return SPK_OK;
    struct spk_template_string template;
    spk_template_string_init(&template, spk_template_parse(build->arena, self->values.text, NULL),
                             NULL);
    return spk_scope_eval(&scope, &self->base, &template, &self->items, err);
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct list_router *self = (struct list_router *)base;
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    spk_rc rc = eval_values(self, build, err);
    if (!rc)
        rc = spk_scope_text(&scope, base, self->cursor_field, &self->field, err);
    if (rc)
        return rc;
    if (spk_is(self->items, SPK_STRING) && self->items.text.len == 0)
        self->items = spk_list_new(build->arena); /* a config without the field: nothing to read */
    if (!spk_is(self->items, SPK_LIST) && !spk_is(self->items, SPK_TUPLE))
        return spk_build_fail(build, self->values, err, "values is no list but a %s",
                              spk_value_type_name(self->items));
    return SPK_OK;
}

struct list_slices {
    struct spk_slices base;
    const struct list_router *router;
    size_t next;
};

static spk_rc next_value(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                         bool *more, struct spk_error *err)
{
    struct list_slices *slices = (struct list_slices *)base;
    const struct list_router *router = slices->router;
    *more = slices->next < spk_list_len(router->items);
    if (!*more)
        return SPK_OK;
    slice->partition = spk_dict_new(arena);
    spk_dict_set(slice->partition, router->field, spk_list_at(router->items, slices->next++));
    spk_slice_finish(slice, arena);
    return SPK_OK;
}

static void destroy(struct spk_slices *base)
{
    free(base);
}

static const struct spk_slices_ops slices_ops = {.next = next_value, .destroy = destroy};

static spk_rc open_slices(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    struct list_slices *slices = spk_memory_zalloc(sizeof(*slices));
    slices->base.ops = &slices_ops;
    slices->router = (struct list_router *)base;
    *out = &slices->base;
    return SPK_OK;
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    struct list_router *self = (struct list_router *)base;
    if (!self->request_option || !scope->slice)
        return SPK_OK;
    struct spk_value value = spk_dict_get(scope->slice->partition, self->field);
    return spk_value_truthy(value)
               ? spk_request_option_inject(self->request_option, scope, value, out, err)
               : SPK_OK;
}

static struct spk_view field(struct spk_component *base, size_t index)
{
    return index == 0 ? ((struct list_router *)base)->field : (struct spk_view){0};
}

static bool has_options(struct spk_component *base)
{
    return ((struct list_router *)base)->request_option != NULL;
}

static const struct spk_router_ops ops = {
    .open = open_slices, .options = options, .field = field, .has_options = has_options};

const struct spk_component_type spk_type_list_partition_router = {
    .name = "ListPartitionRouter",
    .kind = SPK_KIND_ROUTER,
    .size = sizeof(struct list_router),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "one partition per value of a list",
};
