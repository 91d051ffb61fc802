#ifndef SPK_SOURCE_COMPONENT_H
#define SPK_SOURCE_COMPONENT_H
/*
 * How a component of a manifest becomes a C struct.
 *
 * Each component is one file: a struct that starts with `struct spk_component`, a table of its
 * properties, the operations of its kind (kinds.h) and one `const struct spk_component_type`. The
 * builder allocates the struct, reads the properties (compiling templates and building child
 * components on the way), then calls `finish`. registry.c lists the types: adding a component is
 * one file and one line. The property table is the single source of validation, defaults, schema
 * and reference docs.
 *
 * Components are immutable after `finish` but for what they guard with their own lock: worker
 * threads share them. They live in the source's arena; `close` releases what is not arena memory.
 */
#include "base/arena.h"
#include "base/error.h"
#include "value/value.h"

struct spk_source;
struct spk_template_string;
struct spk_template_tree;
struct spk_component;

enum spk_component_kind {
    SPK_KIND_STREAM,
    SPK_KIND_RETRIEVER,
    SPK_KIND_REQUESTER,
    SPK_KIND_AUTHENTICATOR,
    SPK_KIND_REQUEST_OPTION,
    SPK_KIND_PAGINATOR,
    SPK_KIND_PAGINATION_STRATEGY,
    SPK_KIND_RECORD_SELECTOR,
    SPK_KIND_EXTRACTOR,
    SPK_KIND_RECORD_FILTER,
    SPK_KIND_TRANSFORMATION,
    SPK_KIND_DECODER,
    SPK_KIND_ERROR_HANDLER,
    SPK_KIND_RESPONSE_FILTER,
    SPK_KIND_BACKOFF,
    SPK_KIND_ROUTER,
    SPK_KIND_CURSOR,
    SPK_KIND_SCHEMA_LOADER,
    SPK_KIND_STATE_MIGRATION,
    SPK_KIND_CHECKER,
    SPK_KIND_CONFIG_TRANSFORMATION,
    SPK_KIND_CONFIG_VALIDATION,
    SPK_KIND_VALIDATION_STRATEGY,
    SPK_KIND_COMPONENTS_RESOLVER,
    SPK_KIND_CALL_POLICY,
    SPK_KIND_OTHER, /* small parts that only their parent knows: MinMaxDatetime, ParentStreamConfig
                     */
    SPK_KIND_COUNT
};

enum spk_prop_type {
    SPK_PROP_BOOL,       /* bool */
    SPK_PROP_INT,        /* int64_t */
    SPK_PROP_NUMBER,     /* double */
    SPK_PROP_STRING,     /* struct spk_view, as written */
    SPK_PROP_ENUM,       /* int: index into choices */
    SPK_PROP_VALUE,      /* struct spk_value, as written */
    SPK_PROP_TEMPLATE,   /* struct spk_template_string *: interpolated (any scalar is accepted) */
    SPK_PROP_MAPPING,    /* struct spk_template_tree *: InterpolatedMapping, one level */
    SPK_PROP_NESTED,     /* struct spk_template_tree *: InterpolatedNestedMapping */
    SPK_PROP_COMPONENT,  /* struct spk_component * of `kind` */
    SPK_PROP_COMPONENTS, /* struct spk_components of `kind` */
};

enum { SPK_PROP_REQUIRED = 1 };

struct spk_components {
    size_t len;
    struct spk_component **items;
};

struct spk_prop {
    const char *name;
    enum spk_prop_type type;
    unsigned flags;
    size_t offset;
    const char *standard;         /* default as YAML text, or NULL: zero bytes */
    enum spk_component_kind kind; /* of COMPONENT(S) */
    const char *part;             /* of COMPONENT(S): the one type that may stand here, which need
                                     not be written; NULL: any of the kind */
    const char *const *choices;   /* ENUM, NULL-terminated */
    const char *help;             /* one line */
};
#define SPK_PROP_END {.name = NULL}

/* What a component is built with. */
struct spk_build {
    struct spk_source *source; /* config, http client, clock: source_internal.h */
    struct spk_arena *arena;
    const char *file; /* of the manifest */
    const struct spk_path *path;
    struct spk_component *parent; /* the component whose property this is, or NULL */
    struct spk_value stream;      /* the stream's manifest node around it, or UNDEFINED */
    bool is_parent;               /* that stream is read for its children only */
};

struct spk_component_type {
    const char *name; /* "CursorPagination"; of custom ones the class name's last part */
    enum spk_component_kind kind;
    size_t size;
    const struct spk_prop *props;
    const void *ops; /* the kind's table, kinds.h */
    /* After the properties were read: checks and derived fields. May be NULL. */
    spk_rc (*finish)(struct spk_component *self, const struct spk_build *build,
                     struct spk_error *err);
    void (*close)(struct spk_component *self); /* may be NULL */
    const char *help;
};

struct spk_component {
    const struct spk_component_type *type;
    struct spk_source *source;
    struct spk_value node;       /* the manifest's */
    struct spk_value parameters; /* DICT: its $parameters, for templates */
};

/* Builds `node` as a component of `kind`. ECONFIG with file:line:column and path; an unknown class
 * name lists the components of that kind that exist. */
spk_rc spk_component_build(const struct spk_build *build, struct spk_value node,
                           enum spk_component_kind kind, struct spk_component **out,
                           struct spk_error *err);
/* "file:line:column: path: what"; ECONFIG, blamed on the connector. `at` is the value that is
 * wrong. */
spk_rc spk_build_fail(const struct spk_build *build, struct spk_value at, struct spk_error *err,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same where the config lacks something: told to Airbyte as config_error. */
spk_rc spk_build_refuse(const struct spk_build *build, struct spk_value at, struct spk_error *err,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

const struct spk_component_type *spk_component_find(struct spk_view name,
                                                    enum spk_component_kind kind);
/* "paginator": for people. */
const char *spk_component_kind_name(enum spk_component_kind kind);
/* All types, NULL-terminated: for docs, lint and the schema. */
const struct spk_component_type *const *spk_component_types(void);

#endif
