#include "objstore/segment.h"
#include "transient_internal.h"

/* batch.json: what a batch is, written last; read back by inspect. */

struct spk_view spk_batch_folder(struct spk_arena *arena, const struct spk_batch_place *place)
{
    return spk_arena_printf(arena, "%.*s/%.*s/%.*s/%.*s",
                            SPK_FMT(spk_objstore_segment(arena, place->run)),
                            SPK_FMT(spk_objstore_segment(arena, place->account)),
                            SPK_FMT(spk_objstore_segment(arena, place->stream)),
                            SPK_FMT(spk_day_format(arena, place->day)));
}

static struct spk_value evidence_value(struct spk_arena *arena, const struct spk_evidence *evidence)
{
    static const char *const families[] = {"no_answer", "1xx", "2xx", "3xx", "4xx", "5xx"};
    struct spk_value value = spk_dict_new(arena), status = spk_dict_new(arena);
    spk_set(value, "requests", spk_int(evidence->requests));
    spk_set(value, "retries", spk_int(evidence->retries));
    spk_set(value, "pages", spk_int(evidence->pages));
    spk_set(value, "bytes", spk_int(evidence->bytes));
    for (size_t i = 0; i < 6; i++)
        spk_set(status, families[i], spk_int(evidence->status[i]));
    spk_set(value, "status", status);
    spk_set(value, "empty_proven", spk_bool(evidence->empty_proven));
    if (evidence->proof[0])
        spk_set(value, "proof", spk_str(evidence->proof));
    return value;
}

static struct spk_value files_value(struct spk_arena *arena,
                                    const struct spk_transient_batch *batch)
{
    struct spk_value list = spk_list_new(arena);
    for (size_t i = 0; i < batch->file_count; i++) {
        const struct spk_transient_file *file = &batch->files[i];
        struct spk_value item = spk_dict_new(arena);
        spk_set(item, "key", spk_string(file->key));
        spk_set(item, "rows", spk_int(file->rows));
        spk_set(item, "bytes", spk_int(file->bytes));
        spk_set(item, "sha256", spk_string(file->sha256));
        spk_list_append(list, item);
    }
    return list;
}

void spk_batch_document_write(struct spk_buf *out, const struct spk_transient_batch *batch,
                              const struct spk_transient_options *options)
{
    struct spk_arena arena = {0};
    struct spk_value document = spk_dict_new(&arena);
    spk_set(document, "run", spk_string(options->run));
    spk_set(document, "platform", spk_string(options->platform));
    spk_set(document, "account", spk_string(options->account));
    spk_set(document, "stream", spk_string(batch->stream));
    spk_set(document, "day", spk_string(spk_day_format(&arena, batch->day)));
    spk_set(document, "extracted_at", spk_string(spk_iso_format_us(&arena, options->now_us)));
    spk_set(document, "complete", spk_bool(!batch->partial));
    spk_set(document, "records", spk_int(batch->records));
    spk_set(document, "rows", spk_int(batch->rows));
    spk_set(document, "bytes", spk_int(batch->bytes));
    spk_set(document, "fields", spk_string(batch->schema));
    spk_set(document, "newest_us", spk_int(batch->newest_us));
    spk_set(document, "files", files_value(&arena, batch));
    spk_set(document, "evidence", evidence_value(&arena, &batch->evidence));
    spk_json_write(out, document, SPK_JSON_PRETTY);
    spk_buf_append_char(out, '\n');
    spk_arena_deinit(&arena);
}

static int64_t number(struct spk_value dict, const char *name)
{
    struct spk_value value = spk_get(dict, name);
    return spk_is(value, SPK_INT) ? value.integer : 0;
}

static void read_evidence(struct spk_value value, struct spk_evidence *out)
{
    static const char *const families[] = {"no_answer", "1xx", "2xx", "3xx", "4xx", "5xx"};
    struct spk_view proof = spk_value_text_or(spk_get(value, "proof"), "");
    out->requests = number(value, "requests");
    out->retries = number(value, "retries");
    out->pages = number(value, "pages");
    out->bytes = number(value, "bytes");
    for (size_t i = 0; i < 6; i++)
        out->status[i] = number(spk_get(value, "status"), families[i]);
    out->empty_proven = spk_value_truthy(spk_get(value, "empty_proven"));
    size_t len = proof.len < sizeof(out->proof) ? proof.len : sizeof(out->proof) - 1;
    memcpy(out->proof, proof.at, len);
}

spk_rc spk_batch_document_read(struct spk_view text, struct spk_arena *arena,
                               struct spk_transient_batch *batch, struct spk_error *err)
{
    struct spk_value document;
    *batch = (struct spk_transient_batch){0};
    spk_rc rc = spk_json_parse(arena, text, NULL, &document, err);
    if (rc)
        return rc;
    struct spk_value files = spk_get(document, "files");
    batch->stream = spk_value_text_or(spk_get(document, "stream"), "");
    batch->partial = spk_is_defined(spk_get(document, "complete")) &&
                     !spk_value_truthy(spk_get(document, "complete"));
    batch->records = number(document, "records");
    batch->rows = number(document, "rows");
    batch->bytes = number(document, "bytes");
    batch->newest_us = number(document, "newest_us");
    batch->schema = spk_value_text_or(spk_get(document, "fields"), "");
    read_evidence(spk_get(document, "evidence"), &batch->evidence);
    batch->evidence.records = batch->records;
    if (!spk_is(files, SPK_LIST) ||
        !spk_day_parse(spk_value_text_or(spk_get(document, "day"), ""), &batch->day))
        return spk_error_set(err, SPK_EDATA, "no batch document: day or files are missing");
    batch->files = spk_arena_array(arena, spk_list_len(files) + 1, sizeof(*batch->files));
    for (size_t i = 0; i < spk_list_len(files); i++) {
        struct spk_value item = spk_list_at(files, i);
        batch->files[batch->file_count++] =
            (struct spk_transient_file){.key = spk_value_text_or(spk_get(item, "key"), ""),
                                        .rows = number(item, "rows"),
                                        .bytes = number(item, "bytes"),
                                        .sha256 = spk_value_text_or(spk_get(item, "sha256"), "")};
    }
    return SPK_OK;
}
