#ifndef SPK_SOURCE_MANIFEST_INTERNAL_H
#define SPK_SOURCE_MANIFEST_INTERNAL_H
/*
 * A manifest is resolved by sections, each on first use, so that `spec` of a large manifest does
 * not pay for its streams: $ref is replaced by what it names, then types and $parameters are handed
 * down.
 */
#include <pthread.h>

#include "base/map.h"
#include "source/source.h"

struct spk_manifest {
    struct spk_arena arena;
    char *file;
    struct spk_value raw;      /* as written */
    struct spk_value resolved; /* sections resolved so far */
    struct spk_map references; /* "#/..." -> struct spk_value *, resolved once */
    pthread_mutex_t lock;
};

enum { SPK_MANIFEST_MAX_DEPTH = 128, SPK_MANIFEST_MAX_NODES = 20 * 1000 * 1000 };

/* Replaces $ref and "#/..." texts in `node`. Shared parts of the result are shared by reference. */
spk_rc spk_references_resolve(struct spk_manifest *manifest, struct spk_value node,
                              struct spk_value *out, struct spk_error *err);

/* A deep copy of `node` in which every component has its type (by parent type and field where it is
 * not written) and carries the $parameters of those around it. */
struct spk_propagation {
    struct spk_arena *arena;
    bool outer_wins; /* of two parameters of one name; otherwise the inner component's counts */
};
spk_rc spk_parameters_propagate(const struct spk_manifest *manifest,
                                const struct spk_propagation *how, struct spk_value node,
                                struct spk_value *out, struct spk_error *err);

/* A top-level section ("streams", "spec", ...) resolved and propagated; UNDEFINED where absent. */
spk_rc spk_manifest_section(struct spk_manifest *manifest, const char *name, struct spk_value *out,
                            struct spk_error *err);

/* ECONFIG with the place of the first fault: a field of a wrong type, one that is missing, a
 * component that cannot stand where it does. As in the CDK, `version` is not compared. */
spk_rc spk_manifest_validate(struct spk_manifest *manifest, struct spk_error *err);

/* "file:line:column: " + text; ECONFIG, blamed on the connector. */
spk_rc spk_manifest_fail(const struct spk_manifest *manifest, struct spk_value at,
                         struct spk_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
