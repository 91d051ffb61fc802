#include "flow_internal.h"

/* Inspect: what lies in transient storage must agree with what was counted while it was read. */

static spk_rc inspect(const struct spk_flow_parts *parts, const struct spk_run *run,
                      const struct spk_batch *batch, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_transient_batch found;
    struct spk_batch_place place = {spk_view_of(run->id), batch->account, batch->stream,
                                    batch->day};
    spk_rc rc = spk_transient_inspect(parts->transient, &place, &arena, &found, err);
    if (!rc && (found.rows != batch->rows || found.bytes != batch->bytes ||
                found.records != batch->records))
        rc = spk_error_set(err, SPK_EDATA, "transient storage has %lld rows, storage says %lld",
                           (long long)found.rows, (long long)batch->rows);
    if (rc)
        rc = spk_error_context(err, rc, "%.*s %.*s %.*s", SPK_FMT(batch->account),
                               SPK_FMT(batch->stream), SPK_FMT(spk_day_format(&arena, batch->day)));
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_flow_inspect(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_batch_query query = {.run = spk_view_of(run->id), .status = SPK_BATCH_EXTRACTED};
    struct spk_batch_list batches = {0};
    spk_rc rc = spk_storage_batches(parts->storage, &query, &arena, &batches, err);
    for (size_t i = 0; !rc && i < batches.n; i++) {
        rc = inspect(parts, run, &batches.items[i], err);
        spk_flow_tell(progress, SPK_STEP_INSPECT, i + 1, batches.n, batches.items[i].account);
    }
    spk_arena_deinit(&arena);
    return rc;
}
