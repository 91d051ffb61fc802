/* What follows a value: .name, [index], (arguments), | filter, is test; and the signs before it. */
#include "template/parser_internal.h"

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
    struct spk_tpl_node *get = spk_tpl_node_over(p, NODE_GETATTR, p->token->at, *node);
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
    struct spk_tpl_node *get = spk_tpl_node_over(p, NODE_GETITEM, p->token->at, *node);
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
    struct spk_tpl_node *call = spk_tpl_node_over(p, NODE_CALL, p->token->at, *node);
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
        struct spk_tpl_node *filter = spk_tpl_node_over(p, NODE_FILTER, p->token->at, *node);
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
    spk_rc rc = spk_tpl_parse_primary(p, &value);
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
    struct spk_tpl_node *test = spk_tpl_node_over(p, NODE_TEST, p->token->at, *node);
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
    *node = negated ? spk_tpl_node_over(p, NODE_NOT, test->at, test) : test;
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
        rc = spk_tpl_parse_primary(p, out);
    }
    if (rc == SPK_OK)
        rc = parse_postfix(p, out);
    if (rc == SPK_OK && with_filter)
        rc = parse_filter_expression(p, out);
    p->depth--;
    return rc;
}
