#ifndef SPK_FLOW_FLOW_H
#define SPK_FLOW_FLOW_H
/*
 * The flow of one platform: extract -> inspect -> gate -> publish -> link. Each step is idempotent
 * and can be called alone by an orchestrator; a run that died anywhere is finished by resume. State
 * moves only with published files.
 */
#include "project/project.h"
#include "storage/storage.h"

struct spk_objstore;
struct spk_http;
struct spk_warehouse;

/* What the flow works with; tests pass memory and faulty implementations. All borrowed. */
struct spk_flow_parts {
    const struct spk_project *project;
    struct spk_storage *storage;
    struct spk_objstore *transient;
    struct spk_objstore *(*raw)(void *context, const struct spk_platform *platform,
                                struct spk_error *err); /* the platform's bucket */
    struct spk_warehouse *(*warehouse)(void *context, struct spk_error *err);
    void *context;
    struct spk_http *http; /* NULL: real clients */
};

struct spk_flow_progress { /* told while a step runs; from any thread, one at a time */
    void *context;
    void (*tell)(void *context, enum spk_step step, size_t done, size_t all, struct spk_view what);
};

struct spk_flow_request {
    struct spk_view platform;
    int32_t from, to;    /* days; 0: as state and lookback say, up to yesterday */
    const int32_t *days; /* repair: exactly these, cursors untouched */
    size_t day_count;
    const struct spk_view *accounts; /* none: all that are not paused */
    size_t account_count;
};

/* The functions below change a platform's state: the caller holds spk_storage_lock of the platform.
 */
/* Plans a run: its id in `run`. ECONFIG when an earlier run of the platform is not ended. */
spk_rc spk_flow_start(const struct spk_flow_parts *parts, const struct spk_flow_request *request,
                      struct spk_arena *arena, struct spk_run *run, struct spk_error *err);
/* One step of a run, the last of which ends it. Doing a done step again changes nothing. */
spk_rc spk_flow_step(const struct spk_flow_parts *parts, const struct spk_run *run,
                     enum spk_step step, const struct spk_flow_progress *progress,
                     struct spk_error *err);
/* All steps that are left. *held: the gate held something (the rest went on). */
spk_rc spk_flow_finish(const struct spk_flow_parts *parts, struct spk_run *run, bool *held,
                       const struct spk_flow_progress *progress, struct spk_error *err);
/* Held batches: release publishes and links them, discard removes their files. */
spk_rc spk_flow_decide(const struct spk_flow_parts *parts, const struct spk_run *run,
                       const struct spk_batch_list *batches, const struct spk_decision *decision,
                       struct spk_error *err);

#endif
