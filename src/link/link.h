#ifndef SPK_LINK_LINK_H
#define SPK_LINK_LINK_H
/*
 * The link to the warehouse. One source definition per platform (bucket, key layout, columns) makes
 * the external table's twin: in DuckDB a view over the published file list, rewritten on refresh,
 * so that what is not linked yet is not seen (staleness is real). After each refresh the rows of
 * the refreshed prefixes are counted in the warehouse and compared with the published files.
 */
#include "project/project.h"
#include "storage/storage.h"

struct spk_warehouse;
struct spk_objstore;

/* What a link is between; all borrowed. */
struct spk_link_parts {
    struct spk_storage *storage;
    struct spk_warehouse *warehouse; /* not used by plan */
    struct spk_objstore *raw;        /* the platform's bucket */
    const struct spk_platform *platform;
};

struct spk_link_result {
    size_t files;         /* newly visible */
    int64_t rows;         /* in them, as published */
    int64_t counted_rows; /* as the warehouse counts them */
};

/* Makes exactly the published files of the platform visible, in one transaction of the warehouse,
 * counts the rows of what is newly visible and tells storage that it is linked. Doing it again
 * changes nothing; after a failure it is done again. EDATA where counts differ or a file cannot be
 * read, with the first such file; the warehouse then shows what it showed before. ECONFIG where the
 * raw zone has no files that the warehouse can read. */
spk_rc spk_link_refresh(const struct spk_link_parts *parts, struct spk_link_result *result,
                        struct spk_error *err);
/* The statements of the next refresh, appended, each with ";" and a line end: for `spike link plan`
 * and golden tests. */
spk_rc spk_link_plan(const struct spk_link_parts *parts, struct spk_buf *out,
                     struct spk_error *err);

#endif
