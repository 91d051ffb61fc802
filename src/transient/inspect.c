#include "transient_internal.h"

/* Inspect: does what lies in transient storage agree with what its batch.json says? */

struct object_source { /* a Parquet file read through the object store, range by range */
    struct spk_objstore *store;
    struct spk_view key;
};

static spk_rc read_at(void *context, uint64_t offset, void *to, size_t len, struct spk_error *err)
{
    const struct object_source *source = context;
    struct spk_objstore_get get = {.key = source->key, .offset = offset, .length = len};
    struct spk_buf bytes = {0};
    spk_rc rc = spk_objstore_get(source->store, &get, &bytes, NULL, err);
    if (!rc && bytes.len != len)
        rc = spk_error_set(err, SPK_EDATA, "%.*s ends early", SPK_FMT(source->key));
    if (!rc)
        memcpy(to, bytes.at, len);
    spk_buf_deinit(&bytes);
    return rc;
}

spk_rc spk_transient_count_rows(struct spk_objstore *store, struct spk_view key, int64_t bytes,
                                int64_t *rows, struct spk_error *err)
{
    struct object_source source = {.store = store, .key = key};
    struct spk_parquet_source range = {
        .read_at = read_at, .context = &source, .size = (uint64_t)bytes};
    struct spk_parquet_reader *reader = NULL;
    struct spk_arena arena = {0};
    spk_rc rc = spk_parquet_reader_open_source(spk_arena_strdup(&arena, key), &range, &reader, err);
    if (!rc)
        *rows = spk_parquet_reader_rows(reader);
    spk_parquet_reader_destroy(reader);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc check_file(struct spk_objstore *store, const struct spk_transient_file *file,
                         struct spk_error *err)
{
    struct spk_objstore_stat stat;
    int64_t rows = 0;
    spk_rc rc = spk_objstore_head(store, file->key, &stat, NULL, err);
    if (rc)
        return rc;
    if (stat.size != (uint64_t)file->bytes)
        return spk_error_set(err, SPK_EDATA, "%.*s has %llu bytes, batch.json says %lld",
                             SPK_FMT(file->key), (unsigned long long)stat.size,
                             (long long)file->bytes);
    rc = spk_transient_count_rows(store, file->key, file->bytes, &rows, err);
    if (!rc && rows != file->rows)
        return spk_error_set(err, SPK_EDATA, "%.*s has %lld rows, batch.json says %lld",
                             SPK_FMT(file->key), (long long)rows, (long long)file->rows);
    return rc;
}

spk_rc spk_transient_inspect(struct spk_objstore *store, const struct spk_batch_place *place,
                             struct spk_arena *arena, struct spk_transient_batch *batch,
                             struct spk_error *err)
{
    struct spk_view folder = spk_batch_folder(arena, place);
    struct spk_objstore_get get = {.key =
                                       spk_arena_printf(arena, "%.*s/batch.json", SPK_FMT(folder))};
    struct spk_buf text = {0};
    int64_t rows = 0;
    spk_rc rc = spk_objstore_get(store, &get, &text, NULL, err);
    if (!rc) {
        rc = spk_batch_document_read(spk_buf_view(&text), arena, batch, err);
        if (rc)
            rc = spk_error_context(err, rc, "%.*s", SPK_FMT(get.key));
    }
    if (!rc && batch->partial) {
        rc =
            spk_error_set(err, SPK_EDATA, "%.*s is partial: its source ended before the stream did",
                          SPK_FMT(folder));
        spk_error_hint(err, "run the source again from its last state; these rows come before it");
    }
    for (size_t i = 0; !rc && i < batch->file_count; i++) {
        rc = check_file(store, &batch->files[i], err);
        rows += batch->files[i].rows;
    }
    if (!rc && (rows != batch->rows || rows != batch->records))
        rc = spk_error_set(err, SPK_EDATA, "%.*s: %lld records, %lld rows, %lld in its files",
                           SPK_FMT(folder), (long long)batch->records, (long long)batch->rows,
                           (long long)rows);
    spk_buf_deinit(&text);
    return rc;
}
