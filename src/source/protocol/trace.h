#ifndef SPK_SOURCE_PROTOCOL_TRACE_H
#define SPK_SOURCE_PROTOCOL_TRACE_H
/* Airbyte's TRACE messages as values. Internal to src/source. */
#include "source/sink.h"

/* {"type": TYPE} */
struct spk_value spk_message_typed(struct spk_arena *arena, const char *type);
struct spk_value spk_message_descriptor(struct spk_arena *arena,
                                        const struct spk_stream_info *stream);
/* A whole TRACE of that type (STREAM_STATUS, ERROR) with `body` under `field`. */
struct spk_value spk_trace(struct spk_arena *arena, const char *type, const char *field,
                           struct spk_value body);
/* A whole TRACE ERROR, redacted; stream NULL: of the whole command. */
struct spk_value spk_trace_error(struct spk_arena *arena, const struct spk_stream_info *stream,
                                 const struct spk_error *failure);

#endif
