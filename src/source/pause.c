#include "pause.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

spk_rc spk_pause_init(struct spk_pause *pause, struct spk_error *err)
{
    pause->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pause->fd < 0)
        return spk_error_set(err, SPK_ESYSTEM, "cannot make an event descriptor");
    return SPK_OK;
}

void spk_pause_deinit(struct spk_pause *pause)
{
    if (pause->fd > 0)
        close(pause->fd);
    pause->fd = 0;
}

/* What was waited is counted by what was asked for: a clock that stands still ends no wait. */
spk_rc spk_pause_for(struct spk_pause *pause, double seconds, struct spk_error *err)
{
    enum { MOST_MS = 3600 * 1000 };
    struct pollfd event = {.fd = pause->fd, .events = POLLIN};
    for (double left_ms = seconds * 1e3; left_ms > 0;) {
        int part = left_ms < MOST_MS ? (int)ceil(left_ms) : MOST_MS;
        int ready = poll(&event, 1, part);
        if (ready > 0)
            return spk_error_set(err, SPK_ESYSTEM, "the read was given up");
        if (ready == 0 || errno != EINTR)
            left_ms -= part;
    }
    return SPK_OK;
}

void spk_pause_cancel(struct spk_pause *pause)
{
    const uint64_t one = 1;
    ssize_t written = write(pause->fd, &one, sizeof(one));
    (void)written; /* fails only where it is readable already */
}

void spk_pause_renew(struct spk_pause *pause)
{
    uint64_t count;
    ssize_t got = read(pause->fd, &count, sizeof(count));
    (void)got; /* fails where nobody cancelled */
}
