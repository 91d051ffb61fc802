#include "reading.h"

#include "source/files/file_uploader.h"
#include "source/request/options.h"

struct spk_scope spk_reading_scope(struct spk_reading *r, struct spk_arena *arena)
{
    struct spk_cursor *cursor = r->read->cursor;
    return (struct spk_scope){.source = r->pages->source,
                              .stream = &r->pages->stream,
                              .slice = r->slice,
                              .next_page_token = r->token,
                              .cursor = cursor && cursor->is_client_side ? cursor : NULL,
                              .decoder = r->pages->decoder,
                              .evidence = r->read->evidence,
                              .schema = r->read->schema,
                              .in_pieces = r->pages->in_pieces,
                              .arena = arena};
}

spk_rc spk_reading_send(struct spk_reading *r, struct spk_exchange **out, struct spk_error *err)
{
    struct spk_arena *arena = &r->tokens[r->turn];
    struct spk_scope scope = spk_reading_scope(r, arena);
    struct spk_component *paginator = r->pages->paginator;
    struct spk_request_options own, slicer;
    scope.slice = r->asked;
    scope.page_size = r->reductions.size;
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

void spk_reading_open_page(struct spk_reading *r)
{
    r->page.size = r->page.kept = 0;
    r->page.last_record = (struct spk_value){0};
    r->last = (struct spk_record){0};
    r->last_is_old = false;
}

/* A record that nobody changed is read from the page when the page is done, where that is parsed as
 * a whole. */
static void keep_last_record(struct spk_reading *r, struct spk_record *record)
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
    return record->text.len > 0 ? record->text.at[0] == '{'
           : record->node.at    ? spk_json_node_kind(record->node) == SPK_DICT
                                : spk_is(record->tree, SPK_DICT);
}

static spk_rc upload(struct spk_reading *r, struct spk_record *record, struct spk_error *err)
{
    struct spk_scope scope = spk_reading_scope(r, record->arena);
    return spk_file_upload(r->pages->files, &scope, record, err);
}

spk_rc spk_reading_on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct spk_reading *r = context;
    struct spk_cursor *cursor = r->read->cursor;
    if (!r->read->any_value && !is_object(record)) {
        spk_error_set(err, SPK_EDATA, "a record is no object");
        spk_error_hint(err, "let the extractor's field_path lead to the records");
        return SPK_EDATA;
    }
    r->restarts.records++;
    r->page.kept++;
    if (r->wants_last_record)
        keep_last_record(r, record);
    if (r->is_data_feed) {
        r->last_is_old = !cursor->ops->should_sync(cursor, r->read->slice, record);
        if (r->last_is_old)
            return SPK_OK;
    }
    r->emitted++;
    spk_rc rc = r->pages->files ? upload(r, record, err) : SPK_OK;
    if (!rc)
        rc = r->read->record(r->read->context, record, err);
    r->has_enough = !rc && r->read->limit > 0 && r->emitted >= r->read->limit;
    return r->has_enough ? spk_error_set(err, SPK_ESYSTEM, "enough was read") : rc;
}

spk_rc spk_reading_advance(struct spk_reading *r, struct spk_response *response,
                           struct spk_error *err)
{
    struct spk_component *paginator = r->pages->paginator;
    struct spk_scope scope = spk_reading_scope(r, response->arena);
    struct spk_value next = {0};
    scope.response = response;
    scope.slice = r->asked;
    scope.page_size = r->reductions.size;
    r->page.last_token = spk_get(r->token, "next_page_token");
    if (r->last.arena)
        r->page.last_record = spk_record_tree(&r->last);
    spk_rc rc = SPK_OK;
    if (!r->last_is_old)
        rc = SPK_OPS(paginator, paginator)->next(paginator, &scope, &r->page, &next, err);
    spk_page_succeeded(&r->reductions);
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

spk_rc spk_reading_use_records(struct spk_reading *r, struct spk_page_answer page,
                               const struct spk_record_visitor *to, int64_t *extracted,
                               struct spk_error *err)
{
    struct spk_component *selector = r->pages->selector;
    struct spk_scope scope = spk_reading_scope(r, page.response->arena);
    scope.response = page.response;
    scope.next_page_token = page.token;
    spk_rc rc = SPK_OPS(selector, record_selector)->select(selector, &scope, to, extracted, err);
    if (r->has_enough)
        rc = SPK_OK;
    if (!rc && r->read->page)
        rc = r->read->page(r->read->context, err);
    return rc;
}

spk_rc spk_reading_first_token(struct spk_reading *r, struct spk_error *err)
{
    struct spk_component *paginator = r->pages->paginator;
    struct spk_value initial = {0};
    struct spk_scope scope = spk_reading_scope(r, &r->tokens[r->turn]);
    spk_rc rc = SPK_OPS(paginator, paginator)->initial(paginator, &scope, &initial, err);
    r->token = (struct spk_value){0};
    if (!rc && spk_is_defined(initial)) {
        r->token = spk_dict_new(&r->tokens[r->turn]);
        spk_set(r->token, "next_page_token", initial);
    }
    return rc;
}

spk_rc spk_reading_restart(struct spk_reading *r, struct spk_error *err)
{
    spk_rc rc = spk_restart(&r->restarts, r->read->cursor, r->slice, &r->left, err);
    spk_page_succeeded(&r->reductions);
    r->asked = r->left;
    return rc ? rc : spk_reading_first_token(r, err);
}
