#include "base/event.h"
#include "flow_internal.h"

void spk_flow_tell(const struct spk_flow_progress *progress, enum spk_step step, size_t done,
                   size_t all, struct spk_view what)
{
    if (progress && progress->tell)
        progress->tell(progress->context, step, done, all, what);
}

typedef spk_rc (*step_function)(const struct spk_flow_parts *parts, const struct spk_run *run,
                                const struct spk_flow_progress *progress, struct spk_error *err);

static const step_function steps[SPK_STEP_COUNT] = {
    [SPK_STEP_EXTRACT] = spk_flow_extract, [SPK_STEP_INSPECT] = spk_flow_inspect,
    [SPK_STEP_GATE] = spk_flow_gate,       [SPK_STEP_PUBLISH] = spk_flow_publish,
    [SPK_STEP_LINK] = spk_flow_link,
};

spk_rc spk_flow_step(const struct spk_flow_parts *parts, const struct spk_run *run, enum spk_step step,
                     const struct spk_flow_progress *progress, struct spk_error *err)
{
    if (run->step < step) {
        spk_error_set(err, SPK_ECONFIG, "step %s of run %s comes before %s", spk_step_name(run->step),
                      run->id, spk_step_name(step));
        spk_error_hint(err, "do it first: spike %s --run %s", spk_step_name(run->step), run->id);
        return SPK_ECONFIG;
    }
    spk_rc rc = steps[step](parts, run, progress, err);
    if (rc)
        return spk_error_context(err, rc, "%s", spk_step_name(step));
    spk_event_emit(SPK_EVENT_STEP_DONE,
                   SPK_FIELDS(SPK_TEXT("run", spk_view_of(run->id)),
                              SPK_TEXT("platform", run->platform),
                              SPK_TEXT("step", spk_view_of(spk_step_name(step)))));
    if (run->step > step)
        return SPK_OK;
    return spk_storage_step_done(parts->storage, spk_view_of(run->id), step, SPK_V(""), err);
}

/* Whether something needs a person: held batches, or extractions that failed. */
static spk_rc find_open_ends(const struct spk_flow_parts *parts, const struct spk_run *run,
                             bool *held, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_batch *batches = NULL;
    struct spk_extract *extracts = NULL;
    size_t n = 0, m = 0;
    spk_rc rc = spk_storage_batches(parts->storage, spk_view_of(run->id), SPK_BATCH_HELD, &arena,
                                    &batches, &n, err);
    if (!rc)
        rc = spk_storage_extracts(parts->storage, spk_view_of(run->id), &arena, &extracts, &m, err);
    *held = n > 0;
    for (size_t i = 0; !rc && i < m; i++)
        *held = *held || extracts[i].status == SPK_EXTRACT_FAILED;
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_flow_finish(const struct spk_flow_parts *parts, struct spk_run *run, bool *held,
                       const struct spk_flow_progress *progress, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    while (!rc && run->step < SPK_STEP_COUNT) {
        rc = spk_flow_step(parts, run, run->step, progress, err);
        if (!rc)
            run->step = (enum spk_step)(run->step + 1);
    }
    if (!rc)
        rc = find_open_ends(parts, run, held, err);
    if (rc)
        return spk_error_context(err, rc, "run %s", run->id);
    run->status = *held ? SPK_RUN_HELD : SPK_RUN_DONE;
    return spk_storage_run_end(parts->storage, spk_view_of(run->id), run->status, SPK_V(""), err);
}

spk_rc spk_flow_decide(const struct spk_flow_parts *parts, const struct spk_run *run,
                       const struct spk_batch *batches, size_t n, bool release, struct spk_view who,
                       struct spk_view reason, struct spk_error *err)
{
    if (spk_view_trim(reason).len == 0)
        return spk_error_set(err, SPK_ECONFIG, "a reason is needed: it stays in the audit trail");
    spk_rc rc = spk_storage_decide(parts->storage, spk_view_of(run->id), batches, n, release, who,
                                   reason, err);
    for (size_t i = 0; !rc && !release && i < n; i++)
        rc = spk_transient_remove(parts->transient, spk_view_of(run->id), batches[i].account,
                                  batches[i].stream, batches[i].day, err);
    if (!rc && release)
        rc = spk_flow_publish(parts, run, NULL, err);
    if (!rc && release)
        rc = spk_flow_link(parts, run, NULL, err);
    return rc;
}
