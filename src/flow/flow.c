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

static spk_rc do_step(const struct spk_flow_parts *parts, const struct spk_run *run,
                      enum spk_step step, const struct spk_flow_progress *progress,
                      struct spk_error *err)
{
    if (run->step < step) {
        spk_error_set(err, SPK_ECONFIG, "step %s of run %s comes before %s",
                      spk_step_name(run->step), run->id, spk_step_name(step));
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
    struct spk_batch_query query = {.run = spk_view_of(run->id), .status = SPK_BATCH_HELD};
    struct spk_batch_list batches = {0};
    struct spk_extract_list extracts = {0};
    spk_rc rc = spk_storage_batches(parts->storage, &query, &arena, &batches, err);
    if (!rc)
        rc = spk_storage_extracts(parts->storage, query.run, &arena, &extracts, err);
    *held = batches.n > 0;
    for (size_t i = 0; !rc && i < extracts.n; i++)
        *held = *held || extracts.items[i].status == SPK_EXTRACT_FAILED;
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc end_run(const struct spk_flow_parts *parts, const struct spk_run *run, bool *held,
                      struct spk_error *err)
{
    spk_rc rc = find_open_ends(parts, run, held, err);
    if (rc)
        return rc;
    return spk_storage_run_end(parts->storage, spk_view_of(run->id),
                               *held ? SPK_RUN_HELD : SPK_RUN_DONE, SPK_V(""), err);
}

spk_rc spk_flow_step(const struct spk_flow_parts *parts, const struct spk_run *run,
                     enum spk_step step, const struct spk_flow_progress *progress,
                     struct spk_error *err)
{
    bool last = step == SPK_STEP_LINK && run->step == step, held;
    spk_rc rc = do_step(parts, run, step, progress, err);
    return rc || !last ? rc : end_run(parts, run, &held, err);
}

spk_rc spk_flow_finish(const struct spk_flow_parts *parts, struct spk_run *run, bool *held,
                       const struct spk_flow_progress *progress, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    while (!rc && run->step < SPK_STEP_COUNT) {
        rc = do_step(parts, run, run->step, progress, err);
        if (!rc)
            run->step = (enum spk_step)(run->step + 1);
    }
    if (!rc)
        rc = end_run(parts, run, held, err);
    if (rc)
        return spk_error_context(err, rc, "run %s", run->id);
    run->status = *held ? SPK_RUN_HELD : SPK_RUN_DONE;
    return SPK_OK;
}

/* A run whose last held batch was decided is done. */
static spk_rc end_if_settled(const struct spk_flow_parts *parts, const struct spk_run *run,
                             struct spk_error *err)
{
    bool held = true;
    spk_rc rc = find_open_ends(parts, run, &held, err);
    if (rc || held || run->status != SPK_RUN_HELD)
        return rc;
    return spk_storage_run_end(parts->storage, spk_view_of(run->id), SPK_RUN_DONE, SPK_V(""), err);
}

spk_rc spk_flow_decide(const struct spk_flow_parts *parts, const struct spk_run *run,
                       const struct spk_batch_list *batches, const struct spk_decision *decision,
                       struct spk_error *err)
{
    struct spk_view id = spk_view_of(run->id);
    if (spk_view_trim(decision->reason).len == 0)
        return spk_error_set(err, SPK_ECONFIG, "a reason is needed: it stays in the audit trail");
    spk_rc rc = spk_storage_decide(parts->storage, id, batches, decision, err);
    for (size_t i = 0; !rc && !decision->release && i < batches->n; i++)
        rc = spk_flow_remove(parts, id, &batches->items[i], err);
    if (!rc && decision->release)
        rc = spk_flow_publish(parts, run, NULL, err);
    if (!rc && decision->release)
        rc = spk_flow_link(parts, run, NULL, err);
    return rc ? rc : end_if_settled(parts, run, err);
}
