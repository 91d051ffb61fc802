/* Any bytes as the body of an answer. The first byte chooses the decoder, the second how long the
 * pieces are in which the body arrives: whole or in pieces, the same documents come. */
#include "source/kinds.h"
#include "source/source.h"
#include "source/source_internal.h"

#include <stdlib.h>

#include "base/event.h"
#include "yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INSIDE(outer, inner) "{type: " outer ", decoder: {type: " inner "}}"

static const char *const nodes[] = {
    "{type: JsonDecoder}",
    "{type: JsonlDecoder}",
    "{type: IterableDecoder}",
    "{type: CsvDecoder, set_values_to_none: ['']}",
    "{type: CsvDecoder, delimiter: ';', encoding: utf-16}",
    "{type: JsonItemsDecoder, items_path: a.b}",
    "{type: JsonItemsDecoder, items_path: a, encoding: latin-1}",
    "{type: XmlDecoder}",
    INSIDE("GzipDecoder", "JsonlDecoder"),
    INSIDE("GzipDecoder", "JsonDecoder"),
    INSIDE("ZipfileDecoder", "CsvDecoder"),
    INSIDE("ZipfileDecoder", "JsonlDecoder"),
};
enum { DECODERS = sizeof(nodes) / sizeof(*nodes), ENOUGH = 1 << 20 };

static const char manifest_text[] =
    "type: DeclarativeSource\n"
    "version: 6.0.0\n"
    "check: {type: CheckStream, stream_names: [a]}\n"
    "streams: [{type: DeclarativeStream, name: a, retriever: {type: SimpleRetriever, "
    "requester: {type: HttpRequester, url_base: 'http://a.test'}, record_selector: "
    "{type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}}}]\n";

static void quiet(void *context, enum spk_event event, enum spk_level level, struct spk_view line)
{
}

/* Built once, for the life of the process. */
static struct spk_component *const *decoders(void)
{
    static struct spk_component *built[DECODERS];
    static struct spk_arena arena;
    static const struct spk_event_sink silence = {.write = quiet};
    if (built[0])
        return built;
    struct spk_manifest *manifest = NULL;
    struct spk_source *source = NULL;
    struct spk_source_options options = {
        .config = spk_dict_new(&arena), .http = spk_http_memory_create(NULL, 0, SPK_HTTP_IN_ORDER)};
    spk_event_set_sink(&silence);
    if (spk_manifest_load(spk_view_of(manifest_text), "fuzz.yaml", &manifest, NULL) ||
        spk_source_create(manifest, &options, &source, NULL))
        abort();
    struct spk_build build = spk_source_build(source, NULL);
    for (size_t i = 0; i < DECODERS; i++) {
        struct spk_value node = {0};
        if (spk_yaml_parse(&arena, spk_view_of(nodes[i]), NULL, &node, NULL) ||
            spk_component_build(&build, node, SPK_KIND_DECODER, &built[i], NULL))
            abort();
    }
    return built;
}

static spk_rc add_document(void *context, const struct spk_document *document,
                           struct spk_error *err)
{
    struct spk_buf *out = context;
    struct spk_arena arena = {0};
    struct spk_value tree = document->tree;
    if (document->json)
        tree = spk_json_node_value(&arena, spk_json_doc_root(document->json));
    spk_json_write(out, tree, SPK_JSON_NAN);
    spk_buf_append_char(out, '|');
    spk_arena_deinit(&arena);
    return out->overflow ? spk_error_set(err, SPK_EDATA, "enough") : SPK_OK;
}

/* step 0: the body is here as a whole. */
static spk_rc decode(struct spk_component *decoder, struct spk_view body, size_t step,
                     struct spk_buf *out)
{
    struct spk_arena arena = {0};
    struct spk_evidence evidence = {0};
    struct spk_view_reader pieces;
    spk_view_reader_init(&pieces, body);
    pieces.step = step;
    struct spk_response response = {.status = 200,
                                    .body = step ? (struct spk_view){0} : body,
                                    .stream = step ? &pieces.reader : NULL,
                                    .headers = spk_dict_new(&arena),
                                    .decoder = decoder,
                                    .evidence = &evidence,
                                    .arena = &arena};
    spk_rc rc = SPK_OPS(decoder, decoder)->decode(decoder, &response, add_document, out, NULL);
    spk_json_doc_destroy(response.json);
    spk_arena_deinit(&arena);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct spk_component *decoder = decoders()[data[0] % DECODERS];
    struct spk_view body = spk_view_make(data + 2, size - 2);
    struct spk_buf whole, pieces;
    spk_buf_init(&whole, ENOUGH);
    spk_buf_init(&pieces, ENOUGH);
    spk_rc rc = decode(decoder, body, 0, &whole);
    if (SPK_OPS(decoder, decoder)->in_pieces &&
        (decode(decoder, body, (size_t)data[1] + 1, &pieces) != rc ||
         !spk_view_equal(spk_buf_view(&whole), spk_buf_view(&pieces))))
        abort();
    spk_buf_deinit(&whole);
    spk_buf_deinit(&pieces);
    return 0;
}
