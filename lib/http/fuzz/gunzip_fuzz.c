/* Any bytes as gzip, in pieces; what they unpack to is limited. */
#include "http/http_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static spk_rc take(void *context, struct spk_view bytes, struct spk_error *err)
{
    const struct spk_http_limits limits = {.max_bytes = 1 << 20, .max_ratio = 100};
    size_t *seen = context;
    *seen += bytes.len;
    return spk_http_limits_check(&limits, *seen, 1000, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t seen = 0;
    spk_rc rc = SPK_OK;
    const struct spk_http_taker taker = {take, &seen};
    struct spk_http_gunzip *gunzip = spk_http_gunzip_create();
    size_t step = size > 0 ? (size_t)data[0] + 1 : 1;
    for (size_t at = 1; !rc && at < size; at += step) {
        struct spk_view piece = spk_view_slice(spk_view_make(data, size), at, at + step);
        rc = spk_http_gunzip_feed(gunzip, piece, &taker, NULL);
    }
    spk_http_gunzip_ended(gunzip);
    spk_http_gunzip_destroy(gunzip);
    return 0;
}
