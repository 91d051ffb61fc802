#ifndef SPK_SOURCE_ROUTER_ROUTER_H
#define SPK_SOURCE_ROUTER_ROUTER_H
/* Partition routers. Internal to src/source. */
#include "base/map.h"
#include "source/kinds.h"

/* The router of a manifest node: one component, the product of a list of them, NULL of nothing. */
spk_rc spk_router_build(const struct spk_build *build, struct spk_value node,
                        struct spk_component **out, struct spk_error *err);

/* The partition values that a router has seen. */
struct spk_values_seen {
    struct spk_map keys;
};
/* Notes the value; *again: it was there, as Python's sets see it (1, 1.0 and true are one). EDATA
 * for a list or an object, and for more values than can be held. */
spk_rc spk_values_seen_note(struct spk_values_seen *seen, struct spk_value value, bool *again,
                            struct spk_error *err);
void spk_values_seen_deinit(struct spk_values_seen *seen);

/* ECONFIG where a router inside `self` puts something into requests: its values are not those that
 * are read. */
spk_rc spk_router_refuse_options(const struct spk_component *self, struct spk_component *inner,
                                 const struct spk_build *build, struct spk_error *err);

#endif
