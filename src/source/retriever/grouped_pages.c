#include "reading.h"
#include "source/properties/properties.h"

/* One page asked for in groups of properties. */
struct grouped_page {
    struct spk_reading *r;
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
    return is_part ? SPK_OK : spk_reading_on_record(p->r, record, err);
}

static spk_rc ask_group(struct grouped_page *p, struct spk_value group, struct spk_error *err)
{
    struct spk_reading *r = p->r;
    const struct spk_record_visitor to = {on_part, p};
    spk_exchange_destroy(p->exchange);
    p->exchange = NULL;
    p->response = NULL;
    p->slice = *r->left;
    p->slice.extra_fields = spk_dict_new(&p->arena);
    spk_set(p->slice.extra_fields, "query_properties", group);
    spk_slice_finish(&p->slice, &p->arena);
    spk_rc rc = spk_reading_send(r, &p->exchange, err);
    if (!rc)
        rc = spk_exchange_wait(p->exchange, &p->response, &p->reset, err);
    if (rc || p->reset || !p->response)
        return rc;
    return spk_reading_use_records(r, (struct spk_page_answer){p->response, r->token}, &to,
                                   &r->page.size, err);
}

static spk_rc use_merged(struct grouped_page *p, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < p->merged.records.len; i++) {
        struct spk_record record = {.arena = &p->arena};
        record.tree = *(struct spk_value *)p->merged.records.entries[i].value;
        rc = spk_reading_on_record(p->r, &record, err);
    }
    return p->r->has_enough ? SPK_OK : rc;
}

/* Some properties were read already: only the whole slice can be read again. */
static spk_rc ask_again(struct grouped_page *p, struct spk_error *err)
{
    if (spk_exchange_resolution(p->exchange)->action == SPK_ACTION_RESET_PAGINATION)
        return spk_reading_restart(p->r, err);
    return spk_error_set(err, SPK_ECONFIG,
                         "a page that is asked for in groups of properties can neither be made "
                         "smaller nor split");
}

static spk_rc read_grouped_page(struct grouped_page *p, struct spk_value groups, bool *more,
                                struct spk_error *err)
{
    struct spk_reading *r = p->r;
    spk_rc rc = SPK_OK;
    spk_reading_open_page(r);
    r->asked = &p->slice;
    for (size_t i = 0; !rc && !p->reset && !r->has_enough && i < spk_list_len(groups); i++)
        rc = ask_group(p, spk_list_at(groups, i), err);
    if (rc)
        return rc;
    if (p->reset)
        return ask_again(p, err);
    r->read->evidence->pages++;
    rc = use_merged(p, err);
    *more = !rc && p->response && !r->has_enough;
    if (!*more)
        return rc;
    if (spk_restarts_are_due(&r->restarts))
        return spk_reading_restart(r, err);
    rc = spk_reading_advance(r, p->response, err);
    *more = spk_is_defined(r->token);
    return rc;
}

spk_rc spk_reading_grouped_pages(struct spk_reading *r, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value groups;
    bool more = true;
    spk_rc rc = spk_query_properties_groups(r->pages->properties, &arena, &groups, err);
    if (!rc)
        rc = spk_reading_first_token(r, err);
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
