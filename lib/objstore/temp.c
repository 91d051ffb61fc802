/* How an object of a store of files becomes visible: written under ROOT/.spike-tmp, synced, renamed
 * to its place, and the folders above synced. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/id.h"
#include "objstore/objstore_internal.h"

/* A folder that a delete removes between its making and the rename is made again so many times. */
enum { PUBLISH_TRIES = 100, STALE_S = 3600, OPEN_TRIES = 3 };

void spk_objstore_file_path(const char *root, struct spk_view key, char out[SPK_OBJSTORE_PATH])
{
    snprintf(out, SPK_OBJSTORE_PATH, "%s/%.*s", root, SPK_FMT(key));
}

spk_rc spk_objstore_file_error(int errnum, const char *act, const char *path, struct spk_error *err)
{
    spk_rc rc = SPK_ESYSTEM;
    const char *hint = "";
    switch (errnum) {
    case EACCES:
    case EPERM:
        rc = SPK_ECONFIG;
        hint = "give this user the right to read and write there";
        break;
    case EROFS:
        rc = SPK_ECONFIG;
        hint = "the file system is read-only: mount it for writing or choose another folder";
        break;
    case ENOSPC:
    case EDQUOT: hint = "free space or raise the quota, then run again"; break;
    case EFBIG: hint = "raise the limit of file sizes (ulimit -f), then run again"; break;
    case EMFILE:
    case ENFILE: hint = "raise the limit of open files (ulimit -n)"; break;
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY:
        rc = SPK_EDATA;
        hint = "a store of files cannot hold \"a\" and \"a/b\" at once; delete one of them";
        break;
    default: hint = "look at the disk and the mount"; break;
    }
    spk_error_errno(err, errnum, "cannot %s %s", act, path);
    if (err)
        err->rc = rc;
    spk_error_hint(err, "%s", hint);
    return rc;
}

/* ---- temporary files ---- */

spk_rc spk_objstore_temp_open(const char *root, struct spk_objstore_temp *temp,
                              struct spk_error *err)
{
    char folder[SPK_OBJSTORE_PATH], id[SPK_UUID_TEXT];
    snprintf(folder, sizeof(folder), "%s/%s", root, SPK_OBJSTORE_TEMP);
    spk_uuid4(id);
    snprintf(temp->path, sizeof(temp->path), "%s/" SPK_OBJSTORE_TEMP "/%s", root, id);
    temp->fd = -1;
    for (int tried = 0; temp->fd < 0 && tried < OPEN_TRIES; tried++) {
        if (tried > 0 && mkdir(folder, 0777) != 0 && errno != EEXIST)
            return spk_objstore_file_error(errno, "make the folder", folder, err);
        temp->fd = open(temp->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
        if (temp->fd < 0 && errno != ENOENT)
            break;
    }
    if (temp->fd < 0)
        return spk_objstore_file_error(errno, "create", temp->path, err);
    /* The lock tells spk_objstore_temp_clean that the writer lives; file systems without locks are
     * left with the age alone. */
    flock(temp->fd, LOCK_SH | LOCK_NB);
    return SPK_OK;
}

void spk_objstore_temp_close(struct spk_objstore_temp *temp)
{
    if (temp->path[0] != '\0')
        unlink(temp->path);
    if (temp->fd >= 0)
        close(temp->fd);
    *temp = (struct spk_objstore_temp){.fd = -1};
}

static void clean_one(int folder, const char *name)
{
    struct stat file;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && time(NULL) - file.st_mtime > STALE_S &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

void spk_objstore_temp_clean(const char *root)
{
    char path[SPK_OBJSTORE_PATH];
    snprintf(path, sizeof(path), "%s/%s", root, SPK_OBJSTORE_TEMP);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));)
        clean_one(dirfd(folder), entry->d_name);
    closedir(folder);
}

/* ---- folders ---- */

/* Cuts the last segment off: "a/b/c" -> "a/b" -> "a" -> "". */
static struct spk_view parent_of(struct spk_view key)
{
    const char *slash = key.len ? memrchr(key.at, '/', key.len) : NULL;
    return spk_view_slice(key, 0, slash ? (size_t)(slash - key.at) : 0);
}

static spk_rc make_folders(const char *root, struct spk_view key, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    for (size_t i = 1; i < key.len; i++) {
        if (key.at[i] != '/')
            continue;
        spk_objstore_file_path(root, spk_view_slice(key, 0, i), path);
        if (mkdir(path, 0777) != 0 && errno != EEXIST && errno != ENOENT)
            return spk_objstore_file_error(errno, "make the folder", path, err);
    }
    return SPK_OK;
}

/* A folder that is gone holds nothing to sync. */
static int sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
    int result = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    return result;
}

/* All of them, not only the ones just made: another thread may have made one a moment ago. */
spk_rc spk_objstore_folders_sync(const char *root, struct spk_view key, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    do {
        key = parent_of(key);
        spk_objstore_file_path(root, key, path);
        int errnum = sync_folder(path);
        if (errnum != 0)
            return spk_objstore_file_error(errnum, "sync the folder", path, err);
    } while (key.len > 0);
    return SPK_OK;
}

void spk_objstore_folders_prune(const char *root, struct spk_view key)
{
    char path[SPK_OBJSTORE_PATH];
    for (key = parent_of(key); key.len > 0; key = parent_of(key)) {
        spk_objstore_file_path(root, key, path);
        if (rmdir(path) != 0 && errno != ENOENT)
            return;
    }
}

/* ---- publishing ---- */

/* Renames to a name that must be free; 0 or an errno. Old file systems know only link for that, and
 * then the temporary name goes later. */
static int rename_to_free(struct spk_objstore_temp *temp, const char *path)
{
    if (renameat2(AT_FDCWD, temp->path, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        temp->path[0] = '\0';
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    return link(temp->path, path) == 0 ? 0 : errno;
}

static int rename_over(struct spk_objstore_temp *temp, const char *path)
{
    if (rename(temp->path, path) != 0)
        return errno;
    temp->path[0] = '\0';
    return 0;
}

/* The file under its name; an errno. An empty folder there is no object and gives way. */
static int rename_once(struct spk_objstore_temp *temp, const char *path, bool if_absent)
{
    int errnum = if_absent ? rename_to_free(temp, path) : rename_over(temp, path);
    bool in_the_way = errnum == EISDIR || errnum == EEXIST;
    return in_the_way && rmdir(path) == 0 ? ENOENT : errnum;
}

spk_rc spk_objstore_temp_publish(struct spk_objstore_temp *temp, const char *root,
                                 const struct spk_objstore_put *put, bool *exists,
                                 struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    struct stat there;
    int errnum = ENOENT;
    if (!temp->relaxed && fsync(temp->fd) != 0)
        return spk_objstore_file_error(errno, "sync", temp->path, err);
    spk_objstore_file_path(root, put->key, path);
    for (int tried = 0; errnum == ENOENT && tried < PUBLISH_TRIES; tried++) {
        spk_rc rc = make_folders(root, put->key, err);
        if (rc != SPK_OK)
            return rc;
        errnum = rename_once(temp, path, put->if_absent);
    }
    if (errnum == EEXIST && lstat(path, &there) == 0 && S_ISDIR(there.st_mode))
        errnum = EISDIR;
    if (errnum != 0 && errnum != EEXIST)
        return spk_objstore_file_error(errnum, "publish", path, err);
    *exists = errnum == EEXIST;
    return *exists || temp->relaxed ? SPK_OK : spk_objstore_folders_sync(root, put->key, err);
}
