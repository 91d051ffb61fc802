/* Python's text % values. */
#include "template/format_internal.h"

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
        p->at = spk_tpl_read_count(p->format, p->at, out);
        return SPK_OK;
    }
    struct spk_value v;
    int64_t number;
    p->at++;
    spk_rc rc = next_value(s, p, &v);
    if (rc == SPK_OK && !spk_tpl_as_int(v, &number))
        rc = spk_tpl_type_error(s, "* wants int");
    if (rc == SPK_OK)
        *out = number < 0 ? 0 : number > SPK_TPL_MAX_WIDTH ? SPK_TPL_MAX_WIDTH : (int)number;
    return rc;
}

static spk_rc read_percent_spec(struct spk_tpl_state *s, struct percent *p,
                                struct spk_tpl_spec *spec)
{
    p->at = spk_tpl_read_flags(p->format, p->at, spec);
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
    spec->zero = spec->zero && !spec->left;
    return rc;
}

static spk_rc percent_number(struct spk_tpl_state *s, struct spk_buf *out,
                             struct spk_tpl_spec *spec, struct spk_value v)
{
    double number;
    if (strchr("eEfFgG", spec->type)) {
        if (!spk_tpl_as_double(v, &number))
            return spk_tpl_type_error(s, "must be real number, not %s", spk_tpl_type_name(v));
        return spk_tpl_append_float(s, out, spec, number);
    }
    bool whole = strchr("diu", spec->type) != NULL;
    if (whole && v.kind == SPK_FLOAT) {
        spk_rc rc = spk_tpl_int_from_double(s, v.number, &v);
        if (rc != SPK_OK)
            return rc;
    }
    if (!spk_tpl_is_integer(v))
        return spk_tpl_type_error(s, "%%%c format: a number is required, not %s", spec->type,
                                  spk_tpl_type_name(v));
    return spk_tpl_append_integer(s, out, spec, v);
}

/* %c: one character, or the code of one. */
static spk_rc append_character(struct spk_tpl_state *s, struct spk_buf *out,
                               struct spk_tpl_spec *spec, struct spk_value v)
{
    int64_t code;
    struct spk_buf one = {0};
    if (v.kind == SPK_STRING ? spk_tpl_text_len(v.text) != 1 : !spk_tpl_as_int(v, &code))
        return spk_tpl_type_error(s, "%%c requires int or char");
    if (v.kind != SPK_STRING) {
        if (code < 0 || code > 0x10FFFF)
            return spk_tpl_value_error(s, "%%c needs a code below 0x110000");
        spk_tpl_text_put(&one, (uint32_t)code);
        v = spk_string_dup(s->arena, spk_buf_view(&one));
        spk_buf_deinit(&one);
    }
    spec->zero = false;
    spec->precision = -1;
    spec->align = spec->left ? '<' : '>';
    return spk_tpl_append_text(s, out, spec, v);
}

static spk_rc append_value(struct spk_tpl_state *s, struct spk_buf *out, struct spk_tpl_spec *spec,
                           struct spk_value v)
{
    char type = spec->type;
    spk_rc rc = type == 'r' || type == 'a' ? spk_tpl_repr(s, v, &v) : SPK_OK;
    if (rc != SPK_OK)
        return rc;
    if (strchr("sra", type)) {
        spec->zero = false;
        spec->align = spec->left ? '<' : '>';
        return spk_tpl_append_text(s, out, spec, v);
    }
    if (type == 'c')
        return append_character(s, out, spec, v);
    if (strchr("diueEfFgGxXo", type))
        return percent_number(s, out, spec, v);
    return spk_tpl_value_error(s, "unsupported format character '%c'", type);
}

static spk_rc percent_one(struct spk_tpl_state *s, struct percent *p, struct spk_buf *out)
{
    struct spk_tpl_spec spec = {.precision = -1};
    struct spk_value v = {0};
    if (p->at < p->format.len && p->format.at[p->at] == '%') {
        p->at++;
        spk_buf_append_char(out, '%');
        return SPK_OK;
    }
    bool named = p->at < p->format.len && p->format.at[p->at] == '(';
    spk_rc rc = named ? named_value(s, p, &v) : SPK_OK;
    if (rc == SPK_OK)
        rc = read_percent_spec(s, p, &spec);
    if (rc == SPK_OK && !named)
        rc = next_value(s, p, &v);
    return rc == SPK_OK ? append_value(s, out, &spec, v) : rc;
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
