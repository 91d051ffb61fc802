#include <stddef.h>

#include "source/kinds.h"

/* InlineSchemaLoader: the schema stands in the manifest. */
struct inline_loader {
    struct spk_component base;
    struct spk_value schema;
};

static const struct spk_prop props[] = {
    {.name = "schema",
     .type = SPK_PROP_VALUE,
     .offset = offsetof(struct inline_loader, schema),
     .help = "the JSON schema"},
    SPK_PROP_END,
};

static spk_rc load(struct spk_component *self, struct spk_arena *arena, struct spk_value *schema,
                   struct spk_error *err)
{
    *schema = ((struct inline_loader *)self)->schema;
    if (!spk_is(*schema, SPK_DICT))
        *schema = spk_dict_new(arena);
    return SPK_OK;
}

static const struct spk_schema_loader_ops ops = {.load = load};

const struct spk_component_type spk_type_inline_schema_loader = {
    .name = "InlineSchemaLoader",
    .kind = SPK_KIND_SCHEMA_LOADER,
    .size = sizeof(struct inline_loader),
    .props = props,
    .ops = &ops,
    .help = "the schema stands in the manifest",
};
