#include <stddef.h>

#include "archive/archive.h"
#include "decoder.h"

/* GzipDecoder: what its inner decoder finds in the unpacked body. A body that does not begin as
 * gzip is taken as it is; Content-Encoding was undone before. */
struct gzip_decoder {
    struct spk_component base;
    struct spk_component *inner;
};

static const struct spk_prop props[] = {
    {.name = "decoder",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct gzip_decoder, inner),
     .kind = SPK_KIND_DECODER,
     .help = "what the unpacked body is"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    return spk_decoder_check_inner(base, build, ((struct gzip_decoder *)base)->inner, err);
}

static spk_rc parse(struct spk_component *base, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err)
{
    struct spk_component *inner = ((struct gzip_decoder *)base)->inner;
    struct spk_archive_gzip_reader unpacked;
    spk_archive_gzip_reader_init(&unpacked, bytes);
    spk_rc rc = SPK_OPS(inner, decoder)->parse(inner, &unpacked.reader, visit, context, err);
    spk_archive_gzip_reader_deinit(&unpacked);
    return rc;
}

/* As in the CDK: with JSON directly inside. */
static bool paginates(struct spk_component *base)
{
    return SPK_OPS(((struct gzip_decoder *)base)->inner, decoder)->whole_json;
}

static const struct spk_decoder_ops ops = {.decode = spk_decoder_parse_body,
                                           .parse = parse,
                                           .paginates = paginates,
                                           .in_pieces = true,
                                           .hides_body = true};

const struct spk_component_type spk_type_gzip_decoder = {
    .name = "GzipDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct gzip_decoder),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a body packed by gzip, for an inner decoder",
};
