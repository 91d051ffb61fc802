#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "archive/archive_internal.h"
#include "base/memory.h"

struct spk_archive_gunzip {
    z_stream stream;
    size_t members; /* that ended */
    bool inside;    /* a member has begun and has not ended */
    bool garbage;   /* what follows the last member is none */
    bool full;      /* the last output filled its room: more may be waiting in the stream */
    char out[SPK_ARCHIVE_PIECE];
};

struct spk_archive_gunzip *spk_archive_gunzip_create(void)
{
    struct spk_archive_gunzip *gunzip = spk_memory_zalloc(sizeof(*gunzip));
    int code = inflateInit2(&gunzip->stream, MAX_WBITS + 16);
    assert(code == Z_OK); /* only memory can be missing */
    (void)code;
    return gunzip;
}

void spk_archive_gunzip_destroy(struct spk_archive_gunzip *gunzip)
{
    if (gunzip) {
        inflateEnd(&gunzip->stream);
        free(gunzip);
    }
}

bool spk_archive_gunzip_ended(const struct spk_archive_gunzip *gunzip)
{
    return !gunzip->inside;
}

void spk_archive_gunzip_put(struct spk_archive_gunzip *gunzip, struct spk_view piece)
{
    assert(piece.len <= UINT32_MAX);
    gunzip->stream.next_in = (Bytef *)piece.at; /* zlib only reads it */
    gunzip->stream.avail_in = (uInt)piece.len;
}

/* Between members: garbage behind the last one is passed over. */
static void act_on(struct spk_archive_gunzip *gunzip, int code)
{
    if (code == Z_STREAM_END) {
        gunzip->members++;
        gunzip->inside = false;
        inflateReset(&gunzip->stream);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        gunzip->garbage = true;
        gunzip->inside = false;
    }
}

spk_rc spk_archive_gunzip_next(struct spk_archive_gunzip *gunzip, struct spk_view *out,
                               struct spk_error *err)
{
    z_stream *stream = &gunzip->stream;
    *out = (struct spk_view){0};
    while (!out->at && !gunzip->garbage && (stream->avail_in > 0 || gunzip->full)) {
        stream->next_out = (Bytef *)gunzip->out;
        stream->avail_out = sizeof(gunzip->out);
        gunzip->inside = true;
        int code = inflate(stream, Z_NO_FLUSH);
        size_t made = sizeof(gunzip->out) - stream->avail_out;
        gunzip->full = code == Z_OK && stream->avail_out == 0;
        act_on(gunzip, code);
        if (made > 0)
            *out = spk_view_make(gunzip->out, made);
    }
    if (!out->at && gunzip->garbage && gunzip->members == 0)
        return spk_error_set(err, SPK_EDATA, "the data is no gzip, or broken");
    return SPK_OK;
}
