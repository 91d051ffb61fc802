#ifndef SPK_APP_JSON_FILE_H
#define SPK_APP_JSON_FILE_H
/* A JSON file that a person names on the command line: --config, --catalog, --state. */
#include "base/arena.h"
#include "base/error.h"
#include "json/json.h"

struct spk_json_file {
    const char *command; /* "read": for the complaint that the option is missing */
    const char *option;  /* "config" */
    struct spk_view path;
};

/* Whatever is wrong with it is theirs to mend: ECONFIG. Texts are copied into the arena. */
spk_rc spk_json_file_read(const struct spk_json_file *file, struct spk_arena *arena,
                          struct spk_value *out, struct spk_error *err);

#endif
