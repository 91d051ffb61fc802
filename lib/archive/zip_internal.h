#ifndef SPK_ARCHIVE_ZIP_INTERNAL_H
#define SPK_ARCHIVE_ZIP_INTERNAL_H
/* zip.c reads the directory, zip_member.c one file. */
#include <zlib.h>

#include "archive/archive_internal.h"

struct spk_zip_entry {
    struct spk_view name;
    bool is_encrypted;
    int method;
    uint32_t crc;
    uint64_t packed_size, size;
    uint64_t offset; /* of the local header; then of the data */
};

struct spk_zip_member {
    struct spk_reader reader;
    const struct spk_archive_bytes *bytes;
    struct spk_zip_entry entry;
    bool is_open;
    uint64_t packed_done, done;
    uint32_t crc;
    bool ended; /* of the deflated data */
    z_stream stream;
    char packed[SPK_ARCHIVE_PIECE], out[SPK_ARCHIVE_PIECE];
};

struct spk_archive_zip {
    struct spk_archive_bytes bytes;
    uint64_t shift; /* what stands in front of the archive */
    struct spk_buf directory;
    size_t at; /* the next entry */
    struct spk_zip_member member;
};

/* EDATA where the bytes are not there. */
spk_rc spk_zip_read_at(const struct spk_archive_bytes *bytes, uint64_t offset, char *out,
                       size_t len, struct spk_error *err);
spk_rc spk_zip_member_begin(struct spk_zip_member *member, const struct spk_archive_bytes *bytes,
                            const struct spk_zip_entry *entry, struct spk_error *err);
/* Zero bytes are a member that has ended. */
void spk_zip_member_end(struct spk_zip_member *member);

#endif
