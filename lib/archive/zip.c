/* The directory of a zip archive (PKWARE's APPNOTE 6.3): where its files are. */
#include <stdlib.h>
#include <unistd.h>

#include "archive/zip_internal.h"
#include "base/memory.h"

enum {
    END_BYTES = 22,
    END_SEARCH = END_BYTES + 65535, /* with the longest comment */
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    MAX_DIRECTORY = 64 << 20,
};

static uint64_t number(const char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

spk_rc spk_zip_read_at(const struct spk_archive_bytes *bytes, uint64_t offset, char *out,
                       size_t len, struct spk_error *err)
{
    if (offset > bytes->len || len > bytes->len - offset)
        return spk_error_set(err, SPK_EDATA, "the zip archive is broken or cut off");
    if (bytes->view.at) {
        memcpy(out, bytes->view.at + offset, len);
        return SPK_OK;
    }
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(bytes->fd, out + done, len - done, (off_t)(offset + done));
        if (n <= 0)
            return spk_error_set(err, SPK_ESYSTEM, "cannot read back the zip archive");
        done += (size_t)n;
    }
    return SPK_OK;
}

/* Where the directory is, relative to `shift`: bytes may stand in front of the archive. */
struct directory {
    uint64_t offset, len, shift;
};

/* The zip64 record, whose locator stands in front of the end record; absent: nothing changes. */
static spk_rc read_end64(const struct spk_archive_bytes *bytes, uint64_t end_at,
                         struct directory *out, struct spk_error *err)
{
    char locator[LOCATOR_BYTES], end64[END64_BYTES];
    if (end_at < LOCATOR_BYTES)
        return SPK_OK;
    spk_rc rc = spk_zip_read_at(bytes, end_at - LOCATOR_BYTES, locator, sizeof(locator), err);
    if (rc || memcmp(locator, "PK\6\7", 4) != 0)
        return rc;
    rc = spk_zip_read_at(bytes, number(locator + 8, 8), end64, sizeof(end64), err);
    if (rc || memcmp(end64, "PK\6\6", 4) != 0)
        return rc;
    out->len = number(end64 + 40, 8);
    out->offset = number(end64 + 48, 8);
    out->shift = 0;
    return SPK_OK;
}

static spk_rc find_directory(const struct spk_archive_bytes *bytes, struct directory *out,
                             struct spk_error *err)
{
    struct spk_buf tail = {0};
    size_t len = bytes->len < END_SEARCH ? (size_t)bytes->len : END_SEARCH;
    char *room = spk_buf_reserve(&tail, len + 1);
    spk_rc rc = spk_zip_read_at(bytes, bytes->len - len, room, len, err);
    size_t at = len + 1;
    for (size_t i = len < END_BYTES ? 0 : len - END_BYTES + 1; !rc && at > len && i-- > 0;) {
        if (memcmp(room + i, "PK\5\6", 4) == 0)
            at = i;
    }
    if (!rc && at > len)
        rc = spk_error_set(err, SPK_EDATA, "the data is no zip archive, or cut off");
    if (!rc) {
        uint64_t end_at = bytes->len - len + at;
        *out = (struct directory){.len = number(room + at + 12, 4),
                                  .offset = number(room + at + 16, 4)};
        if (out->len + out->offset <= end_at)
            out->shift = end_at - out->len - out->offset;
        rc = read_end64(bytes, end_at, out, err);
    }
    spk_buf_deinit(&tail);
    return rc;
}

spk_rc spk_archive_zip_open(const struct spk_archive_bytes *bytes, struct spk_archive_zip **out,
                            struct spk_error *err)
{
    struct directory directory = {0};
    spk_rc rc = find_directory(bytes, &directory, err);
    if (!rc && directory.len > MAX_DIRECTORY)
        rc = spk_error_set(err, SPK_EDATA, "the directory of the zip archive is larger than %d",
                           MAX_DIRECTORY);
    if (rc)
        return rc;
    struct spk_archive_zip *zip = spk_memory_zalloc(sizeof(*zip));
    char *room = spk_buf_reserve(&zip->directory, directory.len + 1);
    zip->bytes = *bytes;
    zip->shift = directory.shift;
    zip->directory.len = directory.len;
    rc = spk_zip_read_at(bytes, directory.shift + directory.offset, room, directory.len, err);
    if (rc)
        spk_archive_zip_close(zip);
    else
        *out = zip;
    return rc;
}

