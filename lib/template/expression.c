/* Expressions, with the precedences of Jinja's parser: if else, or, and, not, comparisons, + -, ~,
 * * / // %, **, unary, postfix, filters and tests. */
#include "parser_internal.h"

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

static struct spk_tpl_node *pair(struct spk_tpl_parser *p, enum spk_tpl_node_type type, uint32_t at,
                                 struct spk_tpl_node *a)
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
        struct spk_tpl_node *node = pair(p, NODE_CONDITION, at, NULL);
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
        *out = pair(p, NODE_AND, at, *out);
        rc = parse_not(p, &(*out)->b);
    }
    return rc;
}

static spk_rc parse_or(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    uint32_t at = p->token->at;
    spk_rc rc = parse_and(p, out);
    while (rc == SPK_OK && spk_tpl_skip_name(p, "or")) {
        *out = pair(p, NODE_OR, at, *out);
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
            compare = pair(p, NODE_COMPARE, at, *out);
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
            concat = pair(p, NODE_CONCAT, at, NULL);
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
        struct spk_tpl_node *node = pair(p, NODE_BINARY, at, *out);
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

static bool tuple_ends(const struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode)
{
    return p->token->type == TOKEN_VARIABLE_END || p->token->type == TOKEN_BLOCK_END ||
           spk_tpl_next_is_op(p, ')') || (mode == TUPLE_FOR && spk_tpl_next_is_name(p, "in"));
}

static spk_rc parse_primary(struct spk_tpl_parser *p, struct spk_tpl_node **out);

static spk_rc parse_tuple_item(struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode,
                               struct spk_tpl_node **out)
{
    if (mode == TUPLE_TARGETS && p->token->type == TOKEN_NAME)
        return spk_tpl_parse_target_name(p, out);
    if (mode == TUPLE_TARGETS || mode == TUPLE_FOR)
        return parse_primary(p, out);
    return spk_tpl_parse_expression(p, mode != TUPLE_NO_IF, out);
}

spk_rc spk_tpl_parse_tuple(struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode,
                           struct spk_tpl_node **out)
{
    struct spk_tpl_node *tuple = spk_tpl_node_new(p, NODE_TUPLE);
    bool commas = false;
    while (!tuple_ends(p, mode)) {
        struct spk_tpl_node *item = NULL;
        spk_rc rc = parse_tuple_item(p, mode, &item);
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, &tuple->items, item);
        if (!spk_tpl_skip_op(p, ','))
            break;
        commas = true;
    }
    if (!commas && tuple->items.len == 0 && mode != TUPLE_PARENS)
        return spk_tpl_unexpected(p, "an expression");
    *out = !commas && tuple->items.len == 1 ? tuple->items.items[0] : tuple;
    return SPK_OK;
}

/* Items up to `close`, parted by commas; with a colon for dicts. */
static spk_rc parse_items(struct spk_tpl_parser *p, int close, struct spk_tpl_node *node)
{
    p->token++;
    while (!spk_tpl_next_is_op(p, close)) {
        if (node->items.len > 0) {
            spk_rc rc = spk_tpl_expect_op(p, ',', close == ']' ? "',' or ']'" : "',' or '}'");
            if (rc != SPK_OK)
                return rc;
            if (spk_tpl_next_is_op(p, close))
                break;
        }
        for (int part = 0; part < (close == '}' ? 2 : 1); part++) {
            struct spk_tpl_node *item = NULL;
            spk_rc rc = part ? spk_tpl_expect_op(p, ':', "':'") : SPK_OK;
            if (rc == SPK_OK)
                rc = spk_tpl_parse_expression(p, true, &item);
            if (rc != SPK_OK)
                return rc;
            spk_tpl_list_add(p, &node->items, item);
        }
    }
    p->token++;
    return SPK_OK;
}

static spk_rc parse_string(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    *out = spk_tpl_node_new(p, NODE_CONST);
    struct spk_view text = p->token->text;
    p->token++;
    if (p->token->type == TOKEN_STRING) {
        struct spk_buf whole = {0};
        spk_buf_append(&whole, text);
        for (; p->token->type == TOKEN_STRING; p->token++)
            spk_buf_append(&whole, p->token->text);
        text = spk_arena_dup(p->arena, spk_buf_view(&whole));
        spk_buf_deinit(&whole);
    }
    (*out)->value = spk_string(text);
    return SPK_OK;
}

static spk_rc parse_name(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_view name = p->token->text;
    *out = spk_tpl_node_new(p, NODE_CONST);
    bool yes = spk_view_is(name, "true") || spk_view_is(name, "True");
    if (yes || spk_view_is(name, "false") || spk_view_is(name, "False")) {
        (*out)->value = spk_bool(yes);
    } else if (spk_view_is(name, "none") || spk_view_is(name, "None")) {
        (*out)->value = spk_null();
    } else {
        (*out)->type = NODE_NAME;
        (*out)->name = name;
    }
    p->token++;
    return SPK_OK;
}

static spk_rc parse_bracketed(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    spk_rc rc = spk_tpl_enter(p);
    if (rc != SPK_OK)
        return rc;
    if (spk_tpl_skip_op(p, '(')) {
        rc = spk_tpl_parse_tuple(p, TUPLE_PARENS, out);
        if (rc == SPK_OK)
            rc = spk_tpl_expect_op(p, ')', "')'");
    } else {
        bool list = spk_tpl_next_is_op(p, '[');
        *out = spk_tpl_node_new(p, list ? NODE_LIST : NODE_DICT);
        rc = parse_items(p, list ? ']' : '}', *out);
    }
    p->depth--;
    return rc;
}

static spk_rc parse_primary(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    switch (p->token->type) {
    case TOKEN_NAME: return parse_name(p, out);
    case TOKEN_STRING: return parse_string(p, out);
    case TOKEN_NUMBER:
        *out = spk_tpl_node_new(p, NODE_CONST);
        (*out)->value = p->token->value;
        p->token++;
        return SPK_OK;
    default:
        if (spk_tpl_next_is_op(p, '(') || spk_tpl_next_is_op(p, '[') || spk_tpl_next_is_op(p, '{'))
            return parse_bracketed(p, out);
        return spk_tpl_unexpected(p, "an expression");
    }
}

spk_rc spk_tpl_parse_target_name(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    if (p->token[1].type != TOKEN_OPERATOR || p->token[1].op != '.')
        return parse_name(p, out);
    *out = spk_tpl_node_new(p, NODE_ATTRIBUTE);
    (*out)->name = p->token->text;
    p->token += 2;
    struct spk_view attribute;
    spk_rc rc = spk_tpl_expect_name(p, &attribute);
    if (rc == SPK_OK)
        (*out)->value = spk_string(attribute);
    return rc;
}

/* One part of [a:b:c], or NULL where it is left out. */
static spk_rc parse_bound(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    *out = NULL;
    if (spk_tpl_next_is_op(p, ':') || spk_tpl_next_is_op(p, ']') || spk_tpl_next_is_op(p, ','))
        return SPK_OK;
    return spk_tpl_parse_expression(p, true, out);
}

static spk_rc parse_subscribed(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *slice = spk_tpl_node_new(p, NODE_SLICE);
    spk_rc rc = SPK_OK;
    if (!spk_tpl_next_is_op(p, ':')) {
        rc = spk_tpl_parse_expression(p, true, &slice->a);
        *out = slice->a;
    }
    if (rc != SPK_OK || !spk_tpl_skip_op(p, ':'))
        return rc;
    rc = parse_bound(p, &slice->b);
    if (rc == SPK_OK && spk_tpl_skip_op(p, ':'))
        rc = parse_bound(p, &slice->c);
    *out = slice;
    return rc;
}

static spk_rc parse_attribute(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    struct spk_tpl_node *get = pair(p, NODE_GETATTR, p->token->at, *node);
    p->token++;
    if (p->token->type == TOKEN_NAME) {
        get->name = p->token->text;
    } else if (p->token->type == TOKEN_NUMBER && p->token->value.kind == SPK_INT) {
        get->type = NODE_GETITEM;
        get->b = spk_tpl_node_new(p, NODE_CONST);
        get->b->value = p->token->value;
    } else {
        return spk_tpl_unexpected(p, "a name or a number");
    }
    p->token++;
    *node = get;
    return SPK_OK;
}

static spk_rc parse_subscript(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    struct spk_tpl_node *get = pair(p, NODE_GETITEM, p->token->at, *node);
    struct spk_tpl_node *tuple = spk_tpl_node_new(p, NODE_TUPLE);
    p->token++;
    while (!spk_tpl_next_is_op(p, ']')) {
        spk_rc rc = tuple->items.len ? spk_tpl_expect_op(p, ',', "',' or ']'") : SPK_OK;
        struct spk_tpl_node *item = NULL;
        if (rc == SPK_OK)
            rc = parse_subscribed(p, &item);
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, &tuple->items, item);
    }
    p->token++;
    get->b = tuple->items.len == 1 ? tuple->items.items[0] : tuple;
    *node = get;
    return SPK_OK;
}

