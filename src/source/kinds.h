#ifndef SPK_SOURCE_KINDS_H
#define SPK_SOURCE_KINDS_H
/* The operations of each kind of component. Members marked "optional" may be NULL. */
#include "base/reader.h"
#include "source/component.h"
#include "source/exchange.h"
#include "source/sink.h"

/* ---- authentication: adds headers, parameters or body fields to a request about to be sent */
struct spk_authenticator_ops {
    spk_rc (*apply)(struct spk_component *self, struct spk_request *request, struct spk_error *err);
    /* optional: the one that this stands for; it has the members below. */
    struct spk_component *(*stands_for)(struct spk_component *self);
    /* optional: an answer to `request` came from the server, and what it tells of its token. */
    void (*answered)(struct spk_component *self, const struct spk_request *request,
                     const struct spk_response *response);
    /* optional: a new token in place of the one that `request` carried, unless that was replaced
     * already. ECONFIG: there will be none; other failures: go on with the old one. */
    spk_rc (*refresh)(struct spk_component *self, const struct spk_request *request,
                      struct spk_error *err);
    /* optional: whether the next try would carry another token, which may be used at once. */
    bool (*can_rotate)(struct spk_component *self, const struct spk_request *request);
};

/* ---- requester: makes the request of a page */
struct spk_requester_ops {
    /* `extra` are the options of paginator and slicer, merged by the retriever. */
    spk_rc (*prepare)(struct spk_component *self, const struct spk_scope *scope,
                      const struct spk_request_options *extra, struct spk_request *request,
                      struct spk_error *err);
    struct spk_component *(*error_handler)(struct spk_component *self); /* never NULL */
    struct spk_component *(*authenticator)(struct spk_component *self); /* or NULL */
    /* optional: whether answers are kept for the run and given again */
    bool (*use_cache)(struct spk_component *self);
    /* optional: the QueryProperties that its requests are made for, or NULL */
    struct spk_component *(*query_properties)(struct spk_component *self);
};

/* ---- error handling */
enum spk_action {
    SPK_ACTION_SUCCESS,
    SPK_ACTION_FAIL,
    SPK_ACTION_RETRY,
    SPK_ACTION_IGNORE,
    SPK_ACTION_RATE_LIMITED,
    SPK_ACTION_RESET_PAGINATION,
    SPK_ACTION_REDUCE_PAGE_SIZE,
    SPK_ACTION_SPLIT_REQUEST_WINDOW,
    SPK_ACTION_REFRESH_TOKEN, /* then as RETRY */
    SPK_ACTION_NONE,          /* the handler has no opinion */
};

struct spk_resolution {
    enum spk_action action;
    spk_rc failure;          /* of FAIL, and of retries that ran out */
    struct spk_view message; /* in the exchange's arena; empty: the engine's own text */
};

struct spk_error_handler_ops {
    /* response NULL: no answer came, `failure` says why. Never fails: a broken template is a FAIL.
     */
    void (*interpret)(struct spk_component *self, const struct spk_scope *scope,
                      const struct spk_error *failure, struct spk_resolution *out);
    /* Seconds to wait before try number `attempt` + 1 (attempt from 1), or < 0: engine's default.
     */
    double (*backoff)(struct spk_component *self, const struct spk_scope *scope, int attempt,
                      struct spk_error *err);
    int (*max_retries)(struct spk_component *self, const struct spk_scope *scope);
    double (*max_time_s)(struct spk_component *self);
    /* optional: whether `interpret` looks at the body of an answer with a status below 400; NULL:
     * it does */
    bool (*needs_body)(struct spk_component *self);
};

struct spk_response_filter_ops {
    /* action NONE where the filter does not match. */
    void (*match)(struct spk_component *self, const struct spk_scope *scope,
                  const struct spk_error *failure, struct spk_resolution *out);
    bool (*needs_body)(struct spk_component *self); /* optional, as that of error handlers */
};

struct spk_backoff_ops {
    /* < 0: this strategy has nothing to say. */
    double (*seconds)(struct spk_component *self, const struct spk_scope *scope, int attempt,
                      struct spk_error *err);
    bool needs_body; /* of the answer */
};

/* ---- pagination. Tokens are values ({"next_page_token": ...} in templates), so that paginators
 * stay free of state and partitions can share them. UNDEFINED: no (further) page. */
