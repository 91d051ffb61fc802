#include <stdio.h>

#include "base/time.h"
#include "columnar/columnar.h"

struct layout {
    const char *format;
    enum spk_column_kind kind;
    uint8_t width;
    bool is_unsigned;
};

static const struct layout layouts[] = {
    {"u", SPK_KIND_STRING, 4, false}, {"U", SPK_KIND_STRING, 8, false},
    {"z", SPK_KIND_STRING, 4, false}, {"Z", SPK_KIND_STRING, 8, false},
    {"c", SPK_KIND_INT, 1, false},    {"C", SPK_KIND_INT, 1, true},
    {"s", SPK_KIND_INT, 2, false},    {"S", SPK_KIND_INT, 2, true},
    {"i", SPK_KIND_INT, 4, false},    {"I", SPK_KIND_INT, 4, true},
    {"l", SPK_KIND_INT, 8, false},    {"L", SPK_KIND_INT, 8, true},
    {"f", SPK_KIND_DOUBLE, 4, false}, {"g", SPK_KIND_DOUBLE, 8, false},
    {"b", SPK_KIND_BOOL, 0, false},   {"tdD", SPK_KIND_DATE, 4, false},
};

/* "tsu:UTC": unit and zone of a timestamp. */
static bool read_timestamp(struct spk_view format, struct spk_column *out)
{
    static const struct {
        char letter;
        int64_t ns;
    } units[] = {{'s', 1000000000}, {'m', 1000000}, {'u', 1000}, {'n', 1}};
    if (format.len < 4 || format.at[3] != ':')
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (units[i].letter == format.at[2]) {
            out->kind = SPK_KIND_TIMESTAMP;
            out->width = 8;
            out->unit_ns = units[i].ns;
            out->has_zone = format.len > 4;
            return true;
        }
    }
    return false;
}

/* "d:precision,scale[,bits]" */
static bool read_decimal(struct spk_view format, struct spk_column *out)
{
    struct spk_view rest = spk_view_slice(format, 2, format.len);
    int64_t precision, scale, bits = 128;
    if (!spk_parse_i64(spk_view_cut(&rest, ','), 1, 38, &precision) || !rest.at ||
        !spk_parse_i64(spk_view_cut(&rest, ','), -38, 38, &scale))
        return false;
    if (rest.at && !spk_parse_i64(rest, 32, 128, &bits))
        return false;
    out->kind = SPK_KIND_DECIMAL;
    out->width = (uint8_t)(bits / 8);
    out->scale = (int8_t)scale;
    return bits == 32 || bits == 64 || bits == 128;
}

static bool read_format(const struct ArrowSchema *field, struct spk_column *out)
{
    struct spk_view format = spk_view_of(field->format);
    if (field->dictionary)
        return false;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        if (spk_view_is(format, layouts[i].format)) {
            out->kind = layouts[i].kind;
            out->width = layouts[i].width;
            out->is_unsigned = layouts[i].is_unsigned;
            return true;
        }
    }
    if (spk_view_starts(format, SPK_V("ts")))
        return read_timestamp(format, out);
    return spk_view_starts(format, SPK_V("d:")) && read_decimal(format, out);
}

static size_t count_nulls(const struct spk_column *column)
{
    size_t nulls = 0;
    for (size_t row = 0; row < column->rows; row++)
        nulls += spk_column_is_null(column, row);
    return nulls;
}

spk_rc spk_column_open(const struct ArrowSchema *schema, const struct ArrowArray *batch,
                       size_t index, struct spk_column *out, struct spk_error *err)
{
    if (index >= (size_t)schema->n_children || index >= (size_t)batch->n_children)
        return spk_error_set(err, SPK_EDATA, "column %zu does not exist: there are %lld", index,
                             (long long)schema->n_children);
    const struct ArrowSchema *field = schema->children[index];
    const struct ArrowArray *array = batch->children[index];
    struct spk_column column = {.name = field->name ? field->name : ""};
    if (!read_format(field, &column))
        return spk_error_set(err, SPK_EDATA,
                             "column %s: the type \"%s\" cannot be read as a "
                             "plain column",
                             column.name, field->format);
    int64_t buffers = column.kind == SPK_KIND_STRING ? 3 : 2;
    if (array->n_buffers != buffers || array->length < batch->offset + batch->length ||
        (batch->length > 0 && !array->buffers[1]))
        return spk_error_set(err, SPK_EDATA,
                             "column %s: the batch is damaged (%lld buffers, "
                             "%lld rows)",
                             column.name, (long long)array->n_buffers, (long long)array->length);
    column.rows = (size_t)batch->length;
    column.offset = (size_t)(array->offset + batch->offset);
    column.validity = (const uint8_t *)(array->null_count == 0 ? NULL : array->buffers[0]);
    column.values = array->buffers[1];
    column.text = (const char *)(buffers == 3 ? array->buffers[2] : NULL);
    column.nulls = column.validity ? count_nulls(&column) : 0;
    *out = column;
    return SPK_OK;
}

#define READ_AS(type, column, at) ((int64_t)((const type *)(column)->values)[at])

static int64_t read_int(const struct spk_column *column, size_t at)
{
    switch (column->width) {
    case 1: return column->is_unsigned ? READ_AS(uint8_t, column, at) : READ_AS(int8_t, column, at);
    case 2:
        return column->is_unsigned ? READ_AS(uint16_t, column, at) : READ_AS(int16_t, column, at);
    case 4:
        return column->is_unsigned ? READ_AS(uint32_t, column, at) : READ_AS(int32_t, column, at);
    default: return READ_AS(int64_t, column, at);
    }
}

