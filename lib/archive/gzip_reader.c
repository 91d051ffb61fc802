#include "archive/archive_internal.h"

#include "base/memory.h"

enum { MAX_RATIO = 250 };
static const uint64_t ratio_from_bytes = 16 << 20;

spk_rc spk_archive_check_ratio(uint64_t bytes, uint64_t packed, struct spk_error *err)
{
    if (bytes <= ratio_from_bytes || bytes / MAX_RATIO <= packed)
        return SPK_OK;
    return spk_error_set(err, SPK_EDATA,
                         "the data unpacks to more than %d times its size: refused as a "
                         "decompression bomb",
                         MAX_RATIO);
}

static spk_rc pull(struct spk_archive_gzip_reader *self, struct spk_view *piece,
                   struct spk_error *err)
{
    spk_rc rc = self->packed->next(self->packed, piece, err);
    self->packed_bytes += rc ? 0 : piece->len;
    return rc;
}

/* The first two bytes tell, however short the pieces are. */
static spk_rc decide(struct spk_archive_gzip_reader *self, struct spk_error *err)
{
    struct spk_view piece = {0};
    spk_rc rc = SPK_OK;
    do {
        rc = pull(self, &piece, err);
        if (rc)
            return rc;
        while (self->head_len < sizeof(self->head) && piece.len > 0) {
            self->head[self->head_len++] = *piece.at++;
            piece.len--;
        }
    } while (self->head_len < sizeof(self->head) && piece.at);
    self->rest = piece;
    self->decided = true;
    if (spk_view_equal(spk_view_make(self->head, self->head_len), SPK_V("\x1f\x8b")))
        self->gunzip = spk_archive_gunzip_create();
    return SPK_OK;
}

/* As they came: first the head, then what stood behind it, then the other pieces. */
static spk_rc next_plain(struct spk_archive_gzip_reader *self, struct spk_view *piece,
                         struct spk_error *err)
{
    if (self->head_len > 0) {
        *piece = spk_view_make(self->head, self->head_len);
        self->head_len = 0;
        return SPK_OK;
    }
    if (self->rest.len > 0) {
        *piece = self->rest;
        self->rest = (struct spk_view){0};
        return SPK_OK;
    }
    return pull(self, piece, err);
}

static spk_rc next_unpacked(struct spk_archive_gzip_reader *self, struct spk_view *piece,
                            struct spk_error *err)
{
    spk_rc rc = spk_archive_gunzip_next(self->gunzip, piece, err);
    while (!rc && !piece->at) {
        struct spk_view packed = {0};
        rc = next_plain(self, &packed, err);
        if (!rc && !packed.at)
            return spk_archive_gunzip_ended(self->gunzip)
                       ? SPK_OK
                       : spk_error_set(err, SPK_EDATA, "the gzip data was cut off");
        if (!rc) {
            spk_archive_gunzip_put(self->gunzip, packed);
            rc = spk_archive_gunzip_next(self->gunzip, piece, err);
        }
    }
    self->bytes += rc ? 0 : piece->len;
    return rc ? rc : spk_archive_check_ratio(self->bytes, self->packed_bytes, err);
}

static spk_rc next(struct spk_reader *base, struct spk_view *piece, struct spk_error *err)
{
    struct spk_archive_gzip_reader *self = (struct spk_archive_gzip_reader *)base;
    spk_rc rc = self->decided ? SPK_OK : decide(self, err);
    if (rc)
        return rc;
    return self->gunzip ? next_unpacked(self, piece, err) : next_plain(self, piece, err);
}

void spk_archive_gzip_reader_init(struct spk_archive_gzip_reader *reader, struct spk_reader *packed)
{
    *reader = (struct spk_archive_gzip_reader){.reader = {next}, .packed = packed};
}

void spk_archive_gzip_reader_deinit(struct spk_archive_gzip_reader *reader)
{
    spk_archive_gunzip_destroy(reader->gunzip);
    reader->gunzip = NULL;
}
