#include <stddef.h>

#include "properties.h"
#include "json/json.h"

/* GroupByKeyMergeStrategy: parts with equal values of one field, or of several, are one record. */
struct group_by_key {
    struct spk_component base;
    struct spk_value key;  /* text, or LIST of texts */
    struct spk_value keys; /* LIST */
};

static const struct spk_prop props[] = {
    {.name = "key",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct group_by_key, key),
     .help = "the field, or the list of fields, that parts of a record share"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct group_by_key *self = (struct group_by_key *)base;
    self->keys = self->key;
    if (spk_is(self->key, SPK_STRING)) {
        self->keys = spk_list_new(build->arena);
        spk_list_append(self->keys, self->key);
    }
    if (!spk_is(self->keys, SPK_LIST))
        return spk_build_fail(build, self->key, err, "key is a text or a list of texts");
    return SPK_OK;
}

const struct spk_component_type spk_type_group_by_key_merge_strategy = {
    .name = "GroupByKeyMergeStrategy",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct group_by_key),
    .props = props,
    .finish = finish,
    .help = "parts of a record by the fields that they share",
};

bool spk_group_by_key(struct spk_component *base, struct spk_value record, struct spk_buf *key)
{
    struct spk_value keys = ((struct group_by_key *)base)->keys;
    for (size_t i = 0; i < spk_list_len(keys); i++) {
        struct spk_value value = spk_dict_get_value(record, spk_list_at(keys, i));
        if (!spk_value_truthy(value))
            return false;
        spk_json_write(key, value, SPK_JSON_SORTED | SPK_JSON_NAN);
        spk_buf_append_char(key, ',');
    }
    return spk_list_len(keys) > 0;
}
