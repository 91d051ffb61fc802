/* spike-parquet: lib/parquet on the command line, for the cross tests with other implementations.
 *   spike-parquet write FILE ROWS [GROUP]   a file of every type, the same each time; row groups of
 *                                           GROUP raw bytes, 1 MiB where it is left out
 *   spike-parquet read FILE [COLUMN...]   all rows as JSON arrays of texts and nulls
 *   spike-parquet stats FILE   rows and row groups */
#include <stdio.h>
#include <stdlib.h>

#include "parquet/parquet.h"

static const struct spk_field fields[] = {
    {"airbyte_id", SPK_COLUMN_STRING, false}, {"airbyte_date_time", SPK_COLUMN_TIMESTAMP, false},
    {"raw_data", SPK_COLUMN_STRING, false},   {"additional_cntx", SPK_COLUMN_LARGE_STRING, true},
    {"amount", SPK_COLUMN_DOUBLE, true},      {"clicks", SPK_COLUMN_INT64, true},
    {"active", SPK_COLUMN_BOOL, true},        {"day", SPK_COLUMN_DATE, true},
    {"country", SPK_COLUMN_STRING, true},
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static int fail(const struct spk_error *err)
{
    fprintf(stderr, "spike-parquet: %s\n", err->text);
    return spk_rc_exit_status(err->rc);
}

static spk_rc write_stdio(void *context, const void *at, size_t len, struct spk_error *err)
{
    if (fwrite(at, 1, len, (FILE *)context) != len)
        return spk_error_set(err, SPK_ESYSTEM, "cannot write");
    return SPK_OK;
}

static void append_row(struct spk_builder *builder, int64_t i)
{
    static const char *const countries[] = {"DE", "MT", "SE", "\xc3\xa5land"};
    char text[96];
    size_t len =
        (size_t)snprintf(text, sizeof(text), "00000000-0000-7000-8000-%012lld", (long long)i);
    spk_builder_string(builder, 0, spk_view_make(text, len));
    spk_builder_i64(builder, 1, INT64_C(1707782400123456) + i * 1000003);
    len = (size_t)snprintf(text, sizeof(text), "{\"playerId\":%lld,\"deposit\":%lld.5}",
                           (long long)i, (long long)(i * 7919 % 1000));
    spk_builder_string(builder, 2, spk_view_make(text, len));
    if (i % 5 == 4) {
        for (size_t c = 3; c < N_FIELDS; c++)
            spk_builder_null(builder, c);
        return;
    }
    spk_builder_string(builder, 3, SPK_V("{\"run\":\"0192\"}"));
    spk_builder_double(builder, 4, (double)(i % 1000) / 8);
    spk_builder_i64(builder, 5, i * i - 1000);
    spk_builder_bool(builder, 6, i % 3 == 0);
    spk_builder_date(builder, 7, (int32_t)(19765 + i % 30));
    spk_builder_string(builder, 8, spk_view_of(countries[i % 4]));
}

static spk_rc write_rows(struct spk_parquet_writer *writer, int64_t rows, struct spk_error *err)
{
    struct spk_builder *builder = spk_builder_create(fields, N_FIELDS, 0, 0);
    struct ArrowArray batch;
    spk_rc rc = SPK_OK;
    for (int64_t i = 0; i < rows && rc == SPK_OK; i++) {
        append_row(builder, i);
        if (!spk_builder_is_full(builder) && i < rows - 1)
            continue;
        rc = spk_builder_batch(builder, &batch, err);
        if (rc == SPK_OK)
            rc = spk_parquet_writer_write(writer, &batch, err);
        spk_builder_clear(builder);
    }
    spk_builder_destroy(builder);
    return rc;
}

static int write_file(const char *path, int64_t rows, int64_t group_bytes)
{
    static const char *const dictionary[] = {"country"};
    static const struct spk_parquet_note notes[] = {{"spike.run", "0192"}};
    struct spk_parquet_spec spec = {.fields = fields,
                                    .n_fields = N_FIELDS,
                                    .row_group_bytes = (size_t)group_bytes,
                                    .dictionary = dictionary,
                                    .n_dictionary = 1,
                                    .notes = notes,
                                    .n_notes = 1};
    struct spk_error err = {0};
    struct spk_parquet_totals totals;
    struct spk_parquet_writer *writer = NULL;
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        return 1;
    }
    struct spk_parquet_sink sink = {write_stdio, file};
    spk_rc rc = spk_parquet_writer_create(&spec, sink, &writer, &err);
    if (rc == SPK_OK)
        rc = write_rows(writer, rows, &err);
    if (rc == SPK_OK)
        rc = spk_parquet_writer_finish(writer, &totals, &err);
    spk_parquet_writer_destroy(writer);
    if (fclose(file) != 0 && rc == SPK_OK)
        rc = spk_error_set(&err, SPK_ESYSTEM, "cannot close %s", path);
    if (rc != SPK_OK)
        return fail(&err);
    printf("{\"rows\": %lld, \"bytes\": %lld, \"row_groups\": %d}\n", (long long)totals.rows,
           (long long)totals.bytes, totals.row_groups);
    return 0;
}

