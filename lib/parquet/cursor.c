#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "parquet/parquet_internal.h"

enum { BATCH_ROWS = 16384, FORMAT_SIZE = 32, DECIMAL_DIGITS = 38, DECIMAL_BYTES = 16 };

struct cursor_column {
    struct ArrowSchema schema;
    char format[FORMAT_SIZE];
    size_t fixed_bytes; /* of a decimal stored big-endian in so many bytes; 0 for all else */
};

struct spk_parquet_cursor {
    struct spk_parquet_reader *reader;
    carquet_batch_reader_t *batches;
    carquet_schema_t *projected; /* the columns of the batches, for carquet's export */
    size_t n;
    struct cursor_column *columns;
    struct ArrowSchema **children;
    int32_t *indices;
    struct ArrowSchema schema;
    int first_group, end_group;
};

static bool wants_group(const carquet_reader_t *reader, int32_t group, void *context)
{
    const struct spk_parquet_cursor *cursor = (const struct spk_parquet_cursor *)context;
    return group >= cursor->first_group && group < cursor->end_group;
}

static spk_rc no_such_column(const struct spk_parquet_reader *reader, const char *name,
                             struct spk_error *err)
{
    int n = spk_parquet_reader_columns(reader);
    const char **names = (const char **)spk_memory_zalloc((size_t)n * sizeof(*names));
    for (int i = 0; i < n; i++)
        names[i] = spk_parquet_reader_column_name(reader, i);
    const char *nearest = spk_nearest(spk_view_of(name), names, (size_t)n);
    spk_rc rc = spk_error_set(err, SPK_ECONFIG, "%s has no column %s", reader->name, name);
    if (nearest)
        spk_error_hint(err, "did you mean %s?", nearest);
    free(names);
    return rc;
}

static spk_rc choose_columns(struct spk_parquet_cursor *cursor, const struct spk_parquet_scan *scan,
                             struct spk_error *err)
{
    const carquet_schema_t *schema = carquet_reader_schema(cursor->reader->handle);
    cursor->n =
        scan->columns ? scan->n_columns : (size_t)spk_parquet_reader_columns(cursor->reader);
    cursor->indices = (int32_t *)spk_memory_zalloc(cursor->n * sizeof(*cursor->indices));
    for (size_t i = 0; i < cursor->n; i++) {
        cursor->indices[i] =
            scan->columns ? carquet_schema_find_column(schema, scan->columns[i]) : (int32_t)i;
        if (cursor->indices[i] < 0)
            return no_such_column(cursor->reader, scan->columns[i], err);
    }
    return SPK_OK;
}

static const carquet_schema_node_t *leaf_node(const carquet_schema_t *schema, int32_t leaf)
{
    int32_t n = carquet_schema_num_elements(schema);
    for (int32_t i = 1; i < n; i++) {
        const carquet_schema_node_t *node = carquet_schema_get_element(schema, i);
        if (node && carquet_schema_node_is_leaf(node) && leaf-- == 0)
            return node;
    }
    return NULL;
}

/* Arrow says of a decimal how many bits hold it; carquet exports the bare storage. */
static bool decimal_format(const carquet_schema_node_t *node, struct cursor_column *column)
{
    const carquet_logical_type_t *type = carquet_schema_node_logical_type(node);
    int precision = type->params.decimal.precision, scale = type->params.decimal.scale, bits;
    switch (carquet_schema_node_physical_type(node)) {
    case CARQUET_PHYSICAL_INT32: bits = 32; break;
    case CARQUET_PHYSICAL_INT64: bits = 64; break;
    case CARQUET_PHYSICAL_FIXED_LEN_BYTE_ARRAY:
        bits = 128;
        column->fixed_bytes = (size_t)carquet_schema_node_type_length(node);
        break;
    default: return false;
    }
    snprintf(column->format, sizeof(column->format), "d:%d,%d,%d", precision, scale, bits);
    return precision >= 1 && precision <= DECIMAL_DIGITS && scale >= 0 && scale <= precision &&
           column->fixed_bytes <= DECIMAL_BYTES;
}

