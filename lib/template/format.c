/* Python's two ways to format: "%s" % values, and "{}".format(values). */
#include "template_internal.h"

#include <stdio.h>

#include <math.h>

enum { MAX_WIDTH = 1 << 16, MAX_FORMAT_PRECISION = 300 };

/* What stands between '%' or ':' and the type letter. */
struct spec {
    bool left, plus, blank, zero, alternate, comma;
    char align; /* < > ^ =, or 0 */
    struct spk_view fill;
    int width;
    int precision; /* -1: none */
    char type;     /* 0: none */
};

static size_t read_count(struct spk_view text, size_t at, int *out)
{
    int64_t number = 0;
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9') {
        if (number <= MAX_WIDTH)
            number = number * 10 + text.at[at] - '0';
        at++;
    }
    *out = number > MAX_WIDTH ? MAX_WIDTH : (int)number;
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
static void append_padded(struct spk_buf *out, const struct spec *spec, struct spk_view sign,
                          struct spk_view body, char standard)
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

static struct spk_view sign_of(const struct spec *spec, bool negative)
{
    if (negative)
        return SPK_V("-");
    return spec->plus ? SPK_V("+") : spec->blank ? SPK_V(" ") : (struct spk_view){0};
}

static spk_rc append_number(struct spk_tpl_state *s, struct spk_buf *out, const struct spec *spec,
                            struct spk_view text)
{
    bool negative = text.len && text.at[0] == '-';
    struct spk_view digits = spk_view_slice(text, negative, text.len);
    if (spec->comma) {
        struct spk_buf grouped = {0};
        append_grouped(&grouped, digits);
        digits = spk_arena_dup(s->arena, spk_buf_view(&grouped));
        spk_buf_deinit(&grouped);
    }
    append_padded(out, spec, sign_of(spec, negative), digits, '>');
    return SPK_OK;
}

static spk_rc append_float(struct spk_tpl_state *s, struct spk_buf *out, const struct spec *spec,
                           double number)
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
    return append_number(s, out, spec, percent ? spk_arena_printf(s->arena, "%s%%", text) : view);
}

static spk_rc append_integer(struct spk_tpl_state *s, struct spk_buf *out, const struct spec *spec,
                             struct spk_value v)
{
    struct spk_view text;
    int64_t number;
    if (v.kind == SPK_BOOL)
        v = spk_int(v.boolean);
    char type = spec->type;
    if (type == 'x' || type == 'X' || type == 'o' || type == 'b') {
        if (!spk_tpl_as_int(v, &number))
            return spk_tpl_value_error(s, "the number is too large for this format");
        uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
        unsigned base = type == 'o' ? 8 : type == 'b' ? 2 : 16;
        const char *digits = type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        char buffer[72];
        char *p = buffer + sizeof buffer;
        do
            *--p = digits[magnitude % base];
        while (magnitude /= base);
        if (spec->alternate) {
            *--p = type;
            *--p = '0';
        }
        if (number < 0)
            *--p = '-';
        text = spk_arena_dup(s->arena, spk_view_make(p, (size_t)(buffer + sizeof buffer - p)));
        return append_number(s, out, spec, text);
    }
    spk_rc rc = spk_tpl_str(s, v, &text);
    return rc == SPK_OK ? append_number(s, out, spec, text) : rc;
}

static spk_rc append_text(struct spk_tpl_state *s, struct spk_buf *out, const struct spec *spec,
                          struct spk_value v)
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

static spk_rc repr_of(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    if (v.kind >= SPK_TPL_ABSENT)
        spk_tpl_str_append(&buf, v);
    else
        spk_value_repr(&buf, v);
    return spk_tpl_take(s, &buf, out);
}

/* ---- text % values ---- */

struct percent {
    struct spk_view format;
    size_t at;
    struct spk_value values; /* a TUPLE, or one value */
    size_t next;
    bool named; /* a mapping was asked by name */
};

static spk_rc next_value(struct spk_tpl_state *s, struct percent *p, struct spk_value *out)
{
    bool tuple = p->values.kind == SPK_TUPLE;
    if (p->next >= (tuple ? p->values.list->len : 1))
        return spk_tpl_type_error(s, "not enough arguments for format string");
    *out = tuple ? p->values.list->items[p->next] : p->values;
    p->next++;
    return SPK_OK;
}

