#include <stddef.h>
#include <stdio.h>

#include "command.h"
#include "project/project.h"
#include "source/source.h"

/* `spike validate`: everything that can be checked without a network. */
struct words {
    struct spk_view project;
};

static const struct spk_option options[] = {
    {.name = "project",
     .type = SPK_OPTION_STRING,
     .offset = offsetof(struct words, project),
     .placeholder = "DIR",
     .help = "folder of spike.yaml"},
    SPK_OPTION_END,
};

/* Builds the account's streams, which tells of every component that is wrong. */
static spk_rc check_streams(struct spk_manifest *manifest,
                            const struct spk_source_options *settings, struct spk_arena *arena,
                            struct spk_error *err)
{
    struct spk_source *source = NULL;
    struct spk_value catalog;
    spk_rc rc = spk_source_create(manifest, settings, &source, err);
    if (!rc)
        rc = spk_source_discover(source, arena, &catalog, err);
    spk_source_destroy(source);
    return rc;
}

/* Each account's config against the connector's spec; secrets must be references. */
static spk_rc check_accounts(const struct spk_platform *platform, struct spk_manifest *manifest,
                             struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value spec;
    spk_rc rc = spk_manifest_spec(manifest, &arena, &spec, err);
    if (!rc)
        rc = spk_platform_check_secrets(platform, spk_get(spec, "connectionSpecification"), err);
    for (size_t i = 0; !rc && i < platform->account_count; i++) {
        struct spk_source_options source_options = {.config_is_fixed = true};
        rc = spk_platform_account_config(platform, &platform->accounts[i], &arena,
                                         &source_options.config, err);
        if (!rc)
            rc = check_streams(manifest, &source_options, &arena, err);
        if (rc)
            rc = spk_error_context(err, rc, "%s: account %.*s", platform->file,
                                   SPK_FMT(platform->accounts[i].id));
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc check_platform(const struct spk_platform *platform, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_manifest *manifest = NULL;
    spk_rc rc = spk_manifest_read(spk_arena_strdup(&arena, platform->manifest), &manifest, err);
    if (!rc)
        rc = check_accounts(platform, manifest, err);
    if (!rc)
        printf("%-12.*s %zu accounts, connector %.*s\n", SPK_FMT(platform->name),
               platform->account_count, SPK_FMT(platform->manifest));
    spk_manifest_destroy(manifest);
    spk_arena_deinit(&arena);
    return rc;
}

extern const struct spk_command spk_validate_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct words words = {0};
    struct spk_arena arena = {0};
    struct spk_project *project = NULL;
    if (spk_options_parse(options, argv, &arena, &words, err)) {
        spk_arena_deinit(&arena);
        return spk_command_usage(&spk_validate_command, err);
    }
    const char *folder = words.project.len ? spk_arena_strdup(&arena, words.project) : NULL;
    spk_rc rc = spk_project_load(folder, &project, err);
    if (!rc)
        rc = spk_project_validate(project, err);
    for (size_t i = 0; !rc && i < project->platform_count; i++)
        rc = check_platform(&project->platforms[i], err);
    spk_project_destroy(project);
    spk_arena_deinit(&arena);
    return spk_command_end(rc, err);
}

const struct spk_command spk_validate_command = {
    .name = "validate",
    .usage = "[--project DIR]",
    .help = "check spike.yaml, platforms and connectors without a network",
    .options = options,
    .run = run,
};
