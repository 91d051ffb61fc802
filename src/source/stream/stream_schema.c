#include "source/schema/schema_file.h"
#include "stream.h"

/* Without a loader: the file of the default place where it exists, else anything goes. */
static spk_rc default_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                             struct spk_error *err)
{
    struct spk_schema_place place = {.manifest = stream->manifest, .stream = stream->name};
    struct spk_value read = {0};
    spk_rc rc = spk_schema_file_read(&place, &stream->schema_arena, &read, err);
    if (!rc)
        *schema = spk_is(read, SPK_DICT) ? read : spk_dict_new(&stream->schema_arena);
    return rc;
}

/* Of a list of loaders the first has the last word on a property. */
static spk_rc merge_schemas(struct spk_declarative_stream *stream, struct spk_value *schema,
                            struct spk_error *err)
{
    struct spk_arena *arena = &stream->schema_arena;
    struct spk_value properties = spk_dict_new(arena);
    for (size_t i = 0; i < stream->loaders.len; i++) {
        struct spk_component *loader = stream->loaders.items[i];
        struct spk_value one;
        spk_rc rc = SPK_OPS(loader, schema_loader)->load(loader, arena, &one, err);
        if (rc)
            return rc;
        struct spk_value own = spk_get(one, "properties");
        if (!spk_is(own, SPK_DICT)) {
            spk_error_set(err, SPK_ECONFIG, "stream %.*s: schema %zu of %zu has no properties",
                          SPK_FMT(stream->name), i + 1, stream->loaders.len);
            spk_error_blame_connector(err);
            return SPK_ECONFIG;
        }
        struct spk_value all = spk_dict_copy(arena, own);
        spk_dict_update(all, properties);
        properties = all;
    }
    struct spk_value merged = spk_dict_new(arena), type = spk_list_new(arena);
    spk_list_append(type, spk_str("null"));
    spk_list_append(type, spk_str("object"));
    spk_set(merged, "$schema", spk_str("http://json-schema.org/draft-07/schema#"));
    spk_set(merged, "type", type);
    spk_set(merged, "properties", properties);
    *schema = merged;
    return SPK_OK;
}

static spk_rc load_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                          struct spk_error *err)
{
    if (stream->loaders.len == 0)
        return default_schema(stream, schema, err);
    if (spk_is(stream->schema_loader, SPK_LIST))
        return merge_schemas(stream, schema, err);
    struct spk_component *loader = stream->loaders.items[0];
    return SPK_OPS(loader, schema_loader)->load(loader, &stream->schema_arena, schema, err);
}

spk_rc spk_stream_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                         struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&stream->schema_lock);
    struct spk_value loaded = stream->schema;
    if (!spk_is_defined(loaded))
        rc = load_schema(stream, &loaded, err);
    if (!rc)
        *schema = stream->schema = loaded;
    pthread_mutex_unlock(&stream->schema_lock);
    return rc;
}
