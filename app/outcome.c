#include "outcome.h"

#include "command.h"

/* Of several failures the one that waits for a person counts, then the one that time may mend. */
static int read_status(const struct spk_extract_list *extracts)
{
    bool seen[SPK_ESYSTEM + 1] = {0};
    bool any = false;
    for (size_t i = 0; i < extracts->n; i++) {
        int failure = extracts->items[i].failure;
        if (extracts->items[i].status != SPK_EXTRACT_FAILED)
            continue;
        seen[failure > SPK_OK && failure < SPK_ESYSTEM ? failure : SPK_ESYSTEM] = true;
        any = true;
    }
    if (!any)
        return SPK_EXIT_DONE;
    return spk_rc_exit_status(seen[SPK_ECONFIG]      ? SPK_ECONFIG
                              : seen[SPK_ETRANSIENT] ? SPK_ETRANSIENT
                                                     : SPK_ESYSTEM);
}

spk_rc spk_outcome(struct spk_parts *parts, const struct spk_run *run, enum spk_outcome_of of,
                   int *status, struct spk_error *err)
{
    struct spk_batch_query held = {.run = spk_view_of(run->id), .status = SPK_BATCH_HELD};
    struct spk_batch_list batches = {0};
    struct spk_extract_list extracts = {0};
    spk_rc rc = SPK_OK;
    if (of & SPK_OUTCOME_GATE)
        rc = spk_storage_batches(parts->storage, &held, &parts->arena, &batches, err);
    if (!rc && of & SPK_OUTCOME_READ)
        rc = spk_storage_extracts(parts->storage, held.run, &parts->arena, &extracts, err);
    if (!rc)
        *status = batches.n > 0 ? SPK_EXIT_HELD : read_status(&extracts);
    return rc;
}
