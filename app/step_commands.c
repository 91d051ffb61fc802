#include <stddef.h>

#include "command.h"
#include "progress.h"
#include "report.h"

/* `spike extract|inspect|gate|publish|link --run ID`: one step, for an orchestrator. */
struct words {
    struct spk_view run, project;
    bool json;
    enum spk_step step;
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    SPK_PARTS_RUN_OPTION(FIELD(run)),
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "machine output"},
    SPK_OPTION_END,
};

static spk_rc do_step(void *given, struct spk_parts *parts, struct spk_error *err)
{
    const struct words *words = given;
    struct spk_run run;
    spk_rc rc = spk_parts_run(parts, words->run, &parts->arena, &run, err);
    if (!rc)
        rc = spk_parts_lock(parts, run.platform, err);
    if (!rc) {
        rc = spk_flow_step(&parts->flow, &run, words->step, spk_progress_start(), err);
        spk_progress_end();
    }
    if (!rc)
        rc = spk_parts_run(parts, words->run, &parts->arena, &run, err);
    return rc ? rc : spk_report_run(parts, &run, words->json, err);
}

static int run_step(const struct spk_command *command, enum spk_step step, char **argv,
                    struct spk_error *err)
{
    struct words words = {.step = step};
    const struct spk_parts_job job = {&words, &words.project, do_step};
    return spk_parts_command(command, &job, argv, err);
}

#define STEP_COMMAND(name_, step_, help_)                                                          \
    extern const struct spk_command spk_##name_##_command;                                         \
    static int run_##name_(int argc, char **argv, struct spk_error *err)                           \
    {                                                                                              \
        return run_step(&spk_##name_##_command, step_, argv, err);                                 \
    }                                                                                              \
    const struct spk_command spk_##name_##_command = {.name = #name_,                              \
                                                      .usage = "--run ID",                         \
                                                      .help = help_,                               \
                                                      .options = options,                          \
                                                      .run = run_##name_}

STEP_COMMAND(extract, SPK_STEP_EXTRACT,
             "step 1 of a run: read the accounts into transient storage");
STEP_COMMAND(inspect, SPK_STEP_INSPECT, "step 2: hold what lies there against what was counted");
STEP_COMMAND(gate, SPK_STEP_GATE, "step 3: judge every batch");
STEP_COMMAND(publish, SPK_STEP_PUBLISH, "step 4: copy what passed to the raw zone");
STEP_COMMAND(link, SPK_STEP_LINK, "step 5: make it visible in the warehouse and count again");
