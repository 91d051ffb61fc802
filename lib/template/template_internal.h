#ifndef SPK_TEMPLATE_INTERNAL_H
#define SPK_TEMPLATE_INTERNAL_H
/*
 * What the files of lib/template share; internal names begin with spk_tpl_. The way of a template:
 * lexer.c -> parser*.c (nodes) -> analyse.c (names, fast paths) -> exec.c and eval.c (one
 * evaluation, all its state in struct spk_tpl_state) -> interpolate.c (what the CDK makes of the
 * rendered text). Functions, methods, filters and tests are rows of tables: struct spk_tpl_row.
 */
#include "template/template.h"

/* ---- Tokens ---- */

enum spk_tpl_token_type {
    TOKEN_DATA,
    TOKEN_VARIABLE_BEGIN,
    TOKEN_VARIABLE_END,
    TOKEN_BLOCK_BEGIN,
    TOKEN_BLOCK_END,
    TOKEN_NAME,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_OPERATOR, /* .op */
    TOKEN_EOF,
};

/* Operators are their characters; the two-character ones are these. */
enum { OP_FLOORDIV = 256, OP_POW, OP_EQ, OP_NE, OP_GE, OP_LE, OP_IN, OP_NOT_IN };

struct spk_tpl_token {
    enum spk_tpl_token_type type;
    int op;
    uint32_t at;            /* byte offset in the source */
    struct spk_view text;   /* NAME, DATA, and the decoded STRING */
    struct spk_value value; /* NUMBER */
};

struct spk_tpl_tokens {
    struct spk_tpl_token *items;
    size_t len, cap;
};

/* ---- Nodes ---- */

enum spk_tpl_node_type {
    NODE_CONST,
    NODE_NAME,
    NODE_GETATTR, /* a . name */
    NODE_GETITEM, /* a [ b ] */
    NODE_SLICE,   /* [ a : b : c ], only as the b of a GETITEM */
    NODE_CALL,    /* a ( call ) */
    NODE_FILTER,  /* a | row ( call ) */
    NODE_TEST,    /* a is row ( call ) */
    NODE_NOT,
    NODE_NEGATE,
    NODE_PLUS,
    NODE_AND,
    NODE_OR,
    NODE_CONDITION, /* b if a else c */
    NODE_BINARY,    /* a op b */
    NODE_CONCAT,    /* items ~ items */
    NODE_COMPARE,   /* a, then items with their .op */
    NODE_LIST,
    NODE_TUPLE,
    NODE_DICT, /* items: key, value, key, value */
    /* statements */
    NODE_DATA,         /* value */
    NODE_OUTPUT,       /* a */
    NODE_IF,           /* a; items; b = else (a BLOCK, or the IF of an elif) */
    NODE_FOR,          /* a in b if c; items; otherwise = else */
    NODE_SET,          /* a = b */
    NODE_SET_BLOCK,    /* a = items, through the filters of b */
    NODE_WITH,         /* targets and values alternate in pairs; items */
    NODE_FILTER_BLOCK, /* items through b */
    NODE_MACRO,        /* name(pairs: parameter, default or NULL), items */
    NODE_CALL_BLOCK,   /* a: the call; pairs: parameters of the caller; items */
    NODE_ATTRIBUTE,    /* target only: name.value of a namespace */
    NODE_BLOCK,        /* items */
    NODE_HOLE,         /* the text that a filter block or a set block filters */
};

struct spk_tpl_node;

struct spk_tpl_list {
    struct spk_tpl_node **items;
    uint32_t len, cap;
};

struct spk_tpl_named {
    struct spk_view name;
    struct spk_tpl_node *value;
};

/* The arguments of a call, as written. */
struct spk_tpl_call_args {
    struct spk_tpl_list list;
    struct spk_tpl_named *named;
    uint32_t named_len;
    struct spk_tpl_node *star;      /* *list */
    struct spk_tpl_node *star_star; /* **dict */
};

struct spk_tpl_node {
    uint8_t type;     /* enum spk_tpl_node_type */
    bool method_name; /* GETATTR: a dict has an attribute of this name */
    int16_t op;
    uint32_t at;
    struct spk_view name;   /* NAME, GETATTR, FILTER, TEST, MACRO, ATTRIBUTE */
    struct spk_value value; /* CONST, DATA; ATTRIBUTE: the attribute's name */
    struct spk_tpl_node *a, *b, *c;
    struct spk_tpl_list items;
    struct spk_tpl_list pairs;            /* WITH, MACRO, CALL_BLOCK */
    const struct spk_tpl_call_args *call; /* CALL, FILTER, TEST */
    const struct spk_tpl_row *row;        /* FILTER, TEST: NULL where unknown */
    struct spk_tpl_node *otherwise;       /* FOR */
};

