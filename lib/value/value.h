#ifndef SPK_VALUE_VALUE_H
#define SPK_VALUE_VALUE_H
/*
 * A tree of values: what YAML, JSON, XML and templates have in common. It follows Python's data
 * model, since manifests are written against it: ordered dicts whose keys may be any scalar, ints
 * of any size, tuples, instants. A value is small and passed by value; what it points to lives in
 * an arena, which the caller keeps alive. Containers are shared by reference, as in Python: copy
 * with spk_value_copy before changing what another may see. Not thread-safe for writers.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"

enum spk_kind {
    SPK_UNDEFINED, /* zero bytes: no value here (a missing key), unlike null */
    SPK_NULL,
    SPK_BOOL,
    SPK_INT,    /* fits int64 */
    SPK_BIGINT, /* decimal digits with optional '-', outside int64; text in .text */
    SPK_FLOAT,
    SPK_STRING,
    SPK_BYTES,
    SPK_LIST,
    SPK_TUPLE,
    SPK_DICT,
    SPK_DATETIME,  /* .time: civil, aware or naive */
    SPK_DATE,      /* .day */
    SPK_TIMEDELTA, /* .integer: microseconds */
};

struct spk_list;
struct spk_dict;

struct spk_value {
    uint8_t kind;  /* enum spk_kind */
    uint8_t flags; /* SPK_VALUE_* */
    uint32_t mark; /* where it stood in a text: spk_mark_make; 0 = unknown */
    union {
        bool boolean;
        int64_t integer;
        double number;
        int32_t day;
        const struct spk_civil *time;
        struct spk_list *list; /* LIST and TUPLE */
        struct spk_dict *dict;
        struct spk_view text; /* STRING, BYTES, BIGINT */
    };
};

enum {
    SPK_VALUE_QUOTED = 1, /* a quoted YAML scalar: never a number, a bool or null */
    SPK_VALUE_SAFE = 2,   /* markupsafe text of the template language */
};

struct spk_list {
    size_t len, cap;
    struct spk_value *items;
    struct spk_arena *arena;
};

struct spk_entry {
    struct spk_value key;
    struct spk_value value;
};

enum { SPK_DICT_PLAIN = 16 };

struct spk_dict {
    size_t len, cap;
    struct spk_entry *entries; /* insertion order */
    uint32_t *slots;           /* hash index, made when len passes SPK_DICT_PLAIN */
    size_t slot_count;
    struct spk_arena *arena;
};

/* Marks: line 1.., column 1.. (columns past 4095 are 4095; lines past 2^20 are unknown). */
static inline uint32_t spk_mark_make(unsigned line, unsigned column)
{
    return line >= (1u << 20) ? 0 : line << 12 | (column > 4095 ? 4095 : column);
}
static inline unsigned spk_mark_line(uint32_t mark)
{
    return mark >> 12;
}
static inline unsigned spk_mark_column(uint32_t mark)
{
    return mark & 4095;
}

/* Making values */
static inline struct spk_value spk_null(void)
{
    return (struct spk_value){.kind = SPK_NULL};
}
static inline struct spk_value spk_bool(bool b)
{
    return (struct spk_value){.kind = SPK_BOOL, .boolean = b};
}
static inline struct spk_value spk_int(int64_t n)
{
    return (struct spk_value){.kind = SPK_INT, .integer = n};
}
static inline struct spk_value spk_float(double n)
{
    return (struct spk_value){.kind = SPK_FLOAT, .number = n};
}
/* Borrows the view; spk_string_dup copies it into the arena. */
static inline struct spk_value spk_string(struct spk_view text)
{
    return (struct spk_value){.kind = SPK_STRING, .text = text};
}
static inline struct spk_value spk_str(const char *text)
{
    return spk_string(spk_view_of(text));
}
struct spk_value spk_string_dup(struct spk_arena *arena, struct spk_view text);
struct spk_value spk_list_new(struct spk_arena *arena);
struct spk_value spk_tuple_new(struct spk_arena *arena);
struct spk_value spk_dict_new(struct spk_arena *arena);
/* INT where it fits, BIGINT otherwise; `digits` = optional '-' and decimal digits, is copied. */
struct spk_value spk_integer_from_digits(struct spk_arena *arena, struct spk_view digits);

/* Lists and tuples */
static inline size_t spk_list_len(struct spk_value list)
{
    return list.list->len;
}
static inline struct spk_value spk_list_at(struct spk_value list, size_t i)
{
    return list.list->items[i];
}
void spk_list_append(struct spk_value list, struct spk_value item);
void spk_list_insert(struct spk_value list, size_t at, struct spk_value item);
void spk_list_remove(struct spk_value list, size_t at);

/* Dicts. Lookups by text; by value for any scalar key (1, 1.0 and True are one key, as in Python).
 */
