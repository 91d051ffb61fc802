#ifndef SPK_SOURCE_ROUTER_ROUTER_H
#define SPK_SOURCE_ROUTER_ROUTER_H
/* Partition routers. Internal to src/source. */
#include "source/kinds.h"

/* The router of a manifest node: one component, the product of a list of them, NULL of nothing. */
spk_rc spk_router_build(const struct spk_build *build, struct spk_value node,
                        struct spk_component **out, struct spk_error *err);

#endif
