#ifndef SPK_DESTINATION_INTERNAL_H
#define SPK_DESTINATION_INTERNAL_H
#include "base/map.h"
#include "destination/destination.h"
#include "objstore/objstore.h"
#include "transient/transient.h"

struct spk_destination_settings {
    struct spk_view transient, run, platform, account;
    int64_t checkpoint_seconds, checkpoint_bytes, part_bytes;
};

struct spk_destination {
    struct spk_destination_settings settings;
    struct spk_objstore *store;
    struct spk_arena arena;
};

/* config.c */
spk_rc spk_destination_settings_read(struct spk_destination *destination, struct spk_value config,
                                     struct spk_error *err);

/* lines.c: the lines of a descriptor, one at a time. */
enum { SPK_LINE_MOST = 128 << 20 };
struct spk_inflow_lines {
    int fd;
    struct spk_buf buf;
    size_t start, scanned; /* of the line that comes next; how far no newline was found */
    int64_t number;        /* of the line that was given last, from 1 */
    bool ended;
};
/* *line is valid until the next call; at NULL at the end. EDATA: a line of more than SPK_LINE_MOST
 * bytes. */
spk_rc spk_inflow_lines_next(struct spk_inflow_lines *lines, struct spk_view *line,
                             struct spk_error *err);
void spk_inflow_lines_deinit(struct spk_inflow_lines *lines);

/* A stream of the catalog. */
struct spk_inflow {
    struct spk_stream_info info; /* name and namespace as the source says them */
    struct spk_view folder;      /* what transient storage calls it: NAMESPACE.NAME, or NAME */
    void *slice;                 /* of the sink, of one day; NULL: none is open */
    int32_t day;
    struct spk_evidence evidence; /* of the open slice */
    int64_t since_state;          /* records behind the last STATE */
    int64_t since_checkpoint;     /* bytes behind the last checkpoint */
    int64_t checkpoint_us;        /* monotonic time of it */
    bool had_records, complete;
    struct spk_error failure; /* what its source said of it */
};

/* catalog.c: the streams of a configured catalog; ECONFIG for what is no catalog, for sync modes
 * that are not supported and for two streams that would share a folder. */
spk_rc spk_inflows_read(struct spk_value catalog, struct spk_arena *arena,
                        struct spk_inflow **streams, size_t *count, struct spk_error *err);

struct spk_waiting_state {
    struct spk_waiting_state *next;
    struct spk_inflow *stream; /* NULL: of all streams (GLOBAL, LEGACY) */
    struct spk_arena arena;
    struct spk_value message;
    size_t bytes; /* of its line */
};

/* A write that goes on. */
struct spk_writing {
    struct spk_destination *destination;
    struct spk_airbyte *out;
    struct spk_transient *transient;
    struct spk_sink *sink;
    struct spk_inflow *streams;
    size_t stream_count;
    struct spk_map by_name; /* "NAMESPACE\nNAME" -> struct spk_inflow * */
    struct spk_waiting_state *first, **last;
    size_t waiting, waiting_bytes;
    int64_t passed_over;      /* messages of unknown types */
    struct spk_error failure; /* what the source said of itself as a whole */
};

/* message.c: one line. EDATA without the line's number. */
spk_rc spk_writing_message(struct spk_writing *writing, struct spk_view line,
                           struct spk_error *err);
/* record.c: a RECORD of this document. */
spk_rc spk_writing_record(struct spk_writing *writing, const struct spk_json_doc *doc,
                          struct spk_error *err);
/* The stream of a name, NULL where the catalog has none. */
struct spk_inflow *spk_writing_stream(struct spk_writing *writing, struct spk_view space,
                                      struct spk_view name);
/* Ends the open slice of the stream, if there is one. */
spk_rc spk_inflow_end_slice(struct spk_writing *writing, struct spk_inflow *stream,
                            struct spk_error *err);

/* states.c */
/* Takes a STATE message (in `state`'s own arena) and answers what has become durable. */
spk_rc spk_writing_state(struct spk_writing *writing, struct spk_waiting_state *state,
                         struct spk_error *err);
/* Makes the stream's rows durable and answers its states. */
spk_rc spk_writing_checkpoint(struct spk_writing *writing, struct spk_inflow *stream,
                              struct spk_error *err);
/* Answers the states of a stream that are waiting (of all: NULL). */
spk_rc spk_writing_answer(struct spk_writing *writing, const struct spk_inflow *stream,
                          struct spk_error *err);
void spk_waiting_state_destroy(struct spk_waiting_state *state);

#endif
