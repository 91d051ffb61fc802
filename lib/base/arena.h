#ifndef SPK_BASE_ARENA_H
#define SPK_BASE_ARENA_H
/*
 * All that one request or one parse makes: allocate freely, release at once. Not thread-safe. Zero
 * bytes are a valid empty arena. A failed allocation aborts; sizes from outside are bounded before.
 */
#include "base/view.h"

struct spk_arena_block;

struct spk_arena {
    struct spk_arena_block *blocks; /* newest first */
    char *next, *end;
    size_t used; /* bytes handed out since init or reset */
};

void spk_arena_deinit(struct spk_arena *arena);
void spk_arena_reset(struct spk_arena *arena); /* keeps the largest block for the next round */
void *spk_arena_alloc(struct spk_arena *arena, size_t size);  /* aligned to 16, not cleared */
void *spk_arena_zalloc(struct spk_arena *arena, size_t size); /* cleared */
/* count * size with overflow check, cleared. */
void *spk_arena_array(struct spk_arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it (not counted). */
struct spk_view spk_arena_dup(struct spk_arena *arena, struct spk_view text);
char *spk_arena_strdup(struct spk_arena *arena, struct spk_view text);
struct spk_view spk_arena_printf(struct spk_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define SPK_NEW(arena, type) ((type *)spk_arena_zalloc((arena), sizeof(type)))

#endif
