#include <stddef.h>
#include <string.h>

#include "archive/archive.h"
#include "base/map.h"
#include "csv/csv.h"
#include "source/decoder/decoder.h"

/*
 * ResponseToFileExtractor: the body is CSV, packed by gzip or not, of any size; its rows are the
 * records, as pandas.read_csv gives them: all values are texts, what stands for a missing value is
 * null, columns without a name or with the same one get one of their own. NUL bytes are left out.
 * The CDK goes by way of a file; here rows are read as the body comes.
 */
struct response_to_file_extractor {
    struct spk_component base;
    bool preserve_na_values;
};

static const struct spk_prop props[] = {
    {.name = "preserve_na_values",
     .type = SPK_PROP_BOOL,
     .offset = offsetof(struct response_to_file_extractor, preserve_na_values),
     .help = "NA, NULL, None, NaN and the like are texts; only what is empty is null"},
    SPK_PROP_END,
};

enum { CHUNK_BYTES = 256 * 1024 }; /* the reader copies what it is given: keep that small */

struct reading {
    const struct response_to_file_extractor *self;
    struct spk_csv *csv;
    struct spk_buf filtered; /* a piece without its NUL bytes */
    struct spk_arena names_arena, arena;
    struct spk_view *names;
    size_t name_count;
    spk_record_visit visit;
    void *context;
};

/* What pandas takes for a missing value. */
static bool is_missing(const struct reading *r, struct spk_view text)
{
    static const char *const marks[] = {
        "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
        "<NA>", "N/A",      "NA",  "NULL",    "NaN",      "None", "n/a",  "nan",    "null",
    };
    enum { LONGEST = sizeof("#N/A N/A") - 1 };
    if (text.len == 0)
        return true;
    if (r->self->preserve_na_values || text.len > LONGEST)
        return false;
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (spk_view_is(text, marks[i]))
            return true;
    }
    return false;
}

static bool is_taken(const struct reading *r, struct spk_view name)
{
    for (size_t i = 0; i < r->name_count; i++) {
        if (spk_view_equal(r->names[i], name))
            return true;
    }
    return false;
}

static size_t *count_of(struct reading *r, struct spk_map *counts, struct spk_view name)
{
    size_t *count = spk_map_get(counts, name);
    if (!count) {
        count = SPK_NEW(&r->names_arena, size_t);
        spk_map_set(counts, name, count);
    }
    return count;
}

/* "a", "a" become "a", "a.1"; a name that the header has already is passed over. */
static void make_unique(struct reading *r, struct spk_map *counts, size_t index)
{
    struct spk_view name = r->names[index];
    size_t *written = count_of(r, counts, name);
    size_t count = *written;
    while (count > 0) {
        *written = count + 1;
        name = spk_arena_printf(&r->names_arena, "%.*s.%zu", SPK_FMT(r->names[index]), count);
        count = is_taken(r, name) ? count + 1 : *count_of(r, counts, name);
    }
    r->names[index] = name;
    *count_of(r, counts, name) += 1;
}

/* The names of the columns; those that are written come before those that are made. */
static void take_header(struct reading *r, const struct spk_csv_row *row)
{
    struct spk_map counts = {0};
    bool *made = spk_arena_array(&r->names_arena, row->len + 1, sizeof(*made));
    r->names = spk_arena_array(&r->names_arena, row->len + 1, sizeof(*r->names));
    r->name_count = row->len;
    for (size_t i = 0; i < row->len; i++) {
        made[i] = row->fields[i].len == 0;
        r->names[i] = made[i] ? spk_arena_printf(&r->names_arena, "Unnamed: %zu", i)
                              : spk_arena_dup(&r->names_arena, row->fields[i]);
    }
    for (size_t i = 0; i < row->len; i++) {
        if (!made[i])
            make_unique(r, &counts, i);
    }
    for (size_t i = 0; i < row->len; i++) {
        if (made[i])
            make_unique(r, &counts, i);
    }
    spk_map_deinit(&counts);
}

