#ifndef SPK_CSV_CSV_H
#define SPK_CSV_CSV_H
/*
 * CSV from pushed chunks, as Python's csv.DictReader over a text stream reads it (dialect "excel",
 * not strict): doubled quotes, quotes only special at a field's start, text behind a closing quote
 * kept, LF, CRLF and CR all end a line and are LF inside a quoted field, blank lines skipped, an
 * open quote ends with the text. The first record is the header.
 *
 *   create; { push; while (next gives a row) use it; } ...; finish; while (next ...); destroy
 *
 * A row's views live until the next call on the handle. Errors are EDATA "record N, line M: what";
 * after one, every call fails with it. Memory: one record plus one chunk. Not thread-safe.
 */
#include "value/value.h"

struct spk_csv_options {
    struct spk_view delimiter; /* one character; empty: comma */
    char quote;                /* ASCII; 0: double quote */
    const char *encoding; /* Python's names: utf-8 (NULL), utf-8-sig, latin-1, cp1252, utf-16 ... */
    bool no_header;       /* every record is a row */
    bool reject_nul;      /* a NUL character is EDATA; otherwise a character as any other */
    bool reject_open;     /* a text that ends inside quotes is EDATA: it was cut off */
    size_t max_field;     /* characters; 0: 131072, as Python */
    size_t max_record;    /* bytes of UTF-8; 0: 16 MiB */
    size_t max_fields;    /* per record; 0: 65536 */
};

struct spk_csv_row {
    const struct spk_view *fields; /* UTF-8 */
    size_t len;
    uint64_t record; /* 1.. counting all records that are not blank, the header too */
    uint64_t line;   /* 1.. of its first character */
};

struct spk_csv;

/* ECONFIG for an unknown encoding, a bad delimiter or quote. NULL options = defaults. */
spk_rc spk_csv_create(const struct spk_csv_options *options, struct spk_csv **out,
                      struct spk_error *err);
void spk_csv_destroy(struct spk_csv *csv);
/* Copies the chunk; call next until it gives no row before pushing more. */
spk_rc spk_csv_push(struct spk_csv *csv, struct spk_view chunk, struct spk_error *err);
/* No more chunks: the last record needs no line end. */
spk_rc spk_csv_finish(struct spk_csv *csv, struct spk_error *err);
/* *row = NULL: push more, or the end after finish. */
spk_rc spk_csv_next(struct spk_csv *csv, const struct spk_csv_row **row, struct spk_error *err);
/* The header's names once next has passed it (len 0 before, and where the first line was blank).
 * They live as long as the handle. */
const struct spk_csv_row *spk_csv_header(const struct spk_csv *csv);
/* The row as DictReader gives it: DICT of header name -> STRING; of two equal names the last value
 * counts; missing fields are null; fields beyond the header are a LIST under the key null. Values
 * are borrowed from the row and keys from the handle; copy == true copies both into the arena.
 */
struct spk_value spk_csv_row_dict(struct spk_arena *arena, const struct spk_csv *csv,
                                  const struct spk_csv_row *row, bool copy);

#endif
