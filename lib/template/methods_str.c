/* Methods of Python's str. */
#include "template/methods_internal.h"

spk_rc spk_tpl_need_text(struct spk_tpl_state *s, const struct spk_tpl_call *call, int i,
                         struct spk_view *out)
{
    struct spk_value v = call->args[i];
    if (v.kind != SPK_STRING)
        return spk_tpl_type_error(s, "%s() needs a text, not %s", call->row->name,
                                  spk_tpl_type_name(v));
    *out = v.text;
    return SPK_OK;
}

spk_rc spk_tpl_need_int(struct spk_tpl_state *s, const struct spk_tpl_call *call, int i,
                        int64_t absent, int64_t *out)
{
    *out = absent;
    if (!spk_tpl_given(call->args[i]) || spk_tpl_as_int(call->args[i], out))
        return SPK_OK;
    if (call->args[i].kind == SPK_UNDEFINED)
        return spk_tpl_type_error(s, "%s() needs an integer, not undefined", call->row->name);
    return spk_tpl_type_error(s, "%s() needs an integer, not %s", call->row->name,
                              spk_tpl_type_name(call->args[i]));
}

static spk_rc change_case(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                          struct spk_value *out)
{
    struct spk_buf buf = spk_tpl_buf(s);
    spk_tpl_text_case(&buf, call->self.text, (enum spk_tpl_case)call->row->op);
    return spk_tpl_take(s, &buf, out);
}

static bool holds_code(struct spk_view set, uint32_t code)
{
    const char *end = spk_tpl_end(set);
    for (const char *p = set.at; p < end;) {
        if (spk_tpl_text_next(&p, end) == code)
            return true;
    }
    return false;
}

struct spk_view spk_tpl_strip_set(struct spk_view text, struct spk_view set, int sides)
{
    const char *start = text.at;
    const char *end = spk_tpl_end(text);
    while ((sides & 1) && start < end) {
        const char *p = start;
        if (!holds_code(set, spk_tpl_text_next(&p, end)))
            break;
        start = p;
    }
    while ((sides & 2) && end > start) {
        const char *p = end - 1;
        while (p > start && ((unsigned char)*p & 0xC0) == 0x80)
            p--;
        const char *next = p;
        if (!holds_code(set, spk_tpl_text_next(&next, end)))
            break;
        end = p;
    }
    return spk_view_make(start, (size_t)(end - start));
}

static spk_rc strip(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view set;
    if (!spk_tpl_given(call->args[0]) || call->args[0].kind == SPK_NULL) {
        *out = spk_string(spk_tpl_strip(call->self.text, call->row->op));
        return SPK_OK;
    }
    spk_rc rc = spk_tpl_need_text(s, call, 0, &set);
    if (rc == SPK_OK)
        *out = spk_string(spk_tpl_strip_set(call->self.text, set, call->row->op));
    return rc;
}

static spk_rc split_space(struct spk_tpl_state *s, struct spk_view text, int64_t max,
                          struct spk_value list)
{
    struct spk_view rest = spk_tpl_strip(text, 1);
    while (rest.len > 0) {
        const char *end = spk_tpl_end(rest);
        const char *p = rest.at;
        const char *word_end = rest.at;
        if (max == 0) {
            return spk_tpl_append(s, list, spk_string(spk_tpl_strip(rest, 2)));
        }
        while (p < end && !spk_tpl_is_space(spk_tpl_text_next(&p, end)))
            word_end = p;
        struct spk_view word = spk_view_make(rest.at, (size_t)(word_end - rest.at));
        spk_rc rc = spk_tpl_append(s, list, spk_string(word));
        if (rc != SPK_OK)
            return rc;
        rest = spk_tpl_strip(spk_view_make(word_end, (size_t)(end - word_end)), 1);
        max--;
    }
    return SPK_OK;
}

static ptrdiff_t rfind_bytes(struct spk_view text, struct spk_view needle)
{
    for (size_t i = text.len + 1; i-- > needle.len;) {
        if (needle.len == 0 || memcmp(text.at + i - needle.len, needle.at, needle.len) == 0)
            return (ptrdiff_t)(i - needle.len);
    }
    return needle.len == 0 ? (ptrdiff_t)text.len : -1;
}

