#ifndef SPK_TRANSIENT_TEST_LANDING_H
#define SPK_TRANSIENT_TEST_LANDING_H
/* A read that lands in a store in memory: run r1, account anna. */
#include "objstore/objstore.h"
#include "transient/transient.h"

enum { LANDING_TODAY = 20000 }; /* 2024-10-04 */

struct landing {
    struct spk_arena arena;
    struct spk_objstore *memory, *store; /* store: memory behind a fault */
    struct spk_transient *transient;
};

/* Zeroed options but for run, account and time are filled from `options` (NULL: none). */
void landing_open(struct landing *l, const struct spk_transient_options *options,
                  const struct spk_objstore_fault *fault);
void landing_close(struct landing *l);

/* One slice of `stream`: begins on `from`, ends on `to` (NULL: no window), for one partition (NULL:
 * none). */
struct landing_slice {
    const char *stream, *from, *to, *partition;
    int rows;
    const char *proof;   /* of an empty answer */
    const char *failure; /* the slice failed */
    const char *record;  /* JSON; NULL: a small one */
};
/* A slice whose window is one day. */
#define ON(stream_, day_, partition_, rows_, ...)                                                  \
    ((struct landing_slice){.stream = (stream_),                                                   \
                            .from = (day_),                                                        \
                            .to = (day_),                                                          \
                            .partition = (partition_),                                             \
                            .rows = (rows_),                                                       \
                            ##__VA_ARGS__})
spk_rc landing_slice(struct landing *l, const struct landing_slice *slice);
/* Finishes and gives the batches. */
size_t landing_finish(struct landing *l, const struct spk_transient_batch **batches);
bool landing_has(struct landing *l, const char *key);

#endif
