#include "rows.h"

const char *const spk_duplicates_names[] = {"number", "first", "last", "list", NULL};

static void put_numbered(struct spk_arena *arena, struct spk_value row, struct spk_view name,
                         struct spk_value value)
{
    for (unsigned number = 2;; number++) {
        struct spk_view next = spk_arena_printf(arena, "%.*s_%u", SPK_FMT(name), number);
        if (spk_is_defined(spk_dict_get(row, next)))
            continue;
        spk_dict_set(row, next, value);
        return;
    }
}

static void put_listed(struct spk_arena *arena, struct spk_value row, struct spk_view name,
                       struct spk_value earlier, struct spk_value value)
{
    if (!spk_is(earlier, SPK_LIST)) {
        struct spk_value list = spk_list_new(arena);
        spk_list_append(list, earlier);
        earlier = list;
    }
    spk_list_append(earlier, value);
    spk_dict_set(row, name, earlier);
}

void spk_row_put(struct spk_arena *arena, struct spk_value row, struct spk_view name,
                 struct spk_value value, enum spk_duplicates policy)
{
    struct spk_value earlier = spk_dict_get(row, name);
    if (!spk_is_defined(earlier) || policy == SPK_DUPLICATES_LAST)
        spk_dict_set(row, name, value);
    else if (policy == SPK_DUPLICATES_LIST)
        put_listed(arena, row, name, earlier, value);
    else if (policy == SPK_DUPLICATES_NUMBER)
        put_numbered(arena, row, name, value);
}

struct spk_value spk_row_walk(struct spk_value document, struct spk_value path)
{
    for (size_t i = 0; spk_is(path, SPK_LIST) && i < spk_list_len(path); i++)
        document = spk_dict_get(document, spk_value_text_or(spk_list_at(path, i), ""));
    return document;
}

struct spk_view spk_row_path_text(struct spk_arena *arena, struct spk_value path)
{
    struct spk_buf text = {0};
    for (size_t i = 0; spk_is(path, SPK_LIST) && i < spk_list_len(path); i++) {
        if (i > 0)
            spk_buf_append_char(&text, '.');
        spk_buf_append(&text, spk_value_text_or(spk_list_at(path, i), "?"));
    }
    struct spk_view kept =
        text.len > 0 ? spk_arena_dup(arena, spk_buf_view(&text)) : SPK_V("the top");
    spk_buf_deinit(&text);
    return kept;
}

spk_rc spk_row_document(struct spk_response *response, struct spk_value *out, struct spk_error *err)
{
    const struct spk_json_doc *doc;
    spk_rc rc = spk_response_json(response, &doc, err);
    if (rc)
        return spk_error_context(err, rc, "the answer is cut short or no JSON");
    *out = spk_json_node_value(response->arena, spk_json_doc_root(doc));
    return SPK_OK;
}

spk_rc spk_row_visit(struct spk_value row, struct spk_view envelope, struct spk_arena *arena,
                     const struct spk_record_visitor *to, struct spk_error *err)
{
    struct spk_record record = {.tree = row, .arena = arena};
    if (envelope.len > 0) {
        record.tree = spk_dict_new(arena);
        spk_dict_set(record.tree, envelope, row);
    }
    return to->visit(to->context, &record, err);
}
