/* Lists a folder tree as sorted keys. A page costs the folders on the way to its keys, not the
 * whole tree: what lies before the token or beside the prefix is not entered. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/time.h"
#include "objstore/objstore_internal.h"

enum { FOLDER_MAX = 1000000 }; /* names that can matter in one folder */

struct walk {
    const char *root;
    const struct spk_objstore_list *list;
    struct spk_arena *arena;
    struct spk_objstore_page *page;
    struct spk_buf key;   /* of the folder that is read: "" or "a/b/" */
    struct spk_view done; /* the last entry */
    bool full;
};

/* The names of one folder that can matter; those of folders end with '/'. */
struct names {
    struct spk_arena arena;
    struct spk_view *at;
    size_t n, cap;
};

static bool is_folder(struct spk_view key)
{
    return key.len > 0 && key.at[key.len - 1] == '/';
}

/* Whether the folder's keys can be wanted: on the way to the prefix or below it, and not all before
 * the token. */
static bool wants_folder(const struct walk *walk, struct spk_view key)
{
    struct spk_view prefix = walk->list->prefix, done = walk->done;
    if (!spk_view_starts(key, prefix) && !spk_view_starts(prefix, key))
        return false;
    if (is_folder(done) && spk_view_starts(key, done))
        return false;
    return spk_view_starts(done, key) || spk_view_compare(key, done) > 0;
}

static bool wants_key(const struct walk *walk, struct spk_view key)
{
    struct spk_view done = walk->done;
    return spk_view_starts(key, walk->list->prefix) && spk_view_compare(key, done) > 0 &&
           !(is_folder(done) && spk_view_starts(key, done));
}

static int compare_names(const void *a, const void *b)
{
    return spk_view_compare(*(const struct spk_view *)a, *(const struct spk_view *)b);
}

static bool stat_key(const struct walk *walk, struct spk_view key, struct stat *file)
{
    char path[SPK_OBJSTORE_PATH];
    spk_objstore_file_path(walk->root, key, path);
    return lstat(path, file) == 0;
}

/* Adds the name where it is a file or folder of the store and can matter. */
static spk_rc add_name(struct walk *walk, const struct dirent *entry, struct names *names,
                       struct spk_error *err)
{
    struct stat file = {.st_mode = DTTOIF(entry->d_type)};
    size_t old_len = walk->key.len;
    spk_buf_append_str(&walk->key, entry->d_name);
    bool valid = spk_objstore_key_check(spk_buf_view(&walk->key), NULL) == SPK_OK;
    if (valid && entry->d_type == DT_UNKNOWN)
        valid = stat_key(walk, spk_buf_view(&walk->key), &file);
    bool folder = S_ISDIR(file.st_mode);
    if (folder)
        spk_buf_append_char(&walk->key, '/');
    struct spk_view key = spk_buf_view(&walk->key);
    bool wanted =
        valid && (folder ? wants_folder(walk, key) : S_ISREG(file.st_mode) && wants_key(walk, key));
    struct spk_view name = spk_view_slice(key, old_len, key.len);
    spk_rc rc = SPK_OK;
    if (wanted && names->n == FOLDER_MAX) {
        rc = spk_error_set(err, SPK_EDATA, "the folder \"%.*s\" has more than %d names",
                           (int)old_len, key.at, FOLDER_MAX);
    } else if (wanted) {
        names->at = spk_memory_grow(names->at, &names->cap, names->n + 1, sizeof(*names->at));
        names->at[names->n++] = spk_arena_dup(&names->arena, name);
    }
    walk->key.len = old_len;
    return rc;
}

/* A folder that is gone is empty; a root that is gone is a failure (a disk that is not mounted). */
static spk_rc read_names(struct walk *walk, struct names *names, struct spk_error *err)
{
    char path[SPK_OBJSTORE_PATH];
    spk_objstore_file_path(walk->root, spk_buf_view(&walk->key), path);
    DIR *folder = opendir(path);
    if (!folder) {
        bool gone = (errno == ENOENT || errno == ENOTDIR) && walk->key.len > 0;
        return gone ? SPK_OK : spk_objstore_file_error(errno, "read the folder", path, err);
    }
    spk_rc rc = SPK_OK;
    for (struct dirent *entry; rc == SPK_OK && (errno = 0, entry = readdir(folder));)
        rc = add_name(walk, entry, names, err);
    if (rc == SPK_OK && errno != 0)
        rc = spk_objstore_file_error(errno, "read the folder", path, err);
    closedir(folder);
    if (names->n > 0)
        qsort(names->at, names->n, sizeof(*names->at), compare_names);
    return rc;
}

/* Adds the key, or the folder that stands for it, to the page. A file that is gone is not there. */
static void emit(struct walk *walk, struct spk_view key)
{
    const struct spk_objstore_list *list = walk->list;
    struct spk_objstore_page *page = walk->page;
    struct stat file;
    if (!stat_key(walk, key, &file))
        return;
    if (page->n == list->max) {
        page->token = walk->done;
        walk->full = true;
        return;
    }
    ptrdiff_t slash = list->folders ? spk_view_find(key, SPK_V("/"), list->prefix.len) : -1;
    struct spk_objstore_entry *entry = &page->entries[page->n++];
    if (slash >= 0) {
        entry->key = spk_arena_dup(walk->arena, spk_view_slice(key, 0, (size_t)slash + 1));
    } else {
        entry->key = spk_arena_dup(walk->arena, key);
        entry->size = (uint64_t)file.st_size;
        entry->modified_us =
            (int64_t)file.st_mtim.tv_sec * SPK_SECOND_US + file.st_mtim.tv_nsec / 1000;
    }
    walk->done = entry->key;
}

/* Depth is bounded by the length of keys. */
static spk_rc visit_folder(struct walk *walk, struct spk_error *err)
{
    struct names names = {0};
    size_t len = walk->key.len;
    spk_rc rc = read_names(walk, &names, err);
    for (size_t i = 0; rc == SPK_OK && !walk->full && i < names.n; i++) {
        spk_buf_append(&walk->key, names.at[i]);
        struct spk_view key = spk_buf_view(&walk->key);
        if (is_folder(key) && wants_folder(walk, key))
            rc = visit_folder(walk, err);
        else if (!is_folder(key) && wants_key(walk, key))
            emit(walk, key);
        walk->key.len = len;
    }
    spk_arena_deinit(&names.arena);
    free(names.at);
    return rc;
}

spk_rc spk_objstore_file_list(const char *root, const struct spk_objstore_list *list,
                              struct spk_arena *arena, struct spk_objstore_page *page,
                              struct spk_error *err)
{
    struct walk walk = {
        .root = root, .list = list, .arena = arena, .page = page, .done = list->token};
    const char *slash = list->prefix.len ? memrchr(list->prefix.at, '/', list->prefix.len) : NULL;
    size_t folder_len = slash ? (size_t)(slash - list->prefix.at) : 0;
    struct spk_view folder = spk_view_slice(list->prefix, 0, folder_len);
    if (slash && spk_objstore_key_check(folder, NULL) != SPK_OK)
        return SPK_OK; /* no key begins so */
    if (slash)
        spk_buf_append(&walk.key, spk_view_slice(list->prefix, 0, folder_len + 1));
    page->entries = spk_arena_array(arena, list->max, sizeof(*page->entries));
    spk_rc rc = visit_folder(&walk, err);
    spk_buf_deinit(&walk.key);
    return rc;
}
