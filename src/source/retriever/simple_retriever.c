#include <stddef.h>

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
    self->pages.source = base->source;
    self->pages.stream.name = spk_value_text_or(spk_get(build->stream, "name"), "");
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("partition_router")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    return spk_router_build(&inner, self->partition_router, &self->router, err);
}

static spk_rc start(struct spk_component *base, struct spk_component *cursor,
                    struct spk_value state, struct spk_cursor **out, struct spk_error *err)
{
    struct simple_retriever *self = (struct simple_retriever *)base;
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
