#ifndef SPK_YAML_YAML_INTERNAL_H
#define SPK_YAML_YAML_INTERNAL_H
/*
 * Scalars: from text and tag to value, as PyYAML's resolver and SafeConstructor do it. And the tree
 * that takes them.
 */
#include "base/buf.h"
#include "base/map.h"
#include "yaml/yaml.h"

enum spk_yaml_tag {
    SPK_YAML_UNKNOWN,
    SPK_YAML_NULL,
    SPK_YAML_BOOL,
    SPK_YAML_INT,
    SPK_YAML_FLOAT,
    SPK_YAML_TIMESTAMP,
    SPK_YAML_BINARY,
    SPK_YAML_STR,
    SPK_YAML_SEQ,
    SPK_YAML_MAP,
    SPK_YAML_MERGE, /* the key << */
    SPK_YAML_VALUE, /* the key = */
};

/* The tag of "tag:yaml.org,2002:NAME"; UNKNOWN for all others. */
enum spk_yaml_tag spk_yaml_tag_of(const char *name);
/* The implicit tag of a plain scalar. */
enum spk_yaml_tag spk_yaml_resolve(struct spk_view text);
/* The value of a scalar; false where the text is not of that tag's form, or out of range. Strings
 * are copied into the arena. */
bool spk_yaml_construct(struct spk_arena *arena, enum spk_yaml_tag tag, struct spk_view text,
                        struct spk_value *out);

bool spk_yaml_construct_int(struct spk_arena *arena, struct spk_view text, struct spk_value *out);
bool spk_yaml_construct_float(struct spk_view text, struct spk_value *out);
bool spk_yaml_construct_timestamp(struct spk_arena *arena, struct spk_view text,
                                  struct spk_value *out);

/* Appends the text with each pair of escaped surrogates as one \U escape; false: there is none. */
bool spk_yaml_join_surrogates(struct spk_view text, struct spk_buf *out);

/*
 * The tree under construction: containers are opened and closed, everything else is added to the
 * container that is open. Each call returns false when it refuses, with problem, place and hint
 * set.
 */
struct spk_yaml_node {
    struct spk_value value;
    enum spk_yaml_tag tag;
    size_t nodes;  /* in it, aliases expanded */
    size_t height; /* containers on the longest way down; 0 for a scalar */
};

struct spk_yaml_tree {
    struct spk_arena *arena;
    struct spk_arena scratch; /* anchors */
    struct spk_map anchors;
    struct spk_yaml_options options; /* none of them 0 */
    struct spk_yaml_frame *frames;   /* open containers, outermost first */
    size_t depth, cap;
    struct spk_value root; /* UNDEFINED until a document gave one */
    char problem[128];
    uint32_t problem_mark;
    const char *hint;
};

void spk_yaml_tree_deinit(struct spk_yaml_tree *tree);
bool spk_yaml_tree_refuse(struct spk_yaml_tree *tree, uint32_t mark, const char *hint,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));
/* anchor: its name or NULL. */
bool spk_yaml_tree_scalar(struct spk_yaml_tree *tree, struct spk_value value, enum spk_yaml_tag tag,
                          const char *anchor);
bool spk_yaml_tree_open(struct spk_yaml_tree *tree, struct spk_value container, const char *anchor);
bool spk_yaml_tree_close(struct spk_yaml_tree *tree);
bool spk_yaml_tree_alias(struct spk_yaml_tree *tree, const char *name, uint32_t mark);

/* A cursor over a scalar, for hand-written patterns. */
struct spk_yaml_scan {
    const char *at;
    const char *end;
};

static inline struct spk_yaml_scan spk_yaml_scan_start(struct spk_view text)
{
    return (struct spk_yaml_scan){text.at, text.at + text.len};
}

static inline bool spk_yaml_scan_done(const struct spk_yaml_scan *scan)
{
    return scan->at == scan->end;
}

/* Passes up to `max` bytes that are in `set`; how many. */
size_t spk_yaml_scan_many(struct spk_yaml_scan *scan, const char *set, size_t max);

static inline bool spk_yaml_scan_one(struct spk_yaml_scan *scan, const char *set)
{
    return spk_yaml_scan_many(scan, set, 1) == 1;
}

#endif
