/* What only a store of files can show: crashes, full disks, rights, foreign files. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store.h"

enum { NOBODY = 65534, BLOCK = 16384 };

static char *path_in(const struct folder *folder, const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    return path;
}

/* Calls the function (may be NULL) on every temporary file; answers how many there are. */
static int each_temp(const struct folder *folder, void (*act)(int folder, const char *name))
{
    int n = 0;
    DIR *temps = opendir(path_in(folder, ".spike-tmp"));
    assert_non_null(temps);
    for (struct dirent *entry; (entry = readdir(temps));) {
        if (entry->d_name[0] == '.')
            continue;
        if (act)
            act(dirfd(temps), entry->d_name);
        n++;
    }
    closedir(temps);
    return n;
}

static int count_temps(const struct folder *folder)
{
    return each_temp(folder, NULL);
}

static void age_one(int folder, const char *name)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - 7200}, {.tv_sec = time(NULL) - 7200}};
    assert_int_equal(utimensat(folder, name, times, 0), 0);
}

static void the_local_path_is_the_file(void **state)
{
    struct folder folder;
    struct spk_arena arena = {0};
    struct stat file;
    folder_init(&folder);
    struct spk_objstore *store = open_url(folder.url, "raw/");
    put_text(store, "a b/c", "12345");
    struct spk_view path = spk_objstore_local_path(store, SPK_V("a b/c"), &arena);
    assert_true(spk_view_is(path, path_in(&folder, "raw/a b/c")));
    assert_int_equal(stat(path.at, &file), 0);
    assert_int_equal(file.st_size, 5);
    assert_non_null(strstr(spk_objstore_describe(store), " prefix raw/"));
    spk_objstore_destroy(store);
    store = open_url("memory:", NULL);
    assert_null(spk_objstore_local_path(store, SPK_V("a"), &arena).at);
    spk_objstore_destroy(store);
    spk_arena_deinit(&arena);
    folder_deinit(&folder);
}

