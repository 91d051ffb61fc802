#ifndef SPK_RAWZONE_RAWZONE_H
#define SPK_RAWZONE_RAWZONE_H
/*
 * The raw zone: ACCOUNT/STREAM/YYYY/MM/DD/yyyy_mm_dd_HHmmssSSS.parquet in the platform's own
 * bucket. Folders are the batch's day, the file name is the time of extraction (UTC). Versions of a
 * day lie side by side and are never overwritten.
 */
#include "storage/storage.h"

struct spk_objstore;

/* The key of a batch's n-th file; later parts get the next free millisecond. */
struct spk_view spk_rawzone_key(struct spk_arena *arena, const struct spk_batch *batch,
                                int64_t extracted_us, size_t part);
/* The day and names of a key; false where it is none of ours. */
bool spk_rawzone_key_parse(struct spk_view key, struct spk_view *account, struct spk_view *stream,
                           int32_t *day);

/*
 * Copies one transient file to its raw key (server-side, only if the key is free) and verifies
 * size, sha256 and row count of what lies there. A key that exists with the same sha256 is our own
 * earlier try and fine; with another content: EDATA.
 */
spk_rc spk_rawzone_publish(struct spk_objstore *transient, struct spk_objstore *raw,
                           struct spk_view from, const struct spk_published_file *file,
                           struct spk_error *err);

#endif
