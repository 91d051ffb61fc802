/* UTF-8, with surrogates kept as they are (WTF-8): Python's str may hold them. */
#include "value/value_internal.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t letters;

static void open_locale(void)
{
    letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!letters)
        letters = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

uint32_t spk_unicode_lower(uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z' ? code + 32 : code;
    pthread_once(&once, open_locale);
    return (uint32_t)towlower_l((wint_t)code, letters);
}

/* [first, last] of what str.isprintable refuses, from Python 3.11 (Unicode 14). */
static const struct {
    uint32_t first, last;
} unprintable[] = {
#include "value/unprintable.inc"
};

bool spk_unicode_is_printable(uint32_t code)
{
    size_t low = 0;
    size_t high = sizeof unprintable / sizeof unprintable[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > unprintable[middle].last)
            low = middle + 1;
        else if (code < unprintable[middle].first)
            high = middle;
        else
            return false;
    }
    return true;
}

uint32_t spk_utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t code = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    bool good = len > 0 && len <= left && p[0] < 0xF5;
    for (size_t i = 1; good && i < len; i++) {
        good = (p[i] & 0xC0) == 0x80;
        code = code << 6 | (p[i] & 0x3F);
    }
    if (!good || code < smallest[len] || code > 0x10FFFF) {
        *at += 1;
        return 0xDC00u + p[0];
    }
    *at += len;
    return code;
}

size_t spk_utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[len] | code);
    return len;
}
