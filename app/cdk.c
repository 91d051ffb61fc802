#include "cdk.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

enum { MOST_WORDS = 16 };

struct command_line {
    char *words[MOST_WORDS];
    size_t n;
};

static void add(struct command_line *line, char *word)
{
    line->words[line->n++] = word;
}

static void add_file(struct command_line *line, struct spk_arena *arena, const char *option,
                     struct spk_view file)
{
    if (file.len == 0)
        return;
    add(line, spk_arena_strdup(arena, spk_view_of(option)));
    add(line, spk_arena_strdup(arena, file));
}

static struct spk_view components_beside(struct spk_arena *arena, struct spk_view manifest)
{
    size_t folder = manifest.len;
    while (folder > 0 && manifest.at[folder - 1] != '/')
        folder--;
    struct spk_view file =
        spk_arena_printf(arena, "%.*scomponents.py", SPK_FMT(spk_view_slice(manifest, 0, folder)));
    return access(file.at, R_OK) == 0 ? file : (struct spk_view){0};
}

spk_rc spk_cdk_become(const struct spk_cdk_call *call, struct spk_error *err)
{
    const char *named = getenv("SPIKE_CDK");
    const char *program = named && *named ? named : "source-declarative-manifest";
    struct spk_arena arena = {0};
    struct command_line line = {0};
    struct spk_view components = call->components;
    if (components.len == 0)
        components = components_beside(&arena, call->manifest);
    add(&line, spk_arena_strdup(&arena, spk_view_of(program)));
    add(&line, spk_arena_strdup(&arena, spk_view_of(call->op)));
    add_file(&line, &arena, "--config", call->config);
    add_file(&line, &arena, "--catalog", call->catalog);
    add_file(&line, &arena, "--state", call->state);
    add_file(&line, &arena, "--manifest-path", call->manifest);
    add_file(&line, &arena, "--components-path", components);
    if (call->debug)
        add(&line, spk_arena_strdup(&arena, SPK_V("--debug")));
    setenv("AIRBYTE_ENABLE_UNSAFE_CODE", "true", 1);
    execvp(program, line.words);
    spk_rc rc = spk_error_set(err, SPK_ECONFIG, "--engine cdk: cannot run %s: %s", program,
                              errno == ENOENT ? "it is not there" : "it is no program to be run");
    spk_error_hint(err, "pip install airbyte-cdk puts source-declarative-manifest on PATH; "
                        "SPIKE_CDK=FILE names one elsewhere");
    spk_arena_deinit(&arena);
    return rc;
}
