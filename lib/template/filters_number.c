/* Jinja's filters that make numbers, and Python's int() and float() of texts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "template/methods_internal.h"

enum { MAX_NUMBER_TEXT = 4300, MAX_PRECISION = 308 };

/* The text without blanks around and without single underscores between digits; false where
 * underscores stand elsewhere. */
static bool plain_number(struct spk_view text, char buffer[MAX_NUMBER_TEXT + 1], size_t *len)
{
    text = spk_tpl_strip(text, 3);
    *len = 0;
    if (text.len == 0 || text.len > MAX_NUMBER_TEXT)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '_') {
            bool between = i > 0 && i + 1 < text.len && text.at[i - 1] != '_' &&
                           text.at[i - 1] >= '0' && text.at[i + 1] >= '0' && text.at[i + 1] != '_';
            if (!between)
                return false;
            continue;
        }
        buffer[(*len)++] = c;
    }
    buffer[*len] = 0;
    return true;
}

static bool is_named_float(struct spk_view text, double *out)
{
    double sign = 1;
    if (text.len && (text.at[0] == '-' || text.at[0] == '+')) {
        sign = text.at[0] == '-' ? -1 : 1;
        text = spk_view_slice(text, 1, text.len);
    }
    bool infinite =
        spk_view_equal_nocase(text, SPK_V("inf")) || spk_view_equal_nocase(text, SPK_V("infinity"));
    *out = infinite ? sign * INFINITY : NAN;
    return infinite || spk_view_equal_nocase(text, SPK_V("nan"));
}

static bool parse_float(struct spk_view text, double *out)
{
    char buffer[MAX_NUMBER_TEXT + 1];
    size_t len;
    if (!plain_number(text, buffer, &len))
        return false;
    if (is_named_float(spk_view_make(buffer, len), out))
        return true;
    for (size_t i = 0; i < len; i++) {
        if (!strchr("0123456789+-.eE", buffer[i]))
            return false;
    }
    char *end;
    double number = strtod(buffer, &end);
    if (end != buffer + len)
        return false;
    *out = number;
    return true;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' + 10 : 99;
}

/* The length of 0x, 0o or 0b where the base allows it; base 0 is decided here. */
static size_t skip_prefix(const char *text, int64_t *base)
{
    char prefix = text[0] == '0' && text[1] && text[2] ? (char)(text[1] | 32) : 0;
    int64_t named = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
    bool takes = named && (*base == named || *base == 0);
    if (takes)
        *base = named;
    else if (*base == 0)
        *base = 10;
    return takes ? 2 : 0;
}

/* int(text, base); base 10 of any size, others within 63 bits. */
static bool parse_int(struct spk_tpl_state *s, struct spk_view text, int64_t base,
                      struct spk_value *out)
{
    char buffer[MAX_NUMBER_TEXT + 1];
    size_t len;
    if (!plain_number(text, buffer, &len))
        return false;
    bool minus = buffer[0] == '-';
    size_t at = minus || buffer[0] == '+';
    at += skip_prefix(buffer + at, &base);
    uint64_t number = 0;
    bool large = false;
    if (at == len)
        return false;
    for (size_t i = at; i < len; i++) {
        int digit = digit_value(buffer[i]);
        if (digit >= base)
            return false;
        large |= number > (uint64_t)INT64_MAX / 64;
        number = number * (uint64_t)base + (uint64_t)digit;
    }
    if (!large)
        *out = spk_int(minus ? -(int64_t)number : (int64_t)number);
    else if (base == 10)
        *out = spk_integer_from_digits(
            s->arena, spk_arena_printf(s->arena, "%s%s", minus ? "-" : "", buffer + at));
    return !large || base == 10;
}

/* int(float(v)); false where Python raises and the default stands in. */
static bool int_by_float(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out)
{
    double number;
    bool is = v.kind == SPK_STRING ? parse_float(v.text, &number) : spk_tpl_as_double(v, &number);
    return is && isfinite(number) && spk_tpl_int_from_double(s, number, out) == SPK_OK;
}

static spk_rc to_int(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    struct spk_value v = call->self;
    int64_t base;
    spk_rc rc = spk_tpl_need_int(s, call, 1, 10, &base);
    if (rc != SPK_OK)
        return rc;
    if (v.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "int of an undefined value");
    if (v.kind == SPK_FLOAT && isinf(v.number))
        return spk_tpl_value_error(s, "cannot convert float infinity to integer");
    *out = v;
    if (v.kind == SPK_INT || v.kind == SPK_BIGINT)
        return SPK_OK;
    if (v.kind == SPK_BOOL)
        *out = spk_int(v.boolean);
    else if (!(v.kind == SPK_STRING && parse_int(s, v.text, base, out)) && !int_by_float(s, v, out))
        *out = spk_tpl_given(call->args[0]) ? call->args[0] : spk_int(0);
    return SPK_OK;
}

