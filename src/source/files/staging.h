#ifndef SPK_SOURCE_FILES_STAGING_H
#define SPK_SOURCE_FILES_STAGING_H
/* The folder where Airbyte's platform picks files up. Internal to src/source. */
#include "base/reader.h"
#include "source/sink.h"

/* Says where the file STREAM/NAME will be, in `arena`. EDATA for a name that would leave the
 * stream's folder, and for none. */
spk_rc spk_staging_place(struct spk_arena *arena, struct spk_view stream, struct spk_view name,
                         struct spk_file_reference *out, struct spk_error *err);
/* Writes the file there, whose folders are made; one that is there is written again. */
spk_rc spk_staging_write(struct spk_file_reference *file, struct spk_reader *content,
                         struct spk_error *err);

#endif
