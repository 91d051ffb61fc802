#include <stddef.h>
#include <stdio.h>

#include "command.h"
#include "outcome.h"
#include "progress.h"
#include "report.h"

/* `spike run PLATFORM`: all steps, or what an earlier run left of them. */
struct words {
    struct spk_view platform, project;
    int32_t from, to;
    struct spk_value days, accounts;
    bool resume, plan, json;
    int outcome; /* the exit status of a run that came to its end */
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "platform",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(platform),
     .help = "a platform of the project"},
    {.name = "from",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(from),
     .placeholder = "DAY",
     .help = "read from this day on, whatever the state says"},
    {.name = "to",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(to),
     .placeholder = "DAY",
     .help = "read up to this day; yesterday where not given"},
    {.name = "day",
     .type = SPK_OPTION_LIST,
     .offset = FIELD(days),
     .placeholder = "DAY",
     .help = "repair: read just this day (may be repeated); cursors stay as they are"},
    {.name = "account",
     .type = SPK_OPTION_LIST,
     .offset = FIELD(accounts),
     .placeholder = "ID",
     .help = "only this operator account (may be repeated)"},
    {.name = "resume",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(resume),
     .help = "finish the run that was cut off"},
    {.name = "plan",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(plan),
     .help = "only begin the run and print its ID, for the commands of the steps"},
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "machine output"},
    SPK_OPTION_END,
};

static spk_rc read_days(const struct words *words, struct spk_arena *arena,
                        struct spk_flow_request *request, struct spk_error *err)
{
    size_t n = spk_is(words->days, SPK_LIST) ? spk_list_len(words->days) : 0;
    int32_t *days = spk_arena_array(arena, n + 1, sizeof(*days));
    for (size_t i = 0; i < n; i++) {
        struct spk_view text = spk_value_text_or(spk_list_at(words->days, i), "");
        if (!spk_day_parse(text, &days[i]))
            return spk_error_set(err, SPK_ECONFIG, "--day %.*s: a day is YYYY-MM-DD",
                                 SPK_FMT(text));
    }
    request->days = days;
    request->day_count = n;
    if (n > 0 && (words->from || words->to))
        return spk_error_set(err, SPK_ECONFIG, "--day goes without --from and --to");
    if (words->from && words->to && words->from > words->to)
        return spk_error_set(err, SPK_ECONFIG, "--from is after --to");
    return SPK_OK;
}

static spk_rc make_request(const struct words *words, struct spk_arena *arena,
                           struct spk_flow_request *request, struct spk_error *err)
{
    size_t n = spk_is(words->accounts, SPK_LIST) ? spk_list_len(words->accounts) : 0;
    struct spk_view *accounts = spk_arena_array(arena, n + 1, sizeof(*accounts));
    for (size_t i = 0; i < n; i++)
        accounts[i] = spk_value_text_or(spk_list_at(words->accounts, i), "");
    *request = (struct spk_flow_request){.platform = words->platform,
                                         .from = words->from,
                                         .to = words->to,
                                         .accounts = accounts,
                                         .account_count = n};
    return read_days(words, arena, request, err);
}

/* Nothing is open: a run that was cut off behind its last write has come to its end. */
static spk_rc last_run(struct spk_parts *parts, const struct words *words, struct spk_arena *arena,
                       struct spk_run *run, struct spk_error *err)
{
    struct spk_run_query query = {.platform = words->platform, .most = 1};
    struct spk_run_list runs = {0};
    spk_rc rc = spk_storage_runs(parts->storage, &query, arena, &runs, err);
    if (!rc && runs.n == 0)
        rc = spk_error_set(err, SPK_ECONFIG, "%.*s has no run to resume", SPK_FMT(words->platform));
    if (!rc)
        *run = runs.items[0];
    return rc;
}

static spk_rc open_run(struct spk_parts *parts, const struct words *words, struct spk_arena *arena,
                       struct spk_run *run, struct spk_error *err)
{
    struct spk_flow_request request;
    spk_rc rc = make_request(words, arena, &request, err);
    if (!rc)
        rc = spk_parts_lock(parts, words->platform, err);
    if (rc)
        return rc;
    if (!words->resume)
        return spk_flow_start(&parts->flow, &request, arena, run, err);
    rc = spk_storage_run_open(parts->storage, words->platform, arena, run, err);
    return rc || run->id[0] ? rc : last_run(parts, words, arena, run, err);
}

/* Behind what the level that failed advises. */
static void hint_resume(const struct words *words, struct spk_error *err)
{
    struct spk_error first = *err;
    err->hint[0] = '\0';
    spk_error_hint(err, "%s; then: spike run %.*s --resume",
                   first.hint[0] ? first.hint : "mend the cause", SPK_FMT(words->platform));
}

static spk_rc tell_plan(struct spk_parts *parts, const struct words *words,
                        const struct spk_run *run, struct spk_error *err)
{
    if (words->json)
        return spk_report_run(parts, run, true, err);
    puts(run->id);
    return SPK_OK;
}

static spk_rc finish(void *given, struct spk_parts *parts, struct spk_error *err)
{
    struct words *words = given;
    struct spk_run run = {0};
    bool held = false;
    spk_rc rc = open_run(parts, words, &parts->arena, &run, err);
    if (rc || words->plan)
        return rc ? rc : tell_plan(parts, words, &run, err);
    if (run.status == SPK_RUN_RUNNING)
        rc = spk_flow_finish(&parts->flow, &run, &held, spk_progress_start(), err);
    spk_progress_end();
    if (rc) {
        hint_resume(words, err);
        return rc;
    }
    rc = spk_outcome(parts, &run, SPK_OUTCOME_RUN, &words->outcome, err);
    return rc ? rc : spk_report_run(parts, &run, words->json, err);
}

extern const struct spk_command spk_run_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct words words = {0};
    const struct spk_parts_job job = {&words, &words.project, finish};
    int status = spk_parts_command(&spk_run_command, &job, argv, err);
    return status == SPK_EXIT_DONE ? words.outcome : status;
}

const struct spk_command spk_run_command = {
    .name = "run",
    .usage =
        "PLATFORM [--from DAY] [--to DAY] [--day DAY]... [--account ID]... [--resume] [--plan]",
    .help = "extract, inspect, gate, publish and link one platform",
    .options = options,
    .run = run,
};