struct spk_page {
    int64_t size;                 /* records extracted from the page, before filters */
    int64_t kept;                 /* what filters left of them: last_page_size in templates */
    struct spk_value last_record; /* transformed, or UNDEFINED */
    struct spk_value last_token;
};

struct spk_paginator_ops {
    spk_rc (*initial)(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err);
    spk_rc (*next)(struct spk_component *self, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err);
    /* Options for the request of the scope's token; also request->path_override (RequestPath). */
    spk_rc (*options)(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err);
    /* optional: the page size that it asks for, UNDEFINED where it asks for none */
    spk_rc (*page_size)(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err);
    /* optional: whether a full page of so many records would be the last by its size alone */
    bool (*stops_at)(struct spk_component *self, const struct spk_scope *scope, int64_t size);
    /* Whether `next` looks at the body, or at the records that were kept (the last one, or their
     * number): otherwise the size is enough. */
    bool (*needs_body)(struct spk_component *self);
    bool (*needs_last_record)(struct spk_component *self);
};

struct spk_pagination_strategy_ops {
    spk_rc (*initial)(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_value *token, struct spk_error *err);
    spk_rc (*next)(struct spk_component *self, const struct spk_scope *scope,
                   const struct spk_page *page, struct spk_value *token, struct spk_error *err);
    /* UNDEFINED where no page size is set. */
    spk_rc (*page_size)(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_value *size, struct spk_error *err);
    /* optional: as paginators */
    bool (*stops_at)(struct spk_component *self, const struct spk_scope *scope, int64_t size);
    bool needs_body;
    bool (*needs_last_record)(struct spk_component *self); /* optional: no */
};

/* ---- from body to records */
struct spk_document { /* one decoded document of a body; JSON bodies have exactly one */
    const struct spk_json_doc *json; /* or NULL: `tree` counts */
    bool items_are_documents;        /* where `json` is an array: each of its items is a document */
    struct spk_view text;
    struct spk_value tree;
};

typedef spk_rc (*spk_document_visit)(void *context, const struct spk_document *document,
                                     struct spk_error *err);

struct spk_decoder_ops {
    /* Calls visit for each document in order; stops at its first failure. */
    spk_rc (*decode)(struct spk_component *self, struct spk_response *response,
                     spk_document_visit visit, void *context, struct spk_error *err);
    /* optional: the same of bytes that another decoder unpacked. NULL: it cannot be inside one. */
    spk_rc (*parse)(struct spk_component *self, struct spk_reader *bytes, spk_document_visit visit,
                    void *context, struct spk_error *err);
    /* optional: whether pages may follow its documents, as the CDK has it; NULL: no */
    bool (*paginates)(struct spk_component *self);
    bool whole_json; /* the body is one JSON document: it may be looked at before it is read */
    bool in_pieces;  /* decode asks for nothing but spk_response_reader: the body may still come */
    bool hides_body; /* templates see {} as response, as the CDK has it where it streams */
};

/* `record` is the visitor's to change; it is valid during the call. An extractor may give a record
 * without tree and node: a slot of the page that is empty, which is counted and no more. */
typedef spk_rc (*spk_record_visit)(void *context, struct spk_record *record, struct spk_error *err);
struct spk_record_visitor {
    spk_record_visit visit;
    void *context;
};

struct spk_extractor_ops {
    /* May note the proof of an empty answer in scope->evidence. */
    spk_rc (*extract)(struct spk_component *self, const struct spk_scope *scope,
                      spk_record_visit visit, void *context, struct spk_error *err);
    /* optional: how many records `extract` will find, or -1 where only reading them tells. Lets the
     * next page be asked for before the records of this one are encoded. */
    int64_t (*count)(struct spk_component *self, const struct spk_scope *scope);
    bool in_pieces;   /* reads the body through the decoder alone, and once */
    bool reads_bytes; /* reads spk_response_reader itself, and asks the decoder for nothing */
};

struct spk_record_selector_ops {
    /* extract -> filter -> transform -> normalise; *extracted counts before filters. */
    spk_rc (*select)(struct spk_component *self, const struct spk_scope *scope,
                     const struct spk_record_visitor *to, int64_t *extracted,
                     struct spk_error *err);
    int64_t (*count)(struct spk_component *self, const struct spk_scope *scope); /* as extractors */
    /* Before the first use: from now on this extractor finds the records, and whether they are
     * transformed before they are filtered does not depend on the stream's cursor. */
    void (*extract_with)(struct spk_component *self, struct spk_component *extractor);
    /* optional: whether records can be selected while the body still comes; NULL: no */
    bool (*in_pieces)(struct spk_component *self, struct spk_component *decoder);
};

