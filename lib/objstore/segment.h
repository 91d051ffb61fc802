#ifndef SPK_OBJSTORE_SEGMENT_H
#define SPK_OBJSTORE_SEGMENT_H
/* Names of accounts and streams as one segment of a key. */
#include "base/arena.h"

/* `name` with what may not stand in a segment percent-encoded: '/', '%', control characters and a
 * leading '.'. Most names come back as they are (borrowed). */
struct spk_view spk_objstore_segment(struct spk_arena *arena, struct spk_view name);
/* The name again; a text that was not encoded comes back as it is. */
struct spk_view spk_objstore_segment_name(struct spk_arena *arena, struct spk_view segment);

#endif
