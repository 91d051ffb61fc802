#include "folder.h"

#include "options/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_view(struct spk_view view, const char *expected)
{
    if (!spk_view_is(view, expected)) {
        fail_msg("'%.*s' is not '%s'", SPK_FMT(view), expected);
    }
}

static void assert_below(struct spk_view view, const struct spk_project *project,
                         const char *before, const char *after)
{
    char expected[1024];
    snprintf(expected, sizeof expected, "%s%.*s%s", before, SPK_FMT(project->root), after);
    assert_view(view, expected);
}

static void an_empty_project_file_means_the_defaults(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    folder_make(&folder);
    folder_write(&folder, "spike.yaml", "");
    assert_int_equal(spk_project_load(folder.path, &project, NULL), SPK_OK);
    assert_int_equal(project->platform_count, 0);
    assert_below(project->storage_url, project, "sqlite:", "/spike.db");
    assert_below(project->transient_url, project, "file://", "/transient");
    assert_below(project->warehouse_url, project, "duckdb:", "/warehouse.duckdb");
    assert_int_equal(project->dbt_folder.len, 0);
    spk_project_destroy(project);
    spk_project_destroy(NULL);
    folder_remove(&folder);
}

static void the_example_is_read_whole(void **state)
{
    struct spk_project *project = NULL;
    struct spk_error err = {0};
    if (spk_project_load("test/data/example", &project, &err) != SPK_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(project->platform_count, 2);
    const struct spk_platform *platform = NULL;
    assert_int_equal(spk_project_platform(project, SPK_V("cellxpert"), &platform, NULL), SPK_OK);
    assert_below(platform->manifest, project, "", "/connectors/cellxpert/manifest.yaml");
    assert_view(platform->schedule, "0 6 * * *");
    assert_int_equal(platform->rule, SPK_RULE_QUORUM);
    assert_true(platform->quorum == 0.75);
    assert_int_equal(platform->lookback_days, 3);
    assert_int_equal(platform->parallel_accounts, 4);
    assert_view(platform->raw_url, "file:///srv/raw/cellxpert");
    assert_int_equal(platform->stream_count, 2);
    assert_int_equal(platform->account_count, 3);
    assert_true(spk_platform_account(platform, SPK_V("old-one"))->paused);
    assert_false(spk_platform_account(platform, SPK_V("bravo-bet"))->paused);
    assert_null(spk_platform_account(platform, SPK_V("bravo")));
    assert_int_equal(spk_project_platform(project, SPK_V("mexos"), &platform, NULL), SPK_OK);
    assert_below(platform->raw_url, project, "file://", "/raw/mexos");
    spk_project_destroy(project);
}

static void checks_are_inherited_and_the_written_one_wins(void **state)
{
    struct spk_project *project = NULL;
    const struct spk_platform *platform = NULL;
    assert_int_equal(spk_project_load("test/data/example", &project, NULL), SPK_OK);
    assert_int_equal(spk_project_platform(project, SPK_V("cellxpert"), &platform, NULL), SPK_OK);
    const struct {
        const char *stream;
        int64_t minimum;
        bool no_rows;
    } cases[] = {
        {"RegistrationReportStream", 0, true},
        {"MediaReportStream", 10, false},
        {"CommissionReportStream", 10, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct spk_check_settings *checks =
            spk_platform_checks(platform, spk_view_of(cases[i].stream));
        assert_int_equal(checks->daily_minimum, cases[i].minimum);
        assert_int_equal(checks->no_rows, cases[i].no_rows);
        assert_true(checks->average_low == 0.5);
        assert_true(checks->average_high == 3 && checks->weekday_deviations == 4);
        assert_true(checks->failed_responses && checks->unproven_empty && checks->schema_drift);
    }
    assert_int_equal(project->platforms[1].checks.daily_minimum, 1);
    spk_project_destroy(project);
}

static void validate_misses_the_manifest(void **state)
{
    struct spk_project *project = NULL;
    struct spk_error err = {0};
    assert_int_equal(spk_project_load("test/data/example", &project, NULL), SPK_OK);
    assert_int_equal(spk_project_validate(project, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "test/data/example/platforms/mexos.yaml: connector: there is no "
                                  "file /nowhere/mexos/manifest.yaml");
    project->platform_count = 1;
    assert_int_equal(spk_project_validate(project, NULL), SPK_OK);
    spk_project_destroy(project);
}

static void a_project_is_found_from_a_folder_inside(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    struct spk_error err = {0};
    char home[512];
    assert_non_null(getcwd(home, sizeof home));
    folder_make(&folder);
    folder_write(&folder, "a/spike.yaml", "");
    folder_write(&folder, "a/b/c/file", "");
    char inside[512];
    snprintf(inside, sizeof inside, "%s/a/b/c", folder.path);
    assert_int_equal(chdir(inside), 0);
    assert_int_equal(spk_project_load(NULL, &project, NULL), SPK_OK);
    assert_true(spk_view_ends(project->root, SPK_V("/a")));
    spk_project_destroy(project);
    assert_int_equal(chdir(folder.path), 0);
    assert_int_equal(spk_project_load(NULL, &project, &err), SPK_ECONFIG);
    assert_non_null(strstr(err.text, "no spike.yaml in "));
    assert_int_equal(spk_project_load("a/b", &project, &err), SPK_ECONFIG);
    assert_int_equal(spk_project_load("nowhere", &project, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "there is no folder nowhere");
    assert_int_equal(chdir(home), 0);
    folder_remove(&folder);
}

static void an_unknown_platform_is_told_with_the_nearest(void **state)
{
    struct spk_project *project = NULL;
    const struct spk_platform *platform = NULL;
    struct spk_error err = {0};
    assert_int_equal(spk_project_load("test/data/example", &project, NULL), SPK_OK);
    assert_int_equal(spk_project_platform(project, SPK_V("cellxprt"), &platform, &err),
                     SPK_ECONFIG);
    assert_string_equal(err.text, "no platform 'cellxprt'; did you mean 'cellxpert'?");
    spk_project_destroy(project);
}

/* One file with one mistake; what follows the folder's name in the message. */
struct mistake {
    const char *file, *text, *expected;
};

static const struct mistake mistakes[] = {
    {"spike.yaml", "storag: x\n",
     "/spike.yaml:1:1: unknown setting 'storag', did you mean storage?"},
    {"spike.yaml", "storage: postgres:x\n",
     "/spike.yaml:1:10: storage: must begin with one of sqlite:, postgresql:, not 'postgres'; did "
     "you mean 'postgresql:'?"},
    {"spike.yaml", "raw: /data/raw\n",
     "/spike.yaml:1:6: raw: must begin with one of file:, s3:, memory:, not '/data/raw'"},
    {"spike.yaml", "raw: file://data/raw\n",
     "/spike.yaml:1:6: raw: a host has no place in 'file://'; write file:PATH or file:///PATH"},
    {"spike.yaml", "checks: {average_low: 1.5}\n",
     "/spike.yaml:1:23: checks.average_low: must be 0 (off) or a share under 1"},
    {"spike.yaml", "checks: {average_hi: 1.5}\n",
     "/spike.yaml:1:10: checks: unknown setting 'average_hi', did you mean average_high?"},
    {"spike.yaml", "checks: {weekday_warm_up: 1}\n",
     "/spike.yaml:1:27: checks.weekday_warm_up: must be an integer from 2 to 52, not 1"},
    {"spike.yaml", "checks: [1]\n", "/spike.yaml:1:9: checks: must be a mapping, not a list"},
    {"spike.yaml", "defaults: {connector: x}\n",
     "/spike.yaml:1:12: defaults: unknown setting 'connector'"},
    {"spike.yaml", "- a\n", "/spike.yaml:1:1: must be a mapping of settings, not a list"},
    {"platforms/a.yaml", "", "/platforms/a.yaml: connector is missing"},
    {"platforms/a.yaml", "connector: m\nrules: all\n",
     "/platforms/a.yaml:2:1: unknown setting 'rules', did you mean rule?"},
    {"platforms/a.yaml", "connector: m\nfoo:\n", "/platforms/a.yaml:2:1: unknown setting 'foo'"},
    {"platforms/a.yaml", "connector: m\nrule: most\n",
     "/platforms/a.yaml:2:7: rule: must be one of all, each, quorum, not 'most'"},
    {"platforms/a.yaml", "connector: m\nrule: quorum\n",
     "/platforms/a.yaml:2:7: quorum: is missing"},
    {"platforms/a.yaml", "connector: m\nrule: quorum\nquorum: 1.2\n",
     "/platforms/a.yaml:3:9: quorum: must be a share over 0, up to 1"},
    {"platforms/a.yaml", "connector: m\nquorum: 0.5\n",
     "/platforms/a.yaml:2:9: quorum: has no meaning with rule: all"},
    {"platforms/a.yaml", "connector: m\nlookback_days: 400\n",
     "/platforms/a.yaml:2:16: lookback_days: must be an integer from 0 to 366, not 400"},
    {"platforms/a.yaml", "connector: m\nstreams: {S: {check: {}}}\n",
     "/platforms/a.yaml:2:15: streams.S: unknown setting 'check', did you mean checks?"},
    {"platforms/a.yaml", "connector: m\nstreams: {S: {checks: {no_row: true}}}\n",
     "/platforms/a.yaml:2:24: streams.S.checks: unknown setting 'no_row', did you mean no_rows?"},
    {"platforms/a.yaml", "connector: m\nstreams: {a/b: }\n",
     "/platforms/a.yaml:2:11: streams: the name 'a/b' must not hold slashes or control characters"},
    {"platforms/a.yaml", "connector: m\naccounts: {007: {}}\n",
     "/platforms/a.yaml:2:12: accounts: the name 7 must be quoted"},
    {"platforms/a.yaml", "connector: m\naccounts: {..: {}}\n",
     "/platforms/a.yaml:2:12: accounts: the name '..' must not begin with a dot, nor begin or end "
     "with a blank"},
    {"platforms/a.yaml", "connector: m\naccounts: {x: 5}\n",
     "/platforms/a.yaml:2:15: accounts.x: must be a mapping of the connector's settings"},
    {"platforms/a.yaml", "connector: m\naccounts: {x: {paused: maybe}}\n",
     "/platforms/a.yaml:2:24: accounts.x.paused: must be true or false"},
    {"platforms/a.yaml", "connector: m\naccounts:\n  x: {}\n  y: {}\n  x: {}\n",
     "/platforms/a.yaml:5:3: the key \"x\" stands twice"},
    {"platforms/A b.yaml", "connector: m\n",
     "/platforms/A b.yaml: a platform's file is named NAME.yaml"},
    {"platforms/a.yml", "connector: m\n", "/platforms/a.yml: a platform's file is named NAME.yaml"},
};

static void a_mistake_is_told_with_its_place(void **state)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct folder folder;
        struct spk_project *project = NULL;
        struct spk_error err = {0};
        folder_make(&folder);
        folder_write(&folder, "spike.yaml", "");
        folder_write(&folder, mistakes[i].file, mistakes[i].text);
        assert_int_equal(spk_project_load(folder.path, &project, &err), SPK_ECONFIG);
        assert_null(project);
        assert_string_equal(err.text + strlen(folder.path), mistakes[i].expected);
        folder_remove(&folder);
    }
}

static void a_rule_of_the_project_is_every_platforms_default(void **state)
{
    struct folder folder;
    struct spk_project *project = NULL;
    folder_make(&folder);
    folder_write(&folder, "spike.yaml", "defaults: {rule: quorum, quorum: 0.9}\n");
    folder_write(&folder, "platforms/a.yaml", "connector: m\n");
    folder_write(&folder, "platforms/b.yaml", "connector: m\nrule: each\n");
    folder_write(&folder, "platforms/c.yaml", "connector: m\nquorum: 0.5\n");
    folder_write(&folder, "platforms/.c.yaml.swp", "");
    assert_int_equal(spk_project_load(folder.path, &project, NULL), SPK_OK);
    assert_int_equal(project->platform_count, 3);
    assert_true(project->platforms[0].quorum == 0.9);
    assert_int_equal(project->platforms[1].rule, SPK_RULE_EACH);
    assert_true(project->platforms[1].quorum == 0);
    assert_true(project->platforms[2].quorum == 0.5);
    spk_project_destroy(project);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_project_file_means_the_defaults),
        cmocka_unit_test(the_example_is_read_whole),
        cmocka_unit_test(checks_are_inherited_and_the_written_one_wins),
        cmocka_unit_test(validate_misses_the_manifest),
        cmocka_unit_test(a_project_is_found_from_a_folder_inside),
        cmocka_unit_test(an_unknown_platform_is_told_with_the_nearest),
        cmocka_unit_test(a_mistake_is_told_with_its_place),
        cmocka_unit_test(a_rule_of_the_project_is_every_platforms_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
