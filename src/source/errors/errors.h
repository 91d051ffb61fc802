#ifndef SPK_SOURCE_ERRORS_ERRORS_H
#define SPK_SOURCE_ERRORS_ERRORS_H
/* What the error handlers share. Internal to src/source. */
#include "source/kinds.h"

/* What a status means where no filter says otherwise; action NONE for statuses without an entry. */
void spk_default_resolution(int status, struct spk_resolution *out);
/* The resolution of an answer, or of its absence, by the default table and its fallback. */
void spk_fallback_resolution(const struct spk_response *response, const struct spk_error *failure,
                             struct spk_resolution *out, struct spk_arena *arena);
/* The message inside an error body: message, error, errors, detail, ... of a JSON one, the whole of
 * another. Empty where there is none. */
struct spk_view spk_error_message_of(struct spk_response *response, struct spk_arena *arena);

#endif
