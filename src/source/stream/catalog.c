#include "stream.h"

static struct spk_value texts(struct spk_arena *arena, const char *first, const char *second)
{
    struct spk_value list = spk_list_new(arena);
    spk_list_append(list, spk_str(first));
    if (second)
        spk_list_append(list, spk_str(second));
    return list;
}

static void add_key(struct spk_arena *arena, struct spk_value keys, struct spk_value key)
{
    if (spk_is(key, SPK_STRING)) {
        struct spk_value one = spk_list_new(arena);
        spk_list_append(one, key);
        key = one;
    }
    spk_list_append(keys, key);
}

/* "id", ["a", "b"] and [["a"], ["b"]] all become [["a"], ["b"]]. */
static struct spk_value primary_key(struct spk_arena *arena, struct spk_value written)
{
    struct spk_value keys = spk_list_new(arena);
    if (spk_is(written, SPK_STRING))
        add_key(arena, keys, written);
    for (size_t i = 0; spk_is(written, SPK_LIST) && i < spk_list_len(written); i++)
        add_key(arena, keys, spk_list_at(written, i));
    return keys;
}

spk_rc spk_stream_catalog_entry(struct spk_declarative_stream *stream, struct spk_arena *arena,
                                struct spk_value *entry, struct spk_error *err)
{
    struct spk_value schema;
    spk_rc rc = spk_stream_schema(stream, &schema, err);
    if (rc)
        return spk_error_context(err, rc, "stream %.*s: schema", SPK_FMT(stream->name));
    struct spk_component *cursor = stream->cursor;
    struct spk_value out = spk_dict_new(arena);
    spk_set(out, "name", spk_string(stream->name));
    spk_set(out, "json_schema", schema);
    spk_set(out, "supported_sync_modes",
            texts(arena, "full_refresh", cursor ? "incremental" : NULL));
    if (cursor) {
        struct spk_value field = spk_list_new(arena);
        const struct spk_cursor_type_ops *ops = SPK_OPS(cursor, cursor_type);
        bool chosen = ops->takes_catalog_field && ops->takes_catalog_field(cursor);
        spk_list_append(field, spk_string(ops->cursor_field(cursor)));
        spk_set(out, "source_defined_cursor", spk_bool(!chosen));
        spk_set(out, "default_cursor_field", field);
    }
    struct spk_value keys = primary_key(arena, stream->primary_key);
    if (spk_list_len(keys) > 0)
        spk_set(out, "source_defined_primary_key", keys);
    spk_set(out, "is_resumable", spk_bool(cursor != NULL));
    spk_set(out, "is_file_based", spk_bool(!spk_is_nothing(stream->file_uploader)));
    *entry = out;
    return SPK_OK;
}
