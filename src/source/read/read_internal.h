#ifndef SPK_SOURCE_READ_INTERNAL_H
#define SPK_SOURCE_READ_INTERNAL_H
/*
 * One read: streams are started in catalog order; workers take slices from a bounded queue and,
 * when it runs low, make one stream generate more of them. All fields are guarded by `lock` but for
 * what the worker that holds a slice owns.
 */
#include "source/source_internal.h"
#include "source/stream/stream.h"

enum spk_read_phase { SPK_READ_WAITING, SPK_READ_ACTIVE, SPK_READ_EXHAUSTED, SPK_READ_DONE };

struct spk_stream_read {
    struct spk_declarative_stream *stream;
    const struct spk_stream_info *info;
    struct spk_cursor *cursor;
    struct spk_slices *slices;
    struct spk_value state; /* given */
    bool forgotten;         /* the given state was too old: an empty one is told */
    enum spk_read_phase phase;
    struct spk_view group; /* of stream_groups, or empty */
    bool *ancestors; /* by place in `streams`: parents that are in a group; of a grouped read */
    bool generating; /* a worker is inside slices->next */
    bool announced;  /* RUNNING was said */
    bool failed;
    size_t open; /* slices queued or being read */
    uint64_t next_number;
    int64_t records;
};

struct spk_slice_task {
    struct spk_stream_read *stream;
    struct spk_slice slice;
    struct spk_arena arena;
    struct spk_slice_task *next;
};

struct spk_read {
    struct spk_source *source;
    struct spk_sink *sink;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct spk_stream_read *streams;
    size_t stream_count;
    bool grouped; /* a stream is in a group */
    struct spk_slice_task *queue, **queue_end;
    size_t queued, queue_limit;
    int generators, generator_limit;
    struct spk_error fatal; /* of the sink: everything stops */
    size_t failed_streams;
    struct spk_error first_failure;
};

/* read/slice_task.c: reads one slice into the sink and closes it in the cursor. */
void spk_read_slice(struct spk_read *read, struct spk_slice_task *task);
/* read/read.c */
void spk_read_stream_failed(struct spk_read *read, struct spk_stream_read *stream,
                            const struct spk_error *failure);
void spk_read_fatal(struct spk_read *read, const struct spk_error *error);

/* read/groups.c: when the streams are known. */
spk_rc spk_read_groups_load(struct spk_read *read, struct spk_error *err);
/* Whether a waiting stream must wait on, for another one of its group. Under the lock. */
bool spk_read_must_wait(const struct spk_read *read, const struct spk_stream_read *stream);

/* read/state.c: the stream_state of a stream in a list of state messages, or UNDEFINED. ECONFIG for
 * a shape that is no state. */
spk_rc spk_state_of_stream(struct spk_value messages, const struct spk_stream_info *stream,
                           struct spk_value *state, struct spk_error *err);

#endif