static void wrong_urls_name_the_next_step(void **state)
{
    static const struct {
        const char *url, *prefix, *says;
    } wrong[] = {
        {"ftp://user:secret@host", NULL, "\"ftp:\""},
        {"file:", NULL, "not a folder of this machine"},
        {"file://host/share", NULL, "not a folder of this machine"},
        {"file:///dev/null", NULL, "not a folder"},
        {"file:///dev/null/x", NULL, "cannot make the folder"},
        {"file:///tmp", "/a/", "prefix \"/a/\""},
        {"memory:", "a/../", "prefix \"a/../\""},
        {"memory:", ".spike-tmp/", "reserved"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct spk_objstore_options options = {.url = wrong[i].url, .prefix = wrong[i].prefix};
        struct spk_objstore *store = NULL;
        struct spk_error err = {0};
        assert_int_equal(spk_objstore_open(&options, &store, &err), SPK_ECONFIG);
        assert_int_equal(err.rc, SPK_ECONFIG);
        if (!strstr(err.text, wrong[i].says) || strstr(err.text, "secret") || !err.hint[0])
            fail_msg("%s (%s)", err.text, err.hint);
        assert_null(store);
    }
}

static void folders_are_made_and_gone_with_their_last_object(void **state)
{
    struct folder folder;
    char url[128];
    folder_init(&folder);
    snprintf(url, sizeof(url), "file:%s/deep/er", folder.path);
    struct spk_objstore *store = open_url(url, NULL);
    put_text(store, "a/b/c", "x");
    put_text(store, "a/d", "x");
    assert_int_equal(spk_objstore_delete(store, SPK_V("a/b/c"), NULL), SPK_OK);
    assert_int_not_equal(access(path_in(&folder, "deep/er/a/b"), F_OK), 0);
    assert_int_equal(access(path_in(&folder, "deep/er/a/d"), F_OK), 0);
    assert_int_equal(mkdir(path_in(&folder, "deep/er/e"), 0755), 0);
    put_text(store, "e", "an empty folder is no object");
    assert_string_equal(keys_of(store), "a/d e ");
    spk_objstore_destroy(store);
    folder_deinit(&folder);
}

static void what_is_no_object_is_not_listed(void **state)
{
    struct folder folder;
    folder_init(&folder);
    struct spk_objstore *store = open_url(folder.url, NULL);
    put_text(store, "real", "x");
    assert_int_equal(symlink("real", path_in(&folder, "link")), 0);
    assert_int_equal(symlink(".", path_in(&folder, "loop")), 0);
    assert_int_equal(mkfifo(path_in(&folder, "fifo"), 0600), 0);
    assert_int_equal(mkdir(path_in(&folder, "empty"), 0700), 0);
    assert_int_equal(mknod(path_in(&folder, "not-utf8-\xff"), S_IFREG | 0600, 0), 0);
    assert_string_equal(keys_of(store), "real ");
    assert_false(has(store, "link"));
    assert_string_equal(text_of(store, "link"), "(none)");
    assert_string_equal(text_of(store, "fifo"), "(none)");
    spk_objstore_destroy(store);
    folder_deinit(&folder);
}

/* ---- crashes ---- */

static _Noreturn void write_until_killed(const char *url, int told)
{
    struct spk_objstore *store = open_url(url, NULL);
    struct spk_objstore_put put = {.key = SPK_V("a/half")};
    struct spk_objstore_writer *writer;
    put_text(store, "a/whole", "whole");
    spk_objstore_writer_open(store, &put, &writer, NULL);
    spk_objstore_writer_write(writer, SPK_V("half"), NULL);
    (void)!write(told, "x", 1);
    for (;;)
        pause();
}

static void a_killed_writer_leaves_nothing_visible_and_is_cleaned_up(void **state)
{
    struct folder folder;
    int pipe_ends[2];
    char byte;
    folder_init(&folder);
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_until_killed(folder.url, pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    each_temp(&folder, age_one);
    spk_objstore_destroy(open_url(folder.url, NULL));
    assert_int_equal(count_temps(&folder), 1); /* old, but its writer lives */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct spk_objstore *store = open_url(folder.url, NULL);
    assert_string_equal(keys_of(store), "a/whole ");
    assert_string_equal(text_of(store, "a/whole"), "whole");
    spk_objstore_destroy(store);
    assert_int_equal(count_temps(&folder), 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    folder_deinit(&folder);
}

/* Puts, copies and deletes without end; a byte is told after each act. Object a/I is made of I. */
static _Noreturn void work_until_killed(const char *url, int told)
{
    static char block[4 * BLOCK];
    struct spk_objstore *store = open_url(url, NULL);
    for (int i = 0;; i = (i + 1) % 8) {
        char key[16], copied[24];
        snprintf(key, sizeof(key), "a/%d", i);
        snprintf(copied, sizeof(copied), "b/%d/%d", i, i);
        struct spk_objstore_put put = {.key = spk_view_of(key)};
        struct spk_objstore_copy copy = {.from = put.key, .to = spk_view_of(copied)};
        memset(block, '0' + i, sizeof(block));
        spk_objstore_put(store, &put, spk_view_make(block, sizeof(block)), NULL, NULL);
        (void)!write(told, "p", 1);
        spk_objstore_copy(store, &copy, NULL, NULL);
        (void)!write(told, "c", 1);
        spk_objstore_delete(store, spk_view_of(i % 2 ? key : copied), NULL);
        (void)!write(told, "d", 1);
    }
}

/* Answers how many objects there are; each is of full size and of one digit, the last of its key.
 */
static size_t check_all_whole(struct spk_objstore *store)
{
    struct spk_objstore_list list = {.max = 0};
    struct spk_objstore_page page;
    struct spk_arena arena = {0};
    assert_int_equal(spk_objstore_list(store, &list, &arena, &page, NULL), SPK_OK);
    for (size_t i = 0; i < page.n; i++) {
        struct spk_objstore_get get = {.key = page.entries[i].key};
        struct spk_buf bytes = {0};
        assert_int_equal(spk_objstore_get(store, &get, &bytes, NULL, NULL), SPK_OK);
        assert_int_equal(bytes.len, 4 * BLOCK);
        for (size_t at = 0; at < bytes.len; at++)
            assert_int_equal(bytes.at[at], get.key.at[get.key.len - 1]);
        spk_buf_deinit(&bytes);
    }
    size_t n = page.n;
    spk_arena_deinit(&arena);
    return n;
}

static void kill_9_at_any_point_leaves_whole_objects(void **state)
{
    struct folder folder;
    folder_init(&folder);
    for (int acts = 1; acts <= 40; acts++) {
        int pipe_ends[2];
        char byte;
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            work_until_killed(folder.url, pipe_ends[1]);
        close(pipe_ends[1]);
        for (int i = 0; i < acts; i++)
            assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(pipe_ends[0]);
        struct spk_objstore *store = open_url(folder.url, NULL);
        assert_true(check_all_whole(store) > 0 || acts < 3);
        spk_objstore_destroy(store);
    }
    folder_deinit(&folder);
}

static void young_leftovers_are_kept(void **state)
{
    struct folder folder;
    folder_init(&folder);
    assert_int_equal(mkdir(path_in(&folder, ".spike-tmp"), 0755), 0);
    assert_int_equal(mknod(path_in(&folder, ".spike-tmp/x"), S_IFREG | 0600, 0), 0);
    spk_objstore_destroy(open_url(folder.url, NULL));
    assert_int_equal(count_temps(&folder), 1);
    each_temp(&folder, age_one);
    spk_objstore_destroy(open_url(folder.url, NULL));
    assert_int_equal(count_temps(&folder), 0);
    folder_deinit(&folder);
}

/* ---- rights ---- */

/* Runs the act as nobody, for whom rights count; answers its code, or 98 where the text is poor. */
static int as_nobody(const char *url, spk_rc (*act)(struct spk_objstore *, struct spk_error *))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct spk_error err = {0};
        if (getuid() == 0 && setuid(NOBODY) != 0)
            _exit(99);
        spk_rc rc = act(open_url(url, NULL), &err);
        bool told = err.rc == rc && err.hint[0] && strstr(err.text, "/tmp/spk-objstore-");
        if (rc != SPK_OK && !told)
            fprintf(stderr, "%s (%s)\n", err.text, err.hint);
        _exit(rc == SPK_OK || told ? (int)rc : 98);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static spk_rc put_x(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_put put = {.key = SPK_V("a/x")};
    return spk_objstore_put(store, &put, SPK_V("x"), NULL, err);
}

static spk_rc copy_k(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_copy copy = {.from = SPK_V("a/k"), .to = SPK_V("a/x")};
    return spk_objstore_copy(store, &copy, NULL, err);
}

static spk_rc delete_k(struct spk_objstore *store, struct spk_error *err)
{
    return spk_objstore_delete(store, SPK_V("a/k"), err);
}

static spk_rc get_k(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_get get = {.key = SPK_V("a/k")};
    struct spk_buf out = {0};
    spk_rc rc = spk_objstore_get(store, &get, &out, NULL, err);
    spk_buf_deinit(&out);
    return rc;
}

static spk_rc list_k(struct spk_objstore *store, struct spk_error *err)
{
    struct spk_objstore_list list = {.max = 0};
    struct spk_objstore_page page = {0};
    struct spk_arena arena = {0};
    spk_rc rc = spk_objstore_list(store, &list, &arena, &page, err);
    spk_arena_deinit(&arena);
    return rc;
}

static void a_read_only_folder_serves_reads_and_refuses_writes(void **state)
{
    struct folder folder;
    folder_init(&folder);
    struct spk_objstore *store = open_url(folder.url, NULL);
    put_text(store, "a/k", "k");
    assert_int_equal(chmod(folder.path, 0555), 0);
    assert_int_equal(chmod(path_in(&folder, "a"), 0555), 0);
    assert_int_equal(chmod(path_in(&folder, ".spike-tmp"), 0555), 0);
    assert_int_equal(as_nobody(folder.url, get_k), SPK_OK);
    assert_int_equal(as_nobody(folder.url, list_k), SPK_OK);
    assert_int_equal(as_nobody(folder.url, put_x), SPK_ECONFIG);
    assert_int_equal(as_nobody(folder.url, copy_k), SPK_ECONFIG);
    assert_int_equal(as_nobody(folder.url, delete_k), SPK_ECONFIG);
    assert_int_equal(chmod(path_in(&folder, "a/k"), 0000), 0);
    assert_int_equal(as_nobody(folder.url, get_k), SPK_ECONFIG);
    assert_int_equal(chmod(path_in(&folder, "a"), 0000), 0);
    assert_int_equal(as_nobody(folder.url, list_k), SPK_ECONFIG);
    assert_int_equal(chmod(path_in(&folder, "a"), 0755), 0);
    assert_int_equal(chmod(path_in(&folder, ".spike-tmp"), 0755), 0);
    assert_int_equal(chmod(folder.path, 0755), 0);
    assert_string_equal(keys_of(store), "a/k ");
    spk_objstore_destroy(store);
    folder_deinit(&folder);
}

/* ---- full disks ---- */

/* Streams `blocks` blocks under the key. */
static spk_rc put_blocks(struct spk_objstore *store, const char *key, int blocks,
                         struct spk_error *err)
{
    static char block[BLOCK];
    struct spk_objstore_put put = {.key = spk_view_of(key)};
    struct spk_objstore_writer *writer;
    spk_rc rc = spk_objstore_writer_open(store, &put, &writer, err);
    if (rc != SPK_OK)
        return rc;
    memset(block, 'x', sizeof(block));
    for (int i = 0; rc == SPK_OK && i < blocks; i++)
        rc = spk_objstore_writer_write(writer, spk_view_make(block, BLOCK), err);
    if (rc == SPK_OK)
        return spk_objstore_writer_finish(writer, NULL, err);
    spk_objstore_writer_abort(writer);
    return rc;
}

/* The disk holds 20 blocks; one object of 12 fits, and neither another nor a copy. */
static void check_full_disk(struct folder *folder)
{
    struct spk_objstore_copy copy = {.from = SPK_V("a/fits"), .to = SPK_V("a/copy")};
    struct spk_error err = {0};
    struct spk_objstore *store = open_url(folder->url, NULL);
    assert_int_equal(put_blocks(store, "a/fits", 12, NULL), SPK_OK);
    assert_int_equal(put_blocks(store, "a/does not", 12, &err), SPK_ESYSTEM);
    assert_int_equal(err.rc, SPK_ESYSTEM);
    assert_non_null(strstr(err.text, folder->path));
    assert_non_null(strstr(err.text, "\"a/does not\""));
    assert_non_null(strstr(err.hint, "free space"));
    assert_int_equal(put_blocks(store, "a/fits", 12, NULL), SPK_ESYSTEM);
    assert_int_equal(spk_objstore_copy(store, &copy, NULL, &err), SPK_ESYSTEM);
    assert_non_null(strstr(err.hint, "free space"));
    assert_string_equal(keys_of(store), "a/fits ");
    assert_int_equal(count_temps(folder), 0);
    struct spk_objstore_stat stat;
    assert_int_equal(spk_objstore_head(store, copy.from, &stat, NULL, NULL), SPK_OK);
    assert_int_equal(stat.size, 12 * BLOCK);
    assert_int_equal(put_blocks(store, "a/small", 2, NULL), SPK_OK);
    spk_objstore_destroy(store);
}

/* A folder with a disk of 20 blocks of its own, or NULL where this user may not mount one. */
static int mount_disk(void **state)
{
    static struct folder folder;
    folder_init(&folder);
    if (mount("tmpfs", folder.path, "tmpfs", 0, "size=327680") == 0)
        *state = &folder;
    else
        folder_deinit(&folder);
    return 0;
}

static int unmount_disk(void **state)
{
    struct folder *folder = (struct folder *)*state;
    if (!folder)
        return 0;
    return umount2(folder->path, MNT_DETACH) != 0 || rmdir(folder->path) != 0;
}

static struct folder *disk_of(void **state)
{
    if (!*state) {
        print_message("SKIPPED: needs the right to mount a small tmpfs\n");
        skip();
    }
    return (struct folder *)*state;
}

static void a_full_disk_leaves_no_partial_object(void **state)
{
    check_full_disk(disk_of(state));
}

static void a_read_only_disk_serves_reads_and_refuses_writes(void **state)
{
    struct folder *folder = disk_of(state);
    struct spk_error err = {0};
    struct spk_objstore *store = open_url(folder->url, NULL);
    put_text(store, "a/k", "k");
    spk_objstore_destroy(store);
    assert_int_equal(mount(NULL, folder->path, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    store = open_url(folder->url, NULL);
    assert_string_equal(text_of(store, "a/k"), "k");
    assert_int_equal(put_x(store, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.hint, "read-only"));
    assert_int_equal(copy_k(store, &err), SPK_ECONFIG);
    assert_int_equal(delete_k(store, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, folder->path));
    spk_objstore_destroy(store);
}

static _Noreturn void put_past_the_limit(const char *url)
{
    struct rlimit limit = {4 * BLOCK, 4 * BLOCK};
    struct spk_error err = {0};
    struct spk_objstore *store = open_url(url, NULL);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    spk_rc rc = put_blocks(store, "a/large", 5, &err);
    _exit(rc == SPK_ESYSTEM && strstr(err.hint, "limit of file sizes") ? 0 : 1);
}

static void a_limit_of_file_sizes_leaves_no_partial_object(void **state)
{
    struct folder folder;
    int status = 0;
    folder_init(&folder);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        put_past_the_limit(folder.url);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct spk_objstore *store = open_url(folder.url, NULL);
    assert_string_equal(keys_of(store), "");
    assert_int_equal(count_temps(&folder), 0);
    spk_objstore_destroy(store);
    folder_deinit(&folder);
}

static void a_root_that_is_gone_is_no_empty_store(void **state)
{
    struct folder folder;
    struct spk_error err = {0};
    folder_init(&folder);
    struct spk_objstore *store = open_url(folder.url, NULL);
    assert_int_equal(list_k(store, &err), SPK_OK);
    assert_int_equal(rmdir(folder.path), 0);
    assert_int_equal(list_k(store, &err), SPK_ESYSTEM);
    assert_non_null(strstr(err.text, folder.path));
    spk_objstore_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_local_path_is_the_file),
        cmocka_unit_test(wrong_urls_name_the_next_step),
        cmocka_unit_test(folders_are_made_and_gone_with_their_last_object),
        cmocka_unit_test(what_is_no_object_is_not_listed),
        cmocka_unit_test(a_killed_writer_leaves_nothing_visible_and_is_cleaned_up),
        cmocka_unit_test(kill_9_at_any_point_leaves_whole_objects),
        cmocka_unit_test(young_leftovers_are_kept),
        cmocka_unit_test(a_read_only_folder_serves_reads_and_refuses_writes),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_no_partial_object, mount_disk,
                                        unmount_disk),
        cmocka_unit_test_setup_teardown(a_read_only_disk_serves_reads_and_refuses_writes,
                                        mount_disk, unmount_disk),
        cmocka_unit_test(a_limit_of_file_sizes_leaves_no_partial_object),
        cmocka_unit_test(a_root_that_is_gone_is_no_empty_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
