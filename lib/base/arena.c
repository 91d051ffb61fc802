#include "base/arena.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_STEP = 1 << 20 };

struct spk_arena_block {
    struct spk_arena_block *older;
    size_t size; /* of data */
    _Alignas(ALIGN) char data[];
};

static void block_free(struct spk_arena_block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    free(block);
}

static void use_block(struct spk_arena *arena, struct spk_arena_block *block)
{
    arena->next = block->data;
    arena->end = block->data + block->size;
    ASAN_POISON_MEMORY_REGION(block->data, block->size);
}

void spk_arena_deinit(struct spk_arena *arena)
{
    while (arena->blocks) {
        struct spk_arena_block *older = arena->blocks->older;
        block_free(arena->blocks);
        arena->blocks = older;
    }
    *arena = (struct spk_arena){0};
}

void spk_arena_reset(struct spk_arena *arena)
{
    struct spk_arena_block *kept = NULL;
    struct spk_arena_block *block = arena->blocks;
    while (block) {
        struct spk_arena_block *older = block->older;
        struct spk_arena_block *loser = block;
        if (!kept || block->size > kept->size) {
            loser = kept;
            kept = block;
        }
        if (loser) {
            block_free(loser);
        }
        block = older;
    }
    *arena = (struct spk_arena){.blocks = kept};
    if (kept) {
        kept->older = NULL;
        use_block(arena, kept);
    }
}

static struct spk_arena_block *block_new(size_t size)
{
    size_t bytes = 0;
    if (__builtin_add_overflow(size, sizeof(struct spk_arena_block), &bytes)) {
        bytes = SIZE_MAX;
    }
    struct spk_arena_block *block = spk_memory_resize(NULL, bytes, 1);
    block->size = size;
    return block;
}

/* A large piece gets a block of its own behind the current one, which stays in use. */
static void *alloc_slow(struct spk_arena *arena, size_t size)
{
    size_t step = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    step = step > LARGEST_STEP ? LARGEST_STEP : step;
    struct spk_arena_block *block = block_new(size > step / 2 ? size : step);
    if (arena->blocks && size > step / 2) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
        return block->data;
    }
    block->older = arena->blocks;
    arena->blocks = block;
    use_block(arena, block);
    arena->next += size;
    return block->data;
}

void *spk_arena_alloc(struct spk_arena *arena, size_t size)
{
    size_t rounded = 0;
    if (__builtin_add_overflow(size ? size : 1, (size_t)ALIGN - 1, &rounded)) {
        rounded = SIZE_MAX;
    }
    rounded &= ~(size_t)(ALIGN - 1);
    char *at = arena->next;
    if (rounded <= (size_t)(arena->end - arena->next)) {
        arena->next += rounded;
    } else {
        at = alloc_slow(arena, rounded);
    }
    arena->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(at, size);
    return at;
}

void *spk_arena_zalloc(struct spk_arena *arena, size_t size)
{
    return memset(spk_arena_alloc(arena, size), 0, size);
}

void *spk_arena_array(struct spk_arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        bytes = SIZE_MAX;
    }
    return spk_arena_zalloc(arena, bytes);
}

char *spk_arena_strdup(struct spk_arena *arena, struct spk_view text)
{
    char *copy = spk_arena_alloc(arena, text.len + 1);
    if (text.len) {
        memcpy(copy, text.at, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}

struct spk_view spk_arena_dup(struct spk_arena *arena, struct spk_view text)
{
    return (struct spk_view){spk_arena_strdup(arena, text), text.len};
}

struct spk_view spk_arena_printf(struct spk_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length < 0 ? 0 : (size_t)length;
    char *text = spk_arena_alloc(arena, size + 1);
    text[0] = '\0';
    va_start(args, format);
    vsnprintf(text, size + 1, format, args);
    va_end(args);
    return (struct spk_view){text, size};
}
