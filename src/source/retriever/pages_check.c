#include "pages.h"
#include "redo.h"

/* What the parts of a retriever need of each other. Nodes have their references resolved and their
 * types filled in. */

struct check {
    const struct spk_build *build;
    struct spk_value retriever, stream;
    bool in_groups; /* pages are asked for in groups of properties */
    struct spk_error *err;
};

static bool is_type(struct spk_value node, const char *name)
{
    return spk_view_is(spk_value_text_or(spk_get(node, "type"), ""), name);
}

static bool uses_action(struct spk_value handler, const char *action)
{
    struct spk_value filters = spk_get(handler, "response_filters");
    struct spk_value handlers = spk_get(handler, "error_handlers");
    for (size_t i = 0; spk_is(filters, SPK_LIST) && i < spk_list_len(filters); i++) {
        struct spk_value filter = spk_list_at(filters, i);
        if (spk_view_is(spk_value_text_or(spk_get(filter, "action"), ""), action))
            return true;
    }
    for (size_t i = 0; spk_is(handlers, SPK_LIST) && i < spk_list_len(handlers); i++) {
        if (uses_action(spk_list_at(handlers, i), action))
            return true;
    }
    return false;
}

static spk_rc refuse(const struct check *c, const char *part, const char *why)
{
    struct spk_value at = spk_get(c->retriever, part);
    return spk_build_fail(c->build, spk_is_defined(at) ? at : c->retriever, c->err, "%s %s", part,
                          why);
}

/* An action needs its part; some streams can have neither. */
static spk_rc check_part(const struct check *c, const char *part, const char *action)
{
    bool given = spk_is(spk_get(c->retriever, part), SPK_DICT);
    bool used = uses_action(spk_get(spk_get(c->retriever, "requester"), "error_handler"), action);
    struct spk_value parents =
        spk_get(spk_get(c->retriever, "partition_router"), "parent_stream_configs");
    if (used && !given)
        return spk_build_fail(c->build, c->retriever, c->err,
                              "a response filter has the action %s: the retriever needs %s", action,
                              part);
    for (size_t i = 0; (used || given) && spk_is(parents, SPK_LIST) && i < spk_list_len(parents);
         i++) {
        if (spk_value_truthy(spk_get(spk_list_at(parents, i), "lazy_read_pointer")))
            return refuse(c, part, "does not go with a parent's lazy_read_pointer");
    }
    if (given && c->in_groups)
        return refuse(c, part, "does not go with query properties: records would come twice");
    if (given && spk_value_truthy(spk_get(c->stream, "file_uploader")))
        return refuse(c, part, "does not go with a file_uploader: files would be read twice");
    return SPK_OK;
}

/* A page size that is no template. */
static bool constant_size(struct spk_value size, int64_t *out)
{
    if (spk_is(size, SPK_INT))
        *out = size.integer;
    return spk_is(size, SPK_INT) ||
           (spk_is(size, SPK_STRING) &&
            spk_parse_i64(spk_view_trim(size.text), INT64_MIN, INT64_MAX, out));
}

/* A condition that compares with a fixed size takes a full page of a smaller size for the last. */
static spk_rc check_stop_condition(const struct check *c, const struct spk_pages *pages)
{
    struct spk_arena arena = {0};
    struct spk_scope scope = {.source = pages->source, .arena = &arena};
    struct spk_component *paginator = pages->paginator;
    const struct spk_paginator_ops *ops = SPK_OPS(paginator, paginator);
    struct spk_value size = {0};
    bool ends_early = false;
    spk_rc rc = ops->page_size(paginator, &scope, &size, c->err);
    if (!rc && spk_is(size, SPK_INT))
        ends_early = ops->stops_at(paginator, &scope, spk_page_size_minimum(pages->reduction)) &&
                     !ops->stops_at(paginator, &scope, size.integer);
    spk_arena_deinit(&arena);
    if (ends_early)
        return refuse(c, "page_size_reduction",
                      "needs a stop_condition that compares with page_size: a full smaller page "
                      "would be taken for the last");
    return rc;
}

