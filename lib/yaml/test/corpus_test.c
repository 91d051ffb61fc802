/* Public manifests, compared value by value with PyYAML running beside; skipped where either is
 * absent. */
#include "yaml/yaml.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char corpus[] = SPK_SOURCE_DIR "/../shared/corpus/*/manifest.yaml";

/* The oracle's answers, one line a file; NULL where it cannot run. */
static FILE *ask_oracle(const glob_t *files, char list[static 32])
{
    memcpy(list, "/tmp/spk_yaml_corpus_XXXXXX", 28);
    FILE *names = fdopen(mkstemp(list), "w");
    assert_non_null(names);
    for (size_t i = 0; i < files->gl_pathc; i++)
        fprintf(names, "%s\n", files->gl_pathv[i]);
    fclose(names);
    if (system("python3 -c 'import yaml; yaml.CSafeLoader' 2>/dev/null") != 0)
        return NULL;
    struct spk_buf command = {0};
    spk_buf_printf(&command, "python3 %s/tests/oracle/yaml_live.py --c < %s", SPK_SOURCE_DIR, list);
    FILE *answers = popen(spk_buf_cstr(&command), "r");
    spk_buf_deinit(&command);
    return answers;
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
    char list[32];
    FILE *answers = ask_oracle(&files, list);
    size_t compared = 0, wrong = 0, cap = 0;
    char *line = NULL;
    ssize_t len;
    while (answers && (len = getline(&line, &cap, answers)) > 0) {
        struct spk_view rest = {line, (size_t)len - 1};
        struct spk_view path = spk_view_cut(&rest, '\t');
        wrong += !same(path, rest);
        compared++;
    }
    free(line);
    unlink(list);
    size_t count = files.gl_pathc;
    globfree(&files);
    if (!answers) {
        print_message("SKIPPED: python3 with PyYAML is not here\n");
        skip();
    }
    pclose(answers);
    print_message("%zu manifests compared\n", compared);
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
