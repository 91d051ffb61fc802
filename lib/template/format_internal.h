#ifndef SPK_TEMPLATE_FORMAT_INTERNAL_H
#define SPK_TEMPLATE_FORMAT_INTERNAL_H
/* What "%s" % values (percent.c) and "{}".format(values) (format.c) share: pad.c. */
#include "template/template_internal.h"

enum { SPK_TPL_MAX_WIDTH = 1 << 16 };

/* What stands between '%' or ':' and the type letter. */
struct spk_tpl_spec {
    bool left, plus, blank, zero, alternate, comma;
    char align; /* < > ^ =, or 0 */
    struct spk_view fill;
    int width;
    int precision; /* -1: none */
    char type;     /* 0: none */
};

/* Digits from `at` on, at most SPK_TPL_MAX_WIDTH; returns the offset behind them. */
size_t spk_tpl_read_count(struct spk_view text, size_t at, int *out);
/* Flags such as + # 0 from `at` on; returns the offset behind them. */
size_t spk_tpl_read_flags(struct spk_view text, size_t at, struct spk_tpl_spec *spec);
bool spk_tpl_is_integer(struct spk_value v);
/* A number as text, with its sign, commas and padding. */
spk_rc spk_tpl_append_number(struct spk_tpl_state *s, struct spk_buf *out,
                             const struct spk_tpl_spec *spec, struct spk_view text);
spk_rc spk_tpl_append_float(struct spk_tpl_state *s, struct spk_buf *out,
                            const struct spk_tpl_spec *spec, double number);
spk_rc spk_tpl_append_integer(struct spk_tpl_state *s, struct spk_buf *out,
                              const struct spk_tpl_spec *spec, struct spk_value v);
spk_rc spk_tpl_append_text(struct spk_tpl_state *s, struct spk_buf *out,
                           const struct spk_tpl_spec *spec, struct spk_value v);
spk_rc spk_tpl_repr(struct spk_tpl_state *s, struct spk_value v, struct spk_value *out);

#endif
