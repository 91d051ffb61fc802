/* Tokens with counts: which one is taken, when none is, and what answers change. */
#include "source/auth/token_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TOKENS = 3 };
#define SECOND SPK_SECOND_US

static struct spk_token_pool *make(const struct spk_token_state *states, int64_t reserve)
{
    struct spk_token_pool_size size = {.tokens = TOKENS, .quotas = 1, .least_reserve = reserve};
    struct spk_token_pool *pool = (struct spk_token_pool *)spk_token_pool_make(&size);
    for (size_t i = 0; i < TOKENS; i++)
        pool->states[i] = states[i];
    return pool;
}

static void destroy(struct spk_token_pool *pool)
{
    pool->base.destroy(&pool->base);
}

static void a_token_serves_until_it_is_spent(void **state)
{
    static const struct spk_token_state states[] = {
        {2, 9, 100 * SECOND, true}, {0, 9, 50 * SECOND, true}, {1, 9, 70 * SECOND, true}};
    static const size_t order[] = {0, 0, 2};
    struct spk_token_pool *pool = make(states, 0);
    struct spk_token_turn turn;
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
        spk_token_pool_take(pool, 0, 10 * SECOND, &turn);
        assert_false(turn.spent);
        assert_int_equal(turn.token, order[i]);
        assert_true(turn.pause_s == 0);
    }
    spk_token_pool_take(pool, 0, 10 * SECOND, &turn);
    assert_true(turn.spent);
    assert_true(turn.reset_s == 40); /* of the first reset */
    assert_true(spk_token_pool_is_spent(pool, 0));
    destroy(pool);
}

static void the_last_calls_are_spread_over_the_time_until_the_reset(void **state)
{
    static const struct spk_token_state states[] = {
        {3, 9, 20 * SECOND, true}, {2, 9, 20 * SECOND, true}, {0, 9, 20 * SECOND, true}};
    struct spk_token_pool *pool = make(states, 5);
    struct spk_token_turn turn;
    spk_token_pool_take(pool, 0, 0, &turn); /* 20 seconds, 4 calls left */
    assert_true(turn.pause_s == 5);
    spk_token_pool_take(pool, 0, 30 * SECOND, &turn); /* the reset has passed */
    assert_true(turn.pause_s == 0);
    spk_token_pool_take(pool, 0, -1000 * SECOND, &turn);
    assert_true(turn.pause_s == 10); /* at most */
    destroy(pool);
}

static void tokens_without_counts_take_turns(void **state)
{
    static const struct spk_token_state states[TOKENS] = {{0}};
    static const size_t order[] = {0, 1, 2, 0};
    struct spk_token_pool *pool = make(states, 0);
    struct spk_token_turn turn;
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
        spk_token_pool_take(pool, 0, 0, &turn);
        assert_false(turn.spent);
        assert_int_equal(turn.token, order[i]);
    }
    assert_false(spk_token_pool_can_rotate(pool, 0, 0));
    destroy(pool);
}

static void a_spent_token_can_be_replaced(void **state)
{
    static const struct spk_token_state states[] = {
        {0, 9, 0, true}, {1, 9, 0, true}, {0, 9, 0, true}};
    struct spk_token_pool *pool = make(states, 0);
    assert_true(spk_token_pool_can_rotate(pool, 0, 0));
    assert_false(spk_token_pool_can_rotate(pool, 1, 0)); /* has calls itself */
    pool->states[1].left = 0;
    assert_false(spk_token_pool_can_rotate(pool, 0, 0));
    destroy(pool);
}

struct told_case {
    const char *name; /* a sentence */
    struct spk_token_told told;
    int64_t left, limit, reset_s;
};

/* From 5 of 10 left until second 1000. */
static const struct told_case tolds[] = {
    {"nothing told changes nothing", {-1, -1, -1, false}, 5, 10, 1000},
    {"fewer are left", {3, -1, -1, false}, 3, 10, 1000},
    {"more are not given back in the same window", {8, -1, 1000 * SECOND, false}, 5, 10, 1000},
    {"a new window takes the server's count", {8, -1, 2000 * SECOND, false}, 8, 10, 2000},
    {"a new window without a count is whole", {-1, -1, 2000 * SECOND, false}, 10, 10, 2000},
    {"a new window has a new limit", {-1, 20, 2000 * SECOND, false}, 20, 20, 2000},
    {"a status means that none is left", {-1, -1, -1, true}, 0, 10, 1000},
    {"a window that has passed tells nothing", {1, 7, 100 * SECOND, false}, 5, 10, 1000},
    {"but that it is spent", {0, -1, 100 * SECOND, true}, 0, 10, 1000},
    {"a reset that is a little earlier is the same window",
     {1, -1, 950 * SECOND, false},
     1,
     10,
     1000},
};

static void answers_set_the_counts_right(void **state)
{
    for (size_t i = 0; i < sizeof(tolds) / sizeof(*tolds); i++) {
        const struct told_case *test = &tolds[i];
        struct spk_token_state states[TOKENS] = {{5, 10, 1000 * SECOND, true}};
        struct spk_token_pool *pool = make(states, 0);
        spk_token_pool_told(pool, 0, 0, &test->told);
        const struct spk_token_state *is = &pool->states[0];
        if (is->left != test->left || is->limit != test->limit ||
            is->reset_us != test->reset_s * SECOND)
            fail_msg("%s: %lld of %lld", test->name, (long long)is->left, (long long)is->limit);
        spk_token_pool_told(pool, 1, 0, &test->told); /* not tracked */
        assert_int_equal(pool->states[1].left, 0);
        destroy(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_serves_until_it_is_spent),
        cmocka_unit_test(the_last_calls_are_spread_over_the_time_until_the_reset),
        cmocka_unit_test(tokens_without_counts_take_turns),
        cmocka_unit_test(a_spent_token_can_be_replaced),
        cmocka_unit_test(answers_set_the_counts_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
