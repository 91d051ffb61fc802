#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "parquet/parquet_internal.h"

enum { SLICE_ROWS = 8192 };

struct spk_parquet_writer {
    struct spk_parquet_sink sink;
    struct spk_parquet_totals totals;
    struct ArrowSchema schema;
    FILE *stream;
    carquet_writer_t *handle; /* NULL after finish */
    size_t group_limit, group_bytes;
    int64_t group_rows;
    struct spk_error failure; /* sticky; rc is SPK_OK while all is well */
};

/* carquet writes to a FILE; this one hands its bytes to the sink. */
static ssize_t write_to_sink(void *cookie, const char *at, size_t len)
{
    struct spk_parquet_writer *writer = (struct spk_parquet_writer *)cookie;
    if (writer->failure.rc != SPK_OK)
        return 0;
    if (writer->sink.write(writer->sink.context, at, len, &writer->failure) != SPK_OK) {
        assert(writer->failure.rc != SPK_OK);
        return 0;
    }
    writer->totals.bytes += (int64_t)len;
    return (ssize_t)len;
}

/* The failure of the sink, where there was one, is the cause of what carquet reports. */
static spk_rc fail(struct spk_parquet_writer *writer, const carquet_error_t *from,
                   struct spk_error *err)
{
    if (writer->failure.rc == SPK_OK)
        spk_parquet_error("cannot write Parquet", from, &writer->failure);
    if (err)
        *err = writer->failure;
    return writer->failure.rc;
}

static spk_rc fail_status(struct spk_parquet_writer *writer, carquet_status_t status,
                          struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    from.code = status;
    return fail(writer, &from, err);
}

static void release_nothing_array(struct ArrowArray *array)
{
    array->release = NULL;
}

static void release_nothing_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* carquet consumes what it is given; these copies of the top struct keep ours alive. */
static struct ArrowSchema lend_schema(const struct spk_parquet_writer *writer)
{
    struct ArrowSchema lent = writer->schema;
    lent.release = release_nothing_schema;
    return lent;
}

static struct ArrowArray lend_rows(const struct ArrowArray *batch, int64_t first, int64_t rows)
{
    struct ArrowArray lent = *batch;
    lent.offset += first;
    lent.length = rows;
    lent.null_count = 0;
    lent.release = release_nothing_array;
    return lent;
}

static carquet_writer_options_t options_of(const struct spk_parquet_spec *spec)
{
    carquet_writer_options_t options;
    carquet_writer_options_init(&options);
    options.compression = CARQUET_COMPRESSION_ZSTD;
    options.compression_level = spec->zstd_level ? spec->zstd_level : 1;
    options.row_group_size = 0; /* row groups are cut here, so that they can be counted */
    options.write_statistics = true;
    options.write_crc = true;
    options.write_arrow_schema = false; /* carquet 0.7.2 writes one that pyarrow may refuse */
    options.async_io = false;
    options.created_by = "spike version 1 (build carquet " CARQUET_VERSION_STRING ")";
    return options;
}

static carquet_status_t open_handle(struct spk_parquet_writer *writer,
                                    const struct spk_parquet_spec *spec, carquet_error_t *from)
{
    carquet_writer_options_t options = options_of(spec);
    struct ArrowSchema lent = lend_schema(writer);
    carquet_schema_t *schema = NULL;
    carquet_status_t status = carquet_arrow_import_schema(&lent, &schema, from);
    if (status != CARQUET_OK)
        return status;
    writer->handle = carquet_writer_create_file(writer->stream, schema, &options, from);
    carquet_schema_free(schema);
    return writer->handle ? CARQUET_OK : CARQUET_ERROR_INTERNAL;
}

