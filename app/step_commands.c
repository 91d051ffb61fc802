#include <stddef.h>

#include "command.h"
#include "outcome.h"
#include "progress.h"
#include "report.h"

/* `spike extract|inspect|gate|publish|link --run ID`: one step, for an orchestrator. */
struct words {
    struct spk_view run, project;
    bool json;
    enum spk_step step;
    int outcome; /* the exit status of a step that was done */
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    SPK_PARTS_RUN_OPTION(FIELD(run)),
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "machine output"},
    SPK_OPTION_END,
};

/* What a step found is its exit status; the last one tells of the whole run. */
static spk_rc judge_outcome(struct spk_parts *parts, const struct spk_run *run, struct words *words,
                            struct spk_error *err)
{
    static const enum spk_outcome_of asked[] = {
        [SPK_STEP_EXTRACT] = SPK_OUTCOME_READ,
        [SPK_STEP_GATE] = SPK_OUTCOME_GATE,
        [SPK_STEP_LINK] = SPK_OUTCOME_RUN,
    };
    return spk_outcome(parts, run, asked[words->step], &words->outcome, err);
}

static spk_rc do_step(void *given, struct spk_parts *parts, struct spk_error *err)
{
    struct words *words = given;
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
    if (!rc)
        rc = judge_outcome(parts, &run, words, err);
    return rc ? rc : spk_report_run(parts, &run, words->json, err);
}

static int run_step(const struct spk_command *command, enum spk_step step, char **argv,
                    struct spk_error *err)
{
    struct words words = {.step = step};
    const struct spk_parts_job job = {&words, &words.project, do_step};
    int status = spk_parts_command(command, &job, argv, err);
    return status == SPK_EXIT_DONE ? words.outcome : status;
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
