/* Jinja's filters that make text. */
#include "template/methods_internal.h"
#include "json/json.h"

static bool flag(struct spk_value v)
{
    return spk_tpl_given(v) && spk_tpl_truthy(v);
}

static spk_rc self_text(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_view *out)
{
    return spk_tpl_str(s, call->self, out);
}

static spk_rc change_case(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    spk_tpl_text_case(&buf, text, (enum spk_tpl_case)call->row->op);
    return spk_tpl_take(s, &buf, out);
}

static bool begins_word(char c)
{
    return c && strchr("-({[<", c);
}

/* Words begin behind white space, - and opening brackets. */
static spk_rc title(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    const char *end = spk_tpl_end(text);
    bool start = true;
    for (const char *p = text.at; p < end;) {
        const char *from = p;
        uint32_t code = spk_tpl_text_next(&p, end);
        struct spk_view one = {from, (size_t)(p - from)};
        spk_tpl_text_case(&buf, one, start ? CASE_UPPER : CASE_LOWER);
        start = spk_tpl_is_space(code) || (code < 0x80 && begins_word((char)code));
    }
    return spk_tpl_take(s, &buf, out);
}

static spk_rc center(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    const struct spk_tpl_padding padding = {SPK_V(" "), 0};
    struct spk_view text;
    int64_t width;
    spk_rc rc = spk_tpl_need_int(s, call, 0, 80, &width);
    if (rc == SPK_OK)
        rc = self_text(s, call, &text);
    return rc == SPK_OK ? spk_tpl_pad(s, text, width, &padding, out) : rc;
}

static spk_rc trim(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view text;
    struct spk_view set;
    spk_rc rc = self_text(s, call, &text);
    bool space = !spk_tpl_given(call->args[0]) || call->args[0].kind == SPK_NULL;
    if (rc == SPK_OK && !space)
        rc = spk_tpl_need_text(s, call, 0, &set);
    if (rc == SPK_OK)
        *out = spk_string(space ? spk_tpl_strip(text, 3) : spk_tpl_strip_set(text, set, 3));
    return rc;
}

static spk_rc replace(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_view texts[3];
    int64_t max = -1;
    spk_rc rc = self_text(s, call, &texts[0]);
    if (rc == SPK_OK)
        rc = spk_tpl_str(s, call->args[0], &texts[1]);
    if (rc == SPK_OK)
        rc = spk_tpl_str(s, call->args[1], &texts[2]);
    if (rc == SPK_OK && call->args[2].kind != SPK_NULL)
        rc = spk_tpl_need_int(s, call, 2, -1, &max);
    return rc == SPK_OK ? spk_tpl_replace(s, texts, max, out) : rc;
}

static spk_rc truncate(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    int64_t length;
    int64_t leeway;
    struct spk_view end = SPK_V("...");
    spk_rc rc = spk_tpl_need_int(s, call, 0, 255, &length);
    if (rc == SPK_OK && spk_tpl_given(call->args[2]))
        rc = spk_tpl_need_text(s, call, 2, &end);
    if (rc == SPK_OK)
        rc = spk_tpl_need_int(s, call, 3, 5, &leeway);
    if (rc != SPK_OK)
        return rc;
    int64_t keep = length - (int64_t)spk_tpl_text_len(end);
    if (keep < 0 || leeway < 0)
        return spk_tpl_value_error(s, "truncate: the length is too small");
    size_t len;
    rc = spk_tpl_length(s, call->self, &len);
    *out = call->self;
    if (rc != SPK_OK || (int64_t)len <= length + leeway)
        return rc;
    if (call->self.kind != SPK_STRING)
        return spk_tpl_value_error(s, "truncate needs a text");
    struct spk_view text = call->self.text;
    text = spk_view_slice(text, 0, spk_tpl_text_offset(text, (size_t)keep));
    for (size_t i = text.len; !flag(call->args[1]) && i > 0; i--) {
        if (text.at[i - 1] == ' ') {
            text.len = i - 1;
            break;
        }
    }
    struct spk_buf buf = spk_tpl_buf(s);
    spk_buf_append(&buf, text);
    spk_buf_append(&buf, end);
    return spk_tpl_take(s, &buf, out);
}

