#include <stddef.h>

#include "command.h"
#include "report.h"

/* `spike status`: the runs, or what one of them came to. */
struct words {
    struct spk_view platform, run, project;
    int64_t most;
    bool json;
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "platform",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL,
     .offset = FIELD(platform),
     .help = "only runs of this platform"},
    {.name = "run",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(run),
     .placeholder = "ID",
     .help = "what this run came to"},
    {.name = "most",
     .type = SPK_OPTION_INT,
     .offset = FIELD(most),
     .standard = "20",
     .min = 1,
     .max = 100000,
     .placeholder = "N",
     .help = "how many runs"},
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "machine output"},
    SPK_OPTION_END,
};

static spk_rc show(void *given, struct spk_parts *parts, struct spk_error *err)
{
    const struct words *words = given;
    struct spk_run run;
    if (words->run.len == 0)
        return spk_report_runs(parts, words->platform, words->most, words->json, err);
    spk_rc rc = spk_parts_run(parts, words->run, &parts->arena, &run, err);
    return rc ? rc : spk_report_run(parts, &run, words->json, err);
}

extern const struct spk_command spk_status_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct words words = {0};
    const struct spk_parts_job job = {&words, &words.project, show};
    return spk_parts_command(&spk_status_command, &job, argv, err);
}

const struct spk_command spk_status_command = {
    .name = "status",
    .usage = "[PLATFORM] [--run ID] [--json]",
    .help = "runs, and what was published, held and failed",
    .options = options,
    .run = run,
};
