#include <errno.h>
#include <unistd.h>

#include "destination_internal.h"

enum { CHUNK = 256 * 1024 };

/* Makes room: the bytes of lines that were given already go. A buffer that one long line made large
 * is given back. */
static void drop_given(struct spk_inflow_lines *lines)
{
    struct spk_buf rest = {0};
    if (lines->start == 0)
        return;
    struct spk_view left = spk_view_slice(spk_buf_view(&lines->buf), lines->start, lines->buf.len);
    if (lines->buf.cap > 16 * (size_t)CHUNK && left.len < CHUNK) {
        spk_buf_append(&rest, left);
        spk_buf_deinit(&lines->buf);
        lines->buf = rest;
    } else {
        if (left.len > 0)
            memmove(lines->buf.at, left.at, left.len);
        lines->buf.len = left.len;
    }
    lines->scanned -= lines->start;
    lines->start = 0;
}

static spk_rc read_more(struct spk_inflow_lines *lines, struct spk_error *err)
{
    drop_given(lines);
    if (lines->buf.len > SPK_LINE_MOST)
        return spk_error_set(err, SPK_EDATA, "a message of more than %d bytes", SPK_LINE_MOST);
    char *room = spk_buf_reserve(&lines->buf, CHUNK);
    ssize_t n;
    do
        n = read(lines->fd, room, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return spk_error_errno(err, errno, "cannot read the source's messages");
    lines->buf.len += (size_t)n;
    lines->ended = n == 0;
    return SPK_OK;
}

static void give(struct spk_inflow_lines *lines, size_t end, struct spk_view *line)
{
    *line = spk_view_make(lines->buf.at + lines->start, end - lines->start);
    lines->number++;
    lines->start = lines->scanned = end < lines->buf.len ? end + 1 : end;
}

spk_rc spk_inflow_lines_next(struct spk_inflow_lines *lines, struct spk_view *line,
                             struct spk_error *err)
{
    for (;;) {
        size_t left = lines->buf.len - lines->scanned;
        const char *found = left > 0 ? memchr(lines->buf.at + lines->scanned, '\n', left) : NULL;
        if (found) {
            give(lines, (size_t)(found - lines->buf.at), line);
            return SPK_OK;
        }
        lines->scanned = lines->buf.len;
        if (lines->ended)
            break;
        spk_rc rc = read_more(lines, err);
        if (rc) {
            lines->number++;
            return rc;
        }
    }
    *line = (struct spk_view){0};
    if (lines->start < lines->buf.len)
        give(lines, lines->buf.len, line);
    return SPK_OK;
}

void spk_inflow_lines_deinit(struct spk_inflow_lines *lines)
{
    spk_buf_deinit(&lines->buf);
}
