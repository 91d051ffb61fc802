#include "gate/gate.h"

#include "base/map.h"

#include <math.h>

/* What is known of an account, as the values of a map. */
static char passing, failing;

static void note(struct spk_map *accounts, struct spk_view account, bool failed)
{
    if (failed || !spk_map_has(accounts, account)) {
        spk_map_set(accounts, account, failed ? &failing : &passing);
    }
}

static void note_accounts(const struct spk_gate_input *input, struct spk_map *accounts)
{
    for (size_t i = 0; i < input->extract_count; i++) {
        note(accounts, input->extracts[i].account, input->extracts[i].status != SPK_EXTRACT_DONE);
    }
    for (size_t i = 0; i < input->verdict_count; i++) {
        bool held = input->verdicts[i].outcome == SPK_HOLD;
        if (spk_map_has(accounts, input->verdicts[i].account)) {
            note(accounts, input->verdicts[i].account, held);
        }
    }
}

size_t spk_gate_needed(enum spk_rule rule, double quorum, size_t accounts)
{
    if (rule != SPK_RULE_QUORUM || accounts == 0) {
        return rule == SPK_RULE_ALL ? accounts : 0;
    }
    /* 0.07 * 100 is a little more than 7 in binary: that must not become 8. */
    double needed = ceil(quorum * (double)accounts - 1e-6);
    return needed < 1 ? 1 : needed > (double)accounts ? accounts : (size_t)needed;
}

void spk_gate_decide(const struct spk_gate_input *input, struct spk_batch *batches, size_t n,
                     struct spk_gate_result *result)
{
    struct spk_map accounts = {0};
    note_accounts(input, &accounts);
    *result = (struct spk_gate_result){.accounts = accounts.len};
    for (size_t i = 0; i < accounts.len; i++) {
        result->passed += accounts.entries[i].value == &passing ? 1 : 0;
    }
    result->needed = spk_gate_needed(input->rule, input->quorum, result->accounts);
    for (size_t i = 0; i < n; i++) {
        struct spk_batch *batch = &batches[i];
        if (batch->status == SPK_BATCH_PUBLISHED || batch->status == SPK_BATCH_DISCARDED) {
            continue;
        }
        bool passed =
            result->passed >= result->needed && spk_map_get(&accounts, batch->account) == &passing;
        batch->status = passed ? SPK_BATCH_PASSED : SPK_BATCH_HELD;
        result->held_batches += passed ? 0 : 1;
    }
    spk_map_deinit(&accounts);
}
