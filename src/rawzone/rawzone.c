#include "rawzone/rawzone.h"

#include <stdio.h>

#include "objstore/objstore.h"
#include "objstore/segment.h"
#include "transient/transient.h"

enum { COPY_BYTES = 256 * 1024, PIECE_BYTES = 4 * 1024 * 1024 };

struct spk_view spk_rawzone_key(struct spk_arena *arena, const struct spk_batch *batch,
                                int64_t extracted_us, size_t part)
{
    struct spk_civil at;
    int year, month, day;
    spk_day_to_civil(batch->day, &year, &month, &day);
    spk_civil_from_us(extracted_us + (int64_t)part * 1000, 0, &at);
    return spk_arena_printf(
        arena, "%.*s/%.*s/%04d/%02d/%02d/%04d_%02d_%02d_%02d%02d%02d%03d.parquet",
        SPK_FMT(spk_objstore_segment(arena, batch->account)),
        SPK_FMT(spk_objstore_segment(arena, batch->stream)), year, month, day, at.year, at.month,
        at.day, at.hour, at.minute, at.second, at.microsecond / 1000);
}

bool spk_rawzone_key_parse(struct spk_view key, struct spk_view *account, struct spk_view *stream,
                           int32_t *day)
{
    struct spk_view parts[6], rest = key;
    char date[16];
    size_t n = 0;
    while (rest.at && n < 6)
        parts[n++] = spk_view_cut(&rest, '/');
    if (n < 6 || rest.at || !spk_view_ends(parts[5], SPK_V(".parquet")))
        return false;
    int len =
        snprintf(date, sizeof(date), "%.*s-%.*s-%.*s", (int)(parts[2].len > 4 ? 5 : parts[2].len),
                 parts[2].at, (int)(parts[3].len > 2 ? 3 : parts[3].len), parts[3].at,
                 (int)(parts[4].len > 2 ? 3 : parts[4].len), parts[4].at);
    if (!spk_day_parse(spk_view_make(date, (size_t)len), day))
        return false;
    *account = parts[0];
    *stream = parts[1];
    return true;
}

static spk_rc copy_bytes(struct spk_objstore_reader *reader, struct spk_objstore_writer *writer,
                         struct spk_error *err)
{
    char buffer[COPY_BYTES];
    for (;;) {
        size_t n = 0;
        spk_rc rc = spk_objstore_reader_read(reader, buffer, sizeof(buffer), &n, err);
        if (rc || n == 0)
            return rc;
        rc = spk_objstore_writer_write(writer, spk_view_make(buffer, n), err);
        if (rc)
            return rc;
    }
}

static spk_rc open_reader(struct spk_objstore *store, struct spk_view key,
                          struct spk_objstore_reader **out, struct spk_error *err)
{
    struct spk_objstore_get get = {.key = key};
    spk_rc rc = spk_objstore_reader_open(store, &get, out, err);
    if (!rc && !*out)
        rc = spk_error_set(err, SPK_EDATA, "%.*s is not in transient storage any more",
                           SPK_FMT(key));
    return rc;
}

/* An object here, and the one that it becomes there. */
struct passage {
    struct spk_objstore *from, *to;
    struct spk_view from_key, to_key;
};

/* From bucket to bucket; the raw key must be free. */
static spk_rc copy(const struct passage *way, struct spk_objstore_written *written,
                   struct spk_error *err)
{
    struct spk_objstore_put put = {.key = way->to_key, .if_absent = true};
    struct spk_objstore_reader *reader = NULL;
    struct spk_objstore_writer *writer = NULL;
    spk_rc rc = open_reader(way->from, way->from_key, &reader, err);
    if (!rc)
        rc = spk_objstore_writer_open(way->to, &put, &writer, err);
    if (!rc)
        rc = copy_bytes(reader, writer, err);
    spk_objstore_reader_close(reader);
    if (rc) {
        spk_objstore_writer_abort(writer);
        return rc;
    }
    return spk_objstore_writer_finish(writer, written, err);
}

/* The same piece of both objects; *same and *more are told by it. */
static spk_rc compare_piece(const struct passage *way, uint64_t at, bool *same, bool *more,
                            struct spk_error *err)
{
    struct spk_objstore_get ours = {way->from_key, at, PIECE_BYTES};
    struct spk_objstore_get theirs = {way->to_key, at, PIECE_BYTES};
    struct spk_buf a = {0}, b = {0};
    spk_rc rc = spk_objstore_get(way->from, &ours, &a, NULL, err);
    if (!rc)
        rc = spk_objstore_get(way->to, &theirs, &b, NULL, err);
    if (!rc) {
        *same = spk_view_equal(spk_buf_view(&a), spk_buf_view(&b));
        *more = a.len == PIECE_BYTES;
    }
    spk_buf_deinit(&a);
    spk_buf_deinit(&b);
    return rc;
}

/* What lies under the key already must be what we would have written: an earlier try of ours. */
static spk_rc compare(const struct passage *way, struct spk_error *err)
{
    bool same = true, more = true;
    spk_rc rc = SPK_OK;
    for (uint64_t at = 0; !rc && same && more; at += PIECE_BYTES)
        rc = compare_piece(way, at, &same, &more, err);
    if (!rc && !same) {
        rc = spk_error_set(err, SPK_EDATA, "%.*s exists in the raw zone with other content",
                           SPK_FMT(way->to_key));
        spk_error_hint(err,
                       "published files are never overwritten: extract again for a new version");
    }
    return rc;
}

static spk_rc verify(struct spk_objstore *raw, const struct spk_published_file *file,
                     struct spk_error *err)
{
    struct spk_objstore_stat stat;
    int64_t rows = 0;
    spk_rc rc = spk_objstore_head(raw, file->key, &stat, NULL, err);
    if (rc)
        return rc;
    if (stat.size != (uint64_t)file->bytes)
        return spk_error_set(err, SPK_EDATA, "%.*s has %llu bytes after publishing, not %lld",
                             SPK_FMT(file->key), (unsigned long long)stat.size,
                             (long long)file->bytes);
    rc = spk_transient_count_rows(raw, file->key, file->bytes, &rows, err);
    if (!rc && rows != file->rows)
        rc = spk_error_set(err, SPK_EDATA, "%.*s has %lld rows after publishing, not %lld",
                           SPK_FMT(file->key), (long long)rows, (long long)file->rows);
    return rc;
}

spk_rc spk_rawzone_publish(struct spk_objstore *transient, struct spk_objstore *raw,
                           struct spk_view from, const struct spk_published_file *file,
                           struct spk_error *err)
{
    struct passage way = {.from = transient, .to = raw, .from_key = from, .to_key = file->key};
    struct spk_objstore_written written;
    spk_rc rc = copy(&way, &written, err);
    if (rc)
        return rc;
    if (!spk_view_is(file->sha256, written.sha256)) {
        if (!written.exists)
            spk_objstore_delete(raw, file->key, NULL); /* nobody has been told of it yet */
        return spk_error_set(err, SPK_EDATA, "%.*s changed in transient storage: its sha256 is %s",
                             SPK_FMT(from), written.sha256);
    }
    if (written.exists)
        rc = compare(&way, err);
    return rc ? rc : verify(raw, file, err);
}
