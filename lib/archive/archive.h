#ifndef SPK_ARCHIVE_ARCHIVE_H
#define SPK_ARCHIVE_ARCHIVE_H
/*
 * What is packed, unpacked piece by piece: gzip streams and zip archives. Memory does not grow with
 * the data. Broken, cut or encrypted data is EDATA, and so is what unpacks to more than 250 times
 * its size beyond 16 MiB. One thread per handle.
 */
#include "base/reader.h"

/* ---- gzip */

/* Bytes go in by put, what they unpack to comes out by next: put; while (next gives some) use it.
 * Several members in a row are one text. */
struct spk_archive_gunzip;

struct spk_archive_gunzip *spk_archive_gunzip_create(void);
void spk_archive_gunzip_destroy(struct spk_archive_gunzip *gunzip);
/* The piece must live until next gave nothing. */
void spk_archive_gunzip_put(struct spk_archive_gunzip *gunzip, struct spk_view piece);
/* *out: up to 32 KiB, which live until the next call; at NULL: put more. EDATA where the first
 * member is none; what follows the last one and is none is passed over, as urllib3 does. */
spk_rc spk_archive_gunzip_next(struct spk_archive_gunzip *gunzip, struct spk_view *out,
                               struct spk_error *err);
/* False in the middle of a member: the data was cut. */
bool spk_archive_gunzip_ended(const struct spk_archive_gunzip *gunzip);

/* What the bytes of `packed` unpack to; where they do not begin as gzip, these bytes themselves. */
struct spk_archive_gzip_reader {
    struct spk_reader reader;
    /* private */
    struct spk_reader *packed;
    struct spk_archive_gunzip *gunzip;
    struct spk_view rest; /* plain bytes: of the first piece, behind `head` */
    char head[2];
    size_t head_len;
    bool decided;
    uint64_t packed_bytes, bytes;
};
void spk_archive_gzip_reader_init(struct spk_archive_gzip_reader *reader,
                                  struct spk_reader *packed);
void spk_archive_gzip_reader_deinit(struct spk_archive_gzip_reader *reader);

/* ---- zip */

/* Where the archive's bytes are: in memory, or in a file. */
struct spk_archive_bytes {
    struct spk_view view; /* at NULL: `len` bytes of the file descriptor */
    int fd;
    uint64_t len;
};

struct spk_archive_zip;

/* Reads the directory. Folders are left out. The bytes must outlive the handle. */
spk_rc spk_archive_zip_open(const struct spk_archive_bytes *bytes, struct spk_archive_zip **out,
                            struct spk_error *err);
void spk_archive_zip_close(struct spk_archive_zip *zip);
/* Opens the next file in the directory's order; *reader NULL at the end. Name and reader live until
 * the next call. Stored and deflated files, zip64 too; the reader's end checks size and checksum.
 */
spk_rc spk_archive_zip_next(struct spk_archive_zip *zip, struct spk_view *name,
                            struct spk_reader **reader, struct spk_error *err);

#endif
