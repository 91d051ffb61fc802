#include "trace.h"

#include "base/secret.h"
#include "base/time.h"

struct spk_value spk_message_typed(struct spk_arena *arena, const char *type)
{
    struct spk_value message = spk_dict_new(arena);
    spk_set(message, "type", spk_str(type));
    return message;
}

struct spk_value spk_message_descriptor(struct spk_arena *arena,
                                        const struct spk_stream_info *stream)
{
    struct spk_value dict = spk_dict_new(arena);
    spk_set(dict, "name", spk_string(stream->name));
    if (stream->space.len > 0)
        spk_set(dict, "namespace", spk_string(stream->space));
    return dict;
}

struct spk_value spk_trace(struct spk_arena *arena, const char *type, const char *field,
                           struct spk_value body)
{
    struct spk_value inner = spk_message_typed(arena, type);
    int64_t now_ms = spk_time_now_us() / 1000;
    spk_set(inner, "emitted_at", spk_float((double)now_ms));
    spk_set(inner, field, body);
    struct spk_value message = spk_message_typed(arena, "TRACE");
    spk_set(message, "trace", inner);
    return message;
}

static struct spk_value redacted(struct spk_arena *arena, const char *text, const char *hint)
{
    struct spk_buf buf = {0};
    spk_buf_append_str(&buf, text);
    if (hint[0])
        spk_buf_printf(&buf, " (%s)", hint);
    spk_secret_redact(&buf);
    struct spk_value value = spk_string(spk_arena_dup(arena, spk_buf_view(&buf)));
    spk_buf_deinit(&buf);
    return value;
}

struct spk_value spk_trace_error(struct spk_arena *arena, const struct spk_stream_info *stream,
                                 const struct spk_error *failure)
{
    struct spk_value body = spk_dict_new(arena);
    spk_set(body, "message", redacted(arena, failure->text, failure->hint));
    spk_set(body, "internal_message", redacted(arena, failure->text, ""));
    spk_set(body, "failure_type", spk_str(spk_error_failure_type(failure)));
    struct spk_stream_info origin = {.name = spk_view_of(failure->origin)};
    if (origin.name.len > 0)
        stream = &origin; /* a parent's failure is told by its child */
    if (stream)
        spk_set(body, "stream_descriptor", spk_message_descriptor(arena, stream));
    return spk_trace(arena, "ERROR", "error", body);
}