/* Splits from the right into a list that is turned round at the end. */
static spk_rc split_right(struct spk_tpl_state *s, struct spk_view text, struct spk_view separator,
                          int64_t max, struct spk_value list)
{
    ptrdiff_t hit;
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && max-- != 0 && (hit = rfind_bytes(text, separator)) >= 0) {
        struct spk_view piece = spk_view_slice(text, (size_t)hit + separator.len, text.len);
        rc = spk_tpl_append(s, list, spk_string(piece));
        text.len = (size_t)hit;
    }
    if (rc == SPK_OK)
        rc = spk_tpl_append(s, list, spk_string(text));
    struct spk_list *l = list.list;
    for (size_t i = 0; i < l->len / 2; i++) {
        struct spk_value other = l->items[i];
        l->items[i] = l->items[l->len - 1 - i];
        l->items[l->len - 1 - i] = other;
    }
    return rc;
}

static spk_rc split_left(struct spk_tpl_state *s, struct spk_view text, struct spk_view separator,
                         int64_t max, struct spk_value list)
{
    size_t at = 0;
    ptrdiff_t hit;
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && max-- != 0 && (hit = spk_view_find(text, separator, at)) >= 0) {
        rc = spk_tpl_append(s, list, spk_string(spk_view_slice(text, at, (size_t)hit)));
        at = (size_t)hit + separator.len;
    }
    if (rc == SPK_OK)
        rc = spk_tpl_append(s, list, spk_string(spk_view_slice(text, at, text.len)));
    return rc;
}

enum { FROM_LEFT, FROM_RIGHT };

static spk_rc split(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view separator = {0};
    int64_t max;
    bool space = !spk_tpl_given(call->args[0]) || call->args[0].kind == SPK_NULL;
    spk_rc rc = space ? SPK_OK : spk_tpl_need_text(s, call, 0, &separator);
    if (rc == SPK_OK)
        rc = spk_tpl_need_int(s, call, 1, -1, &max);
    if (rc != SPK_OK)
        return rc;
    if (!space && separator.len == 0)
        return spk_tpl_value_error(s, "empty separator");
    struct spk_value list = spk_list_new(s->arena);
    *out = list;
    if (space && (call->row->op == FROM_LEFT || max < 0))
        return split_space(s, call->self.text, max, list);
    if (space)
        return spk_tpl_value_error(s, "rsplit() by white space with a limit is not supported");
    return call->row->op == FROM_LEFT ? split_left(s, call->self.text, separator, max, list)
                                      : split_right(s, call->self.text, separator, max, list);
}

static bool breaks_line(uint32_t code)
{
    return (code >= 10 && code <= 13) || (code >= 28 && code <= 30) || code == 0x85 ||
           code == 0x2028 || code == 0x2029;
}

static spk_rc splitlines(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    struct spk_view text = call->self.text;
    bool keep = spk_tpl_given(call->args[0]) && spk_tpl_truthy(call->args[0]);
    struct spk_value list = spk_list_new(s->arena);
    const char *end = spk_tpl_end(text);
    const char *start = text.at;
    for (const char *p = text.at; p < end;) {
        const char *line_end = p;
        uint32_t code = spk_tpl_text_next(&p, end);
        if (!breaks_line(code))
            continue;
        if (code == '\r' && p < end && *p == '\n')
            p++;
        struct spk_view line = {start, (size_t)((keep ? p : line_end) - start)};
        spk_rc rc = spk_tpl_append(s, list, spk_string(line));
        if (rc != SPK_OK)
            return rc;
        start = p;
    }
    *out = list;
    return start < end
               ? spk_tpl_append(s, list, spk_string(spk_view_make(start, (size_t)(end - start))))
               : SPK_OK;
}