static spk_rc project_column(struct spk_parquet_cursor *cursor, size_t i, struct spk_error *err)
{
    const carquet_schema_t *schema = carquet_reader_schema(cursor->reader->handle);
    int32_t leaf = cursor->indices[i];
    const carquet_schema_node_t *node = leaf_node(schema, leaf);
    struct cursor_column *column = &cursor->columns[i];
    if (!node)
        return spk_error_set(err, SPK_EDATA, "%s: the schema is damaged", cursor->reader->name);
    const char *name = carquet_schema_node_name(node);
    const carquet_logical_type_t *logical = carquet_schema_node_logical_type(node);
    carquet_physical_type_t physical = carquet_schema_node_physical_type(node);
    if (carquet_schema_max_rep_level(schema, leaf) > 0 ||
        carquet_schema_max_def_level(schema, leaf) > 1)
        return spk_error_set(err, SPK_EDATA, "%s: column %s is nested; only flat columns are read",
                             cursor->reader->name, name);
    bool is_decimal = logical && logical->id == CARQUET_LOGICAL_DECIMAL;
    if (is_decimal ? !decimal_format(node, column)
                   : physical == CARQUET_PHYSICAL_INT96 ||
                         physical == CARQUET_PHYSICAL_FIXED_LEN_BYTE_ARRAY)
        return spk_error_set(err, SPK_EDATA, "%s: column %s has the type %s, which is not read",
                             cursor->reader->name, name,
                             is_decimal ? "decimal of this size" : "INT96 or fixed bytes");
    carquet_status_t status = carquet_schema_add_column(cursor->projected, name, physical, logical,
                                                        carquet_schema_node_repetition(node),
                                                        carquet_schema_node_type_length(node), 0);
    if (status != CARQUET_OK)
        return spk_error_set(err, SPK_EDATA, "%s: column %s: %s", cursor->reader->name, name,
                             carquet_status_string(status));
    column->schema.name = name;
    column->schema.flags = carquet_schema_node_repetition(node) == CARQUET_REPETITION_REQUIRED
                               ? 0
                               : ARROW_FLAG_NULLABLE;
    return SPK_OK;
}

