#include "token_pool.h"

#include <stdlib.h>

#include "base/memory.h"

#define MOST_PAUSE_S 10.0
#define SKEW_US      (60 * SPK_SECOND_US)

static void destroy(struct spk_shared *shared)
{
    struct spk_token_pool *pool = (struct spk_token_pool *)shared;
    free(pool->states);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->refresh);
    free(pool);
}

struct spk_shared *spk_token_pool_make(void *context)
{
    const struct spk_token_pool_size *size = context;
    struct spk_token_pool *pool = spk_memory_zalloc(sizeof(*pool));
    pool->base.destroy = destroy;
    pool->tokens = size->tokens;
    pool->quotas = size->quotas;
    pool->least_reserve = size->least_reserve;
    pool->reserve_part = size->reserve_part;
    pool->states = spk_memory_zalloc(size->tokens * size->quotas * sizeof(*pool->states));
    pthread_mutex_init(&pool->lock, NULL);
    pthread_mutex_init(&pool->refresh, NULL);
    return &pool->base;
}

static struct spk_token_state *state_of(const struct spk_token_pool *pool, size_t token,
                                        size_t quota)
{
    return &pool->states[token * pool->quotas + quota];
}

bool spk_token_pool_is_spent(const struct spk_token_pool *pool, size_t quota)
{
    for (size_t t = 0; t < pool->tokens; t++) {
        const struct spk_token_state *state = state_of(pool, t, quota);
        if (state->left > 0 || !state->tracked)
            return false;
    }
    return true;
}

/* Once every token is down to its reserve, the calls that are left are spread over the time until
 * the reset. */
static double pause_before(const struct spk_token_pool *pool, size_t quota, int64_t now_us)
{
    int64_t left = 0;
    for (size_t t = 0; t < pool->tokens; t++) {
        const struct spk_token_state *state = state_of(pool, t, quota);
        double reserve = (double)state->limit * pool->reserve_part;
        if (reserve < (double)pool->least_reserve)
            reserve = (double)pool->least_reserve;
        if (!state->tracked || (double)state->left > reserve)
            return 0;
        left += state->left > 0 ? state->left : 0;
    }
    double seconds = (double)(state_of(pool, pool->active, quota)->reset_us - now_us) / 1e6;
    if (left == 0 || seconds <= 0)
        return 0;
    double each = seconds / (double)left;
    return each < MOST_PAUSE_S ? each : MOST_PAUSE_S;
}

static double until_reset(const struct spk_token_pool *pool, size_t quota, int64_t now_us)
{
    int64_t first = INT64_MAX;
    for (size_t t = 0; t < pool->tokens; t++) {
        int64_t reset_us = state_of(pool, t, quota)->reset_us;
        first = reset_us < first ? reset_us : first;
    }
    return (double)(first - now_us) / 1e6;
}

/* The active token while it has calls, then the next one that has; tokens without a count take
 * turns. */
void spk_token_pool_take(struct spk_token_pool *pool, size_t quota, int64_t now_us,
                         struct spk_token_turn *out)
{
    *out = (struct spk_token_turn){.spent = spk_token_pool_is_spent(pool, quota)};
    if (out->spent) {
        out->reset_s = until_reset(pool, quota, now_us);
        return;
    }
    while (state_of(pool, pool->active, quota)->tracked &&
           state_of(pool, pool->active, quota)->left <= 0)
        pool->active = (pool->active + 1) % pool->tokens;
    struct spk_token_state *state = state_of(pool, pool->active, quota);
    out->token = pool->active;
    if (!state->tracked) {
        pool->active = (pool->active + 1) % pool->tokens;
        return;
    }
    state->left--;
    out->pause_s = pause_before(pool, quota, now_us);
}

bool spk_token_pool_can_rotate(const struct spk_token_pool *pool, size_t token, size_t quota)
{
    const struct spk_token_state *sender = state_of(pool, token, quota);
    if (!sender->tracked || sender->left > 0)
        return false;
    for (size_t t = 0; t < pool->tokens; t++) {
        if (t != token && state_of(pool, t, quota)->left > 0)
            return true;
    }
    return false;
}

/* The same window only ever gets less: answers come out of order. One that has passed counts only
 * where the server refused the call. */
static void tighten(struct spk_token_state *state, int64_t left, const struct spk_token_told *told)
{
    bool current = told->reset_us < 0 || told->reset_us >= state->reset_us - SKEW_US;
    if (left >= 0 && left < state->left && (current || (left == 0 && told->exhausted)))
        state->left = left;
}

void spk_token_pool_told(struct spk_token_pool *pool, size_t token, size_t quota,
                         const struct spk_token_told *told)
{
    struct spk_token_state *state = state_of(pool, token, quota);
    int64_t left = told->left < 0 && told->exhausted ? 0 : told->left;
    if (!state->tracked)
        return;
    if (told->limit > 0 && (told->reset_us < 0 || told->reset_us >= state->reset_us))
        state->limit = told->limit;
    if (told->reset_us <= state->reset_us) {
        tighten(state, left, told);
        return;
    }
    state->reset_us = told->reset_us; /* a new window: the server's numbers */
    state->left = left >= 0 ? left : state->limit;
}
