#ifndef SPK_SOURCE_RETRIEVER_PAGES_H
#define SPK_SOURCE_RETRIEVER_PAGES_H
/* Reading a slice page by page, for the retrievers. Internal to src/source. */
#include "source/kinds.h"

/* What pages are read with; shared by threads, unchanged while they read. */
struct spk_pages {
    struct spk_source *source;
    struct spk_stream_info stream;
    struct spk_component *requester;
    struct spk_component *selector;
    struct spk_component *paginator;
    struct spk_component *decoder;
    struct spk_component *properties; /* QueryProperties, or NULL */
    struct spk_component *reset;      /* PaginationReset, or NULL */
    struct spk_component *reduction;  /* PageSizeReduction, or NULL */
    struct spk_component *splitting;  /* RequestWindowSplitting, or NULL */
    struct spk_component *files;      /* FileUploader of the stream, or NULL: spk_pages_finish */
    bool ignore_slicer_parameters;    /* on all requests of a slice but the first */
    bool in_pieces;                   /* spk_pages_finish: bodies are read as they arrive */
};

/* When all else is set: ECONFIG where the decoder's documents cannot be followed by pages. */
spk_rc spk_pages_finish(struct spk_pages *pages, const struct spk_build *build,
                        struct spk_error *err);
/* Hands the records of the slice's pages to read->record. Where the next token can be known before
 * the records of a page are used, the next request is sent first, so that the server works while we
 * encode. */
spk_rc spk_pages_read(const struct spk_pages *pages, struct spk_slice_read *read,
                      struct spk_error *err);

/* pages_check.c: whether the parts go together; `retriever` is the node that they are of. */
spk_rc spk_pages_check(const struct spk_pages *pages, const struct spk_build *build,
                       struct spk_value retriever, struct spk_error *err);
/* The same for a request that is no page: ECONFIG where its answers would make a page or window
 * smaller. `holder` has the requester under `field`, or has none. */
spk_rc spk_pages_check_single(const struct spk_build *build, struct spk_value holder,
                              const char *field, struct spk_error *err);

#endif
