/* The handle: chunks in, rows out, the header kept. */
#include "csv/csv_internal.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

struct spk_csv {
    struct spk_encoding encoding;
    struct spk_csv_scanner scanner;
    char delimiter[4];
    bool wants_header;
    bool header_is_unique;
    bool bad_bytes; /* the text ends where the encoding is broken */
    bool finished;
    struct spk_arena kept; /* the header */
    struct spk_csv_row header, row;
    struct spk_view *fields;
    size_t fields_cap;
    uint64_t records;
    struct spk_error error;
};

enum { DEFAULT_FIELD = 131072, DEFAULT_RECORD = 16 << 20, DEFAULT_FIELDS = 65536 };

/* One UTF-8 character that is neither a line end nor the quote. */
static bool is_delimiter(struct spk_view text, char quote)
{
    size_t characters = 0;
    for (size_t i = 0; i < text.len; i++)
        characters += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return characters == 1 && text.len <= 4 && spk_utf8_valid_prefix(text) == text.len &&
           text.at[0] != '\n' && text.at[0] != '\r' && text.at[0] != quote;
}

static spk_rc check_options(const struct spk_csv_options *options, struct spk_error *err)
{
    char quote = options->quote;
    if ((unsigned char)quote >= 0x80 || quote == '\n' || quote == '\r')
        return spk_error_set(err, SPK_ECONFIG, "csv: the quote must be one ASCII character");
    if (is_delimiter(options->delimiter, quote))
        return SPK_OK;
    spk_error_set(err, SPK_ECONFIG, "csv: \"%.*s\" cannot separate fields",
                  SPK_FMT(spk_view_slice(options->delimiter, 0, 40)));
    spk_error_hint(err, "the delimiter is one character, such as , ; | or a tab");
    return SPK_ECONFIG;
}

static struct spk_csv_options with_defaults(const struct spk_csv_options *options)
{
    struct spk_csv_options full = options ? *options : (struct spk_csv_options){0};
    if (full.delimiter.len == 0)
        full.delimiter = SPK_V(",");
    if (full.quote == 0)
        full.quote = '"';
    if (full.max_field == 0)
        full.max_field = DEFAULT_FIELD;
    if (full.max_record == 0)
        full.max_record = DEFAULT_RECORD;
    if (full.max_fields == 0)
        full.max_fields = DEFAULT_FIELDS;
    return full;
}

spk_rc spk_csv_create(const struct spk_csv_options *options, struct spk_csv **out,
                      struct spk_error *err)
{
    struct spk_csv_options full = with_defaults(options);
    spk_rc rc = check_options(&full, err);
    if (rc != SPK_OK)
        return rc;
    struct spk_csv *csv = spk_memory_zalloc(sizeof(*csv));
    rc = spk_encoding_init(&csv->encoding, full.encoding, err);
    if (rc != SPK_OK) {
        free(csv);
        return rc;
    }
    memcpy(csv->delimiter, full.delimiter.at, full.delimiter.len);
    full.delimiter.at = csv->delimiter;
    spk_csv_scanner_init(&csv->scanner, &full);
    csv->wants_header = !full.no_header;
    *out = csv;
    return SPK_OK;
}

void spk_csv_destroy(struct spk_csv *csv)
{
    if (!csv)
        return;
    spk_encoding_deinit(&csv->encoding);
    spk_csv_scanner_deinit(&csv->scanner);
    spk_arena_deinit(&csv->kept);
    free(csv->fields);
    free(csv);
}

static spk_rc report(const struct spk_csv *csv, struct spk_error *err)
{
    if (err)
        *err = csv->error;
    return csv->error.rc;
}

static spk_rc fail(struct spk_csv *csv, struct spk_view what, struct spk_error *err)
{
    spk_error_set(&csv->error, SPK_EDATA, "record %" PRIu64 ", line %" PRIu64 ": %.*s",
                  csv->records + 1, csv->scanner.record_line, SPK_FMT(what));
    return report(csv, err);
}

spk_rc spk_csv_push(struct spk_csv *csv, struct spk_view chunk, struct spk_error *err)
{
    if (csv->error.rc != SPK_OK)
        return report(csv, err);
    if (csv->bad_bytes)
        return SPK_OK; /* next tells, behind the rows that are good */
    spk_csv_scanner_compact(&csv->scanner);
    csv->bad_bytes = !spk_encoding_push(&csv->encoding, chunk, &csv->scanner.text);
    return SPK_OK;
}

