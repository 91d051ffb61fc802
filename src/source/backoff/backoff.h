#ifndef SPK_SOURCE_BACKOFF_BACKOFF_H
#define SPK_SOURCE_BACKOFF_BACKOFF_H
/* What the backoff strategies share. Internal to src/source. */
#include "source/kinds.h"

double spk_backoff_random(void); /* [0, 1) */
/* A template as a number; < 0 where it is none (ECONFIG in err) or not set. */
double spk_backoff_number(struct spk_component *self, const struct spk_scope *scope,
                          struct spk_template_string *template, struct spk_error *err);

#endif
