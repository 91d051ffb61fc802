/* Floats as Python writes them: the shortest digits that read back as the same double. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "value/value_internal.h"

/* digits / 10^scale, with at least one digit on either side of the point. */
static void print_scaled(struct spk_buf *out, bool negative, uint64_t digits, int scale)
{
    char text[32];
    char *p = text + sizeof text;
    if (scale == 0)
        *--p = '0';
    for (; scale > 0; scale--, digits /= 10)
        *--p = (char)('0' + digits % 10);
    *--p = '.';
    do {
        *--p = (char)('0' + digits % 10);
        digits /= 10;
    } while (digits > 0);
    if (negative)
        *--p = '-';
    spk_buf_append(out, spk_view_make(p, (size_t)(text + sizeof text - p)));
}

/* number = whole / 10^scale exactly as text: the shortest digits, since 15 of them always survive.
 */
static bool print_short_decimal(struct spk_buf *out, double number)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    double magnitude = fabs(number);
    if (magnitude >= 1e9 || magnitude < 1e-4)
        return false;
    for (int scale = 0; scale <= 6; scale++) {
        double whole = nearbyint(magnitude * powers[scale]);
        if (whole / powers[scale] != magnitude)
            continue;
        print_scaled(out, signbit(number), (uint64_t)whole, scale);
        return true;
    }
    return false;
}

/* d.ddde-5 to the next decimal of as many digits; false where that needs one more. */
static bool next_decimal(char *text)
{
    for (char *p = strchr(text, 'e') - 1; p >= text; p--) {
        if (*p == '.')
            continue;
        if (*p != '9') {
            ++*p;
            return true;
        }
        *p = '0';
    }
    return false;
}

/* d.ddde-5 of so many digits, if such a one reads back as the number. */
static bool try_precision(double magnitude, int precision, char *text, size_t size)
{
    snprintf(text, size, "%.*e", precision - 1, magnitude);
    if (strtod(text, NULL) == magnitude)
        return true;
    /* Below a power of two doubles lie closer than above it: the nearest decimal may miss the
     * number's interval where the next one above is still inside. */
    int exponent = 0;
    return frexp(magnitude, &exponent) == 0.5 && next_decimal(text) &&
           strtod(text, NULL) == magnitude;
}

/* Shortest digits that read back as the number; *exponent: the value is 0.DIGITS * 10^exponent. */
static size_t shortest_digits(double magnitude, char digits[24], int *exponent)
{
    char text[32];
    /* Any 15 digits survive a double; the subnormals have fewer. */
    int precision = magnitude < DBL_MIN ? 1 : DBL_DIG;
    while (!try_precision(magnitude, precision, text, sizeof text))
        precision++;
    size_t len = 0;
    const char *p = text;
    for (; *p != 'e'; p++) {
        if (*p != '.')
            digits[len++] = *p;
    }
    *exponent = (int)strtol(p + 1, NULL, 10) + 1;
    while (len > 1 && digits[len - 1] == '0')
        len--;
    return len;
}

static void append_zeros(struct spk_buf *out, int count)
{
    for (int i = 0; i < count; i++)
        spk_buf_append_char(out, '0');
}

static void print_digits(struct spk_buf *out, struct spk_view digits, int exponent)
{
    int len = (int)digits.len;
    if (exponent > 16 || exponent < -3) {
        spk_buf_append_char(out, digits.at[0]);
        if (len > 1) {
            spk_buf_append_char(out, '.');
            spk_buf_append(out, spk_view_slice(digits, 1, digits.len));
        }
        spk_buf_printf(out, "e%+03d", exponent - 1);
    } else if (exponent <= 0) {
        spk_buf_append_str(out, "0.");
        append_zeros(out, -exponent);
        spk_buf_append(out, digits);
    } else if (exponent >= len) {
        spk_buf_append(out, digits);
        append_zeros(out, exponent - len);
        spk_buf_append_str(out, ".0");
    } else {
        spk_buf_append(out, spk_view_slice(digits, 0, (size_t)exponent));
        spk_buf_append_char(out, '.');
        spk_buf_append(out, spk_view_slice(digits, (size_t)exponent, digits.len));
    }
}

void spk_float_repr(struct spk_buf *out, double number)
{
    if (isnan(number)) {
        spk_buf_append_str(out, "nan");
        return;
    }
    if (isinf(number) || number == 0) {
        spk_buf_append_str(out, signbit(number) ? "-" : "");
        spk_buf_append_str(out, number == 0 ? "0.0" : "inf");
        return;
    }
    if (print_short_decimal(out, number))
        return;
    if (signbit(number))
        spk_buf_append_char(out, '-');
    char digits[24];
    int exponent = 0;
    size_t len = shortest_digits(fabs(number), digits, &exponent);
    print_digits(out, spk_view_make(digits, len), exponent);
}
