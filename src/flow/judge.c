#include "dq/blackbox.h"
#include "flow_internal.h"
#include "gate/gate.h"

/* Gate: black-box checks of every batch, then the platform's rule. */

struct judging {
    const struct spk_flow_parts *parts;
    const struct spk_platform *platform;
    struct spk_arena arena;
    struct spk_extract_list extracts;
    struct spk_batch_list batches;
    struct spk_verdict_list verdicts;
};

static spk_rc judge(struct judging *j, const struct spk_batch *batch, struct spk_error *err)
{
    struct spk_history_query query = {.key = {j->platform->name, batch->account, batch->stream},
                                      .day = batch->day,
                                      .most = SPK_BLACKBOX_HISTORY};
    struct spk_blackbox_input input = {.batch = batch,
                                       .settings = spk_platform_checks(j->platform, batch->stream)};
    struct spk_day_list history = {0};
    struct spk_storage *storage = j->parts->storage;
    spk_rc rc = spk_storage_history(storage, &query, &j->arena, &history, err);
    if (!rc)
        rc = spk_storage_last_schema(storage, &query.key, &j->arena, &input.last_schema, err);
    input.history = history.items;
    input.history_count = history.n;
    if (!rc)
        j->verdicts.n += spk_blackbox_judge(&input, &j->arena, j->verdicts.items + j->verdicts.n);
    return rc;
}

static spk_rc load(struct judging *j, const struct spk_run *run, struct spk_error *err)
{
    struct spk_batch_query query = {.run = spk_view_of(run->id), .status = SPK_BATCH_EXTRACTED};
    struct spk_storage *storage = j->parts->storage;
    spk_rc rc = spk_project_platform(j->parts->project, run->platform, &j->platform, err);
    if (!rc)
        rc = spk_storage_extracts(storage, query.run, &j->arena, &j->extracts, err);
    if (!rc)
        rc = spk_storage_batches(storage, &query, &j->arena, &j->batches, err);
    if (!rc)
        j->verdicts.items = spk_arena_array(&j->arena, j->batches.n * SPK_BLACKBOX_CHECKS + 1,
                                            sizeof(*j->verdicts.items));
    return rc;
}

static spk_rc decide(struct judging *j, const struct spk_run *run, struct spk_error *err)
{
    struct spk_gate_result result;
    struct spk_gate_input input = {.rule = j->platform->rule,
                                   .quorum = j->platform->quorum,
                                   .extracts = j->extracts.items,
                                   .extract_count = j->extracts.n,
                                   .verdicts = j->verdicts.items,
                                   .verdict_count = j->verdicts.n};
    spk_gate_decide(&input, j->batches.items, j->batches.n, &result);
    return spk_storage_gate_save(j->parts->storage, spk_view_of(run->id), &j->verdicts, &j->batches,
                                 err);
}

spk_rc spk_flow_gate(const struct spk_flow_parts *parts, const struct spk_run *run,
                     const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct judging j = {.parts = parts};
    spk_rc rc = load(&j, run, err);
    for (size_t i = 0; !rc && i < j.batches.n; i++) {
        rc = judge(&j, &j.batches.items[i], err);
        spk_flow_tell(progress, SPK_STEP_GATE, i + 1, j.batches.n, j.batches.items[i].account);
    }
    if (!rc && j.batches.n > 0)
        rc = decide(&j, run, err);
    spk_arena_deinit(&j.arena);
    return rc;
}
