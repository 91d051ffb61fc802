#include <stddef.h>

#include "component_mapping.h"
#include "source/stream/nodes.h"

/* HttpComponentsResolver: a stream for each record that a retriever finds. */
struct http_resolver {
    struct spk_component base;
    struct spk_value retriever_node;
    struct spk_components mappings;
    struct spk_component *retriever; /* made of its node; keeps its answers for the run */
};

static const struct spk_prop props[] = {
    {.name = "retriever",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct http_resolver, retriever_node),
     .help = "reads one record per stream"},
    {.name = "components_mapping",
     .type = SPK_PROP_COMPONENTS,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct http_resolver, mappings),
     .kind = SPK_KIND_OTHER,
     .help = "where the record's values go in the template"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct http_resolver *self = (struct http_resolver *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("retriever")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    spk_rc rc = spk_mappings_check(build, &self->mappings, SPK_MAPPING_PLAIN, err);
    return rc ? rc
              : spk_component_build(&inner,
                                    spk_node_with_kept_answers(build->arena, self->retriever_node),
                                    SPK_KIND_RETRIEVER, &self->retriever, err);
}

struct reading {
    struct http_resolver *self;
    const struct spk_stream_template *template;
    const struct spk_slice *slice;
};

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct reading *r = context;
    struct spk_arena *arena = r->template->arena;
    struct spk_mapping_input input = {.mappings = &r->self->mappings,
                                      .rule = SPK_MAPPING_PLAIN,
                                      .values = spk_value_copy(arena, spk_record_tree(record)),
                                      .slice = r->slice};
    return spk_mappings_apply(&input, r->template, err);
}

static spk_rc read_slices(struct reading *r, struct spk_cursor *cursor, struct spk_slices *slices,
                          struct spk_error *err)
{
    struct spk_component *retriever = r->self->retriever;
    bool more = true;
    spk_rc rc = SPK_OK;
    while (!rc && more) {
        struct spk_slice *slice = SPK_NEW(r->template->arena, struct spk_slice);
        struct spk_evidence evidence = {0};
        struct spk_slice_read read = {.cursor = cursor,
                                      .slice = slice,
                                      .record = on_record,
                                      .context = r,
                                      .evidence = &evidence};
        rc = slices->ops->next(slices, r->template->arena, slice, &more, err);
        r->slice = slice;
        if (!rc && more)
            rc = SPK_OPS(retriever, retriever)->read(retriever, &read, err);
    }
    return rc;
}

static spk_rc resolve(struct spk_component *base, const struct spk_stream_template *template,
                      struct spk_error *err)
{
    struct http_resolver *self = (struct http_resolver *)base;
    struct reading r = {.self = self, .template = template};
    struct spk_cursor *cursor = NULL;
    struct spk_slices *slices = NULL;
    spk_rc rc = SPK_OPS(self->retriever, retriever)
                    ->start(self->retriever, NULL, (struct spk_value){0}, &cursor, err);
    if (!rc)
        rc = cursor->ops->slices(cursor, &slices, err);
    if (!rc)
        rc = read_slices(&r, cursor, slices, err);
    if (slices)
        slices->ops->destroy(slices);
    if (cursor)
        cursor->ops->destroy(cursor);
    return rc;
}

static const struct spk_components_resolver_ops ops = {.resolve = resolve};

const struct spk_component_type spk_type_http_components_resolver = {
    .name = "HttpComponentsResolver",
    .kind = SPK_KIND_COMPONENTS_RESOLVER,
    .size = sizeof(struct http_resolver),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a stream for each record that an endpoint gives",
};
