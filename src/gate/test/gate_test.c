#include "gate/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_number_of_accounts_that_must_pass(void **state)
{
    static const struct {
        enum spk_rule rule;
        double quorum;
        size_t accounts, needed;
    } cases[] = {
        {SPK_RULE_ALL, 0, 0, 0},          {SPK_RULE_ALL, 0, 7, 7},
        {SPK_RULE_EACH, 0, 7, 0},         {SPK_RULE_QUORUM, 0.8, 0, 0},
        {SPK_RULE_QUORUM, 0.8, 1, 1},     {SPK_RULE_QUORUM, 0.8, 5, 4},
        {SPK_RULE_QUORUM, 0.8, 6, 5},     {SPK_RULE_QUORUM, 0.07, 100, 7},
        {SPK_RULE_QUORUM, 0.7, 10, 7},    {SPK_RULE_QUORUM, 0.01, 10, 1},
        {SPK_RULE_QUORUM, 1, 10, 10},     {SPK_RULE_QUORUM, 1.0 / 3, 3, 1},
        {SPK_RULE_QUORUM, 2.0 / 3, 3, 2}, {SPK_RULE_QUORUM, 0.34, 3, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(spk_gate_needed(cases[i].rule, cases[i].quorum, cases[i].accounts),
                         cases[i].needed);
    }
    for (size_t percent = 1; percent <= 100; percent++) {
        assert_int_equal(spk_gate_needed(SPK_RULE_QUORUM, (double)percent / 100, 100), percent);
    }
}

/* Accounts a, b, c, each with one extract, one batch per letter of `marks`, in their order:
 * p passes, w warns, h holds, f its extract failed, d discarded, l published before. */
struct scene {
    struct spk_extract extracts[3];
    struct spk_verdict verdicts[12];
    struct spk_batch batches[12];
    size_t accounts, n;
};

static struct scene make(const char *const marks[3])
{
    static const char *const names[3] = {"a", "b", "c"};
    struct scene s = {0};
    for (size_t a = 0; a < 3 && marks[a]; a++) {
        struct spk_view account = spk_view_of(names[a]);
        s.extracts[s.accounts] =
            (struct spk_extract){.account = account, .status = SPK_EXTRACT_DONE};
        for (const char *mark = marks[a]; *mark; mark++) {
            enum spk_outcome outcome = *mark == 'h'   ? SPK_HOLD
                                       : *mark == 'w' ? SPK_WARN_ONLY
                                                      : SPK_PASS;
            enum spk_batch_status status = *mark == 'd'   ? SPK_BATCH_DISCARDED
                                           : *mark == 'l' ? SPK_BATCH_PUBLISHED
                                                          : SPK_BATCH_EXTRACTED;
            if (*mark == 'f') {
                s.extracts[s.accounts].status = SPK_EXTRACT_FAILED;
            }
            s.verdicts[s.n] = (struct spk_verdict){.account = account, .outcome = outcome};
            s.batches[s.n++] = (struct spk_batch){.account = account, .status = status};
        }
        s.accounts++;
    }
    return s;
}

static void batches_pass_or_are_held_by_the_rule(void **state)
{
    static const struct {
        enum spk_rule rule;
        double quorum;
        const char *marks[3];
        const char *expected; /* P passed, H held, D discarded, L published */
        size_t passed;
    } cases[] = {
        {SPK_RULE_ALL, 0, {"pp", "w", "p"}, "PPPP", 3},
        {SPK_RULE_ALL, 0, {"pp", "h", "p"}, "HHHH", 2},
        {SPK_RULE_ALL, 0, {"pp", "f", "p"}, "HHHH", 2},
        {SPK_RULE_EACH, 0, {"ph", "p", "p"}, "HHPP", 2},
        {SPK_RULE_EACH, 0, {"f", "f", "f"}, "HHH", 0},
        {SPK_RULE_EACH, 0, {"", "p", NULL}, "P", 2},
        {SPK_RULE_QUORUM, 2.0 / 3, {"p", "h", "p"}, "PHP", 2},
        {SPK_RULE_QUORUM, 0.67, {"p", "h", "p"}, "HHH", 2},
        {SPK_RULE_QUORUM, 0.5, {"p", "h", "f"}, "HHH", 1},
        {SPK_RULE_QUORUM, 0.5, {"p", "h", NULL}, "PH", 1},
        {SPK_RULE_ALL, 0, {"dlp", "p", NULL}, "DLPP", 2},
        {SPK_RULE_ALL, 0, {"dlh", "p", NULL}, "DLHH", 1},
        {SPK_RULE_ALL, 0, {NULL}, "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = make(cases[i].marks);
        struct spk_gate_input input = {.rule = cases[i].rule,
                                       .quorum = cases[i].quorum,
                                       .extracts = s.extracts,
                                       .extract_count = s.accounts,
                                       .verdicts = s.verdicts,
                                       .verdict_count = s.n};
        struct spk_gate_result result;
        spk_gate_decide(&input, s.batches, s.n, &result);
        char seen[13] = {0};
        size_t held = 0;
        for (size_t b = 0; b < s.n; b++) {
            seen[b] = "EHPLD"[s.batches[b].status];
            held += seen[b] == 'H' ? 1 : 0;
        }
        assert_string_equal(seen, cases[i].expected);
        assert_int_equal(result.passed, cases[i].passed);
        assert_int_equal(result.accounts, s.accounts);
        assert_int_equal(result.held_batches, held);
    }
}

static void an_extract_that_is_still_to_do_holds_its_account(void **state)
{
    struct spk_extract extracts[] = {
        {.account = SPK_VIEW("a"), .stream = SPK_VIEW("s"), .status = SPK_EXTRACT_DONE},
        {.account = SPK_VIEW("a"), .stream = SPK_VIEW("t"), .status = SPK_EXTRACT_PENDING},
    };
    struct spk_batch batch = {.account = SPK_VIEW("a")};
    struct spk_gate_input input = {.rule = SPK_RULE_EACH, .extracts = extracts, .extract_count = 2};
    struct spk_gate_result result;
    spk_gate_decide(&input, &batch, 1, &result);
    assert_int_equal(batch.status, SPK_BATCH_HELD);
    assert_int_equal(result.accounts, 1);
}

static void a_batch_of_an_account_that_is_not_in_the_run_is_held(void **state)
{
    struct spk_batch batch = {.account = SPK_VIEW("z")};
    struct spk_gate_input input = {.rule = SPK_RULE_EACH};
    struct spk_gate_result result;
    spk_gate_decide(&input, &batch, 1, &result);
    assert_int_equal(batch.status, SPK_BATCH_HELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_accounts_that_must_pass),
        cmocka_unit_test(batches_pass_or_are_held_by_the_rule),
        cmocka_unit_test(an_extract_that_is_still_to_do_holds_its_account),
        cmocka_unit_test(a_batch_of_an_account_that_is_not_in_the_run_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
