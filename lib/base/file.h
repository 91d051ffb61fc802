#ifndef SPK_BASE_FILE_H
#define SPK_BASE_FILE_H
/* Small files read whole: configuration, manifests, secrets. */
#include "base/buf.h"

/* Appends the file's bytes to `out`; max_bytes 0 = 64 MiB. ECONFIG where it cannot be opened, EDATA
 * where it is larger, ESYSTEM where reading fails; texts name the path. */
spk_rc spk_file_read(const char *path, size_t max_bytes, struct spk_buf *out,
                     struct spk_error *err);

#endif
