#ifndef SPK_ARCHIVE_ARCHIVE_INTERNAL_H
#define SPK_ARCHIVE_ARCHIVE_INTERNAL_H
#include "archive/archive.h"

enum { SPK_ARCHIVE_PIECE = 32768 };

/* EDATA where so many bytes, unpacked from so many, must be a bomb. */
spk_rc spk_archive_check_ratio(uint64_t bytes, uint64_t packed, struct spk_error *err);

#endif
