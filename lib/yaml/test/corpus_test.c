/* Public manifests, compared value by value with PyYAML running beside; skipped where either is
 * absent. */
#include "yaml/yaml.h"

#include <glob.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char corpus[] = SPK_SOURCE_DIR "/../shared/corpus/*/manifest.yaml";

enum { NOT_HERE = 77 }; /* yaml_live.py's word for "no PyYAML" */

/* The oracle's answers, one line a file, into `answers`; its exit status. */
static int ask_oracle(const glob_t *files, FILE *answers)
{
    char *const words[] = {(char *)"python3", (char *)SPK_SOURCE_DIR "/tests/oracle/yaml_live.py",
                           (char *)"--c", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    FILE *names = tmpfile();
    assert_non_null(names);
    for (size_t i = 0; i < files->gl_pathc; i++)
        fprintf(names, "%s\n", files->gl_pathv[i]);
    rewind(names);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(names), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(answers), STDOUT_FILENO);
    int failed = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (!failed)
        assert_int_equal(waitpid(child, &status, 0), child);
    fclose(names);
    rewind(answers);
    return failed ? NOT_HERE : WEXITSTATUS(status);
}

static bool same(struct spk_view path, struct spk_view expected)
{
    struct spk_arena arena = {0};
    struct spk_buf got = {0};
    struct spk_error err;
    struct spk_value value;
    char *name = spk_arena_strdup(&arena, path);
    spk_rc rc = spk_yaml_read_file(&arena, name, NULL, &value, &err);
    if (rc == SPK_OK)
        spk_value_repr(&got, value);
    bool equal = rc == SPK_OK && spk_view_equal(spk_buf_view(&got), expected);
    if (!equal)
        print_error("%s differs%s%s\n", name, rc == SPK_OK ? "" : ": ",
                    rc == SPK_OK ? "" : err.text);
    spk_buf_deinit(&got);
    spk_arena_deinit(&arena);
    return equal;
}

static void manifests_read_as_the_reference_reads_them(void **state)
{
    glob_t files;
    if (glob(corpus, 0, NULL, &files) != 0) {
        print_message("SKIPPED: the corpus of manifests is not here\n");
        skip();
    }
    FILE *answers = tmpfile();
    assert_non_null(answers);
    int status = ask_oracle(&files, answers);
    size_t compared = 0, wrong = 0, cap = 0;
    char *line = NULL;
    ssize_t len;
    while ((len = getline(&line, &cap, answers)) > 0) {
        struct spk_view rest = {line, (size_t)len - 1};
        struct spk_view path = spk_view_cut(&rest, '\t');
        wrong += !same(path, rest);
        compared++;
    }
    free(line);
    fclose(answers);
    size_t count = files.gl_pathc;
    globfree(&files);
    if (status == NOT_HERE) {
        print_message("SKIPPED: python3 with PyYAML is not here\n");
        skip();
    }
    print_message("%zu manifests compared\n", compared);
    assert_int_equal(status, 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(compared, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifests_read_as_the_reference_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
