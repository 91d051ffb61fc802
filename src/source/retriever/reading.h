#ifndef SPK_SOURCE_RETRIEVER_READING_H
#define SPK_SOURCE_RETRIEVER_READING_H
/* One slice that is read page by page. Internal to src/source/retriever. */
#include "pages.h"
#include "redo.h"

/* Tokens alternate between two arenas: the request in flight and the page in hand each keep theirs.
 */
struct spk_reading {
    const struct spk_pages *pages;
    struct spk_slice_read *read;
    const struct spk_slice *slice; /* the read's, or a part of it: what records are of */
    const struct spk_slice *left;  /* what is left of it after a reset */
    const struct spk_slice *asked; /* what requests are made for: that, or with properties */
    struct spk_restarts restarts;
    struct spk_reductions reductions;
    bool must_split; /* the API refuses the slice as it is */
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

/* A page in hand: its answer, and the token that it was asked for with. */
struct spk_page_answer {
    struct spk_response *response;
    struct spk_value token;
};

/* Sends the request for r->token. */
spk_rc spk_reading_send(struct spk_reading *r, struct spk_exchange **out, struct spk_error *err);
void spk_reading_open_page(struct spk_reading *r);
/* Hands a record on; a spk_record_visit of the reading. */
spk_rc spk_reading_on_record(void *context, struct spk_record *record, struct spk_error *err);
spk_rc spk_reading_use_records(struct spk_reading *r, struct spk_page_answer page,
                               const struct spk_record_visitor *to, int64_t *extracted,
                               struct spk_error *err);
/* Moves r->token to the next page's; UNDEFINED at the end. */
spk_rc spk_reading_advance(struct spk_reading *r, struct spk_response *response,
                           struct spk_error *err);
spk_rc spk_reading_first_token(struct spk_reading *r, struct spk_error *err);
/* Moves to the first page of what is left of the slice. */
spk_rc spk_reading_restart(struct spk_reading *r, struct spk_error *err);
/* Scope of templates without request and answer. */
struct spk_scope spk_reading_scope(struct spk_reading *r, struct spk_arena *arena);

/* grouped_pages.c: every page is asked for in groups of properties. */
spk_rc spk_reading_grouped_pages(struct spk_reading *r, struct spk_error *err);

#endif
