#ifndef SPK_TEMPLATE_TEMPLATE_H
#define SPK_TEMPLATE_TEMPLATE_H
/*
 * Templates of low-code manifests: the Jinja subset of Airbyte's CDK 7.39 (a sandboxed Jinja2 3.1
 * with the CDK's macros and filters), compiled once and evaluated many times.
 *
 * A compiled template is immutable and may be shared by threads; everything that changes during an
 * evaluation is in the environment, of which each thread has its own.
 *
 * What an evaluation gives, as JinjaInterpolation.eval does: the text is rendered; a text that
 * reads as a Python literal becomes that value ("12" is 12, "[1]" a list, "None" null); an empty
 * text or an undefined error evaluates the fallback instead; a TypeError while rendering gives the
 * source text. All other faults are errors: ECONFIG where the template itself is wrong, EDATA where
 * it met values that it cannot handle. Texts begin with "line:column: " of the place inside the
 * template and never hold values of variables.
 */
#include "value/value.h"

#include <stdatomic.h>

struct spk_template;

/* Bounds of one compilation and of one evaluation; zero means the default in parentheses. */
struct spk_template_limits {
    size_t max_source; /* bytes of a template (1 MiB) */
    size_t max_depth;  /* nested brackets, blocks and calls (100) */
    size_t max_steps;  /* nodes visited by one evaluation (2 million) */
    size_t max_bytes;  /* of any text made by one evaluation (16 MiB) */
    size_t max_items;  /* of any list made by one evaluation (1 million) */
};

/* ---- Compiling ---- */

/* Always gives a template. A faulty one is remembered and every evaluation of it returns its error:
 * manifests may carry broken templates that nothing uses. The text is copied into the arena. */
struct spk_template *spk_template_parse(struct spk_arena *arena, struct spk_view text,
                                        const struct spk_template_limits *limits);
/* The fault of a template, or NULL where it is sound. ECONFIG "line:column: what". */
const struct spk_error *spk_template_error(const struct spk_template *template);
/* spk_template_parse and then its error, where a fault must stop the caller at once. */
spk_rc spk_template_compile(struct spk_arena *arena, struct spk_view text,
                            const struct spk_template_limits *limits, struct spk_template **out,
                            struct spk_error *err);
/* A failure for people: the message, the line of the template, and ^ under the place. failure NULL:
 * the template's own fault, nothing where it is sound. */
void spk_template_explain(struct spk_buf *out, const struct spk_template *template,
                          const struct spk_error *failure);

/* ---- Asking a compiled template ---- */

enum spk_template_kind {
    SPK_TEMPLATE_CONSTANT, /* no template at all: the value never changes */
    SPK_TEMPLATE_LOOKUP,   /* one variable, or a path of fixed keys from it, and no text around */
    SPK_TEMPLATE_GENERAL,
};
/* A lookup's parts: {{ record['a'].b }} is name "record", keys "a", "b". */
struct spk_template_lookup {
    struct spk_view name;
    const struct spk_view *keys;
    size_t count;
};

struct spk_view spk_template_text(const struct spk_template *template); /* the source */
enum spk_template_kind spk_template_kind(const struct spk_template *template);
/* The value of a CONSTANT (shared: copy before changing), UNDEFINED for other kinds. */
struct spk_value spk_template_constant(const struct spk_template *template);
/* The parts of a LOOKUP, or NULL for other kinds. */
const struct spk_template_lookup *spk_template_lookup(const struct spk_template *template);
/* True where the template reads this variable; stream_interval and stream_partition count as
 * stream_slice. */
bool spk_template_uses(const struct spk_template *template, const char *name);
/* True where two evaluations with equal variables may differ: it reads the clock, or draws. */
bool spk_template_is_volatile(const struct spk_template *template);

/* ---- The environment of an evaluation ---- */

/* Makes a variable when it is first used. `field` (may be NULL) gives one key of it without making
 * the whole, UNDEFINED where it has no such key. Both put what they make into the arena. */
struct spk_template_source {
    struct spk_value (*make)(void *context, struct spk_arena *arena);
    struct spk_value (*field)(void *context, struct spk_arena *arena, struct spk_view key);
    void *context;
};

struct spk_template_var {
    struct spk_view name;
    struct spk_value value; /* UNDEFINED while a lazy one is not made */
    struct spk_template_source source;
    bool lazy;
};

enum { SPK_TEMPLATE_VARS = 32 };

/* Zero bytes plus an arena are a valid empty environment. Results point into the arena and into the
 * variables' values; reset the arena between records, as it suits the caller. */
struct spk_template_env {
    struct spk_arena *arena;
    const struct spk_template_limits *limits; /* NULL: the defaults */
    int64_t now_us;                           /* the clock, where fixed_now */
    bool fixed_now;                           /* false: the system's clock */
    size_t count;
    struct spk_template_var vars[SPK_TEMPLATE_VARS];
    struct spk_buf scratch; /* rendered text, kept between evaluations */
};

