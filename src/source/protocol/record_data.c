#include "record_data.h"

#include <string.h>

static bool has(struct spk_view text, char what)
{
    return memchr(text.at, what, text.len) != NULL;
}

static struct spk_view skip_space(struct spk_view text)
{
    size_t n = 0;
    while (n < text.len && (text.at[n] == ' ' || text.at[n] == '\t'))
        n++;
    return spk_view_slice(text, n, text.len);
}

static struct spk_view take_value(struct spk_view *rest)
{
    size_t used;
    struct spk_view value = spk_json_skip_value(*rest, &used);
    *rest = skip_space(spk_view_slice(*rest, used, rest->len));
    return value;
}

/* `object` is valid JSON on one line. */
static void copy_without_nulls(struct spk_buf *out, struct spk_view object)
{
    const char *between = "{";
    struct spk_view rest = skip_space(spk_view_slice(object, 1, object.len));
    while (rest.len > 0 && rest.at[0] != '}') {
        struct spk_view key = take_value(&rest);
        rest = skip_space(spk_view_slice(rest, 1, rest.len)); /* the colon */
        struct spk_view value = take_value(&rest);
        if (rest.len > 0 && rest.at[0] == ',')
            rest = skip_space(spk_view_slice(rest, 1, rest.len));
        if (spk_view_is(value, "null"))
            continue;
        spk_buf_append_str(out, between);
        spk_buf_append(out, key);
        spk_buf_append_char(out, ':');
        spk_buf_append(out, value);
        between = ",";
    }
    spk_buf_append_str(out, between[0] == '{' ? "{}" : "}");
}

static bool has_null(struct spk_value dict)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        if (spk_is_nothing(dict.dict->entries[i].value))
            return true;
    }
    return false;
}

static void write_tree(struct spk_buf *out, struct spk_value tree)
{
    struct spk_arena arena = {0};
    if (!spk_is(tree, SPK_DICT) || !has_null(tree)) {
        spk_json_write(out, tree, 0);
        return;
    }
    struct spk_value kept = spk_dict_new(&arena);
    for (size_t i = 0; i < spk_dict_len(tree); i++) {
        const struct spk_entry *e = &tree.dict->entries[i];
        if (!spk_is_nothing(e->value))
            spk_dict_set_value(kept, e->key, e->value);
    }
    spk_json_write(out, kept, 0);
    spk_arena_deinit(&arena);
}

void spk_record_data_write(struct spk_buf *out, const struct spk_record *record)
{
    struct spk_view text = record->text;
    if (text.len == 0)
        write_tree(out, record->tree);
    else if (has(text, '\n') || has(text, '\r'))
        write_tree(out, spk_json_node_value_borrowed(record->arena, record->node));
    else if (spk_json_node_has_null(record->node))
        copy_without_nulls(out, text);
    else
        spk_buf_append(out, text);
}
