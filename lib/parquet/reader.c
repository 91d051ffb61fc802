#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "parquet/parquet_internal.h"

static ssize_t read_from_source(void *cookie, char *to, size_t len)
{
    struct spk_parquet_reader *reader = (struct spk_parquet_reader *)cookie;
    const struct spk_parquet_source *source = &reader->source;
    uint64_t left = reader->position < source->size ? source->size - reader->position : 0;
    if (len > left)
        len = (size_t)left;
    if (len == 0)
        return 0;
    if (source->read_at(source->context, reader->position, to, len, &reader->source_error) !=
        SPK_OK) {
        errno = EIO;
        return -1;
    }
    reader->position += len;
    return (ssize_t)len;
}

static int seek_in_source(void *cookie, off64_t *offset, int whence)
{
    struct spk_parquet_reader *reader = (struct spk_parquet_reader *)cookie;
    int64_t base = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (int64_t)reader->position
                                        : (int64_t)reader->source.size;
    int64_t target;
    if (__builtin_add_overflow(base, (int64_t)*offset, &target) || target < 0)
        return -1;
    reader->position = (uint64_t)target;
    *offset = target;
    return 0;
}

spk_rc spk_parquet_reader_error(struct spk_parquet_reader *reader, const carquet_error_t *from,
                                struct spk_error *err)
{
    if (reader->source_error.rc == SPK_OK)
        return spk_parquet_error(reader->name, from, err);
    if (err)
        *err = reader->source_error;
    return spk_error_context(err, reader->source_error.rc, "%s", reader->name);
}

/* Pages and batches are a few MB each and come and go. By default glibc hands them back to the
 * kernel every time, and the page faults cost more than the decoding. */
static void keep_freed_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

static struct spk_parquet_reader *reader_new(const char *name)
{
    struct spk_parquet_reader *reader =
        (struct spk_parquet_reader *)spk_memory_zalloc(sizeof(*reader));
    size_t size = strlen(name) + 1;
    reader->name = (char *)memcpy(spk_memory_zalloc(size), name, size);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, keep_freed_memory);
    spk_parquet_library_init();
    return reader;
}

static carquet_reader_options_t plain_options(void)
{
    carquet_reader_options_t options;
    carquet_reader_options_init(&options);
    options.num_threads = 1;
    options.verify_checksums = true;
    return options;
}

/* Takes the reader: it becomes *out or is gone. */
static spk_rc reader_opened(struct spk_parquet_reader *reader, const carquet_error_t *from,
                            struct spk_parquet_reader **out, struct spk_error *err)
{
    if (reader->handle && reader->source_error.rc == SPK_OK) {
        *out = reader;
        return SPK_OK;
    }
    spk_rc rc = spk_parquet_reader_error(reader, from, err);
    spk_parquet_reader_destroy(reader);
    return rc;
}

spk_rc spk_parquet_reader_open(const char *path, struct spk_parquet_reader **out,
                               struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    carquet_reader_options_t options = plain_options();
    struct spk_parquet_reader *reader = reader_new(path);
    errno = 0;
    reader->stream = fopen(path, "rbe");
    if (!reader->stream) {
        spk_rc rc = spk_error_errno(err, errno, "cannot open %s", path);
        spk_parquet_reader_destroy(reader);
        return rc;
    }
    reader->handle = carquet_reader_open_file(reader->stream, &options, &from);
    return reader_opened(reader, &from, out, err);
}

spk_rc spk_parquet_reader_open_memory(const char *name, struct spk_view bytes,
                                      struct spk_parquet_reader **out, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    carquet_reader_options_t options = plain_options();
    struct spk_parquet_reader *reader = reader_new(name);
    reader->handle =
        carquet_reader_open_buffer(bytes.at ? bytes.at : "", bytes.len, &options, &from);
    return reader_opened(reader, &from, out, err);
}

spk_rc spk_parquet_reader_open_source(const char *name, const struct spk_parquet_source *source,
                                      struct spk_parquet_reader **out, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    carquet_reader_options_t options = plain_options();
    struct spk_parquet_reader *reader = reader_new(name);
    reader->source = *source;
    reader->stream = fopencookie(reader, "r",
                                 (cookie_io_functions_t){
                                     .read = read_from_source,
                                     .seek = seek_in_source,
                                 });
    if (!reader->stream)
        abort();
    setvbuf(reader->stream, NULL, _IOFBF, 1 << 16);
    reader->handle = carquet_reader_open_file(reader->stream, &options, &from);
    return reader_opened(reader, &from, out, err);
}

void spk_parquet_reader_destroy(struct spk_parquet_reader *reader)
{
    if (!reader)
        return;
    carquet_reader_close(reader->handle);
    if (reader->stream)
        fclose(reader->stream);
    free(reader->name);
    free(reader);
}

int64_t spk_parquet_reader_rows(const struct spk_parquet_reader *reader)
{
    return carquet_reader_num_rows(reader->handle);
}

int spk_parquet_reader_columns(const struct spk_parquet_reader *reader)
{
    return carquet_reader_num_columns(reader->handle);
}

int spk_parquet_reader_row_groups(const struct spk_parquet_reader *reader)
{
    return carquet_reader_num_row_groups(reader->handle);
}

const char *spk_parquet_reader_column_name(const struct spk_parquet_reader *reader, int column)
{
    return carquet_schema_column_name(carquet_reader_schema(reader->handle), column);
}

const char *spk_parquet_reader_note(const struct spk_parquet_reader *reader, const char *key)
{
    return carquet_reader_find_metadata(reader->handle, key);
}

static spk_rc footer_error(const struct spk_parquet_reader *reader, carquet_status_t status,
                           int group, int column, struct spk_error *err)
{
    carquet_error_t from = CARQUET_ERROR_INIT;
    from.code = status;
    from.row_group_index = group;
    from.column_index = column;
    return spk_parquet_error(reader->name, &from, err);
}

spk_rc spk_parquet_reader_group(const struct spk_parquet_reader *reader, int group,
                                struct spk_parquet_group *out, struct spk_error *err)
{
    carquet_row_group_metadata_t from = {0};
    carquet_status_t status = carquet_reader_row_group_metadata(reader->handle, group, &from);
    if (status != CARQUET_OK)
        return footer_error(reader, status, group, -1, err);
    *out = (struct spk_parquet_group){
        .rows = from.num_rows,
        .raw_bytes = from.total_byte_size,
        .stored_bytes = from.total_compressed_size,
    };
    return SPK_OK;
}

spk_rc spk_parquet_reader_statistics(const struct spk_parquet_reader *reader, int group, int column,
                                     struct spk_parquet_statistics *out, struct spk_error *err)
{
    carquet_column_statistics_t from = {0};
    carquet_status_t status =
        carquet_reader_column_statistics(reader->handle, group, column, &from);
    if (status != CARQUET_OK)
        return footer_error(reader, status, group, column, err);
    *out = (struct spk_parquet_statistics){
        .has_nulls = from.has_null_count,
        .values = from.num_values,
        .nulls = from.null_count,
    };
    if (from.has_min_max && from.min_value_size >= 0 && from.max_value_size >= 0) {
        out->has_bounds = true;
        out->min = spk_view_make(from.min_value, (size_t)from.min_value_size);
        out->max = spk_view_make(from.max_value, (size_t)from.max_value_size);
    }
    return SPK_OK;
}
