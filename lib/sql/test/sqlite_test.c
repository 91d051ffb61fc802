/* What only a database in a file can show: other connections, crashes, rights, damage, full disks.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

enum { NOBODY = 65534 };

static spk_rc open_quietly(const char *url, struct spk_error *err)
{
    struct spk_sql_options options = {.url = url, .busy_ms = 10};
    struct spk_sql *sql = NULL;
    spk_rc rc = spk_sql_open(&options, &sql, err);
    spk_sql_destroy(sql);
    return rc;
}

static void the_promised_settings_hold(void **state)
{
    struct folder folder;
    struct stat file;
    folder_init(&folder);
    struct spk_sql *sql = open_url(folder.url, 0);
    struct spk_arena arena = {0};
    struct spk_sql_row row;
    assert_int_equal(spk_sql_query_row(sql, SPK_SQL("PRAGMA journal_mode"), &arena, &row, NULL),
                     SPK_OK);
    assert_true(spk_view_is(spk_sql_row_text(&row, 0), "wal"));
    assert_int_equal(number(sql, SPK_SQL("PRAGMA foreign_keys")), 1);
    assert_int_equal(number(sql, SPK_SQL("PRAGMA synchronous")), 2);
    assert_int_equal(number(sql, SPK_SQL("PRAGMA busy_timeout")), 5000);
    assert_int_equal(stat(folder.database, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    spk_arena_deinit(&arena);
    spk_sql_destroy(sql);
    folder_deinit(&folder);
}

/* Writes rows, tells the parent after each statement, and waits to be killed at the given one. */
static _Noreturn void write_until_killed(const char *url, int statements, int told)
{
    struct spk_sql *sql = open_url(url, 0);
    for (int i = 0; i < statements; i++) {
        if (i % 3 == 0)
            spk_sql_begin(sql, SPK_SQL_WRITE, NULL);
        else if (i % 3 == 1)
            exec(sql, SPK_SQL("INSERT INTO t VALUES ($1)", spk_sql_i64(i / 3)));
        else
            spk_sql_commit(sql, NULL);
    }
    (void)!write(told, "x", 1);
    for (;;)
        pause();
}

static void kill_9_keeps_what_was_committed_and_drops_the_rest(void **state)
{
    for (int statements = 0; statements < 12; statements++) {
        struct folder folder;
        int pipe_ends[2], status;
        char byte;
        folder_init(&folder);
        struct spk_sql *sql = open_url(folder.url, 0);
        exec(sql, SPK_SQL("CREATE TABLE t (id BIGINT)"));
        spk_sql_destroy(sql);
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            write_until_killed(folder.url, statements, pipe_ends[1]);
        close(pipe_ends[1]);
        assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        close(pipe_ends[0]);
        sql = open_url(folder.url, 100);
        assert_int_equal(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")), statements / 3);
        exec(sql, SPK_SQL("INSERT INTO t VALUES (1)"));
        spk_sql_destroy(sql);
        folder_deinit(&folder);
    }
}

static void a_second_writer_is_told_to_try_again(void **state)
{
    struct folder folder;
    struct spk_error err = {0};
    folder_init(&folder);
    struct spk_sql *first = open_url(folder.url, 10), *second = open_url(folder.url, 10);
    exec(first, SPK_SQL("CREATE TABLE t (id BIGINT)"));
    assert_int_equal(spk_sql_begin(first, SPK_SQL_WRITE, NULL), SPK_OK);
    exec(first, SPK_SQL("INSERT INTO t VALUES (1)"));
    assert_int_equal(spk_sql_begin(second, SPK_SQL_WRITE, &err), SPK_ETRANSIENT);
    assert_non_null(strstr(err.hint, "try again"));
    assert_int_equal(spk_sql_exec(second, SPK_SQL("INSERT INTO t VALUES (2)"), NULL),
                     SPK_ETRANSIENT);
    assert_int_equal(number(second, SPK_SQL("SELECT COUNT(*) FROM t")), 0);
    assert_int_equal(spk_sql_commit(first, NULL), SPK_OK);
    assert_int_equal(number(second, SPK_SQL("SELECT COUNT(*) FROM t")), 1);
    spk_sql_destroy(first);
    spk_sql_destroy(second);
    folder_deinit(&folder);
}

static spk_rc count_up(struct spk_sql *sql, void *context, struct spk_error *err)
{
    int64_t n = 0;
    spk_rc rc = spk_sql_query_i64(sql, SPK_SQL("SELECT n FROM t"), &n, err);
    return rc != SPK_OK
               ? rc
               : spk_sql_exec(sql, SPK_SQL("UPDATE t SET n = $1", spk_sql_i64(n + 1)), err);
}

enum { THREADS = 4, ROUNDS = 25 };

static const struct spk_sql_migration counter[] = {
    {1, "counter", "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (0)"},
};

/* Opens, migrates and counts like every other thread, all on one new file. */
static void *count_in_thread(void *context)
{
    struct spk_sql_options options = {.url = (const char *)context, .busy_ms = 60000};
    struct spk_sql *sql = NULL;
    struct spk_error err = {0};
    spk_rc rc = spk_sql_open(&options, &sql, &err);
    if (rc == SPK_OK)
        rc = spk_sql_migrate(sql, counter, 1, &err);
    for (int i = 0; rc == SPK_OK && i < ROUNDS; i++)
        rc = spk_sql_transaction(sql, count_up, NULL, &err);
    spk_sql_destroy(sql);
    if (rc != SPK_OK)
        fprintf(stderr, "%s\n", err.text);
    return rc == SPK_OK ? context : NULL;
}

static void connections_of_many_threads_lose_no_update(void **state)
{
    struct folder folder;
    pthread_t threads[THREADS];
    folder_init(&folder);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_in_thread, folder.url), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    struct spk_sql *sql = open_url(folder.url, 0);
    assert_int_equal(number(sql, SPK_SQL("SELECT n FROM t")), THREADS * ROUNDS);
    spk_sql_destroy(sql);
    folder_deinit(&folder);
}