/* What indent puts before a line: a text, or that many blanks. */
static spk_rc indention(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_view *out)
{
    const struct spk_tpl_padding padding = {SPK_V(" "), -1};
    int64_t width;
    struct spk_value blanks = {0};
    if (call->args[0].kind == SPK_STRING) {
        *out = call->args[0].text;
        return SPK_OK;
    }
    spk_rc rc = spk_tpl_need_int(s, call, 0, 4, &width);
    if (rc == SPK_OK)
        rc = spk_tpl_pad(s, SPK_V(""), width, &padding, &blanks);
    if (rc == SPK_OK)
        *out = blanks.text;
    return rc;
}

static spk_rc indent(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    struct spk_view with = {0};
    if (call->self.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "indent of an undefined value");
    if (call->self.kind == SPK_LIST)
        return spk_tpl_value_error(s, "indent needs a text, not a list");
    if (call->self.kind != SPK_STRING)
        return spk_tpl_type_error(s, "indent needs a text");
    spk_rc rc = indention(s, call, &with);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    struct spk_view rest = call->self.text;
    for (bool start = true; rest.at && !buf.overflow; start = false) {
        struct spk_view line = spk_view_cut(&rest, '\n');
        if (!start)
            spk_buf_append_char(&buf, '\n');
        if (start ? flag(call->args[1]) : line.len > 0 || flag(call->args[2]))
            spk_buf_append(&buf, with);
        spk_buf_append(&buf, line);
    }
    return spk_tpl_take(s, &buf, out);
}

static spk_rc wordcount(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    int64_t words = 0;
    bool inside = false;
    const char *end = spk_tpl_end(text);
    for (const char *p = text.at; p < end;) {
        bool word = spk_tpl_is_class(spk_tpl_text_next(&p, end), CLASS_WORD);
        words += word && !inside;
        inside = word;
    }
    *out = spk_int(words);
    return SPK_OK;
}

static spk_rc format(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    const struct spk_tpl_args *args = call->raw;
    struct spk_view text;
    struct spk_value values;
    if (args->len && args->named_len)
        return spk_tpl_value_error(s, "format takes values or names, not both");
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    if (args->named_len) {
        values = spk_dict_new(s->arena);
        for (unsigned i = 0; i < args->named_len; i++)
            spk_dict_set(values, args->named[i].name, args->named[i].value);
    } else {
        values = spk_tuple_new(s->arena);
        for (unsigned i = 0; i < args->len; i++)
            spk_list_append(values, args->list[i]);
    }
    return spk_tpl_percent(s, text, values, out);
}

void spk_tpl_escape(struct spk_buf *out, struct spk_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.at[i]) {
        case '&': spk_buf_append_str(out, "&amp;"); break;
        case '<': spk_buf_append_str(out, "&lt;"); break;
        case '>': spk_buf_append_str(out, "&gt;"); break;
        case '\'': spk_buf_append_str(out, "&#39;"); break;
        case '"': spk_buf_append_str(out, "&#34;"); break;
        default: spk_buf_append_char(out, text.at[i]);
        }
    }
}

enum { ESCAPE, FORCE_ESCAPE, SAFE };

static spk_rc mark_up(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    bool safe =
        call->row->op == SAFE || (call->row->op == ESCAPE && (call->self.flags & SPK_VALUE_SAFE));
    *out = spk_string(text);
    if (!safe) {
        struct spk_buf buf = spk_tpl_buf(s);
        spk_tpl_escape(&buf, text);
        rc = spk_tpl_take(s, &buf, out);
    }
    if (rc == SPK_OK)
        out->flags = SPK_VALUE_SAFE;
    return rc;
}

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           (c && strchr("_.-~", c));
}

static void quote(struct spk_buf *out, struct spk_view text, bool query)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (query && c == ' ')
            spk_buf_append_char(out, '+');
        else if (is_unreserved(c) || (c == '/' && !query))
            spk_buf_append_char(out, c);
        else
            spk_buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

