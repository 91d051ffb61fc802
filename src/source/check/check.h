#ifndef SPK_SOURCE_CHECK_CHECK_H
#define SPK_SOURCE_CHECK_CHECK_H
/* What the checks share. Internal to src/source. */
#include "source/kinds.h"
#include "source/source_internal.h"

/* The answer of a check: empty while nothing is wrong. */
struct spk_check {
    struct spk_source *source;
    struct spk_arena *arena;
    struct spk_view problem;
};

/* Something is wrong: `problem` in the check's arena. What was known before stays. */
void spk_check_say(struct spk_check *check, struct spk_view problem);
/* Says it where the stream cannot be read up to its first record. `what`: "Stream". */
void spk_check_stream(struct spk_check *check, const char *what, struct spk_component *stream);

/* check/config_overrides.c: lays the check's config_overrides over the source's config. EDATA for
 * keys and manifests that cannot have them. */
spk_rc spk_check_override(struct spk_source *source, struct spk_value node, struct spk_error *err);

#endif
