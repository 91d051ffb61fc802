#include "nodes.h"

struct spk_value spk_node_with_cache(struct spk_arena *arena, struct spk_value stream)
{
    static const char *const parts[] = {"full_refresh_stream", "incremental_stream"};
    struct spk_value retriever = spk_get(stream, "retriever");
    struct spk_value requester = spk_get(retriever, "requester");
    struct spk_value given = spk_get(requester, "use_cache");
    if (spk_is(spk_get(stream, parts[0]), SPK_DICT)) {
        stream = spk_dict_copy(arena, stream);
        for (size_t i = 0; i < 2; i++)
            spk_set(stream, parts[i], spk_node_with_cache(arena, spk_get(stream, parts[i])));
        return stream;
    }
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

/* Routers that routers are made of. */
static const char *const inner_routers[] = {"partition_routers", "underlying_partition_router"};

static struct spk_value cache_parents(struct spk_arena *arena, struct spk_value router)
{
    struct spk_value copy = spk_is(router, SPK_LIST) ? spk_list_new(arena) : router;
    for (size_t i = 0; spk_is(router, SPK_LIST) && i < spk_list_len(router); i++)
        spk_list_append(copy, cache_parents(arena, spk_list_at(router, i)));
    if (!spk_is(router, SPK_DICT))
        return copy;
    copy = spk_dict_copy(arena, router);
    for (size_t i = 0; i < 2; i++) {
        struct spk_value inner = spk_get(router, inner_routers[i]);
        if (spk_is_defined(inner))
            spk_set(copy, inner_routers[i], cache_parents(arena, inner));
    }
    struct spk_value configs = spk_get(router, "parent_stream_configs");
    if (!spk_is(configs, SPK_LIST))
        return copy;
    struct spk_value cached = spk_list_new(arena);
    for (size_t i = 0; i < spk_list_len(configs); i++) {
        struct spk_value config = spk_list_at(configs, i);
        if (spk_is(config, SPK_DICT)) {
            config = spk_dict_copy(arena, config);
            spk_set(config, "stream", spk_node_with_cache(arena, spk_get(config, "stream")));
        }
        spk_list_append(cached, config);
    }
    spk_set(copy, "parent_stream_configs", cached);
    return copy;
}

struct spk_value spk_node_with_cached_parents(struct spk_arena *arena, struct spk_value stream)
{
    struct spk_value retriever = spk_get(stream, "retriever");
    struct spk_value router = spk_get(retriever, "partition_router");
    if (spk_is_nothing(router))
        return stream;
    retriever = spk_dict_copy(arena, retriever);
    stream = spk_dict_copy(arena, stream);
    spk_set(retriever, "partition_router", cache_parents(arena, router));
    spk_set(stream, "retriever", retriever);
    return stream;
}

static bool visit_router(struct spk_value router, spk_parent_visit visit, void *context)
{
    for (size_t i = 0; spk_is(router, SPK_LIST) && i < spk_list_len(router); i++) {
        if (!visit_router(spk_list_at(router, i), visit, context))
            return false;
    }
    struct spk_value configs = spk_get(router, "parent_stream_configs");
    for (size_t i = 0; spk_is(configs, SPK_LIST) && i < spk_list_len(configs); i++) {
        if (!visit(context, spk_get(spk_list_at(configs, i), "stream")))
            return false;
    }
    for (size_t i = 0; spk_is(router, SPK_DICT) && i < 2; i++) {
        if (!visit_router(spk_get(router, inner_routers[i]), visit, context))
            return false;
    }
    return true;
}

void spk_node_each_parent(struct spk_value stream, spk_parent_visit visit, void *context)
{
    static const char *const parts[] = {"full_refresh_stream", "incremental_stream"};
    visit_router(spk_get(spk_get(stream, "retriever"), "partition_router"), visit, context);
    for (size_t i = 0; i < 2; i++) {
        if (spk_is(spk_get(stream, parts[i]), SPK_DICT))
            spk_node_each_parent(spk_get(stream, parts[i]), visit, context);
    }
}

static bool has_another_name(void *context, struct spk_value parent)
{
    return !spk_view_equal(spk_node_name(parent), *(const struct spk_view *)context);
}

bool spk_nodes_have_parent(struct spk_value streams, struct spk_view name)
{
    for (size_t i = 0; i < spk_list_len(streams); i++) {
        struct spk_value router =
            spk_get(spk_get(spk_list_at(streams, i), "retriever"), "partition_router");
        if (!visit_router(router, has_another_name, &name))
            return true;
    }
    return false;
}

struct spk_view spk_node_name(struct spk_value stream)
{
    return spk_value_text_or(spk_get(stream, "name"), "");
}
