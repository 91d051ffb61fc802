#ifndef SPK_APP_REPORT_H
#define SPK_APP_REPORT_H
/* What a run came to, for people and for machines. */
#include "parts.h"

/* Published, held and failed of one run, each with its reason. json: one JSON object instead. */
spk_rc spk_report_run(struct spk_parts *parts, const struct spk_run *run, bool json,
                      struct spk_error *err);
/* A line per run, newest first. */
spk_rc spk_report_runs(struct spk_parts *parts, struct spk_view platform, int64_t most, bool json,
                       struct spk_error *err);

#endif
