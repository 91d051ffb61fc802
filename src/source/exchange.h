#ifndef SPK_SOURCE_EXCHANGE_H
#define SPK_SOURCE_EXCHANGE_H
/*
 * One request and what came back, and the scope in which templates are evaluated around it.
 */
#include "base/reader.h"
#include "source/component.h"
#include "source/sink.h"

struct spk_cursor;
struct spk_resolution;

/* Parts that several components add to one request. Dicts hold values as templates gave them; the
 * requester turns them into text as python-requests would. */
struct spk_request_options {
    struct spk_value parameters; /* DICT; a list repeats the key; null is left out */
    struct spk_value headers;    /* DICT */
    struct spk_value body_json;  /* DICT, any value, or UNDEFINED */
    struct spk_value body_data;  /* DICT (form), STRING (as is), or UNDEFINED */
    struct spk_view path;        /* RequestPath: replaces the requester's path; at NULL: none */
};

struct spk_request {
    struct spk_view method; /* "GET" */
    struct spk_view url;    /* whole, before parameters are added */
    struct spk_request_options options;
    struct spk_view body; /* ready bytes with content_type, when a component made them itself */
    struct spk_view content_type;
    int connect_timeout_ms, read_timeout_ms; /* 0: the client's */
    struct spk_arena *arena;                 /* of this exchange */
};

struct spk_response {
    int status;
    struct spk_view url;       /* final */
    struct spk_view body;      /* whole; empty where `stream` has it */
    struct spk_reader *stream; /* the body is still coming, to be read once; NULL: it is here */
    struct spk_value headers;  /* DICT, names lower case; "link" is the parsed Link header */
    const struct spk_request *request;
    struct spk_json_doc *json;     /* the body parsed once, or NULL (spk_response_json) */
    struct spk_value tree;         /* the body as templates see it, made on demand */
    struct spk_component *decoder; /* of the retriever: makes `tree` */
    bool proven_empty; /* the error handler knows that this body means "no rows": nothing is read */
    struct spk_evidence
        *evidence; /* of the slice; extractors and handlers note the empty proof here */
    struct spk_arena *arena;
};

/* What templates may see; a member that does not apply is zero. Passed down by pointer, extended by
 * copying: struct spk_scope inner = *scope; inner.record = r; */
struct spk_scope {
    struct spk_source *source;            /* config */
    const struct spk_stream_info *stream; /* whose read this is, or NULL */
    const struct spk_slice *slice;
    struct spk_value next_page_token;
    struct spk_response *response;
    struct spk_record *record;
    const struct spk_page *page;   /* last_page_size, last_record */
    struct spk_cursor *cursor;     /* what it refuses the selector leaves out; NULL: nothing */
    struct spk_component *decoder; /* of the retriever: what response.json() is made with */
    struct spk_evidence *evidence; /* of the slice: what requests cost is counted here */
    struct spk_value schema;       /* what records are normalised by, or UNDEFINED */
    struct spk_value extra;        /* DICT of further variables by name */
    bool in_pieces;                /* nobody but the decoder needs the body of a good answer */
    bool response_is_json;         /* templates see response.json() whatever the decoder is */
    int64_t page_size;             /* asked for instead of the paginator's; 0: that one */
    struct spk_arena *arena;       /* where results go */
};

/* Evaluates a property of `self` (config and self's $parameters are visible too) as
 * InterpolatedString does. NULL: the result is UNDEFINED. */
spk_rc spk_scope_eval(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, struct spk_value *out,
                      struct spk_error *err);
/* A property whose texts may be read as some types only (SPK_TEMPLATE_*, 0: any). */
struct spk_typed_template {
    struct spk_template_string *template;
    unsigned types;
};
struct spk_typed_tree {
    const struct spk_template_tree *tree;
    unsigned types;
};
/* value_type of components that set fields, as ENUM, and the types that it lets a text be. */
extern const char *const spk_value_types[];
unsigned spk_value_type_mask(int value_type);
spk_rc spk_scope_eval_as(const struct spk_scope *scope, const struct spk_component *self,
                         struct spk_typed_template what, struct spk_value *out,
                         struct spk_error *err);