static spk_rc named_value(struct spk_tpl_state *s, struct percent *p, struct spk_value *out)
{
    ptrdiff_t close = spk_view_find(p->format, SPK_V(")"), p->at);
    if (close < 0)
        return spk_tpl_value_error(s, "incomplete format key");
    if (p->values.kind != SPK_DICT)
        return spk_tpl_type_error(s, "format requires a mapping");
    struct spk_view key = spk_view_slice(p->format, p->at + 1, (size_t)close);
    *out = spk_dict_get(p->values, key);
    if (!spk_is_defined(*out))
        return spk_tpl_value_error(s, "no value '%.*s' for the format", SPK_FMT(key));
    p->at = (size_t)close + 1;
    p->named = true;
    return SPK_OK;
}

static spk_rc star_or_count(struct spk_tpl_state *s, struct percent *p, int *out)
{
    if (p->at >= p->format.len || p->format.at[p->at] != '*') {
        p->at = read_count(p->format, p->at, out);
        return SPK_OK;
    }
    struct spk_value v;
    int64_t number;
    p->at++;
    spk_rc rc = next_value(s, p, &v);
    if (rc == SPK_OK && !spk_tpl_as_int(v, &number))
        rc = spk_tpl_type_error(s, "* wants int");
    if (rc == SPK_OK)
        *out = number < 0 ? 0 : number > MAX_WIDTH ? MAX_WIDTH : (int)number;
    return rc;
}

static spk_rc read_percent_spec(struct spk_tpl_state *s, struct percent *p, struct spec *spec)
{
    for (; p->at < p->format.len; p->at++) {
        char c = p->format.at[p->at];
        if (c == '-')
            spec->left = true;
        else if (c == '+')
            spec->plus = true;
        else if (c == ' ')
            spec->blank = true;
        else if (c == '0')
            spec->zero = true;
        else if (c == '#')
            spec->alternate = true;
        else
            break;
    }
    spk_rc rc = star_or_count(s, p, &spec->width);
    if (rc == SPK_OK && p->at < p->format.len && p->format.at[p->at] == '.') {
        p->at++;
        rc = star_or_count(s, p, &spec->precision);
    }
    while (p->at < p->format.len && p->format.at[p->at] && strchr("hlL", p->format.at[p->at]))
        p->at++;
    if (rc == SPK_OK && p->at >= p->format.len)
        rc = spk_tpl_value_error(s, "incomplete format");
    if (rc == SPK_OK)
        spec->type = p->format.at[p->at++];
    spec->align = spec->left ? '<' : 0;
    return rc;
}

static bool is_integer(struct spk_value v)
{
    return v.kind == SPK_BOOL || v.kind == SPK_INT || v.kind == SPK_BIGINT;
}

static spk_rc percent_number(struct spk_tpl_state *s, struct spk_buf *out, struct spec *spec,
                             struct spk_value v)
{
    double number;
    if (strchr("eEfFgG", spec->type)) {
        if (!spk_tpl_as_double(v, &number))
            return spk_tpl_type_error(s, "must be real number, not %s", spk_tpl_type_name(v));
        return append_float(s, out, spec, number);
    }
    bool whole = strchr("diu", spec->type) != NULL;
    if (whole && v.kind == SPK_FLOAT) {
        spk_rc rc = spk_tpl_int_from_double(s, v.number, &v);
        if (rc != SPK_OK)
            return rc;
    }
    if (!is_integer(v))
        return spk_tpl_type_error(s, "%%%c format: a number is required, not %s", spec->type,
                                  spk_tpl_type_name(v));
    return append_integer(s, out, spec, v);
}

static spk_rc percent_one(struct spk_tpl_state *s, struct percent *p, struct spk_buf *out)
{
    struct spec spec = {.precision = -1};
    struct spk_value v = {0};
    spk_rc rc = SPK_OK;
    bool named = p->at < p->format.len && p->format.at[p->at] == '(';
    if (named)
        rc = named_value(s, p, &v);
    if (rc == SPK_OK)
        rc = read_percent_spec(s, p, &spec);
    if (rc != SPK_OK)
        return rc;
    if (spec.type == '%') {
        spk_buf_append_char(out, '%');
        return SPK_OK;
    }
    if (!named)
        rc = next_value(s, p, &v);
    if (rc != SPK_OK)
        return rc;
    char type = spec.type;
    if (type == 'r' || type == 'a')
        rc = repr_of(s, v, &v);
    if (rc != SPK_OK)
        return rc;
    spec.zero = spec.zero && !strchr("sra", type);
    if (strchr("sra", type) || (type == 'c' && v.kind == SPK_STRING)) {
        spec.align = spec.left ? '<' : '>';
        return append_text(s, out, &spec, v);
    }
    if (strchr("diueEfFgGxXo", type))
        return percent_number(s, out, &spec, v);
    return spk_tpl_value_error(s, "unsupported format character '%c'", type);
}

