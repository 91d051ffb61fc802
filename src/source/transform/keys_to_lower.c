#include "keys.h"
#include "source/kinds.h"

/* KeysToLower: the record's own keys in lower case; what lies in its values stays. */

static void lower(void *context, struct spk_view key, struct spk_buf *out)
{
    const char *end = key.at + key.len;
    for (const char *at = key.at; at < end;) {
        char letter[4];
        size_t len = spk_utf8_encode(spk_unicode_lower(spk_utf8_next(&at, end)), letter);
        spk_buf_append(out, spk_view_make(letter, len));
    }
}

static spk_rc transform(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_error *err)
{
    const struct spk_key_renamer renamer = {.rename = lower};
    spk_record_replace(scope->record,
                       spk_keys_renamed(scope->arena, spk_record_tree(scope->record), &renamer));
    return SPK_OK;
}

static const struct spk_prop props[] = {SPK_PROP_END};
static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_keys_to_lower = {
    .name = "KeysToLower",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct spk_component),
    .props = props,
    .ops = &ops,
    .help = "makes the keys of a record lower case",
};
