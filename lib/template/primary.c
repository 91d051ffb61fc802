/* The innermost expressions: literals, names, lists, dicts, tuples. */
#include "template/parser_internal.h"

static bool tuple_ends(const struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode)
{
    return p->token->type == TOKEN_VARIABLE_END || p->token->type == TOKEN_BLOCK_END ||
           spk_tpl_next_is_op(p, ')') || (mode == TUPLE_FOR && spk_tpl_next_is_name(p, "in"));
}

static spk_rc parse_tuple_item(struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode,
                               struct spk_tpl_node **out)
{
    if (mode == TUPLE_TARGETS && p->token->type == TOKEN_NAME)
        return spk_tpl_parse_target_name(p, out);
    if (mode == TUPLE_TARGETS || mode == TUPLE_FOR)
        return spk_tpl_parse_primary(p, out);
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

spk_rc spk_tpl_parse_primary(struct spk_tpl_parser *p, struct spk_tpl_node **out)
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
