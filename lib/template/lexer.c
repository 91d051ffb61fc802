/* Source text -> tokens, by the rules of Jinja's lexer: the longest tag names, brackets that


 * balance, white space that '-' beside a tag takes away. */
#include "template/template_internal.h"

#include <stdlib.h>

enum { MAX_NESTED_BRACKETS = 256 };

struct lexer {
    struct spk_template *t;
    struct spk_tpl_tokens *out;
    struct spk_view text;
    size_t at;
    char open[MAX_NESTED_BRACKETS]; /* the closing brackets that are awaited */
    size_t open_len;
};

static struct spk_tpl_token *push(struct lexer *lx, enum spk_tpl_token_type type, size_t at)
{
    struct spk_tpl_tokens *tokens = lx->out;
    if (tokens->len == tokens->cap) {
        size_t cap = tokens->cap ? tokens->cap * 2 : 16;
        struct spk_tpl_token *items = spk_arena_array(lx->t->arena, cap, sizeof *items);
        if (tokens->len)
            memcpy(items, tokens->items, tokens->len * sizeof *items);
        tokens->items = items;
        tokens->cap = cap;
    }
    struct spk_tpl_token *token = &tokens->items[tokens->len++];
    *token = (struct spk_tpl_token){.type = type, .at = (uint32_t)at};
    return token;
}

static bool looking_at(const struct lexer *lx, size_t at, const char *word)
{
    size_t len = strlen(word);
    return lx->text.len - at >= len && memcmp(lx->text.at + at, word, len) == 0;
}

static size_t skip_space(const struct lexer *lx, size_t at)
{
    const char *end = lx->text.at + lx->text.len;
    for (const char *p = lx->text.at + at; p < end; at = (size_t)(p - lx->text.at)) {
        if (!spk_tpl_is_space(spk_tpl_text_next(&p, end)))
            break;
    }
    return at;
}

static bool is_sign(char c)
{
    return c == '-' || c == '+';
}

/* Offset of the next "{{", "{%" or "{#", or the length of the text. */
static size_t find_tag(const struct lexer *lx)
{
    for (size_t i = lx->at; i + 1 < lx->text.len; i++) {
        if (lx->text.at[i] == '{' &&
            (lx->text.at[i + 1] == '{' || lx->text.at[i + 1] == '%' || lx->text.at[i + 1] == '#'))
            return i;
    }
    return lx->text.len;
}

static void push_data(struct lexer *lx, size_t from, size_t to, bool strip)
{
    struct spk_view data = spk_view_slice(lx->text, from, to);
    if (strip)
        data = spk_tpl_strip(data, 2);
    if (data.len > 0)
        push(lx, TOKEN_DATA, from)->text = data;
}

/* An end tag such as "#}" with its sign and the white space that a '-' takes, at `at`. Returns the
 * offset behind it, or 0. */
static size_t end_tag(const struct lexer *lx, size_t at, const char *tag, bool plus)
{
    char sign = at < lx->text.len ? lx->text.at[at] : 0;
    if (sign == '-' && looking_at(lx, at + 1, tag))
        return skip_space(lx, at + 1 + strlen(tag));
    if (plus && sign == '+' && looking_at(lx, at + 1, tag))
        return at + 1 + strlen(tag);
    return looking_at(lx, at, tag) ? at + strlen(tag) : 0;
}

/* Jinja lets a comment or a raw block begin as the very last thing of a template. */
static spk_rc skip_comment(struct lexer *lx, size_t tag)
{
    if (tag + 2 == lx->text.len) {
        lx->at = lx->text.len;
        return SPK_OK;
    }
    for (size_t i = tag + 2; i < lx->text.len; i++) {
        size_t end = end_tag(lx, i, "#}", true);
        if (end) {
            lx->at = end;
            return SPK_OK;
        }
    }
    return spk_tpl_fault(lx->t, (uint32_t)tag, "missing end of comment: add #}");
}

/* The offset behind "{%- raw -%}" at `tag`, or 0. */
static size_t raw_begin(const struct lexer *lx, size_t tag)
{
    size_t at = tag + 2;
    if (at < lx->text.len && is_sign(lx->text.at[at]))
        at++;
    at = skip_space(lx, at);
    if (!looking_at(lx, at, "raw"))
        return 0;
    return end_tag(lx, skip_space(lx, at + 3), "%}", false);
}

