/* Python's text.format(values). */
#include "template/format_internal.h"

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

static void read_spec(struct spk_view text, struct spk_tpl_spec *spec, size_t *consumed)
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
    at = spk_tpl_read_flags(text, at, spec);
    at = spk_tpl_read_count(text, at, &spec->width);
    if (at < text.len && text.at[at] == ',') {
        spec->comma = true;
        at++;
    }
    if (at < text.len && text.at[at] == '.')
        at = spk_tpl_read_count(text, at + 1, &spec->precision);
    if (at < text.len)
        spec->type = text.at[at++];
    *consumed = at;
}

/* A float without a type letter: as str(), or in that many digits. */
static spk_rc format_plain_float(struct spk_tpl_state *s, struct spk_buf *out,
                                 struct spk_tpl_spec *spec, struct spk_value v)
{
    struct spk_view plain;
    if (spec->precision >= 0) {
        spec->type = 'g';
        return spk_tpl_append_float(s, out, spec, v.number);
    }
    spk_rc rc = spk_tpl_str(s, v, &plain);
    return rc == SPK_OK ? spk_tpl_append_number(s, out, spec, plain) : rc;
}

static spk_rc format_number(struct spk_tpl_state *s, struct spk_buf *out, struct spk_tpl_spec *spec,
                            struct spk_value v)
{
    double number;
    if (spk_tpl_is_integer(v) && (!spec->type || strchr("dxXob", spec->type))) {
        bool based = spec->type && spec->type != 'd';
        if (spec->precision >= 0 || (spec->comma && based))
            return spk_tpl_value_error(s, "this format allows no precision or comma");
        return spk_tpl_append_integer(s, out, spec, v);
    }
    if (spec->comma && spec->type == 'n')
        return spk_tpl_value_error(s, "cannot specify ',' with 'n'");
    if (!spk_tpl_as_double(v, &number))
        return spk_tpl_value_error(s, "int too large to convert to float");
    if (spec->type && strchr("eEfFgG%n", spec->type))
        return spk_tpl_append_float(s, out, spec, number);
    if (spec->type)
        return spk_tpl_value_error(s, "unknown format code '%c'", spec->type);
    return format_plain_float(s, out, spec, v);
}

static spk_rc format_moment(struct spk_tpl_state *s, struct spk_buf *out, struct spk_view format,
                            struct spk_value v)
{
    const struct spk_value list[] = {spk_string(format)};
    const struct spk_tpl_args args = {list, 1, NULL, 0};
    struct spk_value formatted;
    const struct spk_tpl_row *row = spk_tpl_method_find(v, SPK_V("strftime"));
    spk_rc rc = spk_tpl_row_call(s, row, v, &args, &formatted);
    if (rc == SPK_OK)
        spk_tpl_str_append(out, formatted);
    return rc;
}

static bool fits_text(const struct spk_tpl_spec *spec)
{
    bool signs = spec->plus || spec->blank || spec->left;
    return (!spec->type || spec->type == 's') && spec->align != '=' && !spec->comma && !signs &&
           !spec->alternate;
}

static spk_rc format_value(struct spk_tpl_state *s, struct spk_buf *out, struct spk_view text,
                           struct spk_value v)
{
    struct spk_tpl_spec spec = {.precision = -1};
    size_t consumed;
    if (text.len == 0) {
        spk_tpl_str_append(out, v);
        return SPK_OK;
    }
    if (v.kind == SPK_DATE || v.kind == SPK_DATETIME)
        return format_moment(s, out, text, v);
    read_spec(text, &spec, &consumed);
    if (consumed != text.len)
        return spk_tpl_value_error(s, "invalid format specifier");
    if (spk_tpl_is_integer(v) || v.kind == SPK_FLOAT)
        return format_number(s, out, &spec, v);
    if (v.kind != SPK_STRING)
        return spk_tpl_type_error(s, "unsupported format string passed to %s.__format__",
                                  spk_tpl_type_name(v));
    if (!fits_text(&spec))
        return spk_tpl_value_error(s, "this format does not work on texts");
    return spk_tpl_append_text(s, out, &spec, v);
}

/* Offset of the ':' or '!' behind the field's name; those inside [...] belong to the name. */
static size_t field_end(struct spk_view inside)
{
    size_t at = 0;
    while (at < inside.len && inside.at[at] != ':' && inside.at[at] != '!') {
        ptrdiff_t close = inside.at[at] == '[' ? spk_view_find(inside, SPK_V("]"), at) : -1;
        at = close > 0 ? (size_t)close : at + 1;
    }
    return at;
}

/* !r and !s */
static spk_rc convert(struct spk_tpl_state *s, char conversion, struct spk_value *v)
{
    struct spk_view text;
    if (conversion == 'r' || conversion == 'a')
        return spk_tpl_repr(s, *v, v);
    if (conversion != 's')
        return spk_tpl_value_error(s, "unknown conversion specifier");
    spk_rc rc = spk_tpl_str(s, *v, &text);
    if (rc == SPK_OK)
        *v = spk_string(text);
    return rc;
}

/* What stands between braces: field, !conversion, :spec. */
static spk_rc format_field(struct spk_tpl_state *s, struct formatter *f, struct spk_view inside,
                           struct spk_buf *out)
{
    size_t end = field_end(inside);
    struct spk_view rest = spk_view_slice(inside, end, inside.len);
    struct spk_value v;
    spk_rc rc = field_value(s, f, spk_view_slice(inside, 0, end), &v);
    if (rc == SPK_OK && rest.len && rest.at[0] == '!') {
        rc = convert(s, rest.len > 1 ? rest.at[1] : 0, &v);
        rest = spk_view_slice(rest, 2, rest.len);
    }
    if (rc == SPK_OK && rest.len && rest.at[0] == ':')
        rest = spk_view_slice(rest, 1, rest.len);
    return rc == SPK_OK ? format_value(s, out, rest, v) : rc;
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