spk_rc spk_tpl_percent(struct spk_tpl_state *s, struct spk_view format, struct spk_value values,
                       struct spk_value *out)
{
    struct percent p = {.format = format, .values = values};
    struct spk_buf buf = spk_tpl_buf(s);
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && p.at < format.len && !buf.overflow) {
        char c = format.at[p.at++];
        if (c == '%')
            rc = percent_one(s, &p, &buf);
        else
            spk_buf_append_char(&buf, c);
    }
    bool mapping = values.kind == SPK_DICT || values.kind == SPK_LIST ||
                   values.kind == SPK_UNDEFINED; /* whatever has items */
    size_t given = values.kind == SPK_TUPLE ? values.list->len : mapping ? 0 : 1;
    if (rc == SPK_OK && !p.named && p.next < given)
        rc = spk_tpl_type_error(s, "not all arguments converted during string formatting");
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}

/* ---- text.format(values) ---- */

struct formatter {
    const struct spk_tpl_args *args;
    int64_t automatic; /* the next {}; -1 once {0} was used */
};

static spk_rc field_base(struct spk_tpl_state *s, struct formatter *f, struct spk_view name,
                         struct spk_value *out)
{
    int64_t index;
    if (name.len == 0) {
        if (f->automatic < 0)
            return spk_tpl_value_error(s, "cannot switch to automatic field numbering");
        index = f->automatic++;
    } else if (!spk_parse_i64(name, 0, INT32_MAX, &index)) {
        for (unsigned i = 0; i < f->args->named_len; i++) {
            if (spk_view_equal(f->args->named[i].name, name)) {
                *out = f->args->named[i].value;
                return SPK_OK;
            }
        }
        return spk_tpl_value_error(s, "format: no argument '%.*s'", SPK_FMT(name));
    } else {
        f->automatic = -1;
    }
    if (index >= (int64_t)f->args->len)
        return spk_tpl_value_error(s, "format: no argument %lld", (long long)index);
    *out = f->args->list[index];
    return SPK_OK;
}

/* name, then .attribute and [item] parts */
static spk_rc field_value(struct spk_tpl_state *s, struct formatter *f, struct spk_view field,
                          struct spk_value *out)
{
    size_t at = 0;
    while (at < field.len && field.at[at] != '.' && field.at[at] != '[')
        at++;
    spk_rc rc = field_base(s, f, spk_view_slice(field, 0, at), out);
    while (rc == SPK_OK && at < field.len) {
        bool item = field.at[at] == '[';
        size_t end = at + 1;
        while (end < field.len &&
               (item ? field.at[end] != ']' : field.at[end] != '.' && field.at[end] != '['))
            end++;
        struct spk_view name = spk_view_slice(field, at + 1, end);
        int64_t index;
        if (item && spk_parse_i64(name, 0, INT64_MAX, &index))
            rc = spk_tpl_getitem(s, *out, spk_int(index), out);
        else if (item)
            rc = spk_tpl_getitem(s, *out, spk_string(name), out);
        else
            rc = spk_tpl_getattr(s, *out, name, out);
        at = end + item;
    }
    return rc;
}

static void read_spec(struct spk_view text, struct spec *spec, size_t *consumed)
{
    size_t at = 0;
    size_t first = spk_tpl_text_offset(text, 1);
    if (first < text.len && strchr("<>^=", text.at[first]) && text.at[first]) {
        spec->fill = spk_view_slice(text, 0, first);
        spec->align = text.at[first];
        at = first + 1;
    } else if (text.len && text.at[0] && strchr("<>^=", text.at[0])) {
        spec->align = text.at[at++];
    }
    for (; at < text.len && text.at[at] && strchr("+- #0", text.at[at]); at++) {
        spec->plus |= text.at[at] == '+';
        spec->blank |= text.at[at] == ' ';
        spec->alternate |= text.at[at] == '#';
        spec->zero |= text.at[at] == '0';
    }
    at = read_count(text, at, &spec->width);
    if (at < text.len && text.at[at] == ',') {
        spec->comma = true;
        at++;
    }
    if (at < text.len && text.at[at] == '.')
        at = read_count(text, at + 1, &spec->precision);
    if (at < text.len)
        spec->type = text.at[at++];
    *consumed = at;
}

