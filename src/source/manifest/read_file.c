#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manifest_internal.h"

enum { MAX_MANIFEST_BYTES = 64 * 1024 * 1024 };

static spk_rc read_whole(int fd, const char *file, struct spk_buf *text, struct spk_error *err)
{
    for (;;) {
        char *room = spk_buf_reserve(text, 64 * 1024);
        if (!room)
            return spk_buf_check(text, file, err);
        ssize_t n = read(fd, room, 64 * 1024);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return spk_error_errno(err, errno, "cannot read %s", file);
        if (n == 0)
            return SPK_OK;
        text->len += (size_t)n;
    }
}

spk_rc spk_manifest_read(const char *file, struct spk_manifest **out, struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_buf_init(&text, MAX_MANIFEST_BYTES);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return spk_error_set(err, SPK_ECONFIG, "cannot open the manifest %s: %s", file,
                             strerrorname_np(errno));
    spk_rc rc = read_whole(fd, file, &text, err);
    close(fd);
    if (!rc)
        rc = spk_manifest_load(spk_buf_view(&text), file, out, err);
    spk_buf_deinit(&text);
    return rc;
}
