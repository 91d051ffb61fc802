#include <stddef.h>

#include "source/schema/schema_file.h"
#include "source/source_internal.h"
#include "state_migration.h"
#include "stream.h"

#define FIELD(name) offsetof(struct spk_declarative_stream, name)

static const struct spk_prop props[] = {
    {.name = "name", .type = SPK_PROP_STRING, .offset = FIELD(name), .help = "name in the catalog"},
    {.name = "primary_key",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(primary_key),
     .help = "field, or list of fields, that identifies a record"},
    {.name = "incremental_sync",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(cursor),
     .kind = SPK_KIND_CURSOR,
     .help = "how the stream is cut into windows and what its state is"},
    {.name = "retriever",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(retriever),
     .kind = SPK_KIND_RETRIEVER,
     .help = "how a slice is read"},
    {.name = "schema_loader",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(schema_loader),
     .help = "where the schema comes from; of a list, the schemas are merged"},
    {.name = "state_migrations",
     .type = SPK_PROP_COMPONENTS,
     .offset = FIELD(state_migrations),
     .kind = SPK_KIND_STATE_MIGRATION,
     .help = "turn states of older versions into today's"},
    SPK_PROP_END,
};

static spk_rc build_loaders(struct spk_declarative_stream *stream, const struct spk_build *build,
                            struct spk_error *err)
{
    struct spk_value node = stream->schema_loader;
    bool list = spk_is(node, SPK_LIST);
    size_t n = list ? spk_list_len(node) : spk_is_nothing(node) ? 0 : 1;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("schema_loader")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.owner = NULL; /* its schema is not there yet */
    stream->loaders.items = spk_arena_array(build->arena, n + 1, sizeof(*stream->loaders.items));
    for (size_t i = 0; i < n; i++) {
        spk_rc rc = spk_component_build(&inner, list ? spk_list_at(node, i) : node,
                                        SPK_KIND_SCHEMA_LOADER, &stream->loaders.items[i], err);
        if (rc)
            return rc;
        stream->loaders.len++;
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *self, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_declarative_stream *stream = (struct spk_declarative_stream *)self;
    stream->info.name = stream->name;
    stream->manifest = spk_view_of(build->file);
    return build_loaders(stream, build, err);
}

const struct spk_component_type spk_type_declarative_stream = {
    .name = "DeclarativeStream",
    .kind = SPK_KIND_STREAM,
    .size = sizeof(struct spk_declarative_stream),
    .props = props,
    .finish = finish,
    .help = "a stream read over HTTP",
};

/* Without a loader: the file of the default place where it exists, else anything goes. */
static spk_rc default_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                             struct spk_error *err)
{
    struct spk_arena *arena = &stream->base.source->arena;
    struct spk_schema_place place = {.manifest = stream->manifest, .stream = stream->name};
    struct spk_value read = {0};
    spk_rc rc = spk_schema_file_read(&place, arena, &read, err);
    if (!rc)
        *schema = spk_is(read, SPK_DICT) ? read : spk_dict_new(arena);
    return rc;
}

/* Several loaders: later ones add to, and replace, the properties of earlier ones. */
static spk_rc merge_schemas(struct spk_declarative_stream *stream, struct spk_value *schema,
                            struct spk_error *err)
{
    struct spk_arena *arena = &stream->base.source->arena;
    struct spk_value properties = spk_dict_new(arena);
    for (size_t i = 0; i < stream->loaders.len; i++) {
        struct spk_component *loader = stream->loaders.items[i];
        struct spk_value one;
        spk_rc rc = SPK_OPS(loader, schema_loader)->load(loader, arena, &one, err);
        if (rc)
            return rc;
        struct spk_value part = spk_get(one, "properties");
        for (size_t j = 0; spk_is(part, SPK_DICT) && j < spk_dict_len(part); j++)
            spk_dict_set_value(properties, part.dict->entries[j].key, part.dict->entries[j].value);
    }
    struct spk_value merged = spk_dict_new(arena);
    spk_set(merged, "$schema", spk_str("http://json-schema.org/draft-07/schema#"));
    spk_set(merged, "type", spk_str("object"));
    spk_set(merged, "properties", properties);
    *schema = merged;
    return SPK_OK;
}

static spk_rc load_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                          struct spk_error *err)
{
    struct spk_arena *arena = &stream->base.source->arena;
    if (stream->loaders.len == 0)
        return default_schema(stream, schema, err);
    if (stream->loaders.len > 1)
        return merge_schemas(stream, schema, err);
    struct spk_component *loader = stream->loaders.items[0];
    return SPK_OPS(loader, schema_loader)->load(loader, arena, schema, err);
}

spk_rc spk_stream_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                         struct spk_error *err)
{
    struct spk_source *source = stream->base.source;
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&source->lock);
    struct spk_value loaded = stream->schema;
    if (!spk_is_defined(loaded))
        rc = load_schema(stream, &loaded, err);
    if (!rc)
        *schema = stream->schema = loaded;
    pthread_mutex_unlock(&source->lock);
    return rc;
}

static spk_rc migrate_state(struct spk_declarative_stream *stream, struct spk_value *state,
                            struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&stream->base.source->lock); /* guards the source's arena */
    for (size_t i = 0; !rc && spk_is(*state, SPK_DICT) && i < stream->state_migrations.len; i++) {
        struct spk_component *migration = stream->state_migrations.items[i];
        rc = SPK_OPS(migration, state_migration)
                 ->migrate(migration, stream->base.node, &stream->base.source->arena, state, err);
    }
    pthread_mutex_unlock(&stream->base.source->lock);
    return rc;
}

spk_rc spk_stream_start(struct spk_declarative_stream *stream, struct spk_value state,
                        struct spk_cursor **out, struct spk_error *err)
{
    struct spk_component *retriever = stream->retriever;
    spk_rc rc = migrate_state(stream, &state, err);
    if (rc)
        return spk_error_context(err, rc, "state");
    return SPK_OPS(retriever, retriever)->start(retriever, stream->cursor, state, out, err);
}
