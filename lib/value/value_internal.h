#ifndef SPK_VALUE_INTERNAL_H
#define SPK_VALUE_INTERNAL_H
/* What the files of lib/value share. */
#include "value/value.h"

enum {
    VALUE_MAX_DEPTH = 1000, /* walks stop here: containers are shared, so a tree may hold itself */
};

/* Equal values (Python's ==) have equal hashes, whatever their kinds. */
uint64_t spk_value_hash(struct spk_value v);

/* Python's hash() would accept it: no list or dict inside. */
bool spk_value_is_hashable(struct spk_value v);

/* The value's place, or NULL. */
struct spk_value *spk_dict_find_value(struct spk_value dict, struct spk_value key);

/* Drops the entries for which keep says false, in one pass. The count of dropped ones. */
typedef bool (*spk_dict_keep)(void *context, const struct spk_entry *entry);
size_t spk_dict_filter(struct spk_dict *dict, spk_dict_keep keep, void *context);

/* Python's str.isprintable for one code point. */
bool spk_unicode_is_printable(uint32_t code);

/* Reads one code point at *at (moves it); an invalid byte gives 0xDC00 + byte, as surrogateescape.
 * Encoded surrogates (WTF-8) are read as what they are. */
uint32_t spk_utf8_next(const char **at, const char *end);
/* Writes a code point, surrogates included; the number of bytes (1..4). */
size_t spk_utf8_encode(uint32_t code, char out[4]);

/* Python's int(text): blanks around, sign, single underscores. Past int64 it is clamped. */
bool spk_python_int(struct spk_view text, int64_t *out);

/* fnmatch.fnmatchcase(text, pattern) */
bool spk_fnmatch(struct spk_view text, struct spk_view pattern);

#endif
