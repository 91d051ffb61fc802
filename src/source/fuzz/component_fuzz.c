/* Any YAML as the node of a component: the first byte chooses the type, and the builder gets what
 * follows without the validation before it. */
#include "source/component.h"
#include "source/source.h"
#include "source/source_internal.h"

#include <stdlib.h>

#include "yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char manifest_text[] =
    "type: DeclarativeSource\n"
    "version: 6.0.0\n"
    "check: {type: CheckStream, stream_names: [a]}\n"
    "streams: [{type: DeclarativeStream, name: a, retriever: {type: SimpleRetriever, "
    "requester: {type: HttpRequester, url_base: 'http://a.test'}, record_selector: "
    "{type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}}}]\n";

static const struct spk_manifest *manifest(void)
{
    static struct spk_manifest *loaded;
    if (!loaded && spk_manifest_load(spk_view_of(manifest_text), "fuzz.yaml", &loaded, NULL))
        abort();
    return loaded;
}

static const struct spk_component_type *type_at(size_t index)
{
    const struct spk_component_type *const *types = spk_component_types();
    size_t len = 0;
    while (types[len])
        len++;
    return types[index % len];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_value node;
    struct spk_component *component = NULL;
    struct spk_source *source = NULL;
    if (size == 0 || spk_yaml_parse(&arena, spk_view_make(data + 1, size - 1), NULL, &node, &err)) {
        spk_arena_deinit(&arena);
        return 0;
    }
    struct spk_http *http = spk_http_memory_create(NULL, 0, SPK_HTTP_IN_ORDER);
    struct spk_source_options options = {.config = spk_dict_new(&arena), .http = http};
    if (spk_source_create(manifest(), &options, &source, &err))
        abort();
    const struct spk_component_type *type = type_at(data[0]);
    if (spk_is(node, SPK_DICT))
        spk_set(node, "type", spk_str(type->name));
    struct spk_build build = spk_source_build(source, NULL);
    spk_component_build(&build, node, type->kind, &component, &err);
    spk_source_destroy(source);
    spk_http_destroy(http);
    spk_arena_deinit(&arena);
    return 0;
}
