#ifndef SPK_JSON_INTERNAL_H
#define SPK_JSON_INTERNAL_H
/* What the files of lib/json share. */
#include <yyjson.h>

#include "json/json.h"

struct spk_json_doc {
    struct spk_view text; /* the caller's page */
    char *copy;           /* where yyjson decodes strings in place */
    yyjson_doc *parsed;
    bool aligned;  /* byte i of the copy came from byte i of the text */
    bool standard; /* RFC 8259 */
};

/* A decoded page; the caller owns `copy`, or lends arena memory. */
struct parse_job {
    struct spk_view text;
    const struct spk_json_limits *limits;
    char *copy; /* text.len + YYJSON_PADDING_SIZE bytes */
    yyjson_doc *parsed;
    bool aligned;
    bool standard;
};
spk_rc spk_json_job_run(struct parse_job *job, struct spk_error *err);
/* EDATA where the text is larger than the limits allow. */
spk_rc spk_json_check_size(struct spk_view text, const struct spk_json_limits *limits,
                           struct spk_error *err);

/* Deep values from a node; texts are copied unless they live in the arena already. */
struct spk_value spk_json_build_value(struct spk_arena *arena, yyjson_val *val, bool copy_texts);

/*
 * Copies what Python's json would read besides RFC 8259 so that yyjson reads it: lone surrogate
 * escapes as three bytes. False where the text has other words than true, false, null, NaN,
 * Infinity.
 */
bool spk_json_relax(struct spk_view text, char *out, size_t *len);

/* JSON's white space. */
static inline bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *json_skip_blanks(const char *p, const char *end)
{
    while (p < end && json_is_blank(*p))
        p++;
    return p;
}

/* Room for n bytes, or NULL past the buffer's ceiling; the caller adds to out->len. */
static inline char *json_room(struct spk_buf *out, size_t n)
{
    if (out->limit == 0 && n < out->cap - out->len)
        return out->at + out->len;
    return spk_buf_reserve(out, n);
}

static inline void json_put(struct spk_buf *out, char c)
{
    char *room = json_room(out, 1);
    if (room) {
        *room = c;
        out->len++;
    }
}

/* Finds the end of a value that arrives in pieces: by its strings and brackets alone. */
struct json_skimmer {
    size_t depth; /* open brackets */
    bool in_string, escaped, is_scalar;
    bool done;
};
enum { JSON_SKIM_DEPTH = 1000 };
/* From the value's first byte on, which must be there. */
void spk_json_skim_begin(struct json_skimmer *skimmer, char first);
/* How many of the bytes are the value's; done where it ended. The depth may pass JSON_SKIM_DEPTH
 * only then. */
size_t spk_json_skim(struct json_skimmer *skimmer, struct spk_view bytes);

/* The end of the value that starts at p; valid JSON assumed. */
const char *spk_json_value_end(const char *p, const char *end);

#endif
