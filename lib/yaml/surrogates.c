/* JSON writes a letter beyond the first plane as two escapes, which libyaml refuses one by one. */
#include "yaml/yaml_internal.h"

#include <string.h>

enum { ESCAPE = 6 }; /* characters of \\uXXXX */

/* The code of the escape at the start of text, or -1. */
static int64_t escape_at(struct spk_view text)
{
    if (text.len < ESCAPE || text.at[0] != '\\' || text.at[1] != 'u')
        return -1;
    int64_t code = 0;
    for (size_t i = 2; i < ESCAPE; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, text.at[i] | 0x20, 16);
        if (!digit)
            return -1;
        code = code * 16 + (digit - digits);
    }
    return code;
}

bool spk_yaml_join_surrogates(struct spk_view text, struct spk_buf *out)
{
    bool joined = false;
    for (size_t i = 0; i < text.len;) {
        struct spk_view rest = {text.at + i, text.len - i};
        int64_t high = escape_at(rest);
        int64_t low = high >= 0xD800 && high < 0xDC00
                          ? escape_at((struct spk_view){rest.at + ESCAPE, rest.len - ESCAPE})
                          : -1;
        if (low >= 0xDC00 && low < 0xE000) {
            spk_buf_printf(out, "\\U%08X",
                           (unsigned)(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
            joined = true;
            i += 2 * ESCAPE;
            continue;
        }
        size_t step = rest.at[0] == '\\' && rest.len > 1 ? 2 : 1; /* an escaped \ starts nothing */
        spk_buf_append(out, (struct spk_view){rest.at, step});
        i += step;
    }
    return joined;
}
