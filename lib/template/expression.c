/* Expressions, with the precedences of Jinja's parser: if else, or, and, not, comparisons, + -, ~,


 * * / // %, **, unary, postfix, filters and tests. */
#include "template/parser_internal.h"

#include <assert.h>

bool spk_tpl_next_is_op(const struct spk_tpl_parser *p, int op)
{
    return p->token->type == TOKEN_OPERATOR && p->token->op == op;
}

bool spk_tpl_next_is_name(const struct spk_tpl_parser *p, const char *name)
{
    return p->token->type == TOKEN_NAME && spk_view_is(p->token->text, name);
}

bool spk_tpl_skip_op(struct spk_tpl_parser *p, int op)
{
    if (!spk_tpl_next_is_op(p, op))
        return false;
    p->token++;
    return true;
}

bool spk_tpl_skip_name(struct spk_tpl_parser *p, const char *name)
{
    if (!spk_tpl_next_is_name(p, name))
        return false;
    p->token++;
    return true;
}

static const char *operator_text(int op, char buffer[3])
{
    static const char *const pairs[] = {"//", "**", "==", "!=", ">=", "<="};
    if (op >= OP_FLOORDIV && op <= OP_LE)
        return pairs[op - OP_FLOORDIV];
    buffer[0] = (char)op;
    buffer[1] = 0;
    return buffer;
}

spk_rc spk_tpl_unexpected(struct spk_tpl_parser *p, const char *wanted)
{
    const struct spk_tpl_token *token = p->token;
    char buffer[3];
    switch (token->type) {
    case TOKEN_NAME:
        return spk_tpl_fault(p->t, token->at, "unexpected '%.*s', expected %s",
                             SPK_FMT(spk_view_slice(token->text, 0, 40)), wanted);
    case TOKEN_OPERATOR:
        return spk_tpl_fault(p->t, token->at, "unexpected '%s', expected %s",
                             operator_text(token->op, buffer), wanted);
    case TOKEN_STRING:
        return spk_tpl_fault(p->t, token->at, "unexpected text, expected %s", wanted);
    case TOKEN_NUMBER:
        return spk_tpl_fault(p->t, token->at, "unexpected number, expected %s", wanted);
    case TOKEN_EOF:
        return spk_tpl_fault(p->t, token->at, "unexpected end of template, expected %s", wanted);
    default: return spk_tpl_fault(p->t, token->at, "unexpected end of tag, expected %s", wanted);
    }
}

spk_rc spk_tpl_expect_op(struct spk_tpl_parser *p, int op, const char *wanted)
{
    return spk_tpl_skip_op(p, op) ? SPK_OK : spk_tpl_unexpected(p, wanted);
}

spk_rc spk_tpl_expect_name(struct spk_tpl_parser *p, struct spk_view *out)
{
    if (p->token->type != TOKEN_NAME)
        return spk_tpl_unexpected(p, "a name");
    *out = p->token->text;
    p->token++;
    return SPK_OK;
}

struct spk_tpl_node *spk_tpl_node_new(struct spk_tpl_parser *p, enum spk_tpl_node_type type)
{
    struct spk_tpl_node *node = SPK_NEW(p->arena, struct spk_tpl_node);
    node->type = (uint8_t)type;
    node->at = p->token->at;
    return node;
}

void spk_tpl_list_add(struct spk_tpl_parser *p, struct spk_tpl_list *list,
                      struct spk_tpl_node *node)
{
    if (list->len == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        struct spk_tpl_node **items = spk_arena_array(p->arena, cap, sizeof(*items));
        if (list->len)
            memcpy(items, list->items, list->len * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    list->items[list->len++] = node;
}

spk_rc spk_tpl_enter(struct spk_tpl_parser *p)
{
    if (p->depth >= p->t->limits.max_depth)
        return spk_tpl_fault(p->t, p->token->at, "nested deeper than %zu levels",
                             p->t->limits.max_depth);
    p->depth++;
    return SPK_OK;
}

static spk_rc parse_or(struct spk_tpl_parser *p, struct spk_tpl_node **out);

struct spk_tpl_node *spk_tpl_node_over(struct spk_tpl_parser *p, enum spk_tpl_node_type type,
                                       uint32_t at, struct spk_tpl_node *a)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, type);
    node->at = at;
    node->a = a;
    return node;
}

static spk_rc parse_condition(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    spk_rc rc = parse_or(p, out);
    while (rc == SPK_OK && spk_tpl_skip_name(p, "if")) {
        struct spk_tpl_node *node = spk_tpl_node_over(p, NODE_CONDITION, at, NULL);
        node->b = *out;
        *out = node;
        rc = parse_or(p, &node->a);
        if (rc == SPK_OK && spk_tpl_skip_name(p, "else"))
            rc = spk_tpl_parse_expression(p, true, &node->c);
    }
    return rc;
}

