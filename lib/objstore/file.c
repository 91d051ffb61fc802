/* Objects as files under a root folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/time.h"
#include "objstore/objstore_internal.h"

enum { COPY_STEP = 1 << 20 };

struct file_store {
    struct spk_objstore base;
    char root[SPK_OBJSTORE_ROOT_MAX];
};

struct file_writer {
    struct spk_objstore_writer base;
    struct spk_objstore_temp temp;
};

struct file_reader {
    struct spk_objstore_reader base;
    int fd;
    uint64_t at, left;
};

static const char *root_of(const struct spk_objstore *store)
{
    return ((const struct file_store *)store)->root;
}

/* The place of the bytes on the disk and their time tell one content from the next. */
static void etag_of(const struct stat *file, char out[SPK_OBJSTORE_ETAG])
{
    snprintf(out, SPK_OBJSTORE_ETAG, "%llx-%llx-%llx%09lx", (unsigned long long)file->st_ino,
             (unsigned long long)file->st_size, (unsigned long long)file->st_mtim.tv_sec,
             (unsigned long)file->st_mtim.tv_nsec);
}

/* ---- writing ---- */

static spk_rc file_writer_open(struct spk_objstore *store, const struct spk_objstore_put *put,
                               struct spk_objstore_writer **out, struct spk_error *err)
{
    struct file_writer *writer = spk_memory_zalloc(sizeof(*writer));
    spk_rc rc = spk_objstore_temp_open(root_of(store), &writer->temp, err);
    writer->temp.relaxed = store->relaxed;
    if (rc != SPK_OK) {
        free(writer);
        return rc;
    }
    *out = &writer->base;
    return SPK_OK;
}

static spk_rc write_all(const struct spk_objstore_temp *temp, struct spk_view bytes,
                        struct spk_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = write(temp->fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return spk_objstore_file_error(errno, "write", temp->path, err);
        bytes = spk_view_slice(bytes, (size_t)n, bytes.len);
    }
    return SPK_OK;
}

static spk_rc file_write(struct spk_objstore_writer *base, struct spk_view bytes,
                         struct spk_error *err)
{
    return write_all(&((struct file_writer *)base)->temp, bytes, err);
}

/* Publishes what is in the temporary file; `size` is filled already. */
static spk_rc publish(struct spk_objstore_temp *temp, const char *root,
                      const struct spk_objstore_put *put, struct spk_objstore_written *written,
                      struct spk_error *err)
{
    struct stat file;
    spk_rc rc = spk_objstore_temp_publish(temp, root, put, &written->exists, err);
    if (rc == SPK_OK && !written->exists && fstat(temp->fd, &file) == 0)
        etag_of(&file, written->etag);
    return rc;
}

static spk_rc file_finish(struct spk_objstore_writer *base, struct spk_objstore_written *written,
                          struct spk_error *err)
{
    struct spk_objstore_put put = {spk_view_of(base->key), base->if_absent};
    return publish(&((struct file_writer *)base)->temp, root_of(base->store), &put, written, err);
}

static void file_writer_destroy(struct spk_objstore_writer *base)
{
    struct file_writer *writer = (struct file_writer *)base;
    spk_objstore_temp_close(&writer->temp);
    free(writer);
}

/* ---- reading ---- */

/* *fd is -1 where there is no such object: nothing, a folder or a symbolic link. */
static spk_rc open_object(const char *path, int *fd, struct stat *file, struct spk_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0) {
        bool absent = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO;
        return absent ? SPK_OK : spk_objstore_file_error(errno, "open", path, err);
    }
    spk_rc rc = SPK_OK;
    if (fstat(*fd, file) != 0)
        rc = spk_objstore_file_error(errno, "look at", path, err);
    if (rc != SPK_OK || !S_ISREG(file->st_mode)) {
        close(*fd);
        *fd = -1;
    }
    return rc;
}

static spk_rc file_reader_open(struct spk_objstore *store, const struct spk_objstore_get *get,
                               struct spk_objstore_reader **out, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    struct stat file;
    int fd;
    spk_objstore_file_path(root_of(store), get->key, path);
    spk_rc rc = open_object(path, &fd, &file, err);
    if (rc != SPK_OK || fd < 0)
        return rc;
    struct file_reader *reader = spk_memory_zalloc(sizeof(*reader));
    uint64_t size = (uint64_t)file.st_size;
    reader->fd = fd;
    reader->at = get->offset < size ? get->offset : size;
    reader->left = size - reader->at;
    if (get->length > 0 && get->length < reader->left)
        reader->left = get->length;
    *out = &reader->base;
    return SPK_OK;
}

