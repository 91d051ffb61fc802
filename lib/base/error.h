#ifndef SPK_BASE_ERROR_H
#define SPK_BASE_ERROR_H
/*
 * Errors: what a caller may do, and a text for the person who must do it.
 *
 * A function that can fail returns spk_rc and takes `struct spk_error *err` last (NULL allowed: the
 * text is dropped). The lowest level that knows the fact sets the text; each level above may put
 * its context in front; nobody overwrites. Outputs are untouched on failure. Texts never hold
 * secrets.
 */
#include <stdarg.h>
#include <stdbool.h>

/* The four failures, by what the caller may do. They map to Airbyte's failure_type and to exits. */
typedef enum spk_rc {
    SPK_OK = 0,
    SPK_ECONFIG = 1,    /* a person must act: configuration, credentials. config_error, exit 4 */
    SPK_ETRANSIENT = 2, /* try again later. transient_error, exit 5 */
    SPK_EDATA = 3,      /* the input is bad. system_error, exit 1 */
    SPK_ESYSTEM = 4,    /* stop: disk, memory, a bug of a peer. system_error, exit 1 */
} spk_rc;

enum { SPK_ERROR_TEXT = 1536, SPK_ERROR_HINT = 256, SPK_ERROR_ORIGIN = 256 };

struct spk_error {
    spk_rc rc;
    char text[SPK_ERROR_TEXT];     /* "context: fact", no newline; cut with "..." where too long */
    char hint[SPK_ERROR_HINT];     /* what to do next, or empty */
    char origin[SPK_ERROR_ORIGIN]; /* name of what failed, where the teller is another; or empty */
    bool of_connector;             /* see spk_error_blame_connector */
};

/* Sets code and text, clears the hint, returns rc. `return spk_error_set(err, SPK_EDATA, ...)`. */
spk_rc spk_error_set(struct spk_error *err, spk_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
spk_rc spk_error_vset(struct spk_error *err, spk_rc rc, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Puts "context: " in front of the text and returns err's code (or rc where err is NULL). */
spk_rc spk_error_context(struct spk_error *err, spk_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the hint: one sentence, the next step. Does nothing where a lower level already gave one. */
void spk_error_hint(struct spk_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Names what failed, for those who tell of it in another's name. A lower level's name stays. */
void spk_error_origin(struct spk_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The connector is at fault, not who configured it: Airbyte is told a system_error, whatever the
 * code. Setting an error anew forgets it. */
void spk_error_blame_connector(struct spk_error *err);
/* "config_error", "transient_error", "system_error": Airbyte's failure_type. */
const char *spk_error_failure_type(const struct spk_error *err);

/* SPK_ESYSTEM (ENOSPC, EACCES, ...) with "text: strerror(errnum)"; thread-safe. */
spk_rc spk_error_errno(struct spk_error *err, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same of a code. */
const char *spk_rc_failure_type(spk_rc rc);
/* 0, 4, 5, 1, 1: the exit status of DESIGN section 5. */
int spk_rc_exit_status(spk_rc rc);

#endif
