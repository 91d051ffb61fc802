#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/event.h"

enum { BAR = 24 };

static bool live; /* a terminal shows the bar */

static void tell(void *context, enum spk_step step, size_t done, size_t all, struct spk_view what)
{
    char bar[BAR + 1];
    size_t full = all ? done * BAR / all : BAR;
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr, "\r\033[K%-8s [%s] %zu/%zu %.*s", spk_step_name(step), bar, done, all,
            SPK_FMT(what));
    if (done == all)
        fputc('\n', stderr);
    fflush(stderr);
}

const struct spk_flow_progress *spk_progress_start(void)
{
    static const struct spk_flow_progress progress = {.tell = tell};
    live = isatty(STDERR_FILENO) == 1;
    if (!live)
        return NULL;
    spk_event_set_level(SPK_WARN);
    return &progress;
}

void spk_progress_end(void)
{
    if (live)
        spk_event_set_level(SPK_INFO);
    live = false;
}
