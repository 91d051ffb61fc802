#ifndef SPK_BASE_SECRET_INTERNAL_H
#define SPK_BASE_SECRET_INTERNAL_H
/* The guises in which a secret leaves the process. */
#include "base/view.h"

/* Calls take with the value as it is, URL-encoded (as a path and as a form), escaped as in JSON
 * (UTF-8 and ASCII), in base64 alone and inside a longer base64 text (the "user:secret" of Basic).
 * The text is gone after the call; the same form may come twice. */
void spk_secret_each_form(struct spk_view value, void (*take)(struct spk_view form));

#endif