/* As text: Python's str of the value. */
spk_rc spk_scope_text(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, struct spk_view *out,
                      struct spk_error *err);
/* InterpolatedBoolean: only False false {} [] () "" 0 0.0 None are false. */
spk_rc spk_scope_bool(const struct spk_scope *scope, const struct spk_component *self,
                      struct spk_template_string *template, bool *out, struct spk_error *err);
spk_rc spk_scope_tree(const struct spk_scope *scope, const struct spk_component *self,
                      const struct spk_template_tree *tree, struct spk_value *out,
                      struct spk_error *err);
spk_rc spk_scope_tree_as(const struct spk_scope *scope, const struct spk_component *self,
                         struct spk_typed_tree what, struct spk_value *out, struct spk_error *err);

/* Fills partition, cursor and extra_fields that are still undefined with empty dicts and makes
 * `merged` of them. */
void spk_slice_finish(struct spk_slice *slice, struct spk_arena *arena);

/* The body's bytes, from the start; of a stream only once. Lives as long as the response. */
struct spk_reader *spk_response_reader(struct spk_response *response);
/* How deep the JSON of a body may nest; Python's limits are near it. */
enum { SPK_BODY_DEPTH = 1000 };
/* The body as one JSON document (parsed once), or EDATA. */
spk_rc spk_response_json(struct spk_response *response, const struct spk_json_doc **out,
                         struct spk_error *err);
/* The body as templates see it: response.json() of the CDK; {} where it is no JSON. */
struct spk_value spk_response_tree(struct spk_response *response);
/* The body as plain JSON, whatever the decoder; {} where it is none. */
struct spk_value spk_response_json_tree(struct spk_response *response);
/* Response headers (DICT, names lower case) as templates see them: names in any case, `link` is the
 * parsed Link header by rel. */
struct spk_value spk_headers_value(struct spk_arena *arena, struct spk_value headers);
/* A URL without query, fragment and user info: what may be shown. */
struct spk_view spk_public_url(struct spk_view url, struct spk_arena *arena);
void spk_evidence_prove_empty(struct spk_evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The record's tree, made on first use. */
struct spk_value spk_record_tree(struct spk_record *record);
/* Call before changing the tree: the original bytes no longer count. */
struct spk_value spk_record_change(struct spk_record *record);
/* The record is `tree` (DICT) from now on. */
void spk_record_replace(struct spk_record *record, struct spk_value tree);

/*
 * Sends with retries: error handler, backoff, rate limits, authentication. start may be called for
 * the next page while the current one is still being encoded; wait does the retries.
 *   SPK_OK and *response: a usable answer. SPK_OK and *response NULL: IGNORE, the slice ends here.
 *   RESET_PAGINATION, REDUCE_PAGE_SIZE, SPLIT_REQUEST_WINDOW: *reset. Failures carry the handler's
 * message and class.
 */
struct spk_exchange;
spk_rc spk_exchange_start(struct spk_component *requester, const struct spk_scope *scope,
                          const struct spk_request_options *extra, struct spk_exchange **out,
                          struct spk_error *err);
spk_rc spk_exchange_wait(struct spk_exchange *exchange, struct spk_response **response, bool *reset,
                         struct spk_error *err);
/* After a wait: what was decided. */
const struct spk_resolution *spk_exchange_resolution(const struct spk_exchange *exchange);
/* After a wait: the last answer whatever its status and what became of it, NULL where none came. */
struct spk_response *spk_exchange_answer(struct spk_exchange *exchange);
/* The request as it was sent, as templates see it: DICT of method, url, headers and body. */
struct spk_value spk_exchange_request(const struct spk_exchange *exchange, struct spk_arena *arena);
void spk_exchange_destroy(struct spk_exchange *exchange); /* also cancels; frees the response */

#endif
