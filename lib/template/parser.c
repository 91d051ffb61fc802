/* Tags, text and statements -> a tree of nodes. */
#include "template/parser_internal.h"

/* Names that end the block which is being parsed, such as "else endif". */
static bool ends_block(const struct spk_tpl_parser *p, const char *ends)
{
    if (!ends || p->token[1].type != TOKEN_NAME)
        return false;
    struct spk_view rest = spk_view_of(ends);
    while (rest.at) {
        if (spk_view_equal(spk_view_cut(&rest, ' '), p->token[1].text))
            return true;
    }
    return false;
}

static spk_rc parse_statement(struct spk_tpl_parser *p, struct spk_tpl_list *out);

static spk_rc parse_output(struct spk_tpl_parser *p, struct spk_tpl_list *out)
{
    p->token++;
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_OUTPUT);
    spk_rc rc = spk_tpl_parse_tuple(p, TUPLE_PLAIN, &node->a);
    if (rc != SPK_OK)
        return rc;
    if (p->token->type != TOKEN_VARIABLE_END)
        return spk_tpl_unexpected(p, "'}}'");
    p->token++;
    spk_tpl_list_add(p, out, node);
    return SPK_OK;
}

static void add_data(struct spk_tpl_parser *p, struct spk_tpl_list *out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_DATA);
    node->value = spk_string(p->token->text);
    p->token++;
    spk_tpl_list_add(p, out, node);
}

static spk_rc expect_block_end(struct spk_tpl_parser *p)
{
    if (p->token->type != TOKEN_BLOCK_END)
        return spk_tpl_unexpected(p, "'%}'");
    p->token++;
    return SPK_OK;
}

/* Text and tags up to {% one of ends %}, or to the end of the template where ends is NULL. The name
 * that ended it is skipped and given back. */
static spk_rc parse_body(struct spk_tpl_parser *p, const char *ends, struct spk_tpl_list *out,
                         struct spk_view *ended_by)
{
    while (p->token->type != TOKEN_EOF) {
        spk_rc rc = SPK_OK;
        if (p->token->type == TOKEN_DATA) {
            add_data(p, out);
        } else if (p->token->type == TOKEN_VARIABLE_BEGIN) {
            rc = parse_output(p, out);
        } else if (ends_block(p, ends)) {
            *ended_by = p->token[1].text;
            p->token += 2;
            return SPK_OK;
        } else {
            p->token++;
            rc = parse_statement(p, out);
            if (rc == SPK_OK)
                rc = expect_block_end(p);
        }
        if (rc != SPK_OK)
            return rc;
    }
    return ends ? spk_tpl_fault(p->t, p->token->at, "missing end of block: expected {%% %s %%}",
                                ends)
                : SPK_OK;
}

/* The end of the opening tag, the body, and its end name, which is skipped. */
static spk_rc parse_block(struct spk_tpl_parser *p, const char *ends, struct spk_tpl_list *out,
                          struct spk_view *ended_by)
{
    spk_tpl_skip_op(p, ':'); /* allowed for those who think of Python */
    spk_rc rc = expect_block_end(p);
    return rc == SPK_OK ? parse_body(p, ends, out, ended_by) : rc;
}

static spk_rc parse_else(struct spk_tpl_parser *p, const char *end, struct spk_tpl_node **out)
{
    struct spk_view ended_by;
    *out = spk_tpl_node_new(p, NODE_BLOCK);
    return parse_block(p, end, &(*out)->items, &ended_by);
}

static spk_rc parse_if(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node **place = out;
    struct spk_view ended_by = {0};
    do {
        struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_IF);
        *place = node;
        place = &node->b;
        spk_rc rc = spk_tpl_parse_tuple(p, TUPLE_NO_IF, &node->a);
        if (rc == SPK_OK)
            rc = parse_block(p, "elif else endif", &node->items, &ended_by);
        if (rc != SPK_OK)
            return rc;
    } while (spk_view_is(ended_by, "elif"));
    return spk_view_is(ended_by, "else") ? parse_else(p, "endif", place) : SPK_OK;
}

/* A target of an assignment must be made of names. */
static spk_rc check_target(struct spk_tpl_parser *p, const struct spk_tpl_node *target)
{
    if (target->type == NODE_NAME || target->type == NODE_ATTRIBUTE)
        return SPK_OK;
    if (target->type != NODE_TUPLE)
        return spk_tpl_fault(p->t, target->at, "cannot assign to this; write a name");
    for (uint32_t i = 0; i < target->items.len; i++) {
        spk_rc rc = check_target(p, target->items.items[i]);
        if (rc != SPK_OK)
            return rc;
    }
    return SPK_OK;
}

