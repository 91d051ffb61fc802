#ifndef SPK_SOURCE_AUTH_TOKEN_POOL_H
#define SPK_SOURCE_AUTH_TOKEN_POOL_H
/*
 * Tokens that can stand for each other, and how many calls each has left in each quota. Counts are
 * kept here and set right by what the server tells. The caller holds the pool's lock, but for
 * create and destroy; instants are microseconds.
 */
#include <pthread.h>

#include "source/source_internal.h"

struct spk_token_state {
    int64_t left, limit, reset_us;
    bool tracked; /* false: the server keeps no count of it */
};

struct spk_token_pool {
    struct spk_shared base;
    pthread_mutex_t lock;    /* seeded, states, active */
    pthread_mutex_t refresh; /* held while the server is asked for all counts */
    bool seeded;
    size_t tokens, quotas, active;
    struct spk_token_state *states; /* of token t and quota q at t * quotas + q */
    int64_t least_reserve;
    double reserve_part; /* of the limit */
};

struct spk_token_pool_size {
    size_t tokens, quotas;
    int64_t least_reserve;
    double reserve_part;
};

/* context: struct spk_token_pool_size; for spk_source_share. */
struct spk_shared *spk_token_pool_make(void *context);

struct spk_token_turn {
    size_t token;   /* to be used, counted already */
    double pause_s; /* before it is used, to spread the last calls over the time that is left */
    bool spent;     /* no token has a call left: wait ... */
    double reset_s; /* ... so long, which may be less than 0 */
};
void spk_token_pool_take(struct spk_token_pool *pool, size_t quota, int64_t now_us,
                         struct spk_token_turn *out);
bool spk_token_pool_is_spent(const struct spk_token_pool *pool, size_t quota);
/* Whether another token has calls left where this one has none. */
bool spk_token_pool_can_rotate(const struct spk_token_pool *pool, size_t token, size_t quota);

struct spk_token_told { /* what an answer told; < 0: nothing */
    int64_t left, limit, reset_us;
    bool exhausted; /* its status means that no call is left */
};
void spk_token_pool_told(struct spk_token_pool *pool, size_t token, size_t quota,
                         const struct spk_token_told *told);

#endif
