#ifndef SPK_SOURCE_DECODER_DECODER_H
#define SPK_SOURCE_DECODER_DECODER_H
/* What the decoders share. Internal to src/source. */
#include "source/kinds.h"

/* One record, and so one line, one CSV row or one item of an array, has at most so many bytes. */
#define SPK_RECORD_BYTES ((size_t)512 << 20)

struct spk_document_visitor {
    spk_document_visit visit;
    void *context;
};

/* decode of a decoder that has nothing but its `parse`. */
spk_rc spk_decoder_parse_body(struct spk_component *self, struct spk_response *response,
                              spk_document_visit visit, void *context, struct spk_error *err);
/* `paginates` of those after which pages may follow. */
bool spk_decoder_paginates(struct spk_component *self);
/* The inner decoder of one that unpacks: ECONFIG where it cannot be inside another. */
spk_rc spk_decoder_check_inner(const struct spk_component *self, const struct spk_build *build,
                               const struct spk_component *inner, struct spk_error *err);

/* A record of its own, as Python's json reads it: *document is valid until `doc` is destroyed.
 * False where the text is none. */
bool spk_decoder_record(struct spk_view text, struct spk_json_doc **doc,
                        struct spk_document *document, bool allow_nan);

/* ---- lines */

struct spk_lines {
    struct spk_reader *bytes;
    bool any_end;    /* CR and CRLF end a line too, as bytes.splitlines has it */
    uint64_t number; /* of the line that was given last, from 1 */
    /* private */
    struct spk_view piece;
    struct spk_buf held; /* of several pieces */
    bool skip_lf, ended;
};
/* *line without its end, valid until the next call; at NULL at the end. Text behind the last line
 * end is a line, if there is any. */
spk_rc spk_lines_next(struct spk_lines *lines, struct spk_view *line, struct spk_error *err);
void spk_lines_deinit(struct spk_lines *lines);

#endif
