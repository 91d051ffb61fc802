#ifndef SPK_FLOW_INTERNAL_H
#define SPK_FLOW_INTERNAL_H
#include "flow/flow.h"
#include "transient/transient.h"

/* The steps. Each reads what it needs from storage and does only what is not done yet. */
spk_rc spk_flow_extract(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err);
spk_rc spk_flow_inspect(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err);
spk_rc spk_flow_gate(const struct spk_flow_parts *parts, const struct spk_run *run,
                     const struct spk_flow_progress *progress, struct spk_error *err);
spk_rc spk_flow_publish(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err);
spk_rc spk_flow_link(const struct spk_flow_parts *parts, const struct spk_run *run,
                     const struct spk_flow_progress *progress, struct spk_error *err);

/* Removes a batch's transient files. */
spk_rc spk_flow_remove(const struct spk_flow_parts *parts, struct spk_view run,
                       const struct spk_batch *batch, struct spk_error *err);
void spk_flow_tell(const struct spk_flow_progress *progress, enum spk_step step, size_t done,
                   size_t all, struct spk_view what);

/* account.c: reads one account into transient storage and gives what came of it. */
struct spk_account_read {
    const struct spk_flow_parts *parts;
    const struct spk_platform *platform;
    const struct spk_project_account *account;
    const struct spk_run *run;
    const struct spk_extract *extracts; /* of this account: which streams to read */
    size_t extract_count;
    struct spk_value states; /* LIST of state messages, in `arena` */
    struct spk_arena arena;  /* holds the results */
    struct spk_extract *results;
    struct spk_batch_list *batches; /* per result */
};
/* Fails only for what stops the run (disk, storage); what went wrong with the account is in its
 * results. */
spk_rc spk_account_read(struct spk_account_read *read, struct spk_error *err);

#endif
