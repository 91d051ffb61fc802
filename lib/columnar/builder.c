#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "columnar/columnar.h"

struct bytes {
    char *at;
    size_t len, cap;
};

enum fault { FAULT_NONE, FAULT_TOO_LARGE, FAULT_NULL };

struct column {
    enum spk_column_type type;
    bool nullable;
    enum fault fault;
    size_t rows, nulls;
    struct bytes validity; /* empty until the first null */
    struct bytes values;   /* fixed-width values, bits of bools, or offsets */
    struct bytes text;
    const void *buffers[3];
    struct ArrowArray view;
    char *name;
};

struct spk_builder {
    size_t n, full_rows, full_bytes;
    struct column *columns;
    struct ArrowArray **views;
    const void *no_validity[1];
};

/* Room for `extra` bytes, or NULL past the ceiling. */
static char *bytes_reserve(struct bytes *bytes, size_t extra)
{
    if (extra > SPK_BUILDER_CEILING - bytes->len)
        return NULL;
    size_t need = bytes->len + extra;
    if (need > bytes->cap) {
        size_t cap = bytes->cap ? bytes->cap : 4096;
        while (cap < need)
            cap *= 2;
        bytes->at = (char *)spk_memory_resize(bytes->at, cap, 1);
        bytes->cap = cap;
    }
    return bytes->at + bytes->len;
}

static bool bytes_append(struct bytes *bytes, const void *from, size_t size)
{
    char *to = bytes_reserve(bytes, size);
    if (!to)
        return false;
    if (size)
        memcpy(to, from, size);
    bytes->len += size;
    return true;
}

static size_t value_width(enum spk_column_type type)
{
    return type == SPK_COLUMN_BOOL                                ? 0
           : type == SPK_COLUMN_STRING || type == SPK_COLUMN_DATE ? 4
                                                                  : 8;
}

static bool is_string(enum spk_column_type type)
{
    return type == SPK_COLUMN_STRING || type == SPK_COLUMN_LARGE_STRING;
}

/* A column of strings has one offset more than rows; the first is 0. */
static void column_start(struct column *column)
{
    static const int64_t zero;
    column->rows = column->nulls = 0;
    column->fault = FAULT_NONE;
    column->validity.len = column->values.len = column->text.len = 0;
    if (is_string(column->type))
        bytes_append(&column->values, &zero, value_width(column->type));
}

static bool bits_append(struct bytes *bits, size_t index, bool bit)
{
    if ((index & 7) == 0 && !bytes_append(bits, "", 1))
        return false;
    if (bit)
        bits->at[index >> 3] = (char)(bits->at[index >> 3] | 1 << (index & 7));
    return true;
}

/* Before the first null there is no bitmap: a column without nulls costs nothing for them. */
static bool column_mark(struct column *column, bool valid)
{
    if (valid && !column->nulls)
        return true;
    if (!column->nulls) {
        size_t whole = column->rows >> 3;
        char *to = bytes_reserve(&column->validity, whole + 1);
        if (!to)
            return false;
        memset(to, 0xff, whole);
        column->validity.len = whole;
        if (column->rows & 7) {
            to[whole] = (char)((1 << (column->rows & 7)) - 1);
            column->validity.len++;
        }
    }
    column->nulls += !valid;
    return bits_append(&column->validity, column->rows, valid);
}

static void column_append(struct column *column, const void *value, size_t size)
{
    if (column->fault)
        return;
    if (bytes_append(&column->values, value, size) && column_mark(column, true))
        column->rows++;
    else
        column->fault = FAULT_TOO_LARGE;
}

static bool append_offset(struct column *column)
{
    int64_t end = (int64_t)column->text.len;
    int32_t end32 = (int32_t)end; /* fits: the ceiling is below 2 GiB */
    return column->type == SPK_COLUMN_STRING ? bytes_append(&column->values, &end32, sizeof(end32))
                                             : bytes_append(&column->values, &end, sizeof(end));
}

