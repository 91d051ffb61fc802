#include <stddef.h>

#include "source/kinds.h"

/*
 * FlattenFields: the values of nested objects become fields of the record. A field keeps its own
 * name where no field of that name was met before, otherwise "parent.name"; after the first list
 * every name is "parent.name". Objects are taken from the end, as a stack gives them.
 */
struct flatten_fields {
    struct spk_component base;
    bool flatten_lists;
};

static const struct spk_prop props[] = {
    {.name = "flatten_lists",
     .type = SPK_PROP_BOOL,
     .offset = offsetof(struct flatten_fields, flatten_lists),
     .standard = "true",
     .help = "the items of lists become fields too: list.0, list.1"},
    SPK_PROP_END,
};

enum { MAX_FIELDS = 1000000 };

struct flattening {
    struct spk_arena *arena;
    struct spk_value names, values; /* LISTs: the stack of what is to be looked at */
    struct spk_value result;
    bool list_seen;
    size_t pushed;
};

static void push(struct flattening *f, struct spk_value name, struct spk_value value)
{
    spk_list_append(f->names, name);
    spk_list_append(f->values, value);
    f->pushed++;
}

static void push_entries(struct flattening *f, struct spk_value parent, struct spk_value dict)
{
    for (size_t i = 0; i < spk_dict_len(dict); i++) {
        const struct spk_entry *e = &dict.dict->entries[i];
        struct spk_view key = spk_value_text_or(e->key, "");
        struct spk_value name = spk_string(key);
        if (f->list_seen || spk_is_defined(spk_dict_get(f->result, key)))
            name = spk_string(
                spk_arena_printf(f->arena, "%.*s.%.*s", SPK_FMT(parent.text), SPK_FMT(key)));
        push(f, name, e->value);
    }
}

static void push_items(struct flattening *f, struct spk_value parent, struct spk_value list)
{
    for (size_t i = 0; i < spk_list_len(list); i++) {
        f->list_seen = true;
        push(f, spk_string(spk_arena_printf(f->arena, "%.*s.%zu", SPK_FMT(parent.text), i)),
             spk_list_at(list, i));
    }
}

static spk_rc transform(struct spk_component *base, const struct spk_scope *scope,
                        struct spk_error *err)
{
    bool lists = ((struct flatten_fields *)base)->flatten_lists;
    struct flattening f = {.arena = scope->arena,
                           .names = spk_list_new(scope->arena),
                           .values = spk_list_new(scope->arena),
                           .result = spk_dict_new(scope->arena)};
    push(&f, spk_str("_"), spk_record_tree(scope->record));
    while (f.values.list->len > 0 && f.pushed < MAX_FIELDS) {
        struct spk_value name = f.names.list->items[--f.names.list->len];
        struct spk_value value = f.values.list->items[--f.values.list->len];
        if (spk_is(value, SPK_DICT))
            push_entries(&f, name, value);
        else if (spk_is(value, SPK_LIST) && lists)
            push_items(&f, name, value);
        else
            spk_dict_set_value(f.result, name, value);
    }
    if (f.pushed >= MAX_FIELDS)
        return spk_error_set(err, SPK_EDATA, "FlattenFields: a record has more than %d fields",
                             MAX_FIELDS);
    spk_record_replace(scope->record, f.result);
    return SPK_OK;
}

static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_flatten_fields = {
    .name = "FlattenFields",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct flatten_fields),
    .props = props,
    .ops = &ops,
    .help = "makes fields of a record of all that is nested in it",
};
