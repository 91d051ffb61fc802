#ifndef SPK_TEMPLATE_REGEX_INTERNAL_H
#define SPK_TEMPLATE_REGEX_INTERNAL_H
/* Python's re, by PCRE2 with bounded matching. Errors of patterns are ValueErrors. */
#include "template/template_internal.h"

/* Group 1 of the first match (null where it took no part), "" where nothing matches or there is no
 * group. */
spk_rc spk_tpl_regex_search(struct spk_tpl_state *s, struct spk_view text, struct spk_view pattern,
                            struct spk_value *out);
/* re.sub(pattern, replacement, text) */
spk_rc spk_tpl_regex_replace(struct spk_tpl_state *s, struct spk_view text, struct spk_view pattern,
                             struct spk_view replacement, struct spk_value *out);

#endif
