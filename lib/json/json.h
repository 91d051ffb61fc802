#ifndef SPK_JSON_JSON_H
#define SPK_JSON_JSON_H
/*
 * JSON: RFC 8259 through yyjson, plus what Python's json reads (NaN, Infinity) where asked.
 * Duplicate keys: the last one wins. Depth, size and number of values are bounded; errors give
 * line:column.
 *
 * Two ways in: spk_json_parse makes a value tree; struct spk_json_doc keeps the parsed page and
 * gives borrowed nodes, with the original bytes of a node, for records that nobody changes.
 */
#include "value/value.h"

/*
 * Without allow_nan a text is what orjson (and RFC 8259) accepts. With it also what Python's json
 * accepts: NaN, Infinity and -Infinity, numbers past the range of a double (infinite), lone
 * surrogates in \u escapes (kept; they are written as escapes again). A byte order mark, invalid
 * UTF-8, raw control characters and trailing commas are EDATA always.
 */
struct spk_json_limits {
    size_t max_bytes; /* 0: 2 GiB */
    size_t max_depth; /* 0: 512; at most 1000 */
    bool allow_nan;   /* as Python's json */
    bool big_float;   /* integers past 64 bits become floats, as in orjson; otherwise exact */
};

/* EDATA "line:column: what" for bad text. Strings are copied into the arena. */
spk_rc spk_json_parse(struct spk_arena *arena, struct spk_view text,
                      const struct spk_json_limits *limits, struct spk_value *out,
                      struct spk_error *err);

/* Whether brackets nest deeper: tells a bomb from text that is no JSON. */
bool spk_json_nests_deeper(struct spk_view text, size_t depth);

/* A parsed page. The text must outlive the document. One reader thread per document. */
struct spk_json_doc;
struct spk_json_node {
    const void *at; /* NULL: no such node */
};
/* Options NULL = defaults. *out is destroyed by the caller. */
spk_rc spk_json_doc_parse(struct spk_view text, const struct spk_json_limits *limits,
                          struct spk_json_doc **out, struct spk_error *err);
void spk_json_doc_destroy(struct spk_json_doc *doc);
/* False where allow_nan was needed: original bytes of the page are then not JSON for everyone. */
bool spk_json_doc_is_standard(const struct spk_json_doc *doc);
struct spk_json_node spk_json_doc_root(const struct spk_json_doc *doc);
enum spk_kind spk_json_node_kind(struct spk_json_node node);
struct spk_json_node spk_json_node_get(struct spk_json_node object, struct spk_view key);
struct spk_json_node spk_json_node_at(struct spk_json_node array, size_t index);
size_t spk_json_node_len(struct spk_json_node container);
struct spk_view spk_json_node_text(struct spk_json_node string); /* decoded; empty for others */
/* Whether a field of the object is null itself; nulls further down do not count. */
bool spk_json_node_has_null(struct spk_json_node object);
bool spk_json_node_i64(struct spk_json_node node, int64_t *out);
bool spk_json_node_double(struct spk_json_node node, double *out); /* any number */
/* A value tree of its own; UNDEFINED for no node. */
struct spk_value spk_json_node_value(struct spk_arena *arena, struct spk_json_node node);
/* The same, faster: its texts are those of the document, which must outlive the value. */
struct spk_value spk_json_node_value_borrowed(struct spk_arena *arena, struct spk_json_node node);

/*
 * The items of an array with their original bytes, in one forward pass over the text:
 *   spk_json_items_init(&it, doc, path, n); while (spk_json_items_next(&it)) use(it.node, it.text);
 * `path` names object keys from the root to the array (n = 0: the root itself). An object or a
 * scalar at the path is one item unless it is empty in Python's sense ({} "" 0 false null): then,
 * and where nothing is there, no item.
 */
struct spk_json_items {
    struct spk_json_node node; /* the item */
    struct spk_view text;      /* its bytes in the page, without surrounding white space */
    /* private */
    const char *scan;
    const char *end;
    const void *next;
    size_t left;
    ptrdiff_t shift;
    bool aligned;
    bool is_root; /* the item is the whole document: only white space is behind it */
};
void spk_json_items_init(struct spk_json_items *items, const struct spk_json_doc *doc,
                         const struct spk_view *path, size_t n);
bool spk_json_items_next(struct spk_json_items *items);

/*
 * The values at one prefix of a document that arrives in pieces, in memory that does not grow with
 * it:
 *   create; { push; while (next gives an item) use it; } ...; finish; destroy
 * A prefix is ijson's: the keys from the root joined by dots, "item" for the elements of an array,
 * so "data.users.item" are those of {"data": {"users": [...]}}. Every value that has the prefix is
 * an item, what is inside it is none. Items are whole values, still to be parsed; what is left out
 * is only checked for strings and brackets. EDATA names the byte. One thread per handle.
 */
struct spk_json_stream;
/* max_item: bytes of one item; 0: 1 GiB. The prefix is copied and not empty. */
struct spk_json_stream *spk_json_stream_create(struct spk_view prefix, size_t max_item);
void spk_json_stream_destroy(struct spk_json_stream *stream);
/* The piece must live until next gave nothing. */
void spk_json_stream_push(struct spk_json_stream *stream, struct spk_view piece);
/* *item lives until the next call; at NULL: push more. */
spk_rc spk_json_stream_next(struct spk_json_stream *stream, struct spk_view *item,
                            struct spk_error *err);
/* No more pieces: EDATA where the document is not whole. */
spk_rc spk_json_stream_finish(const struct spk_json_stream *stream, struct spk_error *err);

/* Length of the JSON value that starts at text.at (valid JSON assumed, leading space skipped). */
struct spk_view spk_json_skip_value(struct spk_view text, size_t *consumed);

enum {
    SPK_JSON_SPACED = 1, /* ", " and ": ", as Python's json.dumps */
    SPK_JSON_ASCII = 2,  /* \uXXXX for everything outside ASCII (ensure_ascii) */
    SPK_JSON_SORTED = 4, /* keys sorted by code point */
    SPK_JSON_PRETTY = 8, /* two spaces, for files that people read */
    SPK_JSON_NAN = 16,   /* NaN and Infinity as Python prints them; otherwise null (orjson) */
};
/*
 * Byte for byte what orjson.dumps(value, default=str) writes; with SPACED what json.dumps(value,
 * default=str, ensure_ascii=ASCII) writes, floats and dates included. Any scalar may be a key; an
 * undefined value is null; invalid UTF-8 becomes U+FFFD.
 */
void spk_json_write(struct spk_buf *out, struct spk_value value, unsigned flags);
void spk_json_write_string(struct spk_buf *out, struct spk_view text, unsigned flags);

#endif
