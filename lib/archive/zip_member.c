#include <assert.h>

#include "archive/zip_internal.h"

enum { STORED = 0, DEFLATED = 8 };

void spk_zip_member_end(struct spk_zip_member *member)
{
    if (member->is_open)
        inflateEnd(&member->stream);
    member->is_open = false;
}

static spk_rc read_packed(struct spk_zip_member *member, size_t *len, struct spk_error *err)
{
    uint64_t left = member->entry.packed_size - member->packed_done;
    *len = left < sizeof(member->packed) ? (size_t)left : sizeof(member->packed);
    spk_rc rc = spk_zip_read_at(member->bytes, member->entry.offset + member->packed_done,
                                member->packed, *len, err);
    member->packed_done += rc ? 0 : *len;
    return rc;
}

static spk_rc next_stored(struct spk_zip_member *member, struct spk_view *piece,
                          struct spk_error *err)
{
    size_t len = 0;
    spk_rc rc = read_packed(member, &len, err);
    if (!rc && len > 0)
        *piece = spk_view_make(member->packed, len);
    return rc;
}

static spk_rc next_deflated(struct spk_zip_member *member, struct spk_view *piece,
                            struct spk_error *err)
{
    z_stream *stream = &member->stream;
    while (!piece->at && !member->ended) {
        size_t len = 0;
        if (stream->avail_in == 0) {
            spk_rc rc = read_packed(member, &len, err);
            if (rc)
                return rc;
            stream->next_in = (Bytef *)member->packed;
            stream->avail_in = (uInt)len;
        }
        stream->next_out = (Bytef *)member->out;
        stream->avail_out = sizeof(member->out);
        int code = inflate(stream, Z_NO_FLUSH);
        size_t made = sizeof(member->out) - stream->avail_out;
        member->ended = code == Z_STREAM_END;
        if (code != Z_OK && code != Z_STREAM_END)
            return spk_error_set(err, SPK_EDATA, "the deflated data is broken or cut off");
        if (made > 0)
            *piece = spk_view_make(member->out, made);
    }
    return SPK_OK;
}

static spk_rc next(struct spk_reader *base, struct spk_view *piece, struct spk_error *err)
{
    struct spk_zip_member *member = (struct spk_zip_member *)base;
    *piece = (struct spk_view){0};
    spk_rc rc = member->entry.method == STORED ? next_stored(member, piece, err)
                                               : next_deflated(member, piece, err);
    if (rc)
        return rc;
    if (!piece->at) {
        if (member->done != member->entry.size || member->crc != member->entry.crc)
            rc = spk_error_set(err, SPK_EDATA, "the file's size or checksum is wrong");
        return rc;
    }
    member->done += piece->len;
    member->crc = (uint32_t)crc32(member->crc, (const Bytef *)piece->at, (uInt)piece->len);
    if (member->done > member->entry.size)
        return spk_error_set(err, SPK_EDATA, "the file is larger than the directory says");
    return spk_archive_check_ratio(member->done, member->packed_done, err);
}

spk_rc spk_zip_member_begin(struct spk_zip_member *member, const struct spk_archive_bytes *bytes,
                            const struct spk_zip_entry *entry, struct spk_error *err)
{
    if (entry->is_encrypted)
        return spk_error_set(err, SPK_EDATA, "the file is encrypted");
    if (entry->method != STORED && entry->method != DEFLATED)
        return spk_error_set(err, SPK_EDATA, "the file is packed by method %d; 0 and 8 are known",
                             entry->method);
    member->reader.next = next;
    member->bytes = bytes;
    member->entry = *entry;
    member->packed_done = member->done = 0;
    member->crc = 0;
    member->ended = false;
    member->stream = (z_stream){0};
    int code = inflateInit2(&member->stream, -MAX_WBITS);
    assert(code == Z_OK); /* only memory can be missing */
    (void)code;
    member->is_open = true;
    return SPK_OK;
}