/* The offset behind "{% endraw %}" at `tag`, or 0; *strip tells of a '-' before it. */
static size_t raw_end(const struct lexer *lx, size_t tag, bool *strip)
{
    size_t at = tag + 2;
    *strip = at < lx->text.len && lx->text.at[at] == '-';
    if (at < lx->text.len && is_sign(lx->text.at[at]))
        at++;
    at = skip_space(lx, at);
    if (!looking_at(lx, at, "endraw"))
        return 0;
    return end_tag(lx, skip_space(lx, at + 6), "%}", true);
}

static spk_rc lex_raw(struct lexer *lx, size_t tag, size_t begin)
{
    if (begin == lx->text.len) {
        lx->at = begin;
        return SPK_OK;
    }
    for (size_t i = begin; i + 1 < lx->text.len; i++) {
        bool strip = false;
        size_t end = looking_at(lx, i, "{%") ? raw_end(lx, i, &strip) : 0;
        if (end) {
            push_data(lx, begin, i, strip);
            lx->at = end;
            return SPK_OK;
        }
    }
    return spk_tpl_fault(lx->t, (uint32_t)tag, "missing end of raw block: add {%% endraw %%}");
}

static bool is_digit(char c, int base)
{
    if (base == 16)
        return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
    return c >= '0' && c < '0' + base;
}