static spk_rc parse_target(struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode,
                           struct spk_tpl_node **out)
{
    spk_rc rc = spk_tpl_parse_tuple(p, mode, out);
    return rc == SPK_OK ? check_target(p, *out) : rc;
}

static spk_rc parse_for(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_FOR);
    struct spk_view ended_by = {0};
    *out = node;
    spk_rc rc = parse_target(p, TUPLE_FOR, &node->a);
    if (rc == SPK_OK && !spk_tpl_skip_name(p, "in"))
        rc = spk_tpl_unexpected(p, "'in'");
    if (rc == SPK_OK)
        rc = spk_tpl_parse_tuple(p, TUPLE_NO_IF, &node->b);
    if (rc == SPK_OK && spk_tpl_skip_name(p, "if"))
        rc = spk_tpl_parse_expression(p, true, &node->c);
    if (rc == SPK_OK && spk_tpl_next_is_name(p, "recursive"))
        rc = spk_tpl_fault(p->t, p->token->at, "recursive loops are not supported");
    if (rc == SPK_OK)
        rc = parse_block(p, "else endfor", &node->items, &ended_by);
    if (rc == SPK_OK && spk_view_is(ended_by, "else"))
        rc = parse_else(p, "endfor", &node->otherwise);
    return rc;
}

static struct spk_tpl_node *hole(struct spk_tpl_parser *p)
{
    return spk_tpl_node_new(p, NODE_HOLE);
}

static spk_rc parse_set(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_SET);
    struct spk_view ended_by;
    *out = node;
    spk_rc rc = parse_target(p, TUPLE_TARGETS, &node->a);
    if (rc != SPK_OK)
        return rc;
    if (spk_tpl_skip_op(p, '='))
        return spk_tpl_parse_tuple(p, TUPLE_PLAIN, &node->b);
    node->type = NODE_SET_BLOCK;
    node->b = hole(p);
    rc = spk_tpl_parse_filters(p, false, &node->b);
    return rc == SPK_OK ? parse_block(p, "endset", &node->items, &ended_by) : rc;
}

static spk_rc parse_filter_block(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_FILTER_BLOCK);
    struct spk_view ended_by;
    *out = node;
    node->b = hole(p);
    spk_rc rc = spk_tpl_parse_filters(p, true, &node->b);
    return rc == SPK_OK ? parse_block(p, "endfilter", &node->items, &ended_by) : rc;
}

static spk_rc parse_with(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_WITH);
    struct spk_view ended_by;
    *out = node;
    while (p->token->type != TOKEN_BLOCK_END) {
        struct spk_tpl_node *target = NULL;
        struct spk_tpl_node *value = NULL;
        spk_rc rc = node->pairs.len ? spk_tpl_expect_op(p, ',', "','") : SPK_OK;
        if (rc == SPK_OK && p->token->type != TOKEN_NAME)
            rc = spk_tpl_unexpected(p, "a name");
        if (rc == SPK_OK)
            rc = spk_tpl_parse_unary(p, false, &target);
        if (rc == SPK_OK)
            rc = check_target(p, target);
        if (rc == SPK_OK)
            rc = spk_tpl_expect_op(p, '=', "'='");
        if (rc == SPK_OK)
            rc = spk_tpl_parse_expression(p, true, &value);
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, &node->pairs, target);
        spk_tpl_list_add(p, &node->pairs, value);
    }
    return parse_block(p, "endwith", &node->items, &ended_by);
}

/* A block is a scope here, since nothing can extend a template of a manifest. */
static spk_rc parse_named_block(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_WITH);
    struct spk_view ended_by;
    struct spk_view name;
    *out = node;
    spk_rc rc = spk_tpl_expect_name(p, &name);
    if (rc == SPK_OK)
        rc = parse_block(p, "endblock", &node->items, &ended_by);
    if (rc == SPK_OK && p->token->type == TOKEN_NAME && spk_view_equal(p->token->text, name))
        p->token++;
    return rc;
}

