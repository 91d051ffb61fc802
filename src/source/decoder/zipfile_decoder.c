#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "archive/archive.h"
#include "decoder.h"

/*
 * ZipfileDecoder: what its inner decoder finds in each file of a zip archive, in the directory's
 * order. The directory stands at the end: a large archive waits for it in a temporary file.
 */
struct zipfile_decoder {
    struct spk_component base;
    struct spk_component *inner;
};

enum { MEMORY_BYTES = 4 << 20 };
#define FILE_BYTES ((uint64_t)8 << 30)

static const struct spk_prop props[] = {
    {.name = "decoder",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = offsetof(struct zipfile_decoder, inner),
     .kind = SPK_KIND_DECODER,
     .help = "what each file of the archive is"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    return spk_decoder_check_inner(base, build, ((struct zipfile_decoder *)base)->inner, err);
}

/* The archive as it arrived. */
struct kept {
    struct spk_buf memory;
    FILE *file; /* made when the memory does not do */
    uint64_t len;
};

static spk_rc keep_piece(struct kept *kept, struct spk_view piece, struct spk_error *err)
{
    kept->len += piece.len;
    if (kept->len > FILE_BYTES)
        return spk_error_set(err, SPK_EDATA, "the zip archive is larger than %llu bytes",
                             (unsigned long long)FILE_BYTES);
    if (!kept->file && kept->memory.len + piece.len <= MEMORY_BYTES) {
        spk_buf_append(&kept->memory, piece);
        return SPK_OK;
    }
    if (!kept->file) {
        kept->file = tmpfile();
        if (!kept->file)
            return spk_error_errno(err, errno, "no temporary file for a zip archive");
        struct spk_view before = spk_buf_view(&kept->memory);
        fwrite(before.at, 1, before.len, kept->file);
        spk_buf_deinit(&kept->memory);
    }
    if (fwrite(piece.at, 1, piece.len, kept->file) != piece.len || ferror(kept->file))
        return spk_error_errno(err, errno, "cannot keep a zip archive in a temporary file");
    return SPK_OK;
}

static spk_rc keep_all(struct kept *kept, struct spk_reader *bytes, struct spk_error *err)
{
    struct spk_view piece = {0};
    spk_rc rc = bytes->next(bytes, &piece, err);
    while (!rc && piece.at) {
        rc = keep_piece(kept, piece, err);
        if (!rc)
            rc = bytes->next(bytes, &piece, err);
    }
    if (!rc && kept->file && fflush(kept->file))
        rc = spk_error_errno(err, errno, "cannot keep a zip archive in a temporary file");
    return rc;
}

static spk_rc read_files(struct spk_component *inner, const struct spk_archive_bytes *bytes,
                         const struct spk_document_visitor *to, struct spk_error *err)
{
    struct spk_archive_zip *zip = NULL;
    struct spk_reader *file = NULL;
    struct spk_view name;
    spk_rc rc = spk_archive_zip_open(bytes, &zip, err);
    if (!rc)
        rc = spk_archive_zip_next(zip, &name, &file, err);
    while (!rc && file) {
        rc = SPK_OPS(inner, decoder)->parse(inner, file, to->visit, to->context, err);
        if (rc)
            spk_error_context(err, rc, "%.*s", SPK_FMT(spk_view_slice(name, 0, 200)));
        else
            rc = spk_archive_zip_next(zip, &name, &file, err);
    }
    spk_archive_zip_close(zip);
    return rc ? spk_error_context(err, rc, "the zip archive of the response") : SPK_OK;
}

static spk_rc decode(struct spk_component *base, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err)
{
    struct spk_component *inner = ((struct zipfile_decoder *)base)->inner;
    const struct spk_document_visitor to = {visit, context};
    struct kept kept = {0};
    struct spk_archive_bytes bytes = {.view = response->body, .len = response->body.len};
    spk_rc rc = SPK_OK;
    if (response->stream) {
        rc = keep_all(&kept, response->stream, err);
        bytes.view = kept.file ? (struct spk_view){0} : spk_buf_view(&kept.memory);
        bytes.fd = kept.file ? fileno(kept.file) : -1;
        bytes.len = kept.len;
    }
    if (!rc)
        rc = read_files(inner, &bytes, &to, err);
    if (kept.file)
        fclose(kept.file);
    spk_buf_deinit(&kept.memory);
    return rc;
}

static const struct spk_decoder_ops ops = {.decode = decode, .in_pieces = true};

const struct spk_component_type spk_type_zipfile_decoder = {
    .name = "ZipfileDecoder",
    .kind = SPK_KIND_DECODER,
    .size = sizeof(struct zipfile_decoder),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "a body that is a zip archive, for an inner decoder",
};