static bool is_name_char(char c)
{
    return is_digit(c, 10) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* End of "digits with single _ between them" from `at`, or `at`. */
static size_t digits_end(const struct lexer *lx, size_t at, int base)
{
    size_t end = at;
    while (at < lx->text.len) {
        if (lx->text.at[at] == '_' && end > 0 && end == at && at + 1 < lx->text.len)
            at++;
        if (!is_digit(lx->text.at[at], base))
            break;
        end = ++at;
    }
    return end;
}

/* Digits without their underscores. */
static struct spk_view plain_digits(struct lexer *lx, size_t from, size_t to)
{
    char *text = spk_arena_alloc(lx->t->arena, to - from + 1);
    size_t len = 0;
    for (size_t i = from; i < to; i++) {
        if (lx->text.at[i] != '_')
            text[len++] = lx->text.at[i];
    }
    text[len] = 0;
    return spk_view_make(text, len);
}

/* The end of a float's fraction and exponent behind its whole digits, or 0 where it is an int. */
static size_t float_end(const struct lexer *lx, size_t whole)
{
    size_t at = whole;
    size_t end = 0;
    if (at < lx->text.len && lx->text.at[at] == '.') {
        size_t fraction = digits_end(lx, at + 1, 10);
        if (fraction > at + 1)
            end = at = fraction;
    }
    if (at < lx->text.len && (lx->text.at[at] | 32) == 'e') {
        size_t exponent = at + 1;
        if (exponent < lx->text.len && is_sign(lx->text.at[exponent]))
            exponent++;
        size_t last = digits_end(lx, exponent, 10);
        if (last > exponent)
            end = last;
    }
    return end;
}

static struct spk_value based_integer(struct lexer *lx, size_t from, size_t to, int base)
{
    struct spk_view digits = plain_digits(lx, from, to);
    uint64_t number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.at[i];
        unsigned digit = (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        if (number > (UINT64_MAX >> 5))
            return (struct spk_value){0};
        number = number * (unsigned)base + digit;
    }
    return spk_int((int64_t)number);
}

/* The base that 0x, 0o or 0b at an offset names, or 0. */
static int named_base(const struct lexer *lx, size_t at)
{
    char prefix = at + 1 < lx->text.len ? (char)(lx->text.at[at + 1] | 32) : 0;
    int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
    bool digits = base && lx->text.at[at] == '0' && digits_end(lx, at + 2, base) > at + 2;
    return digits ? base : 0;
}

/* 0, 00 and 0_0 end before other digits, which are another number. */
static size_t integer_end(const struct lexer *lx, size_t at, size_t whole)
{
    if (lx->text.at[at] != '0')
        return whole;
    do
        at++;
    while (at < whole && (lx->text.at[at] == '0' || lx->text.at[at] == '_'));
    return at;
}

static spk_rc lex_number(struct lexer *lx)
{
    size_t from = lx->at;
    bool after_dot = from > 0 && lx->text.at[from - 1] == '.';
    size_t whole = digits_end(lx, from, 10);
    size_t end = after_dot ? 0 : float_end(lx, whole);
    if (end) {
        struct spk_view digits = plain_digits(lx, from, end);
        lx->at = end;
        push(lx, TOKEN_NUMBER, from)->value = spk_float(strtod(digits.at, NULL));
        return SPK_OK;
    }
    int base = named_base(lx, from);
    if (base) {
        end = digits_end(lx, from + 2, base);
        struct spk_value value = based_integer(lx, from + 2, end, base);
        if (!spk_is_defined(value))
            return spk_tpl_fault(lx->t, (uint32_t)from, "this number is too large");
        push(lx, TOKEN_NUMBER, from)->value = value;
    } else {
        end = integer_end(lx, from, whole);
        struct spk_view digits = plain_digits(lx, from, end);
        push(lx, TOKEN_NUMBER, from)->value = spk_integer_from_digits(lx->t->arena, digits);
    }
    lx->at = end;
    return SPK_OK;
}

static int hex_value(struct spk_view text, size_t at, size_t len, uint32_t *out)
{
    uint32_t code = 0;
    for (size_t i = at; i < at + len; i++) {
        if (i >= text.len || !is_digit(text.at[i], 16))
            return -1;
        char c = text.at[i];
        code = code * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    *out = code;
    return 0;
}

/* \ooo at `at` (the first digit); returns the offset behind it. */
static size_t octal_escape(struct spk_buf *out, struct spk_view text, size_t at)
{
    uint32_t code = 0;
    size_t end = at;
    while (end < text.len && end < at + 3 && is_digit(text.at[end], 8))
        code = code * 8 + (uint32_t)(text.at[end++] - '0');
    spk_tpl_text_put(out, code);
    return end;
}

/* One escape whose letter is at `at`; 0 where it is faulty, else the offset behind. */
static size_t decode_escape(struct spk_buf *out, struct spk_view text, size_t at)
{
    static const char letters[] = "\\'\"abfnrtv";
    static const char meanings[] = "\\'\"\a\b\f\n\r\t\v";
    char c = text.at[at];
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        spk_buf_append_char(out, meanings[letter - letters]);
        return at + 1;
    }
    if (c == '\n')
        return at + 1;
    if (is_digit(c, 8))
        return octal_escape(out, text, at);
    size_t len = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (len) {
        uint32_t code = 0;
        if (hex_value(text, at + 1, len, &code) || code > 0x10FFFF)
            return 0;
        spk_tpl_text_put(out, code);
        return at + 1 + len;
    }
    if (c == 'N')
        return 0;
    spk_buf_append_char(out, '\\');
    if ((unsigned char)c < 0x80) {
        spk_buf_append_char(out, c);
        return at + 1;
    }
    /* Jinja turns the letter into an escape first, whose backslash this one then quotes. */
    const char *p = text.at + at;
    uint32_t code = spk_tpl_text_next(&p, text.at + text.len);
    spk_buf_printf(out, code < 0x100 ? "x%02x" : code < 0x10000 ? "u%04x" : "U%08x", code);
    return (size_t)(p - text.at);
}

static spk_rc decode_string(struct lexer *lx, size_t from, struct spk_view text)
{
    struct spk_tpl_token *token = push(lx, TOKEN_STRING, from);
    if (text.len == 0 || !memchr(text.at, '\\', text.len)) {
        token->text = text;
        return SPK_OK;
    }
    struct spk_buf out = {0};
    size_t at = 0;
    while (at < text.len) {
        if (text.at[at] != '\\') {
            spk_buf_append_char(&out, text.at[at++]);
            continue;
        }
        size_t next = decode_escape(&out, text, at + 1);
        if (next == 0) {
            spk_buf_deinit(&out);
            return spk_tpl_fault(lx->t, (uint32_t)(from + 1 + at), "bad escape in a string");
        }
        at = next;
    }
    token->text = spk_arena_dup(lx->t->arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return SPK_OK;
}

static spk_rc lex_string(struct lexer *lx)
{
    size_t from = lx->at;
    char quote = lx->text.at[from];
    size_t end = from + 1;
    while (end < lx->text.len && lx->text.at[end] != quote)
        end += lx->text.at[end] == '\\' ? 2 : 1;
    if (end >= lx->text.len)
        return spk_tpl_fault(lx->t, (uint32_t)from, "this string has no closing quote");
    lx->at = end + 1;
    return decode_string(lx, from, spk_view_slice(lx->text, from + 1, end));
}

static spk_rc close_bracket(struct lexer *lx, char c)
{
    if (lx->open_len == 0)
        return spk_tpl_fault(lx->t, (uint32_t)lx->at, "unexpected '%c'", c);
    char expected = lx->open[--lx->open_len];
    if (c != expected)
        return spk_tpl_fault(lx->t, (uint32_t)lx->at, "unexpected '%c', expected '%c'", c,
                             expected);
    return SPK_OK;
}

static spk_rc lex_operator(struct lexer *lx)
{
    static const struct {
        const char text[3];
        int op;
    } pairs[] = {{"//", OP_FLOORDIV}, {"**", OP_POW}, {"==", OP_EQ},
                 {"!=", OP_NE},       {">=", OP_GE},  {"<=", OP_LE}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (looking_at(lx, lx->at, pairs[i].text)) {
            push(lx, TOKEN_OPERATOR, lx->at)->op = pairs[i].op;
            lx->at += 2;
            return SPK_OK;
        }
    }
    char c = lx->text.at[lx->at];
    if (!c || !strchr("+-/*%~[](){}><=.:|,;", c))
        return spk_tpl_fault(lx->t, (uint32_t)lx->at, "unexpected character");
    if (strchr("([{", c)) {
        if (lx->open_len == MAX_NESTED_BRACKETS)
            return spk_tpl_fault(lx->t, (uint32_t)lx->at, "too many nested brackets");
        lx->open[lx->open_len++] = c == '(' ? ')' : c == '[' ? ']' : '}';
    } else if (strchr(")]}", c)) {
        spk_rc rc = close_bracket(lx, c);
        if (rc != SPK_OK)
            return rc;
    }
    push(lx, TOKEN_OPERATOR, lx->at)->op = (unsigned char)c;
    lx->at++;
    return SPK_OK;
}

/* What stands inside {{ }} or {% %}, up to its end tag. */
static spk_rc lex_inside(struct lexer *lx, size_t tag, bool block)
{
    lx->open_len = 0;
    while (lx->at < lx->text.len) {
        size_t end = lx->open_len ? 0 : end_tag(lx, lx->at, block ? "%}" : "}}", block);
        if (end) {
            push(lx, block ? TOKEN_BLOCK_END : TOKEN_VARIABLE_END, lx->at);
            lx->at = end;
            return SPK_OK;
        }
        size_t next = skip_space(lx, lx->at);
        if (next > lx->at) {
            lx->at = next;
            continue;
        }
        char c = lx->text.at[lx->at];
        spk_rc rc = SPK_OK;
        if (is_digit(c, 10)) {
            rc = lex_number(lx);
        } else if (is_name_char(c)) {
            size_t from = lx->at;
            while (lx->at < lx->text.len && is_name_char(lx->text.at[lx->at]))
                lx->at++;
            push(lx, TOKEN_NAME, from)->text = spk_view_slice(lx->text, from, lx->at);
        } else if (c == '\'' || c == '"') {
            rc = lex_string(lx);
        } else {
            rc = lex_operator(lx);
        }
        if (rc != SPK_OK)
            return rc;
    }
    return spk_tpl_fault(lx->t, (uint32_t)tag, "missing end of tag: add %s", block ? "%}" : "}}");
}

static spk_rc lex_tag(struct lexer *lx, size_t tag)
{
    char type = lx->text.at[tag + 1];
    if (type == '#')
        return skip_comment(lx, tag);
    size_t raw = type == '%' ? raw_begin(lx, tag) : 0;
    if (raw)
        return lex_raw(lx, tag, raw);
    push(lx, type == '%' ? TOKEN_BLOCK_BEGIN : TOKEN_VARIABLE_BEGIN, tag);
    lx->at = tag + 2;
    if (lx->at < lx->text.len && is_sign(lx->text.at[lx->at]))
        lx->at++;
    return lex_inside(lx, tag, type == '%');
}

spk_rc spk_tpl_lex(struct spk_template *t, struct spk_tpl_tokens *out)
{
    struct lexer lx = {.t = t, .out = out, .text = t->text};
    while (lx.at < lx.text.len) {
        size_t tag = find_tag(&lx);
        bool strip = tag + 2 < lx.text.len && lx.text.at[tag + 2] == '-';
        push_data(&lx, lx.at, tag, strip);
        lx.at = tag;
        if (tag < lx.text.len) {
            spk_rc rc = lex_tag(&lx, tag);
            if (rc != SPK_OK)
                return rc;
        }
    }
    push(&lx, TOKEN_EOF, lx.text.len);
    return SPK_OK;
}
