#ifndef SPK_BASE_EVENT_H
#define SPK_BASE_EVENT_H
/*
 * Events: the one list of what the program says while it runs (events.def). An event has a name
 * noun.verb, a level and named fields; it is written as key=value on stderr, or goes to a sink the
 * program sets (Airbyte LOG messages, JSON lines). lib/ never emits: it returns errors. Every field
 * value is redacted. Thread-safe.
 */
#include "base/view.h"

enum spk_level { SPK_DEBUG, SPK_INFO, SPK_WARN, SPK_ERROR };

enum spk_event {
#define SPK_EVENT(id, name, level, help) SPK_EVENT_##id,
#include "base/events.def"
#undef SPK_EVENT
    SPK_EVENT_COUNT
};

struct spk_event_field {
    const char *name;
    enum { SPK_FIELD_TEXT, SPK_FIELD_INT, SPK_FIELD_DOUBLE } kind;
    struct spk_view text;
    int64_t integer;
    double number;
};

#define SPK_TEXT(name_, view_)                                                                     \
    ((struct spk_event_field){.name = (name_), .kind = SPK_FIELD_TEXT, .text = (view_)})
#define SPK_INT(name_, n_)                                                                         \
    ((struct spk_event_field){.name = (name_), .kind = SPK_FIELD_INT, .integer = (n_)})
#define SPK_DOUBLE(name_, n_)                                                                      \
    ((struct spk_event_field){.name = (name_), .kind = SPK_FIELD_DOUBLE, .number = (n_)})
/* spk_event_emit(SPK_EVENT_X, SPK_FIELDS(SPK_INT("rows", 5), SPK_TEXT("stream", name))) */
#define SPK_FIELDS(...)                                                                            \
    (const struct spk_event_field[]){__VA_ARGS__},                                                 \
        sizeof((const struct spk_event_field[]){__VA_ARGS__}) / sizeof(struct spk_event_field)

struct spk_event_sink {
    void *context;
    /* `line` is "noun.verb key=value ..." redacted, no newline. Called under a lock. */
    void (*write)(void *context, enum spk_event event, enum spk_level level, struct spk_view line);
};

void spk_event_emit(enum spk_event event, const struct spk_event_field *fields, size_t count);
void spk_event_set_sink(const struct spk_event_sink *sink); /* NULL: stderr */
void spk_event_set_level(enum spk_level least);
const char *spk_event_name(enum spk_event event);
enum spk_level spk_event_level(enum spk_event event);

#endif
