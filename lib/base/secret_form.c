#include "base/buf.h"
#include "base/secret_internal.h"

#include <ctype.h>

typedef void (*take_form)(struct spk_view form);
typedef void (*encoder)(struct spk_buf *out, struct spk_view value);

/* Bits of a value inside a longer base64 text are worth hiding from so many characters on; fewer
 * would be found in innocent texts. */
enum { LEAST_INNER_BASE64 = 6 };

static void url_encode(struct spk_buf *out, struct spk_view value, const char *space)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if (c == ' ') {
            spk_buf_append_str(out, space);
        } else if (c < 0x80 && (isalnum(c) || strchr("-._~", c)) && c) {
            spk_buf_append_char(out, (char)c);
        } else {
            spk_buf_printf(out, "%%%02X", c);
        }
    }
}

static void as_url_path(struct spk_buf *out, struct spk_view value)
{
    url_encode(out, value, "%20");
}

static void as_url_form(struct spk_buf *out, struct spk_view value)
{
    url_encode(out, value, "+");
}

static void json_escape(struct spk_buf *out, unsigned char c)
{
    static const char plain[] = "\b\f\n\r\t\"\\", letter[] = "bfnrt\"\\";
    const char *hit = c ? strchr(plain, c) : NULL;
    if (hit) {
        spk_buf_append_char(out, '\\');
        spk_buf_append_char(out, letter[hit - plain]);
    } else if (c < 0x20) {
        spk_buf_printf(out, "\\u%04x", c);
    } else {
        spk_buf_append_char(out, (char)c);
    }
}

static void as_json(struct spk_buf *out, struct spk_view value)
{
    for (size_t i = 0; i < value.len; i++) {
        json_escape(out, (unsigned char)value.at[i]);
    }
}

/* The code point of valid UTF-8 at s; its size in *size. */
static unsigned decode(const unsigned char *s, size_t *size)
{
    *size = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    unsigned point = *size == 1 ? s[0] : s[0] & (0xFFu >> (*size + 1));
    for (size_t i = 1; i < *size; i++) {
        point = point << 6 | (s[i] & 0x3Fu);
    }
    return point;
}

static void as_json_ascii(struct spk_buf *out, struct spk_view value)
{
    if (spk_utf8_valid_prefix(value) < value.len) {
        return;
    }
    for (size_t i = 0, size = 0; i < value.len; i += size) {
        unsigned point = decode((const unsigned char *)value.at + i, &size);
        if (point < 0x80) {
            json_escape(out, (unsigned char)point);
        } else if (point < 0x10000) {
            spk_buf_printf(out, "\\u%04x", point);
        } else {
            point -= 0x10000;
            spk_buf_printf(out, "\\u%04x\\u%04x", 0xD800 + (point >> 10), 0xDC00 + (point & 0x3FF));
        }
    }
}

/* The sextet of the value that starts at bit `bit`; bits outside count as 0. */
static unsigned sextet(struct spk_view value, size_t bit)
{
    unsigned sum = 0;
    for (size_t i = bit; i < bit + 6; i++) {
        unsigned byte = i / 8 < value.len ? (unsigned char)value.at[i / 8] : 0;
        sum = sum << 1 | (byte >> (7 - i % 8) & 1);
    }
    return sum;
}

static void base64(struct spk_buf *out, struct spk_view value, size_t first_bit,
                   const char *last_two)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t bit = first_bit; bit + 6 <= value.len * 8; bit += 6) {
        unsigned n = sextet(value, bit);
        spk_buf_append_char(out, n < 62 ? letters[n] : last_two[n - 62]);
    }
}

/* Each of the three places where the value may start within a group of three bytes decides which of
 * its bits fill whole characters. */
static void each_base64(struct spk_buf *out, struct spk_view value, take_form take)
{
    static const char *const last_two[] = {"+/", "-_"};
    static const size_t first_bit[] = {0, 4, 2};
    for (size_t i = 0; i < sizeof last_two / sizeof last_two[0]; i++) {
        for (size_t j = 0; j < sizeof first_bit / sizeof first_bit[0]; j++) {
            spk_buf_clear(out);
            base64(out, value, first_bit[j], last_two[i]);
            if (out->len >= LEAST_INNER_BASE64) {
                take(spk_buf_view(out));
            }
        }
    }
}

void spk_secret_each_form(struct spk_view value, take_form take)
{
    static const encoder encoders[] = {as_url_path, as_url_form, as_json, as_json_ascii};
    struct spk_buf form = {0};
    take(value);
    for (size_t i = 0; i < sizeof encoders / sizeof encoders[0]; i++) {
        spk_buf_clear(&form);
        encoders[i](&form, value);
        take(spk_buf_view(&form));
    }
    each_base64(&form, value, take);
    spk_buf_deinit(&form);
}
