#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/secret.h"
#include "source/protocol.h"
#include "source/protocol/record_data.h"
#include "trace.h"

enum { FLUSH_BYTES = 64 * 1024 };

struct spk_airbyte {
    struct spk_sink sink;
    int fd;
    pthread_mutex_t lock;
    struct spk_map counts; /* stream name -> struct counter * */
};

struct counter {     /* records of a stream */
    int64_t records; /* since its last STATE */
    int64_t total;
};

struct slice_writer {
    struct spk_buf head; /* the line up to the data */
    struct spk_buf tail; /* from behind the data, with the page's time */
    struct spk_buf lines;
    struct counter *counter;
    int64_t records; /* not yet added to the counter */
};

static spk_rc write_all(int fd, struct spk_view text, struct spk_error *err)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.at, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return spk_error_errno(err, errno, "cannot write messages to the output");
        text = spk_view_slice(text, (size_t)n, text.len);
    }
    return SPK_OK;
}

/* One whole message, redacted where `texts` says that it holds texts for people. */
static spk_rc write_message(struct spk_airbyte *out, struct spk_value message, bool texts,
                            struct spk_error *err)
{
    struct spk_buf line = {0};
    spk_json_write(&line, message, 0);
    if (texts)
        spk_secret_redact(&line);
    spk_buf_append_char(&line, '\n');
    pthread_mutex_lock(&out->lock);
    spk_rc rc = write_all(out->fd, spk_buf_view(&line), err);
    pthread_mutex_unlock(&out->lock);
    spk_buf_deinit(&line);
    return rc;
}

static int64_t now_ms(void)
{
    return spk_time_now_us() / 1000;
}

static struct counter *counter_of(struct spk_airbyte *out, struct spk_view name)
{
    pthread_mutex_lock(&out->lock);
    struct counter *counter = spk_map_get(&out->counts, name);
    if (!counter) {
        counter = spk_memory_zalloc(sizeof(*counter));
        spk_map_set(&out->counts, name, counter);
    }
    pthread_mutex_unlock(&out->lock);
    return counter;
}