static spk_rc file_read(struct spk_objstore_reader *base, void *at, size_t cap, size_t *n,
                        struct spk_error *err)
{
    struct file_reader *reader = (struct file_reader *)base;
    ssize_t got;
    if (cap > reader->left)
        cap = reader->left;
    do {
        got = pread(reader->fd, at, cap, (off_t)reader->at);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return spk_objstore_file_error(errno, "read", base->key, err);
    if (got == 0 && cap > 0)
        return spk_error_set(err, SPK_ESYSTEM, "the file became shorter while it was read");
    reader->at += (uint64_t)got;
    reader->left -= (uint64_t)got;
    *n = (size_t)got;
    return SPK_OK;
}

static void file_reader_close(struct spk_objstore_reader *base)
{
    struct file_reader *reader = (struct file_reader *)base;
    close(reader->fd);
    free(reader);
}

static spk_rc file_head(struct spk_objstore *store, struct spk_view key,
                        struct spk_objstore_stat *stat, bool *found, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    struct stat file;
    spk_objstore_file_path(root_of(store), key, path);
    if (lstat(path, &file) != 0) {
        *found = false;
        bool absent = errno == ENOENT || errno == ENOTDIR;
        return absent ? SPK_OK : spk_objstore_file_error(errno, "look at", path, err);
    }
    *found = S_ISREG(file.st_mode);
    if (!*found)
        return SPK_OK;
    stat->size = (uint64_t)file.st_size;
    stat->modified_us = (int64_t)file.st_mtim.tv_sec * SPK_SECOND_US + file.st_mtim.tv_nsec / 1000;
    etag_of(&file, stat->etag);
    return SPK_OK;
}

static spk_rc file_list(struct spk_objstore *store, const struct spk_objstore_list *list,
                        struct spk_arena *arena, struct spk_objstore_page *page,
                        struct spk_error *err)
{
    return spk_objstore_file_list(root_of(store), list, arena, page, err);
}

static struct spk_view file_local_path(struct spk_objstore *store, struct spk_view key,
                                       struct spk_arena *arena)
{
    return spk_arena_printf(arena, "%s/%.*s", root_of(store), SPK_FMT(key));
}

/* ---- copying and deleting ---- */

/* Through this process's memory, where the kernel cannot copy between the two files. */
static spk_rc copy_by_hand(int from, const struct spk_objstore_temp *temp, struct spk_error *err)
{
    char *block = spk_memory_zalloc(COPY_STEP);
    spk_rc rc = SPK_OK;
    ssize_t n = 1;
    while (rc == SPK_OK && n != 0) {
        n = read(from, block, COPY_STEP);
        if (n > 0)
            rc = write_all(temp, spk_view_make(block, (size_t)n), err);
        else if (n < 0 && errno != EINTR)
            rc = spk_objstore_file_error(errno, "read for", temp->path, err);
    }
    free(block);
    return rc;
}

static spk_rc copy_bytes(int from, uint64_t size, const struct spk_objstore_temp *temp,
                         struct spk_error *err)
{
    if (ioctl(temp->fd, FICLONE, from) == 0)
        return SPK_OK;
    for (uint64_t left = size; left > 0;) {
        size_t step = left < SSIZE_MAX ? (size_t)left : SSIZE_MAX;
        ssize_t n = copy_file_range(from, NULL, temp->fd, NULL, step, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO))
            return spk_objstore_file_error(errno, "write", temp->path, err);
        if (n <= 0)
            break;
        left -= (uint64_t)n;
    }
    return copy_by_hand(from, temp, err); /* the rest: both files stand where the kernel stopped */
}

static spk_rc file_copy(struct spk_objstore *store, const struct spk_objstore_copy *copy,
                        struct spk_objstore_written *written, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    struct spk_objstore_temp temp = {.fd = -1};
    struct spk_objstore_put put = {copy->to, copy->if_absent};
    struct stat file, copied;
    int from = -1;
    spk_objstore_file_path(root_of(store), copy->from, path);
    spk_rc rc = open_object(path, &from, &file, err);
    if (rc == SPK_OK && from < 0)
        rc = spk_error_set(err, SPK_EDATA, "no such object");
    if (rc == SPK_OK)
        rc = spk_objstore_temp_open(root_of(store), &temp, err);
    temp.relaxed = store->relaxed;
    if (rc == SPK_OK)
        rc = copy_bytes(from, (uint64_t)file.st_size, &temp, err);
    if (rc == SPK_OK && (fstat(temp.fd, &copied) != 0 || copied.st_size != file.st_size))
        rc = spk_error_set(err, SPK_ESYSTEM, "%s changed while it was copied", path);
    if (rc == SPK_OK) {
        written->size = (uint64_t)file.st_size;
        rc = publish(&temp, root_of(store), &put, written, err);
    }
    spk_objstore_temp_close(&temp);
    if (from >= 0)
        close(from);
    return rc;
}

