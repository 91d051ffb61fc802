/* Ints of any base and size, floats, and both in base 60. */
#include "yaml/yaml_internal.h"

#include <math.h>

/* Python refuses to read longer ones; it also keeps the conversion below cheap. */
enum { MAX_DIGITS = 4300 };

/* The text without underscores and sign. */
struct digits {
    char at[MAX_DIGITS + 1];
    size_t len;
    bool negative;
};

static bool clean(struct spk_view text, struct digits *out)
{
    out->len = 0;
    out->negative = text.len > 0 && text.at[0] == '-';
    bool sign = out->negative || (text.len > 0 && text.at[0] == '+');
    for (size_t i = sign; i < text.len; i++) {
        if (text.at[i] == '_')
            continue;
        if (out->len == MAX_DIGITS)
            return false;
        out->at[out->len++] = text.at[i];
    }
    out->at[out->len] = '\0';
    return out->len > 0;
}

/* A decimal number, least digit first. */
struct decimal {
    uint8_t at[MAX_DIGITS];
    size_t len;
};

static bool decimal_multiply_add(struct decimal *number, unsigned factor, unsigned carry)
{
    for (size_t i = 0; i < number->len; i++) {
        carry += number->at[i] * factor;
        number->at[i] = (uint8_t)(carry % 10);
        carry /= 10;
    }
    for (; carry > 0; carry /= 10) {
        if (number->len == MAX_DIGITS)
            return false;
        number->at[number->len++] = (uint8_t)(carry % 10);
    }
    return true;
}

static bool decimal_to_value(struct spk_arena *arena, const struct decimal *number, bool negative,
                             struct spk_value *out)
{
    char text[MAX_DIGITS + 2];
    size_t len = 0;
    if (negative && number->len > 0)
        text[len++] = '-';
    for (size_t i = number->len; i > 0; i--)
        text[len++] = (char)('0' + number->at[i - 1]);
    if (number->len == 0)
        text[len++] = '0';
    *out = spk_integer_from_digits(arena, spk_view_make(text, len));
    return true;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static bool add_digits(struct decimal *number, struct spk_view digits, unsigned base)
{
    for (size_t i = 0; i < digits.len; i++) {
        int digit = digit_value(digits.at[i]);
        if (digit >= (int)base || !decimal_multiply_add(number, base, (unsigned)digit))
            return false;
    }
    return digits.len > 0;
}

/* 190:20:30: the first group in full, each further one two digits at most. */
static bool add_sixties(struct decimal *number, struct spk_view groups)
{
    if (!add_digits(number, spk_view_cut(&groups, ':'), 10))
        return false;
    while (groups.at) {
        struct spk_view group = spk_view_cut(&groups, ':');
        int64_t n = 0;
        if (!spk_parse_i64(group, 0, 99, &n) || !decimal_multiply_add(number, 60, (unsigned)n))
            return false;
    }
    return true;
}

static struct spk_view behind_prefix(struct spk_view text, unsigned *base)
{
    static const struct {
        const char *prefix;
        unsigned base;
    } bases[] = {{"0b", 2}, {"0x", 16}, {"0o", 8}, {"0", 8}};
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct spk_view prefix = spk_view_of(bases[i].prefix);
        if (text.len > prefix.len && spk_view_starts(text, prefix)) {
            *base = bases[i].base;
            return spk_view_slice(text, prefix.len, text.len);
        }
    }
    *base = 10;
    return text;
}

bool spk_yaml_construct_int(struct spk_arena *arena, struct spk_view text, struct spk_value *out)
{
    int64_t small = 0;
    if (text.len > 0 && text.at[0] >= '1' && text.at[0] <= '9' &&
        spk_parse_i64(text, INT64_MIN, INT64_MAX, &small)) {
        *out = spk_int(small);
        return true;
    }
    struct digits cleaned;
    if (!clean(text, &cleaned))
        return false;
    struct decimal number;
    number.len = 0;
    unsigned base = 10;
    struct spk_view digits = behind_prefix(spk_view_make(cleaned.at, cleaned.len), &base);
    bool sixties = base == 10 && memchr(digits.at, ':', digits.len);
    if (sixties ? !add_sixties(&number, digits) : !add_digits(&number, digits, base))
        return false;
    return decimal_to_value(arena, &number, cleaned.negative, out);
}

/* Python reads "1." and ".5" too. */
static bool parse_float(struct spk_view text, double *out)
{
    char full[MAX_DIGITS + 3];
    size_t len = 0;
    if (text.len == 0 || text.len > MAX_DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool point = text.at[i] == '.';
        if (point && i == 0)
            full[len++] = '0';
        full[len++] = text.at[i];
        bool digit_follows = i + 1 < text.len && digit_value(text.at[i + 1]) < 10;
        if (point && !digit_follows && text.len > 1)
            full[len++] = '0';
        if (len > MAX_DIGITS)
            return false;
    }
    return spk_parse_double(spk_view_make(full, len), out);
}

static bool parse_float_sixties(struct spk_view groups, double *out)
{
    double sum = 0;
    while (groups.at) {
        double part = 0;
        if (!parse_float(spk_view_cut(&groups, ':'), &part))
            return false;
        sum = sum * 60 + part;
    }
    *out = sum;
    return true;
}

bool spk_yaml_construct_float(struct spk_view text, struct spk_value *out)
{
    struct digits cleaned;
    if (!clean(text, &cleaned))
        return false;
    struct spk_view digits = {cleaned.at, cleaned.len};
    double number = 0;
    if (spk_view_equal_nocase(digits, SPK_V(".inf")))
        number = INFINITY;
    else if (spk_view_equal_nocase(digits, SPK_V(".nan")))
        number = NAN;
    else if (memchr(digits.at, ':', digits.len) ? !parse_float_sixties(digits, &number)
                                                : !parse_float(digits, &number))
        return false;
    *out = spk_float(cleaned.negative ? -number : number);
    return true;
}
