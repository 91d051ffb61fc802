/* Numbers and texts in a width, as Python formats them. */
#include <math.h>
#include <stdio.h>

#include "template/format_internal.h"
#include "template/methods_internal.h"

enum { MAX_FORMAT_PRECISION = 300 };

size_t spk_tpl_read_count(struct spk_view text, size_t at, int *out)
{
    int64_t number = 0;
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9') {
        if (number <= SPK_TPL_MAX_WIDTH)
            number = number * 10 + text.at[at] - '0';
        at++;
    }
    *out = number > SPK_TPL_MAX_WIDTH ? SPK_TPL_MAX_WIDTH : (int)number;
    return at;
}

/* Digits with a comma before each three from the right of the whole part. */
static void append_grouped(struct spk_buf *out, struct spk_view digits)
{
    size_t whole = 0;
    while (whole < digits.len && digits.at[whole] >= '0' && digits.at[whole] <= '9')
        whole++;
    for (size_t i = 0; i < digits.len; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            spk_buf_append_char(out, ',');
        spk_buf_append_char(out, digits.at[i]);
    }
}

static void append_fill(struct spk_buf *out, struct spk_view fill, size_t count)
{
    for (size_t i = 0; i < count; i++)
        spk_buf_append(out, fill);
}

/* sign + body in the width; numbers may be filled behind the sign. */
static void append_padded(struct spk_buf *out, const struct spk_tpl_spec *spec,
                          struct spk_view sign, struct spk_view body, char standard)
{
    size_t len = spk_tpl_text_len(sign) + spk_tpl_text_len(body);
    size_t missing = (size_t)spec->width > len ? (size_t)spec->width - len : 0;
    struct spk_view fill = spec->fill.len ? spec->fill : spec->zero ? SPK_V("0") : SPK_V(" ");
    char align = spec->align ? spec->align : spec->zero && standard != '<' ? '=' : standard;
    if (align == '>')
        append_fill(out, fill, missing);
    if (align == '^')
        append_fill(out, fill, missing / 2);
    spk_buf_append(out, sign);
    if (align == '=')
        append_fill(out, fill, missing);
    spk_buf_append(out, body);
    if (align == '<')
        append_fill(out, fill, missing);
    if (align == '^')
        append_fill(out, fill, missing - missing / 2);
}

static struct spk_view sign_of(const struct spk_tpl_spec *spec, bool negative)
{
    if (negative)
        return SPK_V("-");
    return spec->plus ? SPK_V("+") : spec->blank ? SPK_V(" ") : (struct spk_view){0};
}

static struct spk_view grouped(struct spk_tpl_state *s, struct spk_view digits)
{
    struct spk_buf buf = {0};
    append_grouped(&buf, digits);
    digits = spk_arena_dup(s->arena, spk_buf_view(&buf));
    spk_buf_deinit(&buf);
    return digits;
}

spk_rc spk_tpl_append_number(struct spk_tpl_state *s, struct spk_buf *out,
                             const struct spk_tpl_spec *spec, struct spk_view text)
{
    bool negative = text.len && text.at[0] == '-';
    struct spk_view digits = spk_view_slice(text, negative, text.len);
    if (spec->comma)
        digits = grouped(s, digits);
    append_padded(out, spec, sign_of(spec, negative), digits, '>');
    return SPK_OK;
}

spk_rc spk_tpl_append_float(struct spk_tpl_state *s, struct spk_buf *out,
                            const struct spk_tpl_spec *spec, double number)
{
    int precision = spec->precision < 0 ? 6 : spec->precision;
    char type = spec->type == 'n' ? 'g' : spec->type;
    if (precision > MAX_FORMAT_PRECISION)
        return spk_tpl_value_error(s, "format precision too big");
    char text[768];
    bool percent = type == '%';
    if (percent) {
        number *= 100;
        type = 'f';
    }
    switch (type) {
    case 'e': snprintf(text, sizeof text, "%.*e", precision, number); break;
    case 'E': snprintf(text, sizeof text, "%.*E", precision, number); break;
    case 'g': snprintf(text, sizeof text, "%.*g", precision, number); break;
    case 'G': snprintf(text, sizeof text, "%.*G", precision, number); break;
    default: snprintf(text, sizeof text, "%.*f", precision, number); break;
    }
    if (isnan(number))
        snprintf(text, sizeof text, "nan");
    struct spk_view view = spk_view_of(text);
    return spk_tpl_append_number(s, out, spec,
                                 percent ? spk_arena_printf(s->arena, "%s%%", text) : view);
}