static spk_rc delete_one(const char *root, struct spk_view key, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    spk_objstore_file_path(root, key, path);
    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR || errno == EISDIR)
        return SPK_OK;
    return spk_objstore_file_error(errno, "delete", path, err);
}

static bool same_folder(struct spk_view a, struct spk_view b)
{
    const char *a_slash = memrchr(a.at, '/', a.len), *b_slash = memrchr(b.at, '/', b.len);
    size_t a_len = a_slash ? (size_t)(a_slash - a.at) : 0;
    size_t b_len = b_slash ? (size_t)(b_slash - b.at) : 0;
    return spk_view_equal(spk_view_slice(a, 0, a_len), spk_view_slice(b, 0, b_len));
}

/* Folders are synced and pruned once per run of neighbours. */
static spk_rc file_delete_many(struct spk_objstore *store, const struct spk_view *keys, size_t n,
                               struct spk_error *err)
{
    const char *root = root_of(store);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < n; i++) {
        rc = delete_one(root, keys[i], err);
        if (rc != SPK_OK || (i + 1 < n && same_folder(keys[i], keys[i + 1])))
            continue;
        if (!store->relaxed)
            rc = spk_objstore_folders_sync(root, keys[i], err);
        spk_objstore_folders_prune(root, keys[i]);
    }
    return rc;
}

static void file_destroy(struct spk_objstore *store)
{
    free((struct file_store *)store);
}

static const struct spk_objstore_ops file_ops = {
    .name = "file",
    .writer_open = file_writer_open,
    .write = file_write,
    .finish = file_finish,
    .writer_destroy = file_writer_destroy,
    .copy = file_copy,
    .delete_many = file_delete_many,
    .reader_open = file_reader_open,
    .read = file_read,
    .reader_close = file_reader_close,
    .head = file_head,
    .list = file_list,
    .local_path = file_local_path,
    .destroy = file_destroy,
};

/* ---- opening ---- */

static spk_rc make_root(const char *path, struct spk_error *err)
{
    char part[SPK_OBJSTORE_ROOT_MAX];
    size_t len = strlen(path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof(part), "%.*s", (int)i, path);
        int errnum = mkdir(part, 0777) == 0 ? 0 : errno;
        if (errnum != 0 && errnum != EEXIST && access(part, F_OK) != 0)
            return spk_objstore_file_error(errnum, "make the folder", part, err);
    }
    return SPK_OK;
}

static spk_rc find_root(const char *path, char root[SPK_OBJSTORE_ROOT_MAX], struct spk_error *err)
{
    struct stat file;
    char *real = NULL;
    spk_rc rc = make_root(path, err);
    if (rc != SPK_OK)
        return rc;
    real = realpath(path, NULL);
    if (!real || stat(real, &file) != 0)
        rc = spk_objstore_file_error(errno, "find the folder", path, err);
    else if (!S_ISDIR(file.st_mode))
        rc = spk_error_set(err, SPK_ECONFIG, "%s is not a folder", path);
    else if (strlen(real) >= SPK_OBJSTORE_ROOT_MAX)
        rc = spk_error_set(err, SPK_ECONFIG, "the path of the folder is too long");
    else /* "/" itself becomes "", so that ROOT/KEY holds */
        snprintf(root, SPK_OBJSTORE_ROOT_MAX, "%s", strcmp(real, "/") == 0 ? "" : real);
    free(real);
    return rc;
}

spk_rc spk_objstore_file_open(const char *path, struct spk_objstore **out, struct spk_error *err)
{
    struct file_store *store = spk_memory_zalloc(sizeof(*store));
    spk_rc rc = SPK_OK;
    if (strncmp(path, "///", 3) == 0)
        path += 2;
    if (path[0] == '\0' || strncmp(path, "//", 2) == 0 || strlen(path) >= SPK_OBJSTORE_ROOT_MAX)
        rc = spk_error_set(err, SPK_ECONFIG, "\"%s\" is not a folder of this machine", path);
    else
        rc = find_root(path, store->root, err);
    if (rc != SPK_OK) {
        free(store);
        if (err)
            err->rc = SPK_ECONFIG;
        spk_error_hint(err, "write file:///PATH of a folder that can be made or read");
        return spk_error_context(err, SPK_ECONFIG, "file");
    }
    spk_objstore_temp_clean(store->root);
    size_t size = strlen(store->root) + sizeof("file:///");
    store->base.ops = &file_ops;
    store->base.description = spk_memory_zalloc(size);
    snprintf(store->base.description, size, "file://%s", store->root[0] ? store->root : "/");
    *out = &store->base;
    return SPK_OK;
}
