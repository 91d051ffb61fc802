#include "file_uploader.h"

#include <stddef.h>

#include "base/id.h"
#include "source/request/options.h"
#include "source/retriever/pages.h"
#include "staging.h"

/* FileUploader: fetches the file that a record names, by a request of its own. */
struct file_uploader {
    struct spk_component base;
    struct spk_component *requester;
    struct spk_component *target_extractor;
    struct spk_component *file_extractor; /* or NULL: the whole body is the file */
    struct spk_template_string *filename;
    struct spk_component *decoder; /* of records, and of bodies that file_extractor reads */
    struct spk_stream_info stream; /* of the records: the folder */
    bool in_pieces;                /* the body is written as it arrives */
};

#define FIELD(name) offsetof(struct file_uploader, name)

static const struct spk_prop props[] = {
    {.name = "requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(requester),
     .kind = SPK_KIND_REQUESTER,
     .help = "fetches the file; sees download_target"},
    {.name = "download_target_extractor",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(target_extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "where a record has the file's URL"},
    {.name = "file_extractor",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(file_extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "where the answer, as JSON, has the file's text; else the body is the file"},
    {.name = "filename_extractor",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(filename),
     .help = "the file's name within the stream's folder; else a random UUID"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct file_uploader *self = (struct file_uploader *)base;
    struct spk_component *handler =
        SPK_OPS(self->requester, requester)->error_handler(self->requester);
    const struct spk_error_handler_ops *ops = SPK_OPS(handler, error_handler);
    struct spk_value json = spk_dict_new(build->arena);
    spk_set(json, "type", spk_str("JsonDecoder"));
    self->stream.name = spk_value_text_or(spk_get(build->stream, "name"), "");
    self->in_pieces = !self->file_extractor && ops->needs_body && !ops->needs_body(handler);
    spk_rc rc = spk_pages_check_single(build, base->node, "requester", err);
    return rc ? rc : spk_component_build(build, json, SPK_KIND_DECODER, &self->decoder, err);
}

struct first {
    struct spk_arena *arena;
    struct spk_value value; /* UNDEFINED: nothing was found */
};

static spk_rc take_first(void *context, struct spk_record *record, struct spk_error *err)
{
    struct first *first = context;
    if (!spk_is_defined(first->value))
        first->value = spk_value_copy(first->arena, spk_record_tree(record));
    return SPK_OK;
}

/* The first thing that the extractor finds must be a text. */
static spk_rc first_text(const struct spk_scope *scope, struct spk_component *extractor,
                         const char *what, struct spk_view *out, struct spk_error *err)
{
    struct first first = {.arena = scope->arena};
    spk_rc rc = SPK_OPS(extractor, extractor)->extract(extractor, scope, take_first, &first, err);
    if (rc)
        return rc;
    if (!spk_is_defined(first.value))
        return spk_error_set(err, SPK_EDATA, "%s found nothing", what);
    if (!spk_is(first.value, SPK_STRING))
        return spk_error_set(err, SPK_EDATA, "%s found a %s, not a text", what,
                             spk_value_type_name(first.value));
    *out = first.value.text;
    return SPK_OK;
}

/* The extractor looks at the record as if it were an answer. */
static spk_rc target_of(struct file_uploader *self, const struct spk_scope *page,
                        struct spk_record *record, struct spk_view *out, struct spk_error *err)
{
    struct spk_scope scope = *page;
    struct spk_buf text = {0};
    spk_json_write(&text, spk_record_tree(record), 0);
    struct spk_response answer = {.status = 200,
                                  .body = spk_buf_view(&text),
                                  .headers = spk_dict_new(scope.arena),
                                  .decoder = self->decoder,
                                  .evidence = scope.evidence,
                                  .arena = scope.arena};
    scope.response = &answer;
    spk_rc rc = first_text(&scope, self->target_extractor, "download_target_extractor", out, err);
    spk_json_doc_destroy(answer.json);
    spk_buf_deinit(&text);
    return rc;
}

static spk_rc name_of(struct file_uploader *self, const struct spk_scope *page,
                      struct spk_record *record, struct spk_view *out, struct spk_error *err)
{
    struct spk_scope scope = {.source = page->source, .record = record, .arena = page->arena};
    char uuid[SPK_UUID_TEXT];
    if (self->filename)
        return spk_scope_text(&scope, &self->base, self->filename, out, err);
    spk_uuid4(uuid);
    *out = spk_arena_dup(page->arena, spk_view_of(uuid));
    return SPK_OK;
}

static spk_rc stage(struct file_uploader *self, const struct spk_scope *page,
                    struct spk_response *response, struct spk_record *record, struct spk_error *err)
{
    struct spk_file_reference *file = SPK_NEW(record->arena, struct spk_file_reference);
    struct spk_scope scope = *page;
    struct spk_view name, text;
    struct spk_view_reader extracted;
    struct spk_reader *content = spk_response_reader(response);
    spk_rc rc = SPK_OK;
    scope.response = response;
    if (self->file_extractor) {
        rc = first_text(&scope, self->file_extractor, "file_extractor", &text, err);
        if (rc)
            return rc;
        spk_view_reader_init(&extracted, text);
        content = &extracted.reader;
    }
    rc = name_of(self, page, record, &name, err);
    if (!rc)
        rc = spk_staging_place(record->arena, self->stream.name, name, file, err);
    if (!rc)
        rc = spk_staging_write(file, content, err);
    if (!rc)
        record->file = file;
    return rc;
}

static spk_rc fetch(struct file_uploader *self, const struct spk_scope *page,
                    struct spk_view target, struct spk_record *record, struct spk_error *err)
{
    struct spk_slice slice = {.extra_fields = spk_dict_new(page->arena)};
    static const struct spk_stream_info requests = {.name = SPK_VIEW("File Uploader")};
    struct spk_scope scope = {.source = page->source,
                              .stream =
                                  &requests, /* what rate limits are told for, as in the CDK */
                              .slice = &slice,
                              .decoder = self->decoder,
                              .evidence = page->evidence,
                              .in_pieces = self->in_pieces,
                              .arena = page->arena};
    struct spk_request_options none;
    struct spk_exchange *exchange = NULL;
    struct spk_response *response = NULL;
    bool reset = false;
    spk_set(slice.extra_fields, "download_target", spk_string(target));
    spk_slice_finish(&slice, page->arena);
    spk_request_options_init(&none, page->arena);
    spk_rc rc = spk_exchange_start(self->requester, &scope, &none, &exchange, err);
    if (!rc)
        rc = spk_exchange_wait(exchange, &response, &reset, err);
    if (!rc && reset)
        rc = spk_error_set(err, SPK_ESYSTEM, "an error_handler resets pages, where there are none");
    if (!rc && response)
        rc = stage(self, page, response, record, err);
    spk_exchange_destroy(exchange);
    return rc;
}

spk_rc spk_file_upload(struct spk_component *base, const struct spk_scope *page,
                       struct spk_record *record, struct spk_error *err)
{
    struct file_uploader *self = (struct file_uploader *)base;
    struct spk_scope scope = *page;
    struct spk_view target;
    scope.arena = record->arena;
    spk_rc rc = target_of(self, &scope, record, &target, err);
    if (!rc)
        rc = fetch(self, &scope, target, record, err);
    return rc ? spk_error_context(err, rc, "the file of a record") : SPK_OK;
}

const struct spk_component_type spk_type_file_uploader = {
    .name = "FileUploader",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct file_uploader),
    .props = props,
    .finish = finish,
    .help = "fetches the file that a record names",
};
