#ifndef SPK_SOURCE_BACKOFF_BACKOFF_H
#define SPK_SOURCE_BACKOFF_BACKOFF_H
/* What the backoff strategies share. Internal to src/source. */
#include "source/kinds.h"

double spk_backoff_random(void); /* [0, 1) */
/* A template as a number; < 0 where it is none (ECONFIG in err) or not set. */
double spk_backoff_number(struct spk_component *self, const struct spk_scope *scope,
                          struct spk_template_string *template, struct spk_error *err);
/* The wait, or < 0 and ETRANSIENT in err where it is `most` (a template, may be NULL) or longer. */
double spk_backoff_bounded(struct spk_component *self, const struct spk_scope *scope,
                           struct spk_template_string *most, double wait, struct spk_error *err);
/* For `finish`: ECONFIG where `most` is set and is no number for this config. */
spk_rc spk_backoff_check_bound(struct spk_component *self, const struct spk_build *build,
                               struct spk_template_string *most, struct spk_error *err);

/* The property that both of them read. */
#define SPK_BACKOFF_BOUND_PROP(offset_)                                                            \
    {.name = "max_waiting_time_in_seconds",                                                        \
     .type = SPK_PROP_TEMPLATE,                                                                    \
     .offset = (offset_),                                                                          \
     .help = "fail rather than wait so long"}

#endif
