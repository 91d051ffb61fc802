#ifndef SPK_SOURCE_CURSOR_PER_PARTITION_H
#define SPK_SOURCE_CURSOR_PER_PARTITION_H
/*
 * A datetime cursor where there is a router: one sequence of windows per partition, as the CDK's
 * ConcurrentPerPartitionCursor. Internal to src/source/cursor.
 *
 * Past SWITCH partitions the state is a global one; of those beyond LIMIT finished ones are
 * forgotten, then the oldest that wait.
 * Differences that are meant: a partition that comes again is skipped even when it was finished,
 * and the global state moves only when all partitions were made and read.
 */
#include <pthread.h>

#include "base/map.h"
#include "source/cursor/datetime.h"

enum { SPK_PARTITIONS_SWITCH = 10000, SPK_PARTITIONS_LIMIT = 25000 };

struct spk_partition {
    struct spk_track track;
    size_t open;     /* windows handed out and not closed */
    uint64_t number; /* order of generation in this run */
    bool seen;       /* in this run */
    bool generated;  /* its last window was handed out */
    bool finished;   /* and all of them were read: not in `reading` */
};

/* The parents' state as it was when partition `from` was made. */
struct spk_parent_state {
    struct spk_parent_state *next;
    uint64_t from;
    struct spk_arena arena;
    struct spk_value state;
};

struct spk_per_partition {
    struct spk_cursor base;
    struct spk_datetime_cursor cursor; /* as this read sees it */
    struct spk_component *router;
    struct spk_window_rules rules;
    struct spk_arena arena; /* the given state */
    struct spk_value given;
    struct spk_value start_state; /* where new partitions start: the global state, minus lookback */
    struct spk_track global_track;
    int64_t started_us;

    pthread_mutex_t lock;      /* guards what follows */
    struct spk_map partitions; /* key -> struct spk_partition *, in order of creation */
    size_t count;              /* of partitions ever known */
    bool use_global;
    bool has_global, has_new_global;
    struct spk_moment global, new_global;
    int64_t lookback_s;
    bool synced;    /* a record had a cursor value */
    bool exhausted; /* all partitions were made */
    uint64_t generated;
    uint64_t *reading; /* numbers of the partitions that are not finished, ascending */
    size_t reading_len, reading_cap;
    struct spk_parent_state *parents, **parents_end; /* not committed yet, oldest first */
    struct spk_parent_state *parent_state;           /* committed, or NULL */
    bool
        without_parents; /* the router keeps no state of parents: a given one ends with this read */
    int64_t emitted_us;  /* when a state last left; 0: never */
};

/* cursor/partition_state.c */
spk_rc spk_per_partition_load(struct spk_per_partition *self, struct spk_value state,
                              struct spk_error *err);
struct spk_value spk_per_partition_state(struct spk_cursor *base, struct spk_arena *arena);
/* Of a partition that is new in this run; in the given state or not. */
struct spk_partition *spk_partition_add(struct spk_per_partition *self, struct spk_view key,
                                        struct spk_value state, struct spk_error *err);
void spk_partition_destroy(struct spk_partition *partition);
/* JSON with sorted keys. */
void spk_partition_key(struct spk_buf *out, struct spk_value partition);

/* cursor/partition_parents.c. All with the lock held. */
void spk_parents_note(struct spk_per_partition *self, struct spk_slices *router);
/* Commits what no open partition holds back. */
void spk_parents_commit(struct spk_per_partition *self);
void spk_parents_commit_all(struct spk_per_partition *self);
void spk_parents_load(struct spk_per_partition *self, struct spk_value state);
void spk_parents_deinit(struct spk_per_partition *self);

#endif
