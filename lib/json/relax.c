/* What Python's json reads besides RFC 8259, made readable for yyjson. */
#include "json/json_internal.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word outside of strings; e and E belong to numbers. */
static bool is_known_word(struct spk_view word)
{
    static const char *const words[] = {"true", "false", "null", "NaN", "Infinity", "e", "E"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (spk_view_is(word, words[i]))
            return true;
    }
    return false;
}

/* The code unit of a \uXXXX at p, or -1. */
static int32_t read_unit(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int32_t unit = 0;
    for (int i = 2; i < 6; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Copies the escape at p; *len grows by what was written. Returns what is behind it. */
static const char *copy_escape(const char *p, const char *end, char *out, size_t *len)
{
    int32_t unit = read_unit(p, end);
    size_t taken = end - p < 2 ? 1 : 2;
    if (unit >= 0)
        taken = 6;
    if (unit >= 0xD800 && unit < 0xDC00) {
        int32_t low = read_unit(p + 6, end);
        taken = low >= 0xDC00 && low < 0xE000 ? 12 : 6;
    }
    if (unit >= 0xD800 && unit < 0xE000 && taken == 6) {
        *len += spk_utf8_encode((uint32_t)unit, out + *len);
        return p + 6;
    }
    memcpy(out + *len, p, taken);
    *len += taken;
    return p + taken;
}

/* Letters outside of strings; yyjson itself would take more words than Python's json. */
static bool copy_word(const char **p, const char *end, char before, char *out, size_t *len)
{
    const char *start = *p;
    while (*p < end && is_letter(**p))
        ++*p;
    struct spk_view word = spk_view_make(start, (size_t)(*p - start));
    if (!is_known_word(word) || (before == '-' && spk_view_is(word, "NaN")))
        return false;
    memcpy(out + *len, word.at, word.len);
    *len += word.len;
    return true;
}

bool spk_json_relax(struct spk_view text, char *out, size_t *len)
{
    const char *p = text.at;
    const char *end = text.at + text.len;
    bool inside = false;
    *len = 0;
    while (p < end) {
        if (inside && *p == '\\') {
            p = copy_escape(p, end, out, len);
        } else if (inside && (unsigned char)*p < 0x20) {
            return false;
        } else if (!inside && is_letter(*p)) {
            if (!copy_word(&p, end, p > text.at ? p[-1] : 0, out, len))
                return false;
        } else {
            inside = inside != (*p == '"');
            out[(*len)++] = *p++;
        }
    }
    return true;
}
