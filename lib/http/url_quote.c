#include "http/url.h"

#include "http/http_internal.h"

static const char hex_digits[] = "0123456789ABCDEF";

static const bool unreserved[256] = {
    ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['_'] = true,
    ['.'] = true,         ['-'] = true,         ['~'] = true,
};

bool spk_url_is_unreserved(char c)
{
    return unreserved[(unsigned char)c];
}

int spk_url_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void spk_url_escape(struct spk_buf *out, char c)
{
    unsigned char byte = (unsigned char)c;
    char text[3] = {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
    spk_buf_append(out, spk_view_make(text, sizeof(text)));
}

void spk_url_quote(struct spk_buf *out, struct spk_view text, const char *safe)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!unreserved[(unsigned char)c] && (!c || !strchr(safe, c))) {
            spk_buf_append(out, spk_view_slice(text, from, i));
            spk_url_escape(out, c);
            from = i + 1;
        }
    }
    spk_buf_append(out, spk_view_slice(text, from, text.len));
}

void spk_url_quote_plus(struct spk_buf *out, struct spk_view text, const char *safe)
{
    struct spk_view rest = text;
    while (rest.at) {
        spk_url_quote(out, spk_view_cut(&rest, ' '), safe);
        if (rest.at) {
            spk_buf_append_char(out, '+');
        }
    }
}

/* The byte of the "%xx" at `i`, or -1. */
static int escape_at(struct spk_view text, size_t i)
{
    if (text.at[i] != '%' || text.len - i < 3) {
        return -1;
    }
    int high = spk_url_hex(text.at[i + 1]);
    int low = spk_url_hex(text.at[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void spk_url_unquote(struct spk_buf *out, struct spk_view text, bool plus)
{
    for (size_t i = 0; i < text.len; i++) {
        int byte = escape_at(text, i);
        if (byte >= 0) {
            spk_buf_append_char(out, (char)byte);
            i += 2;
        } else {
            spk_buf_append_char(out, plus && text.at[i] == '+' ? ' ' : text.at[i]);
        }
    }
}

static bool is_letter_or_digit(char c)
{
    return (c & 0x80) || (c != '_' && c != '.' && c != '-' && c != '~' && spk_url_is_unreserved(c));
}

/* A "%" before two letters or digits that are no hexadecimal number: requests then takes every "%"
 * of the URL for a plain character. */
static bool has_broken_escape(struct spk_view url)
{
    for (size_t i = 0; i + 2 < url.len; i++) {
        if (url.at[i] == '%' && is_letter_or_digit(url.at[i + 1]) &&
            is_letter_or_digit(url.at[i + 2]) && escape_at(url, i) < 0) {
            return true;
        }
    }
    return false;
}

void spk_url_requote(struct spk_buf *out, struct spk_view url)
{
    static const char safe[] = "!#$&'()*+,/:;=?@[]~%";
    if (has_broken_escape(url)) {
        char without_percent[sizeof(safe) - 1] = {0};
        memcpy(without_percent, safe, sizeof(safe) - 2);
        spk_url_quote(out, url, without_percent);
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < url.len; i++) {
        int byte = escape_at(url, i);
        if (byte >= 0 && spk_url_is_unreserved((char)byte)) {
            spk_url_quote(out, spk_view_slice(url, from, i), safe);
            spk_buf_append_char(out, (char)byte);
            from = i + 3;
            i += 2;
        }
    }
    spk_url_quote(out, spk_view_slice(url, from, url.len), safe);
}

void spk_url_query_append(struct spk_buf *out, struct spk_view key, struct spk_view value)
{
    if (out->len > 0) {
        spk_buf_append_char(out, '&');
    }
    spk_url_quote_plus(out, key, "");
    spk_buf_append_char(out, '=');
    spk_url_quote_plus(out, value, "");
}

bool spk_url_query_next(struct spk_view *rest, struct spk_url_pair *pair)
{
    while (rest->at) {
        struct spk_view piece = spk_view_cut(rest, '&');
        if (piece.len > 0) {
            pair->value = piece;
            pair->key = spk_view_cut(&pair->value, '=');
            return true;
        }
    }
    return false;
}