void spk_template_env_init(struct spk_template_env *env, struct spk_arena *arena);
void spk_template_env_deinit(struct spk_template_env *env);
/* Sets or replaces a variable; names are borrowed. At most SPK_TEMPLATE_VARS different names. */
void spk_template_env_set(struct spk_template_env *env, const char *name, struct spk_value value);
void spk_template_env_set_lazy(struct spk_template_env *env, const char *name,
                               const struct spk_template_source *source);
/* Each key of a DICT as a variable. EDATA: too many, or a reserved name. */
spk_rc spk_template_env_set_all(struct spk_template_env *env, struct spk_value variables,
                                struct spk_error *err);
void spk_template_env_unset(struct spk_template_env *env, const char *name);
/* The first variable that the template reads and the environment lacks, or at NULL: evaluating it
 * would fail. */
struct spk_view spk_template_missing(const struct spk_template *template,
                                     struct spk_template_env *env);

/* A dict that also has attributes, as the CDK's StreamSlice (partition, _partition, cursor_slice,
 * extra_fields) and Record (data, associated_slice, stream_name): x.name looks at `attributes` (a
 * DICT) before the dict, x['name'] after it. With nocase, keys are found in any case (headers). */
struct spk_value spk_template_object(struct spk_arena *arena, struct spk_value dict,
                                     struct spk_value attributes, bool nocase);

/* json.loads, to be set as a variable where templates may call it. */
struct spk_value spk_template_json_loads(struct spk_arena *arena);

/* ---- Evaluating ---- */

enum {
    SPK_TEMPLATE_STR = 1,
    SPK_TEMPLATE_INT = 2,
    SPK_TEMPLATE_FLOAT = 4,
    SPK_TEMPLATE_BOOL = 8,
    SPK_TEMPLATE_LIST = 16,
    SPK_TEMPLATE_DICT = 32,
};

/* How to evaluate; zero bytes (or NULL) are the CDK's defaults. */
struct spk_template_ask {
    const struct spk_template *fallback; /* NULL: an empty result is null */
    unsigned types;                      /* SPK_TEMPLATE_* that a literal may become; 0: any */
};

spk_rc spk_template_eval(const struct spk_template *template, struct spk_template_env *env,
                         struct spk_value *out, struct spk_error *err);
spk_rc spk_template_eval_as(const struct spk_template *template, struct spk_template_env *env,
                            const struct spk_template_ask *ask, struct spk_value *out,
                            struct spk_error *err);
/* InterpolatedBoolean: fallback "False"; only False false {} [] () "" 0 0.0 None are false. */
spk_rc spk_template_eval_bool(const struct spk_template *template, struct spk_template_env *env,
                              bool *out, struct spk_error *err);
/* The rendered text, no literal, no fallback: an undefined error is EDATA. The view lives in the
 * arena. */
spk_rc spk_template_render(const struct spk_template *template, struct spk_template_env *env,
                           struct spk_view *out, struct spk_error *err);

/* InterpolatedString: the fallback is `fallback` or the template itself, and a text whose first
 * evaluation equals its source is plain for ever. The memory of that is per instance; threads may
 * share an instance. */
struct spk_template_string {
    const struct spk_template *template;
    const struct spk_template *fallback; /* NULL: the template itself */
    atomic_uchar plain;                  /* 0 unknown, 1 plain, 2 not */
};
void spk_template_string_init(struct spk_template_string *string,
                              const struct spk_template *template,
                              const struct spk_template *fallback);
spk_rc spk_template_string_eval(struct spk_template_string *string, struct spk_template_env *env,
                                struct spk_value *out, struct spk_error *err);

/* ---- Trees of templates: the CDK's InterpolatedMapping and InterpolatedNestedMapping ---- */

struct spk_template_tree;

enum spk_template_tree_mode {
    SPK_TEMPLATE_TREE_MAPPING, /* one dict: keys are evaluated to str, texts among the values too */
    SPK_TEMPLATE_TREE_NESTED,  /* any depth: keys and texts; null values of dicts are dropped */
};

/* Never fails: faulty templates inside speak when they are evaluated. The value must outlive it. */
struct spk_template_tree *spk_template_tree_parse(struct spk_arena *arena, struct spk_value value,
                                                  enum spk_template_tree_mode mode,
                                                  const struct spk_template_limits *limits);
/* types: SPK_TEMPLATE_* that values (not keys) may become; 0: any. */
spk_rc spk_template_tree_eval(const struct spk_template_tree *tree, struct spk_template_env *env,
                              unsigned types, struct spk_value *out, struct spk_error *err);
/* The first faulty template inside, or NULL. */
const struct spk_template *spk_template_tree_fault(const struct spk_template_tree *tree);
bool spk_template_tree_uses(const struct spk_template_tree *tree, const char *name);
bool spk_template_tree_is_constant(const struct spk_template_tree *tree);

/* ---- One line of `spike template eval` ---- */

/* A result as JSON; what JSON has not is {"$type":..,"$str":..}. */
void spk_template_write_value(struct spk_buf *out, struct spk_value value);
/* {"template","context","now"} -> {"ok":true,"value":..} or {"ok":false,"error":..}, without a
 * newline. Values that JSON has not are {"$type":..,"$str":..}. EDATA where the line is no such
 * object. */
spk_rc spk_template_eval_line(struct spk_view line, struct spk_buf *out, struct spk_error *err);

#endif
