#ifndef SPK_BASE_BUF_H
#define SPK_BASE_BUF_H
/*
 * A growing byte buffer with a ceiling. Appending never fails at the call: past the ceiling the
 * buffer keeps what fitted, remembers the overflow and drops the rest; spk_buf_check says EDATA
 * once at the end. Zero bytes are a valid empty buffer without ceiling. A failed allocation aborts.
 */
#include "base/error.h"
#include "base/view.h"

struct spk_buf {
    char *at;
    size_t len, cap;
    size_t limit; /* bytes; 0 = no ceiling but memory */
    bool overflow;
};

void spk_buf_init(struct spk_buf *buf, size_t limit);
void spk_buf_deinit(struct spk_buf *buf);
void spk_buf_clear(struct spk_buf *buf); /* length 0, no overflow; keeps the memory */
/* Room for `extra` more bytes at buf->at + buf->len, or NULL past the ceiling. Caller adds to len.
 */
char *spk_buf_reserve(struct spk_buf *buf, size_t extra);
void spk_buf_append(struct spk_buf *buf, struct spk_view text);
void spk_buf_append_str(struct spk_buf *buf, const char *text);
void spk_buf_append_char(struct spk_buf *buf, char c);
void spk_buf_append_i64(struct spk_buf *buf, int64_t number);
void spk_buf_printf(struct spk_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *spk_buf_cstr(struct spk_buf *buf); /* NUL behind the content (not counted) */
static inline struct spk_view spk_buf_view(const struct spk_buf *buf)
{
    return (struct spk_view){buf->at, buf->len};
}
/* EDATA "WHAT is larger than N bytes" when the ceiling was passed. */
spk_rc spk_buf_check(const struct spk_buf *buf, const char *what, struct spk_error *err);

#endif
