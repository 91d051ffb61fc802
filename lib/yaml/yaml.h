#ifndef SPK_YAML_YAML_H
#define SPK_YAML_YAML_H
/*
 * YAML to a value tree, as PyYAML's SafeLoader reads it (YAML 1.1: yes/no/on/off are booleans, 0x
 * and leading-zero ints, 1:30 is 90, dates become DATE and DATETIME, `<<` merges). JSON text is
 * valid input. Every value carries its mark (line, column); scalars that were not plain carry
 * SPK_VALUE_QUOTED. Aliases share the container they name: copy before you change it.
 *
 * Keys may be any scalar; of two equal keys the last value wins (see unique_keys). Errors, all
 * ECONFIG, are "FILE:LINE:COLUMN: what" with a hint: bad syntax, more than one document, an unknown
 * tag (also
 * !!set, !!omap and !!pairs, which have no value here), an alias inside the value it names, a
 * limit.
 *
 * Texts are copied into the arena. Thread-safe: no state is shared between calls.
 */
#include "value/value.h"

struct spk_yaml_options {
    const char *file; /* its name in error texts; NULL: "yaml" */
    size_t max_bytes; /* of the text; 0: 64 MiB */
    size_t max_depth; /* of nesting, aliases expanded; 0: 256 */
    size_t max_nodes; /* scalars and containers, aliases expanded; 0: 8 million */
    bool unique_keys; /* a key that stands twice in a mapping is an error, not replaced */
};

/* An empty text is null. options NULL = defaults. */
spk_rc spk_yaml_parse(struct spk_arena *arena, struct spk_view text,
                      const struct spk_yaml_options *options, struct spk_value *out,
                      struct spk_error *err);
/* The same for a file; ECONFIG also where it cannot be read. Errors name the path, not
 * options->file. */
spk_rc spk_yaml_read_file(struct spk_arena *arena, const char *path,
                          const struct spk_yaml_options *options, struct spk_value *out,
                          struct spk_error *err);

#endif
