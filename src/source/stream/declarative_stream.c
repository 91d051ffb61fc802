#include <stddef.h>

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
    {.name = "file_uploader",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(file_uploader),
     .help = "fetches the file that belongs to each record"},
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

/* A list holds either texts, or lists of one text. */
static spk_rc check_primary_key(struct spk_value key, const struct spk_build *build,
                                struct spk_error *err)
{
    size_t texts = 0, lists = 0, n = spk_is(key, SPK_LIST) ? spk_list_len(key) : 0;
    for (size_t i = 0; i < n; i++) {
        struct spk_value part = spk_list_at(key, i);
        texts += spk_is(part, SPK_STRING);
        lists += spk_is(part, SPK_LIST) && spk_list_len(part) == 1;
    }
    if (texts == n || lists == n)
        return SPK_OK;
    return spk_build_fail(build, key, err, "nested primary keys are not supported");
}

static spk_rc finish(struct spk_component *self, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_declarative_stream *stream = (struct spk_declarative_stream *)self;
    stream->info.name = stream->name;
    stream->manifest = spk_view_of(build->file);
    pthread_mutex_init(&stream->schema_lock, NULL);
    spk_rc rc = check_primary_key(stream->primary_key, build, err);
    return rc ? rc : build_loaders(stream, build, err);
}

static void close_stream(struct spk_component *self)
{
    struct spk_declarative_stream *stream = (struct spk_declarative_stream *)self;
    spk_arena_deinit(&stream->schema_arena);
    pthread_mutex_destroy(&stream->schema_lock);
}

const struct spk_component_type spk_type_declarative_stream = {
    .name = "DeclarativeStream",
    .kind = SPK_KIND_STREAM,
    .size = sizeof(struct spk_declarative_stream),
    .props = props,
    .finish = finish,
    .close = close_stream,
    .help = "a stream read over HTTP",
};

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

spk_rc spk_stream_read(struct spk_declarative_stream *stream, struct spk_slice_read *read,
                       struct spk_error *err)
{
    struct spk_component *retriever = stream->retriever;
    spk_rc rc = spk_stream_schema(stream, &read->schema, err);
    return rc ? rc : SPK_OPS(retriever, retriever)->read(retriever, read, err);
}
