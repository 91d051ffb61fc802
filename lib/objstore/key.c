#include "objstore/objstore_internal.h"

enum { SEGMENT_MAX = 255 };

static const char *unfit_segment(struct spk_view segment)
{
    if (segment.len == 0)
        return "has an empty segment (a '/' too many)";
    if (spk_view_is(segment, ".") || spk_view_is(segment, ".."))
        return "has a segment that is \".\" or \"..\"";
    if (segment.len > SEGMENT_MAX)
        return "has a segment of more than 255 bytes";
    return NULL;
}

static const char *unfit(struct spk_view key)
{
    if (key.len == 0)
        return "is empty";
    if (key.len > SPK_OBJSTORE_KEY_MAX)
        return "has more than 1024 bytes";
    if (memchr(key.at, 0, key.len))
        return "holds a NUL";
    if (spk_utf8_valid_prefix(key) != key.len)
        return "is not UTF-8";
    struct spk_view rest = key;
    for (bool first = true; rest.at; first = false) {
        struct spk_view segment = spk_view_cut(&rest, '/');
        const char *why = unfit_segment(segment);
        if (why)
            return why;
        if (first && spk_view_is(segment, SPK_OBJSTORE_TEMP))
            return "begins with the reserved segment " SPK_OBJSTORE_TEMP;
    }
    return NULL;
}

spk_rc spk_objstore_key_check(struct spk_view key, struct spk_error *err)
{
    const char *why = unfit(key);
    if (!why)
        return SPK_OK;
    struct spk_view shown = spk_view_slice(key, 0, 100);
    shown.len = spk_utf8_valid_prefix(shown);
    return spk_error_set(err, SPK_EDATA, "the key \"%.*s\" %s", SPK_FMT(shown), why);
}
