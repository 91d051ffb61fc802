#ifndef SPK_SOURCE_SCHEMA_SCHEMA_TYPE_H
#define SPK_SOURCE_SCHEMA_SCHEMA_TYPE_H
/* SchemaTypeIdentifier: where a description of fields has their names and types, and what its types
 * are in JSON schemas. Internal to src/source. */
#include "source/exchange.h"

/* The list of fields in `description`; UNDEFINED where there is none at its place. */
spk_rc spk_schema_fields(struct spk_component *identifier, struct spk_value description,
                         struct spk_arena *arena, struct spk_value *fields, struct spk_error *err);
/* Name and JSON schema (in `arena`) of one of them. EDATA where it has no name or an unknown type.
 */
spk_rc spk_schema_field(struct spk_component *identifier, struct spk_value field,
                        struct spk_arena *arena, struct spk_entry *out, struct spk_error *err);

/* A field as it is described, and what that says of its type. */
struct spk_described {
    struct spk_value field, type;
};
/* TypesMap: whether it stands for the type of this field. */
spk_rc spk_types_map_matches(struct spk_component *map, const struct spk_described *described,
                             struct spk_arena *arena, bool *matches, struct spk_error *err);
/* The JSON schema of its target_type. */
spk_rc spk_types_map_target(struct spk_component *map, struct spk_arena *arena,
                            struct spk_value *schema, struct spk_error *err);
/* The JSON schema of a type as such descriptions name it: a text, or a list of two. */
spk_rc spk_schema_of_type(struct spk_arena *arena, struct spk_value type, struct spk_value *schema,
                          struct spk_error *err);

#endif
