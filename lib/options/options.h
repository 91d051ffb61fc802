#ifndef SPK_OPTIONS_OPTIONS_H
#define SPK_OPTIONS_OPTIONS_H
/*
 * Settings as a table: name, type, default, offset, help. Reading from YAML/JSON, reading from the
 * command line, validation with "did you mean", --help, JSON schema and reference docs all come
 * from the same table; nothing reads settings by hand.
 */
#include "value/value.h"

enum spk_option_type {
    SPK_OPTION_BOOL,   /* bool */
    SPK_OPTION_INT,    /* int64_t, within [min, max] where max > min */
    SPK_OPTION_DOUBLE, /* double */
    SPK_OPTION_STRING, /* struct spk_view */
    SPK_OPTION_ENUM,   /* int: index into `choices` */
    SPK_OPTION_DAY,    /* int32_t from YYYY-MM-DD */
    SPK_OPTION_BYTES,  /* int64_t from 64KB, 16MB, 2GB or a number */
    SPK_OPTION_LIST,   /* struct spk_value LIST of anything; on the command line: may be repeated */
    SPK_OPTION_DICT,   /* struct spk_value DICT */
    SPK_OPTION_VALUE,  /* struct spk_value, any kind */
};

enum {
    SPK_OPTION_REQUIRED = 1,
    SPK_OPTION_SECRET = 2,     /* value is registered for redaction, never shown */
    SPK_OPTION_HIDDEN = 4,     /* not in --help */
    SPK_OPTION_POSITIONAL = 8, /* command line: takes its place by order */
};

struct spk_option {
    const char *name; /* as in YAML: snake_case; the command line shows --kebab-case */
    enum spk_option_type type;
    unsigned flags;
    size_t offset;              /* of the field in the caller's struct */
    const char *standard;       /* default as text, or NULL: field keeps its zero */
    const char *help;           /* one line, starts lower-case, no full stop */
    const char *const *choices; /* ENUM: NULL-terminated */
    int64_t min, max;
    const char *placeholder; /* command line: --from DAY */
    char letter;             /* command line: short form, or 0 */
};
#define SPK_OPTION_END {.name = NULL}

/* Where settings come from, for "file:line:column: path: what is wrong". */
struct spk_option_origin {
    const char *file;            /* NULL: not named */
    const struct spk_path *path; /* NULL: top */
    struct spk_value dict;       /* the settings themselves, for spk_options_read */
};

/* Fills `target` from origin->dict (nothing, null or a DICT): defaults first. ECONFIG for an
 * unknown name (with the nearest known one), a wrong type, a missing required one, out of range. A
 * text may stand for any scalar; null counts as not written. Views point into the dict or the
 * table. `arena` keeps the lists and dicts of defaults. */
spk_rc spk_options_read(const struct spk_option *table, const struct spk_option_origin *origin,
                        struct spk_arena *arena, void *target, struct spk_error *err);
/* Fills from words up to a NULL (main's argv without program and command name). --name VALUE,
 * --name=VALUE, --flag, --no-flag, -x VALUE, positionals, "--". ECONFIG with the nearest option.
 * Views point into the words, lists and dicts live in `arena`. */
spk_rc spk_options_parse(const struct spk_option *table, char *const *words,
                         struct spk_arena *arena, void *target, struct spk_error *err);
void spk_options_help(struct spk_buf *out, const struct spk_option *table); /* aligned rows */
struct spk_value spk_options_schema(struct spk_arena *arena, const struct spk_option *table);

/* "file:line:column: path: " + text; ECONFIG. `at` gives the mark; origin may be NULL. */
spk_rc spk_options_fail(struct spk_error *err, const struct spk_option_origin *origin,
                        struct spk_value at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