/* (a, b=1) -> pairs of a name and its default or NULL */
static spk_rc parse_signature(struct spk_tpl_parser *p, struct spk_tpl_list *pairs)
{
    spk_rc rc = spk_tpl_expect_op(p, '(', "'('");
    while (rc == SPK_OK && !spk_tpl_skip_op(p, ')')) {
        struct spk_tpl_node *name = NULL;
        struct spk_tpl_node *value = NULL;
        if (pairs->len)
            rc = spk_tpl_expect_op(p, ',', "',' or ')'");
        if (rc == SPK_OK && p->token->type != TOKEN_NAME)
            rc = spk_tpl_unexpected(p, "a name");
        if (rc == SPK_OK)
            rc = spk_tpl_parse_unary(p, false, &name);
        if (rc == SPK_OK)
            rc = check_target(p, name);
        if (rc == SPK_OK && spk_tpl_skip_op(p, '='))
            rc = spk_tpl_parse_expression(p, true, &value);
        else if (rc == SPK_OK && pairs->len && pairs->items[pairs->len - 1])
            rc = spk_tpl_unexpected(p, "a default, since the parameter before has one");
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, pairs, name);
        spk_tpl_list_add(p, pairs, value);
    }
    return rc;
}

static spk_rc parse_macro(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_MACRO);
    struct spk_view ended_by;
    *out = node;
    spk_rc rc = spk_tpl_expect_name(p, &node->name);
    if (rc == SPK_OK)
        rc = parse_signature(p, &node->pairs);
    return rc == SPK_OK ? parse_block(p, "endmacro", &node->items, &ended_by) : rc;
}

static spk_rc parse_call_block(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    struct spk_tpl_node *node = spk_tpl_node_new(p, NODE_CALL_BLOCK);
    struct spk_view ended_by;
    *out = node;
    node->name = spk_view_of("caller");
    spk_rc rc = spk_tpl_next_is_op(p, '(') ? parse_signature(p, &node->pairs) : SPK_OK;
    if (rc == SPK_OK)
        rc = spk_tpl_parse_expression(p, true, &node->a);
    if (rc == SPK_OK && node->a->type != NODE_CALL)
        rc = spk_tpl_fault(p->t, node->a->at, "expected a call");
    return rc == SPK_OK ? parse_block(p, "endcall", &node->items, &ended_by) : rc;
}

static spk_rc parse_print(struct spk_tpl_parser *p, struct spk_tpl_node **out)
{
    *out = spk_tpl_node_new(p, NODE_BLOCK);
    while (p->token->type != TOKEN_BLOCK_END) {
        spk_rc rc = (*out)->items.len ? spk_tpl_expect_op(p, ',', "','") : SPK_OK;
        struct spk_tpl_node *output = spk_tpl_node_new(p, NODE_OUTPUT);
        if (rc == SPK_OK)
            rc = spk_tpl_parse_expression(p, true, &output->a);
        if (rc != SPK_OK)
            return rc;
        spk_tpl_list_add(p, &(*out)->items, output);
    }
    return SPK_OK;
}

static spk_rc parse_statement(struct spk_tpl_parser *p, struct spk_tpl_list *out)
{
    static const struct {
        const char *name;
        spk_rc (*parse)(struct spk_tpl_parser *p, struct spk_tpl_node **out);
    } statements[] = {
        {"if", parse_if},
        {"for", parse_for},
        {"set", parse_set},
        {"with", parse_with},
        {"filter", parse_filter_block},
        {"macro", parse_macro},
        {"call", parse_call_block},
        {"block", parse_named_block},
        {"print", parse_print},
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (!spk_tpl_skip_name(p, statements[i].name))
            continue;
        struct spk_tpl_node *node = NULL;
        spk_rc rc = spk_tpl_enter(p);
        if (rc == SPK_OK)
            rc = statements[i].parse(p, &node);
        if (rc != SPK_OK)
            return rc;
        p->depth--;
        spk_tpl_list_add(p, out, node);
        return SPK_OK;
    }
    return spk_tpl_unexpected(p,
                              "one of if, for, set, with, filter, macro, call, block, print, raw");
}

spk_rc spk_tpl_parse(struct spk_template *t, const struct spk_tpl_tokens *tokens)
{
    struct spk_tpl_parser p = {.t = t, .arena = t->arena, .token = tokens->items};
    struct spk_view ended_by;
    t->root = spk_tpl_node_new(&p, NODE_BLOCK);
    return parse_body(&p, NULL, &t->root->items, &ended_by);
}
