#include "base/view.h"

int spk_view_compare(struct spk_view a, struct spk_view b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.at, b.at, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool spk_view_equal_nocase(struct spk_view a, struct spk_view b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.at[i]) != lower(b.at[i])) {
            return false;
        }
    }
    return true;
}

bool spk_view_starts(struct spk_view text, struct spk_view prefix)
{
    return text.len >= prefix.len && spk_view_equal(spk_view_slice(text, 0, prefix.len), prefix);
}

bool spk_view_ends(struct spk_view text, struct spk_view suffix)
{
    return text.len >= suffix.len &&
           spk_view_equal(spk_view_slice(text, text.len - suffix.len, text.len), suffix);
}

ptrdiff_t spk_view_find(struct spk_view text, struct spk_view needle, size_t from)
{
    if (from > text.len) {
        return -1;
    }
    if (needle.len == 0) {
        return (ptrdiff_t)from;
    }
    if (text.len - from < needle.len) {
        return -1;
    }
    const char *hit = memmem(text.at + from, text.len - from, needle.at, needle.len);
    return hit ? hit - text.at : -1;
}

struct spk_view spk_view_slice(struct spk_view text, size_t from, size_t to)
{
    to = to > text.len ? text.len : to;
    from = from > to ? to : from;
    return (struct spk_view){text.at ? text.at + from : NULL, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct spk_view spk_view_trim(struct spk_view text)
{
    while (text.len && is_space(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len && is_space(text.at[text.len - 1])) {
        text.len--;
    }
    return text;
}

struct spk_view spk_view_cut(struct spk_view *rest, char separator)
{
    struct spk_view whole = *rest;
    const char *hit = whole.len ? memchr(whole.at, separator, whole.len) : NULL;
    if (!hit) {
        *rest = (struct spk_view){NULL, 0};
        return whole;
    }
    size_t before = (size_t)(hit - whole.at);
    *rest = (struct spk_view){hit + 1, whole.len - before - 1};
    return (struct spk_view){whole.at, before};
}

/* Folds a 64x64 bit product: every input bit reaches every output bit. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t spk_view_hash(struct spk_view text)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = odd ^ text.len;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.at + i, sizeof word);
        hash = mix(hash ^ word, odd);
    }
    if (i < text.len) {
        uint64_t word = 0;
        memcpy(&word, text.at + i, text.len - i);
        hash = mix(hash ^ word, odd);
    }
    return mix(hash, UINT64_C(0xD6E8FEB86659FD93));
}

/* False for an overlong form, a surrogate or a code point past U+10FFFF. */
static bool second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second < 0xA0;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second < 0x90;
    default: return true;
    }
}

/* Bytes of the character at `s`, of which `left` bytes exist; 0 where it is not valid UTF-8. */
static size_t utf8_character(const unsigned char *s, size_t left)
{
    unsigned char first = s[0];
    if (first < 0x80) {
        return 1;
    }
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < size) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return second_fits(first, s[1]) ? size : 0;
}

size_t spk_utf8_valid_prefix(struct spk_view text)
{
    size_t i = 0;
    while (i < text.len) {
        uint64_t word;
        if (text.len - i >= sizeof word) {
            memcpy(&word, text.at + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof word;
                continue;
            }
        }
        size_t size = utf8_character((const unsigned char *)text.at + i, text.len - i);
        if (size == 0) {
            break;
        }
        i += size;
    }
    return i;
}
