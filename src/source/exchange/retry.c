#include "retry.h"

void spk_retry_begin(struct spk_retry *retry, int64_t now_us)
{
    for (int i = 0; i < SPK_RETRY_KINDS; i++)
        retry->loops[i] = (struct spk_retry_loop){.since_us = now_us, .turn_us = now_us};
    retry->left = 0;
}

/* A turn of a loop runs all loops within it from their beginning. */
void spk_retry_sent(struct spk_retry *retry, int64_t now_us)
{
    for (int i = 0; i < retry->left; i++)
        retry->loops[i] = (struct spk_retry_loop){.since_us = now_us, .turn_us = now_us};
    retry->loops[retry->left].turn_us = now_us;
}

static double doubled(int times)
{
    return (double)(INT64_C(1) << (times < 40 ? times : 40));
}

double spk_retry_wait(struct spk_retry *retry, enum spk_retry_kind kind, double told,
                      const struct spk_retry_limits *limits)
{
    struct spk_retry_loop *loop = &retry->loops[kind];
    int most = limits->max_retries > 0 ? limits->max_retries : 0;
    double left = limits->max_time_s - (double)(loop->turn_us - loop->since_us) / 1e6;
    if (loop->failures >= most || (kind != SPK_RETRY_LIMITED && left <= 0))
        return -1;
    retry->left = (int)kind;
    int before = loop->failures++;
    if (kind == SPK_RETRY_TOLD)
        return told + 1; /* for the fractions of a second */
    double wait = doubled(before);
    return kind == SPK_RETRY_FAILED && wait > left ? left : wait;
}