static spk_rc check_reduction(const struct check *c, const struct spk_pages *pages)
{
    static const char *const part = "page_size_reduction";
    struct spk_value paginator = spk_get(c->retriever, "paginator");
    struct spk_value strategy = spk_get(paginator, "pagination_strategy");
    struct spk_value page_size = spk_get(strategy, "page_size");
    int64_t size = 0;
    if (!is_type(paginator, "DefaultPaginator"))
        return refuse(c, part, "needs a DefaultPaginator");
    if (!spk_is(spk_get(paginator, "page_size_option"), SPK_DICT))
        return refuse(c, part, "needs a page_size_option, to ask for smaller pages");
    if (is_type(spk_get(paginator, "page_token_option"), "RequestPath"))
        return refuse(c, part,
                      "does not go with a RequestPath: the API's own URL carries the page size");
    if (is_type(strategy, "PageIncrement"))
        return refuse(c, part,
                      "does not go with PageIncrement: pages of another size begin elsewhere");
    if (spk_is_nothing(page_size))
        return refuse(c, part, "needs a page_size, to have what to reduce");
    if (constant_size(page_size, &size) && size <= spk_page_size_minimum(pages->reduction))
        return refuse(c, part, "can never reduce: page_size is not above minimum_page_size");
    return check_stop_condition(c, pages);
}

/* The least that a format can tell apart. */
static int64_t format_unit_us(struct spk_view format)
{
    static const struct {
        const char *token;
        int64_t us;
    } units[] = {{"%epoch_microseconds", 1},
                 {"%s_as_float", 1},
                 {"%f", 1},
                 {"%_ms", 1000},
                 {"%ms", 1000},
                 {"%S", SPK_SECOND_US},
                 {"%s", SPK_SECOND_US},
                 {"%M", 60 * SPK_SECOND_US},
                 {"%H", 3600 * SPK_SECOND_US},
                 {"%I", 3600 * SPK_SECOND_US},
                 {"%d", SPK_DAY_US}};
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (spk_view_find(format, spk_view_of(units[i].token), 0) >= 0)
            return units[i].us;
    }
    return 0;
}

static spk_rc check_splitting(const struct check *c)
{
    static const char *const part = "request_window_splitting";
    struct spk_value cursor = spk_get(c->stream, "incremental_sync");
    struct spk_view written = spk_value_text_or(spk_get(cursor, "cursor_granularity"), "");
    struct spk_view format = spk_value_text_or(spk_get(cursor, "datetime_format"), "");
    struct spk_duration unit;
    if (!is_type(cursor, "DatetimeBasedCursor") || written.len == 0)
        return refuse(c, part, "needs a DatetimeBasedCursor with cursor_granularity");
    if (spk_value_truthy(spk_get(cursor, "is_client_side_incremental")))
        return refuse(c, part,
                      "does not go with is_client_side_incremental: no request has a window");
    if (spk_duration_parse(written, &unit, NULL) || unit.years || unit.months)
        return SPK_OK; /* the cursor tells */
    if (unit.us <= 0)
        return refuse(c, part, "needs a cursor_granularity above zero");
    if (unit.us < format_unit_us(format))
        return refuse(c, part, "needs a datetime_format that can tell cursor_granularity");
    return SPK_OK;
}

spk_rc spk_pages_check(const struct spk_pages *pages, const struct spk_build *build,
                       struct spk_value retriever, struct spk_error *err)
{
    struct check c = {build, retriever, build->stream, pages->properties != NULL, err};
    struct spk_value filter = spk_get(spk_get(retriever, "record_selector"), "record_filter");
    spk_rc rc = check_part(&c, "page_size_reduction", "REDUCE_PAGE_SIZE");
    if (!rc)
        rc = check_part(&c, "request_window_splitting", "SPLIT_REQUEST_WINDOW");
    if (!rc && pages->reduction)
        rc = check_reduction(&c, pages);
    if (!rc && pages->splitting)
        rc = check_splitting(&c);
    if (!rc && spk_is(filter, SPK_DICT) &&
        spk_is(spk_get(spk_get(retriever, "pagination_reset"), "limits"), SPK_DICT))
        rc = refuse(&c, "pagination_reset", "with limits does not go with a record_filter");
    return rc;
}

spk_rc spk_pages_check_single(const struct spk_build *build, struct spk_value holder,
                              const char *field, struct spk_error *err)
{
    static const char *const actions[] = {"REDUCE_PAGE_SIZE", "SPLIT_REQUEST_WINDOW"};
    struct spk_value requester = spk_get(holder, field);
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
        if (uses_action(spk_get(requester, "error_handler"), actions[i]))
            return spk_build_fail(build, requester, err,
                                  "%s asks for no page: its error_handler cannot %s", field,
                                  actions[i]);
    }
    return SPK_OK;
}
