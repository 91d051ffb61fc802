#ifndef SPK_SOURCE_PAGINATOR_STRATEGY_H
#define SPK_SOURCE_PAGINATOR_STRATEGY_H
/* What the pagination strategies share. */
#include "source/kinds.h"

/* The page size as an integer, UNDEFINED where none is set. ECONFIG where it is none. */
spk_rc spk_page_size_eval(struct spk_component *self, struct spk_template_string *page_size,
                          const struct spk_scope *scope, struct spk_value *size,
                          struct spk_error *err);
/* True when a page of `count` records is the last: shorter than asked for, or empty. */
bool spk_page_is_last(struct spk_value page_size, int64_t count);

#endif
