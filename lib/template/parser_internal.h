#ifndef SPK_TEMPLATE_PARSER_INTERNAL_H
#define SPK_TEMPLATE_PARSER_INTERNAL_H
/* What the parts of the parser share: parser.c (statements), expression.c (operators), postfix.c,
 * primary.c. */
#include "template/template_internal.h"

struct spk_tpl_parser {
    struct spk_template *t;
    struct spk_arena *arena;
    const struct spk_tpl_token *token; /* the next one; the last is EOF */
    size_t depth;
};

/* Says what was met instead of what was wanted. */
spk_rc spk_tpl_unexpected(struct spk_tpl_parser *p, const char *wanted);
struct spk_tpl_node *spk_tpl_node_new(struct spk_tpl_parser *p, enum spk_tpl_node_type type);
void spk_tpl_list_add(struct spk_tpl_parser *p, struct spk_tpl_list *list,
                      struct spk_tpl_node *node);
bool spk_tpl_next_is_op(const struct spk_tpl_parser *p, int op);
bool spk_tpl_next_is_name(const struct spk_tpl_parser *p, const char *name);
bool spk_tpl_skip_op(struct spk_tpl_parser *p, int op);
bool spk_tpl_skip_name(struct spk_tpl_parser *p, const char *name);
spk_rc spk_tpl_expect_op(struct spk_tpl_parser *p, int op, const char *wanted);
spk_rc spk_tpl_expect_name(struct spk_tpl_parser *p, struct spk_view *out);
spk_rc spk_tpl_enter(struct spk_tpl_parser *p); /* one level deeper; leave by --p->depth */

enum spk_tpl_tuple_mode {
    TUPLE_PLAIN,   /* expressions; a comma makes a tuple */
    TUPLE_NO_IF,   /* the same without "x if y" */
    TUPLE_PARENS,  /* between brackets, where it may be empty */
    TUPLE_TARGETS, /* names and literals only */
    TUPLE_FOR,     /* the same, ended by "in" */
};
spk_rc spk_tpl_parse_tuple(struct spk_tpl_parser *p, enum spk_tpl_tuple_mode mode,
                           struct spk_tpl_node **out);
spk_rc spk_tpl_parse_expression(struct spk_tpl_parser *p, bool with_condition,
                                struct spk_tpl_node **out);
/* A node of this kind at an offset, whose first operand is `a`. */
struct spk_tpl_node *spk_tpl_node_over(struct spk_tpl_parser *p, enum spk_tpl_node_type type,
                                       uint32_t at, struct spk_tpl_node *a);
spk_rc spk_tpl_parse_primary(struct spk_tpl_parser *p, struct spk_tpl_node **out);
spk_rc spk_tpl_parse_unary(struct spk_tpl_parser *p, bool with_filter, struct spk_tpl_node **out);
/* name, or namespace.attribute where allowed */
spk_rc spk_tpl_parse_target_name(struct spk_tpl_parser *p, struct spk_tpl_node **out);
/* Filters behind `node`; with `inline`, the first needs no '|'. */
spk_rc spk_tpl_parse_filters(struct spk_tpl_parser *p, bool inline_first,
                             struct spk_tpl_node **node);

#endif