struct spk_record_filter_ops {
    spk_rc (*keep)(struct spk_component *self, const struct spk_scope *scope, bool *keep,
                   struct spk_error *err);
};

struct spk_transformation_ops {
    /* scope->record has its tree made; changes it in place (spk_record_change). */
    spk_rc (*transform)(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_error *err);
};

/* ---- what to read: routers make partitions, cursors cross them with windows */
struct spk_slices; /* an iterator, below */
struct spk_slices_ops {
    /* *slice in `arena`; false in *more at the end. May send requests (parent streams). */
    spk_rc (*next)(struct spk_slices *slices, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err);
    void (*destroy)(struct spk_slices *slices);
    /* optional, of routers: the state of the parents (DICT by name) when the slice that `next` gave
     * last was made; before the first, where they start; after the end, their final state.
     * UNDEFINED: this router keeps none. */
    struct spk_value (*parent_state)(struct spk_slices *slices, struct spk_arena *arena);
};
struct spk_slices {
    const struct spk_slices_ops *ops;
};

struct spk_router_ops {
    /* Partitions: slices without `cursor`. state: the stream_state of the stream that is routed, or
     * UNDEFINED; parents take theirs from it. Borrowed until the slices are destroyed. */
    spk_rc (*open)(struct spk_component *self, struct spk_value state, struct spk_slices **out,
                   struct spk_error *err);
    spk_rc (*options)(struct spk_component *self, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err);
    /* optional: the key of its partitions' value, by index where it has several sources; a view at
     * NULL after the last. */
    struct spk_view (*field)(struct spk_component *self, size_t index);
    /* optional: whether it puts anything into requests */
    bool (*has_options)(struct spk_component *self);
    /* optional: whether its slices may carry the stream's records (lazy_read_pointer), which they
     * do in a read without state */
    bool (*embeds)(struct spk_component *self);
    bool groups; /* a partition is a group, new in each run: states of partitions mean nothing */
};

/*
 * A cursor component (DatetimeBasedCursor, ...) makes one running cursor per stream and read. The
 * running cursor owns the state and has its own lock: workers call observe and close side by side.
 */
struct spk_cursor;
struct spk_cursor_ops {
    spk_rc (*slices)(struct spk_cursor *cursor, struct spk_slices **out, struct spk_error *err);
    /* optional: of cursors that leave records out, see struct spk_cursor */
    bool (*should_sync)(struct spk_cursor *cursor, const struct spk_slice *slice,
                        struct spk_record *record);
    spk_rc (*observe)(struct spk_cursor *cursor, const struct spk_slice *slice,
                      struct spk_record *record, struct spk_error *err);
    /* The slice was read whole: fold it into the state. *emit: a STATE is due now. */
    spk_rc (*close)(struct spk_cursor *cursor, const struct spk_slice *slice, bool *emit,
                    struct spk_error *err);
    /* optional: no slice will be made or closed any more; the last state follows. */
    void (*finish)(struct spk_cursor *cursor);
    struct spk_value (*state)(struct spk_cursor *cursor, struct spk_arena *arena);
    /* Request options of the window (start_time_option, end_time_option) and of the router. */
    spk_rc (*options)(struct spk_cursor *cursor, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err);
    /* optional: the slice from the newest record on that was observed in it; false: there is none.
     */
    bool (*rest)(struct spk_cursor *cursor, struct spk_arena *arena, const struct spk_slice *slice,
                 struct spk_slice *rest);
    /* optional: the slice in two; false where it is too small, or not longer than `least` (or
     * NULL). Parts keep the owner: what is observed in them counts for the slice. */
    bool (*split)(struct spk_cursor *cursor, const struct spk_duration *least,
                  struct spk_arena *arena, const struct spk_slice *slice,
                  struct spk_slice halves[2]);
    void (*destroy)(struct spk_cursor *cursor);
    bool observes; /* false: observe is never needed, records can stay untouched */
};
struct spk_cursor {
    const struct spk_cursor_ops *ops;
    bool is_client_side; /* the selector leaves out what should_sync refuses */
    bool is_data_feed; /* the retriever does, and a page that ends with such a record is the last */
};

