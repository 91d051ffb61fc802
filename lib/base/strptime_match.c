#include "base/time_internal.h"

enum {
    MOST_TOKENS = 256,
    MOST_STEPS = 100000, /* of backtracking; real formats need a few dozen */
    MOST_LENGTHS = 16,
};

enum token_kind { TOKEN_LITERAL, TOKEN_BLANKS, TOKEN_DIRECTIVE };

struct token {
    enum token_kind kind;
    char c;
};

struct matcher {
    struct spk_view text;
    struct token tokens[MOST_TOKENS];
    size_t count;
    unsigned steps;
    struct spk_captures *captures;
};

/* Alternatives in Python's order; of each character the lowest and the highest allowed. */
static const struct {
    char letter;
    const char *alternatives;
} numbers[] = {
    {'d', "3301|1209|0019|19|  19"},
    {'f', "090909090909|0909090909|09090909|090909|0909|09"},
    {'H', "2203|0109|09"},
    {'I', "1102|0019|19"},
    {'G', "09090909"},
    {'j', "336606|330509|120909|001909|000019|1909|0019|19"},
    {'m', "1102|0019|19"},
    {'M', "0509|09"},
    {'S', "6601|0509|09"},
    {'U', "5503|0409|09"},
    {'W', "5503|0409|09"},
    {'w', "06"},
    {'u', "17"},
    {'V', "5503|0019|1409|09"},
    {'y', "0909"},
    {'Y', "09090909"},
};

static const struct {
    char letter;
    const char *format;
} composites[] = {
    {'c', "%a %b %d %H:%M:%S %Y"},
    {'x', "%m/%d/%y"},
    {'X', "%H:%M:%S"},
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

static bool in_range(struct spk_view text, size_t i, char low, char high)
{
    return i < text.len && text.at[i] >= low && text.at[i] <= high;
}

static size_t add_length(size_t *lengths, size_t n, size_t length)
{
    lengths[n] = length;
    return n + 1;
}

static size_t number_lengths(const char *alternatives, struct spk_view text, size_t *lengths)
{
    size_t n = 0;
    struct spk_view rest = spk_view_of(alternatives);
    while (rest.at) {
        struct spk_view ranges = spk_view_cut(&rest, '|');
        size_t i = 0;
        while (i < ranges.len && in_range(text, i / 2, ranges.at[i], ranges.at[i + 1])) {
            i += 2;
        }
        if (i == ranges.len) {
            n = add_length(lengths, n, ranges.len / 2);
        }
    }
    return n;
}

static size_t word_lengths(const char *const *words, size_t count, size_t cut, struct spk_view text,
                           size_t *lengths)
{
    for (size_t i = 0; i < count; i++) {
        struct spk_view word = spk_view_slice(spk_view_of(words[i]), 0, cut);
        if (spk_view_equal_nocase(spk_view_slice(text, 0, word.len), word)) {
            return add_length(lengths, 0, word.len);
        }
    }
    return 0;
}

/* Two digits with an optional colon before them; the place behind, or 0. */
static size_t sixty(struct spk_view text, size_t i)
{
    i += in_range(text, i, ':', ':');
    return in_range(text, i, '0', '5') && in_range(text, i + 1, '0', '9') ? i + 2 : 0;
}

/* Z, or +hh[:]mm[[:]ss[.ffffff]]. */
static size_t offset_lengths(struct spk_view text, size_t *lengths)
{
    if (in_range(text, 0, 'Z', 'Z')) {
        return add_length(lengths, 0, 1);
    }
    bool sign = in_range(text, 0, '+', '+') || in_range(text, 0, '-', '-');
    if (!sign || !in_range(text, 1, '0', '9') || !in_range(text, 2, '0', '9')) {
        return 0;
    }
    size_t minutes = sixty(text, 3);
    size_t seconds = minutes ? sixty(text, minutes) : 0;
    size_t n = 0;
    if (seconds && in_range(text, seconds, '.', '.')) {
        size_t digits = 0;
        while (digits < 6 && in_range(text, seconds + 1 + digits, '0', '9')) {
            digits++;
        }
        for (; digits > 0; digits--) {
            n = add_length(lengths, n, seconds + 1 + digits);
        }
    }
    n = seconds ? add_length(lengths, n, seconds) : n;
    return minutes ? add_length(lengths, n, minutes) : n;
}

/* The lengths that a directive may take of the text, the preferred one first. */
static size_t directive_lengths(char letter, struct spk_view text, size_t *lengths)
{
    static const char *const halves[] = {"am", "pm"}, *const zones[] = {"utc", "gmt"};
    switch (letter) {
    case 'a': return word_lengths(spk_weekday_names, 7, 3, text, lengths);
    case 'A': return word_lengths(spk_weekday_names, 7, SIZE_MAX, text, lengths);
    case 'b': return word_lengths(spk_month_names, 12, 3, text, lengths);
    case 'B': return word_lengths(spk_month_names, 12, SIZE_MAX, text, lengths);
    case 'p': return word_lengths(halves, 2, 2, text, lengths);
    case 'Z': return word_lengths(zones, 2, 3, text, lengths);
    case 'z': return offset_lengths(text, lengths);
    default: break;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].letter == letter) {
            return number_lengths(numbers[i].alternatives, text, lengths);
        }
    }
    return 0;
}

