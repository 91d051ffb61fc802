#ifndef SPK_JSONSCHEMA_JSONSCHEMA_H
#define SPK_JSONSCHEMA_JSONSCHEMA_H
/*
 * JSON Schema draft 7 over value trees, as Python's jsonschema.validate judges: all keywords of the
 * validation vocabulary, local $ref, no formats (they are annotations). Keywords of a wrong shape
 * are ignored. Texts are worded like jsonschema's; of several errors the one nearest to the top is
 * told.
 */
#include "value/value.h"

/* False and a *problem (in `arena`; may be NULL) that names the value and the rule, else true. */
bool spk_jsonschema_valid(struct spk_value schema, struct spk_value instance,
                          struct spk_arena *arena, struct spk_view *problem);
/* What a $ref of the same document names, "#/definitions/x"; UNDEFINED where it leads nowhere. */
struct spk_value spk_jsonschema_refer(struct spk_value root, struct spk_view reference);

#endif
