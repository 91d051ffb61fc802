#ifndef SPK_SOURCE_EXCHANGE_TEMPLATE_PATH_H
#define SPK_SOURCE_EXCHANGE_TEMPLATE_PATH_H
/* A property that is a path of keys (field_path, key_pointer, ...), each of which may be a template
 * of the config. Internal to src/source. */
#include "source/component.h"

struct spk_scope;

struct spk_template_path {
    struct spk_template_string **steps;
    size_t len;
    struct spk_value fixed; /* LIST where no step is a template; UNDEFINED otherwise */
};

/* `written` as the manifest has it: a LIST, or nothing for an empty path. */
spk_rc spk_template_path_build(struct spk_template_path *path, const struct spk_build *build,
                               struct spk_value written, struct spk_error *err);
/* The keys as a LIST in `arena` (not to be changed). They see the config and self's $parameters. */
spk_rc spk_template_path_eval(const struct spk_template_path *path,
                              const struct spk_component *self, struct spk_arena *arena,
                              struct spk_value *out, struct spk_error *err);
/* The same for keys that see all of the scope; in its arena. */
spk_rc spk_template_path_eval_in(const struct spk_template_path *path,
                                 const struct spk_scope *scope, const struct spk_component *self,
                                 struct spk_value *out, struct spk_error *err);
/* Whether a key is "*", which makes the path one of several values. */
bool spk_path_has_any(struct spk_value path);
/* Whether a key is a pattern of any kind. */
bool spk_path_has_glob(struct spk_value path);

#endif