spk_rc spk_tpl_parse_expression(struct spk_tpl_parser *p, bool with_condition,
                                struct spk_tpl_node **out)
{
    spk_rc rc = spk_tpl_enter(p);
    if (rc != SPK_OK)
        return rc;
    rc = with_condition ? parse_condition(p, out) : parse_or(p, out);
    p->depth--;
    return rc;
}

static spk_rc parse_not(struct spk_tpl_parser *p, struct spk_tpl_node **out);

static spk_rc parse_and(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    spk_rc rc = parse_not(p, out);
    while (rc == SPK_OK && spk_tpl_skip_name(p, "and")) {
        *out = spk_tpl_node_over(p, NODE_AND, at, *out);
        rc = parse_not(p, &(*out)->b);
    }
    return rc;
}

static spk_rc parse_or(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    spk_rc rc = parse_and(p, out);
    while (rc == SPK_OK && spk_tpl_skip_name(p, "or")) {
        *out = spk_tpl_node_over(p, NODE_OR, at, *out);
        rc = parse_and(p, &(*out)->b);
    }
    return rc;
}

static spk_rc parse_compare(struct spk_tpl_parser *p, struct spk_tpl_node **out);

static spk_rc parse_not(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    if (!spk_tpl_next_is_name(p, "not"))
        return parse_compare(p, out);
    spk_rc rc = spk_tpl_enter(p);
    if (rc != SPK_OK)
        return rc;
    *out = spk_tpl_node_new(p, NODE_NOT);
    p->token++;
    rc = parse_not(p, &(*out)->a);
    p->depth--;
    return rc;
}

/* The comparison operator that comes next, skipped, or 0. */
static int take_comparison(struct spk_tpl_parser *p)
{
    if (p->token->type == TOKEN_OPERATOR) {
        int op = p->token->op;
        bool compares = (op >= OP_EQ && op <= OP_LE) || op == '<' || op == '>';
        p->token += compares ? 1 : 0;
        return compares ? op : 0;
    }
    if (spk_tpl_skip_name(p, "in"))
        return OP_IN;
    if (spk_tpl_next_is_name(p, "not") && p->token[1].type == TOKEN_NAME &&
        spk_view_is(p->token[1].text, "in")) {
        p->token += 2;
        return OP_NOT_IN;
    }
    return 0;
}

static spk_rc parse_math1(struct spk_tpl_parser *p, struct spk_tpl_node **out);

static spk_rc parse_compare(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    struct spk_tpl_node *compare = NULL;
    spk_rc rc = parse_math1(p, out);
    int op = rc == SPK_OK ? take_comparison(p) : 0;
    for (; op; op = take_comparison(p)) {
        if (!compare)
            compare = spk_tpl_node_over(p, NODE_COMPARE, at, *out);
        struct spk_tpl_node *operand = spk_tpl_node_new(p, NODE_BINARY);
        operand->op = (int16_t)op;
        rc = parse_math1(p, &operand->a);
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, &compare->items, operand);
        *out = compare;
    }
    return rc;
}

static spk_rc parse_math2(struct spk_tpl_parser *p, struct spk_tpl_node **out);

static spk_rc parse_concat(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    struct spk_tpl_node *concat = NULL;
    spk_rc rc = parse_math2(p, out);
    while (rc == SPK_OK && spk_tpl_skip_op(p, '~')) {
        if (!concat) {
            concat = spk_tpl_node_over(p, NODE_CONCAT, at, NULL);
            spk_tpl_list_add(p, &concat->items, *out);
        }
        struct spk_tpl_node *operand = NULL;
        rc = parse_math2(p, &operand);
        if (rc == SPK_OK)
            spk_tpl_list_add(p, &concat->items, operand);
        *out = concat;
    }
    return rc;
}

typedef spk_rc (*parse_level)(struct spk_tpl_parser *p, struct spk_tpl_node **out);

/* Left-associative operators of one level: operands of `next` parted by any of `ops`. */
static spk_rc parse_left(struct spk_tpl_parser *p, parse_level next, const int *ops,
                         struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    spk_rc rc = next(p, out);
    while (rc == SPK_OK && p->token->type == TOKEN_OPERATOR) {
        const int *op = ops;
        while (*op && *op != p->token->op)
            op++;
        if (!*op)
            break;
        struct spk_tpl_node *node = spk_tpl_node_over(p, NODE_BINARY, at, *out);
        node->at = p->token->at;
        node->op = (int16_t)*op;
        p->token++;
        rc = next(p, &node->b);
        *out = node;
    }
    return rc;
}

static spk_rc parse_filtered_unary(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    return spk_tpl_parse_unary(p, true, out);
}

static spk_rc parse_pow(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    static const int ops[] = {OP_POW, 0};
    return parse_left(p, parse_filtered_unary, ops, out);
}

static spk_rc parse_math2(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    static const int ops[] = {'*', '/', OP_FLOORDIV, '%', 0};
    return parse_left(p, parse_pow, ops, out);
}

static spk_rc parse_math1(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    static const int ops[] = {'+', '-', 0};
    return parse_left(p, parse_concat, ops, out);
}
