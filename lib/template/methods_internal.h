#ifndef SPK_TEMPLATE_METHODS_INTERNAL_H
#define SPK_TEMPLATE_METHODS_INTERNAL_H
/* What methods and filters share: checking arguments, and work that both kinds do. */
#include "template/template_internal.h"

/* The i-th argument as a text or an integer; TypeError otherwise. */
spk_rc spk_tpl_need_text(struct spk_tpl_state *s, const struct spk_tpl_call *call, int i,
                         struct spk_view *out);
spk_rc spk_tpl_need_int(struct spk_tpl_state *s, const struct spk_tpl_call *call, int i,
                        int64_t absent, int64_t *out);

/* str.replace: texts are the text, what to replace, and by what; max < 0: all. */
spk_rc spk_tpl_replace(struct spk_tpl_state *s, const struct spk_view texts[3], int64_t max,
                       struct spk_value *out);
struct spk_view spk_tpl_strip_set(struct spk_view text, struct spk_view set, int sides);
bool spk_tpl_is_cased(struct spk_view text, bool upper); /* str.isupper, str.islower */

struct spk_tpl_padding {
    struct spk_view fill; /* one character */
    int align;            /* the text stands: < 0 left, > 0 right, 0 in the middle */
};
spk_rc spk_tpl_pad(struct spk_tpl_state *s, struct spk_view text, int64_t width,
                   const struct spk_tpl_padding *padding, struct spk_value *out);

#endif
