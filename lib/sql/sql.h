#ifndef SPK_SQL_SQL_H
#define SPK_SQL_SQL_H
/*
 * A transactional SQL database for the product's own state, behind one interface.
 *
 * Portable SQL: parameters are $1..$n in the order of the array; columns are BIGINT (numbers, bools
 * as 0 and 1, instants as microseconds), DOUBLE PRECISION, TEXT and BYTEA; upserts are INSERT ...
 * ON CONFLICT; RETURNING is allowed. Nothing that only one database knows (no AUTOINCREMENT, no
 * rowid, no PRAGMA, no sequences): ids are made by the program.
 *
 * A connection belongs to one thread at a time; any number of connections, in any number of threads
 * and processes, may use one database. Failures: ETRANSIENT busy or locked, EDATA a constraint, a
 * wrong statement or a damaged file, ECONFIG cannot open, no right to write, a newer schema,
 * ESYSTEM disk full and I/O. Texts show the statement's first line, never a parameter.
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/view.h"

/* ---- values ---- */

enum spk_sql_type {
    SPK_SQL_NULL,
    SPK_SQL_I64,
    SPK_SQL_DOUBLE, /* not NaN */
    SPK_SQL_TEXT,   /* UTF-8 without NUL */
    SPK_SQL_BYTES,
};

struct spk_sql_value {
    enum spk_sql_type type;
    union {
        int64_t i64;
        double number;
        struct spk_view view; /* borrowed; of TEXT and BYTES */
    };
};

static inline struct spk_sql_value spk_sql_null(void)
{
    return (struct spk_sql_value){.type = SPK_SQL_NULL};
}

static inline struct spk_sql_value spk_sql_i64(int64_t i64)
{
    return (struct spk_sql_value){.type = SPK_SQL_I64, .i64 = i64};
}

static inline struct spk_sql_value spk_sql_double(double number)
{
    return (struct spk_sql_value){.type = SPK_SQL_DOUBLE, .number = number};
}

static inline struct spk_sql_value spk_sql_text(struct spk_view text) /* {NULL, 0} is '' */
{
    return (struct spk_sql_value){.type = SPK_SQL_TEXT, .view = text};
}

static inline struct spk_sql_value spk_sql_str(const char *text) /* NULL is null */
{
    return text ? spk_sql_text(spk_view_of(text)) : spk_sql_null();
}

static inline struct spk_sql_value spk_sql_bytes(struct spk_view bytes)
{
    return (struct spk_sql_value){.type = SPK_SQL_BYTES, .view = bytes};
}

/* ---- statements and rows ---- */

/* One statement (no ';' list) with its parameters; all borrowed for the call. */
struct spk_sql_statement {
    struct spk_view text;
    const struct spk_sql_value *params;
    size_t n_params;
};

static inline struct spk_sql_statement
spk_sql_statement_make(struct spk_view text, const struct spk_sql_value *params, size_t n_params)
{
    return (struct spk_sql_statement){text, params, n_params};
}

/* SPK_SQL("SELECT name FROM run WHERE id = $1", spk_sql_text(id)): a statement on the spot, alive
 * until the end of the enclosing block. */