static spk_rc to_float(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    struct spk_value v = call->self;
    double number;
    if (v.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "float of an undefined value");
    if (v.kind == SPK_STRING ? parse_float(v.text, &number) : spk_tpl_as_double(v, &number))
        *out = spk_float(number);
    else if (v.kind == SPK_BIGINT)
        return spk_tpl_value_error(s, "int too large to convert to float");
    else
        *out = spk_tpl_given(call->args[0]) ? call->args[0] : spk_float(0);
    return SPK_OK;
}

static spk_rc absolute(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    struct spk_value v = call->self;
    bool negative = false;
    if (v.kind == SPK_UNDEFINED ||
        (!spk_is_number(v) && v.kind != SPK_BOOL && v.kind != SPK_TIMEDELTA))
        return spk_tpl_type_error(s, "abs of '%s'", spk_tpl_type_name(v));
    if (v.kind == SPK_BOOL)
        v = spk_int(v.boolean);
    if (v.kind == SPK_FLOAT) {
        *out = spk_float(fabs(v.number));
        return SPK_OK;
    }
    negative = v.kind == SPK_BIGINT ? v.text.at[0] == '-' : v.integer < 0;
    *out = v;
    return negative ? spk_tpl_negate(s, v, out) : SPK_OK;
}

/* Python's round(number, digits): the nearest decimal, ties as the exact binary value falls. */
static double round_decimal(double number, int64_t digits)
{
    if (!isfinite(number) || digits > MAX_PRECISION)
        return number;
    if (digits < 0) {
        double scale = pow(10, (double)-digits);
        return isfinite(scale) ? nearbyint(number / scale) * scale : 0;
    }
    char text[700];
    snprintf(text, sizeof text, "%.*f", (int)digits, number);
    return strtod(text, NULL);
}

static spk_rc round_up_down(struct spk_tpl_state *s, double number, int64_t precision, bool up,
                            struct spk_value *out)
{
    double scale = pow(10, (double)precision);
    double scaled = number * scale;
    if (!isfinite(scaled) || scale == 0)
        return spk_tpl_value_error(s, "cannot round this number");
    *out = spk_float((up ? ceil(scaled) : floor(scaled)) / scale);
    return SPK_OK;
}

static spk_rc round_number(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_value v = call->self;
    struct spk_view method = SPK_V("common");
    int64_t precision;
    double number;
    if (spk_tpl_given(call->args[1]))
        method = spk_value_text_or(call->args[1], "");
    bool up = spk_view_is(method, "ceil");
    if (!up && !spk_view_is(method, "floor") && !spk_view_is(method, "common"))
        return spk_tpl_value_error(s, "round: method must be common, ceil or floor");
    spk_rc rc = spk_tpl_need_int(s, call, 0, 0, &precision);
    if (rc != SPK_OK)
        return rc;
    if (v.kind == SPK_BOOL)
        v = spk_int(v.boolean);
    if (!spk_tpl_as_double(v, &number))
        return spk_tpl_type_error(s, "round of '%s'", spk_tpl_type_name(v));
    if (!spk_view_is(method, "common"))
        return round_up_down(s, number, precision, up, out);
    if (v.kind == SPK_FLOAT)
        *out = spk_float(round_decimal(number, precision));
    else if (precision >= 0)
        *out = v;
    else
        return spk_tpl_int_from_double(s, round_decimal(number, precision), out);
    return SPK_OK;
}

static spk_rc filesizeformat(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                             struct spk_value *out)
{
    static const char *const prefixes[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
    bool binary = spk_tpl_given(call->args[0]) && spk_tpl_truthy(call->args[0]);
    double base = binary ? 1024 : 1000;
    double bytes;
    struct spk_value v = call->self;
    if (v.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "filesizeformat of an undefined value");
    if (v.kind == SPK_STRING ? !parse_float(v.text, &bytes) : !spk_tpl_as_double(v, &bytes))
        return v.kind == SPK_STRING ? spk_tpl_value_error(s, "filesizeformat needs a number")
                                    : spk_tpl_type_error(s, "filesizeformat needs a number");
    if (bytes < base) {
        *out = spk_string(bytes == 1 ? SPK_V("1 Byte")
                                     : spk_arena_printf(s->arena, "%.0f Bytes", trunc(bytes)));
        return SPK_OK;
    }
    size_t i = 0;
    double unit = base * base;
    for (; i < 7 && bytes >= unit; i++)
        unit *= base;
    const char *prefix = binary && i == 0 ? "K" : prefixes[i];
    *out = spk_string(
        spk_arena_printf(s->arena, "%.1f %s%s", base * bytes / unit, prefix, binary ? "iB" : "B"));
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_filters_number[] = {
    {"int", "?default ?base", to_int, 0},
    {"float", "?default", to_float, 0},
    {"abs", "", absolute, 0},
    {"round", "?precision ?method", round_number, 0},
    {"filesizeformat", "?binary", filesizeformat, 0},
    {0},
};