static void add_named(struct spk_tpl_parser *p, struct spk_tpl_call_args *call,
                      struct spk_view name, struct spk_tpl_node *value)
{
    struct spk_tpl_named *named = spk_arena_array(p->arena, call->named_len + 1, sizeof *named);
    if (call->named_len)
        memcpy(named, call->named, call->named_len * sizeof *named);
    named[call->named_len++] = (struct spk_tpl_named){name, value};
    call->named = named;
}

static spk_rc parse_argument(struct spk_tpl_parser *p, struct spk_tpl_call_args *call)
{
    uint32_t at = p->token->at;
    struct spk_tpl_node *value = NULL;
    spk_rc rc;
    bool legal = true;
    if (spk_tpl_skip_op(p, '*')) {
        legal = !call->star && !call->star_star;
        rc = spk_tpl_parse_expression(p, true, &call->star);
    } else if (spk_tpl_skip_op(p, OP_POW)) {
        legal = !call->star_star;
        rc = spk_tpl_parse_expression(p, true, &call->star_star);
    } else if (p->token->type == TOKEN_NAME && p->token[1].type == TOKEN_OPERATOR &&
               p->token[1].op == '=') {
        struct spk_view name = p->token->text;
        legal = !call->star_star;
        p->token += 2;
        rc = spk_tpl_parse_expression(p, true, &value);
        add_named(p, call, name, value);
    } else {
        legal = !call->star && !call->star_star && !call->named_len;
        rc = spk_tpl_parse_expression(p, true, &value);
        spk_tpl_list_add(p, &call->list, value);
    }
    if (rc == SPK_OK && !legal)
        return spk_tpl_fault(p->t, at, "arguments in a wrong order");
    if (rc == SPK_OK && call->list.len + call->named_len > SPK_TPL_MAX_ARGUMENTS)
        return spk_tpl_fault(p->t, at, "more than %d arguments", SPK_TPL_MAX_ARGUMENTS);
    return rc;
}

