#include "base/view.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { DOUBLE_TEXT = 512 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_digits(struct spk_view text, uint64_t *out)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]) || __builtin_mul_overflow(sum, (uint64_t)10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(text.at[i] - '0'), &sum)) {
            return false;
        }
    }
    *out = sum;
    return text.len > 0;
}

bool spk_parse_u64(struct spk_view text, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;
    if (!parse_digits(text, &number) || number > max) {
        return false;
    }
    *out = number;
    return true;
}

bool spk_parse_i64(struct spk_view text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    bool sign = negative || (text.len > 0 && text.at[0] == '+');
    uint64_t size = 0;
    if (!parse_digits(spk_view_slice(text, sign, text.len), &size) ||
        size > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    int64_t number = negative ? (int64_t)(0 - size) : (int64_t)size;
    if (number < min || number > max) {
        return false;
    }
    *out = number;
    return true;
}

static size_t skip_digits(struct spk_view text, size_t i)
{
    while (i < text.len && is_digit(text.at[i])) {
        i++;
    }
    return i;
}

static size_t skip_sign(struct spk_view text, size_t i)
{
    return i < text.len && (text.at[i] == '-' || text.at[i] == '+') ? i + 1 : i;
}

/* [+-] digits [. digits] [e [+-] digits]; a digit on one side of the point is enough. */
static bool is_decimal(struct spk_view text)
{
    size_t start = skip_sign(text, 0);
    size_t i = skip_digits(text, start);
    size_t digits = i - start;
    if (i < text.len && text.at[i] == '.') {
        size_t end = skip_digits(text, i + 1);
        digits += end - i - 1;
        i = end;
    }
    if (digits > 0 && i < text.len && (text.at[i] == 'e' || text.at[i] == 'E')) {
        start = skip_sign(text, i + 1);
        i = skip_digits(text, start);
        digits = i - start;
    }
    return digits > 0 && i == text.len;
}

bool spk_parse_double(struct spk_view text, double *out)
{
    char copy[DOUBLE_TEXT];
    if (text.len >= sizeof copy || !is_decimal(text)) {
        return false;
    }
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    double number = strtod(copy, NULL);
    if (!isfinite(number)) {
        return false;
    }
    *out = number;
    return true;
}

bool spk_parse_bool(struct spk_view text, bool *out)
{
    static const struct {
        struct spk_view word;
        bool is;
    } words[] = {
        {SPK_VIEW("true"), true}, {SPK_VIEW("false"), false}, {SPK_VIEW("yes"), true},
        {SPK_VIEW("no"), false},  {SPK_VIEW("on"), true},     {SPK_VIEW("off"), false},
        {SPK_VIEW("1"), true},    {SPK_VIEW("0"), false},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (spk_view_equal_nocase(text, words[i].word)) {
            *out = words[i].is;
            return true;
        }
    }
    return false;
}
