/* Text as Python's str has it: code points, Unicode classes and cases. */
#include <locale.h>
#include <wctype.h>

#include <pthread.h>

#include "template/template_internal.h"

static locale_t unicode;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void load_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!unicode)
        unicode = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static locale_t locale(void)
{
    pthread_once(&unicode_once, load_unicode);
    return unicode;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t spk_tpl_text_len(struct spk_view text)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        len += !continues(text.at[i]);
    return len;
}

size_t spk_tpl_text_offset(struct spk_view text, size_t index)
{
    size_t at = 0;
    while (at < text.len && continues(text.at[at]))
        at++;
    for (; index > 0 && at < text.len; index--) {
        at++;
        while (at < text.len && continues(text.at[at]))
            at++;
    }
    return at;
}

uint32_t spk_tpl_text_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    size_t len = p[0] < 0xC0 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t code = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    size_t i = 1;
    for (; i < len && p + i < (const unsigned char *)end && continues((char)p[i]); i++)
        code = code << 6 | (p[i] & 0x3Fu);
    *at += i;
    return code;
}

void spk_tpl_text_put(struct spk_buf *out, uint32_t code)
{
    if (code < 0x80) {
        spk_buf_append_char(out, (char)code);
    } else if (code < 0x800) {
        spk_buf_append_char(out, (char)(0xC0 | code >> 6));
        spk_buf_append_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        if (code < 0x10000) {
            spk_buf_append_char(out, (char)(0xE0 | code >> 12));
        } else {
            spk_buf_append_char(out, (char)(0xF0 | code >> 18));
            spk_buf_append_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        }
        spk_buf_append_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        spk_buf_append_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

bool spk_tpl_is_space(uint32_t code)
{
    return (code >= 9 && code <= 13) || (code >= 28 && code <= 32) || code == 0x85 ||
           code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool spk_tpl_is_class(uint32_t code, enum spk_tpl_class class)
{
    switch (class) {
    case CLASS_SPACE: return spk_tpl_is_space(code);
    case CLASS_ALPHA: return iswalpha_l((wint_t)code, locale()) && !(code >= '0' && code <= '9');
    case CLASS_UPPER: return iswupper_l((wint_t)code, locale());
    case CLASS_LOWER: return iswlower_l((wint_t)code, locale());
    case CLASS_DIGIT: return code >= '0' && code <= '9';
    case CLASS_WORD: return code == '_' || iswalnum_l((wint_t)code, locale());
    }
    return false;
}

struct spk_view spk_tpl_strip(struct spk_view text, int sides)
{
    const char *end = spk_tpl_end(text);
    const char *start = text.at;
    while ((sides & 1) && start < end) {
        const char *p = start;
        if (!spk_tpl_is_space(spk_tpl_text_next(&p, end)))
            break;
        start = p;
    }
    while ((sides & 2) && end > start) {
        const char *p = end - 1;
        while (p > start && continues(*p))
            p--;
        const char *next = p;
        if (!spk_tpl_is_space(spk_tpl_text_next(&next, end)))
            break;
        end = p;
    }
    return spk_view_make(start, (size_t)(end - start));
}

/* Letters whose other case is several letters. */
static const char *special_upper(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *upper;
    } specials[] = {{0xDF, "SS"},    {0x149, "\u02BCN"}, {0xFB00, "FF"},
                    {0xFB01, "FI"},  {0xFB02, "FL"},     {0xFB03, "FFI"},
                    {0xFB04, "FFL"}, {0xFB05, "ST"},     {0xFB06, "ST"}};
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (specials[i].code == code)
            return specials[i].upper;
    }
    return NULL;
}

static void put_upper(struct spk_buf *out, uint32_t code)
{
    const char *special = code < 0x80 ? NULL : special_upper(code);
    if (special)
        spk_buf_append_str(out, special);
    else
        spk_tpl_text_put(out, code < 0x80 ? (code >= 'a' && code <= 'z' ? code - 32 : code)
                                          : (uint32_t)towupper_l((wint_t)code, locale()));
}

static void put_lower(struct spk_buf *out, uint32_t code)
{
    spk_tpl_text_put(out, spk_unicode_lower(code));
}

void spk_tpl_text_case(struct spk_buf *out, struct spk_view text, enum spk_tpl_case to)
{
    const char *end = spk_tpl_end(text);
    bool start = true;
    for (const char *p = text.at; p < end;) {
        uint32_t code = spk_tpl_text_next(&p, end);
        bool up = to == CASE_UPPER || ((to == CASE_TITLE || to == CASE_CAPITALIZE) && start) ||
                  (to == CASE_SWAP && spk_tpl_is_class(code, CLASS_LOWER));
        if (up)
            put_upper(out, code);
        else
            put_lower(out, code);
        start = to == CASE_TITLE && !spk_tpl_is_class(code, CLASS_UPPER) &&
                !spk_tpl_is_class(code, CLASS_LOWER);
    }
}
