#include "reading.h"

extern const struct spk_component_type spk_type_default_paginator;

static spk_rc check_decoder(const struct spk_pages *pages, const struct spk_build *build,
                            struct spk_error *err)
{
    struct spk_component *decoder = pages->decoder;
    const struct spk_decoder_ops *ops = SPK_OPS(decoder, decoder);
    bool asks_for_more = pages->paginator->type == &spk_type_default_paginator;
    if (!asks_for_more || (ops->paginates && ops->paginates(decoder)))
        return SPK_OK;
    spk_rc rc = spk_build_fail(build, decoder->node, err, "no pages can follow what %s reads",
                               decoder->type->name);
    spk_error_hint(err, "paginate with JsonDecoder, XmlDecoder, or GzipDecoder with a JsonDecoder");
    return rc;
}

/* Whether the body is of no use to anybody but the decoder, and to that only once. */
static bool can_read_in_pieces(const struct spk_pages *pages)
{
    struct spk_component *selector = pages->selector, *paginator = pages->paginator;
    struct spk_component *handler =
        SPK_OPS(pages->requester, requester)->error_handler(pages->requester);
    const struct spk_record_selector_ops *selector_ops = SPK_OPS(selector, record_selector);
    const struct spk_error_handler_ops *handler_ops = SPK_OPS(handler, error_handler);
    return selector_ops->in_pieces && selector_ops->in_pieces(selector, pages->decoder) &&
           !SPK_OPS(paginator, paginator)->needs_body(paginator) && handler_ops->needs_body &&
           !handler_ops->needs_body(handler);
}

static spk_rc build_files(struct spk_pages *pages, const struct spk_build *build,
                          struct spk_error *err)
{
    struct spk_path path = {.key = SPK_VIEW("file_uploader")};
    struct spk_value node = spk_get(build->stream, "file_uploader");
    struct spk_build inner = *build;
    inner.path = &path;
    return spk_is_nothing(node)
               ? SPK_OK
               : spk_component_build(&inner, node, SPK_KIND_OTHER, &pages->files, err);
}

spk_rc spk_pages_finish(struct spk_pages *pages, const struct spk_build *build,
                        struct spk_error *err)
{
    pages->in_pieces = can_read_in_pieces(pages);
    spk_rc rc = check_decoder(pages, build, err);
    return rc ? rc : build_files(pages, build, err);
}

/* True when the next token needs nothing of the records but their number. */
static bool can_look_ahead(struct spk_reading *r, struct spk_response *response, int64_t *count)
{
    struct spk_component *selector = r->pages->selector;
    struct spk_scope scope = spk_reading_scope(r, response->arena);
    struct spk_component *decoder = r->pages->decoder;
    const struct spk_json_doc *doc;
    if (r->wants_last_record || r->is_data_feed || r->read->lazy || r->read->limit > 0 ||
        spk_restarts_are_limited(&r->restarts))
        return false;
    if (!SPK_OPS(decoder, decoder)->whole_json)
        return false;
    if (spk_response_json(response, &doc, NULL))
        return false;
    scope.response = response;
    *count = SPK_OPS(selector, record_selector)->count(selector, &scope);
    return *count >= 0;
}

/* From the first page on. */
static spk_rc restart(struct spk_reading *r, struct spk_exchange **next, struct spk_error *err)
{
    spk_rc rc = spk_reading_restart(r, err);
    return rc ? rc : spk_reading_send(r, next, err);
}

/* Asks for the page behind this one. */
static spk_rc go_on(struct spk_reading *r, struct spk_response *response,
                    struct spk_exchange **next, struct spk_error *err)
{
    spk_rc rc = spk_reading_advance(r, response, err);
    return !rc && spk_is_defined(r->token) ? spk_reading_send(r, next, err) : rc;
}

/* Uses one page; *next is the request for the following one, or NULL at the end. */
static spk_rc use_page(struct spk_reading *r, struct spk_response *response,
                       struct spk_exchange **next, struct spk_error *err)
{
    const struct spk_record_visitor to = {spk_reading_on_record, r};
    struct spk_page_answer page = {response, r->token};
    int64_t extracted = 0;
    spk_rc rc = SPK_OK;
    spk_reading_open_page(r);
    if (can_look_ahead(r, response, &r->page.size)) {
        rc = go_on(r, response, next, err);
        return rc ? rc : spk_reading_use_records(r, page, &to, &extracted, err);
    }
    rc = spk_reading_use_records(r, page, &to, &extracted, err);
    r->page.size = extracted;
    if (rc || r->has_enough)
        return rc;
    return spk_restarts_are_due(&r->restarts) ? restart(r, next, err)
                                              : go_on(r, response, next, err);
}

