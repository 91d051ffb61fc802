#ifndef SPK_CSV_CSV_INTERNAL_H
#define SPK_CSV_CSV_INTERNAL_H
/* From text to fields. */
#include "csv/csv.h"

#include "encoding/encoding.h"

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
