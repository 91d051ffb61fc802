#ifndef SPK_SOURCE_SCHEMA_FILE_H
#define SPK_SOURCE_SCHEMA_FILE_H
/* JSON schemas in files beside the manifest, as connectors written in Python keep them. */
#include "base/arena.h"
#include "base/error.h"
#include "value/value.h"

struct spk_schema_place {
    struct spk_view manifest; /* the manifest's path */
    struct spk_view path;     /* as in file_path: from the manifest's folder, or from the one above
                                 ("./source_x/schemas/orders.json"); empty: by the stream's name */
    struct spk_view stream;   /* schemas/STREAM.json, then STREAM.json, in the manifest's folder */
};

/* The schema with each $ref replaced by what it names: a part of the same file ("#/definitions/x")
 * or a file of the folder shared/ beside it. UNDEFINED where there is no such file; EDATA for one
 * that is not JSON, ECONFIG for a $ref that leads nowhere or to itself. Lives in `arena`. */
spk_rc spk_schema_file_read(const struct spk_schema_place *place, struct spk_arena *arena,
                            struct spk_value *schema, struct spk_error *err);

#endif
