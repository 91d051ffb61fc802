#ifndef SPK_SOURCE_REQUESTER_REQUEST_BODY_H
#define SPK_SOURCE_REQUESTER_REQUEST_BODY_H
/* request_body of a requester. Internal to src/source. */
#include "source/component.h"

/* Request bodies name their kind; what they hold becomes the older request_body_data (text or form)
 * or request_body_json. A body that is not given changes neither. */
spk_rc spk_request_body_resolve(const struct spk_build *build, struct spk_value body,
                                struct spk_value *data, struct spk_value *json,
                                struct spk_error *err);

#endif