void spk_builder_string(struct spk_builder *builder, size_t index, struct spk_view text)
{
    struct column *column = &builder->columns[index];
    assert(index < builder->n && is_string(column->type));
    if (column->fault)
        return;
    if (bytes_append(&column->text, text.at, text.len) && append_offset(column) &&
        column_mark(column, true))
        column->rows++;
    else
        column->fault = FAULT_TOO_LARGE;
}

void spk_builder_i64(struct spk_builder *builder, size_t index, int64_t value)
{
    struct column *column = &builder->columns[index];
    assert(index < builder->n &&
           (column->type == SPK_COLUMN_INT64 || column->type == SPK_COLUMN_TIMESTAMP));
    column_append(column, &value, sizeof(value));
}

void spk_builder_double(struct spk_builder *builder, size_t index, double value)
{
    assert(index < builder->n && builder->columns[index].type == SPK_COLUMN_DOUBLE);
    column_append(&builder->columns[index], &value, sizeof(value));
}

void spk_builder_date(struct spk_builder *builder, size_t index, int32_t day)
{
    assert(index < builder->n && builder->columns[index].type == SPK_COLUMN_DATE);
    column_append(&builder->columns[index], &day, sizeof(day));
}

void spk_builder_bool(struct spk_builder *builder, size_t index, bool value)
{
    struct column *column = &builder->columns[index];
    assert(index < builder->n && column->type == SPK_COLUMN_BOOL);
    if (column->fault)
        return;
    if (bits_append(&column->values, column->rows, value) && column_mark(column, true))
        column->rows++;
    else
        column->fault = FAULT_TOO_LARGE;
}

void spk_builder_null(struct spk_builder *builder, size_t index)
{
    static const int64_t zero;
    struct column *column = &builder->columns[index];
    assert(index < builder->n);
    if (column->fault)
        return;
    if (!column->nullable) {
        column->fault = FAULT_NULL;
        return;
    }
    bool stored = is_string(column->type) ? append_offset(column)
                  : column->type == SPK_COLUMN_BOOL
                      ? bits_append(&column->values, column->rows, false)
                      : bytes_append(&column->values, &zero, value_width(column->type));
    if (stored && column_mark(column, false))
        column->rows++;
    else
        column->fault = FAULT_TOO_LARGE;
}

struct spk_builder *spk_builder_create(const struct spk_field *fields, size_t n, size_t rows,
                                       size_t bytes)
{
    assert(n > 0);
    struct spk_builder *builder = (struct spk_builder *)spk_memory_zalloc(sizeof(*builder));
    builder->n = n;
    builder->full_rows = rows ? rows : SPK_BUILDER_ROWS;
    builder->full_bytes = bytes ? bytes : SPK_BUILDER_BYTES;
    builder->columns = (struct column *)spk_memory_zalloc(n * sizeof(*builder->columns));
    builder->views = (struct ArrowArray **)spk_memory_zalloc(n * sizeof(struct ArrowArray *));
    for (size_t i = 0; i < n; i++) {
        struct column *column = &builder->columns[i];
        size_t size = strlen(fields[i].name) + 1;
        column->name = (char *)memcpy(spk_memory_zalloc(size), fields[i].name, size);
        column->type = fields[i].type;
        column->nullable = fields[i].nullable;
        column_start(column);
    }
    return builder;
}

void spk_builder_destroy(struct spk_builder *builder)
{
    if (!builder)
        return;
    for (size_t i = 0; i < builder->n; i++) {
        struct column *column = &builder->columns[i];
        free(column->validity.at);
        free(column->values.at);
        free(column->text.at);
        free(column->name);
    }
    free(builder->columns);
    free(builder->views);
    free(builder);
}

void spk_builder_clear(struct spk_builder *builder)
{
    for (size_t i = 0; i < builder->n; i++)
        column_start(&builder->columns[i]);
}

size_t spk_builder_rows(const struct spk_builder *builder)
{
    return builder->columns[0].rows;
}

size_t spk_builder_bytes(const struct spk_builder *builder)
{
    size_t sum = 0;
    for (size_t i = 0; i < builder->n; i++) {
        const struct column *column = &builder->columns[i];
        sum += column->validity.len + column->values.len + column->text.len;
    }
    return sum;
}

