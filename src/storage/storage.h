#ifndef SPK_STORAGE_STORAGE_H
#define SPK_STORAGE_STORAGE_H
/*
 * Everything that must survive: cursor states, runs, extractions, batches, published files,
 * metrics, verdicts, the audit trail. Numbered SQL migrations over lib/sql (SQLite, later
 * PostgreSQL); each function is one statement or one transaction, and every one may be called again
 * after a failure or a crash: the end is the same. A handle belongs to one thread at a time; any
 * number of handles, in any number of processes, may use one storage.
 *
 * Life of a batch (platform, account, stream, day of one run):
 *   extracted -> held -> (released) -> passed -> published
 *            \-> passed             \-> discarded
 *
 * Texts of results lie in the caller's arena. A run that does not exist is ECONFIG. Failures else:
 * those of lib/sql (ETRANSIENT busy, ESYSTEM disk).
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/id.h"

struct spk_storage;
struct spk_sql;

enum spk_run_status { SPK_RUN_RUNNING, SPK_RUN_DONE, SPK_RUN_HELD, SPK_RUN_FAILED };
enum spk_step {
    SPK_STEP_EXTRACT,
    SPK_STEP_INSPECT,
    SPK_STEP_GATE,
    SPK_STEP_PUBLISH,
    SPK_STEP_LINK,
    SPK_STEP_COUNT
};
enum spk_extract_status { SPK_EXTRACT_PENDING, SPK_EXTRACT_DONE, SPK_EXTRACT_FAILED };
enum spk_batch_status {
    SPK_BATCH_EXTRACTED,
    SPK_BATCH_HELD,
    SPK_BATCH_PASSED,
    SPK_BATCH_PUBLISHED,
    SPK_BATCH_DISCARDED,
};
enum spk_outcome { SPK_PASS, SPK_WARN_ONLY, SPK_HOLD };

const char *spk_step_name(enum spk_step step); /* "extract"; "none" for SPK_STEP_COUNT */
const char *spk_run_status_name(enum spk_run_status status);
const char *spk_extract_status_name(enum spk_extract_status status);
const char *spk_batch_status_name(enum spk_batch_status status);
const char *spk_outcome_name(enum spk_outcome outcome); /* "pass", "warn", "hold" */

/* ---- what is stored ---- */

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
    int64_t rows, bytes; /* of its Parquet files */
    int64_t records;     /* counted while extracting; must equal rows */
    bool empty_proven;
    struct spk_view proof;
    int64_t failed_requests;
    struct spk_view schema; /* sorted field names, comma-separated */
    int64_t newest_us;      /* newest record time known, or 0 */
    int64_t extracted_us;
    struct spk_view evidence; /* JSON: requests, pages, statuses, files */
};

struct spk_published_file {
    struct spk_view account, stream, key; /* key in the platform's bucket, unique in it */
    int32_t day;
    int64_t rows, bytes;
    struct spk_view sha256;
    char run[SPK_UUID_TEXT];
    int64_t extracted_us, published_us;
};

struct spk_verdict {
    struct spk_view account, stream;
    int32_t day;
    struct spk_view check; /* "same_weekday"; one verdict per batch and check */
    enum spk_outcome outcome;
    struct spk_view expected, actual, message;
};

struct spk_day_rows {
    int32_t day;
    int64_t rows;
};

/* Lists, in and out. */
struct spk_run_list {
    struct spk_run *items;
    size_t n;
};
struct spk_extract_list {
    struct spk_extract *items;
    size_t n;
};
struct spk_batch_list {
    struct spk_batch *items;
    size_t n;
};
struct spk_verdict_list {
    struct spk_verdict *items;
    size_t n;
};
struct spk_file_list {
    struct spk_published_file *items;
    size_t n;
};
struct spk_day_list {
    struct spk_day_rows *items;
    size_t n;
};

struct spk_stream_key {
    struct spk_view platform, account, stream;
};

/* ---- opening ---- */

/* Opens and migrates. ECONFIG for a storage newer than this program. */
spk_rc spk_storage_open(struct spk_view url, struct spk_storage **out, struct spk_error *err);
/* Over a connection that the caller made (tests: faulty, memory). Ownership moves, also where it
 * fails. */
spk_rc spk_storage_over(struct spk_sql *sql, struct spk_storage **out, struct spk_error *err);
void spk_storage_close(struct spk_storage *storage); /* gives its locks back */

/* ---- the lock of a platform ---- */

/* One run of a platform at a time, in all processes. ETRANSIENT names who holds it. The lock of a
 * dead process is taken over: at once on the same host, after an hour without a sign of life
 * elsewhere. Signs of life are locking again, extract_save and step_done. */
spk_rc spk_storage_lock(struct spk_storage *storage, struct spk_view platform,
                        struct spk_error *err);
void spk_storage_unlock(struct spk_storage *storage, struct spk_view platform);

/* ---- runs ---- */

/* Creates the run and its extracts, all or nothing. A run with this id that exists already stays as
 * it is; ECONFIG where another run of the platform is not ended. */
spk_rc spk_storage_run_create(struct spk_storage *storage, const struct spk_run *run,
                              const struct spk_extract_list *extracts, struct spk_error *err);