static bool match(struct matcher *m, size_t token, size_t at, size_t *end);

static bool match_blanks(struct matcher *m, size_t token, size_t at, size_t *end)
{
    size_t last = at;
    while (last < m->text.len && is_blank(m->text.at[last])) {
        last++;
    }
    for (; last > at; last--) {
        if (match(m, token + 1, last, end)) {
            return true;
        }
    }
    return false;
}

static bool match_directive(struct matcher *m, size_t token, size_t at, size_t *end)
{
    size_t lengths[MOST_LENGTHS];
    struct spk_view rest = spk_view_slice(m->text, at, m->text.len);
    char letter = m->tokens[token].c;
    size_t count = directive_lengths(letter, rest, lengths);
    for (size_t i = 0; i < count; i++) {
        if (match(m, token + 1, at + lengths[i], end)) {
            m->captures->text[(unsigned char)letter] = spk_view_slice(rest, 0, lengths[i]);
            return true;
        }
    }
    return false;
}

/* Recursion is as deep as the format has directives and blanks. */
static bool match(struct matcher *m, size_t token, size_t at, size_t *end)
{
    for (; token < m->count; token++, at++) {
        if (++m->steps > MOST_STEPS) {
            return false;
        }
        if (m->tokens[token].kind == TOKEN_BLANKS) {
            return match_blanks(m, token, at, end);
        }
        if (m->tokens[token].kind == TOKEN_DIRECTIVE) {
            return match_directive(m, token, at, end);
        }
        if (!spk_view_equal_nocase(spk_view_slice(m->text, at, at + 1),
                                   spk_view_make(&m->tokens[token].c, 1))) {
            return false;
        }
    }
    *end = at;
    return true;
}

static bool is_directive(char letter)
{
    if (letter != '\0' && strchr("aAbBpzZ", letter)) {
        return true;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].letter == letter) {
            return true;
        }
    }
    return false;
}

static bool compile(struct matcher *m, struct spk_view format, struct spk_error *err);

static bool compile_directive(struct matcher *m, char letter, struct spk_error *err)
{
    for (size_t i = 0; i < sizeof composites / sizeof composites[0]; i++) {
        if (composites[i].letter == letter) {
            return compile(m, spk_view_of(composites[i].format), err);
        }
    }
    if (!is_directive(letter)) {
        spk_error_set(err, SPK_EDATA, "'%c' is a bad directive", letter);
        return false;
    }
    struct spk_captures *captures = m->captures;
    if (memchr(captures->order, letter, captures->count)) {
        spk_error_set(err, SPK_EDATA, "%%%c occurs twice", letter);
        return false;
    }
    captures->order[captures->count++] = letter;
    m->tokens[m->count++] = (struct token){TOKEN_DIRECTIVE, letter};
    return true;
}

static bool compile(struct matcher *m, struct spk_view format, struct spk_error *err)
{
    for (size_t i = 0; i < format.len; i++) {
        char c = format.at[i];
        if (m->count == MOST_TOKENS) {
            spk_error_set(err, SPK_EDATA, "it has more than %d parts", MOST_TOKENS);
            return false;
        }
        if (c == '%' && i + 1 == format.len) {
            spk_error_set(err, SPK_EDATA, "it ends in a single %%");
            return false;
        }
        if (is_blank(c)) {
            while (i + 1 < format.len && is_blank(format.at[i + 1])) {
                i++;
            }
            m->tokens[m->count++] = (struct token){TOKEN_BLANKS, ' '};
        } else if (c != '%' || format.at[i + 1] == '%') {
            i += c == '%';
            m->tokens[m->count++] = (struct token){TOKEN_LITERAL, c};
        } else if (!compile_directive(m, format.at[++i], err)) {
            return false;
        }
    }
    return true;
}

spk_rc spk_strptime_match(struct spk_view text, struct spk_view format, struct spk_captures *out,
                          struct spk_error *err)
{
    struct matcher m = {.text = text, .captures = out};
    *out = (struct spk_captures){0};
    if (!compile(&m, format, err)) {
        return spk_error_context(err, SPK_EDATA, "time format '%.*s'", SPK_SHOWN(format));
    }
    size_t end = 0;
    if (!match(&m, 0, 0, &end)) {
        return spk_error_set(err, SPK_EDATA, "time data '%.*s' does not match format '%.*s'",
                             SPK_SHOWN(text), SPK_SHOWN(format));
    }
    if (end < text.len) {
        return spk_error_set(
            err, SPK_EDATA, "time data '%.*s' does not match format '%.*s': '%.*s' is left over",
            SPK_SHOWN(text), SPK_SHOWN(format), SPK_SHOWN(spk_view_slice(text, end, text.len)));
    }
    return SPK_OK;
}
