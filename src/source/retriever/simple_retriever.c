#include <stddef.h>
#include <string.h>

#include "pages.h"
#include "source/cursor/cursor.h"
#include "source/router/router.h"

/* SimpleRetriever: reads a slice page by page. */
struct simple_retriever {
    struct spk_component base;
    struct spk_pages pages;
    struct spk_value partition_router; /* one, or a list of them (their product) */
    struct spk_component *router;      /* made of partition_router, or NULL */
};

#define FIELD(name) offsetof(struct simple_retriever, name)

static const struct spk_prop props[] = {
    {.name = "decoder",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(pages.decoder),
     .kind = SPK_KIND_DECODER,
     .standard = "{type: JsonDecoder}",
     .help = "what the body is"},
    {.name = "requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(pages.requester),
     .kind = SPK_KIND_REQUESTER,
     .help = "makes the requests"},
    {.name = "record_selector",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(pages.selector),
     .kind = SPK_KIND_RECORD_SELECTOR,
     .help = "finds the records in a page"},
    {.name = "paginator",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(pages.paginator),
     .kind = SPK_KIND_PAGINATOR,
     .standard = "{type: NoPagination}",
     .help = "asks for further pages"},
    {.name = "pagination_reset",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(pages.reset),
     .kind = SPK_KIND_OTHER,
     .help = "when pages are read from the first one again, and what of the slice then"},
    {.name = "page_size_reduction",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(pages.reduction),
     .kind = SPK_KIND_OTHER,
     .help = "what the action REDUCE_PAGE_SIZE does"},
    {.name = "request_window_splitting",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(pages.splitting),
     .kind = SPK_KIND_OTHER,
     .help = "what the action SPLIT_REQUEST_WINDOW does"},
    {.name = "partition_router",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(partition_router),
     .help = "what to read: lists, parents; of several, their product"},
    {.name = "ignore_stream_slicer_parameters_on_paginated_requests",
     .type = SPK_PROP_BOOL,
     .offset = FIELD(pages.ignore_slicer_parameters),
     .help = "only the first request of a slice carries the slice's parameters"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct simple_retriever *self = (struct simple_retriever *)base;
    const struct spk_requester_ops *requester = SPK_OPS(self->pages.requester, requester);
    self->pages.source = base->source;
    if (requester->query_properties)
        self->pages.properties = requester->query_properties(self->pages.requester);
    self->pages.stream.name = spk_value_text_or(spk_get(build->stream, "name"), "");
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("partition_router")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    spk_rc rc = spk_router_build(&inner, self->partition_router, &self->router, err);
    if (!rc)
        rc = spk_pages_finish(&self->pages, build, err);
    return rc ? rc : spk_pages_check(&self->pages, build, base->node, err);
}

/* Records that came with the parents' make one page per parent, and JSON. */
static spk_rc check_embedded(const struct simple_retriever *self,
                             const struct spk_component *cursor, struct spk_error *err)
{
    struct spk_view stream = self->pages.stream.name;
    const char *decoder = self->pages.decoder->type->name;
    if (cursor && strcmp(cursor->type->name, "DatetimeBasedCursor") != 0)
        return spk_error_set(err, SPK_EDATA,
                             "stream %.*s: lazy_read_pointer goes with a DatetimeBasedCursor only, "
                             "not with %s",
                             SPK_FMT(stream), cursor->type->name);
    if (cursor && (spk_value_truthy(spk_get(cursor->node, "step")) ||
                   spk_value_truthy(spk_get(cursor->node, "cursor_granularity"))))
        return spk_error_set(err, SPK_EDATA,
                             "stream %.*s: lazy_read_pointer needs one slice per parent: a cursor "
                             "without step and cursor_granularity",
                             SPK_FMT(stream));
    if (strcmp(decoder, "JsonDecoder") != 0)
        return spk_error_set(err, SPK_EDATA,
                             "stream %.*s: lazy_read_pointer goes with a JsonDecoder only, not "
                             "with %s",
                             SPK_FMT(stream), decoder);
    return SPK_OK;
}

static spk_rc start(struct spk_component *base, struct spk_component *cursor,
                    struct spk_value state, struct spk_cursor **out, struct spk_error *err)
{
    struct simple_retriever *self = (struct simple_retriever *)base;
    const struct spk_router_ops *router = self->router ? SPK_OPS(self->router, router) : NULL;
    if (router && router->embeds && router->embeds(self->router) && !spk_value_truthy(state)) {
        spk_rc rc = check_embedded(self, cursor, err);
        if (rc)
            return rc;
    }
    if (!cursor)
        return spk_full_refresh_start(self->router, state, out, err);
    return SPK_OPS(cursor, cursor_type)->start(cursor, self->router, state, out, err);
}

static spk_rc read_slice(struct spk_component *base, struct spk_slice_read *read,
                         struct spk_error *err)
{
    return spk_pages_read(&((struct simple_retriever *)base)->pages, read, err);
}

static const struct spk_retriever_ops ops = {.read = read_slice, .start = start};

const struct spk_component_type spk_type_simple_retriever = {
    .name = "SimpleRetriever",
    .kind = SPK_KIND_RETRIEVER,
    .size = sizeof(struct simple_retriever),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "reads a slice page by page",
};
