#include "base/event.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/time.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { LONGEST_LINE = 64 * 1024 };

static const struct {
    const char *name;
    enum spk_level level;
} events[] = {
#define SPK_EVENT(id, name_, level_, help) [SPK_EVENT_##id] = {name_, level_},
#include "base/events.def"
#undef SPK_EVENT
};

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static struct spk_event_sink sink;
static atomic_int least_level = SPK_INFO;

const char *spk_event_name(enum spk_event event)
{
    return events[event].name;
}

enum spk_level spk_event_level(enum spk_event event)
{
    return events[event].level;
}

void spk_event_set_level(enum spk_level least)
{
    atomic_store(&least_level, (int)least);
}

void spk_event_set_sink(const struct spk_event_sink *to)
{
    pthread_mutex_lock(&sink_lock);
    sink = to ? *to : (struct spk_event_sink){0};
    pthread_mutex_unlock(&sink_lock);
}

/* Quotes, backslashes and control characters make a value that must stand in quotes; so do blanks
 * and "=", which would end it. */
static bool is_plain(struct spk_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7F || c == '"' || c == '\\' || c == '=') {
            return false;
        }
    }
    return text.len > 0;
}

static void append_quoted(struct spk_buf *line, struct spk_view text)
{
    spk_buf_append_char(line, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\') {
            spk_buf_append_char(line, '\\');
            spk_buf_append_char(line, (char)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            spk_buf_append_str(line, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        } else if (c < ' ' || c == 0x7F) {
            spk_buf_printf(line, "\\u%04x", c);
        } else {
            spk_buf_append_char(line, (char)c);
        }
    }
    spk_buf_append_char(line, '"');
}

/* The fewest digits that give the same number again. */
static void append_double(struct spk_buf *line, double number)
{
    size_t start = line->len;
    for (int digits = 15; digits <= 17; digits++) {
        line->len = start;
        spk_buf_printf(line, "%.*g", digits, number);
        if (!isfinite(number) || strtod(spk_buf_cstr(line) + start, NULL) == number) {
            return;
        }
    }
}

static void append_field(struct spk_buf *line, const struct spk_event_field *field)
{
    spk_buf_append_char(line, ' ');
    spk_buf_append_str(line, field->name);
    spk_buf_append_char(line, '=');
    if (field->kind == SPK_FIELD_INT) {
        spk_buf_append_i64(line, field->integer);
    } else if (field->kind == SPK_FIELD_DOUBLE) {
        append_double(line, field->number);
    } else if (is_plain(field->text)) {
        spk_buf_append(line, field->text);
    } else {
        append_quoted(line, field->text);
    }
}

static void write_stderr(enum spk_level level, struct spk_view line)
{
    static const char *const levels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    struct spk_arena arena = {0};
    struct spk_buf out = {0};
    spk_buf_append(&out, spk_iso_format_us(&arena, spk_time_now_us()));
    spk_buf_printf(&out, " %s ", levels[level]);
    spk_buf_append(&out, line);
    spk_buf_append_char(&out, '\n');
    /* Nobody is left to tell when stderr is gone. */
    ssize_t ignored = write(STDERR_FILENO, out.at, out.len);
    (void)ignored;
    spk_buf_deinit(&out);
    spk_arena_deinit(&arena);
}

void spk_event_emit(enum spk_event event, const struct spk_event_field *fields, size_t count)
{
    enum spk_level level = spk_event_level(event);
    if ((int)level < atomic_load(&least_level)) {
        return;
    }
    struct spk_buf line = {0};
    spk_buf_append_str(&line, spk_event_name(event));
    for (size_t i = 0; i < count; i++) {
        append_field(&line, &fields[i]);
    }
    /* Cut only what is redacted: half a secret would not be recognised. */
    spk_secret_redact(&line);
    struct spk_view text = spk_view_slice(spk_buf_view(&line), 0, LONGEST_LINE);
    pthread_mutex_lock(&sink_lock);
    if (sink.write) {
        sink.write(sink.context, event, level, text);
    } else {
        write_stderr(level, text);
    }
    pthread_mutex_unlock(&sink_lock);
    spk_buf_deinit(&line);
}
