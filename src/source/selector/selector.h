#ifndef SPK_SOURCE_SELECTOR_SELECTOR_H
#define SPK_SOURCE_SELECTOR_SELECTOR_H
/* What the record selector uses beside its components. Internal to src/source. */
#include "source/kinds.h"

/* Casts the values of `record` (DICT, changed in place) to the types of a JSON schema, as the CDK's
 * default transformer: only where a property has exactly one type besides null; values that cannot
 * be cast stay. */
void spk_schema_normalize(struct spk_value record, struct spk_value schema,
                          struct spk_arena *arena);

#endif
