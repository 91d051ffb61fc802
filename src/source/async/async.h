#ifndef SPK_SOURCE_ASYNC_ASYNC_H
#define SPK_SOURCE_ASYNC_ASYNC_H
/*
 * AsyncRetriever: a slice is a job at the API. The job is created, asked for its status until it
 * ended, and its result is downloaded page by page.
 *
 *   orchestrator.c    slices of the stream's cursor -> jobs -> slices whose job is completed
 *   job.c             what is asked of the API for one job
 *   download.c        the records of a completed job
 *   running_cursor.c  the stream's cursor, for slices that carry a job
 *   budget.c          how many jobs run at a time
 *
 * Internal to src/source.
 */
#include "budget.h"
#include "source/retriever/pages.h"

enum spk_job_status {
    SPK_JOB_RUNNING,
    SPK_JOB_COMPLETED,
    SPK_JOB_FAILED,
    SPK_JOB_TIMED_OUT,
    SPK_JOB_SKIPPED,
    SPK_JOB_STATUS_COUNT
};

/* What an API's word means; EDATA where the map (an AsyncJobStatusMap) does not know it. */
spk_rc spk_job_status_of(struct spk_component *map, struct spk_view word, enum spk_job_status *out,
                         struct spk_error *err);

enum spk_job_act {
    SPK_JOB_CREATE,
    SPK_JOB_POLL,
    SPK_JOB_FIND_TARGETS,
    SPK_JOB_ABORT,
    SPK_JOB_DELETE,
    SPK_JOB_ACT_COUNT
};

struct spk_async_retriever {
    struct spk_component base;
    struct spk_component *requesters[SPK_JOB_ACT_COUNT]; /* the last three may be NULL */
    struct spk_stream_info requests[SPK_JOB_ACT_COUNT];  /* what rate limits are told for */
    struct spk_component *decoder;                       /* of all answers but downloads */
    struct spk_component *status_map, *status_extractor;
    struct spk_component *target_extractor; /* NULL: one download without a target */
    struct spk_pages download;
    struct spk_component *download_extractor; /* finds records for download.selector */
    struct spk_template_string *job_timeout, *failed_wait;
    int64_t timeout_us;
    int64_t failed_wait_us; /* before a failed job is created again; 0: as all others */
    struct spk_value partition_router;
    struct spk_component *router; /* made of partition_router, or NULL */
    struct spk_job_budget *budget;
};

/* A slice on its way from the cursor to the reader. Owned by the orchestrator until its slice is
 * given, then by the running cursor until that slice is closed. */
struct spk_job {
    struct spk_async_retriever *retriever;
    struct spk_arena arena;        /* of all that is not the exchanges' */
    struct spk_slice slice;        /* the stream's cursor's */
    struct spk_slice created;      /* with creation_response among the extra fields */
    struct spk_value extra_fields; /* what downloads see: both responses */
    struct spk_exchange *creation; /* NULL while there is no job at the API */
    struct spk_exchange *polled;   /* the answer that said "completed" */
    enum spk_job_status status;
    bool has_slot;
    int attempts;                 /* jobs created for the slice, or tried to */
    int failed_polls;             /* in a row */
    int64_t started_us, due_us;   /* monotonic; when it is polled or created again */
    struct spk_view why;          /* the last creation failed */
    struct spk_evidence evidence; /* until the slice is read */
    struct spk_job *next;         /* of the running cursor's list */
};

void spk_job_destroy(struct spk_job *job); /* gives its slot back */
/* Creates the job at the API, in place of an earlier one. */
spk_rc spk_job_create(struct spk_job *job, struct spk_error *err);
/* Asks for the status and sets it; unchanged on failure. */
spk_rc spk_job_poll(struct spk_job *job, struct spk_error *err);
/* Tells the API that the job is not wanted any more, where it can be told. Never fails: a job that
 * could not be aborted ends by itself. */
void spk_job_abort(struct spk_job *job);
/* The same for a job whose result was read. */
spk_rc spk_job_delete(struct spk_job *job, struct spk_error *err);
/* LIST of what is to be downloaded, in the job's arena. */
spk_rc spk_job_targets(struct spk_job *job, struct spk_value *targets, struct spk_error *err);

/* Reads the job of read->slice and deletes it at the API. A slice that is no job stands for all:
 * the jobs are created and read here, up to the limit. */
spk_rc spk_job_read(struct spk_async_retriever *retriever, struct spk_slice_read *read,
                    struct spk_error *err);

/* Slices of `inner` (taken over) whose jobs are completed; their owner is the struct spk_job, which
 * `given` takes over. */
typedef void (*spk_job_give)(void *context, struct spk_job *job);
struct spk_job_taker {
    spk_job_give give;
    void *context;
};
struct spk_slices *spk_orchestrator_create(struct spk_async_retriever *retriever,
                                           struct spk_slices *inner, struct spk_job_taker to);

/* `inner` (taken over) with slices that are jobs. */
struct spk_cursor *spk_running_cursor_create(struct spk_async_retriever *retriever,
                                             struct spk_cursor *inner);

#endif
