#include "base/memory.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static void *must(void *at)
{
    if (!at) {
        fputs("spike: out of memory\n", stderr);
        abort();
    }
    return at;
}

void *spk_memory_zalloc(size_t size)
{
    return must(calloc(1, size ? size : 1));
}

void *spk_memory_resize(void *at, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return must(NULL);
    }
    return must(realloc(at, bytes ? bytes : 1));
}

void *spk_memory_grow(void *at, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return at;
    }
    size_t wanted = *cap + *cap / 2 + 8;
    wanted = wanted < need ? need : wanted;
    at = spk_memory_resize(at, wanted, size);
    *cap = wanted;
    return at;
}

void spk_memory_keep(size_t bytes)
{
    int most = bytes < INT_MAX ? (int)bytes : INT_MAX;
    mallopt(M_MMAP_THRESHOLD, most / 2);
    mallopt(M_TRIM_THRESHOLD, most);
}
