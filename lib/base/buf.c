#include "base/buf.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void spk_buf_init(struct spk_buf *buf, size_t limit)
{
    *buf = (struct spk_buf){.limit = limit};
}

void spk_buf_deinit(struct spk_buf *buf)
{
    free(buf->at);
    *buf = (struct spk_buf){.limit = buf->limit};
}

void spk_buf_clear(struct spk_buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
}

/* Bytes that may still come. */
static size_t room(const struct spk_buf *buf)
{
    if (buf->overflow) {
        return 0;
    }
    return (buf->limit ? buf->limit : SIZE_MAX / 2) - buf->len;
}

/* One byte more than the content is always there, for spk_buf_cstr. */
static void grow(struct spk_buf *buf, size_t extra)
{
    if (extra >= buf->cap - buf->len)
        buf->at = spk_memory_grow(buf->at, &buf->cap, buf->len + extra + 1, 1);
}

char *spk_buf_reserve(struct spk_buf *buf, size_t extra)
{
    if (extra > room(buf)) {
        buf->overflow = true;
        return NULL;
    }
    grow(buf, extra);
    return buf->at + buf->len;
}

void spk_buf_append(struct spk_buf *buf, struct spk_view text)
{
    size_t fits = room(buf);
    if (text.len > fits) {
        text.len = fits;
    } else {
        fits = SIZE_MAX;
    }
    if (text.len > 0) {
        grow(buf, text.len);
        memcpy(buf->at + buf->len, text.at, text.len);
        buf->len += text.len;
    }
    if (fits != SIZE_MAX) {
        buf->overflow = true;
    }
}

void spk_buf_append_str(struct spk_buf *buf, const char *text)
{
    spk_buf_append(buf, spk_view_of(text));
}

void spk_buf_append_char(struct spk_buf *buf, char c)
{
    spk_buf_append(buf, (struct spk_view){&c, 1});
}

void spk_buf_append_i64(struct spk_buf *buf, int64_t number)
{
    char digits[20];
    char *at = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) {
        *--at = '-';
    }
    spk_buf_append(buf, spk_view_make(at, (size_t)(digits + sizeof digits - at)));
}

void spk_buf_printf(struct spk_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length < 0) {
        return;
    }
    if ((size_t)length < sizeof small) {
        spk_buf_append(buf, spk_view_make(small, (size_t)length));
        return;
    }
    char *large = spk_memory_resize(NULL, (size_t)length + 1, 1);
    va_start(args, format);
    vsnprintf(large, (size_t)length + 1, format, args);
    va_end(args);
    spk_buf_append(buf, spk_view_make(large, (size_t)length));
    free(large);
}

const char *spk_buf_cstr(struct spk_buf *buf)
{
    grow(buf, 0);
    buf->at[buf->len] = '\0';
    return buf->at;
}

spk_rc spk_buf_check(const struct spk_buf *buf, const char *what, struct spk_error *err)
{
    if (!buf->overflow) {
        return SPK_OK;
    }
    return spk_error_set(err, SPK_EDATA, "%s is larger than %zu bytes", what, buf->limit);
}
