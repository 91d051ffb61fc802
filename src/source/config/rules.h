#ifndef SPK_SOURCE_CONFIG_RULES_H
#define SPK_SOURCE_CONFIG_RULES_H
/* config_normalization_rules of a spec: what becomes of a config before it is used. Internal to
 * src/source. */
#include "source/kinds.h"
#include "source/source_internal.h"

/* Migrations and transformations on a copy of the source's config, which takes its place. What
 * migrations changed at the top goes to `file` (NULL: nowhere) and out as a CONTROL message. */
spk_rc spk_config_rules_apply(struct spk_source *source, const char *file, struct spk_error *err);
/* The validations, before streams are made. ECONFIG with the reason. */
spk_rc spk_config_rules_validate(struct spk_source *source, struct spk_error *err);

#endif
