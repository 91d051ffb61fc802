#ifndef SPK_PROJECT_INTERNAL_H
#define SPK_PROJECT_INTERNAL_H
/* What the parts of the loader share. */
#include "options/options.h"
#include "project/project.h"

enum { SPK_PROJECT_FILE_MAX = 16 * 1024 * 1024 };

/* A file being read. */
struct spk_project_file {
    struct spk_arena *arena;
    const char *name;       /* as errors show it */
    struct spk_view folder; /* absolute: where its relative paths start */
};

/* ---- place.c ---- */

/* Absolute and without "." and "..", by the text alone. */
struct spk_view spk_place_join(struct spk_arena *arena, struct spk_view folder,
                               struct spk_view path);
/* The names of the settings that hold URLs, with the schemes each may have. */
enum spk_place_role { SPK_PLACE_STORAGE, SPK_PLACE_OBJECTS, SPK_PLACE_WAREHOUSE };
/* Makes the path of a URL absolute. ECONFIG for a scheme that the role does not have. Texts with
 * references are left alone. `origin` has the path of the setting. */
spk_rc spk_place_url(const struct spk_project_file *file, enum spk_place_role role,
                     const struct spk_option_origin *origin, struct spk_view *url,
                     struct spk_error *err);
/* A name that becomes a folder: account, stream. ECONFIG at `key` where it cannot. */
spk_rc spk_place_check_name(const struct spk_option_origin *origin, struct spk_value key,
                            struct spk_error *err);

/* ---- checks.c ---- */

/* A new DICT: what `over` has written replaces what `under` has; both may be nothing. */
struct spk_value spk_settings_overlay(struct spk_arena *arena, struct spk_value under,
                                      struct spk_value over);
struct spk_checks {
    struct spk_value written; /* DICT, at all levels down to this one: what the next inherits */
    struct spk_check_settings settings;
};
/* Reads origin->dict alone (for its errors), then laid over `inherited`. */
spk_rc spk_checks_read(struct spk_arena *arena, struct spk_value inherited,
                       const struct spk_option_origin *origin, struct spk_checks *out,
                       struct spk_error *err);

/* ---- reference.c ---- */

bool spk_reference_is_in(struct spk_view text);
/* Refuses malformed references and literal secrets anywhere in the value. */
spk_rc spk_reference_check(const struct spk_option_origin *origin, struct spk_value value,
                           struct spk_error *err);
/* "write ${env:BRAVO_BET_API_KEY} instead ..." */
void spk_reference_hint(const struct spk_path *path, struct spk_error *err);

struct spk_resolver {
    struct spk_arena *arena;
    struct spk_view folder;  /* where relative paths of files start */
    struct spk_view account; /* what ${account} is; empty: not known here */
};
spk_rc spk_reference_resolve(const struct spk_resolver *resolver,
                             const struct spk_option_origin *origin, struct spk_value value,
                             struct spk_value *out, struct spk_error *err);

/* ---- platform.c ---- */

/* What spike.yaml gives to every platform. */
struct spk_project_defaults {
    struct spk_value flow; /* rule, lookback_days and so on */
    struct spk_value checks;
    struct spk_view raw_url; /* the platforms' folders lie in it */
};
spk_rc spk_project_defaults_check(const struct spk_project_file *file, struct spk_value flow,
                                  struct spk_error *err);
spk_rc spk_platform_read(const struct spk_project_file *file,
                         const struct spk_project_defaults *defaults, struct spk_platform *platform,
                         struct spk_error *err);

#endif
