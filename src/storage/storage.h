#ifndef SPK_STORAGE_STORAGE_H
#define SPK_STORAGE_STORAGE_H
/*
 * Everything that must survive: cursor states, runs, extractions, batches, published files, metrics,
 * verdicts, the audit trail. Numbered SQL migrations over lib/sql (SQLite, later PostgreSQL); each
 * function is one statement or one transaction. A handle belongs to one thread at a time.
 *
 * Life of a batch (platform, account, stream, day of one run):
 *   extracted -> held -> (released) -> passed -> published
 *            \-> passed                     \-> discarded
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/id.h"

struct spk_storage;
struct spk_sql;

enum spk_run_status { SPK_RUN_RUNNING, SPK_RUN_DONE, SPK_RUN_HELD, SPK_RUN_FAILED };
enum spk_step { SPK_STEP_EXTRACT, SPK_STEP_INSPECT, SPK_STEP_GATE, SPK_STEP_PUBLISH, SPK_STEP_LINK, SPK_STEP_COUNT };
enum spk_extract_status { SPK_EXTRACT_PENDING, SPK_EXTRACT_DONE, SPK_EXTRACT_FAILED };
enum spk_batch_status {
    SPK_BATCH_EXTRACTED,
    SPK_BATCH_HELD,
    SPK_BATCH_PASSED,
    SPK_BATCH_PUBLISHED,
    SPK_BATCH_DISCARDED,
};
enum spk_outcome { SPK_PASS, SPK_WARN_ONLY, SPK_HOLD };

const char *spk_step_name(enum spk_step step);
const char *spk_run_status_name(enum spk_run_status status);
const char *spk_batch_status_name(enum spk_batch_status status);
const char *spk_outcome_name(enum spk_outcome outcome);

struct spk_run {
    char id[SPK_UUID_TEXT];
    struct spk_view platform;
    enum spk_run_status status;
    bool repair;          /* a list of days was asked for: cursors stay as they are */
    int32_t from, to;     /* days, inclusive */
    struct spk_view days; /* repair: "2026-01-03,2026-01-09" */
    enum spk_step step;   /* the next one to do; SPK_STEP_COUNT: none */
    int64_t started_us, ended_us;
    struct spk_view error;
};

struct spk_extract { /* one stream of one account in a run */
    struct spk_view account, stream;
    enum spk_extract_status status;
    struct spk_view state; /* JSON: the cursor state to commit with the published files; or empty */
    struct spk_view error;
    int failure; /* spk_rc */
    int64_t requests, retries, failed_requests, rows;
};

struct spk_batch {
    struct spk_view account, stream;
    int32_t day;
    enum spk_batch_status status;
    int64_t rows, bytes;      /* of its Parquet files */
    int64_t records;          /* counted while extracting; must equal rows */
    bool empty_proven;
    struct spk_view proof;
    int64_t failed_requests;
    struct spk_view schema;   /* sorted field names, comma-separated */
    int64_t newest_us;        /* newest record time known, or 0 */
    int64_t extracted_us;
    struct spk_view evidence; /* JSON: requests, pages, statuses, files */
};

struct spk_published_file {
    struct spk_view account, stream, key; /* key in the platform's bucket */
    int32_t day;
    int64_t rows, bytes;
    struct spk_view sha256;
    char run[SPK_UUID_TEXT];
    int64_t extracted_us, published_us;
};

struct spk_verdict {
    struct spk_view account, stream;
    int32_t day;
    struct spk_view check; /* "average_30_days" */
    enum spk_outcome outcome;
    struct spk_view expected, actual, message;
};

/* Opens and migrates. ECONFIG for a storage newer than this program. */
spk_rc spk_storage_open(struct spk_view url, struct spk_storage **out, struct spk_error *err);
/* Over a connection that the caller made (tests: faulty, memory); ownership moves. */
spk_rc spk_storage_over(struct spk_sql *sql, struct spk_storage **out, struct spk_error *err);
void spk_storage_close(struct spk_storage *storage);

/* One run of a platform at a time, in all processes. ETRANSIENT names who holds it. The lock of a
 * dead process is taken over. */
spk_rc spk_storage_lock(struct spk_storage *storage, struct spk_view platform, struct spk_error *err);
void spk_storage_unlock(struct spk_storage *storage, struct spk_view platform);

/* Runs */
spk_rc spk_storage_run_create(struct spk_storage *storage, const struct spk_run *run,
                              const struct spk_extract *extracts, size_t n, struct spk_error *err);
