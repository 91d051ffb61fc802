#ifndef SPK_SOURCE_STREAM_NODES_H
#define SPK_SOURCE_STREAM_NODES_H
/* What is done to the manifest's stream nodes before they are built. Internal to src/source. */
#include "source/component.h"

/* The stream's node with use_cache set on its requester, unless the manifest says false: answers to
 * parents are kept for the run. Shared nodes stay as they are. */
struct spk_value spk_node_with_cache(struct spk_arena *arena, struct spk_value stream);
/* Whether a stream of the list has a parent of that name. */
bool spk_nodes_have_parent(struct spk_value streams, struct spk_view name);

#endif
