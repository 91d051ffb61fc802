#ifndef SPK_SOURCE_BUILD_INTERNAL_H
#define SPK_SOURCE_BUILD_INTERNAL_H
#include "source/component.h"

/* The type of a node: by "type", or for custom ones by the last part of "class_name". ECONFIG lists
 * what exists of that kind. */
spk_rc spk_component_type_of(const struct spk_build *build, struct spk_value node,
                             enum spk_component_kind kind, const struct spk_component_type **out,
                             struct spk_error *err);

#endif
