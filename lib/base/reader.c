#include "base/reader.h"

static spk_rc next_view(struct spk_reader *base, struct spk_view *piece, struct spk_error *err)
{
    struct spk_view_reader *reader = (struct spk_view_reader *)base;
    (void)err;
    size_t step = reader->step > 0 ? reader->step : reader->rest.len;
    struct spk_view bytes = spk_view_slice(reader->rest, 0, step);
    reader->rest = spk_view_slice(reader->rest, bytes.len, reader->rest.len);
    *piece = bytes.len > 0 ? bytes : (struct spk_view){0};
    return SPK_OK;
}

void spk_view_reader_init(struct spk_view_reader *reader, struct spk_view bytes)
{
    *reader = (struct spk_view_reader){.reader = {next_view}, .rest = bytes};
}

spk_rc spk_reader_all(struct spk_reader *reader, struct spk_buf *out, struct spk_error *err)
{
    struct spk_view piece = {0};
    spk_rc rc = reader->next(reader, &piece, err);
    while (!rc && piece.at) {
        spk_buf_append(out, piece);
        rc = spk_buf_check(out, "the text", err);
        if (!rc)
            rc = reader->next(reader, &piece, err);
    }
    return rc;
}
