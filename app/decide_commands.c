#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "report.h"

/* `spike release` and `spike discard`: a person decides about held batches, with a reason. */
struct words {
    struct spk_view run, account, stream, reason, by, project;
    int32_t day;
    bool release;
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    SPK_PARTS_RUN_OPTION(FIELD(run)),
    {.name = "account",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(account),
     .placeholder = "ID",
     .help = "only batches of this account"},
    {.name = "stream",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(stream),
     .placeholder = "NAME",
     .help = "only batches of this stream"},
    {.name = "day",
     .type = SPK_OPTION_DAY,
     .offset = FIELD(day),
     .placeholder = "DAY",
     .help = "only batches of this day"},
    {.name = "reason",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_REQUIRED,
     .offset = FIELD(reason),
     .placeholder = "TEXT",
     .help = "why; it stays in the audit trail"},
    {.name = "by",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(by),
     .placeholder = "NAME",
     .help = "who decides; the login name where not given"},
    SPK_PARTS_PROJECT_OPTION(FIELD(project)),
    SPK_OPTION_END,
};

static bool is_chosen(const struct words *words, const struct spk_batch *batch)
{
    return (words->account.len == 0 || spk_view_equal(words->account, batch->account)) &&
           (words->stream.len == 0 || spk_view_equal(words->stream, batch->stream)) &&
           (words->day == 0 || words->day == batch->day);
}

static spk_rc choose(struct spk_parts *parts, const struct words *words, struct spk_arena *arena,
                     struct spk_batch_list *batches, struct spk_error *err)
{
    struct spk_batch_query query = {.run = words->run, .status = SPK_BATCH_HELD};
    size_t kept = 0;
    spk_rc rc = spk_storage_batches(parts->storage, &query, arena, batches, err);
    for (size_t i = 0; !rc && i < batches->n; i++) {
        if (is_chosen(words, &batches->items[i]))
            batches->items[kept++] = batches->items[i];
    }
    batches->n = kept;
    if (!rc && kept == 0) {
        spk_error_set(err, SPK_ECONFIG, "nothing that is held fits");
        spk_error_hint(err, "spike status --run %.*s shows what is held", SPK_FMT(words->run));
        rc = SPK_ECONFIG;
    }
    return rc;
}

static struct spk_view login_name(struct spk_arena *arena)
{
    char name[128] = "";
    if (getlogin_r(name, sizeof(name)) != 0)
        snprintf(name, sizeof(name), "uid %u", (unsigned)getuid());
    return spk_arena_dup(arena, spk_view_of(name));
}

static spk_rc decide(void *given, struct spk_parts *parts, struct spk_error *err)
{
    const struct words *words = given;
    struct spk_arena *arena = &parts->arena;
    struct spk_run run;
    struct spk_batch_list batches = {0};
    struct spk_decision decision = {.release = words->release, .reason = words->reason};
    decision.who = words->by.len > 0 ? words->by : login_name(arena);
    spk_rc rc = spk_parts_run(parts, words->run, arena, &run, err);
    if (!rc)
        rc = spk_parts_lock(parts, run.platform, err);
    if (!rc)
        rc = choose(parts, words, arena, &batches, err);
    if (!rc)
        rc = spk_flow_decide(&parts->flow, &run, &batches, &decision, err);
    return rc ? rc : spk_report_run(parts, &run, false, err);
}

static int run_decision(const struct spk_command *command, bool release, char **argv,
                        struct spk_error *err)
{
    struct words words = {.release = release};
    const struct spk_parts_job job = {&words, &words.project, decide};
    return spk_parts_command(command, &job, argv, err);
}

extern const struct spk_command spk_release_command;
extern const struct spk_command spk_discard_command;

static int run_release(int argc, char **argv, struct spk_error *err)
{
    return run_decision(&spk_release_command, true, argv, err);
}

static int run_discard(int argc, char **argv, struct spk_error *err)
{
    return run_decision(&spk_discard_command, false, argv, err);
}

const struct spk_command spk_release_command = {
    .name = "release",
    .usage = "--run ID [--account ID] [--stream NAME] [--day DAY] --reason TEXT [--by NAME]",
    .help = "publish held batches after all",
    .options = options,
    .run = run_release,
};

const struct spk_command spk_discard_command = {
    .name = "discard",
    .usage = "--run ID [--account ID] [--stream NAME] [--day DAY] --reason TEXT [--by NAME]",
    .help = "drop held batches",
    .options = options,
    .run = run_discard,
};
