#include "connector/connector.h"

/* The streams of a manifest and which of them are read for which others. */

enum { DEEPEST = 16 };

static void add_configs(struct spk_arena *arena, struct spk_value configs, struct spk_value parents)
{
    static const char *const kept[] = {"parent_key", "partition_field", "incremental_dependency"};
    for (size_t i = 0; spk_is(configs, SPK_LIST) && i < spk_list_len(configs); i++) {
        struct spk_value config = spk_list_at(configs, i), parent = spk_dict_new(arena);
        spk_set(parent, "stream", spk_get(spk_get(config, "stream"), "name"));
        for (size_t j = 0; j < sizeof(kept) / sizeof(*kept); j++) {
            struct spk_value value = spk_get(config, kept[j]);
            if (!spk_is_nothing(value))
                spk_set(parent, kept[j], value);
        }
        spk_list_append(parents, parent);
    }
}

/* A router, a list of them, or one that has others inside. */
static void add_parents(struct spk_arena *arena, struct spk_value router, struct spk_value parents,
                        int depth)
{
    static const char *const inner[] = {"underlying_partition_router", "stream_slicers",
                                        "partition_routers"};
    if (depth > DEEPEST)
        return;
    add_configs(arena, spk_get(router, "parent_stream_configs"), parents);
    for (size_t i = 0; spk_is(router, SPK_LIST) && i < spk_list_len(router); i++)
        add_parents(arena, spk_list_at(router, i), parents, depth + 1);
    for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
        struct spk_value routers = spk_get(router, inner[i]);
        if (spk_is(routers, SPK_DICT) || spk_is(routers, SPK_LIST))
            add_parents(arena, routers, parents, depth + 1);
    }
}

static void add_streams(struct spk_arena *arena, struct spk_value nodes, struct spk_value condition,
                        struct spk_value out)
{
    for (size_t i = 0; spk_is(nodes, SPK_LIST) && i < spk_list_len(nodes); i++) {
        struct spk_value node = spk_list_at(nodes, i), inner = spk_get(node, "streams");
        if (spk_is(inner, SPK_LIST) && !spk_is_defined(condition)) {
            add_streams(arena, inner, spk_get(node, "condition"), out);
            continue;
        }
        struct spk_value stream = spk_dict_new(arena), parents = spk_list_new(arena);
        add_parents(arena, spk_get(spk_get(node, "retriever"), "partition_router"), parents, 0);
        spk_set(stream, "name", spk_get(node, "name"));
        spk_set(stream, "incremental",
                spk_bool(!spk_is_nothing(spk_get(node, "incremental_sync"))));
        spk_set(stream, "parents", parents);
        if (!spk_is_nothing(condition))
            spk_set(stream, "condition", condition);
        spk_list_append(out, stream);
    }
}

static void add_dynamic(struct spk_arena *arena, struct spk_value nodes, struct spk_value out)
{
    for (size_t i = 0; spk_is(nodes, SPK_LIST) && i < spk_list_len(nodes); i++) {
        struct spk_value node = spk_list_at(nodes, i), templates = spk_list_new(arena);
        size_t before = spk_list_len(out);
        spk_list_append(templates, spk_get(node, "stream_template"));
        add_streams(arena, templates, (struct spk_value){0}, out);
        struct spk_value resolver = spk_get(node, "components_resolver");
        if (spk_list_len(out) > before)
            spk_set(spk_list_at(out, before), "made_by", spk_get(resolver, "type"));
    }
}

spk_rc spk_connector_graph(const struct spk_manifest *manifest, struct spk_arena *arena,
                           struct spk_value *streams, struct spk_error *err)
{
    struct spk_value fixed, dynamic;
    spk_rc rc = spk_manifest_part(manifest, "streams", &fixed, err);
    if (!rc)
        rc = spk_manifest_part(manifest, "dynamic_streams", &dynamic, err);
    if (rc)
        return rc;
    *streams = spk_list_new(arena);
    add_streams(arena, fixed, (struct spk_value){0}, *streams);
    add_dynamic(arena, dynamic, *streams);
    return SPK_OK;
}

static struct spk_view text_of(struct spk_value value)
{
    return spk_value_text_or(value, "?");
}

static void write_text(struct spk_buf *out, struct spk_value stream)
{
    struct spk_value parents = spk_get(stream, "parents"), condition = spk_get(stream, "condition");
    struct spk_value maker = spk_get(stream, "made_by");
    spk_buf_append(out, text_of(spk_get(stream, "name")));
    if (spk_value_truthy(spk_get(stream, "incremental")))
        spk_buf_append_str(out, "  (incremental)");
    if (spk_is(maker, SPK_STRING))
        spk_buf_printf(out, "  (made by %.*s)", SPK_FMT(maker.text));
    if (spk_is(condition, SPK_STRING))
        spk_buf_printf(out, "  if %.*s", SPK_FMT(condition.text));
    spk_buf_append_char(out, '\n');
    for (size_t i = 0; i < spk_list_len(parents); i++) {
        struct spk_value parent = spk_list_at(parents, i);
        spk_buf_printf(out, "  <- %.*s", SPK_FMT(text_of(spk_get(parent, "stream"))));
        spk_buf_printf(out, " by %.*s", SPK_FMT(text_of(spk_get(parent, "parent_key"))));
        spk_buf_printf(out, " as %.*s\n", SPK_FMT(text_of(spk_get(parent, "partition_field"))));
    }
}

static void write_dot(struct spk_buf *out, struct spk_value stream)
{
    struct spk_value parents = spk_get(stream, "parents");
    struct spk_view name = text_of(spk_get(stream, "name"));
    spk_buf_append_str(out, "  ");
    spk_json_write_string(out, name, 0);
    spk_buf_append_str(out, ";\n");
    for (size_t i = 0; i < spk_list_len(parents); i++) {
        struct spk_value parent = spk_list_at(parents, i);
        spk_buf_append_str(out, "  ");
        spk_json_write_string(out, text_of(spk_get(parent, "stream")), 0);
        spk_buf_append_str(out, " -> ");
        spk_json_write_string(out, name, 0);
        spk_buf_append_str(out, " [label=");
        spk_json_write_string(out, text_of(spk_get(parent, "partition_field")), 0);
        spk_buf_append_str(out, "];\n");
    }
}

void spk_connector_graph_write(struct spk_buf *out, struct spk_value streams,
                               enum spk_graph_form form)
{
    if (form == SPK_GRAPH_JSON) {
        spk_json_write(out, streams, SPK_JSON_PRETTY);
        spk_buf_append_char(out, '\n');
        return;
    }
    if (form == SPK_GRAPH_DOT)
        spk_buf_append_str(out, "digraph streams {\n  rankdir=LR;\n");
    for (size_t i = 0; i < spk_list_len(streams); i++) {
        if (form == SPK_GRAPH_DOT)
            write_dot(out, spk_list_at(streams, i));
        else
            write_text(out, spk_list_at(streams, i));
    }
    if (form == SPK_GRAPH_DOT)
        spk_buf_append_str(out, "}\n");
}