static spk_rc quote_pairs(struct spk_tpl_state *s, struct spk_value pairs, struct spk_buf *buf)
{
    for (size_t i = 0; i < pairs.list->len; i++) {
        struct spk_value pair;
        spk_rc rc = spk_tpl_items(s, pairs.list->items[i], &pair);
        if (rc == SPK_OK && pair.list->len != 2)
            rc = spk_tpl_value_error(s, "urlencode needs pairs");
        for (size_t part = 0; rc == SPK_OK && part < 2; part++) {
            struct spk_view text;
            rc = spk_tpl_str(s, pair.list->items[part], &text);
            if (part || i)
                spk_buf_append_char(buf, part ? '=' : '&');
            if (rc == SPK_OK)
                quote(buf, text, true);
        }
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

static spk_rc urlencode(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_value v = call->self;
    struct spk_buf buf = spk_tpl_buf(s);
    spk_rc rc = SPK_OK;
    struct spk_value pairs;
    if (v.kind == SPK_DICT)
        v = spk_tpl_dict_view(s, v, "dict_items");
    bool many = v.kind == SPK_LIST || v.kind == SPK_TUPLE || v.kind == SPK_TPL_ITERATOR ||
                v.kind == SPK_UNDEFINED;
    if (many) {
        rc = spk_tpl_items(s, v, &pairs);
        if (rc == SPK_OK)
            rc = quote_pairs(s, pairs, &buf);
    } else {
        struct spk_view text;
        rc = spk_tpl_str(s, v, &text);
        if (rc == SPK_OK)
            quote(&buf, text, false);
    }
    if (rc == SPK_OK)
        return spk_tpl_take(s, &buf, out);
    spk_buf_deinit(&buf);
    return rc;
}

/* JSON with the characters that HTML knows escaped. */
static spk_rc tojson(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    if (spk_tpl_given(call->args[0]) && call->args[0].kind != SPK_NULL)
        return spk_tpl_value_error(s, "tojson with an indent is not supported");
    struct spk_buf json = spk_tpl_buf(s);
    struct spk_value text;
    spk_rc rc = spk_tpl_json(
        s, call->self, SPK_JSON_SPACED | SPK_JSON_ASCII | SPK_JSON_SORTED | SPK_JSON_NAN, &json);
    if (rc != SPK_OK) {
        spk_buf_deinit(&json);
        return rc;
    }
    rc = spk_tpl_take(s, &json, &text);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < text.text.len; i++) {
        char c = text.text.at[i];
        if (strchr("<>&'", c) && c)
            spk_buf_printf(&buf, "\\u%04x", c);
        else
            spk_buf_append_char(&buf, c);
    }
    rc = spk_tpl_take(s, &buf, out);
    if (rc == SPK_OK)
        out->flags = SPK_VALUE_SAFE;
    return rc;
}

/* Without comments and tags, white space runs as one blank. */
static spk_rc striptags(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = self_text(s, call, &text);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        ptrdiff_t end = c == '<' ? spk_view_find(text, SPK_V(">"), i) : -1;
        if (end >= 0) {
            i = (size_t)end;
        } else if (spk_tpl_is_space((unsigned char)c) && (unsigned char)c < 0x80) {
            blank = buf.len > 0;
        } else {
            if (blank)
                spk_buf_append_char(&buf, ' ');
            blank = false;
            spk_buf_append_char(&buf, c);
        }
    }
    return spk_tpl_take(s, &buf, out);
}

static spk_rc unsupported(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    return spk_tpl_value_error(s, "the filter %s is not supported", call->row->name);
}

const struct spk_tpl_row spk_tpl_filters_text[] = {
    {"lower", "", change_case, CASE_LOWER},
    {"upper", "", change_case, CASE_UPPER},
    {"capitalize", "", change_case, CASE_CAPITALIZE},
    {"title", "", title, 0},
    {"center", "?width", center, 0},
    {"trim", "?chars", trim, 0},
    {"replace", "old new ?count", replace, 0},
    {"truncate", "?length ?killwords ?end ?leeway", truncate, 0},
    {"indent", "?width ?first ?blank", indent, 0},
    {"wordcount", "", wordcount, 0},
    {"format", "*", format, 0},
    {"escape", "", mark_up, ESCAPE},
    {"e", "", mark_up, ESCAPE},
    {"forceescape", "", mark_up, FORCE_ESCAPE},
    {"safe", "", mark_up, SAFE},
    {"urlencode", "", urlencode, 0},
    {"tojson", "?indent", tojson, 0},
    {"striptags", "", striptags, 0},
    {"wordwrap", "*", unsupported, 0},
    {"urlize", "*", unsupported, 0},
    {"xmlattr", "*", unsupported, 0},
    {"pprint", "*", unsupported, 0},
    {"random", "*", unsupported, 0},
    {0},
};
