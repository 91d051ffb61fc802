#ifndef SPK_CONNECTOR_LINT_INTERNAL_H
#define SPK_CONNECTOR_LINT_INTERNAL_H
#include "base/map.h"
#include "connector/connector.h"
#include "source/component.h"

struct spk_lint {
    const struct spk_manifest *manifest;
    struct spk_findings *findings;
};

void spk_lint_find(struct spk_lint *lint, struct spk_value at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A component: a mapping with the name of a type (a JSON schema's types are in lower case), or with
 * a class. */
bool spk_lint_is_component(struct spk_value node);
/* Of a component: its type, or the last part of its class. */
struct spk_view spk_lint_type(struct spk_value component);
/* A type of that name, of any kind; NULL where none has a table. */
const struct spk_component_type *spk_lint_find_type(struct spk_view name);
/* Whether any kind of that type has a property of that name. */
bool spk_lint_has_prop(struct spk_view type, struct spk_view name);

/* Visits all components of a tree, outer ones first; schemas are not looked into. */
typedef void (*spk_lint_visit)(struct spk_lint *lint, struct spk_value component, void *context);
void spk_lint_each(struct spk_lint *lint, struct spk_value tree, spk_lint_visit visit,
                   void *context);
/* The same for the parts of the manifest that are read. */
spk_rc spk_lint_each_component(struct spk_lint *lint, spk_lint_visit visit, void *context,
                               struct spk_error *err);

/* The rules. */
spk_rc spk_lint_fields(struct spk_lint *lint, struct spk_error *err);
spk_rc spk_lint_parameters(struct spk_lint *lint, struct spk_error *err);
spk_rc spk_lint_proofs(struct spk_lint *lint, struct spk_error *err);
spk_rc spk_lint_secrets(struct spk_lint *lint, struct spk_error *err);
void spk_lint_definitions(struct spk_lint *lint);
void spk_lint_templates(struct spk_lint *lint);

#endif
