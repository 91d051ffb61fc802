#include <stddef.h>

#include "properties.h"

/* PropertyChunking: names in groups of so many names, or so many characters. */
struct property_chunking {
    struct spk_component base;
    int limit_type;
    int64_t limit; /* 0: one group */
    struct spk_component *strategy;
};

enum { BY_CHARACTERS, BY_COUNT };
static const char *const limit_types[] = {"characters", "property_count", NULL};

enum { DELIMITER = 3 }; /* characters between two names, as an encoded comma */

#define FIELD(name) offsetof(struct property_chunking, name)

static const struct spk_prop props[] = {
    {.name = "property_limit_type",
     .type = SPK_PROP_ENUM,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(limit_type),
     .choices = limit_types,
     .help = "what is counted"},
    {.name = "property_limit",
     .type = SPK_PROP_INT,
     .offset = FIELD(limit),
     .help = "how much goes into one request; all without it"},
    {.name = "record_merge_strategy",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(strategy),
     .kind = SPK_KIND_OTHER,
     .standard = "{type: GroupByKeyMergeStrategy, key: id}",
     .help = "which parts make one record"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    const struct spk_component *strategy = ((struct property_chunking *)base)->strategy;
    if (strategy->type != &spk_type_group_by_key_merge_strategy)
        return spk_build_fail(build, strategy->node, err,
                              "record_merge_strategy is a GroupByKeyMergeStrategy");
    return SPK_OK;
}

const struct spk_component_type spk_type_property_chunking = {
    .name = "PropertyChunking",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct property_chunking),
    .props = props,
    .finish = finish,
    .help = "how property names are spread over several requests",
};

static void append_all(struct spk_value to, struct spk_value from)
{
    for (size_t i = 0; spk_is(from, SPK_LIST) && i < spk_list_len(from); i++)
        spk_list_append(to, spk_list_at(from, i));
}

static int64_t size_of(const struct property_chunking *self, struct spk_value name)
{
    struct spk_view text = spk_value_text_or(name, "");
    int64_t characters = 0;
    if (self->limit_type == BY_COUNT)
        return 1;
    for (size_t i = 0; i < text.len; i++)
        characters += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return characters + DELIMITER;
}

void spk_property_chunking_cut(struct spk_component *base, const struct spk_property_names *names,
                               struct spk_arena *arena, struct spk_value groups)
{
    struct property_chunking *self = (struct property_chunking *)base;
    struct spk_value group = spk_list_new(arena);
    int64_t filled = 0;
    spk_list_append(groups, group);
    if (self->limit == 0) { /* one group of all, chosen or not */
        append_all(group, names->names);
        append_all(group, names->always);
        return;
    }
    append_all(group, names->always);
    for (size_t i = 0; i < spk_list_len(names->names); i++) {
        struct spk_value name = spk_list_at(names->names, i);
        int64_t size = size_of(self, name);
        if (spk_is_defined(names->chosen) &&
            !spk_is_defined(spk_dict_get_value(names->chosen, name)))
            continue;
        if (filled + size > self->limit) {
            group = spk_list_new(arena);
            spk_list_append(groups, group);
            append_all(group, names->always);
            filled = 0;
        }
        spk_list_append(group, name);
        filled += size;
    }
}

bool spk_property_chunking_merge_key(struct spk_component *base, struct spk_value record,
                                     struct spk_buf *key)
{
    return spk_group_by_key(((struct property_chunking *)base)->strategy, record, key);
}
