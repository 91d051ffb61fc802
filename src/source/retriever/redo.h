#ifndef SPK_SOURCE_RETRIEVER_REDO_H
#define SPK_SOURCE_RETRIEVER_REDO_H
/*
 * What a retriever does where a page is to be read in another way: from the first page on
 * (PaginationReset), in smaller pages (PageSizeReduction), in smaller windows
 * (RequestWindowSplitting). Components are shared; the structs here belong to one slice that is
 * read. Internal to src/source/retriever.
 */
#include "source/kinds.h"

/* ---- pagination_reset.c */
struct spk_restarts {
    const struct spk_component *rules; /* PaginationReset, or NULL: from the start, once */
    int64_t records;                   /* since the last start */
    int in_vain;                       /* starts of the very same slice */
    struct spk_arena slices[2];        /* the one asked for, and the next */
    unsigned turn;
    struct spk_slice asked;
};
void spk_restarts_deinit(struct spk_restarts *restarts);
/* Whether PaginationResetLimits are given: records must be counted before the next page is asked
 * for. */
bool spk_restarts_are_limited(const struct spk_restarts *restarts);
/* So many records were read that the API will give no further ones. */
bool spk_restarts_are_due(const struct spk_restarts *restarts);
/* What to ask for from the first page on: `slice`, or what is left of it behind the newest record.
 * `asked` is what was asked for up to now. ESYSTEM where that would be the same again. */
spk_rc spk_restart(struct spk_restarts *restarts, struct spk_cursor *cursor,
                   const struct spk_slice *slice, const struct spk_slice **asked,
                   struct spk_error *err);

/* ---- page_size_reduction.c */
struct spk_reductions {
    const struct spk_component *rules; /* PageSizeReduction, or NULL: none are possible */
    int64_t configured;                /* of the paginator; 0: it has none */
    int64_t size;                      /* asked for; 0: the configured one */
    int in_a_row, at_minimum;
};
/* Waits, and makes size smaller. `message` is why the page was refused. ETRANSIENT where the API
 * refuses every size, ECONFIG where none can be smaller. */
spk_rc spk_reduce_page_size(struct spk_reductions *reductions, struct spk_view message,
                            struct spk_error *err);
void spk_page_succeeded(struct spk_reductions *reductions);
int64_t spk_page_size_minimum(const struct spk_component *rules);

/* ---- request_window_splitting.c */
enum { SPK_SPLIT_DEPTH = 10 };
/* The two halves of `slice`. ETRANSIENT where it cannot be split; `message` is why it was refused.
 */
spk_rc spk_split_window(const struct spk_component *rules, struct spk_cursor *cursor,
                        const struct spk_slice *slice, struct spk_arena *arena,
                        struct spk_slice halves[2], struct spk_error *err);
spk_rc spk_split_too_deep(const struct spk_component *rules, struct spk_error *err);

#endif
