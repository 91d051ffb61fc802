#include "fixture.h"

#include "base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct spk_storage *open_at(const struct fixture_file *file)
{
    struct spk_storage *storage = NULL;
    return spk_storage_open(spk_view_of(file->url), &storage, NULL) == SPK_OK ? storage : NULL;
}

static void a_platform_is_locked_once_and_a_second_handle_learns_by_whom(void **state)
{
    struct fixture_file file;
    struct spk_error err = {0};
    fixture_file_make(&file);
    struct spk_storage *first = open_at(&file), *second = open_at(&file);
    assert_int_equal(spk_storage_lock(first, SPK_V("cx"), NULL), SPK_OK);
    assert_int_equal(spk_storage_lock(first, SPK_V("cx"), NULL), SPK_OK);
    assert_int_equal(spk_storage_lock(second, SPK_V("mexos"), NULL), SPK_OK);
    assert_int_equal(spk_storage_lock(second, SPK_V("cx"), &err), SPK_ETRANSIENT);
    char pid[32];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    assert_non_null(strstr(err.text, pid));
    spk_storage_unlock(first, SPK_V("cx"));
    spk_storage_unlock(first, SPK_V("cx"));
    assert_int_equal(spk_storage_lock(second, SPK_V("cx"), NULL), SPK_OK);
    spk_storage_close(second); /* gives both back */
    assert_int_equal(spk_storage_lock(first, SPK_V("cx"), NULL), SPK_OK);
    assert_int_equal(spk_storage_lock(first, SPK_V("mexos"), NULL), SPK_OK);
    spk_storage_close(first);
    fixture_file_remove(&file);
}

static _Noreturn void hold_until_killed(const struct fixture_file *file, int told)
{
    struct spk_storage *storage = open_at(file);
    bool ok = storage && spk_storage_lock(storage, SPK_V("cx"), NULL) == SPK_OK;
    if (write(told, ok ? "y" : "n", 1) != 1) {
        _exit(1);
    }
    for (;;) {
        pause();
    }
}

static void the_lock_of_a_killed_process_is_taken_over(void **state)
{
    struct fixture_file file;
    int ends[2];
    char word = 0;
    fixture_file_make(&file);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        hold_until_killed(&file, ends[1]);
    }
    assert_int_equal(read(ends[0], &word, 1), 1);
    assert_int_equal(word, 'y');
    struct spk_storage *storage = open_at(&file);
    assert_int_equal(spk_storage_lock(storage, SPK_V("cx"), NULL), SPK_ETRANSIENT);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(spk_storage_lock(storage, SPK_V("cx"), NULL), SPK_OK);
    spk_storage_close(storage);
    close(ends[0]);
    close(ends[1]);
    fixture_file_remove(&file);
}

enum { FIGHTERS = 2, ROUNDS = 25 };

static bool read_number(const char *path, int64_t *number)
{
    struct spk_buf text = {0};
    bool ok = spk_file_read(path, 64, &text, NULL) == SPK_OK &&
              spk_parse_i64(spk_buf_view(&text), 0, INT64_MAX, number);
    spk_buf_deinit(&text);
    return ok;
}

static bool write_number(const char *path, int64_t number)
{
    FILE *file = fopen(path, "w");
    bool ok = file && fprintf(file, "%lld", (long long)number) > 0;
    return (!file || fclose(file) == 0) && ok;
}

/* Reads a number, adds one, writes it: loses some where two do it at once. */
static bool count_up(const char *path)
{
    int64_t number = 0;
    return read_number(path, &number) && write_number(path, number + 1);
}

static _Noreturn void fight(const struct fixture_file *file, const char *path)
{
    struct spk_storage *storage = open_at(file);
    int rounds = 0;
    while (storage && rounds < ROUNDS) {
        spk_rc rc = spk_storage_lock(storage, SPK_V("cx"), NULL);
        if (rc != SPK_OK && rc != SPK_ETRANSIENT) {
            break;
        }
        if (rc == SPK_OK) {
            if (!count_up(path)) {
                break;
            }
            rounds++;
            spk_storage_unlock(storage, SPK_V("cx"));
        }
    }
    spk_storage_close(storage);
    _exit(rounds == ROUNDS ? 0 : 1);
}

static void of_two_processes_one_at_a_time_has_the_platform(void **state)
{
    struct fixture_file file;
    char path[128];
    fixture_file_make(&file);
    snprintf(path, sizeof path, "%s/count", file.folder);
    assert_true(write_number(path, 0));
    pid_t fighters[FIGHTERS];
    for (int i = 0; i < FIGHTERS; i++) {
        fighters[i] = fork();
        if (fighters[i] == 0) {
            fight(&file, path);
        }
    }
    for (int i = 0; i < FIGHTERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(fighters[i], &status, 0), fighters[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    int64_t number = 0;
    assert_true(read_number(path, &number));
    assert_int_equal(number, FIGHTERS * ROUNDS);
    fixture_file_remove(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_platform_is_locked_once_and_a_second_handle_learns_by_whom),
        cmocka_unit_test(the_lock_of_a_killed_process_is_taken_over),
        cmocka_unit_test(of_two_processes_one_at_a_time_has_the_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
