#ifndef SPK_SOURCE_SOURCE_INTERNAL_H
#define SPK_SOURCE_SOURCE_INTERNAL_H
/* One manifest configured: what all its components share. */
#include <pthread.h>

#include "base/map.h"
#include "http/http.h"
#include "source/component.h"
#include "source/manifest/manifest_internal.h"
#include "source/pause.h"

/* How far the streams of a source are known. */
enum spk_streams_found {
    SPK_STREAMS_NONE,
    SPK_STREAMS_WRITTEN, /* those that stand in the manifest */
    SPK_STREAMS_ALL,     /* and those that its dynamic_streams make */
};

struct spk_source {
    struct spk_manifest *manifest;
    struct spk_arena arena;        /* components, templates, streams */
    struct spk_value config;       /* read it by spk_source_config */
    struct spk_arena config_arena; /* what was changed of it; with config_changes under: */
    pthread_mutex_t config_lock;
    int config_changes;
    struct spk_map shared; /* see spk_source_share */
    pthread_mutex_t shared_lock;
    struct spk_config_rules *config_rules; /* of the spec, or NULL */
    pthread_mutex_t token_lock; /* held while a token that the config holds is replaced */
    struct spk_http *http;
    bool owns_http;
    struct spk_job_budget *jobs; /* asynchronous ones; NULL where no retriever has any */
    struct spk_cache *cache;     /* answers to requesters that keep them */
    bool config_is_fixed;        /* what would change it is refused */
    size_t max_page_bytes;
    int concurrency;              /* 0: the manifest's */
    struct spk_component **built; /* every component, for close */
    size_t built_len, built_cap;
    enum spk_streams_found streams_found;
    struct spk_arena node_arena;    /* of the thread that finds them */
    struct spk_value stream_nodes;  /* LIST of manifest nodes for this config */
    struct spk_component **streams; /* by place in stream_nodes; NULL before the first use */
    size_t stream_count, streams_cap;
    pthread_mutex_t lock;         /* building, schemas */
    struct spk_component *budget; /* HTTPAPIBudget, or NULL: calls are not limited */
    struct spk_pause pause;       /* whoever waits for a time */
    struct spk_sink *sink;        /* where messages go; NULL: nowhere */
    struct spk_value catalog;     /* of the running read; UNDEFINED otherwise */
};

/* Top-level build context. */
struct spk_build spk_source_build(struct spk_source *source, const struct spk_path *path);
/* stream/streams.c. Finds the source's streams, once; may send requests for the dynamic ones. Comes
 * before the functions below, from one thread. */
spk_rc spk_source_find_streams(struct spk_source *source, enum spk_streams_found wanted,
                               struct spk_error *err);
/* They are found again when they are needed next: for another config. */
void spk_source_forget_streams(struct spk_source *source);
/* LIST of the names of the streams found. */
struct spk_value spk_source_stream_names(struct spk_source *source, struct spk_arena *arena);
/* The index'th of them, built on first use. */
spk_rc spk_source_stream_at(struct spk_source *source, size_t index, struct spk_component **out,
                            struct spk_error *err);
bool spk_source_has_stream(const struct spk_source *source, struct spk_view name);
/* The last one of that name; *out NULL where there is none. */
spk_rc spk_source_stream(struct spk_source *source, struct spk_view name,
                         struct spk_component **out, struct spk_error *err);
/* The cursor field that the catalog of the running read names for the stream; *field is untouched
 * where it names none. ECONFIG for a nested one. */
spk_rc spk_source_cursor_field(struct spk_source *source, struct spk_view stream,
                               struct spk_view *field, struct spk_error *err);
/* How many workers read, at least 2. */
spk_rc spk_source_concurrency(struct spk_source *source, int *out, struct spk_error *err);
/* The config as it is now: tokens that are good once are replaced while streams are read. */
struct spk_value spk_source_config(const struct spk_source *source);
/* A CONTROL message with the config as it is now. */
spk_rc spk_source_tell_config(struct spk_source *source, struct spk_error *err);
struct spk_config_change {
    struct spk_value path;  /* LIST of keys; dicts that are missing are made */
    struct spk_value value; /* copied */
};
/* For the rest of the run, and told to the orchestrator by one CONTROL message. */
spk_rc spk_source_change_config(struct spk_source *source, const struct spk_config_change *changes,
                                size_t len, struct spk_error *err);
/* Hides the values of a config (or a part of one) that the spec's JSON schema marks as secret. */
void spk_source_register_secrets(struct spk_value schema, struct spk_value config);
/* What several components have in common, such as a login: the first one makes it. */
struct spk_shared {
    void (*destroy)(struct spk_shared *self);
};
struct spk_shared *spk_source_share(struct spk_source *source, struct spk_view key,
                                    struct spk_shared *(*make)(void *context), void *context);
void spk_source_unshare(struct spk_source *source);
void spk_source_remember(struct spk_source *source, struct spk_component *component);

#endif