struct spk_cursor_type_ops {
    /* router NULL: one partition. state: the stream_state object or UNDEFINED. */
    spk_rc (*start)(struct spk_component *self, struct spk_component *router,
                    struct spk_value state, struct spk_cursor **out, struct spk_error *err);
    struct spk_view (*cursor_field)(struct spk_component *self);
    /* optional: whether the configured catalog may name another one */
    bool (*takes_catalog_field)(struct spk_component *self);
    /* optional, of cursors of time: when the state (DICT) of one partition was reached; false where
     * that cannot be read. */
    bool (*instant)(struct spk_component *self, struct spk_value state, int64_t *us);
};

/* ---- schemas and checks */
struct spk_schema_loader_ops {
    spk_rc (*load)(struct spk_component *self, struct spk_arena *arena, struct spk_value *schema,
                   struct spk_error *err);
};

struct spk_check;
struct spk_checker_ops {
    /* Says in `check` what is wrong (check/check.h); fails where the check cannot be made. */
    spk_rc (*check)(struct spk_component *self, struct spk_check *check, struct spk_error *err);
};

/* ---- components resolvers: which streams a template stands for */
typedef spk_rc (*spk_node_visit)(void *context, struct spk_value node, struct spk_error *err);
struct spk_stream_template {
    struct spk_source *source;
    struct spk_value node;
    struct spk_arena *arena; /* where what is made of it goes; lives as long as the source */
    spk_node_visit visit;
    void *context;
};

struct spk_components_resolver_ops {
    /* Calls visit with a filled copy of the template for each stream, in order; stops at its first
     * failure. May send requests. */
    spk_rc (*resolve)(struct spk_component *self, const struct spk_stream_template *template,
                      struct spk_error *err);
};

/* ---- call rate policies; called under the lock of their budget. Instants are microseconds. */
struct spk_call_told { /* what an answer told of the limit */
    int64_t left;      /* calls; < 0: nothing */
    int64_t reset_us;  /* when the limit is whole again; 0: nothing */
};

struct spk_call_policy_ops {
    /* Counts a call of that weight, or says when it may be asked again (*free_us > now_us). */
    void (*acquire)(struct spk_component *self, int64_t weight, int64_t now_us, int64_t *free_us);
    void (*update)(struct spk_component *self, const struct spk_call_told *told, int64_t now_us);
    /* The greatest weight that a call can have. */
    int64_t (*most)(struct spk_component *self);
};

/* ---- configs */
struct spk_config_transformation_ops {
    /* Changes `config` (DICT, the source's own) in place. */
    spk_rc (*transform)(struct spk_component *self, struct spk_value config,
                        struct spk_arena *arena, struct spk_error *err);
};

struct spk_config_validation_ops {
    /* ECONFIG where the config is wrong. */
    spk_rc (*validate)(struct spk_component *self, struct spk_value config, struct spk_arena *arena,
                       struct spk_error *err);
};

struct spk_validation_strategy_ops {
    spk_rc (*validate)(struct spk_component *self, struct spk_value value, struct spk_arena *arena,
                       struct spk_error *err);
};

/* ---- retriever: reads one slice */
typedef spk_rc (*spk_page_visit)(void *context, struct spk_error *err);

struct spk_slice_read {        /* what one call of `read` is told, and what it reports */
    struct spk_cursor *cursor; /* NULL for a parent stream read without state */
    const struct spk_slice *slice;
    spk_record_visit record;
    spk_page_visit page; /* may be NULL */
    void *context;
    struct spk_evidence *evidence;
    struct spk_value schema; /* JSON schema for normalisation, or UNDEFINED */
    bool any_value;          /* what is read may be no objects: a description, items of a list */
    int64_t limit;           /* stop after so many records; 0: all. check reads one */
    bool lazy; /* the next page is asked for when the records of this one are used up */
};

struct spk_retriever_ops {
    spk_rc (*read)(struct spk_component *self, struct spk_slice_read *read, struct spk_error *err);
    /* The running cursor for a read (full refresh: one that only has slices). */
    spk_rc (*start)(struct spk_component *self, struct spk_component *cursor,
                    struct spk_value state, struct spk_cursor **out, struct spk_error *err);
};

#define SPK_OPS(component, kind) ((const struct spk_##kind##_ops *)(component)->type->ops)

#endif
