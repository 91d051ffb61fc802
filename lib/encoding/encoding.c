#include "encoding/encoding.h"

#include <errno.h>

#define NO_ICONV ((iconv_t) - 1)

/* Python's name of an encoding, as lower case with dashes, to iconv's. */
static const char *iconv_name(struct spk_view name)
{
    static const struct {
        const char *python;
        const char *iconv;
    } names[] = {
        {"latin-1", "ISO-8859-1"},  {"latin1", "ISO-8859-1"},  {"iso8859-1", "ISO-8859-1"},
        {"windows-1252", "CP1252"}, {"utf16", "UTF-16"},       {"utf32", "UTF-32"},
        {"utf-16-le", "UTF-16LE"},  {"utf-16-be", "UTF-16BE"}, {"utf-32-le", "UTF-32LE"},
        {"utf-32-be", "UTF-32BE"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (spk_view_is(name, names[i].python))
            return names[i].iconv;
    }
    return name.at;
}

/* Lower case, dashes: as Python compares names. False where it is too long to be one. */
static bool normalize(const char *name, char out[static 32])
{
    size_t len = strlen(name);
    if (len >= 32)
        return false;
    for (size_t i = 0; i <= len; i++) {
        char c = name[i] == '_' || name[i] == ' ' ? '-' : name[i];
        if (c == '/') /* iconv would take what follows as an instruction */
            return false;
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return len > 0;
}

static bool is_utf8(const char *name)
{
    return strcmp(name, "utf-8") == 0 || strcmp(name, "utf8") == 0 || strcmp(name, "u8") == 0;
}

spk_rc spk_encoding_init(struct spk_encoding *encoding, const char *python_name,
                         struct spk_error *err)
{
    char name[32];
    *encoding = (struct spk_encoding){.iconv = NO_ICONV};
    if (!python_name)
        python_name = "utf-8";
    bool named = normalize(python_name, name);
    if (named && is_utf8(name))
        return SPK_OK;
    if (named && (strcmp(name, "utf-8-sig") == 0 || strcmp(name, "utf8-sig") == 0)) {
        encoding->drop_mark = true;
        return SPK_OK;
    }
    if (named)
        encoding->iconv = iconv_open("UTF-8", iconv_name(spk_view_of(name)));
    if (named && (strcmp(name, "utf-16") == 0 || strcmp(name, "utf16") == 0))
        encoding->needs_mark = 2;
    if (named && (strcmp(name, "utf-32") == 0 || strcmp(name, "utf32") == 0))
        encoding->needs_mark = 4;
    if (encoding->iconv != NO_ICONV)
        return SPK_OK;
    spk_error_set(err, SPK_ECONFIG, "unknown encoding \"%s\"", python_name);
    spk_error_hint(err, "use one of utf-8, utf-8-sig, latin-1, cp1252, utf-16");
    return SPK_ECONFIG;
}

void spk_encoding_deinit(struct spk_encoding *encoding)
{
    if (encoding->iconv != NO_ICONV)
        iconv_close(encoding->iconv);
    encoding->iconv = NO_ICONV;
    spk_buf_deinit(&encoding->carry);
}

/* Whether these bytes may become a character when more of them come. */
static bool is_begun(struct spk_view bytes)
{
    unsigned char first = (unsigned char)bytes.at[0];
    size_t width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    for (size_t i = 1; i < bytes.len; i++) {
        if (((unsigned char)bytes.at[i] & 0xc0) != 0x80)
            return false;
    }
    return bytes.len < width && first <= 0xf4;
}

static bool copy_utf8(struct spk_view input, struct spk_view *rest, struct spk_buf *out)
{
    size_t valid = spk_utf8_valid_prefix(input);
    spk_buf_append(out, spk_view_slice(input, 0, valid));
    *rest = spk_view_slice(input, valid, input.len);
    return rest->len == 0 || is_begun(*rest);
}

static bool convert(struct spk_encoding *encoding, struct spk_view input, struct spk_view *rest,
                    struct spk_buf *out)
{
    char *from = (char *)input.at; /* iconv only reads it */
    size_t left = input.len;
    int why = E2BIG;
    while (left > 0 && why == E2BIG) {
        size_t room = left * 3 + 16;
        char *to = spk_buf_reserve(out, room);
        why = iconv(encoding->iconv, &from, &left, &to, &room) == (size_t)-1 ? errno : 0;
        out->len = (size_t)(to - out->at);
    }
    *rest = spk_view_make(from, left);
    return left == 0 || why == EINVAL;
}

static void drop_mark(struct spk_encoding *encoding, struct spk_buf *out, size_t before)
{
    struct spk_view fresh = spk_view_slice(spk_buf_view(out), before, out->len);
    if (fresh.len == 0)
        return;
    encoding->drop_mark = false;
    if (!spk_view_starts(fresh, SPK_V("\xef\xbb\xbf")))
        return;
    memmove(out->at + before, fresh.at + 3, fresh.len - 3);
    out->len -= 3;
}

/* As Python: UTF-16 and UTF-32 without a byte order need a mark that tells it. */
static bool has_mark(struct spk_view input, size_t width)
{
    static const struct spk_view marks[] = {
        SPK_VIEW("\xff\xfe"),
        SPK_VIEW("\xfe\xff"),
        SPK_VIEW("\xff\xfe\0\0"),
        SPK_VIEW("\0\0\xfe\xff"),
    };
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (marks[i].len == width && spk_view_starts(input, marks[i]))
            return true;
    }
    return false;
}

static void keep(struct spk_encoding *encoding, struct spk_view input, struct spk_view rest)
{
    if (input.at == encoding->carry.at && rest.len > 0) {
        memmove(encoding->carry.at, rest.at, rest.len);
        encoding->carry.len = rest.len;
    } else {
        spk_buf_clear(&encoding->carry);
        spk_buf_append(&encoding->carry, rest);
    }
}

bool spk_encoding_push(struct spk_encoding *encoding, struct spk_view piece, struct spk_buf *out)
{
    size_t before = out->len;
    struct spk_view input = piece;
    struct spk_view rest = piece;
    if (encoding->carry.len > 0) {
        spk_buf_append(&encoding->carry, piece);
        input = rest = spk_buf_view(&encoding->carry);
    }
    bool ok = true;
    if (encoding->needs_mark > 0 && input.len >= encoding->needs_mark) {
        ok = has_mark(input, encoding->needs_mark);
        encoding->needs_mark = 0;
    }
    if (ok && input.len > 0 && encoding->needs_mark == 0) {
        ok = encoding->iconv == NO_ICONV ? copy_utf8(input, &rest, out)
                                         : convert(encoding, input, &rest, out);
    }
    if (encoding->drop_mark)
        drop_mark(encoding, out, before);
    keep(encoding, input, rest);
    return ok;
}
