#include "pages.h"

#include "source/properties/properties.h"
#include "source/request/options.h"

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

spk_rc spk_pages_finish(struct spk_pages *pages, const struct spk_build *build,
                        struct spk_error *err)
{
    pages->in_pieces = can_read_in_pieces(pages);
    return check_decoder(pages, build, err);
}

/* One slice being read. Tokens alternate between two arenas: the request in flight and the page in
 * hand each keep theirs. */
struct reading {
    const struct spk_pages *pages;
    struct spk_slice_read *read;
    const struct spk_slice *asked; /* what requests are made for: the slice, with properties */
    struct spk_arena tokens[2];
    unsigned turn;
    struct spk_value token; /* of the page in hand: {"next_page_token": ...}, or UNDEFINED */
    struct spk_page page;
    struct spk_record last; /* becomes page.last_record at the end of the page */
    struct spk_arena last_arena;
    int64_t emitted;
    bool has_enough; /* the read's limit was reached: what comes of the page is of no use */
    bool wants_last_record;
    bool is_data_feed;
    bool last_is_old; /* the page's last record was read in an earlier run */
};

static struct spk_scope scope_of(struct reading *r, struct spk_arena *arena)
{
    struct spk_cursor *cursor = r->read->cursor;
    return (struct spk_scope){.source = r->pages->source,
                              .stream = &r->pages->stream,
                              .slice = r->read->slice,
                              .next_page_token = r->token,
                              .cursor = cursor && cursor->is_client_side ? cursor : NULL,
                              .decoder = r->pages->decoder,
                              .evidence = r->read->evidence,
                              .in_pieces = r->pages->in_pieces,
                              .arena = arena};
}

/* Sends the request for r->token. */
static spk_rc send(struct reading *r, struct spk_exchange **out, struct spk_error *err)
{
    struct spk_arena *arena = &r->tokens[r->turn];
    struct spk_scope scope = scope_of(r, arena);
    struct spk_component *paginator = r->pages->paginator;
    struct spk_request_options own, slicer;
    scope.slice = r->asked;
    spk_request_options_init(&own, arena);
    spk_request_options_init(&slicer, arena);
    spk_rc rc = SPK_OPS(paginator, paginator)->options(paginator, &scope, &own, err);
    bool first = !spk_is_defined(r->token) || !r->pages->ignore_slicer_parameters;
    if (!rc && first && r->read->cursor)
        rc = r->read->cursor->ops->options(r->read->cursor, &scope, &slicer, err);
    if (!rc)
        rc = spk_request_options_merge(&own, &slicer, arena, err);
    return rc ? rc : spk_exchange_start(r->pages->requester, &scope, &own, out, err);
}

static void open_page(struct reading *r)
{
    r->page.size = 0;
    r->page.last_record = (struct spk_value){0};
    r->last = (struct spk_record){0};
    r->last_is_old = false;
}

/* A record that nobody changed is read from the page when the page is done, where that is parsed as
 * a whole. */
static void keep_last_record(struct reading *r, struct spk_record *record)
{
    struct spk_component *decoder = r->pages->decoder;
    spk_arena_reset(&r->last_arena);
    r->last = (struct spk_record){.arena = &r->last_arena};
    if (record->node.at && SPK_OPS(decoder, decoder)->whole_json)
        r->last.node = record->node;
    else
        r->last.tree = spk_value_copy(&r->last_arena, spk_record_tree(record));
}

static bool is_object(const struct spk_record *record)
{
    return record->node.at ? spk_json_node_kind(record->node) == SPK_DICT
                           : spk_is(record->tree, SPK_DICT);
}

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct reading *r = context;
    struct spk_cursor *cursor = r->read->cursor;
    if (!is_object(record)) {
        spk_error_set(err, SPK_EDATA, "a record is no object");
        spk_error_hint(err, "let the extractor's field_path lead to the records");
        return SPK_EDATA;
    }
    if (r->wants_last_record)
        keep_last_record(r, record);
    if (r->is_data_feed) {
        r->last_is_old = !cursor->ops->should_sync(cursor, r->read->slice, record);
        if (r->last_is_old)
            return SPK_OK;
    }
    r->emitted++;
    spk_rc rc = r->read->record(r->read->context, record, err);
    r->has_enough = !rc && r->read->limit > 0 && r->emitted >= r->read->limit;
    return r->has_enough ? spk_error_set(err, SPK_ESYSTEM, "enough was read") : rc;
}

