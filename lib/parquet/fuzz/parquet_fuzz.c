/* Any bytes as a Parquet file: open it and read every batch of every column, as text. */
#include "parquet/parquet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_batch(const struct ArrowSchema *schema, const struct ArrowArray *batch)
{
    struct spk_buf text;
    struct spk_column column;
    spk_buf_init(&text, 1 << 16);
    for (int64_t c = 0; c < schema->n_children; c++) {
        if (spk_column_open(schema, batch, (size_t)c, &column, NULL) != SPK_OK)
            continue;
        for (size_t row = 0; row < column.rows; row++)
            spk_column_text(&column, row, &text);
    }
    spk_buf_deinit(&text);
}

static void read_file(struct spk_parquet_reader *reader)
{
    struct spk_parquet_cursor *cursor;
    struct spk_parquet_statistics statistics;
    int groups = spk_parquet_reader_row_groups(reader);
    for (int group = 0; group < groups && group < 8; group++)
        spk_parquet_reader_statistics(reader, group, 0, &statistics, NULL);
    if (spk_parquet_cursor_create(reader, &(struct spk_parquet_scan){0}, &cursor, NULL) != SPK_OK)
        return;
    for (int n = 0; n < 64; n++) {
        struct ArrowArray batch = {0};
        if (spk_parquet_cursor_next(cursor, &batch, NULL) != SPK_OK || !batch.release)
            break;
        read_batch(spk_parquet_cursor_schema(cursor), &batch);
        spk_arrow_array_release(&batch);
    }
    spk_parquet_cursor_destroy(cursor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_parquet_reader *reader;
    if (spk_parquet_reader_open_memory("fuzz", spk_view_make(data, size), &reader, NULL) ==
        SPK_OK) {
        read_file(reader);
        spk_parquet_reader_destroy(reader);
    }
    return 0;
}