static spk_rc join(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value items;
    spk_rc rc = spk_tpl_items(s, call->args[0], &items);
    if (rc != SPK_OK)
        return rc;
    struct spk_buf buf = spk_tpl_buf(s);
    for (size_t i = 0; i < items.list->len; i++) {
        if (items.list->items[i].kind != SPK_STRING) {
            spk_buf_deinit(&buf);
            return spk_tpl_type_error(s, "join() needs texts, found %s",
                                      spk_tpl_type_name(items.list->items[i]));
        }
        if (i > 0)
            spk_buf_append(&buf, call->self.text);
        spk_buf_append(&buf, items.list->items[i].text);
    }
    return spk_tpl_take(s, &buf, out);
}

spk_rc spk_tpl_replace(struct spk_tpl_state *s, const struct spk_view texts[3], int64_t max,
                       struct spk_value *out)
{
    struct spk_view text = texts[0];
    struct spk_view old = texts[1];
    struct spk_buf buf = spk_tpl_buf(s);
    size_t at = 0;
    ptrdiff_t hit;
    while (max != 0 && !buf.overflow && at <= text.len &&
           (hit = spk_view_find(text, old, at)) >= 0) {
        spk_buf_append(&buf, spk_view_slice(text, at, (size_t)hit));
        spk_buf_append(&buf, texts[2]);
        at = (size_t)hit + old.len;
        if (old.len == 0) { /* between all characters */
            if (at == text.len) {
                at++;
                break;
            }
            struct spk_view rest = spk_view_slice(text, at, text.len);
            size_t step = spk_tpl_text_offset(rest, 1);
            spk_buf_append(&buf, spk_view_slice(rest, 0, step));
            at += step;
        }
        max--;
    }
    spk_buf_append(&buf, spk_view_slice(text, at, text.len));
    return spk_tpl_take(s, &buf, out);
}

static spk_rc replace(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    struct spk_view texts[3] = {call->self.text};
    int64_t max;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &texts[1]);
    if (rc == SPK_OK)
        rc = spk_tpl_need_text(s, call, 1, &texts[2]);
    if (rc == SPK_OK)
        rc = spk_tpl_need_int(s, call, 2, -1, &max);
    return rc == SPK_OK ? spk_tpl_replace(s, texts, max, out) : rc;
}

/* The part of the text between the optional start and stop arguments `first` and `first + 1`. */
static spk_rc bounded(struct spk_tpl_state *s, const struct spk_tpl_call *call, int first,
                      struct spk_view *out, size_t *offset)
{
    struct spk_value bounds[3] = {spk_null(), spk_null(), spk_null()};
    struct spk_value part;
    for (int i = 0; i < 2; i++) {
        if (spk_tpl_given(call->args[first + i]))
            bounds[i] = call->args[first + i];
    }
    spk_rc rc = spk_tpl_slice(s, call->self, bounds, &part);
    if (rc == SPK_OK) {
        *out = part.text;
        *offset = spk_tpl_text_len(
            spk_view_slice(call->self.text, 0, (size_t)(part.text.at - call->self.text.at)));
    }
    return rc;
}

enum { STARTS, ENDS };

static bool has_affix(struct spk_view text, struct spk_view affix, int op)
{
    return op == STARTS ? spk_view_starts(text, affix) : spk_view_ends(text, affix);
}

static spk_rc affix(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value v = call->args[0];
    struct spk_view text;
    size_t offset;
    spk_rc rc = bounded(s, call, 1, &text, &offset);
    if (rc != SPK_OK)
        return rc;
    bool found = false;
    for (size_t i = 0; v.kind == SPK_TUPLE && i < v.list->len; i++) {
        if (v.list->items[i].kind != SPK_STRING)
            return spk_tpl_type_error(s, "%s() needs texts", call->row->name);
        found = found || has_affix(text, v.list->items[i].text, call->row->op);
    }
    if (v.kind == SPK_STRING)
        found = has_affix(text, v.text, call->row->op);
    else if (v.kind != SPK_TUPLE)
        return spk_tpl_type_error(s, "%s() needs a text or a tuple of texts", call->row->name);
    *out = spk_bool(found);
    return SPK_OK;
}

enum { FIND, RFIND, INDEX, RINDEX, COUNT };