/* run->id is empty where there is none. */
spk_rc spk_storage_run_get(struct spk_storage *storage, struct spk_view id, struct spk_arena *arena,
                           struct spk_run *run, struct spk_error *err);
/* The platform's run that is not ended; run->id is empty where there is none. */
spk_rc spk_storage_run_open(struct spk_storage *storage, struct spk_view platform,
                            struct spk_arena *arena, struct spk_run *run, struct spk_error *err);

struct spk_run_query {
    struct spk_view platform; /* empty: all */
    size_t most;              /* 0: 100 */
};
/* Newest first. */
spk_rc spk_storage_runs(struct spk_storage *storage, const struct spk_run_query *query,
                        struct spk_arena *arena, struct spk_run_list *out, struct spk_error *err);
/* Records that `step` is done and what is next. The next step never goes back. */
spk_rc spk_storage_step_done(struct spk_storage *storage, struct spk_view run, enum spk_step step,
                             struct spk_view detail, struct spk_error *err);
/* Ends the run, or reopens it (RUNNING). */
spk_rc spk_storage_run_end(struct spk_storage *storage, struct spk_view run,
                           enum spk_run_status status, struct spk_view error,
                           struct spk_error *err);

/* ---- extraction ---- */

/* Ordered by account, stream. */
spk_rc spk_storage_extracts(struct spk_storage *storage, struct spk_view run,
                            struct spk_arena *arena, struct spk_extract_list *out,
                            struct spk_error *err);
/* Replaces the extract and its batches, in one transaction: doing it again changes nothing. ECONFIG
 * where one of its batches was published or discarded already. */
spk_rc spk_storage_extract_save(struct spk_storage *storage, struct spk_view run,
                                const struct spk_extract *extract,
                                const struct spk_batch_list *batches, struct spk_error *err);

/* ---- batches and verdicts ---- */

struct spk_batch_query {
    struct spk_view run;
    int status; /* enum spk_batch_status; < 0: any */
};
/* Ordered by account, stream, day. */
spk_rc spk_storage_batches(struct spk_storage *storage, const struct spk_batch_query *query,
                           struct spk_arena *arena, struct spk_batch_list *out,
                           struct spk_error *err);
/* The gate's decision: verdicts and the batches' new status, in one transaction. Replaces an
 * earlier decision; published and discarded batches stay. */
spk_rc spk_storage_gate_save(struct spk_storage *storage, struct spk_view run,
                             const struct spk_verdict_list *verdicts,
                             const struct spk_batch_list *batches, struct spk_error *err);
/* Ordered by account, stream, day, check. */
spk_rc spk_storage_verdicts(struct spk_storage *storage, struct spk_view run,
                            struct spk_arena *arena, struct spk_verdict_list *out,
                            struct spk_error *err);

struct spk_decision {
    bool release; /* held -> passed; false: held -> discarded */
    struct spk_view who, reason;
};
/* Release or discard of held batches, into the audit trail. ECONFIG for a batch that is not held
 * (nothing changes then), except where the same decision stands already. */
spk_rc spk_storage_decide(struct spk_storage *storage, struct spk_view run,
                          const struct spk_batch_list *batches, const struct spk_decision *decision,
                          struct spk_error *err);

/* ---- publishing ---- */

/* Files become visible, batches published, cursor states move (not for repairs; only for extracts
 * that are done and all of whose batches are published or discarded) and metrics enter the history;
 * all in ONE transaction. Doing it again changes nothing. ECONFIG for a batch that has not passed.
 */
spk_rc spk_storage_publish(struct spk_storage *storage, const struct spk_run *run,
                           const struct spk_file_list *files, const struct spk_batch_list *batches,
                           struct spk_error *err);
/* Empty: none yet. */
spk_rc spk_storage_cursor(struct spk_storage *storage, const struct spk_stream_key *key,
                          struct spk_arena *arena, struct spk_view *state, struct spk_error *err);

struct spk_file_query {
    struct spk_view platform;
    bool unlinked_only; /* those that the warehouse does not list yet */
};
/* Ordered by account, stream, day, key. */
spk_rc spk_storage_published(struct spk_storage *storage, const struct spk_file_query *query,
                             struct spk_arena *arena, struct spk_file_list *out,
                             struct spk_error *err);
spk_rc spk_storage_linked(struct spk_storage *storage, struct spk_view platform,
                          const struct spk_file_list *files, struct spk_error *err);

/* ---- history for checks ---- */

struct spk_history_query {
    struct spk_stream_key key;
    int32_t day; /* days before this one */
    size_t most;
};
/* Rows of the latest published version of each day, newest first. */
spk_rc spk_storage_history(struct spk_storage *storage, const struct spk_history_query *query,
                           struct spk_arena *arena, struct spk_day_list *out,
                           struct spk_error *err);
/* The field names of the newest published batch that has any; empty: none. */
spk_rc spk_storage_last_schema(struct spk_storage *storage, const struct spk_stream_key *key,
                               struct spk_arena *arena, struct spk_view *schema,
                               struct spk_error *err);

#endif
