#include "nodes.h"

#include "source/exchange.h"
#include "source/source_internal.h"
#include "template/template.h"

static bool is_conditional(struct spk_value node)
{
    return spk_view_is(spk_value_text_or(spk_get(node, "type"), ""), "ConditionalStreams");
}

static spk_rc holds(struct spk_source *source, struct spk_value node, bool *out,
                    struct spk_error *err)
{
    struct spk_component owner = {.source = source, .parameters = spk_dict_new(&source->arena)};
    struct spk_scope scope = {.source = source, .arena = &source->arena};
    struct spk_buf text = {0};
    spk_value_str(&text, spk_get(node, "condition"));
    struct spk_template_string condition;
    spk_template_string_init(&condition,
                             spk_template_parse(&source->arena, spk_buf_view(&text), NULL), NULL);
    spk_buf_deinit(&text);
    spk_rc rc = spk_scope_bool(&scope, &owner, &condition, out, err);
    return rc ? spk_error_context(err, rc, "condition of ConditionalStreams") : rc;
}

static void append_all(struct spk_value to, struct spk_value from)
{
    for (size_t i = 0; spk_is(from, SPK_LIST) && i < spk_list_len(from); i++)
        spk_list_append(to, spk_list_at(from, i));
}

spk_rc spk_nodes_add_written(struct spk_source *source, struct spk_value nodes,
                             struct spk_error *err)
{
    struct spk_value written;
    spk_rc rc = spk_manifest_section(source->manifest, "streams", &written, err);
    for (size_t i = 0; !rc && spk_is(written, SPK_LIST) && i < spk_list_len(written); i++) {
        struct spk_value node = spk_list_at(written, i);
        bool in = true;
        if (!is_conditional(node)) {
            spk_list_append(nodes, node);
            continue;
        }
        rc = holds(source, node, &in, err);
        if (!rc && in)
            append_all(nodes, spk_get(node, "streams"));
    }
    return rc;
}

struct spk_value spk_node_with_kept_answers(struct spk_arena *arena, struct spk_value retriever)
{
    struct spk_value requester = spk_get(retriever, "requester");
    if (!spk_is(requester, SPK_DICT))
        return retriever;
    requester = spk_dict_copy(arena, requester);
    retriever = spk_dict_copy(arena, retriever);
    spk_set(requester, "use_cache", spk_bool(true));
    spk_set(retriever, "requester", requester);
    return retriever;
}
