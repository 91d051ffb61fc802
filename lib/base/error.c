#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* One line, and no half character at the place where it was cut. `length` is vsnprintf's answer. */
static void tidy(char *text, size_t size, int length)
{
    if (length < 0) {
        text[0] = '\0';
    } else if ((size_t)length >= size) {
        size_t end = size - 4;
        while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) {
            end--;
        }
        memcpy(text + end, "...", 4);
    }
    for (char *c = text; *c; c++) {
        if (*c == '\n' || *c == '\r') {
            *c = ' ';
        }
    }
}

spk_rc spk_error_vset(struct spk_error *err, spk_rc rc, const char *format, va_list args)
{
    if (!err) {
        return rc;
    }
    /* The arguments may point into err->text. */
    char text[SPK_ERROR_TEXT];
    tidy(text, sizeof text, vsnprintf(text, sizeof text, format, args));
    memcpy(err->text, text, sizeof text);
    err->hint[0] = err->origin[0] = '\0';
    err->of_connector = false;
    err->rc = rc;
    return rc;
}

spk_rc spk_error_set(struct spk_error *err, spk_rc rc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, rc, format, args);
    va_end(args);
    return rc;
}

spk_rc spk_error_context(struct spk_error *err, spk_rc rc, const char *format, ...)
{
    if (!err) {
        return rc;
    }
    char context[SPK_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    tidy(context, sizeof context, vsnprintf(context, sizeof context, format, args));
    va_end(args);

    char whole[2 * SPK_ERROR_TEXT + 4];
    int length = snprintf(whole, sizeof whole, "%s: %s", context, err->text);
    memcpy(err->text, whole, sizeof err->text);
    err->text[sizeof err->text - 1] = '\0';
    tidy(err->text, sizeof err->text, length);
    if (err->rc == SPK_OK) {
        err->rc = rc;
    }
    return err->rc;
}

void spk_error_hint(struct spk_error *err, const char *format, ...)
{
    if (!err || err->hint[0]) {
        return;
    }
    va_list args;
    va_start(args, format);
    tidy(err->hint, sizeof err->hint, vsnprintf(err->hint, sizeof err->hint, format, args));
    va_end(args);
}

void spk_error_origin(struct spk_error *err, const char *format, ...)
{
    if (!err || err->origin[0]) {
        return;
    }
    va_list args;
    va_start(args, format);
    tidy(err->origin, sizeof err->origin, vsnprintf(err->origin, sizeof err->origin, format, args));
    va_end(args);
}

void spk_error_blame_connector(struct spk_error *err)
{
    if (err) {
        err->of_connector = true;
    }
}

const char *spk_error_failure_type(const struct spk_error *err)
{
    return spk_rc_failure_type(err->of_connector ? SPK_ESYSTEM : err->rc);
}

spk_rc spk_error_errno(struct spk_error *err, int errnum, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, SPK_ESYSTEM, format, args);
    va_end(args);
    if (!err) {
        return SPK_ESYSTEM;
    }
    char reason[256];
    const char *text = strerror_r(errnum, reason, sizeof reason); /* GNU's: returns the text */
    size_t used = strlen(err->text);
    int length = snprintf(err->text + used, sizeof err->text - used, ": %s", text);
    tidy(err->text, sizeof err->text, (int)used + length);
    return SPK_ESYSTEM;
}

const char *spk_rc_failure_type(spk_rc rc)
{
    switch (rc) {
    case SPK_ECONFIG: return "config_error";
    case SPK_ETRANSIENT: return "transient_error";
    default: return "system_error";
    }
}

int spk_rc_exit_status(spk_rc rc)
{
    switch (rc) {
    case SPK_OK: return 0;
    case SPK_ECONFIG: return 4;
    case SPK_ETRANSIENT: return 5;
    default: return 1;
    }
}