spk_rc spk_csv_finish(struct spk_csv *csv, struct spk_error *err)
{
    if (csv->error.rc != SPK_OK)
        return report(csv, err);
    csv->bad_bytes |= !spk_encoding_ended(&csv->encoding);
    csv->finished = true;
    return SPK_OK;
}

static void fill_row(struct spk_csv *csv)
{
    const struct spk_csv_scanner *scanner = &csv->scanner;
    if (scanner->len > csv->fields_cap)
        csv->fields =
            spk_memory_grow(csv->fields, &csv->fields_cap, scanner->len, sizeof(*csv->fields));
    for (size_t i = 0; i < scanner->len; i++)
        csv->fields[i] =
            spk_view_make(scanner->text.at + scanner->spans[i].at, scanner->spans[i].len);
    csv->row = (struct spk_csv_row){.fields = csv->fields,
                                    .len = scanner->len,
                                    .record = csv->records,
                                    .line = scanner->record_line};
}

static bool names_are_unique(const struct spk_csv_row *header)
{
    struct spk_arena arena = {0};
    struct spk_value seen = spk_dict_new(&arena);
    for (size_t i = 0; i < header->len; i++)
        spk_dict_set(seen, header->fields[i], spk_null());
    bool unique = spk_dict_len(seen) == header->len;
    spk_arena_deinit(&arena);
    return unique;
}

static void keep_header(struct spk_csv *csv)
{
    struct spk_view *names = spk_arena_array(&csv->kept, csv->row.len, sizeof(*names));
    for (size_t i = 0; i < csv->row.len; i++)
        names[i] = spk_arena_dup(&csv->kept, csv->row.fields[i]);
    csv->header = csv->row;
    csv->header.fields = names;
    csv->header_is_unique = names_are_unique(&csv->header);
    csv->wants_header = false;
}

static enum spk_csv_step next_record(struct spk_csv *csv, struct spk_buf *problem)
{
    enum spk_csv_step step = spk_csv_scanner_step(&csv->scanner, problem);
    if (step != SPK_CSV_MORE)
        return step;
    if (csv->bad_bytes) {
        spk_buf_append_str(problem, "bytes that are not text in the encoding of the file");
        return SPK_CSV_FAILED;
    }
    return csv->finished ? spk_csv_scanner_end(&csv->scanner, problem) : SPK_CSV_MORE;
}

spk_rc spk_csv_next(struct spk_csv *csv, const struct spk_csv_row **row, struct spk_error *err)
{
    if (csv->error.rc != SPK_OK)
        return report(csv, err);
    struct spk_buf problem = {0};
    for (;;) {
        enum spk_csv_step step = next_record(csv, &problem);
        if (step == SPK_CSV_FAILED) {
            spk_rc rc = fail(csv, spk_buf_view(&problem), err);
            spk_buf_deinit(&problem);
            return rc;
        }
        if (step == SPK_CSV_MORE) {
            *row = NULL;
            return SPK_OK;
        }
        csv->records += csv->scanner.len > 0;
        fill_row(csv);
        if (csv->wants_header) {
            keep_header(csv);
        } else if (csv->row.len > 0) {
            *row = &csv->row;
            return SPK_OK;
        }
    }
}

const struct spk_csv_row *spk_csv_header(const struct spk_csv *csv)
{
    return &csv->header;
}

static struct spk_value text_value(struct spk_arena *arena, struct spk_view text, bool copy)
{
    return copy ? spk_string_dup(arena, text) : spk_string(text);
}

struct spk_value spk_csv_row_dict(struct spk_arena *arena, const struct spk_csv *csv,
                                  const struct spk_csv_row *row, bool copy)
{
    const struct spk_csv_row *header = &csv->header;
    struct spk_value dict = spk_dict_new(arena);
    /* Names that are known to differ need no look-up each. */
    struct spk_entry *entries =
        csv->header_is_unique ? spk_arena_alloc(arena, header->len * sizeof(*entries)) : NULL;
    for (size_t i = 0; i < header->len; i++) {
        struct spk_value name = text_value(arena, header->fields[i], copy);
        struct spk_value value =
            i < row->len ? text_value(arena, row->fields[i], copy) : spk_null();
        if (entries)
            entries[i] = (struct spk_entry){name, value};
        else
            spk_dict_set_value(dict, name, value);
    }
    if (entries) {
        dict.dict->entries = entries;
        dict.dict->len = dict.dict->cap = header->len;
    }
    if (row->len > header->len) {
        struct spk_value rest = spk_list_new(arena);
        for (size_t i = header->len; i < row->len; i++)
            spk_list_append(rest, text_value(arena, row->fields[i], copy));
        spk_dict_set_value(dict, spk_null(), rest);
    }
    return dict;
}
