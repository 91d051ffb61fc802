#include "dq/blackbox.h"
#include "flow_internal.h"
#include "gate/gate.h"

/* Gate: black-box checks of every batch, then the platform's rule. */

enum { MOST_HISTORY = 366 };

static spk_rc judge(const struct spk_flow_parts *parts, const struct spk_platform *platform,
                    const struct spk_batch *batch, struct spk_arena *arena,
                    struct spk_verdict *verdicts, size_t *n, struct spk_error *err)
{
    struct spk_blackbox_input input = {
        .batch = batch, .settings = spk_platform_checks(platform, batch->stream)};
    struct spk_day_rows *history = NULL;
    spk_rc rc = spk_storage_history(parts->storage, platform->name, batch->account, batch->stream,
                                    batch->day, MOST_HISTORY, arena, &history, &input.history_count,
                                    err);
    input.history = history;
    if (!rc)
        rc = spk_storage_last_schema(parts->storage, platform->name, batch->account, batch->stream,
                                     arena, &input.last_schema, err);
    if (!rc)
        *n += spk_blackbox_judge(&input, arena, verdicts + *n);
    return rc;
}

struct judged { /* what the gate works with */
    struct spk_batch *batches;
    struct spk_extract *extracts;
    struct spk_verdict *verdicts;
    size_t batch_count, extract_count, verdict_count;
};

static spk_rc load(const struct spk_flow_parts *parts, const struct spk_run *run,
                   struct spk_arena *arena, struct judged *j, struct spk_error *err)
{
    struct spk_view id = spk_view_of(run->id);
    spk_rc rc = spk_storage_extracts(parts->storage, id, arena, &j->extracts, &j->extract_count, err);
    if (!rc)
        rc = spk_storage_batches(parts->storage, id, SPK_BATCH_EXTRACTED, arena, &j->batches,
                                 &j->batch_count, err);
    if (!rc)
        j->verdicts = spk_arena_array(arena, j->batch_count * SPK_BLACKBOX_CHECKS + 1,
                                      sizeof(*j->verdicts));
    return rc;
}

spk_rc spk_flow_gate(const struct spk_flow_parts *parts, const struct spk_run *run,
                     const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct judged j = {0};
    const struct spk_platform *platform = NULL;
    spk_rc rc = spk_project_platform(parts->project, run->platform, &platform, err);
    if (!rc)
        rc = load(parts, run, &arena, &j, err);
    for (size_t i = 0; !rc && i < j.batch_count; i++) {
        rc = judge(parts, platform, &j.batches[i], &arena, j.verdicts, &j.verdict_count, err);
        spk_flow_tell(progress, SPK_STEP_GATE, i + 1, j.batch_count, j.batches[i].account);
    }
    if (!rc && j.batch_count > 0) {
        struct spk_gate_result result;
        struct spk_gate_input input = {.rule = platform->rule,
                                       .quorum = platform->quorum,
                                       .extracts = j.extracts,
                                       .extract_count = j.extract_count,
                                       .verdicts = j.verdicts,
                                       .verdict_count = j.verdict_count};
        spk_gate_decide(&input, j.batches, j.batch_count, &result);
        rc = spk_storage_gate_save(parts->storage, spk_view_of(run->id), j.verdicts, j.verdict_count,
                                   j.batches, j.batch_count, err);
    }
    spk_arena_deinit(&arena);
    return rc;
}
