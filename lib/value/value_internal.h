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

/* Python's int(text): blanks around, sign, single underscores. Past int64 it is clamped. */
bool spk_python_int(struct spk_view text, int64_t *out);

/* fnmatch.fnmatchcase(text, pattern) */
bool spk_fnmatch(struct spk_view text, struct spk_view pattern);

#endif
