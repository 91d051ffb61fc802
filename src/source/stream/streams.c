#include <stdlib.h>

#include "base/memory.h"
#include "nodes.h"
#include "source/config/rules.h"
#include "source/source_internal.h"

/* The streams that a source has for its config, each built when it is first needed. */

/* Written ones come first: finding the dynamic ones later moves nothing. */
static spk_rc find(struct spk_source *source, enum spk_streams_found wanted, struct spk_error *err)
{
    struct spk_value nodes = source->stream_nodes;
    spk_rc rc = SPK_OK;
    if (source->streams_found == SPK_STREAMS_NONE) {
        nodes = spk_list_new(&source->arena);
        rc = spk_nodes_add_written(source, nodes, err);
    }
    if (!rc && wanted == SPK_STREAMS_ALL)
        rc = spk_nodes_add_dynamic(source, nodes, err);
    if (rc)
        return rc;
    source->streams = spk_memory_grow(source->streams, &source->streams_cap,
                                      spk_list_len(nodes) + 1, sizeof(*source->streams));
    for (size_t i = source->stream_count; i < spk_list_len(nodes); i++)
        source->streams[i] = NULL;
    source->stream_nodes = nodes;
    source->stream_count = spk_list_len(nodes);
    source->streams_found = wanted;
    return SPK_OK;
}

spk_rc spk_source_find_streams(struct spk_source *source, enum spk_streams_found wanted,
                               struct spk_error *err)
{
    if (source->streams_found >= wanted)
        return SPK_OK;
    spk_rc rc = spk_config_rules_validate(source, err);
    return rc ? rc : find(source, wanted, err);
}

void spk_source_forget_streams(struct spk_source *source)
{
    source->stream_nodes = (struct spk_value){0};
    source->stream_count = 0;
    source->streams_found = SPK_STREAMS_NONE;
}

struct spk_value spk_source_stream_names(struct spk_source *source, struct spk_arena *arena)
{
    struct spk_value names = spk_list_new(arena);
    for (size_t i = 0; i < source->stream_count; i++)
        spk_list_append(names, spk_get(spk_list_at(source->stream_nodes, i), "name"));
    return names;
}

static spk_rc build(struct spk_source *source, size_t index, struct spk_component **out,
                    struct spk_error *err)
{
    struct spk_path streams = {.key = SPK_VIEW("streams")};
    struct spk_path item = {.parent = &streams, .index = index};
    struct spk_build context = spk_source_build(source, &item);
    struct spk_value node = spk_list_at(source->stream_nodes, index);
    node = spk_node_with_cached_parents(context.arena, node);
    if (spk_nodes_have_parent(source->stream_nodes, spk_node_name(node)))
        node = spk_node_with_cache(context.arena, node);
    spk_rc rc = spk_component_build(&context, node, SPK_KIND_STREAM, out, err);
    return rc ? spk_error_context(err, rc, "stream %.*s", SPK_FMT(spk_node_name(node))) : SPK_OK;
}

spk_rc spk_source_stream_at(struct spk_source *source, size_t index, struct spk_component **out,
                            struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&source->lock);
    if (!source->streams[index])
        rc = build(source, index, &source->streams[index], err);
    if (!rc)
        *out = source->streams[index];
    pthread_mutex_unlock(&source->lock);
    return rc;
}

/* One more than the place of the last stream of that name; 0: there is none. */
static size_t place_of(const struct spk_source *source, struct spk_view name)
{
    size_t place = source->stream_count;
    while (place > 0 &&
           !spk_view_equal(spk_node_name(spk_list_at(source->stream_nodes, place - 1)), name))
        place--;
    return place;
}

bool spk_source_has_stream(const struct spk_source *source, struct spk_view name)
{
    return place_of(source, name) > 0;
}

spk_rc spk_source_stream(struct spk_source *source, struct spk_view name,
                         struct spk_component **out, struct spk_error *err)
{
    size_t place = place_of(source, name);
    *out = NULL;
    return place > 0 ? spk_source_stream_at(source, place - 1, out, err) : SPK_OK;
}