/* *found false where there is none. Texts in `arena`. */
spk_rc spk_storage_run_get(struct spk_storage *storage, struct spk_view id, struct spk_arena *arena,
                           struct spk_run *run, bool *found, struct spk_error *err);
/* The platform's newest run that is not ended. */
spk_rc spk_storage_run_open(struct spk_storage *storage, struct spk_view platform,
                            struct spk_arena *arena, struct spk_run *run, bool *found,
                            struct spk_error *err);
spk_rc spk_storage_run_list(struct spk_storage *storage, struct spk_view platform, size_t most,
                            struct spk_arena *arena, struct spk_run **runs, size_t *n,
                            struct spk_error *err);
/* Records that `step` is done and what is next. */
spk_rc spk_storage_step_done(struct spk_storage *storage, struct spk_view run, enum spk_step step,
                             struct spk_view detail, struct spk_error *err);
spk_rc spk_storage_run_end(struct spk_storage *storage, struct spk_view run,
                           enum spk_run_status status, struct spk_view error, struct spk_error *err);

/* Extraction */
spk_rc spk_storage_extracts(struct spk_storage *storage, struct spk_view run, struct spk_arena *arena,
                            struct spk_extract **extracts, size_t *n, struct spk_error *err);
/* Replaces the extract and its batches, in one transaction: doing it again changes nothing. */
spk_rc spk_storage_extract_save(struct spk_storage *storage, struct spk_view run,
                                const struct spk_extract *extract, const struct spk_batch *batches,
                                size_t n, struct spk_error *err);

/* Batches, ordered by account, stream, day. status < 0: any. */
spk_rc spk_storage_batches(struct spk_storage *storage, struct spk_view run, int status,
                           struct spk_arena *arena, struct spk_batch **batches, size_t *n,
                           struct spk_error *err);
/* The gate's decision: verdicts and the batches' new status, in one transaction. */
spk_rc spk_storage_gate_save(struct spk_storage *storage, struct spk_view run,
                             const struct spk_verdict *verdicts, size_t verdict_count,
                             const struct spk_batch *batches, size_t n, struct spk_error *err);
spk_rc spk_storage_verdicts(struct spk_storage *storage, struct spk_view run, struct spk_arena *arena,
                            struct spk_verdict **verdicts, size_t *n, struct spk_error *err);
/* release (-> passed) or discard of held batches, with who and why, into the audit trail. Batches
 * that are not held are an ECONFIG. */
spk_rc spk_storage_decide(struct spk_storage *storage, struct spk_view run,
                          const struct spk_batch *batches, size_t n, bool release,
                          struct spk_view who, struct spk_view reason, struct spk_error *err);

/* Publishing: files become visible, batches published, cursor states move (not for repairs; only for
 * extracts all of whose batches are published or discarded) and metrics enter the history; all in
 * ONE transaction. Doing it again changes nothing. */
spk_rc spk_storage_publish(struct spk_storage *storage, const struct spk_run *run,
                           const struct spk_published_file *files, size_t n,
                           const struct spk_batch *batches, size_t batch_count,
                           struct spk_error *err);
spk_rc spk_storage_cursor(struct spk_storage *storage, struct spk_view platform,
                          struct spk_view account, struct spk_view stream, struct spk_arena *arena,
                          struct spk_view *state, struct spk_error *err); /* empty: none */
/* All published files of a platform; unlinked only: those the warehouse does not list yet. */
spk_rc spk_storage_published(struct spk_storage *storage, struct spk_view platform,
                             bool unlinked_only, struct spk_arena *arena,
                             struct spk_published_file **files, size_t *n, struct spk_error *err);
spk_rc spk_storage_linked(struct spk_storage *storage, const struct spk_published_file *files,
                          size_t n, struct spk_error *err);

/* History for checks: rows of the latest published version of each day before `day`, newest first,
 * at most `most` days. */
struct spk_day_rows {
    int32_t day;
    int64_t rows;
};
spk_rc spk_storage_history(struct spk_storage *storage, struct spk_view platform,
                           struct spk_view account, struct spk_view stream, int32_t day, size_t most,
                           struct spk_arena *arena, struct spk_day_rows **days, size_t *n,
                           struct spk_error *err);
/* The field names of the newest published batch before this run; empty: none. */
spk_rc spk_storage_last_schema(struct spk_storage *storage, struct spk_view platform,
                               struct spk_view account, struct spk_view stream,
                               struct spk_arena *arena, struct spk_view *schema,
                               struct spk_error *err);

#endif
