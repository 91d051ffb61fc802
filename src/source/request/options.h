#ifndef SPK_SOURCE_REQUEST_OPTIONS_H
#define SPK_SOURCE_REQUEST_OPTIONS_H
/* Request options: what paginators, slicers, authenticators and requesters put into one request. */
#include "source/kinds.h"

/* Empty dicts where nothing is set yet. */
void spk_request_options_init(struct spk_request_options *options, struct spk_arena *arena);
/* Adds `from` to `to`. Two parts that set the same key are an error of the manifest (EDATA); in
 * JSON bodies equal values and nested objects may meet. */
spk_rc spk_request_options_merge(struct spk_request_options *to,
                                 const struct spk_request_options *from, struct spk_arena *arena,
                                 struct spk_error *err);
/* ECONFIG where two RequestOption components (either may be NULL) would set the same place, or one
 * inside the other's. */
spk_rc spk_request_options_apart(const struct spk_build *build, struct spk_component *first,
                                 struct spk_component *second, struct spk_error *err);
/* Puts `value` where a RequestOption component says. */
spk_rc spk_request_option_inject(struct spk_component *option, const struct spk_scope *scope,
                                 struct spk_value value, struct spk_request_options *options,
                                 struct spk_error *err);

#endif
