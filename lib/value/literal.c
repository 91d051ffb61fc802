/*
 * ast.literal_eval of Python 3.11 for what the engine can hold: numbers, texts, True, False, None,
 * lists, tuples and dicts. Like Python's parser it knows comments, line joining and indentation.
 */
#include <math.h>
#include <stdlib.h>

#include "value/value_internal.h"

enum {
    MAX_NESTING = 200,      /* CPython's tokenizer: MAXLEVEL */
    MAX_DIGITS = 4300,      /* sys.get_int_max_str_digits() */
    MAX_BASED_DIGITS = 256, /* hexadecimal, octal, binary: conversion is quadratic */
    MAX_TEXT = 16 << 20,    /* bytes */
};

struct parser {
    struct spk_arena *arena;
    const char *at;
    const char *end;
    int nesting;      /* open brackets; inside them line ends are blanks */
    bool bare_number; /* the last element was an unsigned number: a sign may stand before it */
};

static bool read_element(struct parser *p, struct spk_value *out);

static inline bool next_is(const struct parser *p, char c)
{
    return p->at < p->end && *p->at == c;
}

static inline bool take(struct parser *p, char c)
{
    if (!next_is(p, c))
        return false;
    p->at++;
    return true;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Identifiers may hold any non-ASCII letter; none of them is a literal. */
static inline bool is_name(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool take_line_end(struct parser *p)
{
    if (take(p, '\r')) {
        take(p, '\n');
        return true;
    }
    return take(p, '\n');
}

static void skip_comment(struct parser *p)
{
    while (p->at < p->end && *p->at != '\n' && *p->at != '\r')
        p->at++;
}

/* A backslash joins lines, unless the text ends behind it. */
static bool take_joined_line(struct parser *p)
{
    struct parser look = *p;
    if (!take(&look, '\\') || !take_line_end(&look) || look.at == look.end)
        return false;
    p->at = look.at;
    return true;
}

static void skip_blanks(struct parser *p)
{
    for (;;) {
        if (take(p, ' ') || take(p, '\t') || take(p, '\f') || take_joined_line(p))
            continue;
        if (p->nesting == 0)
            return;
        if (next_is(p, '#'))
            skip_comment(p);
        else if (!take_line_end(p))
            return;
    }
}

/*
 * Empty lines and comments at either end of the text. False where the next thing, or the end of the
 * text, stands indented: Python's "unexpected indent".
 */
static bool skip_empty_lines(struct parser *p)
{
    size_t column = 0;
    while (p->at < p->end) {
        if (take_joined_line(p))
            continue;
        if (take(p, ' ') || take(p, '\t')) {
            column++;
        } else if (take_line_end(p) || take(p, '\f')) {
            column = 0;
        } else if (next_is(p, '#')) {
            skip_comment(p);
            column = 0;
        } else {
            break;
        }
    }
    return column == 0;
}

/* Digits of one base with single underscores between them, appended to `digits`. */
static bool read_digits(struct parser *p, int base, struct spk_buf *digits)
{
    bool after_digit = false;
    for (; p->at < p->end; p->at++) {
        char c = *p->at;
        int digit = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
        if (digit < base) {
            spk_buf_append_char(digits, c);
            after_digit = true;
        } else if (c == '_' && after_digit) {
            after_digit = false;
        } else {
            break;
        }
    }
    return after_digit;
}

/* digits of a base that is a power of two, as decimal digits. */
static void append_decimal(struct spk_buf *out, struct spk_view digits, int base)
{
    char decimal[MAX_BASED_DIGITS * 5 / 4]; /* 16^n has less than 1.21 n digits */
    size_t len = 1;
    decimal[0] = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.at[i];
        unsigned carry = (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        for (size_t k = 0; k < len; k++) {
            unsigned sum = (unsigned)decimal[k] * (unsigned)base + carry;
            decimal[k] = (char)(sum % 10);
            carry = sum / 10;
        }
        for (; carry > 0 && len < sizeof decimal; carry /= 10)
            decimal[len++] = (char)(carry % 10);
    }
    while (len > 0)
        spk_buf_append_char(out, (char)('0' + decimal[--len]));
}

static bool read_based(struct parser *p, int base, struct spk_buf *digits, struct spk_value *out)
{
    p->at += 2;
    take(p, '_');
    if (!read_digits(p, base, digits))
        return false;
    if (digits->len > MAX_BASED_DIGITS)
        return false;
    struct spk_buf decimal = {0};
    append_decimal(&decimal, spk_buf_view(digits), base);
    *out = spk_integer_from_digits(p->arena, spk_buf_view(&decimal));
    spk_buf_deinit(&decimal);
    return true;
}

/* What follows the whole part: .digits and e[+-]digits. *fraction says whether there was any. */
static bool read_fraction(struct parser *p, struct spk_buf *digits, bool *fraction)
{
    if (take(p, '.')) {
        *fraction = true;
        spk_buf_append_char(digits, '.');
        if (p->at < p->end && is_digit(*p->at) && !read_digits(p, 10, digits))
            return false;
    }
    if (!next_is(p, 'e') && !next_is(p, 'E'))
        return true;
    *fraction = true;
    p->at++;
    spk_buf_append_char(digits, 'e');
    if (next_is(p, '-') || next_is(p, '+'))
        spk_buf_append_char(digits, *p->at++);
    return read_digits(p, 10, digits);
}

static bool read_decimal(struct parser *p, struct spk_buf *digits, struct spk_value *out)
{
    if (!next_is(p, '.') && !read_digits(p, 10, digits))
        return false;
    size_t whole = digits->len;
    bool fraction = false;
    if (!read_fraction(p, digits, &fraction) || digits->len == 0)
        return false;
    if (fraction) {
        if (whole == 0 && (digits->len < 2 || !is_digit(digits->at[1])))
            return false;
        *out = spk_float(strtod(spk_buf_cstr(digits), NULL));
        return true;
    }
    for (size_t i = 1; i < whole && digits->at[0] == '0'; i++) {
        if (digits->at[i] != '0')
            return false; /* 007 */
    }
    if (whole > MAX_DIGITS && digits->at[0] != '0')
        return false;
    *out = spk_integer_from_digits(p->arena, spk_buf_view(digits));
    return true;
}

static bool read_number(struct parser *p, struct spk_value *out)
{
    struct spk_buf digits = {0};
    char kind = p->end - p->at > 1 && p->at[0] == '0' ? (char)(p->at[1] | 0x20) : 0;
    int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
    bool good = base == 10 ? read_decimal(p, &digits, out) : read_based(p, base, &digits, out);
    spk_buf_deinit(&digits);
    p->bare_number = true;
    return good && !(p->at < p->end && is_name(*p->at));
}

static bool read_hex_escape(struct parser *p, int digits, struct spk_buf *out)
{
    uint32_t code = 0;
    for (int i = 0; i < digits; i++, p->at++) {
        if (p->at == p->end)
            return false;
        char c = *p->at;
        if (is_digit(c))
            code = code << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            code = code << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    if (code > 0x10FFFF)
        return false;
    char bytes[4];
    spk_buf_append(out, spk_view_make(bytes, spk_utf8_encode(code, bytes)));
    return true;
}

static void read_octal_escape(struct parser *p, struct spk_buf *out)
{
    uint32_t code = 0;
    for (int i = 0; i < 3 && p->at < p->end && *p->at >= '0' && *p->at <= '7'; i++)
        code = code << 3 | (uint32_t)(*p->at++ - '0');
    char bytes[4];
    spk_buf_append(out, spk_view_make(bytes, spk_utf8_encode(code, bytes)));
}

/* The part behind a backslash. \N{name} would need the Unicode names: refused. */
static bool read_escape(struct parser *p, struct spk_buf *out)
{
    static const char letters[] = "abfnrtv\\'\"";
    static const char meanings[] = "\a\b\f\n\r\t\v\\'\"";
    if (p->at == p->end)
        return false;
    if (take_line_end(p))
        return true;
    char c = *p->at;
    if (c >= '0' && c <= '7') {
        read_octal_escape(p, out);
        return true;
    }
    p->at++;
    if (c == 'x' || c == 'u' || c == 'U')
        return read_hex_escape(p, c == 'x' ? 2 : c == 'u' ? 4 : 8, out);
    if (c == 'N')
        return false;
    const char *found = memchr(letters, c, sizeof letters - 1);
    if (found) {
        spk_buf_append_char(out, meanings[found - letters]);
    } else {
        spk_buf_append_char(out, '\\');
        spk_buf_append_char(out, c);
    }
    return true;
}

/* A raw text keeps the backslash and whatever it protects. */
static bool read_raw_escape(struct parser *p, struct spk_buf *out)
{
    spk_buf_append_char(out, '\\');
    if (p->at == p->end)
        return false;
    if (take_line_end(p))
        spk_buf_append_char(out, '\n');
    else
        spk_buf_append_char(out, *p->at++);
    return true;
}

static bool closes(const struct parser *p, char quote, size_t quotes)
{
    if ((size_t)(p->end - p->at) < quotes)
        return false;
    for (size_t i = 0; i < quotes; i++) {
        if (p->at[i] != quote)
            return false;
    }
    return true;
}

static bool read_quoted(struct parser *p, bool raw, struct spk_buf *out)
{
    char quote = *p->at;
    size_t quotes = closes(p, quote, 3) ? 3 : 1;
    p->at += quotes;
    while (!closes(p, quote, quotes)) {
        if (p->at == p->end)
            return false;
        if (take(p, '\\')) {
            if (raw ? !read_raw_escape(p, out) : !read_escape(p, out))
                return false;
        } else if (take_line_end(p)) {
            if (quotes == 1)
                return false;
            spk_buf_append_char(out, '\n');
        } else {
            spk_buf_append_char(out, *p->at++);
        }
    }
    p->at += quotes;
    return true;
}

/* Length of a text's prefix here (0: a bare quote), or -1 where no text that we know starts. */
static int string_prefix(const struct parser *p)
{
    size_t left = (size_t)(p->end - p->at);
    if (left > 0 && (p->at[0] == '\'' || p->at[0] == '"'))
        return 0;
    char letter = left > 1 ? (char)(p->at[0] | 0x20) : 0;
    bool quote = left > 1 && (p->at[1] == '\'' || p->at[1] == '"');
    return quote && (letter == 'r' || letter == 'u') ? 1 : -1;
}

/* Texts that stand side by side are one. */
static bool read_strings(struct parser *p, struct spk_value *out)
{
    struct spk_buf text = {0};
    bool good = true;
    const char *behind = p->at;
    for (int prefix = string_prefix(p); good && prefix >= 0; prefix = string_prefix(p)) {
        bool raw = prefix == 1 && (*p->at | 0x20) == 'r';
        p->at += prefix;
        good = read_quoted(p, raw, &text);
        behind = p->at;
        skip_blanks(p);
    }
    p->at = behind;
    if (good)
        *out = spk_string_dup(p->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return good;
}

static bool read_name(struct parser *p, struct spk_value *out)
{
    const char *start = p->at;
    while (p->at < p->end && is_name(*p->at))
        p->at++;
    struct spk_view name = spk_view_make(start, (size_t)(p->at - start));
    if (spk_view_is(name, "None"))
        *out = spk_null();
    else if (spk_view_is(name, "True") || spk_view_is(name, "False"))
        *out = spk_bool(name.len == 4);
    else
        return false;
    return true;
}

/* Elements up to `close`, a comma between and perhaps behind them. *comma: there was one. */
static bool read_items(struct parser *p, char close, struct spk_value list, bool *comma)
{
    bool more = true;
    *comma = false;
    for (skip_blanks(p); !take(p, close); skip_blanks(p)) {
        struct spk_value item;
        if (!more || !read_element(p, &item))
            return false;
        spk_list_append(list, item);
        skip_blanks(p);
        more = take(p, ',');
        *comma = *comma || more;
    }
    return true;
}

static bool read_dict(struct parser *p, struct spk_value *out)
{
    struct spk_value dict = spk_dict_new(p->arena);
    bool more = true;
    for (skip_blanks(p); !take(p, '}'); skip_blanks(p)) {
        struct spk_value key;
        struct spk_value value;
        if (!more || !read_element(p, &key) || !spk_value_is_hashable(key))
            return false;
        skip_blanks(p);
        if (!take(p, ':'))
            return false;
        skip_blanks(p);
        if (!read_element(p, &value))
            return false;
        spk_dict_set_value(dict, key, value);
        skip_blanks(p);
        more = take(p, ',');
    }
    *out = dict;
    return true;
}

/* (x) is x, (x,) and () are tuples. */
static bool read_parentheses(struct parser *p, struct spk_value *out)
{
    struct spk_value tuple = spk_tuple_new(p->arena);
    bool comma = false;
    p->bare_number = false;
    if (!read_items(p, ')', tuple, &comma))
        return false;
    if (tuple.list->len == 1 && !comma) {
        *out = tuple.list->items[0];
    } else {
        *out = tuple;
        p->bare_number = false;
    }
    return true;
}

static bool read_brackets(struct parser *p, struct spk_value *out)
{
    if (p->nesting == MAX_NESTING)
        return false;
    p->nesting++;
    char open = *p->at++;
    bool good = false;
    bool comma = false;
    if (open == '(') {
        good = read_parentheses(p, out);
    } else if (open == '[') {
        *out = spk_list_new(p->arena);
        good = read_items(p, ']', *out, &comma);
    } else {
        good = read_dict(p, out);
    }
    if (open != '(')
        p->bare_number = false;
    p->nesting--;
    return good;
}

static bool read_unsigned(struct parser *p, struct spk_value *out)
{
    if (p->at == p->end)
        return false;
    char c = *p->at;
    if (is_digit(c) || c == '.')
        return read_number(p, out);
    if (c == '(' || c == '[' || c == '{')
        return read_brackets(p, out);
    p->bare_number = false;
    return string_prefix(p) >= 0 ? read_strings(p, out) : read_name(p, out);
}

static void negate(struct parser *p, struct spk_value *number)
{
    if (number->kind == SPK_FLOAT) {
        number->number = -number->number;
    } else if (number->kind == SPK_INT) {
        number->integer = -number->integer;
    } else {
        struct spk_view digits = spk_arena_printf(p->arena, "-%.*s", SPK_FMT(number->text));
        *number = spk_integer_from_digits(p->arena, digits);
    }
}

static bool read_element(struct parser *p, struct spk_value *out)
{
    bool minus = next_is(p, '-');
    if (!minus && !next_is(p, '+'))
        return read_unsigned(p, out);
    p->at++;
    skip_blanks(p);
    if (!read_unsigned(p, out) || !p->bare_number)
        return false;
    if (minus)
        negate(p, out);
    p->bare_number = false;
    return true;
}

/* One element, or several with commas: a tuple without parentheses. */
static bool read_expression(struct parser *p, struct spk_value *out)
{
    struct spk_value item;
    if (!read_element(p, &item))
        return false;
    skip_blanks(p);
    if (!next_is(p, ',')) {
        *out = item;
        return true;
    }
    struct spk_value tuple = spk_tuple_new(p->arena);
    spk_list_append(tuple, item);
    while (take(p, ',')) {
        skip_blanks(p);
        if (p->at == p->end || *p->at == '\n' || *p->at == '\r' || *p->at == '#')
            break;
        if (!read_element(p, &item))
            return false;
        spk_list_append(tuple, item);
        skip_blanks(p);
    }
    *out = tuple;
    return true;
}

bool spk_value_literal_eval(struct spk_arena *arena, struct spk_view text, struct spk_value *out)
{
    if (text.len == 0 || text.len > MAX_TEXT || memchr(text.at, 0, text.len))
        return false;
    struct parser p = {
        .arena = arena, .at = text.at, .end = text.len ? text.at + text.len : text.at};
    while (take(&p, ' ') || take(&p, '\t'))
        continue;
    struct spk_value value;
    if (!skip_empty_lines(&p))
        return false;
    skip_blanks(&p);
    if (!read_expression(&p, &value))
        return false;
    /* Blanks behind the expression are no indentation; those on later lines are. */
    if (next_is(&p, '#'))
        skip_comment(&p);
    if (p.at < p.end && !take_line_end(&p))
        return false;
    if (!skip_empty_lines(&p) || p.at < p.end)
        return false;
    *out = value;
    return true;
}