/* Moves r->token to the next page's; UNDEFINED at the end. */
static spk_rc advance(struct reading *r, struct spk_response *response, struct spk_error *err)
{
    struct spk_component *paginator = r->pages->paginator;
    struct spk_scope scope = scope_of(r, response->arena);
    struct spk_value next = {0};
    scope.response = response;
    scope.slice = r->asked;
    r->page.last_token = spk_get(r->token, "next_page_token");
    if (r->last.arena)
        r->page.last_record = spk_record_tree(&r->last);
    spk_rc rc = SPK_OK;
    if (!r->last_is_old)
        rc = SPK_OPS(paginator, paginator)->next(paginator, &scope, &r->page, &next, err);
    if (rc)
        return rc;
    r->turn ^= 1;
    spk_arena_reset(&r->tokens[r->turn]);
    r->token = (struct spk_value){0};
    if (spk_is_defined(next)) {
        r->token = spk_dict_new(&r->tokens[r->turn]);
        spk_set(r->token, "next_page_token", spk_value_copy(&r->tokens[r->turn], next));
    }
    return SPK_OK;
}

/* True when the next token needs nothing of the records but their number. */
static bool can_look_ahead(struct reading *r, struct spk_response *response, int64_t *count)
{
    struct spk_component *selector = r->pages->selector;
    struct spk_scope scope = scope_of(r, response->arena);
    struct spk_component *decoder = r->pages->decoder;
    const struct spk_json_doc *doc;
    if (r->wants_last_record || r->is_data_feed || r->read->lazy || r->read->limit > 0)
        return false;
    if (!SPK_OPS(decoder, decoder)->whole_json)
        return false;
    if (spk_response_json(response, &doc, NULL))
        return false;
    scope.response = response;
    *count = SPK_OPS(selector, record_selector)->count(selector, &scope);
    return *count >= 0;
}

/* A page in hand: its answer, and the token that it was asked for with. */
struct page {
    struct spk_response *response;
    struct spk_value token;
};

static spk_rc use_records(struct reading *r, struct page page, const struct spk_record_visitor *to,
                          int64_t *extracted, struct spk_error *err)
{
    struct spk_component *selector = r->pages->selector;
    struct spk_scope scope = scope_of(r, page.response->arena);
    scope.response = page.response;
    scope.next_page_token = page.token;
    spk_rc rc = SPK_OPS(selector, record_selector)->select(selector, &scope, to, extracted, err);
    if (r->has_enough)
        rc = SPK_OK;
    if (!rc && r->read->page)
        rc = r->read->page(r->read->context, err);
    return rc;
}

/* Uses one page; *next is the request for the following one, or NULL at the end. */
static spk_rc use_page(struct reading *r, struct spk_response *response, struct spk_exchange **next,
                       struct spk_error *err)
{
    const struct spk_record_visitor to = {on_record, r};
    struct page page = {response, r->token};
    int64_t extracted = 0;
    spk_rc rc = SPK_OK;
    open_page(r);
    if (can_look_ahead(r, response, &r->page.size)) {
        rc = advance(r, response, err);
        if (!rc && spk_is_defined(r->token))
            rc = send(r, next, err);
        return rc ? rc : use_records(r, page, &to, &extracted, err);
    }
    rc = use_records(r, page, &to, &extracted, err);
    r->page.size = extracted;
    if (rc || r->has_enough)
        return rc;
    rc = advance(r, response, err);
    return !rc && spk_is_defined(r->token) ? send(r, next, err) : rc;
}

static spk_rc first_token(struct reading *r, struct spk_error *err)
{
    struct spk_component *paginator = r->pages->paginator;
    struct spk_value initial = {0};
    struct spk_scope scope = scope_of(r, &r->tokens[r->turn]);
    spk_rc rc = SPK_OPS(paginator, paginator)->initial(paginator, &scope, &initial, err);
    r->token = (struct spk_value){0};
    if (!rc && spk_is_defined(initial)) {
        r->token = spk_dict_new(&r->tokens[r->turn]);
        spk_set(r->token, "next_page_token", initial);
    }
    return rc;
}

/* The first page came with the parent's record. */
static spk_rc use_embedded(struct reading *r, struct spk_exchange **next, struct spk_error *err)
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

static spk_rc begin(struct reading *r, struct spk_exchange **exchange, struct spk_error *err)
{
    if (spk_is_defined(r->read->slice->embedded))
        return use_embedded(r, exchange, err);
    spk_rc rc = first_token(r, err);
    return rc ? rc : send(r, exchange, err);
}

