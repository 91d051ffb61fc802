/* Any bytes as gzip in pieces, and as a zip archive: no crash, and nothing without end. */
#include "archive/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENOUGH = 1 << 20 };

struct pieces {
    struct spk_reader reader;
    struct spk_view rest;
    size_t step;
};

static spk_rc next_piece(struct spk_reader *base, struct spk_view *piece, struct spk_error *err)
{
    struct pieces *pieces = (struct pieces *)base;
    (void)err;
    *piece = spk_view_slice(pieces->rest, 0, pieces->step);
    pieces->rest = spk_view_slice(pieces->rest, pieces->step, pieces->rest.len);
    if (piece->len == 0)
        *piece = (struct spk_view){0};
    return SPK_OK;
}

static void read_some(struct spk_reader *reader)
{
    struct spk_view piece = {0};
    size_t seen = 0;
    while (reader->next(reader, &piece, NULL) == SPK_OK && piece.at && seen < ENOUGH)
        seen += piece.len;
}

static void read_zip(struct spk_view bytes)
{
    struct spk_archive_bytes archive = {.view = bytes, .len = bytes.len};
    struct spk_archive_zip *zip = NULL;
    struct spk_reader *reader = NULL;
    struct spk_view name;
    if (spk_archive_zip_open(&archive, &zip, NULL))
        return;
    for (int i = 0; i < 16 && spk_archive_zip_next(zip, &name, &reader, NULL) == SPK_OK && reader;
         i++)
        read_some(reader);
    spk_archive_zip_close(zip);
}

/* The first byte is the length of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct spk_view bytes = spk_view_make(data + 1, size - 1);
    struct pieces pieces = {{next_piece}, bytes, (size_t)data[0] + 1};
    struct spk_archive_gzip_reader gzip;
    spk_archive_gzip_reader_init(&gzip, &pieces.reader);
    read_some(&gzip.reader);
    spk_archive_gzip_reader_deinit(&gzip);
    read_zip(bytes);
    return 0;
}