static int64_t count_of(struct spk_view text, struct spk_view needle)
{
    if (needle.len == 0)
        return (int64_t)spk_tpl_text_len(text) + 1;
    int64_t count = 0;
    size_t at = 0;
    for (ptrdiff_t hit; (hit = spk_view_find(text, needle, at)) >= 0; count++)
        at = (size_t)hit + needle.len;
    return count;
}

static spk_rc find(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_view text;
    struct spk_view needle;
    size_t offset;
    int op = call->row->op;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &needle);
    if (rc == SPK_OK)
        rc = bounded(s, call, 1, &text, &offset);
    if (rc != SPK_OK)
        return rc;
    if (op == COUNT) {
        *out = spk_int(count_of(text, needle));
        return SPK_OK;
    }
    ptrdiff_t hit =
        op == FIND || op == INDEX ? spk_view_find(text, needle, 0) : rfind_bytes(text, needle);
    if (hit < 0 && (op == INDEX || op == RINDEX))
        return spk_tpl_value_error(s, "substring not found");
    size_t before = hit < 0 ? 0 : spk_tpl_text_len(spk_view_slice(text, 0, (size_t)hit));
    *out = spk_int(hit < 0 ? -1 : (int64_t)(offset + before));
    return SPK_OK;
}

enum { PAD_LEFT, PAD_RIGHT, PAD_CENTER, PAD_ZERO };

spk_rc spk_tpl_pad(struct spk_tpl_state *s, struct spk_view text, int64_t width,
                   const struct spk_tpl_padding *padding, struct spk_value *out)
{
    int64_t len = (int64_t)spk_tpl_text_len(text);
    int64_t missing = width > len ? width - len : 0;
    if (missing > (int64_t)s->limits.max_bytes)
        return spk_tpl_value_error(s, "a text grew larger than %zu bytes", s->limits.max_bytes);
    int64_t left = padding->align < 0   ? 0
                   : padding->align > 0 ? missing
                                        : missing / 2 + (missing & width & 1);
    struct spk_buf buf = spk_tpl_buf(s);
    for (int64_t i = 0; i < left; i++)
        spk_buf_append(&buf, padding->fill);
    spk_buf_append(&buf, text);
    for (int64_t i = left; i < missing; i++)
        spk_buf_append(&buf, padding->fill);
    return spk_tpl_take(s, &buf, out);
}

static spk_rc pad(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    int op = call->row->op;
    struct spk_tpl_padding padding = {SPK_V(" "), op == PAD_LEFT ? 1 : op == PAD_RIGHT ? -1 : 0};
    int64_t width;
    spk_rc rc = spk_tpl_need_int(s, call, 0, 0, &width);
    if (rc == SPK_OK && op != PAD_ZERO && spk_tpl_given(call->args[1]))
        rc = spk_tpl_need_text(s, call, 1, &padding.fill);
    if (rc == SPK_OK && spk_tpl_text_len(padding.fill) != 1)
        rc = spk_tpl_type_error(s, "the fill character must be exactly one character long");
    if (rc != SPK_OK || op != PAD_ZERO)
        return rc == SPK_OK ? spk_tpl_pad(s, call->self.text, width, &padding, out) : rc;
    struct spk_view text = call->self.text;
    bool sign = text.len && (text.at[0] == '-' || text.at[0] == '+');
    struct spk_value digits;
    padding = (struct spk_tpl_padding){SPK_V("0"), 1};
    rc = spk_tpl_pad(s, spk_view_slice(text, sign, text.len), width - sign, &padding, &digits);
    if (rc == SPK_OK)
        *out = spk_string(
            spk_arena_printf(s->arena, "%.*s%.*s", sign ? 1 : 0, text.at, SPK_FMT(digits.text)));
    return rc;
}

