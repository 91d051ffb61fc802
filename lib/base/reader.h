#ifndef SPK_BASE_READER_H
#define SPK_BASE_READER_H
/*
 * Bytes that are pulled piece by piece: a body on its way, a member of an archive, what a packed
 * one unpacks to. One owner, one thread. An implementation embeds the struct as its first member.
 */
#include "base/buf.h"

struct spk_reader {
    /* *piece: the next bytes, never 0 of them, which live until the next call; at NULL at the end,
     * and for ever after. After a failure it is not called again. */
    spk_rc (*next)(struct spk_reader *reader, struct spk_view *piece, struct spk_error *err);
};

/* The bytes of a view, in pieces of at most `step` bytes; 0: in one. */
struct spk_view_reader {
    struct spk_reader reader;
    struct spk_view rest;
    size_t step;
};
void spk_view_reader_init(struct spk_view_reader *reader, struct spk_view bytes);

/* Appends all that is left; EDATA where `out` has a ceiling and it is passed. */
spk_rc spk_reader_all(struct spk_reader *reader, struct spk_buf *out, struct spk_error *err);

#endif
