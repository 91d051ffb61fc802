#ifndef SPK_SOURCE_PROTOCOL_H
#define SPK_SOURCE_PROTOCOL_H
/*
 * The Airbyte protocol on a file descriptor: one JSON message per line. The sink of a read, and the
 * single messages of the other commands. Records are buffered per slice and leave in whole pages;
 * texts (logs, traces) are redacted. Thread-safe; a line is never split by another thread's.
 */
#include "base/event.h"
#include "source/sink.h"

struct spk_airbyte;

/* fd stays the caller's. */
struct spk_airbyte *spk_airbyte_create(int fd);
void spk_airbyte_destroy(struct spk_airbyte *out);
/* The sink that writes RECORD, STATE and TRACE messages here; lives as long as `out`. */
struct spk_sink *spk_airbyte_sink(struct spk_airbyte *out);

spk_rc spk_airbyte_message(struct spk_airbyte *out, struct spk_value message,
                           struct spk_error *err);
spk_rc spk_airbyte_spec(struct spk_airbyte *out, struct spk_value spec, struct spk_error *err);
spk_rc spk_airbyte_status(struct spk_airbyte *out, bool ok, struct spk_view message,
                          struct spk_error *err);
spk_rc spk_airbyte_catalog(struct spk_airbyte *out, struct spk_value catalog,
                           struct spk_error *err);
/* TRACE ERROR; stream NULL: of the whole command. */
spk_rc spk_airbyte_error(struct spk_airbyte *out, const struct spk_stream_info *stream,
                         const struct spk_error *failure, struct spk_error *err);
spk_rc spk_airbyte_log(struct spk_airbyte *out, enum spk_level level, struct spk_view text,
                       struct spk_error *err);
/* Events as LOG messages: pass to spk_event_set_sink. */
struct spk_event_sink spk_airbyte_event_sink(struct spk_airbyte *out);

#endif