static spk_rc read_pages(struct reading *r, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    spk_rc rc = begin(r, &exchange, err);
    while (!rc && exchange) {
        struct spk_response *response = NULL;
        struct spk_exchange *next = NULL;
        bool reset = false;
        rc = spk_exchange_wait(exchange, &response, &reset, err);
        if (!rc && reset) {
            rc = first_token(r, err);
            if (!rc)
                rc = send(r, &next, err);
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

/* One page asked for in groups of properties. */
struct grouped_page {
    struct reading *r;
    struct spk_arena arena;
    struct spk_slice slice; /* with the properties of the group */
    struct spk_merged merged;
    struct spk_exchange *exchange; /* of the group asked for last */
    struct spk_response *response; /* of it; NULL where its answer is ignored */
    bool reset;
};

static spk_rc on_part(void *context, struct spk_record *record, struct spk_error *err)
{
    struct grouped_page *p = context;
    struct spk_buf key = {0};
    bool is_part = spk_query_properties_merge_key(p->r->pages->properties, record, &key);
    if (is_part)
        spk_merged_add(&p->merged, spk_buf_view(&key), spk_record_tree(record));
    spk_buf_deinit(&key);
    return is_part ? SPK_OK : on_record(p->r, record, err);
}

static spk_rc ask_group(struct grouped_page *p, struct spk_value group, struct spk_error *err)
{
    struct reading *r = p->r;
    const struct spk_record_visitor to = {on_part, p};
    spk_exchange_destroy(p->exchange);
    p->exchange = NULL;
    p->response = NULL;
    p->slice = *r->read->slice;
    p->slice.extra_fields = spk_dict_new(&p->arena);
    spk_set(p->slice.extra_fields, "query_properties", group);
    spk_slice_finish(&p->slice, &p->arena);
    spk_rc rc = send(r, &p->exchange, err);
    if (!rc)
        rc = spk_exchange_wait(p->exchange, &p->response, &p->reset, err);
    if (rc || p->reset || !p->response)
        return rc;
    return use_records(r, (struct page){p->response, r->token}, &to, &r->page.size, err);
}

static spk_rc use_merged(struct grouped_page *p, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < p->merged.records.len; i++) {
        struct spk_record record = {.arena = &p->arena};
        record.tree = *(struct spk_value *)p->merged.records.entries[i].value;
        rc = on_record(p->r, &record, err);
    }
    return p->r->has_enough ? SPK_OK : rc;
}

static spk_rc read_grouped_page(struct grouped_page *p, struct spk_value groups, bool *more,
                                struct spk_error *err)
{
    struct reading *r = p->r;
    spk_rc rc = SPK_OK;
    open_page(r);
    r->asked = &p->slice;
    for (size_t i = 0; !rc && !p->reset && !r->has_enough && i < spk_list_len(groups); i++)
        rc = ask_group(p, spk_list_at(groups, i), err);
    if (rc)
        return rc;
    if (p->reset)
        return first_token(r, err);
    r->read->evidence->pages++;
    rc = use_merged(p, err);
    *more = !rc && p->response && !r->has_enough;
    if (!*more)
        return rc;
    rc = advance(r, p->response, err);
    *more = spk_is_defined(r->token);
    return rc;
}

static spk_rc read_grouped_pages(struct reading *r, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value groups;
    bool more = true;
    spk_rc rc = spk_query_properties_groups(r->pages->properties, &arena, &groups, err);
    if (!rc)
        rc = first_token(r, err);
    while (!rc && more) {
        struct grouped_page page = {.r = r};
        rc = read_grouped_page(&page, groups, &more, err);
        spk_exchange_destroy(page.exchange);
        spk_merged_deinit(&page.merged);
        spk_arena_deinit(&page.arena);
    }
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_pages_read(const struct spk_pages *pages, struct spk_slice_read *read,
                      struct spk_error *err)
{
    struct reading r = {.pages = pages, .read = read, .asked = read->slice};
    bool grouped = pages->properties && !spk_is_defined(read->slice->embedded);
    struct spk_component *paginator = pages->paginator;
    r.is_data_feed = read->cursor && read->cursor->is_data_feed;
    r.wants_last_record = SPK_OPS(paginator, paginator)->needs_last_record(paginator);
    spk_rc rc = grouped ? read_grouped_pages(&r, err) : read_pages(&r, err);
    spk_arena_deinit(&r.tokens[0]);
    spk_arena_deinit(&r.tokens[1]);
    spk_arena_deinit(&r.last_arena);
    return rc;
}
