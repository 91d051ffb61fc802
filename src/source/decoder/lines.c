#include "decoder.h"

void spk_lines_deinit(struct spk_lines *lines)
{
    spk_buf_deinit(&lines->held);
}

static spk_rc pull(struct spk_lines *lines, struct spk_error *err)
{
    if (lines->held.len > SPK_RECORD_BYTES)
        return spk_error_set(err, SPK_EDATA, "line %llu is larger than %zu bytes",
                             (unsigned long long)lines->number + 1, SPK_RECORD_BYTES);
    spk_rc rc = lines->bytes->next(lines->bytes, &lines->piece, err);
    lines->ended = !rc && !lines->piece.at;
    return rc;
}

/* Offset of the first line end, or the length. */
static size_t find_end(const struct spk_lines *lines)
{
    struct spk_view piece = lines->piece;
    size_t at = 0;
    if (!lines->any_end) {
        const char *end = memchr(piece.at, '\n', piece.len);
        return end ? (size_t)(end - piece.at) : piece.len;
    }
    while (at < piece.len && piece.at[at] != '\n' && piece.at[at] != '\r')
        at++;
    return at;
}

/* The LF of a CRLF whose CR ended a line. */
static void skip_lf(struct spk_lines *lines)
{
    if (lines->skip_lf && lines->piece.len > 0) {
        bool lf = lines->piece.at[0] == '\n';
        lines->piece = spk_view_slice(lines->piece, lf, lines->piece.len);
        lines->skip_lf = false;
    }
}

spk_rc spk_lines_next(struct spk_lines *lines, struct spk_view *line, struct spk_error *err)
{
    *line = (struct spk_view){0};
    spk_buf_clear(&lines->held);
    while (!lines->ended) {
        skip_lf(lines);
        size_t len = lines->piece.len > 0 ? find_end(lines) : 0;
        struct spk_view part = spk_view_slice(lines->piece, 0, len);
        if (len < lines->piece.len) {
            lines->skip_lf = lines->piece.at[len] == '\r';
            lines->piece = spk_view_slice(lines->piece, len + 1, lines->piece.len);
            if (lines->held.len > 0) {
                spk_buf_append(&lines->held, part);
                part = spk_buf_view(&lines->held);
            }
            *line = part;
            lines->number++;
            return SPK_OK;
        }
        spk_buf_append(&lines->held, part);
        spk_rc rc = pull(lines, err);
        if (rc)
            return rc;
    }
    if (lines->held.len > 0) {
        *line = spk_buf_view(&lines->held);
        lines->number++;
    }
    return SPK_OK;
}
