#ifndef SPK_JSONSCHEMA_INTERNAL_H
#define SPK_JSONSCHEMA_INTERNAL_H
#include "jsonschema/jsonschema.h"

enum { SPK_JSONSCHEMA_MAX_DEPTH = 200 };

struct spk_check {
    struct spk_value root; /* for $ref */
    struct spk_arena *arena;
    struct spk_view *problem; /* NULL: nobody reads the text */
    int depth;
};

/* Judges `instance` by a whole schema. */
bool spk_check_schema(struct spk_check *check, struct spk_value schema, struct spk_value instance);
/* The same without a text: inside anyOf, not, if. */
bool spk_check_quietly(struct spk_check *check, struct spk_value schema, struct spk_value instance);
/* Equality of JSON: true is not 1, 1.0 is. */
bool spk_check_same(struct spk_value a, struct spk_value b);
/* Whether `pattern` is found in `text`; a pattern that does not compile matches everything. */
bool spk_check_pattern(struct spk_view pattern, struct spk_view text);
/* Sets the problem; returns false. Format values with spk_check_repr. */
bool spk_check_fail(struct spk_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *spk_check_repr(struct spk_check *check, struct spk_value value);

/* The keywords by what they look at. */
bool spk_check_any(struct spk_check *check, struct spk_value schema, struct spk_value instance);
bool spk_check_number(struct spk_check *check, struct spk_value schema, struct spk_value instance);
bool spk_check_string(struct spk_check *check, struct spk_value schema, struct spk_value instance);
bool spk_check_array(struct spk_check *check, struct spk_value schema, struct spk_value instance);
bool spk_check_object(struct spk_check *check, struct spk_value schema, struct spk_value instance);
bool spk_check_combined(struct spk_check *check, struct spk_value schema,
                        struct spk_value instance);

#endif
