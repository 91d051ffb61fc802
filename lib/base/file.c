#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { STEP = 64 * 1024 };

static spk_rc read_all(int fd, const char *path, size_t max_bytes, struct spk_buf *out,
                       struct spk_error *err)
{
    for (size_t total = 0;;) {
        char *room = spk_buf_reserve(out, STEP);
        ssize_t n = room ? read(fd, room, STEP) : 0;
        if (!room)
            return spk_buf_check(out, path, err);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return spk_error_errno(err, errno, "cannot read %s", path);
        if (n == 0)
            return SPK_OK;
        out->len += (size_t)n;
        total += (size_t)n;
        if (total > max_bytes)
            return spk_error_set(err, SPK_EDATA, "%s is larger than %zu bytes", path, max_bytes);
    }
}

spk_rc spk_file_read(const char *path, size_t max_bytes, struct spk_buf *out, struct spk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        spk_error_errno(err, errno, "cannot open %s", path);
        if (err)
            err->rc = SPK_ECONFIG;
        spk_error_hint(err, "check the path and its permissions");
        return SPK_ECONFIG;
    }
    spk_rc rc = read_all(fd, path, max_bytes ? max_bytes : (size_t)64 << 20, out, err);
    close(fd);
    return rc;
}
