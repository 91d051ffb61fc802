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

struct spk_link_result {
    size_t files;         /* newly visible */
    int64_t rows;         /* in them, as published */
    int64_t counted_rows; /* as the warehouse counts them */
};

/* Makes all published files of the platform visible and reconciles. EDATA where counts differ. */
spk_rc spk_link_refresh(struct spk_storage *storage, struct spk_warehouse *warehouse,
                        struct spk_objstore *raw, const struct spk_platform *platform,
                        struct spk_link_result *result, struct spk_error *err);
/* The statements that would be run, one per line end: for `spike link plan` and golden tests. */
spk_rc spk_link_plan(struct spk_storage *storage, struct spk_objstore *raw,
                     const struct spk_platform *platform, struct spk_buf *out,
                     struct spk_error *err);

#endif
