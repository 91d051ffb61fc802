#ifndef SPK_OBJSTORE_INTERNAL_H
#define SPK_OBJSTORE_INTERNAL_H
#include "objstore/objstore.h"

/* The first member of every implementation's instance. Opening fills all but `ops`. */
struct spk_objstore {
    const struct spk_objstore_ops *ops;
    char *prefix;
    char *description;
    bool relaxed; /* do not wait for the disk */
};

/* The first member of every writer. The functions of objstore.h fill all but `store`. */
struct spk_objstore_writer {
    struct spk_objstore *store;
    char *key; /* full, for errors */
    void *hash;
    uint64_t size;
    bool if_absent, failed;
};

struct spk_objstore_reader {
    struct spk_objstore *store;
    char *key; /* full, for errors */
};

/* EDATA with the reason where it is not a key. */
spk_rc spk_objstore_key_check(struct spk_view key, struct spk_error *err);

/* `path` is what follows "file:". */
spk_rc spk_objstore_file_open(const char *path, struct spk_objstore **out, struct spk_error *err);
spk_rc spk_objstore_memory_open(const char *path, struct spk_objstore **out, struct spk_error *err);

/* ---- inside the store of files ---- */

enum { SPK_OBJSTORE_ROOT_MAX = 2048, SPK_OBJSTORE_PATH = 4096 };
#define SPK_OBJSTORE_TEMP ".spike-tmp"

/* ROOT/KEY as a C string. */
void spk_objstore_file_path(const char *root, struct spk_view key, char out[SPK_OBJSTORE_PATH]);
/* The failure of a system call on `path`, with its next step. */
spk_rc spk_objstore_file_error(int errnum, const char *act, const char *path,
                               struct spk_error *err);

/* A file under ROOT/.spike-tmp, locked while its maker lives. */
struct spk_objstore_temp {
    int fd;
    char path[SPK_OBJSTORE_PATH];
    bool relaxed; /* publish without waiting for the disk; set by the caller after open */
};
spk_rc spk_objstore_temp_open(const char *root, struct spk_objstore_temp *temp,
                              struct spk_error *err);
/* Makes it durable and gives it the name of the key: all or nothing. With if_absent *exists tells
 * that the name was taken. */
spk_rc spk_objstore_temp_publish(struct spk_objstore_temp *temp, const char *root,
                                 const struct spk_objstore_put *put, bool *exists,
                                 struct spk_error *err);
void spk_objstore_temp_close(struct spk_objstore_temp *temp); /* drops it unless published */
/* Removes what dead writers left. */
void spk_objstore_temp_clean(const char *root);

/* Makes the folders from the key's up to the root durable. */
spk_rc spk_objstore_folders_sync(const char *root, struct spk_view key, struct spk_error *err);
/* Removes the folders from the key's up to the root that are empty. */
void spk_objstore_folders_prune(const char *root, struct spk_view key);

spk_rc spk_objstore_file_list(const char *root, const struct spk_objstore_list *list,
                              struct spk_arena *arena, struct spk_objstore_page *page,
                              struct spk_error *err);

#endif