static int field_index(const struct spk_parquet_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_fields; i++) {
        if (strcmp(spec->fields[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static carquet_status_t apply_spec(struct spk_parquet_writer *writer,
                                   const struct spk_parquet_spec *spec)
{
    /* Long enough for a UUID, so that its bounds are exact. */
    carquet_status_t status = carquet_writer_set_max_statistics_size(writer->handle, 64);
    for (size_t i = 0; i < spec->n_dictionary && status == CARQUET_OK; i++)
        status = carquet_writer_set_column_encoding(writer->handle,
                                                    field_index(spec, spec->dictionary[i]),
                                                    CARQUET_ENCODING_RLE_DICTIONARY);
    for (size_t i = 0; i < spec->n_without_statistics && status == CARQUET_OK; i++)
        status = carquet_writer_set_column_statistics(
            writer->handle, field_index(spec, spec->without_statistics[i]), false);
    for (size_t i = 0; i < spec->n_notes && status == CARQUET_OK; i++)
        status =
            carquet_writer_add_metadata(writer->handle, spec->notes[i].key, spec->notes[i].value);
    return status;
}

static spk_rc check_spec(const struct spk_parquet_spec *spec, struct spk_error *err)
{
    assert(spec->n_fields > 0);
    if (spec->zstd_level < 0 || spec->zstd_level > 22)
        return spk_error_set(err, SPK_ECONFIG, "zstd level %d is not between 1 and 22",
                             spec->zstd_level);
    for (size_t i = 0; i < spec->n_dictionary; i++) {
        if (field_index(spec, spec->dictionary[i]) < 0)
            return spk_error_set(err, SPK_ECONFIG, "dictionary column %s is not in the schema",
                                 spec->dictionary[i]);
    }
    return SPK_OK;
}

spk_rc spk_parquet_writer_create(const struct spk_parquet_spec *spec, struct spk_parquet_sink sink,
                                 struct spk_parquet_writer **out, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    spk_rc rc = check_spec(spec, err);
    if (rc != SPK_OK)
        return rc;
    spk_parquet_library_init();
    struct spk_parquet_writer *writer =
        (struct spk_parquet_writer *)spk_memory_zalloc(sizeof(*writer));
    writer->sink = sink;
    writer->group_limit = spec->row_group_bytes ? spec->row_group_bytes : SPK_PARQUET_GROUP_BYTES;
    spk_arrow_schema_make(spec->fields, spec->n_fields, &writer->schema);
    writer->stream = fopencookie(writer, "w", (cookie_io_functions_t){.write = write_to_sink});
    if (!writer->stream)
        abort();
    setvbuf(writer->stream, NULL, _IONBF, 0); /* failures show up at the call that caused them */
    carquet_status_t status = open_handle(writer, spec, &from);
    if (status == CARQUET_OK)
        from.code = status = apply_spec(writer, spec);
    if (status != CARQUET_OK) {
        rc = fail(writer, &from, err);
        spk_parquet_writer_destroy(writer);
        return rc;
    }
    *out = writer;
    return SPK_OK;
}

/* Raw size of rows [first, first + rows): what a reader of the row group will hold. */
static size_t raw_bytes(const struct spk_parquet_writer *writer, const struct ArrowArray *batch,
                        int64_t first, int64_t rows)
{
    size_t sum = 0;
    for (int64_t c = 0; c < batch->n_children; c++) {
        const struct ArrowArray *child = batch->children[c];
        char format = writer->schema.children[c]->format[0];
        int64_t at = child->offset + first;
        if (format == 'u') {
            const int32_t *offsets = (const int32_t *)child->buffers[1];
            sum += (size_t)(offsets[at + rows] - offsets[at]) + 4 * (size_t)rows;
        } else if (format == 'U') {
            const int64_t *offsets = (const int64_t *)child->buffers[1];
            sum += (size_t)(offsets[at + rows] - offsets[at]) + 4 * (size_t)rows;
        } else {
            sum += 8 * (size_t)rows;
        }
    }
    return sum;
}

static spk_rc end_row_group(struct spk_parquet_writer *writer, struct spk_error *err)
{
    if (writer->group_rows == 0)
        return SPK_OK;
    carquet_status_t status = carquet_writer_new_row_group(writer->handle);
    if (status != CARQUET_OK)
        return fail_status(writer, status, err);
    writer->group_rows = 0;
    writer->group_bytes = 0;
    writer->totals.row_groups++;
    return SPK_OK;
}

spk_rc spk_parquet_writer_write(struct spk_parquet_writer *writer, const struct ArrowArray *batch,
                                struct spk_error *err)
{
    assert(writer->handle && batch->n_children == writer->schema.n_children);
    for (int64_t first = 0; first < batch->length; first += SLICE_ROWS) {
        int64_t rows = batch->length - first < SLICE_ROWS ? batch->length - first : SLICE_ROWS;
        struct ArrowArray lent = lend_rows(batch, first, rows);
        struct ArrowSchema schema = lend_schema(writer);
        carquet_error_t from = CARQUET_ERROR_INIT;
        if (writer->failure.rc != SPK_OK)
            return fail(writer, &from, err);
        if (carquet_writer_write_arrow(writer->handle, &lent, &schema, &from) != CARQUET_OK)
            return fail(writer, &from, err);
        writer->totals.rows += rows;
        writer->group_rows += rows;
        writer->group_bytes += raw_bytes(writer, batch, batch->offset + first, rows);
        if (writer->group_bytes >= writer->group_limit) {
            spk_rc rc = end_row_group(writer, err);
            if (rc != SPK_OK)
                return rc;
        }
    }
    return SPK_OK;
}

struct spk_parquet_totals spk_parquet_writer_totals(const struct spk_parquet_writer *writer)
{
    return writer->totals;
}

spk_rc spk_parquet_writer_finish(struct spk_parquet_writer *writer, struct spk_parquet_totals *out,
                                 struct spk_error *err)
{
    assert(writer->handle);
    carquet_error_t from = CARQUET_ERROR_INIT;
    if (writer->failure.rc != SPK_OK)
        return fail(writer, &from, err);
    spk_rc rc = end_row_group(writer, err);
    if (rc != SPK_OK)
        return rc;
    carquet_status_t status = carquet_writer_close(writer->handle);
    writer->handle = NULL;
    if (status != CARQUET_OK)
        return fail_status(writer, status, err);
    *out = writer->totals;
    return SPK_OK;
}

void spk_parquet_writer_destroy(struct spk_parquet_writer *writer)
{
    if (!writer)
        return;
    if (writer->handle) {
        /* What carquet still holds must not reach the sink. */
        if (writer->failure.rc == SPK_OK)
            spk_error_set(&writer->failure, SPK_ESYSTEM, "the file was given up");
        carquet_writer_abort(writer->handle);
    }
    if (writer->stream)
        fclose(writer->stream);
    spk_arrow_schema_release(&writer->schema);
    free(writer);
}
