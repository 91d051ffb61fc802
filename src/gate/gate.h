#ifndef SPK_GATE_GATE_H
#define SPK_GATE_GATE_H
/*
 * The gate: from verdicts of batches to what may be published. Rules per platform: all accounts
 * must pass | each account by itself | quorum (a share of the accounts must pass, then those that
 * passed go). An account passes when none of its batches has a HOLD and none of its extractions
 * failed or is still to do; all batches of an account go together. Pure functions.
 */
#include "project/project.h"
#include "storage/storage.h"

struct spk_gate_input {
    enum spk_rule rule;
    double quorum;
    const struct spk_extract *extracts;
    size_t extract_count;
    const struct spk_verdict *verdicts;
    size_t verdict_count;
};

struct spk_gate_result {
    size_t accounts, passed; /* accounts in the run (by its extracts), accounts that passed */
    size_t needed;           /* accounts that had to pass before anything goes */
    size_t held_batches;
};

/* Sets each batch's status to PASSED or HELD; published and discarded ones stay. */
void spk_gate_decide(const struct spk_gate_input *input, struct spk_batch *batches, size_t n,
                     struct spk_gate_result *result);

/* How many of the accounts must pass: all, 0 for EACH, the quorum's share rounded up, at least 1.
 */
size_t spk_gate_needed(enum spk_rule rule, double quorum, size_t accounts);

#endif
