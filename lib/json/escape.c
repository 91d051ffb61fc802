/* Strings as JSON writes them. */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "json/json_internal.h"

/* Printable ASCII but quote and backslash: goes out as it is, whatever the flags. */
static inline bool is_plain(char c)
{
    return (unsigned char)(c - 0x20) < 0x5F && c != '"' && c != '\\';
}

#define EACH_BYTE(b) ((uint64_t)(b) * 0x0101010101010101u)

/* Whether all eight bytes are plain. */
static inline bool are_plain(uint64_t bytes)
{
    uint64_t quotes = bytes ^ EACH_BYTE('"');
    uint64_t slashes = bytes ^ EACH_BYTE('\\');
    uint64_t odd = (bytes - EACH_BYTE(0x20)) | (quotes - EACH_BYTE(1)) | (slashes - EACH_BYTE(1)) |
                   bytes | (bytes + EACH_BYTE(1)); /* the last: 0x7F */
    return (odd & EACH_BYTE(0x80)) == 0;
}

static inline uint64_t load(const char *p, size_t len)
{
    uint64_t bytes = EACH_BYTE(' ');
    memcpy(&bytes, p, len);
    return bytes;
}

/* A short text at once: its first and its last bytes, which may overlap. */
static inline bool is_short_plain(const char *p, size_t len)
{
    if (len >= 8)
        return are_plain(load(p, 8)) && are_plain(load(p + len - 8, 8));
    if (len >= 4)
        return are_plain(load(p, 4)) && are_plain(load(p + len - 4, 4));
    return false;
}

static const char *skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* As signed bytes, those from 0x80 on are below the blank too. */
        __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
        int bits = _mm_movemask_epi8(odd);
        if (bits)
            return p + __builtin_ctz((unsigned)bits);
    }
#endif
    if (end - p < 16 && is_short_plain(p, (size_t)(end - p)))
        return end;
    while (p < end && is_plain(*p))
        p++;
    return p;
}

static void append_unit(struct spk_buf *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\',
                    'u',
                    digits[unit >> 12 & 15],
                    digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15],
                    digits[unit & 15]};
    spk_buf_append(out, spk_view_make(text, sizeof text));
}

static void append_ascii(struct spk_buf *out, char c, unsigned flags)
{
    static const char meanings[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = c ? memchr(meanings, c, sizeof meanings - 1) : NULL;
    if (found) {
        char text[2] = {'\\', letters[found - meanings]};
        spk_buf_append(out, spk_view_make(text, sizeof text));
    } else if ((unsigned char)c < 0x20 || (c == 0x7F && (flags & SPK_JSON_ASCII))) {
        append_unit(out, (unsigned char)c);
    } else {
        json_put(out, c);
    }
}

/* The character at *p, outside of ASCII; moves *p. */
static void append_wide(struct spk_buf *out, const char **p, const char *end, unsigned flags)
{
    const char *start = *p;
    uint32_t code = spk_utf8_next(p, end);
    bool broken = *p - start == 1;
    if (broken)
        code = 0xFFFD;
    if (code >= 0xD800 && code < 0xE000) {
        append_unit(out, code);
    } else if (!(flags & SPK_JSON_ASCII)) {
        spk_buf_append(out,
                       broken ? SPK_V("\xEF\xBF\xBD") : spk_view_make(start, (size_t)(*p - start)));
    } else if (code >= 0x10000) {
        append_unit(out, 0xD7C0 + (code >> 10));
        append_unit(out, 0xDC00 + (code & 0x3FF));
    } else {
        append_unit(out, code);
    }
}

void spk_json_write_string(struct spk_buf *out, struct spk_view text, unsigned flags)
{
    const char *p = text.at;
    const char *end = text.at + text.len;
    const char *plain = text.len ? skip_plain(p, end) : p;
    if (plain == end) { /* nearly every string */
        char *room = json_room(out, text.len + 2);
        if (room) {
            room[0] = '"';
            if (text.len)
                memcpy(room + 1, text.at, text.len);
            room[text.len + 1] = '"';
            out->len += text.len + 2;
            return;
        }
    }
    json_put(out, '"');
    while (p < end) {
        plain = skip_plain(p, end);
        spk_buf_append(out, spk_view_make(p, (size_t)(plain - p)));
        p = plain;
        if (p < end && (unsigned char)*p < 0x80)
            append_ascii(out, *p++, flags);
        else if (p < end)
            append_wide(out, &p, end, flags);
    }
    json_put(out, '"');
}
