/* Locks by name: who gets them, who is told what, and when the dead lose them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time.h"
#include "folder.h"
#include "sql/sql_internal.h"

static spk_rc acquire(struct spk_sql *sql, const struct spk_sql_process *process,
                      struct spk_sql_lock *lock, struct spk_error *err)
{
    struct spk_sql_lock_options options = {
        .name = SPK_V("platform/x"), .owner = SPK_V("spike run 17"), .process = process};
    return spk_sql_lock_acquire(sql, &options, lock, err);
}

static void a_held_lock_names_its_holder(void **state)
{
    struct spk_sql *sql = open_url("sqlite::memory:", 0);
    struct spk_sql_lock lock, other;
    struct spk_error err = {0};
    char pid[32];
    assert_int_equal(acquire(sql, NULL, &lock, NULL), SPK_OK);
    assert_int_equal(acquire(sql, NULL, &other, &err), SPK_ETRANSIENT);
    snprintf(pid, sizeof(pid), "pid %d", (int)getpid());
    assert_non_null(strstr(err.text, "lock \"platform/x\" is held by spike run 17"));
    assert_non_null(strstr(err.text, pid));
    assert_non_null(strstr(err.hint, "wait for it to end"));
    assert_int_equal(spk_sql_lock_beat(sql, &lock, NULL), SPK_OK);
    assert_int_equal(spk_sql_lock_release(sql, &lock, NULL), SPK_OK);
    assert_int_equal(acquire(sql, NULL, &other, NULL), SPK_OK);
    assert_int_equal(spk_sql_lock_release(sql, &lock, NULL), SPK_OK);
    assert_int_equal(spk_sql_lock_beat(sql, &other, NULL), SPK_OK);
    spk_sql_destroy(sql);
}

static void locks_of_other_names_are_free(void **state)
{
    struct spk_sql *sql = open_url("sqlite::memory:", 0);
    struct spk_sql_lock lock;
    struct spk_sql_lock_options options = {.name = SPK_V("platform/y"), .owner = SPK_V("b")};
    assert_int_equal(acquire(sql, NULL, &lock, NULL), SPK_OK);
    assert_int_equal(spk_sql_lock_acquire(sql, &options, &lock, NULL), SPK_OK);
    assert_string_equal(lock.name, "platform/y");
    spk_sql_destroy(sql);
}

/* A lock as a process of the given sort left it, with a heartbeat of `silent_s` seconds ago. */
struct left_behind {
    const char *what;
    const char *host, *boot; /* NULL: as ours */
    int64_t pid_namespace;   /* added to ours */
    int64_t started;         /* added to ours */
    int64_t pid;             /* 0: ours */
    int64_t silent_s;
    bool taken_over;
};

static const struct left_behind left_behind[] = {
    {"ours", NULL, NULL, 0, 0, 0, 0, false},
    {"ours, silent", NULL, NULL, 0, 0, 0, 3600, false},
    {"pid of a process that is gone", NULL, NULL, 0, 0, 0x3ffffff, 0, true},
    {"pid used by another process since", NULL, NULL, 0, -1, 0, 0, true},
    {"before the last boot", NULL, "4711", 0, 0, 0, 0, true},
    {"another machine", "elsewhere", NULL, 0, 0, 0x3ffffff, 30, false},
    {"another machine, silent", "elsewhere", NULL, 0, 0, 0, 61, true},
    {"another machine with another boot", "elsewhere", "4711", 0, 0, 0, 0, false},
    {"another container", NULL, NULL, 1, 0, 0x3ffffff, 30, false},
    {"another container, silent", NULL, NULL, 1, 0, 0, 61, true},
};

static void only_the_dead_lose_their_lock(void **state)
{
    struct spk_sql_process self;
    struct spk_sql_process_store store;
    spk_sql_process_self(&self, &store);
    assert_true(self.host.len > 0 && self.boot.len > 0 && self.started > 0);
    for (size_t i = 0; i < sizeof(left_behind) / sizeof(left_behind[0]); i++) {
        const struct left_behind *left = &left_behind[i];
        struct spk_sql *sql = open_url("sqlite::memory:", 0);
        struct spk_sql_process holder = self;
        struct spk_sql_lock lock, mine;
        if (left->host)
            holder.host = spk_view_of(left->host);
        if (left->boot)
            holder.boot = spk_view_of(left->boot);
        if (left->pid)
            holder.pid = left->pid;
        holder.pid_namespace += left->pid_namespace;
        holder.started += left->started;
        assert_int_equal(acquire(sql, &holder, &lock, NULL), SPK_OK);
        exec(sql, SPK_SQL("UPDATE spk_lock SET heartbeat_us = heartbeat_us - $1",
                          spk_sql_i64(left->silent_s * SPK_SECOND_US)));
        spk_rc rc = acquire(sql, NULL, &mine, NULL);
        if (rc != (left->taken_over ? SPK_OK : SPK_ETRANSIENT))
            fail_msg("%s: %d", left->what, rc);
        struct spk_error err = {0};
        rc = spk_sql_lock_beat(sql, &lock, &err);
        assert_int_equal(rc, left->taken_over ? SPK_ESYSTEM : SPK_OK);
        assert_int_equal(strstr(err.text, "took it over") != NULL, left->taken_over);
        spk_sql_destroy(sql);
    }
}

/* Takes the lock, tells the parent, and waits to be killed. */
static _Noreturn void hold_until_killed(const char *url, int told)
{
    struct spk_sql *sql = open_url(url, 0);
    struct spk_sql_lock lock;
    char answer = acquire(sql, NULL, &lock, NULL) == SPK_OK ? 'y' : 'n';
    (void)!write(told, &answer, 1);
    for (;;)
        pause();
}

static void the_lock_of_a_killed_process_is_taken_over(void **state)
{
    struct folder folder;
    struct spk_sql_lock lock;
    siginfo_t info;
    int pipe_ends[2];
    char answer = 0;
    folder_init(&folder);
    struct spk_sql *sql = open_url(folder.url, 0);
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        hold_until_killed(folder.url, pipe_ends[1]);
    assert_int_equal(read(pipe_ends[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_int_equal(acquire(sql, NULL, &lock, NULL), SPK_ETRANSIENT);
    assert_int_equal(kill(child, SIGKILL), 0);
    /* Dead, but not yet waited for: that counts too. */
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(acquire(sql, NULL, &lock, NULL), SPK_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    spk_sql_destroy(sql);
    folder_deinit(&folder);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char name[SPK_SQL_LOCK_NAME];
    struct spk_sql *sql = open_url("sqlite::memory:", 0);
    struct spk_sql_lock lock;
    memset(name, 'x', sizeof(name));
    struct spk_sql_lock_options options = {.name = {name, sizeof(name)}, .owner = SPK_V("o")};
    assert_int_equal(spk_sql_lock_acquire(sql, &options, &lock, NULL), SPK_EDATA);
    options.name.len--;
    assert_int_equal(spk_sql_lock_acquire(sql, &options, &lock, NULL), SPK_OK);
    assert_int_equal(spk_sql_lock_beat(sql, &lock, NULL), SPK_OK);
    spk_sql_destroy(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_lock_names_its_holder),
        cmocka_unit_test(locks_of_other_names_are_free),
        cmocka_unit_test(only_the_dead_lose_their_lock),
        cmocka_unit_test(the_lock_of_a_killed_process_is_taken_over),
        cmocka_unit_test(a_name_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
