#ifndef SPK_SOURCE_TRANSFORM_ADDED_FIELD_H
#define SPK_SOURCE_TRANSFORM_ADDED_FIELD_H
/* AddedFieldDefinition, for who adds fields: to a record, or to a config. Internal to src/source.
 */
#include "source/exchange.h"

struct spk_adding {
    const struct spk_scope *scope;
    const struct spk_component *owner; /* of the condition */
    struct spk_template_string *condition;
    struct spk_record *record; /* what gets the fields, or NULL: */
    struct spk_value root;     /* DICT */
};

/* Evaluates the field and sets it where the condition (NULL: none) holds. */
spk_rc spk_added_field_apply(struct spk_component *field, const struct spk_adding *adding,
                             struct spk_error *err);

#endif
