#ifndef SPK_CSV_CSV_INTERNAL_H
#define SPK_CSV_CSV_INTERNAL_H
/* decode: from the encoding to UTF-8, whole characters only. scan: from text to fields. */
#include "csv/csv.h"

#include <iconv.h>

struct spk_csv_decoder {
    iconv_t iconv;        /* (iconv_t)-1: the text is UTF-8 */
    size_t needs_mark;    /* bytes of the mark that must come first: the byte order is not named */
    bool drop_mark;       /* a byte order mark in front of all is not text */
    struct spk_buf carry; /* the first bytes of a character whose others are still to come */
};

/* ECONFIG for an unknown encoding. */
spk_rc spk_csv_decoder_init(struct spk_csv_decoder *decoder, const char *encoding,
                            struct spk_error *err);
void spk_csv_decoder_deinit(struct spk_csv_decoder *decoder);
/* Appends what the chunk says. False at the first byte that is wrong: what is before it was
 * appended. */
bool spk_csv_decoder_push(struct spk_csv_decoder *decoder, struct spk_view chunk,
                          struct spk_buf *out);

enum spk_csv_state {
    SPK_CSV_START_RECORD,
    SPK_CSV_START_FIELD,
    SPK_CSV_IN_FIELD,
    SPK_CSV_IN_QUOTED,
    SPK_CSV_QUOTE_IN_QUOTED,
};

struct spk_csv_span {
    size_t at, len; /* in the text */
};

/* Fields are unquoted in place: a record's bytes move down from `scan` to `write`. */
struct spk_csv_scanner {
    struct spk_csv_options options; /* none of them 0 */
    uint8_t stops[256];             /* STOPS_*: bytes that end a run of equal treatment */
    struct spk_buf text;
    size_t record_start, field_start, write, scan;
    size_t counted_to, counted; /* characters of the field up to there */
    bool too_long;              /* a field that ended was */
    enum spk_csv_state state;
    bool skip_lf; /* the line feed behind a carriage return */
    struct spk_csv_span *spans;
    size_t len, cap;
    uint64_t line, record_line;
};

enum spk_csv_step {
    SPK_CSV_MORE,   /* the text ends before the record does */
    SPK_CSV_RECORD, /* spans hold its fields; none: a blank line */
    SPK_CSV_FAILED, /* `problem` says why */
};

void spk_csv_scanner_init(struct spk_csv_scanner *scanner, const struct spk_csv_options *options);
void spk_csv_scanner_deinit(struct spk_csv_scanner *scanner);
/* Makes room in front: only the record that is not finished is kept. */
void spk_csv_scanner_compact(struct spk_csv_scanner *scanner);
enum spk_csv_step spk_csv_scanner_step(struct spk_csv_scanner *scanner, struct spk_buf *problem);
/* No more text: the record that is open ends here. */
enum spk_csv_step spk_csv_scanner_end(struct spk_csv_scanner *scanner, struct spk_buf *problem);

#endif
