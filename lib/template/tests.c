/* Jinja's tests: value is name(argument). */
#include "template/methods_internal.h"

enum {
    IS_DEFINED,
    IS_UNDEFINED,
    IS_NONE,
    IS_BOOLEAN,
    IS_TRUE,
    IS_FALSE,
    IS_INTEGER,
    IS_FLOAT,
    IS_NUMBER,
    IS_STRING,
    IS_MAPPING,
    IS_CALLABLE,
    IS_ESCAPED,
    IS_SEQUENCE,
    IS_ITERABLE,
};

/* The kinds that pass a test, as a set of bits: internal kinds stand behind the public ones. */
#define BIT(kind) (UINT64_C(1) << ((int)(kind) < (int)SPK_TPL_ABSENT ? (kind) : (kind) - 32))
#define INTEGERS  (BIT(SPK_INT) | BIT(SPK_BIGINT))
#define SEQUENCES                                                                                  \
    (BIT(SPK_STRING) | BIT(SPK_LIST) | BIT(SPK_TUPLE) | BIT(SPK_DICT) | BIT(SPK_BYTES) |           \
     BIT(SPK_UNDEFINED))

static const uint64_t kinds[] = {
    [IS_DEFINED] = ~BIT(SPK_UNDEFINED),
    [IS_UNDEFINED] = BIT(SPK_UNDEFINED),
    [IS_NONE] = BIT(SPK_NULL),
    [IS_BOOLEAN] = BIT(SPK_BOOL),
    [IS_TRUE] = BIT(SPK_BOOL),
    [IS_FALSE] = BIT(SPK_BOOL),
    [IS_INTEGER] = INTEGERS,
    [IS_FLOAT] = BIT(SPK_FLOAT),
    [IS_NUMBER] = INTEGERS | BIT(SPK_FLOAT) | BIT(SPK_BOOL),
    [IS_STRING] = BIT(SPK_STRING),
    [IS_MAPPING] = BIT(SPK_DICT),
    [IS_CALLABLE] = BIT(SPK_TPL_CALLABLE) | BIT(SPK_UNDEFINED),
    [IS_ESCAPED] = BIT(SPK_STRING),
    [IS_SEQUENCE] = SEQUENCES,
    [IS_ITERABLE] = SEQUENCES | BIT(SPK_TPL_ITERATOR) | BIT(SPK_TPL_LOOP),
};

static bool is_kind(struct spk_value v, int what)
{
    bool passes = kinds[what] & BIT(v.kind);
    if (what == IS_TRUE || what == IS_FALSE)
        return passes && v.boolean == (what == IS_TRUE);
    return passes && (what != IS_ESCAPED || (v.flags & SPK_VALUE_SAFE));
}

static spk_rc kind(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    *out = spk_bool(is_kind(call->self, call->row->op));
    return SPK_OK;
}

/* value % divisor == rest */
static spk_rc divides(struct spk_tpl_state *s, struct spk_value value, struct spk_value divisor,
                      int64_t rest, struct spk_value *out)
{
    struct spk_value remainder;
    spk_rc rc = spk_tpl_binary(s, '%', value, divisor, &remainder);
    if (rc == SPK_OK)
        *out = spk_bool(spk_tpl_equal(remainder, spk_int(rest)));
    return rc;
}

static spk_rc parity(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    return divides(s, call->self, spk_int(2), call->row->op, out);
}

static spk_rc divisible(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    return divides(s, call->self, call->args[0], 0, out);
}

static spk_rc compare(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                      struct spk_value *out)
{
    bool holds;
    spk_rc rc = spk_tpl_compare(s, call->row->op, call->self, call->args[0], &holds);
    if (rc == SPK_OK)
        *out = spk_bool(holds);
    return rc;
}

static spk_rc same(struct spk_tpl_state *s, const struct spk_tpl_call *call, struct spk_value *out)
{
    struct spk_value a = call->self;
    struct spk_value b = call->args[0];
    bool container = a.kind == SPK_LIST || a.kind == SPK_DICT || a.kind == SPK_TUPLE;
    *out = spk_bool(a.kind == b.kind && (container ? a.list == b.list : spk_tpl_equal(a, b)));
    return SPK_OK;
}

static spk_rc text_case(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                        struct spk_value *out)
{
    struct spk_view text;
    spk_rc rc = spk_tpl_str(s, call->self, &text);
    if (rc == SPK_OK)
        *out = spk_bool(spk_tpl_is_cased(text, call->row->op));
    return rc;
}

enum { NAMES_FILTER, NAMES_TEST };

static spk_rc exists(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                     struct spk_value *out)
{
    struct spk_view name = spk_value_text_or(call->self, "");
    *out = spk_bool(call->row->op == NAMES_FILTER ? spk_tpl_filter_find(name) != NULL
                                                  : spk_tpl_test_find(name) != NULL);
    return spk_tpl_hashable(s, call->self);
}

const struct spk_tpl_row spk_tpl_tests[] = {
    {"defined", "", kind, IS_DEFINED},
    {"undefined", "", kind, IS_UNDEFINED},
    {"none", "", kind, IS_NONE},
    {"boolean", "", kind, IS_BOOLEAN},
    {"true", "", kind, IS_TRUE},
    {"false", "", kind, IS_FALSE},
    {"integer", "", kind, IS_INTEGER},
    {"float", "", kind, IS_FLOAT},
    {"number", "", kind, IS_NUMBER},
    {"string", "", kind, IS_STRING},
    {"mapping", "", kind, IS_MAPPING},
    {"callable", "", kind, IS_CALLABLE},
    {"escaped", "", kind, IS_ESCAPED},
    {"sequence", "", kind, IS_SEQUENCE},
    {"iterable", "", kind, IS_ITERABLE},
    {"odd", "", parity, 1},
    {"even", "", parity, 0},
    {"divisibleby", "num", divisible, 0},
    {"lower", "", text_case, false},
    {"upper", "", text_case, true},
    {"sameas", "other", same, 0},
    {"in", "seq", compare, OP_IN},
    {"==", "/other", compare, OP_EQ},
    {"eq", "/other", compare, OP_EQ},
    {"equalto", "/other", compare, OP_EQ},
    {"!=", "/other", compare, OP_NE},
    {"ne", "/other", compare, OP_NE},
    {">", "/other", compare, '>'},
    {"gt", "/other", compare, '>'},
    {"greaterthan", "/other", compare, '>'},
    {">=", "/other", compare, OP_GE},
    {"ge", "/other", compare, OP_GE},
    {"<", "/other", compare, '<'},
    {"lt", "/other", compare, '<'},
    {"lessthan", "/other", compare, '<'},
    {"<=", "/other", compare, OP_LE},
    {"le", "/other", compare, OP_LE},
    {"filter", "", exists, NAMES_FILTER},
    {"test", "", exists, NAMES_TEST},
    {0},
};
