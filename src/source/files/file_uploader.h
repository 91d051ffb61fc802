#ifndef SPK_SOURCE_FILES_FILE_UPLOADER_H
#define SPK_SOURCE_FILES_FILE_UPLOADER_H
/* Files that belong to records. Internal to src/source. */
#include "source/kinds.h"

/* Fetches the file of `record` into the staging folder and sets record->file (in its arena). `self`
 * is a FileUploader; the scope is that of the page. */
spk_rc spk_file_upload(struct spk_component *self, const struct spk_scope *scope,
                       struct spk_record *record, struct spk_error *err);

#endif