static spk_rc take_row(struct reading *r, const struct spk_csv_row *row, struct spk_error *err)
{
    if (row->len > r->name_count)
        return spk_error_set(err, SPK_EDATA, "line %llu of the CSV has %zu fields, its header %zu",
                             (unsigned long long)row->line, row->len, r->name_count);
    struct spk_record record = {.tree = spk_dict_new(&r->arena), .arena = &r->arena};
    for (size_t i = 0; i < r->name_count; i++) {
        bool missing = i >= row->len || is_missing(r, row->fields[i]);
        spk_dict_set(record.tree, r->names[i], missing ? spk_null() : spk_string(row->fields[i]));
    }
    spk_rc rc = r->visit(r->context, &record, err);
    spk_arena_reset(&r->arena);
    return rc;
}

/* Lines with nothing but blanks are no rows. */
static bool is_blank(const struct spk_csv_row *row)
{
    return row->len == 1 && row->fields[0].len > 0 && spk_view_trim(row->fields[0]).len == 0;
}

static spk_rc take_rows(struct reading *r, struct spk_error *err)
{
    const struct spk_csv_row *row = NULL;
    spk_rc rc = spk_csv_next(r->csv, &row, err);
    while (!rc && row) {
        if (!is_blank(row) && !r->names)
            take_header(r, row);
        else if (!is_blank(row))
            rc = take_row(r, row, err);
        if (!rc)
            rc = spk_csv_next(r->csv, &row, err);
    }
    return rc;
}

static struct spk_view without_nul(struct reading *r, struct spk_view piece)
{
    if (!memchr(piece.at, '\0', piece.len))
        return piece;
    spk_buf_clear(&r->filtered);
    while (piece.at) {
        struct spk_view part = spk_view_cut(&piece, '\0');
        spk_buf_append(&r->filtered, part);
    }
    return spk_buf_view(&r->filtered);
}

static spk_rc take_piece(struct reading *r, struct spk_view piece, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t at = 0; !rc && at < piece.len; at += CHUNK_BYTES) {
        struct spk_view chunk = without_nul(r, spk_view_slice(piece, at, at + CHUNK_BYTES));
        rc = spk_csv_push(r->csv, chunk, err);
        if (!rc)
            rc = take_rows(r, err);
    }
    return rc;
}

static spk_rc take_all(struct reading *r, struct spk_reader *bytes, struct spk_error *err)
{
    struct spk_csv_options options = {.encoding = "utf-8-sig",
                                      .no_header = true,
                                      .reject_open = true,
                                      .max_field = SPK_RECORD_BYTES,
                                      .max_record = SPK_RECORD_BYTES};
    struct spk_view piece = {0};
    spk_rc rc = spk_csv_create(&options, &r->csv, err);
    if (!rc)
        rc = bytes->next(bytes, &piece, err);
    while (!rc && piece.at) {
        rc = take_piece(r, piece, err);
        if (!rc)
            rc = bytes->next(bytes, &piece, err);
    }
    if (!rc)
        rc = spk_csv_finish(r->csv, err);
    return rc ? rc : take_rows(r, err);
}

static spk_rc extract(struct spk_component *self, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err)
{
    struct reading r = {.self = (const struct response_to_file_extractor *)self,
                        .visit = visit,
                        .context = context};
    struct spk_archive_gzip_reader unpacked;
    spk_archive_gzip_reader_init(&unpacked, spk_response_reader(scope->response));
    spk_rc rc = take_all(&r, &unpacked.reader, err);
    spk_archive_gzip_reader_deinit(&unpacked);
    spk_csv_destroy(r.csv);
    spk_buf_deinit(&r.filtered);
    spk_arena_deinit(&r.names_arena);
    spk_arena_deinit(&r.arena);
    return rc;
}

static const struct spk_extractor_ops ops = {.extract = extract, .reads_bytes = true};

const struct spk_component_type spk_type_response_to_file_extractor = {
    .name = "ResponseToFileExtractor",
    .kind = SPK_KIND_EXTRACTOR,
    .size = sizeof(struct response_to_file_extractor),
    .props = props,
    .ops = &ops,
    .help = "the rows of a CSV body of any size, packed by gzip or not",
};
