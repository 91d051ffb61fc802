#ifndef SPK_SOURCE_TRANSFORM_REMOVE_FIELDS_H
#define SPK_SOURCE_TRANSFORM_REMOVE_FIELDS_H
/* What RemoveFields and ConfigRemoveFields are told: the same, about a record and about the config.
 * Internal to src/source. */
#include "source/kinds.h"

struct spk_remove_fields {
    struct spk_component base;
    struct spk_value field_pointers;       /* LIST of LISTs; globs match keys */
    struct spk_template_string *condition; /* or NULL */
};

extern const struct spk_prop spk_remove_fields_props[];
spk_rc spk_remove_fields_finish(struct spk_component *base, const struct spk_build *build,
                                struct spk_error *err);

#endif
