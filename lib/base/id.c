#include "base/id.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BATCH = 4096, UUID_BYTES = 16 };

/* Counts forks: a child must not hand out the random bytes that its parent holds too. */
static atomic_uint generation = 1;

struct batch {
    unsigned generation; /* 0: never filled */
    size_t used;
    unsigned char bytes[BATCH];
};
static _Thread_local struct batch batch;

static void next_generation(void)
{
    atomic_fetch_add(&generation, 1);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, next_generation);
}

/* Without randomness no id is unique: there is nothing a caller could do. */
static void fill(struct batch *into, unsigned now)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    size_t have = 0;
    while (have < sizeof into->bytes) {
        ssize_t got = getrandom(into->bytes + have, sizeof into->bytes - have, 0);
        if (got < 0 && errno != EINTR) {
            abort();
        }
        have += got > 0 ? (size_t)got : 0;
    }
    into->used = 0;
    into->generation = now;
}

static void random_bytes(unsigned char out[UUID_BYTES])
{
    unsigned now = atomic_load_explicit(&generation, memory_order_relaxed);
    if (batch.generation != now || batch.used + UUID_BYTES > sizeof batch.bytes) {
        fill(&batch, now);
    }
    memcpy(out, batch.bytes + batch.used, UUID_BYTES);
    batch.used += UUID_BYTES;
}

static void print(unsigned char id[UUID_BYTES], unsigned version, char out[SPK_UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    id[6] = (unsigned char)((id[6] & 0x0F) | version << 4);
    id[8] = (unsigned char)((id[8] & 0x3F) | 0x80); /* RFC 9562: variant 10 */
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = hex[id[i] >> 4];
        *out++ = hex[id[i] & 15];
    }
    *out = '\0';
}

void spk_uuid4(char out[SPK_UUID_TEXT])
{
    unsigned char id[UUID_BYTES];
    random_bytes(id);
    print(id, 4, out);
}

/* Milliseconds in 48 bits, then 12 bits of the millisecond's fraction (RFC 9562, 6.2 method 3). Two
 * ids of one moment get neighbouring fractions, so ids never go back while the clock does. */
static uint64_t next_stamp(int64_t now_us)
{
    static atomic_uint_fast64_t last;
    uint64_t us = now_us > 0 ? (uint64_t)now_us : 0;
    uint64_t wanted = us / 1000 << 12 | (us % 1000 * 4096 / 1000);
    uint_fast64_t seen = atomic_load(&last);
    uint64_t stamp;
    do {
        stamp = wanted > seen ? wanted : seen + 1;
    } while (!atomic_compare_exchange_weak(&last, &seen, stamp));
    return stamp;
}

void spk_uuid7(int64_t now_us, char out[SPK_UUID_TEXT])
{
    unsigned char id[UUID_BYTES];
    random_bytes(id);
    uint64_t stamp = next_stamp(now_us);
    for (int i = 0; i < 6; i++) {
        id[i] = (unsigned char)(stamp >> (52 - 8 * i));
    }
    id[6] = (unsigned char)(stamp >> 8 & 0x0F);
    id[7] = (unsigned char)stamp;
    print(id, 7, out);
}