static bool read_bool(const struct spk_column *column, size_t at)
{
    return ((const uint8_t *)column->values)[at >> 3] >> (at & 7) & 1;
}

/* Arrow aligns decimals to 8 bytes only, an __int128 wants 16. */
static __int128 read_decimal_units(const struct spk_column *column, size_t at)
{
    __int128 units;
    if (column->width < 16)
        return read_int(column, at);
    memcpy(&units, (const char *)column->values + at * 16, sizeof(units));
    return units;
}

static bool decimal_i64(const struct spk_column *column, size_t at, int64_t *out)
{
    __int128 units = read_decimal_units(column, at);
    for (int digit = 0; digit < column->scale; digit++, units /= 10) {
        if (units % 10 != 0)
            return false;
    }
    for (int digit = column->scale; digit < 0; digit++, units *= 10) {
        if (units > INT64_MAX || units < INT64_MIN)
            return false;
    }
    if (units > INT64_MAX || units < INT64_MIN)
        return false;
    *out = (int64_t)units;
    return true;
}

static double decimal_double(const struct spk_column *column, size_t at)
{
    long double scale = 1;
    for (int digit = column->scale < 0 ? -column->scale : column->scale; digit > 0; digit--)
        scale *= 10;
    long double units = (long double)read_decimal_units(column, at);
    return (double)(column->scale < 0 ? units * scale : units / scale);
}

bool spk_column_i64(const struct spk_column *column, size_t row, int64_t *out)
{
    size_t at = column->offset + row;
    int64_t value;
    switch (column->kind) {
    case SPK_KIND_INT:
        value = read_int(column, at);
        if (column->is_unsigned && value < 0)
            return false;
        *out = value;
        return true;
    case SPK_KIND_BOOL: *out = read_bool(column, at); return true;
    case SPK_KIND_DATE: *out = ((const int32_t *)column->values)[at]; return true;
    case SPK_KIND_TIMESTAMP:
        value = ((const int64_t *)column->values)[at];
        if (column->unit_ns >= 1000)
            return !__builtin_mul_overflow(value, column->unit_ns / 1000, out);
        *out = value / 1000 - (value % 1000 < 0);
        return true;
    case SPK_KIND_DECIMAL: return decimal_i64(column, at, out);
    default: return false;
    }
}

bool spk_column_double(const struct spk_column *column, size_t row, double *out)
{
    size_t at = column->offset + row;
    switch (column->kind) {
    case SPK_KIND_DOUBLE:
        *out = column->width == 4 ? (double)((const float *)column->values)[at]
                                  : ((const double *)column->values)[at];
        return true;
    case SPK_KIND_INT:
        *out = column->is_unsigned && column->width == 8
                   ? (double)((const uint64_t *)column->values)[at]
                   : (double)read_int(column, at);
        return true;
    case SPK_KIND_BOOL: *out = read_bool(column, at); return true;
    case SPK_KIND_DECIMAL: *out = decimal_double(column, at); return true;
    default: return false;
    }
}

static void text_decimal(const struct spk_column *column, size_t at, struct spk_buf *out)
{
    char digits[64];
    size_t n = sizeof(digits);
    __int128 units = read_decimal_units(column, at);
    unsigned __int128 rest = units < 0 ? -(unsigned __int128)units : (unsigned __int128)units;
    int point = column->scale;
    for (int written = 0; rest || written <= point; written++, rest /= 10) {
        if (written == point && point > 0)
            digits[--n] = '.';
        digits[--n] = (char)('0' + (int)(rest % 10));
    }
    if (units < 0)
        digits[--n] = '-';
    spk_buf_append(out, spk_view_make(digits + n, sizeof(digits) - n));
    for (; point < 0 && units; point++)
        spk_buf_append_char(out, '0');
}

static void text_double(double value, struct spk_buf *out)
{
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        double back;
        int len = snprintf(text, sizeof(text), "%.*g", digits, value);
        if (!spk_parse_double(spk_view_make(text, (size_t)len), &back) || back == value)
            break;
    }
    spk_buf_append_str(out, text);
}

static void text_instant(const struct spk_column *column, size_t row, struct spk_buf *out)
{
    struct spk_civil civil;
    int64_t us = 0;
    if (!spk_column_i64(column, row, &us))
        return;
    spk_civil_from_us(us, 0, &civil);
    spk_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%s", civil.year, civil.month, civil.day,
                   civil.hour, civil.minute, civil.second, civil.microsecond,
                   column->has_zone ? "Z" : "");
}

void spk_column_text(const struct spk_column *column, size_t row, struct spk_buf *out)
{
    size_t at = column->offset + row;
    int year, month, day;
    double real = 0;
    if (spk_column_is_null(column, row))
        return;
    switch (column->kind) {
    case SPK_KIND_STRING: spk_buf_append(out, spk_column_string(column, row)); break;
    case SPK_KIND_INT:
        if (column->is_unsigned)
            spk_buf_printf(out, "%llu", (unsigned long long)read_int(column, at));
        else
            spk_buf_append_i64(out, read_int(column, at));
        break;
    case SPK_KIND_DOUBLE:
        spk_column_double(column, row, &real);
        text_double(real, out);
        break;
    case SPK_KIND_BOOL: spk_buf_append_str(out, read_bool(column, at) ? "true" : "false"); break;
    case SPK_KIND_TIMESTAMP: text_instant(column, row, out); break;
    case SPK_KIND_DATE:
        spk_day_to_civil(((const int32_t *)column->values)[at], &year, &month, &day);
        spk_buf_printf(out, "%04d-%02d-%02d", year, month, day);
        break;
    case SPK_KIND_DECIMAL: text_decimal(column, at, out); break;
    }
}
