#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/memory.h"
#include "http/http_internal.h"

struct spk_http_gunzip {
    z_stream stream;
    size_t members; /* that ended */
    bool inside;    /* a member has begun and has not ended */
    bool garbage;   /* what follows the last member is none */
    char out[32768];
};

struct spk_http_gunzip *spk_http_gunzip_create(void)
{
    struct spk_http_gunzip *gunzip = spk_memory_zalloc(sizeof(*gunzip));
    int code = inflateInit2(&gunzip->stream, MAX_WBITS + 16);
    assert(code == Z_OK); /* only memory can be missing */
    (void)code;
    return gunzip;
}

void spk_http_gunzip_destroy(struct spk_http_gunzip *gunzip)
{
    if (gunzip) {
        inflateEnd(&gunzip->stream);
        free(gunzip);
    }
}

bool spk_http_gunzip_ended(const struct spk_http_gunzip *gunzip)
{
    return !gunzip->inside;
}

/* Between members: garbage behind the last one is passed over, as urllib3 does. */
static spk_rc act_on(struct spk_http_gunzip *gunzip, int code, struct spk_error *err)
{
    if (code == Z_STREAM_END) {
        gunzip->members++;
        gunzip->inside = false;
        inflateReset(&gunzip->stream);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        gunzip->garbage = true;
        gunzip->inside = false;
        if (gunzip->members == 0) {
            spk_error_set(err, SPK_EDATA, "the body is not encoded as its headers say (gzip)");
            spk_error_hint(err, "ask the peer, or read it raw");
            return SPK_EDATA;
        }
    }
    return SPK_OK;
}

spk_rc spk_http_gunzip_feed(struct spk_http_gunzip *gunzip, struct spk_view piece,
                            const struct spk_http_taker *taker, struct spk_error *err)
{
    z_stream *stream = &gunzip->stream;
    spk_rc rc = SPK_OK;
    bool more = piece.len > 0;
    stream->next_in = (Bytef *)piece.at;
    stream->avail_in = (uInt)piece.len;
    while (!rc && more && !gunzip->garbage) {
        stream->next_out = (Bytef *)gunzip->out;
        stream->avail_out = sizeof(gunzip->out);
        gunzip->inside = true;
        int code = inflate(stream, Z_NO_FLUSH);
        size_t made = sizeof(gunzip->out) - stream->avail_out;
        if (made > 0) {
            rc = taker->take(taker->context, spk_view_make(gunzip->out, made), err);
        }
        more = stream->avail_in > 0 || (code == Z_OK && stream->avail_out == 0);
        if (!rc) {
            rc = act_on(gunzip, code, err);
        }
    }
    return rc;
}
