#include <stddef.h>

#include "source/exchange.h"
#include "source/kinds.h"
#include "source/schema/schema_file.h"
#include "template/template.h"

/* JsonFileSchemaLoader: the schema stands in a file beside the manifest. */
struct file_loader {
    struct spk_component base;
    struct spk_template_string *file_path;
    struct spk_view manifest, stream;
};

static const struct spk_prop props[] = {
    {.name = "file_path",
     .type = SPK_PROP_TEMPLATE,
     .offset = offsetof(struct file_loader, file_path),
     .help = "from the manifest's folder or the one above; default: schemas/STREAM.json"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *self, const struct spk_build *build,
                     struct spk_error *err)
{
    struct file_loader *loader = (struct file_loader *)self;
    loader->manifest = spk_view_of(build->file);
    loader->stream = spk_value_text_or(spk_get(build->stream, "name"), "");
    return SPK_OK;
}

static spk_rc load(struct spk_component *self, struct spk_arena *arena, struct spk_value *schema,
                   struct spk_error *err)
{
    struct file_loader *loader = (struct file_loader *)self;
    struct spk_schema_place place = {.manifest = loader->manifest, .stream = loader->stream};
    struct spk_scope scope = {.source = self->source, .arena = arena};
    spk_rc rc = SPK_OK;
    if (loader->file_path)
        rc = spk_scope_text(&scope, self, loader->file_path, &place.path, err);
    if (rc == SPK_OK)
        rc = spk_schema_file_read(&place, arena, schema, err);
    if (rc || spk_is_defined(*schema))
        return rc;
    spk_error_set(err, SPK_ECONFIG, "stream %.*s: there is no schema file %.*s",
                  SPK_FMT(loader->stream), SPK_FMT(place.path.len ? place.path : loader->stream));
    spk_error_blame_connector(err);
    spk_error_hint(err, "put it beside %.*s, or write the schema in the manifest",
                   SPK_FMT(loader->manifest));
    return SPK_ECONFIG;
}

static const struct spk_schema_loader_ops ops = {.load = load};

const struct spk_component_type spk_type_json_file_schema_loader = {
    .name = "JsonFileSchemaLoader",
    .kind = SPK_KIND_SCHEMA_LOADER,
    .size = sizeof(struct file_loader),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "the schema stands in a JSON file beside the manifest",
};