static spk_rc parse_arguments(struct spk_tpl_parser *p, const struct spk_tpl_call_args **out)
{
    struct spk_tpl_call_args *call = SPK_NEW(p->arena, struct spk_tpl_call_args);
    p->token++;
    for (bool first = true; !spk_tpl_next_is_op(p, ')'); first = false) {
        if (!first) {
            spk_rc rc = spk_tpl_expect_op(p, ',', "',' or ')'");
            if (rc != SPK_OK)
                return rc;
            if (spk_tpl_next_is_op(p, ')'))
                break;
        }
        spk_rc rc = parse_argument(p, call);
        if (rc != SPK_OK)
            return rc;
    }
    p->token++;
    *out = call;
    return SPK_OK;
}

static spk_rc parse_call(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    struct spk_tpl_node *call = pair(p, NODE_CALL, p->token->at, *node);
    *node = call;
    return parse_arguments(p, &call->call);
}

static spk_rc parse_postfix(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK && p->token->type == TOKEN_OPERATOR) {
        if (p->token->op == '.')
            rc = parse_attribute(p, node);
        else if (p->token->op == '[')
            rc = parse_subscript(p, node);
        else if (p->token->op == '(')
            rc = parse_call(p, node);
        else
            break;
    }
    return rc;
}

/* A dotted name, as filters and tests may have. */
static spk_rc parse_dotted(struct spk_tpl_parser *p, struct spk_view *out)
{
    spk_rc rc = spk_tpl_expect_name(p, out);
    while (rc == SPK_OK && spk_tpl_skip_op(p, '.')) {
        struct spk_view part;
        rc = spk_tpl_expect_name(p, &part);
        if (rc == SPK_OK)
            *out = spk_arena_printf(p->arena, "%.*s.%.*s", SPK_FMT(*out), SPK_FMT(part));
    }
    return rc;
}

