#include "base/id.h"
#include "base/memory.h"
#include "transient_internal.h"

enum { BUILDER_ROWS = 8192 };

static const struct spk_field fields[SPK_COLUMNS] = {
    [SPK_COLUMN_ID] = {"airbyte_id", SPK_COLUMN_STRING, false},
    [SPK_COLUMN_TIME] = {"airbyte_date_time", SPK_COLUMN_TIMESTAMP, false},
    [SPK_COLUMN_RAW] = {"raw_data", SPK_COLUMN_STRING, false},
    [SPK_COLUMN_CONTEXT] = {"additional_cntx", SPK_COLUMN_STRING, false},
};

static spk_rc write_object(void *context, const void *at, size_t len, struct spk_error *err)
{
    return spk_objstore_writer_write(context, spk_view_make(at, len), err);
}

spk_rc spk_part_open(struct spk_open_batch *batch, struct spk_error *err)
{
    static const char *const dictionary[] = {"additional_cntx"};
    static const char *const without_statistics[] = {"raw_data"};
    const struct spk_transient_options *options = &batch->owner->options;
    struct spk_part *part = &batch->part;
    part->key = spk_arena_printf(&batch->arena, "%.*s/part-%zu.parquet", SPK_FMT(batch->folder),
                                 batch->batch.file_count);
    struct spk_objstore_put put = {.key = part->key};
    spk_rc rc = spk_objstore_writer_open(options->store, &put, &part->object, err);
    if (rc)
        return rc;
    struct spk_parquet_spec spec = {.fields = fields,
                                    .n_fields = SPK_COLUMNS,
                                    .zstd_level = options->zstd_level,
                                    .row_group_bytes = (size_t)options->row_group_bytes,
                                    .dictionary = dictionary,
                                    .n_dictionary = 1,
                                    .without_statistics = without_statistics,
                                    .n_without_statistics = 1};
    struct spk_parquet_sink sink = {.write = write_object, .context = part->object};
    rc = spk_parquet_writer_create(&spec, sink, &part->parquet, err);
    if (rc) {
        spk_part_abort(batch);
        return rc;
    }
    part->rows = spk_builder_create(fields, SPK_COLUMNS, BUILDER_ROWS, 0);
    return SPK_OK;
}

static spk_rc flush(struct spk_part *part, struct spk_error *err)
{
    struct ArrowArray rows;
    if (spk_builder_rows(part->rows) == 0)
        return SPK_OK;
    spk_rc rc = spk_builder_batch(part->rows, &rows, err);
    if (rc)
        return rc;
    rc = spk_parquet_writer_write(part->parquet, &rows, err);
    spk_arrow_array_release(&rows);
    spk_builder_clear(part->rows);
    return rc;
}

static void add_row(struct spk_builder *rows, const struct spk_record *record,
                    struct spk_view context, int64_t now_us)
{
    char id[SPK_UUID_TEXT];
    spk_uuid4(id);
    spk_builder_string(rows, SPK_COLUMN_ID, spk_view_make(id, SPK_UUID_TEXT - 1));
    spk_builder_i64(rows, SPK_COLUMN_TIME, now_us);
    if (record->text.len > 0) {
        spk_builder_string(rows, SPK_COLUMN_RAW, record->text);
    } else {
        struct spk_buf json = {0};
        spk_json_write(&json, record->tree, 0);
        spk_builder_string(rows, SPK_COLUMN_RAW, spk_buf_view(&json));
        spk_buf_deinit(&json);
    }
    spk_builder_string(rows, SPK_COLUMN_CONTEXT, context);
}

spk_rc spk_part_append(struct spk_open_batch *batch, struct spk_record *record,
                       struct spk_view context, int64_t now_us, struct spk_error *err)
{
    struct spk_part *part = &batch->part;
    spk_rc rc = part->parquet ? SPK_OK : spk_part_open(batch, err);
    if (rc)
        return rc;
    spk_names_look(&batch->names, record);
    add_row(part->rows, record, context, now_us);
    batch->batch.records++;
    if (!spk_builder_is_full(part->rows))
        return SPK_OK;
    rc = flush(part, err);
    if (!rc && spk_parquet_writer_totals(part->parquet).bytes >= batch->owner->options.part_bytes)
        rc = spk_part_close(batch, err);
    return rc;
}

static void note_file(struct spk_open_batch *batch, int64_t rows,
                      const struct spk_objstore_written *written)
{
    struct spk_transient_batch *known = &batch->batch;
    known->files = spk_memory_grow(known->files, &batch->file_cap, known->file_count + 1,
                                   sizeof(*known->files));
    struct spk_transient_file *file = &known->files[known->file_count++];
    *file = (struct spk_transient_file){
        .key = batch->part.key,
        .rows = rows,
        .bytes = (int64_t)written->size,
        .sha256 = spk_arena_dup(&batch->arena, spk_view_of(written->sha256))};
    known->rows += rows;
    known->bytes += file->bytes;
}

spk_rc spk_part_close(struct spk_open_batch *batch, struct spk_error *err)
{
    struct spk_part *part = &batch->part;
    struct spk_parquet_totals totals = {0};
    struct spk_objstore_written written;
    if (!part->parquet)
        return SPK_OK;
    spk_rc rc = flush(part, err);
    if (!rc)
        rc = spk_parquet_writer_finish(part->parquet, &totals, err);
    if (rc) {
        spk_part_abort(batch);
        return rc;
    }
    rc = spk_objstore_writer_finish(part->object, &written, err);
    part->object = NULL;
    if (!rc)
        note_file(batch, totals.rows, &written);
    spk_part_abort(batch);
    return rc;
}

void spk_part_abort(struct spk_open_batch *batch)
{
    struct spk_part *part = &batch->part;
    spk_parquet_writer_destroy(part->parquet);
    spk_objstore_writer_abort(part->object);
    spk_builder_destroy(part->rows);
    *part = (struct spk_part){0};
}
