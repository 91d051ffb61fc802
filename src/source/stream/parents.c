#include "nodes.h"

struct spk_value spk_node_with_cache(struct spk_arena *arena, struct spk_value stream)
{
    struct spk_value retriever = spk_get(stream, "retriever");
    struct spk_value requester = spk_get(retriever, "requester");
    struct spk_value given = spk_get(requester, "use_cache");
    if (!spk_is(requester, SPK_DICT) || (spk_is(given, SPK_BOOL) && !given.boolean))
        return stream;
    requester = spk_dict_copy(arena, requester);
    retriever = spk_dict_copy(arena, retriever);
    stream = spk_dict_copy(arena, stream);
    spk_set(requester, "use_cache", spk_bool(true));
    spk_set(retriever, "requester", requester);
    spk_set(stream, "retriever", retriever);
    return stream;
}

static bool router_has_parent(struct spk_value router, struct spk_view name);

static bool routers_have_parent(struct spk_value routers, struct spk_view name)
{
    for (size_t i = 0; spk_is(routers, SPK_LIST) && i < spk_list_len(routers); i++) {
        if (router_has_parent(spk_list_at(routers, i), name))
            return true;
    }
    return false;
}

static bool router_has_parent(struct spk_value router, struct spk_view name)
{
    struct spk_value parents = spk_get(router, "parent_stream_configs");
    struct spk_value inner = spk_get(router, "underlying_partition_router");
    for (size_t i = 0; spk_is(parents, SPK_LIST) && i < spk_list_len(parents); i++) {
        struct spk_value stream = spk_get(spk_list_at(parents, i), "stream");
        if (spk_view_equal(spk_value_text_or(spk_get(stream, "name"), ""), name))
            return true;
    }
    if (spk_is(inner, SPK_DICT) && router_has_parent(inner, name))
        return true;
    return routers_have_parent(spk_get(router, "partition_routers"), name);
}

static bool stream_has_parent(struct spk_value stream, struct spk_view name)
{
    struct spk_value router = spk_get(spk_get(stream, "retriever"), "partition_router");
    return spk_is(router, SPK_LIST) ? routers_have_parent(router, name)
                                    : router_has_parent(router, name);
}

bool spk_nodes_have_parent(struct spk_value streams, struct spk_view name)
{
    for (size_t i = 0; i < spk_list_len(streams); i++) {
        if (stream_has_parent(spk_list_at(streams, i), name))
            return true;
    }
    return false;
}