static const struct spk_tpl_call_args no_arguments;

spk_rc spk_tpl_parse_filters(struct spk_tpl_parser *p, bool inline_first,
                             struct spk_tpl_node **node)
{
    while (inline_first || spk_tpl_next_is_op(p, '|')) {
        if (!inline_first)
            p->token++;
        inline_first = false;
        struct spk_tpl_node *filter = pair(p, NODE_FILTER, p->token->at, *node);
        spk_rc rc = parse_dotted(p, &filter->name);
        filter->call = &no_arguments;
        if (rc == SPK_OK && spk_tpl_next_is_op(p, '('))
            rc = parse_arguments(p, &filter->call);
        if (rc != SPK_OK)
            return rc;
        filter->row = spk_tpl_filter_find(filter->name);
        *node = filter;
    }
    return SPK_OK;
}

static bool test_has_argument(const struct spk_tpl_parser *p)
{
    if (p->token->type == TOKEN_NAME)
        return !spk_tpl_next_is_name(p, "else") && !spk_tpl_next_is_name(p, "or") &&
               !spk_tpl_next_is_name(p, "and");
    return p->token->type == TOKEN_STRING || p->token->type == TOKEN_NUMBER ||
           spk_tpl_next_is_op(p, '[') || spk_tpl_next_is_op(p, '{');
}

/* "is divisibleby 3": the argument without brackets. */
static spk_rc parse_bare_argument(struct spk_tpl_parser *p, struct spk_tpl_node *test)
{
    if (spk_tpl_next_is_name(p, "is"))
        return spk_tpl_unexpected(p, "one test after another only with 'and'");
    struct spk_tpl_call_args *call = SPK_NEW(p->arena, struct spk_tpl_call_args);
    struct spk_tpl_node *value = NULL;
    spk_rc rc = parse_primary(p, &value);
    if (rc == SPK_OK)
        rc = parse_postfix(p, &value);
    spk_tpl_list_add(p, &call->list, value);
    test->call = call;
    return rc;
}

static spk_rc parse_test(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    p->token++;
    bool negated = spk_tpl_skip_name(p, "not");
    struct spk_tpl_node *test = pair(p, NODE_TEST, p->token->at, *node);
    test->call = &no_arguments;
    spk_rc rc = parse_dotted(p, &test->name);
    if (rc != SPK_OK)
        return rc;
    if (spk_tpl_next_is_op(p, '('))
        rc = parse_arguments(p, &test->call);
    else if (test_has_argument(p))
        rc = parse_bare_argument(p, test);
    if (rc != SPK_OK)
        return rc;
    test->row = spk_tpl_test_find(test->name);
    *node = negated ? pair(p, NODE_NOT, test->at, test) : test;
    return SPK_OK;
}

static spk_rc parse_filter_expression(struct spk_tpl_parser *p, struct spk_tpl_node **node)
{
    spk_rc rc = SPK_OK;
    while (rc == SPK_OK) {
        if (spk_tpl_next_is_op(p, '|'))
            rc = spk_tpl_parse_filters(p, false, node);
        else if (spk_tpl_next_is_name(p, "is"))
            rc = parse_test(p, node);
        else if (spk_tpl_next_is_op(p, '('))
            rc = parse_call(p, node);
        else
            break;
    }
    return rc;
}

spk_rc spk_tpl_parse_unary(struct spk_tpl_parser *p, bool with_filter, struct spk_tpl_node **out)
{
    spk_rc rc = spk_tpl_enter(p);
    if (rc != SPK_OK)
        return rc;
    if (spk_tpl_next_is_op(p, '-') || spk_tpl_next_is_op(p, '+')) {
        *out = spk_tpl_node_new(p, p->token->op == '-' ? NODE_NEGATE : NODE_PLUS);
        p->token++;
        rc = spk_tpl_parse_unary(p, false, &(*out)->a);
    } else {
        rc = parse_primary(p, out);
    }
    if (rc == SPK_OK)
        rc = parse_postfix(p, out);
    if (rc == SPK_OK && with_filter)
        rc = parse_filter_expression(p, out);
    p->depth--;
    return rc;
}
