/* Any bytes as gzip in pieces, and as a zip archive: no crash, and nothing without end. */
#include "archive/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENOUGH = 1 << 20 };

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
    struct spk_view_reader pieces;
    spk_view_reader_init(&pieces, bytes);
    pieces.step = (size_t)data[0] + 1;
    struct spk_archive_gzip_reader gzip;
    spk_archive_gzip_reader_init(&gzip, &pieces.reader);
    read_some(&gzip.reader);
    spk_archive_gzip_reader_deinit(&gzip);
    read_zip(bytes);
    return 0;
}