static inline size_t spk_dict_len(struct spk_value dict)
{
    return dict.dict->len;
}
/* UNDEFINED where absent, also where `dict` is not a DICT (so lookups chain). */
struct spk_value spk_dict_get(struct spk_value dict, struct spk_view key);
static inline struct spk_value spk_get(struct spk_value dict, const char *key)
{
    return spk_dict_get(dict, spk_view_of(key));
}
struct spk_value *spk_dict_find(struct spk_value dict, struct spk_view key); /* NULL where absent */
struct spk_value spk_dict_get_value(struct spk_value dict, struct spk_value key);
/* Sets or replaces (a replaced key keeps its place). The key's text is borrowed. */
void spk_dict_set(struct spk_value dict, struct spk_view key, struct spk_value value);
static inline void spk_set(struct spk_value dict, const char *key, struct spk_value value)
{
    spk_dict_set(dict, spk_view_of(key), value);
}
void spk_dict_set_value(struct spk_value dict, struct spk_value key, struct spk_value value);
/* dict.update: nothing where `from` is no DICT. */
void spk_dict_update(struct spk_value dict, struct spk_value from);
/* A new dict with the same entries and mark; the values are shared. */
struct spk_value spk_dict_copy(struct spk_arena *arena, struct spk_value dict);
bool spk_dict_remove(struct spk_value dict, struct spk_view key); /* true when it was there */
bool spk_dict_remove_value(struct spk_value dict, struct spk_value key);

/* Questions */
static inline bool spk_is(struct spk_value v, enum spk_kind kind)
{
    return v.kind == kind;
}
static inline bool spk_is_defined(struct spk_value v)
{
    return v.kind != SPK_UNDEFINED;
}
static inline bool spk_is_nothing(struct spk_value v)
{
    return v.kind <= SPK_NULL;
}
static inline bool spk_is_number(struct spk_value v)
{
    return v.kind == SPK_INT || v.kind == SPK_BIGINT || v.kind == SPK_FLOAT;
}
bool spk_value_truthy(struct spk_value v);                    /* Python's bool(v) */
bool spk_value_equal(struct spk_value a, struct spk_value b); /* Python's ==, deep */
/* Python's <: *order -1 0 1, SPK_UNORDERED where a NaN takes part (every comparison is false then);
 * false where the kinds cannot be ordered (TypeError). */
enum { SPK_UNORDERED = 2 };
bool spk_value_compare(struct spk_value a, struct spk_value b, int *order);
const char *spk_value_type_name(struct spk_value v); /* Python's: str int float NoneType dict ... */
struct spk_view spk_value_text_or(struct spk_value v, const char *fallback); /* STRING's text */

/* Deep copy into another arena (texts too). */
struct spk_value spk_value_copy(struct spk_arena *arena, struct spk_value v);

/* Python's str(v) and repr(v), exact: floats shortest round-trip, quotes, escapes, isoformat. */
void spk_value_str(struct spk_buf *out, struct spk_value v);
void spk_value_repr(struct spk_buf *out, struct spk_value v);
/* repr(float) of Python: 1.0, 1e+16, nan, inf. */
void spk_float_repr(struct spk_buf *out, double number);
/* ast.literal_eval(text): true and *out on success, false where Python raises; the text then stays
 * text. Depth and size are bounded. False also for complex numbers (as in the CDK) and for what no
 * record can hold: bytes, sets, Ellipsis. */
bool spk_value_literal_eval(struct spk_arena *arena, struct spk_view text, struct spk_value *out);

/* UTF-8 that may hold surrogates, as Python's str may (three bytes each, "WTF-8"). */
/* Reads the code point at *at < end and moves *at; a byte that fits nowhere is 0xDC00 + byte, as
 * Python's surrogateescape has it. */
uint32_t spk_utf8_next(const char **at, const char *end);
/* Writes a code point; the number of bytes (1..4). */
size_t spk_utf8_encode(uint32_t code, char out[4]);
/* The letter in lower case, by the C library's tables whatever the locale of the process is. */
uint32_t spk_unicode_lower(uint32_t code);

/* Paths, as error messages show them: streams[3].retriever.requester */
struct spk_path {
    const struct spk_path *parent;
    struct spk_view key; /* of a dict, or empty: index */
    size_t index;
};
void spk_path_print(struct spk_buf *out, const struct spk_path *path);

/* dpath 2.2: walks `path` (a LIST of segments; fnmatch patterns, "**" any depth, ints and digit
 * texts index lists, negative ones from the end) and calls visit for each match, in dpath's order:
 * the matching children of a container, then what lies in them. visit returns false to stop. An
 * empty path matches nothing, as in dpath.values. */
typedef bool (*spk_dpath_visit)(void *context, struct spk_value *slot);
void spk_dpath_each(struct spk_value root, struct spk_value path, spk_dpath_visit visit,
                    void *context);
/* dpath.get: the single match (an empty path: root), UNDEFINED where there is none or more than
 * one. */
struct spk_value spk_dpath_get(struct spk_value root, struct spk_value path);
/* dpath.new: creates missing parents (a list where the next segment is an int or digits, else a
 * dict) and pads lists with null. False where dpath raises: a scalar in the way, a text as a list's
 * index, an index more than a million past the end. */
bool spk_dpath_set(struct spk_arena *arena, struct spk_value root, struct spk_value path,
                   struct spk_value value);
/* dpath.delete: the count. In a list only the last item goes; others become null. */
size_t spk_dpath_delete(struct spk_value root, struct spk_value path);
/* The same for the matches that judge condemns (its afilter); judge must not change them. */
typedef bool (*spk_dpath_judge)(void *context, const struct spk_value *match);
size_t spk_dpath_delete_if(struct spk_value root, struct spk_value path, spk_dpath_judge judge,
                           void *context);

#endif
