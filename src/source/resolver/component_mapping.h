#ifndef SPK_SOURCE_RESOLVER_COMPONENT_MAPPING_H
#define SPK_SOURCE_RESOLVER_COMPONENT_MAPPING_H
/* ComponentMappingDefinition: what becomes of one field of a stream template. Internal to
 * src/source. */
#include "source/kinds.h"

extern const struct spk_component_type spk_type_component_mapping_definition;

/* How a resolver reads the values that its mappings give. */
enum spk_mapping_rule {
    SPK_MAPPING_PLAIN,       /* as they are; only fields that are there are set, always */
    SPK_MAPPING_YAML,        /* texts are YAML */
    SPK_MAPPING_CONDITIONAL, /* the same, but for value_type string; mappings have conditions */
};

/* Each of `mappings` (struct of ComponentMappingDefinition) fits the rule. */
spk_rc spk_mappings_check(const struct spk_build *build, const struct spk_components *mappings,
                          enum spk_mapping_rule rule, struct spk_error *err);

struct spk_mapping_input {
    const struct spk_components *mappings;
    enum spk_mapping_rule rule;
    struct spk_value values;       /* what templates see as components_values */
    const struct spk_slice *slice; /* or NULL */
};
/* Hands a copy of the template with all mappings done to its visitor. */
spk_rc spk_mappings_apply(const struct spk_mapping_input *input,
                          const struct spk_stream_template *template, struct spk_error *err);

#endif
