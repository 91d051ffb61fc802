#include "seed.h"

#include <math.h>

enum { POISSON_BY_PRODUCT = 30 };

static uint64_t mix(uint64_t x) /* the finalizer of SplitMix64 */
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t spk_sim_hash(uint64_t key, uint64_t a, uint64_t b)
{
    return mix(mix(mix(key) ^ a) ^ b);
}

uint64_t spk_sim_hash_text(uint64_t key, struct spk_view text)
{
    uint64_t hash = mix(key);
    for (size_t i = 0; i < text.len; i++) {
        hash = mix(hash ^ (unsigned char)text.at[i]);
    }
    return hash;
}

double spk_sim_unit(uint64_t hash)
{
    return ((double)(hash >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t hash) /* Box and Muller */
{
    double radius = sqrt(-2.0 * log(spk_sim_unit(hash)));
    return radius * cos(2.0 * M_PI * spk_sim_unit(mix(hash)));
}

int64_t spk_sim_poisson(uint64_t hash, double mean)
{
    if (mean <= 0) {
        return 0;
    }
    if (mean > POISSON_BY_PRODUCT) {
        double drawn = mean + sqrt(mean) * normal(hash) + 0.5;
        return drawn > 0 ? (int64_t)drawn : 0;
    }
    double floor = exp(-mean);
    int64_t count = 0;
    for (double product = spk_sim_unit(hash); product > floor; count++) {
        hash = mix(hash);
        product *= spk_sim_unit(hash);
    }
    return count;
}

double spk_sim_log_normal(uint64_t hash, double mu, double sigma)
{
    return exp(mu + sigma * normal(hash));
}

void spk_sim_base36(uint64_t hash, size_t digits, char *out)
{
    for (size_t i = 0; i < digits; i++) {
        out[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[hash % 36];
        hash /= 36;
    }
    out[digits] = '\0';
}
