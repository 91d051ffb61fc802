#ifndef SPK_SIM_CLOCK_H
#define SPK_SIM_CLOCK_H
/* The virtual clock: all data is a function of it. Thread-safe. It stands still once it was set. */
#include <stdint.h>

int64_t spk_sim_clock_now_us(void); /* the time that was set, or the real one */
void spk_sim_clock_set(int64_t now_us);
int32_t spk_sim_clock_today(void); /* UTC */

#endif