#define SPK_SQL_PARAMS(...) ((const struct spk_sql_value[]){{0}, ##__VA_ARGS__})
#define SPK_SQL(literal, ...)                                                                      \
    spk_sql_statement_make(                                                                        \
        SPK_V(literal), SPK_SQL_PARAMS(__VA_ARGS__) + 1,                                           \
        sizeof((struct spk_sql_value[]){{0}, ##__VA_ARGS__}) / sizeof(struct spk_sql_value) - 1)

struct spk_sql_row {
    const struct spk_sql_value *values;
    size_t n; /* columns */
};

/* Sees one row, whose texts live for the call. It must not use the connection. A failure ends the
 * query, is what the query returns, and counts as a failed statement of a transaction. */
typedef spk_rc (*spk_sql_row_fn)(void *context, const struct spk_sql_row *row,
                                 struct spk_error *err);

/* Cells by place (asserted to be inside). EDATA where the value is null or of another type; a whole
 * number counts as a double too. */
spk_rc spk_sql_row_i64(const struct spk_sql_row *row, size_t column, int64_t *out,
                       struct spk_error *err);
spk_rc spk_sql_row_double(const struct spk_sql_row *row, size_t column, double *out,
                          struct spk_error *err);
/* TEXT and BYTES; {NULL, 0} for null and for numbers. An empty text has a pointer. */
struct spk_view spk_sql_row_text(const struct spk_sql_row *row, size_t column);
bool spk_sql_row_is_null(const struct spk_sql_row *row, size_t column);

/* ---- connections ---- */

struct spk_sql;

/* READ sees one state of the database and may not write (EDATA). WRITE takes the write lock at once
 * (SQLite: BEGIN IMMEDIATE), so that work that began never finds itself locked out in the middle.
 */
enum spk_sql_mode { SPK_SQL_READ, SPK_SQL_WRITE };

/* An implementation. It reports plain facts; the functions below put the statement in front. */
struct spk_sql_ops {
    const char *name; /* "sqlite" */
    /* Runs one statement to its end, dropping rows. *changed = rows inserted, updated, deleted. */
    spk_rc (*exec)(struct spk_sql *sql, const struct spk_sql_statement *statement, int64_t *changed,
                   struct spk_error *err);
    spk_rc (*query)(struct spk_sql *sql, const struct spk_sql_statement *statement,
                    spk_sql_row_fn row_fn, void *context, struct spk_error *err);
    /* Runs a list of statements separated by ';', without parameters. */
    spk_rc (*script)(struct spk_sql *sql, struct spk_view text, struct spk_error *err);
    spk_rc (*begin)(struct spk_sql *sql, enum spk_sql_mode mode, struct spk_error *err);
    /* A failure leaves no promise: it may have taken effect. The caller calls rollback then. */
    spk_rc (*commit)(struct spk_sql *sql, struct spk_error *err);
    void (*rollback)(struct spk_sql *sql); /* does nothing where no transaction is open */
    void (*destroy)(struct spk_sql *sql);
};

/* The first member of every implementation's instance. */
struct spk_sql {
    const struct spk_sql_ops *ops;
    bool in_transaction;
    bool failed; /* inside the transaction: only rollback is left */
};

struct spk_sql_options {
    const char *url; /* "sqlite:PATH"; "sqlite::memory:" is a database of this connection alone */
    int busy_ms;     /* how long a statement waits for another writer; 0 means 5000 */
    bool must_exist; /* do not create the database */
};

/* SQLite runs in WAL mode with foreign keys on and synchronous = FULL: a commit that returned is on
 * the disk. The file is created for its owner alone (0600). ECONFIG for a URL that no
 * implementation takes and for a database that cannot be opened, with the path. */
spk_rc spk_sql_open(const struct spk_sql_options *options, struct spk_sql **out,
                    struct spk_error *err);
void spk_sql_destroy(struct spk_sql *sql); /* rolls an open transaction back */

spk_rc spk_sql_exec(struct spk_sql *sql, struct spk_sql_statement statement, struct spk_error *err);
/* The same; tells how many rows the statement inserted, updated or deleted. */
spk_rc spk_sql_exec_count(struct spk_sql *sql, struct spk_sql_statement statement, int64_t *changed,
                          struct spk_error *err);
spk_rc spk_sql_script(struct spk_sql *sql, struct spk_view text, struct spk_error *err);
spk_rc spk_sql_query(struct spk_sql *sql, struct spk_sql_statement statement, spk_sql_row_fn row_fn,
                     void *context, struct spk_error *err);
/* The first row, copied into the arena; row->n == 0 where there is none. All rows are read: say
 * LIMIT 1. */
spk_rc spk_sql_query_row(struct spk_sql *sql, struct spk_sql_statement statement,
                         struct spk_arena *arena, struct spk_sql_row *row, struct spk_error *err);
/* The whole number in the first column of the first row. EDATA where there is none. */
spk_rc spk_sql_query_i64(struct spk_sql *sql, struct spk_sql_statement statement, int64_t *out,
                         struct spk_error *err);

/* ---- transactions ---- */

/* Transactions do not nest (assert). After a failed begin none is open. After a failed statement
 * only rollback is left: further statements and commit (which rolls back then) are ESYSTEM. After a
 * failed commit no transaction is open either, and the work may have been kept (the answer was
 * lost): look before doing it again. */
spk_rc spk_sql_begin(struct spk_sql *sql, enum spk_sql_mode mode, struct spk_error *err);
spk_rc spk_sql_commit(struct spk_sql *sql, struct spk_error *err);
void spk_sql_rollback(struct spk_sql *sql); /* does nothing where no transaction is open */

/* Work inside one transaction; it may run several times and so must not change anything outside. */
typedef spk_rc (*spk_sql_work_fn)(struct spk_sql *sql, void *context, struct spk_error *err);

/* Begins (WRITE), works, commits; rolls back where the work fails. Where begin or the work says
 * ETRANSIENT all is done again, five times at most, with pauses that grow from 10 to 160 ms. A
 * failed commit is never repeated: see spk_sql_commit. */
spk_rc spk_sql_transaction(struct spk_sql *sql, spk_sql_work_fn work, void *context,
                           struct spk_error *err);

/* ---- migrations ---- */

struct spk_sql_migration {
    int number;       /* 1, 2, 3, ... without a gap (assert) */
    const char *name; /* "runs and steps" */
    const char *sql;  /* statements separated by ';' */
};

/* Brings the database to the newest migration of the list, all missing ones in one transaction;
 * safe where two processes do it at once. What was applied is kept in table spk_migration with the
 * SHA-256 of its text. ECONFIG where the database has a migration that the list lacks (it is newer
 * than this program) and where an applied one has another text now. */
spk_rc spk_sql_migrate(struct spk_sql *sql, const struct spk_sql_migration *list, size_t n,
                       struct spk_error *err);

/* ---- advisory locks ---- */

/* Who holds a lock. The views are borrowed. */
struct spk_sql_process {
    struct spk_view host;  /* name of the machine */
    struct spk_view boot;  /* changes with every boot of it */
    int64_t pid_namespace; /* inside which the pid means something */
    int64_t pid;
    int64_t started; /* in clock ticks since boot: tells that a pid was used again; 0 unknown */
};

enum { SPK_SQL_LOCK_TOKEN = 37, SPK_SQL_LOCK_NAME = 256 };

struct spk_sql_lock {
    char name[SPK_SQL_LOCK_NAME];
    char token[SPK_SQL_LOCK_TOKEN]; /* tells this holding from every other */
};

struct spk_sql_lock_options {
    struct spk_view name;  /* what is locked: "platform/cellexpert"; 1 to 255 bytes */
    struct spk_view owner; /* for the reader of the error: "spike run 0193..." */
    int64_t expire_us;     /* without a heartbeat for so long the holder is dead; 0 means 60 s */
    const struct spk_sql_process *process; /* NULL: this one */
};

/* Outside a transaction. The locks are rows of table spk_lock, created on demand. A lock whose
 * holder is dead is taken over: on the same host the process is gone or the machine was booted
 * since; elsewhere (and in another process namespace) the heartbeat expired. ETRANSIENT where it is
 * held; the text names the holder, its host, pid and last heartbeat. */
spk_rc spk_sql_lock_acquire(struct spk_sql *sql, const struct spk_sql_lock_options *options,
                            struct spk_sql_lock *out, struct spk_error *err);
/* Renews the heartbeat; call it several times per expire_us. ESYSTEM where the lock was taken over
 * by another: stop at once. */
spk_rc spk_sql_lock_beat(struct spk_sql *sql, const struct spk_sql_lock *lock,
                         struct spk_error *err);
/* Gives the lock back; fine where it is no longer ours. */
spk_rc spk_sql_lock_release(struct spk_sql *sql, const struct spk_sql_lock *lock,
                            struct spk_error *err);

/* ---- faults for tests ---- */

enum spk_sql_fault_mode {
    SPK_SQL_FAULT_CALL,        /* the Nth call fails before the database hears of it */
    SPK_SQL_FAULT_LOST_COMMIT, /* the Nth commit takes effect and is then reported as failed */
};

struct spk_sql_fault {
    enum spk_sql_fault_mode mode;
    int nth; /* 1 is the first; 0 never */
    spk_rc rc;
};

/* Passes all to `inner` (borrowed). Calls are exec, query, script, begin and commit. */
struct spk_sql *spk_sql_faulty_create(struct spk_sql *inner, const struct spk_sql_fault *fault);
int spk_sql_faulty_calls(const struct spk_sql *faulty); /* calls, or commits, so far */

#endif