void spk_archive_zip_close(struct spk_archive_zip *zip)
{
    if (!zip)
        return;
    spk_zip_member_end(&zip->member);
    spk_buf_deinit(&zip->directory);
    free(zip);
}

/* Sizes and offset that do not fit into 32 bits stand in the zip64 field, in this order. */
static void read_extra64(struct spk_view extra, struct spk_zip_entry *entry)
{
    uint64_t *const wide[] = {&entry->size, &entry->packed_size, &entry->offset};
    while (extra.len >= 4) {
        size_t len = (size_t)number(extra.at + 2, 2);
        struct spk_view field = spk_view_slice(extra, 4, 4 + len);
        size_t at = 0;
        for (size_t i = 0; number(extra.at, 2) == 1 && i < sizeof(wide) / sizeof(*wide); i++) {
            if (*wide[i] != UINT32_MAX || at + 8 > field.len)
                continue;
            *wide[i] = number(field.at + at, 8);
            at += 8;
        }
        extra = spk_view_slice(extra, 4 + len, extra.len);
    }
}

/* *more false at the directory's end. */
static spk_rc read_entry(struct spk_archive_zip *zip, struct spk_zip_entry *entry, bool *more,
                         struct spk_error *err)
{
    struct spk_view rest =
        spk_view_slice(spk_buf_view(&zip->directory), zip->at, zip->directory.len);
    *more = rest.len > 0;
    if (!*more)
        return SPK_OK;
    size_t name_len = 0, extra_len = 0, comment_len = 0;
    if (rest.len >= ENTRY_BYTES && memcmp(rest.at, "PK\1\2", 4) == 0) {
        name_len = (size_t)number(rest.at + 28, 2);
        extra_len = (size_t)number(rest.at + 30, 2);
        comment_len = (size_t)number(rest.at + 32, 2);
    }
    size_t len = ENTRY_BYTES + name_len + extra_len + comment_len;
    if (name_len == 0 || len > rest.len)
        return spk_error_set(err, SPK_EDATA, "the directory of the zip archive is broken");
    *entry = (struct spk_zip_entry){.name = spk_view_make(rest.at + ENTRY_BYTES, name_len),
                                    .is_encrypted = number(rest.at + 8, 2) & 1,
                                    .method = (int)number(rest.at + 10, 2),
                                    .crc = (uint32_t)number(rest.at + 16, 4),
                                    .packed_size = number(rest.at + 20, 4),
                                    .size = number(rest.at + 24, 4),
                                    .offset = number(rest.at + 42, 4)};
    read_extra64(spk_view_make(rest.at + ENTRY_BYTES + name_len, extra_len), entry);
    zip->at += len;
    return SPK_OK;
}

/* The data begins behind the local header, whose own lengths count. */
static spk_rc find_data(struct spk_archive_zip *zip, struct spk_zip_entry *entry,
                        struct spk_error *err)
{
    char local[LOCAL_BYTES];
    entry->offset += zip->shift;
    spk_rc rc = spk_zip_read_at(&zip->bytes, entry->offset, local, sizeof(local), err);
    if (!rc && memcmp(local, "PK\3\4", 4) != 0)
        rc = spk_error_set(err, SPK_EDATA, "no file is where the directory of the zip says");
    if (!rc)
        entry->offset += LOCAL_BYTES + number(local + 26, 2) + number(local + 28, 2);
    return rc;
}

spk_rc spk_archive_zip_next(struct spk_archive_zip *zip, struct spk_view *name,
                            struct spk_reader **reader, struct spk_error *err)
{
    struct spk_zip_entry entry = {0};
    bool more = true, is_folder = true;
    spk_rc rc = SPK_OK;
    *reader = NULL;
    spk_zip_member_end(&zip->member);
    while (!rc && more && is_folder) {
        rc = read_entry(zip, &entry, &more, err);
        is_folder = !rc && more && spk_view_ends(entry.name, SPK_V("/"));
    }
    if (rc || !more)
        return rc;
    rc = find_data(zip, &entry, err);
    if (!rc)
        rc = spk_zip_member_begin(&zip->member, &zip->bytes, &entry, err);
    if (rc)
        return spk_error_context(err, rc, "%.*s", SPK_FMT(spk_view_slice(entry.name, 0, 200)));
    *name = entry.name;
    *reader = &zip->member.reader;
    return SPK_OK;
}
