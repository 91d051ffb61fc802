/* Lists and tuples: arrays in the arena that double when they are full. */
#include <assert.h>

#include "value/value_internal.h"

enum { LIST_FIRST_CAP = 4 };

static struct spk_value make(struct spk_arena *arena, enum spk_kind kind)
{
    struct spk_list *list = SPK_NEW(arena, struct spk_list);
    list->arena = arena;
    return (struct spk_value){.kind = (uint8_t)kind, .list = list};
}

struct spk_value spk_list_new(struct spk_arena *arena)
{
    return make(arena, SPK_LIST);
}

struct spk_value spk_tuple_new(struct spk_arena *arena)
{
    return make(arena, SPK_TUPLE);
}

static void make_room(struct spk_list *list)
{
    if (list->len < list->cap)
        return;
    size_t cap = list->cap ? list->cap * 2 : LIST_FIRST_CAP;
    struct spk_value *items = spk_arena_array(list->arena, cap, sizeof *items);
    if (list->len > 0)
        memcpy(items, list->items, list->len * sizeof *items);
    list->items = items;
    list->cap = cap;
}

void spk_list_append(struct spk_value list, struct spk_value item)
{
    assert(list.kind == SPK_LIST || list.kind == SPK_TUPLE);
    make_room(list.list);
    list.list->items[list.list->len++] = item;
}

void spk_list_insert(struct spk_value list, size_t at, struct spk_value item)
{
    struct spk_list *self = list.list;
    assert(at <= self->len);
    make_room(self);
    memmove(self->items + at + 1, self->items + at, (self->len - at) * sizeof *self->items);
    self->items[at] = item;
    self->len++;
}

void spk_list_remove(struct spk_value list, size_t at)
{
    struct spk_list *self = list.list;
    assert(at < self->len);
    memmove(self->items + at, self->items + at + 1, (self->len - at - 1) * sizeof *self->items);
    self->len--;
}