static spk_rc format_value(struct spk_tpl_state *s, struct spk_buf *out, struct spk_view text,
                           struct spk_value v)
{
    struct spec spec = {.precision = -1};
    size_t consumed;
    double number;
    if (text.len == 0) {
        spk_tpl_str_append(out, v);
        return SPK_OK;
    }
    if (v.kind == SPK_DATE || v.kind == SPK_DATETIME) {
        const struct spk_tpl_args args = {(struct spk_value[]){spk_string(text)}, 1, NULL, 0};
        struct spk_value formatted;
        const struct spk_tpl_row *row = spk_tpl_method_find(v, SPK_V("strftime"));
        spk_rc rc = spk_tpl_row_call(s, row, v, &args, &formatted);
        if (rc == SPK_OK)
            spk_tpl_str_append(out, formatted);
        return rc;
    }
    read_spec(text, &spec, &consumed);
    if (consumed != text.len)
        return spk_tpl_value_error(s, "invalid format specifier");
    if (v.kind == SPK_STRING && (!spec.type || spec.type == 's'))
        return append_text(s, out, &spec, v);
    bool number_type = spec.type && strchr("eEfFgG%n", spec.type);
    if (is_integer(v) && (!spec.type || strchr("dxXob", spec.type)))
        return append_integer(s, out, &spec, v);
    if (spk_tpl_as_double(v, &number) && number_type)
        return append_float(s, out, &spec, number);
    if (v.kind == SPK_FLOAT && !spec.type) {
        if (spec.precision >= 0) {
            spec.type = 'g';
            return append_float(s, out, &spec, number);
        }
        struct spk_view plain;
        spk_rc rc = spk_tpl_str(s, v, &plain);
        return rc == SPK_OK ? append_number(s, out, &spec, plain) : rc;
    }
    if (v.kind == SPK_STRING || is_integer(v) || v.kind == SPK_FLOAT)
        return spk_tpl_value_error(s, "unknown format code '%c'", spec.type);
    return spk_tpl_type_error(s, "unsupported format string passed to %s.__format__",
                              spk_tpl_type_name(v));
}

/* What stands between braces: field, !conversion, :spec. */
static spk_rc format_field(struct spk_tpl_state *s, struct formatter *f, struct spk_view inside,
                           struct spk_buf *out)
{
    struct spk_view field = inside;
    struct spk_view spec = {0};
    size_t colon = 0;
    while (colon < inside.len && inside.at[colon] != ':' && inside.at[colon] != '!')
        colon += inside.at[colon] == '[' && spk_view_find(inside, SPK_V("]"), colon) >= 0
                     ? (size_t)spk_view_find(inside, SPK_V("]"), colon) - colon
                     : 1;
    field = spk_view_slice(inside, 0, colon);
    spec = spk_view_slice(inside, colon, inside.len);
    struct spk_value v;
    spk_rc rc = field_value(s, f, field, &v);
    if (rc == SPK_OK && spec.len && spec.at[0] == '!') {
        char conversion = spec.len > 1 ? spec.at[1] : 0;
        struct spk_view text;
        if (conversion == 'r' || conversion == 'a')
            rc = repr_of(s, v, &v);
        else if (conversion == 's' && (rc = spk_tpl_str(s, v, &text)) == SPK_OK)
            v = spk_string(text);
        else
            rc = spk_tpl_value_error(s, "unknown conversion specifier");
        spec = spk_view_slice(spec, 2, spec.len);
    }
    if (rc == SPK_OK && spec.len && spec.at[0] == ':')
        spec = spk_view_slice(spec, 1, spec.len);
    return rc == SPK_OK ? format_value(s, out, spec, v) : rc;
}

spk_rc spk_tpl_format(struct spk_tpl_state *s, struct spk_view format,
                      const struct spk_tpl_args *args, struct spk_value *out)
{
    struct formatter f = {.args = args};
    struct spk_buf buf = spk_tpl_buf(s);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < format.len; i++) {
        char c = format.at[i];
        bool doubled = i + 1 < format.len && format.at[i + 1] == c;
        if ((c == '{' || c == '}') && doubled) {
            spk_buf_append_char(&buf, c);
            i++;
        } else if (c == '{') {
            ptrdiff_t close = spk_view_find(format, SPK_V("}"), i);
            struct spk_view inside = spk_view_slice(format, i + 1, close < 0 ? 0 : (size_t)close);
            if (close < 0 || spk_view_find(inside, SPK_V("{"), 0) >= 0)
                rc = spk_tpl_value_error(s, "format: '{' without '}', or nested fields");
            else
                rc = format_field(s, &f, inside, &buf);
            i = close < 0 ? format.len : (size_t)close;
        } else if (c == '}') {
            rc = spk_tpl_value_error(s, "single '}' encountered in format string");
        } else {
            spk_buf_append_char(&buf, c);
        }
    }
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}
