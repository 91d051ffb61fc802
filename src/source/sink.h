#ifndef SPK_SOURCE_SINK_H
#define SPK_SOURCE_SINK_H
/*
 * Where a read goes: Airbyte messages on stdout, or Parquet in transient storage. The engine calls
 * a sink from several worker threads: slices of a stream may be written at the same time, the
 * records of one slice come from one thread in order. Order kept by the engine: stream STARTED,
 * then slices (begin, records, end), a STATE only after the slices it covers ended, COMPLETE or
 * INCOMPLETE last, then the stream's final STATE.
 */
#include "json/json.h"

struct spk_stream; /* stream.h; a sink needs only what spk_stream_info gives */

struct spk_stream_info {
    struct spk_view name;
    struct spk_view space; /* namespace, or empty */
};

/* One unit of reading: a partition (parent id, list value) crossed with a window of time. */
struct spk_slice {
    struct spk_value partition; /* DICT */
    struct spk_value cursor;    /* DICT, such as {start_time, end_time}; empty without a cursor */
    struct spk_value extra_fields; /* DICT */
    struct spk_value merged;       /* DICT partition + cursor: what templates call stream_slice */
    struct spk_value embedded;     /* body of the first page, carried by a parent's record, or
                                    * UNDEFINED: it is asked for */
    uint64_t number;               /* order of generation within the stream, from 0 */
    void *owner;                   /* of the cursor that made it */
};

/* A file that was fetched for a record. */
struct spk_file_reference {
    struct spk_view path;          /* where it is; NUL-terminated */
    struct spk_view relative_path; /* STREAM/NAME */
    int64_t bytes;
};

/*
 * A record on its way. `text` holds the original bytes while nobody changed the record; whoever
 * needs a tree calls spk_record_tree (record.h), whoever changes it also clears `text`.
 */
struct spk_record {
    struct spk_view text;      /* JSON bytes of the page, or empty when `tree` is what counts */
    struct spk_json_node node; /* parsed, borrowed from the page; NULL when made natively */
    struct spk_value tree;     /* DICT, or UNDEFINED until asked for; may borrow the page's texts */
    struct spk_arena *arena;   /* lives until the record was handed to the sink */
    const struct spk_file_reference *file; /* of a stream of files, else NULL */
};

/* What a slice cost and why it may be empty: kept in batch.json, judged by the gate. */
struct spk_evidence {
    int64_t requests, retries, pages, bytes; /* bytes: decoded bodies */
    int64_t status[6];                       /* [1] 1xx .. [5] 5xx, [0] no answer */
    int64_t records;
    bool empty_proven; /* the platform itself said "no data" */
    char proof[96];    /* which rule or marker proved it, e.g. "body matches ^\\[\\]$" */
};

enum spk_stream_status {
    SPK_STREAM_STARTED,
    SPK_STREAM_RUNNING,
    SPK_STREAM_COMPLETE,
    SPK_STREAM_INCOMPLETE
};

struct spk_sink;
/* Members marked "optional" may be NULL: the sink has nothing to do then. */
struct spk_sink_ops {
    /* reason: NULL, or "RATE_LIMITED" with RUNNING. */
    spk_rc (*stream_status)(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err);
    /* A failure of a stream, when it happens; the stream will end INCOMPLETE. */
    spk_rc (*stream_failed)(struct spk_sink *sink, const struct spk_stream_info *stream,
                            const struct spk_error *failure, struct spk_error *err);
    /* *handle is the sink's own for this slice (may be NULL). */
    spk_rc (*slice_begin)(struct spk_sink *sink, const struct spk_stream_info *stream,
                          const struct spk_slice *slice, void **handle, struct spk_error *err);
    spk_rc (*record)(struct spk_sink *sink, void *handle, const struct spk_record *record,
                     struct spk_error *err);
    /* optional: after each page, a chance to flush. */
    spk_rc (*page_end)(struct spk_sink *sink, void *handle, struct spk_error *err);
    /* optional. failure NULL: the slice was read whole. Otherwise the sink drops what it can of it.
     * Always called once after slice_begin succeeded; releases the handle. */
    spk_rc (*slice_end)(struct spk_sink *sink, void *handle, const struct spk_evidence *evidence,
                        const struct spk_error *failure, struct spk_error *err);
    /* A stream's state (the stream_state object), which covers only slices that ended. */
    spk_rc (*state)(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value state, struct spk_error *err);
    /* optional: any other message of the protocol, complete (CONTROL, ESTIMATE, LOG). */
    spk_rc (*message)(struct spk_sink *sink, struct spk_value message, struct spk_error *err);
};

struct spk_sink {
    const struct spk_sink_ops *ops;
};

#endif
