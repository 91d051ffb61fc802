#ifndef SPK_BASE_SECRET_H
#define SPK_BASE_SECRET_H
/*
 * Redaction by value: every output path (log, error, message, metric) passes its text through here
 * before it leaves the process. Values are registered once they are known (config fields marked
 * secret, tokens received). Process-wide, thread-safe, append-only; a value under 4 bytes is
 * ignored.
 */
#include "base/buf.h"

void spk_secret_add(
    struct spk_view value); /* also its URL-encoded, base64 and JSON-escaped forms */
/* Replaces each registered value in buf by "****". */
void spk_secret_redact(struct spk_buf *buf);
void spk_secret_redact_error(struct spk_error *err);
void spk_secret_forget_all(void); /* tests only */

#endif
