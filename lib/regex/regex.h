#ifndef SPK_REGEX_REGEX_H
#define SPK_REGEX_REGEX_H
/*
 * Regular expressions through PCRE2, for patterns from manifests over text from servers: UTF-8 is
 * not required of the text, the interpreter is used (no JIT) and its work is bounded, so that a
 * hostile pattern ends as an error and not as a hang. A compiled pattern is immutable and shared by
 * threads.
 */
#include "base/error.h"
#include "base/view.h"

struct spk_regex;

struct spk_regex_match {
    bool found;                  /* false: the rest is 0 */
    size_t from, to;             /* of the whole match, bytes */
    size_t group_from, group_to; /* of group 1, or of the whole match where there is none */
};

/* ECONFIG "pattern 'P': what at offset N". Python's syntax where PCRE2 shares it. */
spk_rc spk_regex_compile(struct spk_view pattern, struct spk_regex **out, struct spk_error *err);
void spk_regex_destroy(struct spk_regex *regex);
/* The first match at or after the start. anchored: only at the start, as re.match. EDATA when the
 * bound of work was passed. */
spk_rc spk_regex_find(const struct spk_regex *regex, struct spk_view text, bool anchored,
                      struct spk_regex_match *match, struct spk_error *err);

#endif
