#ifndef SPK_LINK_LINK_INTERNAL_H
#define SPK_LINK_LINK_INTERNAL_H
/*
 * source.c: what a platform's external table consists of: its published files, checked and ordered.
 * statement.c: the SQL of its DuckDB twin. count.c: the rows that the warehouse sees. link.c: the
 * order of it all.
 */
#include "base/map.h"
#include "link/link.h"

struct spk_link_file {
    const struct spk_published_file *published;
    struct spk_view account, stream; /* folders of the key */
    int32_t day;                     /* the same */
    struct spk_view path;            /* the file on this machine */
    bool unlinked;                   /* storage does not say that the warehouse lists it */
    bool fresh;                      /* to be counted: not visible before this refresh */
    int64_t counted;                 /* rows as the warehouse sees them */
};

/* Files [from, to) of a source. */
struct spk_link_range {
    size_t from, to;
};

struct spk_link_source {
    struct spk_arena arena;
    struct spk_view platform;
    struct spk_view root; /* what a path has in front of the key; "" without files */
    struct spk_link_file *files;
    size_t n;              /* ordered by stream, day, key */
    struct spk_map by_key; /* -> struct spk_link_file */
};

/* ---- source.c ---- */

/* ECONFIG where the bucket has no files that an engine could read in place; EDATA for a key that is
 * not laid out as the raw zone's. deinit it whatever happens. */
spk_rc spk_link_source_load(struct spk_link_source *source, const struct spk_link_parts *parts,
                            struct spk_error *err);
void spk_link_source_deinit(struct spk_link_source *source);
/* The next days of one stream, together at most some hundred files, that begin at `range->to`;
 * false at the end. fresh_only: only days that have a fresh file. A range starts as {0, 0}. */
bool spk_link_source_next(const struct spk_link_source *source, bool fresh_only,
                          struct spk_link_range *range);

/* ---- statement.c ---- */

struct spk_link_statements {
    struct spk_view *items; /* in the source's arena */
    size_t n, cap;
};

/* Those that make the source's files, and no others, visible. EDATA where there are too many. */
spk_rc spk_link_statements_show(struct spk_link_source *source, struct spk_link_statements *out,
                                struct spk_error *err);
/* The rows per file of a range: two columns, key and number. */
struct spk_view spk_link_statement_count(struct spk_link_source *source,
                                         const struct spk_link_range *range);
/* Whether the list of files exists (a row), and the keys in it. */
struct spk_view spk_link_statement_exists(struct spk_link_source *source);
struct spk_view spk_link_statement_listed(struct spk_link_source *source);

/* ---- count.c ---- */

/* A file is fresh when the warehouse does not list it or storage does not know that it does. */
spk_rc spk_link_mark_fresh(struct spk_link_source *source, struct spk_warehouse *warehouse,
                           struct spk_error *err);
/* Counts what is fresh and compares it, and the other files of the same days, with what was
 * published. EDATA names the first file that differs. */
spk_rc spk_link_reconcile(struct spk_link_source *source, struct spk_warehouse *warehouse,
                          struct spk_link_result *result, struct spk_error *err);

#endif
