#ifndef SPK_SOURCE_CUSTOM_ROWS_H
#define SPK_SOURCE_CUSTOM_ROWS_H
/* What the extractors of report rows share: strictness, names that repeat, the envelope. */
#include "source/kinds.h"

enum spk_duplicates {
    SPK_DUPLICATES_NUMBER,
    SPK_DUPLICATES_FIRST,
    SPK_DUPLICATES_LAST,
    SPK_DUPLICATES_LIST
};
extern const char *const spk_duplicates_names[];

/* Adds a column; a name that is there already becomes NAME_2, is kept, replaced or made a list. */
void spk_row_put(struct spk_arena *arena, struct spk_value row, struct spk_view name,
                 struct spk_value value, enum spk_duplicates policy);
/* The value at a path (LIST of object keys), UNDEFINED where there is none. */
struct spk_value spk_row_walk(struct spk_value document, struct spk_value path);
/* "data.values", or "the top". */
struct spk_view spk_row_path_text(struct spk_arena *arena, struct spk_value path);
/* The body as a JSON tree; EDATA where it is none: an answer that cannot be read is never empty. */
spk_rc spk_row_document(struct spk_response *response, struct spk_value *out,
                        struct spk_error *err);
/* Gives the row, inside {envelope: row} where an envelope is named, to the visitor. */
spk_rc spk_row_visit(struct spk_value row, struct spk_view envelope, struct spk_arena *arena,
                     const struct spk_record_visitor *to, struct spk_error *err);

#endif
