/*
 * The items of a document that arrives in pieces. Only what may lead to an item is walked through:
 * a value whose prefix is not the beginning of the wanted one is skimmed over.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "json/json_internal.h"

enum state {
    AT_VALUE,     /* or, in an array that has just begun, its end */
    AT_KEY,       /* or, in an object that has just begun, its end */
    IN_KEY,       /* behind its opening quote */
    AT_COLON,     /* behind a key */
    IN_VALUE,     /* which is skimmed */
    BEHIND_VALUE, /* a comma or the container's end */
    BEHIND_ALL,   /* white space */
};

enum { NO_MATCH = -1, MAX_TOKEN = 64 << 10 };
#define DEFAULT_ITEM ((size_t)1 << 30)

/* A container on the way to items. */
struct frame {
    bool is_array;
    ptrdiff_t match; /* bytes of the wanted prefix that its own prefix is */
};

struct spk_json_stream {
    struct spk_view prefix; /* in the arena */
    size_t max_item;
    struct frame *frames; /* never more than the prefix has parts, and the root */
    size_t depth;
    enum state state;
    bool just_begun; /* the container may end at once */
    ptrdiff_t match; /* of the value at hand */
    bool escaped;    /* in a key */
    struct json_skimmer skimmer;
    struct spk_buf token; /* the key, or a scalar that is no item */
    struct spk_buf item;  /* of several pieces */
    struct spk_view piece;
    size_t at;
    uint64_t before; /* bytes of the pieces before */
    struct spk_arena arena;
};

struct spk_json_stream *spk_json_stream_create(struct spk_view prefix, size_t max_item)
{
    struct spk_json_stream *stream = spk_memory_zalloc(sizeof(*stream));
    size_t parts = 2;
    for (size_t i = 0; i < prefix.len; i++)
        parts += prefix.at[i] == '.';
    stream->prefix = spk_arena_dup(&stream->arena, prefix);
    stream->frames = spk_arena_array(&stream->arena, parts, sizeof(*stream->frames));
    stream->max_item = max_item ? max_item : DEFAULT_ITEM;
    spk_buf_init(&stream->item, stream->max_item);
    spk_buf_init(&stream->token, MAX_TOKEN);
    return stream;
}

void spk_json_stream_destroy(struct spk_json_stream *stream)
{
    if (!stream)
        return;
    spk_buf_deinit(&stream->token);
    spk_buf_deinit(&stream->item);
    spk_arena_deinit(&stream->arena);
    free(stream);
}

void spk_json_stream_push(struct spk_json_stream *stream, struct spk_view piece)
{
    stream->before += stream->piece.len;
    stream->piece = piece;
    stream->at = 0;
}

static spk_rc fail(const struct spk_json_stream *stream, const char *what, struct spk_error *err)
{
    return spk_error_set(err, SPK_EDATA, "byte %" PRIu64 ": %s", stream->before + stream->at, what);
}

/* The prefix of a member of the innermost container. */
static ptrdiff_t match_member(const struct spk_json_stream *stream, struct spk_view part)
{
    struct spk_view rest = spk_view_slice(
        stream->prefix, (size_t)stream->frames[stream->depth - 1].match, stream->prefix.len);
    size_t joint = stream->depth > 1;
    if (joint && !spk_view_starts(rest, SPK_V(".")))
        return NO_MATCH;
    if (!spk_view_starts(spk_view_slice(rest, joint, rest.len), part))
        return NO_MATCH;
    return (ptrdiff_t)(stream->prefix.len - rest.len + joint + part.len);
}

static bool is_item(const struct spk_json_stream *stream)
{
    return stream->match == (ptrdiff_t)stream->prefix.len;
}

static void end_value(struct spk_json_stream *stream)
{
    stream->state = stream->depth > 0 ? BEHIND_VALUE : BEHIND_ALL;
    stream->just_begun = false;
}

static void open_container(struct spk_json_stream *stream, bool is_array)
{
    stream->frames[stream->depth++] = (struct frame){is_array, stream->match};
    stream->state = is_array ? AT_VALUE : AT_KEY;
    stream->just_begun = true;
    if (is_array)
        stream->match = match_member(stream, SPK_V("item"));
    stream->at++;
}

static spk_rc close_container(struct spk_json_stream *stream, char c, struct spk_error *err)
{
    bool is_array = stream->depth > 0 && stream->frames[stream->depth - 1].is_array;
    if (stream->depth == 0 || c != (is_array ? ']' : '}'))
        return fail(stream, "a value, a comma or the container's end is expected", err);
    stream->depth--;
    stream->at++;
    end_value(stream);
    return SPK_OK;
}

static spk_rc begin_value(struct spk_json_stream *stream, char c, struct spk_error *err)
{
    bool in_array = stream->depth > 0 && stream->frames[stream->depth - 1].is_array;
    if (stream->just_begun && in_array && c == ']')
        return close_container(stream, c, err);
    /* What is no value at all must not pass for a skipped one. */
    if (!memchr("{[\"-0123456789tfn", c, 17))
        return fail(stream, "no JSON value begins like this", err);
    bool leads_on = stream->match >= 0 && !is_item(stream);
    if (leads_on && (c == '{' || c == '[')) {
        open_container(stream, c == '[');
        return SPK_OK;
    }
    spk_json_skim_begin(&stream->skimmer, c);
    spk_buf_clear(&stream->item);
    spk_buf_clear(&stream->token);
    stream->state = IN_VALUE;
    return SPK_OK;
}

