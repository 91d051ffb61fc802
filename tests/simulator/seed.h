#ifndef SPK_SIM_SEED_H
#define SPK_SIM_SEED_H
/* Deterministic draws: every number is a hash of what it belongs to, so any day can be made alone.
 */
#include "base/view.h"

/* A well-mixed function of its arguments. */
uint64_t spk_sim_hash(uint64_t key, uint64_t a, uint64_t b);
uint64_t spk_sim_hash_text(uint64_t key, struct spk_view text);
double spk_sim_unit(uint64_t hash); /* in (0, 1) */
/* Counts with the given mean, from one hash. */
int64_t spk_sim_poisson(uint64_t hash, double mean);
/* exp(mu + sigma * normal). */
double spk_sim_log_normal(uint64_t hash, double mu, double sigma);
/* `digits` characters of [0-9a-z], NUL-terminated into out[digits + 1]. */
void spk_sim_base36(uint64_t hash, size_t digits, char *out);

#endif