/* What a person who watches a sync wants to know: where it is, and what came of a stream. */
static spk_rc log_status(struct spk_airbyte *out, const struct spk_stream_info *stream,
                         enum spk_stream_status status, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view text = {0};
    spk_rc rc = SPK_OK;
    if (status == SPK_STREAM_STARTED)
        text = spk_arena_printf(&arena, "Syncing stream: %.*s", SPK_FMT(stream->name));
    else if (status != SPK_STREAM_RUNNING)
        text = spk_arena_printf(&arena, "Read %lld records from %.*s stream",
                                (long long)counter_of(out, stream->name)->total,
                                SPK_FMT(stream->name));
    if (text.len > 0)
        rc = spk_airbyte_log(out, SPK_INFO, text, err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc stream_status(struct spk_sink *sink, const struct spk_stream_info *stream,
                            enum spk_stream_status status, const char *reason,
                            struct spk_error *err)
{
    static const char *const names[] = {"STARTED", "RUNNING", "COMPLETE", "INCOMPLETE"};
    spk_rc rc = log_status((struct spk_airbyte *)sink, stream, status, err);
    if (rc)
        return rc;
    struct spk_arena arena = {0};
    struct spk_value body = spk_dict_new(&arena);
    spk_set(body, "stream_descriptor", spk_message_descriptor(&arena, stream));
    spk_set(body, "status", spk_str(names[status]));
    if (reason) {
        struct spk_value reasons = spk_list_new(&arena);
        struct spk_value item = spk_message_typed(&arena, reason);
        spk_list_append(reasons, item);
        spk_set(body, "reasons", reasons);
    }
    struct spk_value message = spk_trace(&arena, "STREAM_STATUS", "stream_status", body);
    rc = write_message((struct spk_airbyte *)sink, message, false, err);
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_airbyte_error(struct spk_airbyte *out, const struct spk_stream_info *stream,
                         const struct spk_error *failure, struct spk_error *err)
{
    struct spk_arena arena = {0};
    spk_rc rc = write_message(out, spk_trace_error(&arena, stream, failure), false, err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc stream_failed(struct spk_sink *sink, const struct spk_stream_info *stream,
                            const struct spk_error *failure, struct spk_error *err)
{
    return spk_airbyte_error((struct spk_airbyte *)sink, stream, failure, err);
}

static void set_time(struct slice_writer *writer)
{
    spk_buf_clear(&writer->tail);
    spk_buf_append_str(&writer->tail, ",\"emitted_at\":");
    spk_buf_append_i64(&writer->tail, now_ms());
    spk_buf_append_str(&writer->tail, "}}\n");
}

static spk_rc slice_begin(struct spk_sink *sink, const struct spk_stream_info *stream,
                          const struct spk_slice *slice, void **handle, struct spk_error *err)
{
    struct slice_writer *writer = spk_memory_zalloc(sizeof(*writer));
    spk_buf_append_str(&writer->head, "{\"type\":\"RECORD\",\"record\":{");
    if (stream->space.len > 0) {
        spk_buf_append_str(&writer->head, "\"namespace\":");
        spk_json_write_string(&writer->head, stream->space, 0);
        spk_buf_append_char(&writer->head, ',');
    }
    spk_buf_append_str(&writer->head, "\"stream\":");
    spk_json_write_string(&writer->head, stream->name, 0);
    spk_buf_append_str(&writer->head, ",\"data\":");
    writer->counter = counter_of((struct spk_airbyte *)sink, stream->name);
    set_time(writer);
    *handle = writer;
    return SPK_OK;
}

static spk_rc flush(struct spk_airbyte *out, struct slice_writer *writer, struct spk_error *err)
{
    pthread_mutex_lock(&out->lock);
    spk_rc rc = write_all(out->fd, spk_buf_view(&writer->lines), err);
    writer->counter->records += writer->records;
    writer->counter->total += writer->records;
    pthread_mutex_unlock(&out->lock);
    writer->records = 0;
    spk_buf_clear(&writer->lines);
    return rc;
}

static void append_file(struct spk_buf *line, const struct spk_file_reference *file)
{
    spk_buf_append_str(line, ",\"file_reference\":{\"staging_file_url\":");
    spk_json_write_string(line, file->path, 0);
    spk_buf_append_str(line, ",\"source_file_relative_path\":");
    spk_json_write_string(line, file->relative_path, 0);
    spk_buf_append_str(line, ",\"file_size_bytes\":");
    spk_buf_append_i64(line, file->bytes);
    spk_buf_append_char(line, '}');
}

static spk_rc record(struct spk_sink *sink, void *handle, const struct spk_record *rec,
                     struct spk_error *err)
{
    struct slice_writer *writer = handle;
    struct spk_buf *lines = &writer->lines;
    spk_buf_append(lines, spk_buf_view(&writer->head));
    spk_record_data_write(lines, rec);
    if (rec->file)
        append_file(lines, rec->file);
    spk_buf_append(lines, spk_buf_view(&writer->tail));
    writer->records++;
    if (lines->len < FLUSH_BYTES)
        return SPK_OK;
    set_time(writer);
    return flush((struct spk_airbyte *)sink, writer, err);
}

static spk_rc page_end(struct spk_sink *sink, void *handle, struct spk_error *err)
{
    spk_rc rc = flush((struct spk_airbyte *)sink, handle, err);
    set_time(handle);
    return rc;
}

static spk_rc slice_end(struct spk_sink *sink, void *handle, const struct spk_evidence *evidence,
                        const struct spk_error *failure, struct spk_error *err)
{
    struct slice_writer *writer = handle;
    spk_rc rc = flush((struct spk_airbyte *)sink, writer, err);
    spk_buf_deinit(&writer->head);
    spk_buf_deinit(&writer->tail);
    spk_buf_deinit(&writer->lines);
    free(writer);
    return rc;
}

static spk_rc state(struct spk_sink *sink, const struct spk_stream_info *stream,
                    struct spk_value stream_state, struct spk_error *err)
{
    struct spk_airbyte *out = (struct spk_airbyte *)sink;
    struct counter *counter = counter_of(out, stream->name);
    struct spk_arena arena = {0};
    struct spk_value inner = spk_dict_new(&arena);
    spk_set(inner, "stream_descriptor", spk_message_descriptor(&arena, stream));
    spk_set(inner, "stream_state", stream_state);
    struct spk_value stats = spk_dict_new(&arena);
    pthread_mutex_lock(&out->lock);
    spk_set(stats, "recordCount", spk_float((double)counter->records));
    counter->records = 0;
    pthread_mutex_unlock(&out->lock);
    struct spk_value body = spk_message_typed(&arena, "STREAM");
    spk_set(body, "stream", inner);
    spk_set(body, "sourceStats", stats);
    struct spk_value message = spk_message_typed(&arena, "STATE");
    spk_set(message, "state", body);
    spk_rc rc = write_message(out, message, false, err);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc other_message(struct spk_sink *sink, struct spk_value message, struct spk_error *err)
{
    return write_message((struct spk_airbyte *)sink, message, false, err);
}

static const struct spk_sink_ops airbyte_sink_ops = {
    .stream_status = stream_status,
    .stream_failed = stream_failed,
    .slice_begin = slice_begin,
    .record = record,
    .page_end = page_end,
    .slice_end = slice_end,
    .state = state,
    .message = other_message,
};

struct spk_airbyte *spk_airbyte_create(int fd)
{
    struct spk_airbyte *out = spk_memory_zalloc(sizeof(*out));
    out->sink.ops = &airbyte_sink_ops;
    out->fd = fd;
    pthread_mutex_init(&out->lock, NULL);
    return out;
}

void spk_airbyte_destroy(struct spk_airbyte *out)
{
    if (!out)
        return;
    for (size_t i = 0; i < out->counts.len; i++)
        free(out->counts.entries[i].value);
    spk_map_deinit(&out->counts);
    pthread_mutex_destroy(&out->lock);
    free(out);
}

struct spk_sink *spk_airbyte_sink(struct spk_airbyte *out)
{
    return &out->sink;
}

spk_rc spk_airbyte_message(struct spk_airbyte *out, struct spk_value message, struct spk_error *err)
{
    return write_message(out, message, true, err);
}

static spk_rc write_single(struct spk_airbyte *out, const char *type, const char *field,
                           struct spk_value body, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value message = spk_message_typed(&arena, type);
    spk_set(message, field, body);
    spk_rc rc = write_message(out, message, true, err);
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_airbyte_spec(struct spk_airbyte *out, struct spk_value spec, struct spk_error *err)
{
    return write_single(out, "SPEC", "spec", spec, err);
}

spk_rc spk_airbyte_catalog(struct spk_airbyte *out, struct spk_value catalog, struct spk_error *err)
{
    return write_single(out, "CATALOG", "catalog", catalog, err);
}

spk_rc spk_airbyte_status(struct spk_airbyte *out, bool ok, struct spk_view message,
                          struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_value body = spk_dict_new(&arena);
    spk_set(body, "status", spk_str(ok ? "SUCCEEDED" : "FAILED"));
    if (message.len > 0)
        spk_set(body, "message", spk_string(message));
    spk_rc rc = write_single(out, "CONNECTION_STATUS", "connectionStatus", body, err);
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_airbyte_log(struct spk_airbyte *out, enum spk_level level, struct spk_view text,
                       struct spk_error *err)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    struct spk_arena arena = {0};
    struct spk_value body = spk_dict_new(&arena);
    spk_set(body, "level", spk_str(names[level]));
    spk_set(body, "message", spk_string(text));
    spk_rc rc = write_single(out, "LOG", "log", body, err);
    spk_arena_deinit(&arena);
    return rc;
}

static void log_event(void *context, enum spk_event event, enum spk_level level,
                      struct spk_view line)
{
    spk_airbyte_log(context, level, line, NULL);
}

struct spk_event_sink spk_airbyte_event_sink(struct spk_airbyte *out)
{
    return (struct spk_event_sink){.context = out, .write = log_event};
}
