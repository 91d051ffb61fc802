#ifndef SPK_SOURCE_EXCHANGE_RETRY_H
#define SPK_SOURCE_EXCHANGE_RETRY_H
/*
 * Whether one request is tried again, and after how long. Three kinds of failures are counted, each
 * with its own number of tries; one that is further out starts those within anew, as the three
 * nested retry loops of the CDK do.
 */
#include "source/kinds.h"

enum spk_retry_kind {
    SPK_RETRY_TOLD,    /* a strategy, or the server, said how long to wait */
    SPK_RETRY_LIMITED, /* a rate limit without a time: 1, 2, 4, ... seconds, for any time */
    SPK_RETRY_FAILED,  /* anything else: 1, 2, 4, ... seconds */
    SPK_RETRY_KINDS
};

struct spk_retry {
    struct spk_retry_loop {
        int failures;
        int64_t since_us; /* when it began */
        int64_t turn_us;  /* when its present turn began */
    } loops[SPK_RETRY_KINDS];
    int left; /* the loops below this one begin anew with the next try */
};

struct spk_retry_limits {
    int max_retries;
    double max_time_s;
};

void spk_retry_begin(struct spk_retry *retry, int64_t now_us);
/* A further try begins now. */
void spk_retry_sent(struct spk_retry *retry, int64_t now_us);
/* Seconds to wait after a failure of that kind, `told` of them where TOLD; < 0: give up. */
double spk_retry_wait(struct spk_retry *retry, enum spk_retry_kind kind, double told,
                      const struct spk_retry_limits *limits);

#endif
