/*
 * The end of a value, found without parsing it: 64 bytes at a time become bit masks of quotes,
 * backslashes and brackets; the brackets outside of strings are counted.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "json/json_internal.h"

enum { BLOCK = 64 };

struct masks {
    uint64_t quote, backslash, open, close; /* bit i: byte i of the block */
};

#ifdef __SSE2__
static inline uint64_t bits_equal(__m128i bytes, char c)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

static inline struct masks read_masks(const char *p)
{
    struct masks masks = {0};
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        /* Bit 5 makes '{' of '[' and '}' of ']', and of nothing else. */
        __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        masks.quote |= bits_equal(bytes, '"') << i;
        masks.backslash |= bits_equal(bytes, '\\') << i;
        masks.open |= bits_equal(folded, '{') << i;
        masks.close |= bits_equal(folded, '}') << i;
    }
    return masks;
}
#else
static inline struct masks read_masks(const char *p)
{
    struct masks masks = {0};
    for (int i = 0; i < BLOCK; i++) {
        masks.quote |= (uint64_t)(p[i] == '"') << i;
        masks.backslash |= (uint64_t)(p[i] == '\\') << i;
        masks.open |= (uint64_t)((p[i] | 0x20) == '{') << i;
        masks.close |= (uint64_t)((p[i] | 0x20) == '}') << i;
    }
    return masks;
}
#endif

/* The bytes that a backslash protects; *carry: the last byte of the block protects the next one. */
static inline uint64_t find_escaped(uint64_t backslash, bool *carry)
{
    uint64_t escaped = *carry ? 1 : 0;
    *carry = false;
    backslash &= ~escaped;
    while (backslash) {
        int at = __builtin_ctzll(backslash);
        if (at == BLOCK - 1) {
            *carry = true;
            break;
        }
        escaped |= UINT64_C(2) << at;
        backslash &= ~(UINT64_C(3) << at);
    }
    return escaped;
}

/* Bit i: whether an odd number of quotes stands at or before i. */
static inline uint64_t fill_strings(uint64_t quotes)
{
    for (int shift = 1; shift < BLOCK; shift *= 2)
        quotes ^= quotes << shift;
    return quotes;
}

struct scan {
    size_t depth;
    uint64_t inside; /* all ones while a string goes on from block to block */
    bool escape;
};

/* The number of bytes up to the closing bracket, or 0 where the block does not hold it. */
static inline size_t scan_block(struct scan *scan, const char *block)
{
    struct masks masks = read_masks(block);
    uint64_t quotes = masks.quote;
    if (masks.backslash || scan->escape)
        quotes &= ~find_escaped(masks.backslash, &scan->escape);
    uint64_t inside = fill_strings(quotes) ^ scan->inside;
    scan->inside = inside >> 63 ? ~UINT64_C(0) : 0;
    uint64_t open = masks.open & ~inside;
    uint64_t close = masks.close & ~inside;
    size_t closed = (size_t)__builtin_popcountll(close);
    if (closed < scan->depth) {
        scan->depth += (size_t)__builtin_popcountll(open) - closed;
        return 0;
    }
    for (uint64_t left = open | close; left; left &= left - 1) {
        uint64_t bit = left & (0 - left);
        if (open & bit)
            scan->depth++;
        else if (--scan->depth == 0)
            return (size_t)__builtin_ctzll(bit) + 1;
    }
    return 0;
}

static const char *container_end(const char *p, const char *end)
{
    struct scan scan = {0};
    for (; end - p >= BLOCK; p += BLOCK) {
        size_t taken = scan_block(&scan, p);
        if (taken)
            return p + taken;
    }
    char rest[BLOCK] = {0};
    memcpy(rest, p, (size_t)(end - p));
    size_t taken = scan_block(&scan, rest);
    return taken ? p + taken : end;
}

static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return end;
}

const char *spk_json_value_end(const char *p, const char *end)
{
    if (p == end)
        return end;
    if (*p == '{' || *p == '[')
        return container_end(p, end);
    if (*p == '"')
        return string_end(p, end);
    while (p < end && !json_is_blank(*p) && *p != ',' && *p != ']' && *p != '}')
        p++;
    return p;
}

struct spk_view spk_json_skip_value(struct spk_view text, size_t *consumed)
{
    if (text.len == 0) {
        *consumed = 0;
        return text;
    }
    const char *end = text.at + text.len;
    const char *start = json_skip_blanks(text.at, end);
    const char *behind = spk_json_value_end(start, end);
    *consumed = (size_t)(behind - text.at);
    return spk_view_make(start, (size_t)(behind - start));
}
