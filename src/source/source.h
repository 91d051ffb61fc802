#ifndef SPK_SOURCE_SOURCE_H
#define SPK_SOURCE_SOURCE_H
/*
 * The connector engine: one low-code manifest, one configuration, and the four commands of the
 * Airbyte protocol. Semantics are airbyte-cdk 7.x; deliberate differences: docs/dev/deviations.md.
 *
 *   load (manifest text -> resolved tree) -> configure (components built for one config)
 *     -> spec | check | discover | read, which tell a sink what happens.
 *
 * A loaded manifest is immutable and may serve many threads; a source (one configuration) runs one
 * command at a time and uses worker threads of its own.
 */
#include "source/sink.h"

struct spk_http;
struct spk_manifest;
struct spk_source;

/* file names the text in errors. `extra` are native custom components, see component.h (NULL:
 * none). ECONFIG "file:line:column: path: what" for bad YAML, a dangling $ref, a wrong type. */
spk_rc spk_manifest_load(struct spk_view text, const char *file, struct spk_manifest **out,
                         struct spk_error *err);
spk_rc spk_manifest_read(const char *file, struct spk_manifest **out, struct spk_error *err);
void spk_manifest_destroy(struct spk_manifest *manifest);
/* LIST of all stream names that the manifest may give, whatever the config; each once. ECONFIG
 * where it has dynamic_streams, whose names only a config tells. */
spk_rc spk_manifest_stream_names(const struct spk_manifest *manifest, struct spk_arena *arena,
                                 struct spk_value *names, struct spk_error *err);
/* The tree as written; what stands where: marks. */
struct spk_value spk_manifest_written(const struct spk_manifest *manifest);
/* A top-level part ("streams", "check", ...) with references replaced, types and $parameters handed
 * down; UNDEFINED where absent. */
spk_rc spk_manifest_part(const struct spk_manifest *manifest, const char *name,
                         struct spk_value *out, struct spk_error *err);
/* The SPEC message's spec (connectionSpecification, documentationUrl, ...). */
spk_rc spk_manifest_spec(const struct spk_manifest *manifest, struct spk_arena *arena,
                         struct spk_value *spec, struct spk_error *err);

struct spk_source_options {
    struct spk_value config; /* DICT, borrowed for the source's life */
    const char *config_file; /* where a migrated config is written; NULL: nowhere */
    struct spk_sink *sink; /* messages of check and discover (CONTROL, rate limits); may be NULL */
    struct spk_http *http; /* borrowed; NULL: the source makes its own client */
    int concurrency;       /* 0: as the manifest says (at least 2) */
    size_t max_page_bytes; /* 0: 2 GiB; a longer body is EDATA */
    bool config_is_fixed;  /* nobody keeps a config that changes: refuse what must change it */
};

/* Validates the config against the spec (ECONFIG "Config validation error: ...") and registers its
 * secrets for redaction. Streams are built when they are first needed. */
spk_rc spk_source_create(const struct spk_manifest *manifest,
                         const struct spk_source_options *options, struct spk_source **out,
                         struct spk_error *err);
void spk_source_destroy(struct spk_source *source);

/* CheckStream and friends: SPK_OK and *ok with a message for the user, or a failure of our own. */
spk_rc spk_source_check(struct spk_source *source, struct spk_arena *arena, bool *ok,
                        struct spk_view *message, struct spk_error *err);
/* The CATALOG message's catalog. */
spk_rc spk_source_discover(struct spk_source *source, struct spk_arena *arena,
                           struct spk_value *catalog, struct spk_error *err);
/*
 * Reads the configured catalog from the given state (LIST of state messages, or UNDEFINED) into the
 * sink. A failed stream does not stop the others: its error went to the sink (stream_status
 * INCOMPLETE), and the first failure's class is returned with a summary. SPK_OK: every stream
 * complete.
 */
spk_rc spk_source_read(struct spk_source *source, struct spk_value catalog, struct spk_value state,
                       struct spk_sink *sink, struct spk_error *err);

#endif