static spk_rc partition(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_view text = call->self.text;
    struct spk_view separator;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &separator);
    if (rc == SPK_OK && separator.len == 0)
        rc = spk_tpl_value_error(s, "empty separator");
    if (rc != SPK_OK)
        return rc;
    bool right = call->row->op == FROM_RIGHT;
    ptrdiff_t hit = right ? rfind_bytes(text, separator) : spk_view_find(text, separator, 0);
    struct spk_view parts[3] = {text, {0}, {0}};
    if (hit < 0 && right) {
        parts[0] = (struct spk_view){0};
        parts[2] = text;
    } else if (hit >= 0) {
        parts[0] = spk_view_slice(text, 0, (size_t)hit);
        parts[1] = separator;
        parts[2] = spk_view_slice(text, (size_t)hit + separator.len, text.len);
    }
    *out = spk_tuple_new(s->arena);
    for (int i = 0; i < 3; i++)
        spk_list_append(*out, spk_string(parts[i]));
    return SPK_OK;
}

static spk_rc remove_affix(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                           struct spk_value *out)
{
    struct spk_view text = call->self.text;
    struct spk_view affix_text;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &affix_text);
    if (rc != SPK_OK)
        return rc;
    if (has_affix(text, affix_text, call->row->op))
        text = call->row->op == STARTS ? spk_view_slice(text, affix_text.len, text.len)
                                       : spk_view_slice(text, 0, text.len - affix_text.len);
    *out = spk_string(text);
    return SPK_OK;
}

static spk_rc encode(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    *out = call->self;
    out->flags = 0;
    out->kind = SPK_BYTES;
    if (!spk_tpl_given(call->args[0]))
        return SPK_OK;
    struct spk_view name;
    spk_rc rc = spk_tpl_need_text(s, call, 0, &name);
    if (rc != SPK_OK)
        return rc;
    bool utf8 =
        spk_view_equal_nocase(name, SPK_V("utf-8")) || spk_view_equal_nocase(name, SPK_V("utf8"));
    for (size_t i = 0; !utf8 && i < out->text.len; i++) {
        if ((unsigned char)out->text.at[i] >= 0x80)
            return spk_tpl_value_error(s, "encode() knows utf-8, and ascii where all is ascii");
    }
    return SPK_OK;
}

static spk_rc format(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    return spk_tpl_format(s, call->self.text, call->raw, out);
}

const struct spk_tpl_row spk_tpl_methods_str[] = {
    {"lower", "/", change_case, CASE_LOWER},
    {"casefold", "/", change_case, CASE_LOWER},
    {"upper", "/", change_case, CASE_UPPER},
    {"title", "/", change_case, CASE_TITLE},
    {"capitalize", "/", change_case, CASE_CAPITALIZE},
    {"swapcase", "/", change_case, CASE_SWAP},
    {"strip", "/?chars", strip, 3},
    {"lstrip", "/?chars", strip, 1},
    {"rstrip", "/?chars", strip, 2},
    {"split", "?sep ?maxsplit", split, FROM_LEFT},
    {"rsplit", "?sep ?maxsplit", split, FROM_RIGHT},
    {"splitlines", "?keepends", splitlines, 0},
    {"join", "/iterable", join, 0},
    {"replace", "/old new ?count", replace, 0},
    {"startswith", "/prefix ?start ?end", affix, STARTS},
    {"endswith", "/suffix ?start ?end", affix, ENDS},
    {"find", "/sub ?start ?end", find, FIND},
    {"rfind", "/sub ?start ?end", find, RFIND},
    {"index", "/sub ?start ?end", find, INDEX},
    {"rindex", "/sub ?start ?end", find, RINDEX},
    {"count", "/sub ?start ?end", find, COUNT},
    {"ljust", "/width ?fillchar", pad, PAD_RIGHT},
    {"rjust", "/width ?fillchar", pad, PAD_LEFT},
    {"center", "/width ?fillchar", pad, PAD_CENTER},
    {"zfill", "/width", pad, PAD_ZERO},
    {"partition", "/sep", partition, FROM_LEFT},
    {"rpartition", "/sep", partition, FROM_RIGHT},
    {"removeprefix", "/prefix", remove_affix, STARTS},
    {"removesuffix", "/suffix", remove_affix, ENDS},
    {"encode", "?encoding ?errors", encode, 0},
    {"format", "*", format, 0},
    {0},
};