/* A scalar between items must be one; an item is parsed by the caller. */
static spk_rc check_scalar(const struct spk_json_stream *stream, struct spk_error *err)
{
    struct spk_json_doc *doc = NULL;
    if (!stream->skimmer.is_scalar)
        return SPK_OK;
    if (spk_json_doc_parse(spk_buf_view(&stream->token), NULL, &doc, NULL))
        return fail(stream, "no JSON value ends here", err);
    spk_json_doc_destroy(doc);
    return SPK_OK;
}

/* *item where one ended in this piece. */
static spk_rc go_through_value(struct spk_json_stream *stream, struct spk_view *item,
                               struct spk_error *err)
{
    struct spk_view rest = spk_view_slice(stream->piece, stream->at, stream->piece.len);
    size_t len = spk_json_skim(&stream->skimmer, rest);
    struct spk_view part = spk_view_slice(rest, 0, len);
    stream->at += len;
    if (stream->skimmer.depth > JSON_SKIM_DEPTH)
        return fail(stream, "nested too deeply", err);
    if (!is_item(stream)) {
        if (stream->skimmer.is_scalar)
            spk_buf_append(&stream->token, part);
        if (!stream->skimmer.done)
            return SPK_OK;
        end_value(stream);
        return check_scalar(stream, err);
    }
    bool is_whole = stream->skimmer.done && stream->item.len == 0;
    if (!is_whole)
        spk_buf_append(&stream->item, part);
    if (stream->item.overflow || part.len > stream->max_item)
        return fail(stream, "the item is too large", err);
    if (stream->skimmer.done) {
        *item = is_whole ? part : spk_buf_view(&stream->item);
        end_value(stream);
    }
    return SPK_OK;
}

static spk_rc end_key(struct spk_json_stream *stream, struct spk_error *err)
{
    struct spk_view key = spk_view_slice(spk_buf_view(&stream->token), 1, stream->token.len - 1);
    struct spk_arena arena = {0};
    struct spk_value decoded = spk_string(key);
    spk_rc rc = SPK_OK;
    if (spk_view_find(key, SPK_V("\\"), 0) >= 0 &&
        spk_json_parse(&arena, spk_buf_view(&stream->token), NULL, &decoded, NULL))
        rc = fail(stream, "the key is no string", err);
    if (!rc)
        stream->match = match_member(stream, decoded.text);
    spk_arena_deinit(&arena);
    stream->state = AT_COLON;
    return rc;
}

/* Its quotes are kept: the token is a JSON string. */
static spk_rc go_through_key(struct spk_json_stream *stream, struct spk_error *err)
{
    while (stream->at < stream->piece.len) {
        char c = stream->piece.at[stream->at++];
        spk_buf_append_char(&stream->token, c);
        if (stream->token.overflow)
            return fail(stream, "the key is too long", err);
        if (c == '"' && !stream->escaped)
            return end_key(stream, err);
        stream->escaped = c == '\\' && !stream->escaped;
    }
    return SPK_OK;
}

static spk_rc begin_key(struct spk_json_stream *stream, char c, struct spk_error *err)
{
    if (stream->just_begun && c == '}')
        return close_container(stream, c, err);
    if (c != '"')
        return fail(stream, "a key is expected", err);
    spk_buf_clear(&stream->token);
    spk_buf_append_char(&stream->token, c);
    stream->escaped = false;
    stream->state = IN_KEY;
    stream->at++;
    return SPK_OK;
}

static spk_rc pass_comma(struct spk_json_stream *stream, char c, struct spk_error *err)
{
    const struct frame *frame = &stream->frames[stream->depth - 1];
    if (c != ',')
        return close_container(stream, c, err);
    stream->at++;
    stream->state = frame->is_array ? AT_VALUE : AT_KEY;
    if (frame->is_array)
        stream->match = match_member(stream, SPK_V("item"));
    return SPK_OK;
}

static spk_rc step(struct spk_json_stream *stream, char c, struct spk_view *item,
                   struct spk_error *err)
{
    switch (stream->state) {
    case IN_VALUE: return go_through_value(stream, item, err);
    case IN_KEY: return go_through_key(stream, err);
    default: break;
    }
    if (json_is_blank(c)) {
        stream->at++;
        return SPK_OK;
    }
    switch (stream->state) {
    case AT_VALUE: return begin_value(stream, c, err);
    case AT_KEY: return begin_key(stream, c, err);
    case BEHIND_VALUE: return pass_comma(stream, c, err);
    case AT_COLON:
        if (c != ':')
            return fail(stream, "a colon is expected", err);
        stream->at++;
        stream->state = AT_VALUE;
        stream->just_begun = false;
        return SPK_OK;
    default: return fail(stream, "text behind the document", err);
    }
}

spk_rc spk_json_stream_next(struct spk_json_stream *stream, struct spk_view *item,
                            struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    *item = (struct spk_view){0};
    while (!rc && !item->at && stream->at < stream->piece.len)
        rc = step(stream, stream->piece.at[stream->at], item, err);
    return rc;
}

spk_rc spk_json_stream_finish(const struct spk_json_stream *stream, struct spk_error *err)
{
    bool root_scalar = stream->state == IN_VALUE && stream->depth == 0 && stream->skimmer.is_scalar;
    if (stream->state == BEHIND_ALL)
        return SPK_OK;
    if (root_scalar)
        return check_scalar(stream, err);
    return fail(stream, "the document ends too early", err);
}
