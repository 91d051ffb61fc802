#ifndef SPK_SOURCE_STREAM_STREAM_H
#define SPK_SOURCE_STREAM_STREAM_H
/* Streams: what their manifest nodes became. Internal to src/source. */
#include <pthread.h>

#include "source/kinds.h"

struct spk_declarative_stream {
    struct spk_component base;
    struct spk_view name;
    struct spk_value primary_key; /* as written: text, list of texts, list of lists */
    struct spk_component *retriever;
    struct spk_component *cursor;   /* incremental_sync, or NULL */
    struct spk_value schema_loader; /* node: one loader or a list of them */
    struct spk_value file_uploader; /* node; the retriever builds it */
    struct spk_components loaders;  /* made of schema_loader; their schemas are merged */
    struct spk_components state_migrations;
    struct spk_view manifest; /* its path: schema files stand beside it */
    struct spk_stream_info info;
    pthread_mutex_t schema_lock; /* guards what follows */
    struct spk_arena schema_arena;
    struct spk_value schema; /* loaded once; UNDEFINED before */
};

/* A stream as a catalog or a parent names it is a DeclarativeStream, or a StateDelegatingStream
 * that stands for one of two. */
struct spk_view spk_stream_name(const struct spk_component *stream);

/* Which stream is read from a given state. */
struct spk_stream_choice {
    struct spk_declarative_stream *stream;
    struct spk_value state; /* the given one, or UNDEFINED: from the start */
    bool forgotten;         /* the given state was too old to go on from: its reader must be told */
};
spk_rc spk_stream_choose(struct spk_component *stream, struct spk_value state,
                         struct spk_stream_choice *choice, struct spk_error *err);
/* The one that is read while there is no state, and the one that goes on from a state. */
struct spk_declarative_stream *spk_stream_initial(struct spk_component *stream);
struct spk_declarative_stream *spk_stream_incremental(struct spk_component *stream);

/* The JSON schema, loaded once; lives as long as the stream. Thread-safe. */
spk_rc spk_stream_schema(struct spk_declarative_stream *stream, struct spk_value *schema,
                         struct spk_error *err);
/* Its entry in the catalog. */
spk_rc spk_stream_catalog_entry(struct spk_declarative_stream *stream, struct spk_arena *arena,
                                struct spk_value *entry, struct spk_error *err);
/* A running cursor from the given stream_state (UNDEFINED: from the start). */
spk_rc spk_stream_start(struct spk_declarative_stream *stream, struct spk_value state,
                        struct spk_cursor **out, struct spk_error *err);
/* Reads one slice with the stream's retriever; the schema is loaded before its first request. */
spk_rc spk_stream_read(struct spk_declarative_stream *stream, struct spk_slice_read *read,
                       struct spk_error *err);
/* Tries to read one record: for checks. *reason in `arena`. Whatever fails makes it unavailable. */
void spk_stream_available(struct spk_declarative_stream *stream, struct spk_arena *arena,
                          bool *available, struct spk_view *reason);

#endif
