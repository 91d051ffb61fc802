#include "staging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the CDK has it: the platform's folder where it is mounted, else one of our own. */
static struct spk_view staging_folder(void)
{
    const char *folder = getenv("AIRBYTE_STAGING_DIRECTORY");
    if (!folder || !folder[0])
        folder = "/staging/files";
    if (access(folder, F_OK) != 0)
        folder = P_tmpdir "/airbyte-file-transfer";
    struct spk_view view = spk_view_of(folder);
    while (view.len > 1 && spk_view_ends(view, SPK_V("/")))
        view.len--;
    return view;
}

/* Appends the parts of a path as pathlib has them: without empty ones and dots. */
static spk_rc append_path(struct spk_buf *out, struct spk_view path, struct spk_error *err)
{
    struct spk_view rest = path;
    while (rest.at) {
        struct spk_view part = spk_view_cut(&rest, '/');
        if (part.len == 0 || spk_view_is(part, "."))
            continue;
        if (spk_view_is(part, "..") || spk_view_find(part, (struct spk_view){"", 1}, 0) >= 0) {
            spk_error_set(err, SPK_EDATA, "the file name '%.*s' leaves its folder", SPK_FMT(path));
            spk_error_hint(err, "change the stream's filename_extractor");
            return SPK_EDATA;
        }
        if (out->len > 0)
            spk_buf_append_char(out, '/');
        spk_buf_append(out, part);
    }
    return SPK_OK;
}

static spk_rc relative_path(struct spk_arena *arena, struct spk_view stream, struct spk_view name,
                            struct spk_view *out, struct spk_error *err)
{
    struct spk_buf path = {0};
    spk_rc rc = append_path(&path, stream, err);
    size_t folder = path.len;
    if (!rc)
        rc = append_path(&path, name, err);
    if (!rc && path.len == folder)
        rc = spk_error_set(err, SPK_EDATA, "the file of a record has no name");
    if (!rc)
        *out = spk_arena_dup(arena, spk_buf_view(&path));
    spk_buf_deinit(&path);
    return rc;
}

/* Makes the folders of a file. */
static spk_rc make_folders(struct spk_view file, struct spk_error *err)
{
    struct spk_arena arena = {0};
    char *path = spk_arena_strdup(&arena, file);
    spk_rc rc = SPK_OK;
    for (char *at = path + 1; !rc && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            rc = spk_error_errno(err, errno, "cannot make the folder %s", path);
        *at = '/';
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc write_all(int fd, const char *path, struct spk_view bytes, struct spk_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno != EINTR)
            return spk_error_errno(err, errno, "cannot write %s", path);
        bytes = spk_view_slice(bytes, n < 0 ? 0 : (size_t)n, bytes.len);
    }
    return SPK_OK;
}

static spk_rc write_file(const char *path, struct spk_reader *content, int64_t *bytes,
                         struct spk_error *err)
{
    struct spk_view piece = {0};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return spk_error_errno(err, errno, "cannot create %s", path);
    *bytes = 0;
    spk_rc rc = content->next(content, &piece, err);
    while (!rc && piece.at) {
        *bytes += (int64_t)piece.len;
        rc = write_all(fd, path, piece, err);
        if (!rc)
            rc = content->next(content, &piece, err);
    }
    if (close(fd) != 0 && !rc)
        rc = spk_error_errno(err, errno, "cannot write %s", path);
    if (rc)
        unlink(path);
    return rc;
}

spk_rc spk_staging_place(struct spk_arena *arena, struct spk_view stream, struct spk_view name,
                         struct spk_file_reference *out, struct spk_error *err)
{
    struct spk_view folder = staging_folder();
    struct spk_file_reference file = {0};
    spk_rc rc = relative_path(arena, stream, name, &file.relative_path, err);
    if (rc)
        return rc;
    file.path = spk_arena_printf(arena, "%.*s/%.*s", SPK_FMT(folder), SPK_FMT(file.relative_path));
    *out = file;
    return SPK_OK;
}

spk_rc spk_staging_write(struct spk_file_reference *file, struct spk_reader *content,
                         struct spk_error *err)
{
    spk_rc rc = make_folders(file->path, err);
    return rc ? rc : write_file(file->path.at, content, &file->bytes, err);
}