bool spk_builder_is_full(const struct spk_builder *builder)
{
    return spk_builder_rows(builder) >= builder->full_rows ||
           spk_builder_bytes(builder) >= builder->full_bytes;
}

static spk_rc check_columns(const struct spk_builder *builder, struct spk_error *err)
{
    for (size_t i = 0; i < builder->n; i++) {
        const struct column *column = &builder->columns[i];
        if (column->fault == FAULT_NULL)
            return spk_error_set(err, SPK_EDATA,
                                 "column %s: null in row %zu, but it is not nullable", column->name,
                                 column->rows + 1);
        if (column->fault == FAULT_TOO_LARGE)
            return spk_error_set(err, SPK_EDATA, "column %s: more than %zu bytes in one batch",
                                 column->name, SPK_BUILDER_CEILING);
    }
    for (size_t i = 1; i < builder->n; i++)
        assert(builder->columns[i].rows == builder->columns[0].rows);
    return SPK_OK;
}

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

/* The buffers of a column, in Arrow's order. No pointer is NULL but that of an absent bitmap:
 * some consumers take a NULL value buffer for damage even when there are no rows. */
static void column_buffers(struct column *column, const void *buffers[3])
{
    bytes_reserve(&column->values, 1);
    bytes_reserve(&column->text, 1);
    buffers[0] = column->nulls ? column->validity.at : NULL;
    buffers[1] = column->values.at;
    buffers[2] = column->text.at;
}

static struct ArrowArray column_array(const struct column *column, const void **buffers)
{
    return (struct ArrowArray){
        .length = (int64_t)column->rows,
        .null_count = (int64_t)column->nulls,
        .n_buffers = is_string(column->type) ? 3 : 2,
        .buffers = buffers,
    };
}

spk_rc spk_builder_batch(struct spk_builder *builder, struct ArrowArray *out, struct spk_error *err)
{
    spk_rc rc = check_columns(builder, err);
    if (rc != SPK_OK)
        return rc;
    for (size_t i = 0; i < builder->n; i++) {
        struct column *column = &builder->columns[i];
        column_buffers(column, column->buffers);
        column->view = column_array(column, column->buffers);
        column->view.release = release_nothing;
        builder->views[i] = &column->view;
    }
    *out = (struct ArrowArray){
        .length = (int64_t)spk_builder_rows(builder),
        .n_buffers = 1,
        .buffers = builder->no_validity,
        .n_children = (int64_t)builder->n,
        .children = builder->views,
        .release = release_nothing,
    };
    return SPK_OK;
}

static void release_taken_column(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_buffers; i++)
        free((void *)array->buffers[i]);
    free(array->buffers);
    array->release = NULL;
}

static void release_taken(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        spk_arrow_array_release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    array->release = NULL;
}

static struct ArrowArray *take_column(struct column *column)
{
    const void **buffers = (const void **)spk_memory_zalloc(3 * sizeof(*buffers));
    column_buffers(column, buffers);
    if (!buffers[0])
        free(column->validity.at);
    if (!is_string(column->type))
        free(column->text.at);
    struct ArrowArray *array = (struct ArrowArray *)spk_memory_zalloc(sizeof(*array));
    *array = column_array(column, buffers);
    array->release = release_taken_column;
    column->validity = column->values = column->text = (struct bytes){0};
    column_start(column);
    return array;
}

spk_rc spk_builder_take(struct spk_builder *builder, struct ArrowArray *out, struct spk_error *err)
{
    spk_rc rc = check_columns(builder, err);
    if (rc != SPK_OK)
        return rc;
    size_t rows = spk_builder_rows(builder);
    struct ArrowArray **children =
        (struct ArrowArray **)spk_memory_zalloc(builder->n * sizeof(*children));
    for (size_t i = 0; i < builder->n; i++)
        children[i] = take_column(&builder->columns[i]);
    *out = (struct ArrowArray){
        .length = (int64_t)rows,
        .n_buffers = 1,
        .buffers = (const void **)spk_memory_zalloc(sizeof(void *)),
        .n_children = (int64_t)builder->n,
        .children = children,
        .release = release_taken,
    };
    return SPK_OK;
}
