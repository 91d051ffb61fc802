#ifndef SPK_SOURCE_PAUSE_H
#define SPK_SOURCE_PAUSE_H
/*
 * Waiting that a read which is given up ends at once: back-offs, rate limits, quotas. Any number of
 * threads wait on one pause; cancel wakes them all, and every later wait fails until renew.
 */
#include "base/error.h"

struct spk_pause {
    int fd; /* readable once cancelled */
};

spk_rc spk_pause_init(struct spk_pause *pause, struct spk_error *err);
void spk_pause_deinit(struct spk_pause *pause);
/* Waits so many seconds (0 or less: not at all). ESYSTEM where the read was given up. */
spk_rc spk_pause_for(struct spk_pause *pause, double seconds, struct spk_error *err);
void spk_pause_cancel(struct spk_pause *pause);
/* Before the next read, while nobody waits. */
void spk_pause_renew(struct spk_pause *pause);

#endif
