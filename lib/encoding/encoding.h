#ifndef SPK_ENCODING_ENCODING_H
#define SPK_ENCODING_ENCODING_H
/* Text that arrives in pieces, from its encoding to UTF-8: whole characters only. */
#include <iconv.h>

#include "base/buf.h"

struct spk_encoding {
    iconv_t iconv;        /* (iconv_t)-1: the text is UTF-8 */
    size_t needs_mark;    /* bytes of the mark that must come first: the byte order is not named */
    bool drop_mark;       /* a byte order mark in front of all is not text */
    struct spk_buf carry; /* the first bytes of a character whose others are still to come */
};

/* Python's names: utf-8 (NULL), utf-8-sig, latin-1, cp1252, utf-16 ... ECONFIG for an unknown one.
 */
spk_rc spk_encoding_init(struct spk_encoding *encoding, const char *name, struct spk_error *err);
void spk_encoding_deinit(struct spk_encoding *encoding);
/* Appends what the piece says. False at the first byte that is wrong: what is before it was
 * appended. */
bool spk_encoding_push(struct spk_encoding *encoding, struct spk_view piece, struct spk_buf *out);
/* At the end: false where the text stops inside a character. */
static inline bool spk_encoding_ended(const struct spk_encoding *encoding)
{
    return encoding->carry.len == 0;
}

#endif