struct spk_tpl_names {
    struct spk_view *items;
    size_t len, cap;
};

struct spk_template {
    struct spk_arena *arena;
    struct spk_view source; /* as given */
    struct spk_view text;   /* with \n line ends and no last one: what offsets count in */
    struct spk_template_limits limits;
    enum spk_template_kind kind;
    bool is_volatile;
    bool single;  /* one expression and no text around */
    bool mutates; /* it calls a method that changes a list or a dict */
    bool faulty;
    struct spk_error *fault; /* where faulty */
    struct spk_value constant;
    struct spk_template_lookup lookup;
    struct spk_tpl_node *root;       /* BLOCK */
    struct spk_tpl_names used;       /* variables that it reads, aliases resolved */
    struct spk_tpl_names undeclared; /* those that must be in the environment */
};

/* Sets the fault of a template at an offset: ECONFIG. */
spk_rc spk_tpl_fault(struct spk_template *t, uint32_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void spk_tpl_line_column(struct spk_view text, uint32_t at, unsigned *line, unsigned *column);
bool spk_tpl_names_add(struct spk_arena *arena, struct spk_tpl_names *names, struct spk_view name);
bool spk_tpl_names_has(const struct spk_tpl_names *names, struct spk_view name);

spk_rc spk_tpl_lex(struct spk_template *t, struct spk_tpl_tokens *out);
spk_rc spk_tpl_parse(struct spk_template *t, const struct spk_tpl_tokens *tokens);
void spk_tpl_analyse(struct spk_template *t);

/* ---- One evaluation ---- */

/* Kinds of values that only live during an evaluation, above enum spk_kind. */
enum {
    SPK_TPL_ABSENT = 64, /* an argument that was not given */
    SPK_TPL_CALLABLE,    /* struct spk_tpl_callable */
    SPK_TPL_ITERATOR,    /* struct spk_tpl_iterator */
    SPK_TPL_NAMESPACE,   /* .dict */
    SPK_TPL_LOOP,        /* struct spk_tpl_loop */
    SPK_TPL_DURATION,    /* struct spk_tpl_duration: isodate's Duration */
    SPK_TPL_ZONE,        /* .integer: seconds east of UTC */
    SPK_TPL_TIME,        /* .time: a time of day */
};

/* A DICT with attributes: its struct spk_dict is the first member. The flag alone is no proof,
 * since it survives a copy of the value; the impossible capacity does not. */
enum { SPK_TPL_OBJECT = 128 };
#define SPK_TPL_OBJECT_CAP SIZE_MAX
struct spk_tpl_object {
    struct spk_dict dict;
    struct spk_value attributes;
    bool nocase;
};
static inline const struct spk_tpl_object *spk_tpl_as_object(struct spk_value v)
{
    bool is = v.kind == SPK_DICT && (v.flags & SPK_TPL_OBJECT) && v.dict->cap == SPK_TPL_OBJECT_CAP;
    return is ? (const struct spk_tpl_object *)v.dict : NULL;
}

static inline struct spk_value spk_tpl_special(int kind, const void *what)
{
    return (struct spk_value){.kind = (uint8_t)kind, .text = {what, 0}};
}
static inline void *spk_tpl_what(struct spk_value v)
{
    return (void *)(uintptr_t)v.text.at;
}

/* What Python would raise, as far as the CDK tells exceptions apart. */
enum spk_tpl_raise {
    RAISE_TYPE,      /* TypeError: the source text is the result */
    RAISE_UNDEFINED, /* UndefinedError: the fallback is evaluated */
    RAISE_OTHER,     /* an error */
};

struct spk_tpl_binding {
    struct spk_view name;
    struct spk_value value;
};

struct spk_tpl_state {
    const struct spk_template *t;
    struct spk_template_env *env;
    struct spk_arena *arena;
    struct spk_template_limits limits;
    struct spk_buf *out;
    struct spk_tpl_binding *locals; /* innermost last */
    size_t local_len, local_cap;
    size_t frame; /* locals of the innermost scope begin here */
    size_t steps, depth;
    size_t arena_used; /* by others, when the evaluation began */
    uint32_t at;       /* the place that an error names */
    struct spk_value hole;
    struct spk_value copies; /* DICT: variables copied for a template that mutates; or UNDEFINED */
    enum spk_tpl_raise raise;
    struct spk_error error;
};

enum { SPK_TPL_STEP_ITEMS = 64 };
/* Counts the work of looking at a whole value, so that max_steps bounds the time, too. */
static inline void spk_tpl_charge(struct spk_tpl_state *s, struct spk_value v)
{
    if (v.kind == SPK_STRING)
        s->steps += v.text.len / SPK_TPL_STEP_ITEMS;
    else if (v.kind == SPK_LIST || v.kind == SPK_TUPLE)
        s->steps += v.list->len / SPK_TPL_STEP_ITEMS;
}

/* Sets the state's error; always EDATA. */
spk_rc spk_tpl_raise(struct spk_tpl_state *s, enum spk_tpl_raise raise, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define spk_tpl_type_error(s, ...)  spk_tpl_raise((s), RAISE_TYPE, __VA_ARGS__)
#define spk_tpl_value_error(s, ...) spk_tpl_raise((s), RAISE_OTHER, __VA_ARGS__)

/* ---- Callables ---- */

/* Arguments as a call gave them. */
struct spk_tpl_args {
    const struct spk_value *list;
    unsigned len;
    const struct spk_tpl_binding *named;
    unsigned named_len;
};

enum { SPK_TPL_MAX_PARAMETERS = 8, SPK_TPL_MAX_ARGUMENTS = 64 };

/* What a function gets: one value per parameter of its row, ABSENT where it was not given. */
struct spk_tpl_call {
    struct spk_value self; /* the filtered or tested value, or the method's object */
    struct spk_value args[SPK_TPL_MAX_PARAMETERS];
    const struct spk_tpl_args *raw;
    const struct spk_tpl_row *row;
};

typedef spk_rc (*spk_tpl_function)(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                                   struct spk_value *out);

/* One function, method, filter or test. `parameters` are names parted by blanks; '?' before a name:
 * may be absent; a leading "/": cannot be given by name; "*" takes whatever comes. */
struct spk_tpl_row {
    const char *name;
    const char *parameters;
    spk_tpl_function function;
    int op; /* tells rows with one function apart */
};

struct spk_tpl_callable {
    const struct spk_tpl_row *row; /* NULL: a macro of the template */
    struct spk_value self;
    const struct spk_tpl_node *macro;
    struct spk_value caller; /* CALLABLE of a call block, or UNDEFINED */
};

/* A generator (each item once, no length), or a view of a dict (name "dict_items" ...). */
struct spk_tpl_iterator {
    struct spk_value list;
    size_t next;
    const char *view; /* NULL: a generator */
};

struct spk_tpl_loop {
    struct spk_value list;
    size_t index0;
    size_t depth0;
    struct spk_value changed; /* UNDEFINED before the first loop.changed() */
};

struct spk_tpl_duration {
    double years, months;
    int64_t us;
};

const struct spk_tpl_row *spk_tpl_row_find(const struct spk_tpl_row *rows, struct spk_view name);
const struct spk_tpl_row *spk_tpl_filter_find(struct spk_view name);
const struct spk_tpl_row *spk_tpl_test_find(struct spk_view name);
const struct spk_tpl_row *spk_tpl_global_find(struct spk_view name);
/* The method of this name that the value's type has, or NULL. */
const struct spk_tpl_row *spk_tpl_method_find(struct spk_value object, struct spk_view name);
/* An attribute that is data (year, days, index0 ...): UNDEFINED where there is none. */
struct spk_value spk_tpl_data_attribute(struct spk_tpl_state *s, struct spk_value object,
                                        struct spk_view name);

/* Binds the arguments to the row's parameters (TypeError where they do not fit) and calls it. */
spk_rc spk_tpl_row_call(struct spk_tpl_state *s, const struct spk_tpl_row *row,
                        struct spk_value self, const struct spk_tpl_args *args,
                        struct spk_value *out);
spk_rc spk_tpl_call_value(struct spk_tpl_state *s, struct spk_value callee,
                          const struct spk_tpl_args *args, struct spk_value *out);
spk_rc spk_tpl_macro_call(struct spk_tpl_state *s, const struct spk_tpl_callable *callable,
                          const struct spk_tpl_args *args, struct spk_value *out);
static inline bool spk_tpl_given(struct spk_value v)
{
    return v.kind != SPK_TPL_ABSENT;
}

/* Tables, ended by a row without a name. */
extern const struct spk_tpl_row spk_tpl_filters_text[], spk_tpl_filters_list[],
    spk_tpl_filters_pick[], spk_tpl_filters_number[], spk_tpl_filters_cdk[], spk_tpl_tests[],
    spk_tpl_macros[], spk_tpl_globals[], spk_tpl_methods_str[], spk_tpl_methods_str_is[],
    spk_tpl_methods_list[], spk_tpl_methods_tuple[], spk_tpl_methods_mapping[],
    spk_tpl_methods_dict[], spk_tpl_methods_int[], spk_tpl_methods_float[],
    spk_tpl_methods_datetime[], spk_tpl_methods_date[], spk_tpl_methods_timedelta[],
    spk_tpl_methods_loop[];

/* ---- Evaluating nodes ---- */

spk_rc spk_tpl_eval(struct spk_tpl_state *s, const struct spk_tpl_node *node,
                    struct spk_value *out);
spk_rc spk_tpl_exec(struct spk_tpl_state *s, const struct spk_tpl_list *items);
spk_rc spk_tpl_eval_args(struct spk_tpl_state *s, const struct spk_tpl_call_args *call,
                         struct spk_tpl_args *out);
spk_rc spk_tpl_name(struct spk_tpl_state *s, struct spk_view name, struct spk_value *out);
void spk_tpl_local_push(struct spk_tpl_state *s, struct spk_view name, struct spk_value value);
struct spk_template_var *spk_tpl_var_find(struct spk_template_env *env, struct spk_view name);
/* Name of the variable behind an alias (stream_interval -> stream_slice). */
struct spk_view spk_tpl_unalias(struct spk_view name);

/* x.name and x[key], as the sandboxed environment does them; UNDEFINED where there is none. */
spk_rc spk_tpl_getattr(struct spk_tpl_state *s, struct spk_value object, struct spk_view name,
                       struct spk_value *out);
spk_rc spk_tpl_getitem(struct spk_tpl_state *s, struct spk_value object, struct spk_value key,
                       struct spk_value *out);
/* bounds: start, stop, step; NULL kinds where absent. */
spk_rc spk_tpl_slice(struct spk_tpl_state *s, struct spk_value object,
                     const struct spk_value bounds[3], struct spk_value *out);

spk_rc spk_tpl_binary(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                      struct spk_value *out);
spk_rc spk_tpl_negate(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out);
spk_rc spk_tpl_compare(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                       bool *out);
spk_rc spk_tpl_contains(struct spk_tpl_state *s, struct spk_value container, struct spk_value item,
                        bool *out);
/* Datetimes and timedeltas; *handled false where the operands are neither. */
spk_rc spk_tpl_time_binary(struct spk_tpl_state *s, int op, const struct spk_value operands[2],
                           struct spk_value *out, bool *handled);
/* Integers of any size: + - * / of OP_FLOORDIV % OP_POW. */
spk_rc spk_tpl_big_binary(struct spk_tpl_state *s, int op, struct spk_value a, struct spk_value b,
                          struct spk_value *out);
bool spk_tpl_as_double(struct spk_value v, double *out); /* any number or bool */
/* -1 where not an int or bool, or outside int64. */
bool spk_tpl_as_int(struct spk_value v, int64_t *out);
/* int(x) of a float, exact. ValueError, OverflowError for nan and inf. */
spk_rc spk_tpl_int_from_double(struct spk_tpl_state *s, double number, struct spk_value *out);

/* ---- Converting ---- */

bool spk_tpl_truthy(struct spk_value v);
bool spk_tpl_equal(struct spk_value a, struct spk_value b);
/* str(v); the view lives in the arena or in v. */
spk_rc spk_tpl_str(struct spk_tpl_state *s, struct spk_value v, struct spk_view *out);
void spk_tpl_str_append(struct spk_buf *out, struct spk_value v);
const char *spk_tpl_type_name(struct spk_value v);
/* The items of an iterable as a LIST or TUPLE (borrowed where it is one). Consumes generators. */
spk_rc spk_tpl_items(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out);
struct spk_value spk_tpl_generator(struct spk_tpl_state *s, struct spk_value list);
struct spk_value spk_tpl_dict_view(struct spk_tpl_state *s, struct spk_value dict,
                                   const char *view);
/* len(v) */
spk_rc spk_tpl_length(struct spk_tpl_state *s, struct spk_value v, size_t *out);
/* Append within the bound of a list's size. */
spk_rc spk_tpl_append(struct spk_tpl_state *s, struct spk_value list, struct spk_value item);
spk_rc spk_tpl_hashable(struct spk_tpl_state *s, struct spk_value v);
/* A STRING copied from a buffer, which is cleared up; EDATA where it passed its ceiling. */
spk_rc spk_tpl_take(struct spk_tpl_state *s, struct spk_buf *buf, struct spk_value *out);
struct spk_buf spk_tpl_buf(const struct spk_tpl_state *s);
/* json.dumps; TypeError where Python has none for it. flags as spk_json_write. */
spk_rc spk_tpl_json(struct spk_tpl_state *s, struct spk_value v, unsigned flags,
                    struct spk_buf *out);
struct spk_value spk_tpl_object_get(struct spk_value dict, struct spk_value key);

/* ---- Text: Python's str counts code points ---- */

size_t spk_tpl_text_len(struct spk_view text);
size_t spk_tpl_text_offset(struct spk_view text, size_t index); /* byte offset of a code point */
static inline const char *spk_tpl_end(struct spk_view text) /* an empty view may have no bytes */
{
    return text.len ? text.at + text.len : text.at;
}
uint32_t spk_tpl_text_next(const char **at, const char *end);
void spk_tpl_text_put(struct spk_buf *out, uint32_t code);
bool spk_tpl_is_space(uint32_t code);
struct spk_view spk_tpl_strip(struct spk_view text, int sides); /* 1 left, 2 right, 3 both */
enum spk_tpl_case { CASE_LOWER, CASE_UPPER, CASE_TITLE, CASE_CAPITALIZE, CASE_SWAP };
void spk_tpl_text_case(struct spk_buf *out, struct spk_view text, enum spk_tpl_case to);
enum spk_tpl_class { CLASS_ALPHA, CLASS_UPPER, CLASS_LOWER, CLASS_DIGIT, CLASS_SPACE, CLASS_WORD };
bool spk_tpl_is_class(uint32_t code, enum spk_tpl_class class);

/* ---- Time ---- */

int64_t spk_tpl_now(const struct spk_tpl_state *s);
struct spk_value spk_tpl_datetime(struct spk_tpl_state *s, const struct spk_civil *civil);
spk_rc spk_tpl_datetime_from_us(struct spk_tpl_state *s, int64_t us, int offset_s,
                                struct spk_value *out);
/* dateutil's isoparse. */
bool spk_tpl_isoparse(struct spk_view text, struct spk_civil *out);
/* isodate's parse_duration: a TIMEDELTA, or a DURATION where it has years or months. */
bool spk_tpl_duration_parse(struct spk_tpl_state *s, struct spk_view text, struct spk_value *out);
void spk_tpl_duration_str(struct spk_buf *out, const struct spk_tpl_duration *duration);
/* Seconds east of UTC that an IANA zone had at an instant. */
bool spk_tpl_zone_offset(struct spk_view name, int64_t us, int *offset_s);
/* Bounds of Python's datetime, in microseconds since 1970. */
bool spk_tpl_in_years(int64_t us);

/* ---- Sorting and picking ---- */

/* Stable; TypeError where two keys cannot be ordered. keys[i] belongs to items[i]. */
spk_rc spk_tpl_sort(struct spk_tpl_state *s, struct spk_value *items, struct spk_value *keys,
                    size_t len, bool reverse);
/* environment.getitem along "a.b.0"; attribute ABSENT or NULL: the item itself. */
spk_rc spk_tpl_attribute(struct spk_tpl_state *s, struct spk_value item, struct spk_value attribute,
                         struct spk_value *out);
struct spk_value spk_tpl_ignore_case(struct spk_tpl_state *s, struct spk_value v);

/* printf-style formatting: text % values; and text.format(...). */
spk_rc spk_tpl_percent(struct spk_tpl_state *s, struct spk_view format, struct spk_value values,
                       struct spk_value *out);
spk_rc spk_tpl_format(struct spk_tpl_state *s, struct spk_view format,
                      const struct spk_tpl_args *args, struct spk_value *out);
/* html escape */
void spk_tpl_escape(struct spk_buf *out, struct spk_view text);

/* ---- The whole ---- */

/* Renders; on EDATA the state's raise tells the kind. The view lives in scratch, arena or values.
 */
spk_rc spk_tpl_render(struct spk_tpl_state *s, struct spk_view *out);
/* For a template that is one expression: its value. */
void spk_tpl_state_init(struct spk_tpl_state *s, const struct spk_template *t,
                        struct spk_template_env *env);
spk_rc spk_tpl_declared(struct spk_tpl_state *s);

#endif
