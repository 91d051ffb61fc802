#ifndef SPK_SOURCE_CURSOR_CURSOR_H
#define SPK_SOURCE_CURSOR_CURSOR_H
/* Cursors of streams without incremental_sync, and what cursors share. Internal to src/source. */
#include "source/kinds.h"

/* Full refresh: the router's partitions (or one empty slice); the final state says that there is no
 * cursor: {"__ab_no_cursor_state_message": true}. router may be NULL. state: the given one,
 * borrowed. */
spk_rc spk_full_refresh_start(struct spk_component *router, struct spk_value state,
                              struct spk_cursor **out, struct spk_error *err);

#endif