static void print_text(struct spk_view text)
{
    putchar('"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\' || c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_row(const struct spk_column *columns, int64_t n, size_t row, struct spk_buf *text)
{
    for (int64_t c = 0; c < n; c++) {
        fputs(c ? ", " : "[", stdout);
        spk_buf_clear(text);
        spk_column_text(&columns[c], row, text);
        if (spk_column_is_null(&columns[c], row))
            fputs("null", stdout);
        else
            print_text(spk_buf_view(text));
    }
    puts("]");
}

static spk_rc print_batch(const struct ArrowSchema *schema, const struct ArrowArray *batch,
                          struct spk_column *columns, struct spk_error *err)
{
    struct spk_buf text = {0};
    for (int64_t c = 0; c < schema->n_children; c++) {
        spk_rc rc = spk_column_open(schema, batch, (size_t)c, &columns[c], err);
        if (rc != SPK_OK)
            return rc;
    }
    for (int64_t row = 0; row < batch->length; row++)
        print_row(columns, schema->n_children, (size_t)row, &text);
    spk_buf_deinit(&text);
    return SPK_OK;
}

static spk_rc print_rows(struct spk_parquet_reader *reader, const struct spk_parquet_scan *scan,
                         struct spk_error *err)
{
    struct spk_parquet_cursor *cursor;
    struct spk_column *columns = NULL;
    spk_rc rc = spk_parquet_cursor_create(reader, scan, &cursor, err);
    if (rc != SPK_OK)
        return rc;
    const struct ArrowSchema *schema = spk_parquet_cursor_schema(cursor);
    columns = (struct spk_column *)calloc((size_t)schema->n_children, sizeof(*columns));
    for (bool more = columns != NULL; more && rc == SPK_OK;) {
        struct ArrowArray batch = {0};
        rc = spk_parquet_cursor_next(cursor, &batch, err);
        more = batch.release != NULL;
        if (more)
            rc = print_batch(schema, &batch, columns, err);
        spk_arrow_array_release(&batch);
    }
    free(columns);
    spk_parquet_cursor_destroy(cursor);
    return rc;
}

static int read_file(const char *path, const struct spk_parquet_scan *scan)
{
    struct spk_error err = {0};
    struct spk_parquet_reader *reader = NULL;
    spk_rc rc = spk_parquet_reader_open(path, &reader, &err);
    if (rc == SPK_OK)
        rc = print_rows(reader, scan, &err);
    spk_parquet_reader_destroy(reader);
    return rc == SPK_OK ? 0 : fail(&err);
}

static int print_totals(const char *path)
{
    struct spk_error err = {0};
    struct spk_parquet_reader *reader;
    if (spk_parquet_reader_open(path, &reader, &err) != SPK_OK)
        return fail(&err);
    printf("{\"rows\": %lld, \"columns\": %d, \"row_groups\": %d}\n",
           (long long)spk_parquet_reader_rows(reader), spk_parquet_reader_columns(reader),
           spk_parquet_reader_row_groups(reader));
    spk_parquet_reader_destroy(reader);
    return 0;
}

int main(int argc, char **argv)
{
    struct spk_view verb = spk_view_of(argc > 2 ? argv[1] : "");
    int64_t rows = 0, group_bytes = 1 << 20;
    if (spk_view_is(verb, "write") && (argc == 4 || argc == 5) &&
        spk_parse_i64(spk_view_of(argv[3]), 0, INT64_MAX, &rows) &&
        (argc == 4 || spk_parse_i64(spk_view_of(argv[4]), 1, INT64_MAX, &group_bytes)))
        return write_file(argv[2], rows, group_bytes);
    if (spk_view_is(verb, "read")) {
        struct spk_parquet_scan scan = {.columns = argc > 3 ? (const char *const *)argv + 3 : NULL,
                                        .n_columns = (size_t)argc - 3};
        return read_file(argv[2], &scan);
    }
    if (spk_view_is(verb, "stats"))
        return print_totals(argv[2]);
    fputs("usage: spike-parquet write FILE ROWS [GROUP] | read FILE [COLUMN...] | stats FILE\n",
          stderr);
    return 2;
}
