#ifndef SPK_SOURCE_EXTRACTOR_EXPANDER_H
#define SPK_SOURCE_EXTRACTOR_EXPANDER_H
/* RecordExpander: the items of a list inside a record become records. Internal to src/source. */
#include "source/kinds.h"

/* Hands what becomes of `record` (any value) to the visitor. Items may share its parts. */
spk_rc spk_record_expand(struct spk_component *expander, const struct spk_scope *scope,
                         struct spk_value record, const struct spk_record_visitor *to,
                         struct spk_error *err);

/* ParentFieldPath: copies a field of the parent onto `child` (DICT, in `arena`). */
spk_rc spk_parent_field_copy(struct spk_component *field, struct spk_value parent,
                             struct spk_arena *arena, struct spk_value child,
                             struct spk_error *err);

#endif