/* The magnitude in base 16, 8 or 2. */
static struct spk_view based_digits(struct spk_tpl_state *s, uint64_t magnitude, char type)
{
    unsigned base = type == 'o' ? 8 : type == 'b' ? 2 : 16;
    const char *digits = type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char buffer[64];
    char *p = buffer + sizeof buffer;
    do
        *--p = digits[magnitude % base];
    while (magnitude /= base);
    return spk_arena_dup(s->arena, spk_view_make(p, (size_t)(buffer + sizeof buffer - p)));
}

spk_rc spk_tpl_append_integer(struct spk_tpl_state *s, struct spk_buf *out,
                              const struct spk_tpl_spec *spec, struct spk_value v)
{
    struct spk_view digits;
    int64_t number = 0;
    char type = spec->type;
    bool based = type == 'x' || type == 'X' || type == 'o' || type == 'b';
    if (v.kind == SPK_BOOL)
        v = spk_int(v.boolean);
    if (based && !spk_tpl_as_int(v, &number))
        return spk_tpl_value_error(s, "the number is too large for this format");
    uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
    spk_rc rc = spk_tpl_str(s, v, &digits);
    if (rc != SPK_OK)
        return rc;
    bool negative = digits.at[0] == '-';
    digits =
        based ? based_digits(s, magnitude, type) : spk_view_slice(digits, negative, digits.len);
    struct spk_view sign = sign_of(spec, negative);
    if (based && spec->alternate)
        sign = spk_arena_printf(s->arena, "%.*s0%c", SPK_FMT(sign), type);
    struct spk_value padded = spk_string(digits);
    const struct spk_tpl_padding zeros = {SPK_V("0"), 1};
    rc = spk_tpl_pad(s, digits, spec->precision, &zeros, &padded);
    if (rc == SPK_OK)
        append_padded(out, spec, sign, spec->comma ? grouped(s, digits) : padded.text, '>');
    return rc;
}

spk_rc spk_tpl_append_text(struct spk_tpl_state *s, struct spk_buf *out,
                           const struct spk_tpl_spec *spec, struct spk_value v)
{
    struct spk_view text;
    spk_rc rc = spk_tpl_str(s, v, &text);
    if (rc != SPK_OK)
        return rc;
    if (spec->precision >= 0)
        text = spk_view_slice(text, 0, spk_tpl_text_offset(text, (size_t)spec->precision));
    append_padded(out, spec, (struct spk_view){0}, text, '<');
    return SPK_OK;
}

spk_rc spk_tpl_repr(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    if (v.kind >= SPK_TPL_ABSENT)
        spk_tpl_str_append(&buf, v);
    else
        spk_value_repr(&buf, v);
    return spk_tpl_take(s, &buf, out);
}

bool spk_tpl_is_integer(struct spk_value v)
{
    return v.kind == SPK_BOOL || v.kind == SPK_INT || v.kind == SPK_BIGINT;
}

size_t spk_tpl_read_flags(struct spk_view text, size_t at, struct spk_tpl_spec *spec)
{
    for (; at < text.len && text.at[at] && strchr("+- #0", text.at[at]); at++) {
        spec->left |= text.at[at] == '-';
        spec->plus |= text.at[at] == '+';
        spec->blank |= text.at[at] == ' ';
        spec->alternate |= text.at[at] == '#';
        spec->zero |= text.at[at] == '0';
    }
    return at;
}
