#include "clock.h"

#include "base/time.h"

#include <stdatomic.h>

static _Atomic int64_t virtual_now; /* 0: real time */

int64_t spk_sim_clock_now_us(void)
{
    int64_t now = atomic_load(&virtual_now);
    return now != 0 ? now : spk_time_now_us();
}

void spk_sim_clock_set(int64_t now_us)
{
    atomic_store(&virtual_now, now_us);
}

int32_t spk_sim_clock_today(void)
{
    return (int32_t)(spk_sim_clock_now_us() / SPK_DAY_US);
}
