#ifndef SPK_SOURCE_STREAM_STATE_MIGRATION_H
#define SPK_SOURCE_STREAM_STATE_MIGRATION_H
/* State migrations: states of older versions of a connector become today's. Internal to src/source.
 */
#include "source/component.h"

struct spk_state_migration_ops {
    /* `stream` is the stream's node. *state is replaced where the migration applies. */
    spk_rc (*migrate)(struct spk_component *self, struct spk_value stream, struct spk_arena *arena,
                      struct spk_value *state, struct spk_error *err);
};

#endif
