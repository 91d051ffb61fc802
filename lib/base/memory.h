#ifndef SPK_BASE_MEMORY_H
#define SPK_BASE_MEMORY_H
/* Heap memory that is never missing: a failed or overflowing allocation ends the process. Sizes
 * that come from outside are bounded before they get here. Release with free. */
#include <stddef.h>

void *spk_memory_zalloc(size_t size); /* cleared; size 0 gives a pointer too */
void *spk_memory_resize(void *at, size_t count, size_t size);
/* Room for `need` items of `size` bytes: grows *cap (items) by half at least, moves the block. */
void *spk_memory_grow(void *at, size_t *cap, size_t need, size_t size);

/* Work that fills and frees the same large blocks again and again (the pages of a read) spends much
 * of its time in the kernel unless the allocator keeps them: from now on it keeps up to `bytes` of
 * each thread, at most 64 MB. For the whole process. */
void spk_memory_keep(size_t bytes);

#endif