/* The first page came with the parent's record. */
static spk_rc use_embedded(struct spk_reading *r, struct spk_exchange **next, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_buf body = {0};
    struct spk_response response = {.status = 200,
                                    .headers = spk_dict_new(&arena),
                                    .decoder = r->pages->decoder,
                                    .evidence = r->read->evidence,
                                    .arena = &arena};
    spk_json_write(&body, r->read->slice->embedded, SPK_JSON_NAN);
    response.body = spk_buf_view(&body);
    response.headers = spk_headers_value(&arena, response.headers);
    spk_rc rc = use_page(r, &response, next, err);
    spk_json_doc_destroy(response.json);
    spk_buf_deinit(&body);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc begin(struct spk_reading *r, struct spk_exchange **exchange, struct spk_error *err)
{
    if (spk_is_defined(r->read->slice->embedded))
        return use_embedded(r, exchange, err);
    spk_rc rc = spk_reading_first_token(r, err);
    return rc ? rc : spk_reading_send(r, exchange, err);
}

/* The answer says how to ask in another way; *next NULL: the slice is to be split. */
static spk_rc ask_again(struct spk_reading *r, const struct spk_exchange *refused,
                        struct spk_exchange **next, struct spk_error *err)
{
    const struct spk_resolution *resolution = spk_exchange_resolution(refused);
    if (resolution->action == SPK_ACTION_RESET_PAGINATION)
        return restart(r, next, err);
    r->must_split = resolution->action == SPK_ACTION_SPLIT_REQUEST_WINDOW;
    if (r->must_split)
        return SPK_OK;
    spk_rc rc = spk_reduce_page_size(&r->reductions, resolution->message, err);
    return rc ? rc : spk_reading_send(r, next, err);
}

static spk_rc read_pages(struct spk_reading *r, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    spk_rc rc = begin(r, &exchange, err);
    while (!rc && exchange) {
        struct spk_response *response = NULL;
        struct spk_exchange *next = NULL;
        bool reset = false;
        rc = spk_exchange_wait(exchange, &response, &reset, err);
        if (!rc && reset) {
            rc = ask_again(r, exchange, &next, err);
        } else if (!rc && response) {
            r->read->evidence->pages++;
            rc = use_page(r, response, &next, err);
        }
        spk_exchange_destroy(exchange);
        exchange = next;
    }
    spk_exchange_destroy(exchange);
    return rc;
}

static spk_rc configured_page_size(struct spk_reading *r, struct spk_error *err)
{
    struct spk_component *paginator = r->pages->paginator;
    const struct spk_paginator_ops *ops = SPK_OPS(paginator, paginator);
    struct spk_value size = {0};
    struct spk_scope scope = spk_reading_scope(r, &r->tokens[r->turn]);
    if (!r->pages->reduction || !ops->page_size)
        return SPK_OK;
    spk_rc rc = ops->page_size(paginator, &scope, &size, err);
    r->reductions.configured = spk_is(size, SPK_INT) ? size.integer : 0;
    return rc;
}

/* A part of a slice that was split so often. */
struct part {
    const struct spk_slice *slice;
    int depth;
    int64_t emitted; /* of the whole slice */
};

static spk_rc read_part(const struct spk_pages *pages, struct spk_slice_read *read,
                        struct part *part, struct spk_error *err);

static spk_rc read_halves(const struct spk_pages *pages, struct spk_slice_read *read,
                          struct part *part, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_slice halves[2];
    if (pages->splitting && part->depth >= SPK_SPLIT_DEPTH)
        return spk_split_too_deep(pages->splitting, err);
    spk_rc rc = spk_split_window(pages->splitting, read->cursor, part->slice, &arena, halves, err);
    for (int i = 0; !rc && i < 2 && (read->limit == 0 || part->emitted < read->limit); i++) {
        struct part half = {&halves[i], part->depth + 1, part->emitted};
        rc = read_part(pages, read, &half, err);
        part->emitted = half.emitted;
    }
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc read_part(const struct spk_pages *pages, struct spk_slice_read *read,
                        struct part *part, struct spk_error *err)
{
    struct spk_component *paginator = pages->paginator;
    struct spk_reading r = {.pages = pages,
                            .read = read,
                            .slice = part->slice,
                            .left = part->slice,
                            .asked = part->slice,
                            .restarts = {.rules = pages->reset},
                            .reductions = {.rules = pages->reduction},
                            .emitted = part->emitted};
    bool grouped = pages->properties && !spk_is_defined(read->slice->embedded);
    r.is_data_feed = read->cursor && read->cursor->is_data_feed;
    r.wants_last_record = SPK_OPS(paginator, paginator)->needs_last_record(paginator);
    spk_rc rc = configured_page_size(&r, err);
    if (!rc)
        rc = grouped ? spk_reading_grouped_pages(&r, err) : read_pages(&r, err);
    part->emitted = r.emitted;
    spk_arena_deinit(&r.tokens[0]);
    spk_arena_deinit(&r.tokens[1]);
    spk_arena_deinit(&r.last_arena);
    spk_restarts_deinit(&r.restarts);
    return !rc && r.must_split ? read_halves(pages, read, part, err) : rc;
}

spk_rc spk_pages_read(const struct spk_pages *pages, struct spk_slice_read *read,
                      struct spk_error *err)
{
    struct part whole = {.slice = read->slice};
    return read_part(pages, read, &whole, err);
}
