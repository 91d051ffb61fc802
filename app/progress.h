#ifndef SPK_APP_PROGRESS_H
#define SPK_APP_PROGRESS_H
/* Progress on stderr: a live bar on a terminal, nothing but events elsewhere. */
#include "flow/flow.h"

/* The progress to pass to the flow; on a terminal, events under WARN are silenced meanwhile. */
const struct spk_flow_progress *spk_progress_start(void);
void spk_progress_end(void);

#endif