static void release_lent(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* The formats come from carquet, but for decimals. */
static spk_rc make_schema(struct spk_parquet_cursor *cursor, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    struct ArrowSchema exported = {0};
    if (carquet_arrow_export_schema(cursor->projected, &exported, &from) != CARQUET_OK)
        return spk_parquet_error(cursor->reader->name, &from, err);
    assert((size_t)exported.n_children == cursor->n);
    for (size_t i = 0; i < cursor->n; i++) {
        struct cursor_column *column = &cursor->columns[i];
        if (!column->format[0])
            snprintf(column->format, sizeof(column->format), "%s", exported.children[i]->format);
        column->schema.format = column->format;
        column->schema.release = release_lent;
        cursor->children[i] = &column->schema;
    }
    exported.release(&exported);
    cursor->schema = (struct ArrowSchema){
        .format = "+s",
        .name = "",
        .n_children = (int64_t)cursor->n,
        .children = cursor->children,
        .release = release_lent,
    };
    return SPK_OK;
}

static spk_rc project(struct spk_parquet_cursor *cursor, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    cursor->columns =
        (struct cursor_column *)spk_memory_zalloc(cursor->n * sizeof(*cursor->columns));
    cursor->children =
        (struct ArrowSchema **)spk_memory_zalloc(cursor->n * sizeof(*cursor->children));
    cursor->projected = carquet_schema_create(&from);
    if (!cursor->projected)
        return spk_parquet_error(cursor->reader->name, &from, err);
    for (size_t i = 0; i < cursor->n; i++) {
        spk_rc rc = project_column(cursor, i, err);
        if (rc != SPK_OK)
            return rc;
    }
    return make_schema(cursor, err);
}

static spk_rc open_batches(struct spk_parquet_cursor *cursor, const struct spk_parquet_scan *scan,
                           struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    carquet_batch_reader_config_t config;
    carquet_batch_reader_config_init(&config);
    config.batch_size = scan->batch_rows > 0 ? scan->batch_rows : BATCH_ROWS;
    config.num_threads = 1;
    config.column_indices = cursor->indices;
    config.num_columns = (int32_t)cursor->n;
    config.row_group_filter = wants_group;
    config.row_group_filter_ctx = cursor;
    cursor->first_group = scan->first_group;
    cursor->end_group = scan->n_groups ? scan->first_group + scan->n_groups
                                       : spk_parquet_reader_row_groups(cursor->reader);
    cursor->batches = carquet_batch_reader_create(cursor->reader->handle, &config, &from);
    return cursor->batches ? SPK_OK : spk_parquet_reader_error(cursor->reader, &from, err);
}

spk_rc spk_parquet_cursor_create(struct spk_parquet_reader *reader,
                                 const struct spk_parquet_scan *scan,
                                 struct spk_parquet_cursor **out, struct spk_error *err)
{
    struct spk_parquet_cursor *cursor =
        (struct spk_parquet_cursor *)spk_memory_zalloc(sizeof(*cursor));
    cursor->reader = reader;
    spk_rc rc = choose_columns(cursor, scan, err);
    if (rc == SPK_OK)
        rc = project(cursor, err);
    if (rc == SPK_OK)
        rc = open_batches(cursor, scan, err);
    if (rc == SPK_OK)
        *out = cursor;
    else
        spk_parquet_cursor_destroy(cursor);
    return rc;
}

const struct ArrowSchema *spk_parquet_cursor_schema(const struct spk_parquet_cursor *cursor)
{
    return &cursor->schema;
}

/* Parquet keeps decimals big-endian, Arrow little-endian in 16 bytes. carquet's release frees each
 * buffer with free(), so one may be put in the place of another. */
static void widen_decimals(struct ArrowArray *array, size_t bytes)
{
    const unsigned char *from = (const unsigned char *)array->buffers[1];
    size_t rows = (size_t)array->length;
    unsigned char *wide = (unsigned char *)spk_memory_zalloc(rows * DECIMAL_BYTES);
    for (size_t row = 0; row < rows; row++) {
        const unsigned char *in = from + row * bytes;
        unsigned char *to = wide + row * DECIMAL_BYTES;
        memset(to, in[0] & 0x80 ? 0xff : 0, DECIMAL_BYTES);
        for (size_t i = 0; i < bytes; i++)
            to[i] = in[bytes - 1 - i];
    }
    free((void *)array->buffers[1]);
    array->buffers[1] = wide;
}

static spk_rc read_error(struct spk_parquet_cursor *cursor, carquet_status_t status,
                         struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    const carquet_error_t *last = carquet_batch_reader_last_error(cursor->batches);
    from.code = status;
    return spk_parquet_reader_error(cursor->reader, last ? last : &from, err);
}

spk_rc spk_parquet_cursor_next(struct spk_parquet_cursor *cursor, struct ArrowArray *out,
                               struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    carquet_row_batch_t *batch = NULL;
    struct ArrowArray array = {0};
    carquet_status_t status = carquet_batch_reader_next(cursor->batches, &batch);
    /* carquet tries some reads in a second way; a source that failed once is not trusted. */
    if (cursor->reader->source_error.rc != SPK_OK)
        return spk_parquet_reader_error(cursor->reader, &from, err);
    if (status == CARQUET_ERROR_END_OF_DATA || (status == CARQUET_OK && !batch)) {
        *out = array;
        return SPK_OK;
    }
    if (status != CARQUET_OK)
        return read_error(cursor, status, err);
    status = carquet_arrow_export_batch(batch, cursor->projected, NULL, &array, &from);
    carquet_row_batch_free(batch);
    if (status != CARQUET_OK)
        return spk_parquet_reader_error(cursor->reader, &from, err);
    for (size_t i = 0; i < cursor->n; i++) {
        if (cursor->columns[i].fixed_bytes)
            widen_decimals(array.children[i], cursor->columns[i].fixed_bytes);
    }
    *out = array;
    return SPK_OK;
}

void spk_parquet_cursor_destroy(struct spk_parquet_cursor *cursor)
{
    if (!cursor)
        return;
    carquet_batch_reader_free(cursor->batches);
    carquet_schema_free(cursor->projected);
    free(cursor->columns);
    free(cursor->children);
    free(cursor->indices);
    free(cursor);
}