static void wrong_urls_and_paths_name_the_next_step(void **state)
{
    static const struct {
        const char *url, *says;
    } wrong[] = {
        {"mysql:host=x password=secret", "\"mysql:\""},
        {"sqlite:", "no path"},
        {"sqlite:/nowhere/at/all.db", "/nowhere/at/all.db"},
        {"sqlite:/tmp", "/tmp"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct spk_error err = {0};
        assert_int_equal(open_quietly(wrong[i].url, &err), SPK_ECONFIG);
        assert_int_equal(err.rc, SPK_ECONFIG);
        assert_non_null(strstr(err.text, wrong[i].says));
        assert_null(strstr(err.text, "secret"));
        assert_true(err.hint[0] != '\0');
    }
}

static void a_database_that_must_exist_is_not_made(void **state)
{
    struct folder folder;
    folder_init(&folder);
    struct spk_sql_options options = {.url = folder.url, .must_exist = true};
    struct spk_sql *sql = NULL;
    assert_int_equal(spk_sql_open(&options, &sql, NULL), SPK_ECONFIG);
    assert_int_not_equal(access(folder.database, F_OK), 0);
    folder_deinit(&folder);
}

/* Runs as nobody, for whom rights count; the child's exit status is what open said. */
static int open_as_nobody(const char *url)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct spk_error err = {0};
        if (getuid() == 0 && setuid(NOBODY) != 0)
            _exit(99);
        spk_rc rc = open_quietly(url, &err);
        _exit(err.hint[0] ? (int)rc : 98);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void missing_rights_are_a_matter_of_configuration(void **state)
{
    struct folder folder;
    folder_init(&folder);
    assert_int_equal(chmod(folder.path, 0555), 0);
    assert_int_equal(open_as_nobody(folder.url), SPK_ECONFIG);
    assert_int_equal(chmod(folder.path, 0755), 0);
    spk_sql_destroy(open_url(folder.url, 0));
    assert_int_equal(chmod(folder.database, 0444), 0);
    assert_int_equal(open_as_nobody(folder.url), SPK_ECONFIG);
    folder_deinit(&folder);
}

static void a_damaged_file_is_bad_data(void **state)
{
    struct folder folder;
    struct spk_error err = {0};
    folder_init(&folder);
    int file = open(folder.database, O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(file, "this is no database, but a long text of something", 48), 48);
    close(file);
    assert_int_equal(open_quietly(folder.url, &err), SPK_EDATA);
    assert_non_null(strstr(err.text, folder.database));
    assert_non_null(strstr(err.hint, "backup"));
    folder_deinit(&folder);
}

/* A child whose files cannot grow past 256 KiB; exits with what the failed insert said. */
static _Noreturn void fill_up(const char *url)
{
    struct rlimit limit = {256 * 1024, 256 * 1024};
    struct spk_sql *sql = open_url(url, 0);
    struct spk_error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    spk_rc rc = SPK_OK;
    for (int i = 0; rc == SPK_OK && i < 1000; i++)
        rc = spk_sql_exec(sql, SPK_SQL("INSERT INTO t VALUES (hex(zeroblob(4096)))"), &err);
    _exit(err.hint[0] ? (int)rc : 98);
}

static void a_full_disk_stops_and_loses_nothing(void **state)
{
    struct folder folder;
    int status = 0;
    folder_init(&folder);
    struct spk_sql *sql = open_url(folder.url, 0);
    exec(sql, SPK_SQL("CREATE TABLE t (x TEXT)"));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        fill_up(folder.url);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), SPK_ESYSTEM);
    assert_true(number(sql, SPK_SQL("SELECT COUNT(*) FROM t")) > 5);
    exec(sql, SPK_SQL("INSERT INTO t VALUES ('after')"));
    spk_sql_destroy(sql);
    folder_deinit(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promised_settings_hold),
        cmocka_unit_test(kill_9_keeps_what_was_committed_and_drops_the_rest),
        cmocka_unit_test(a_second_writer_is_told_to_try_again),
        cmocka_unit_test(connections_of_many_threads_lose_no_update),
        cmocka_unit_test(wrong_urls_and_paths_name_the_next_step),
        cmocka_unit_test(a_database_that_must_exist_is_not_made),
        cmocka_unit_test(missing_rights_are_a_matter_of_configuration),
        cmocka_unit_test(a_damaged_file_is_bad_data),
        cmocka_unit_test(a_full_disk_stops_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
