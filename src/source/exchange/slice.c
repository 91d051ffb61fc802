#include "source/exchange.h"
#include "template/template.h"

static void add_all(struct spk_value to, struct spk_value from)
{
    for (size_t i = 0; i < spk_dict_len(from); i++)
        spk_dict_set_value(to, from.dict->entries[i].key, from.dict->entries[i].value);
}

void spk_slice_finish(struct spk_slice *slice, struct spk_arena *arena)
{
    if (!spk_is(slice->partition, SPK_DICT))
        slice->partition = spk_dict_new(arena);
    if (!spk_is(slice->cursor, SPK_DICT))
        slice->cursor = spk_dict_new(arena);
    if (!spk_is(slice->extra_fields, SPK_DICT))
        slice->extra_fields = spk_dict_new(arena);
    struct spk_value merged = spk_dict_new(arena);
    add_all(merged, slice->partition);
    add_all(merged, slice->cursor);
    struct spk_value attributes = spk_dict_new(arena);
    spk_set(attributes, "partition", slice->partition);
    spk_set(attributes, "_partition", slice->partition);
    spk_set(attributes, "cursor_slice", slice->cursor);
    spk_set(attributes, "extra_fields", slice->extra_fields);
    slice->merged = spk_template_object(arena, merged, attributes, false);
}
