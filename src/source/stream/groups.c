#include "nodes.h"
#include "source/source_internal.h"

/* stream_groups: {group: {streams: [stream nodes], action: ...}}. The one action that there is,
 * BlockSimultaneousSyncsAction, keeps the streams of a group apart (read/groups.c). */

enum { MAX_GENERATIONS = 32 };

spk_rc spk_stream_group(struct spk_source *source, struct spk_view name, struct spk_view *group,
                        struct spk_error *err)
{
    struct spk_value groups;
    spk_rc rc = spk_manifest_section(source->manifest, "stream_groups", &groups, err);
    *group = (struct spk_view){0};
    for (size_t i = 0; !rc && spk_is(groups, SPK_DICT) && i < spk_dict_len(groups); i++) {
        const struct spk_entry *e = &groups.dict->entries[i];
        struct spk_value streams = spk_get(e->value, "streams");
        for (size_t j = 0; spk_is(streams, SPK_LIST) && j < spk_list_len(streams); j++) {
            if (spk_view_equal(spk_node_name(spk_list_at(streams, j)), name))
                *group = spk_value_text_or(e->key, "");
        }
    }
    return rc;
}

struct lineage {
    struct spk_source *source;
    struct spk_value nodes;
    struct spk_view stream, group;
    int generation;
    struct spk_error *err;
    spk_rc rc;
};

static bool check_ancestor(void *context, struct spk_value parent);

/* Only a stream with windows of its own over its partitions keeps its parents waiting. */
static void check_parents(struct lineage *line, struct spk_view name)
{
    for (size_t i = spk_list_len(line->nodes); i > 0; i--) {
        struct spk_value node = spk_list_at(line->nodes, i - 1);
        if (!spk_view_equal(spk_node_name(node), name))
            continue;
        struct spk_value first = spk_get(node, "full_refresh_stream");
        node = spk_is(first, SPK_DICT) ? first : node;
        if (!spk_is_nothing(spk_get(node, "incremental_sync")))
            spk_node_each_parent(node, check_ancestor, line);
        return;
    }
}

static bool check_ancestor(void *context, struct spk_value parent)
{
    struct lineage *line = context;
    struct spk_view name = spk_node_name(parent), group = {0};
    line->rc = spk_stream_group(line->source, name, &group, line->err);
    if (!line->rc && spk_view_equal(group, line->group)) {
        line->rc = spk_error_set(line->err, SPK_EDATA,
                                 "stream_groups: stream '%.*s' and its parent stream '%.*s' are "
                                 "both in group '%.*s': they would wait for each other",
                                 SPK_FMT(line->stream), SPK_FMT(name), SPK_FMT(group));
        spk_error_hint(line->err, "take the parent out of the group");
    }
    if (line->rc || line->generation >= MAX_GENERATIONS)
        return false;
    line->generation++;
    check_parents(line, name);
    line->generation--;
    return line->rc == SPK_OK;
}

static bool is_named(struct spk_value names, struct spk_value name)
{
    for (size_t i = 0; spk_is(names, SPK_LIST) && i < spk_list_len(names); i++) {
        if (spk_value_equal(spk_list_at(names, i), name))
            return true;
    }
    return !spk_is(names, SPK_LIST);
}

spk_rc spk_stream_groups_check(struct spk_source *source, struct spk_value nodes,
                               struct spk_value names, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < spk_list_len(nodes); i++) {
        struct spk_value name = spk_get(spk_list_at(nodes, i), "name");
        struct lineage line = {.source = source, .nodes = nodes, .err = err};
        if (!is_named(names, name))
            continue;
        line.stream = spk_value_text_or(name, "");
        rc = spk_stream_group(source, line.stream, &line.group, err);
        if (!rc && line.group.len > 0)
            check_parents(&line, line.stream);
        rc = rc ? rc : line.rc;
    }
    return rc;
}
