#ifndef SPK_PROJECT_REFERENCE_H
#define SPK_PROJECT_REFERENCE_H
/* References in texts: ${env:NAME}, ${file:PATH}, ${account}. */
#include "project/project_internal.h"

enum spk_reference_kind { SPK_REFERENCE_ENV, SPK_REFERENCE_FILE, SPK_REFERENCE_ACCOUNT };

struct spk_reference {
    enum spk_reference_kind kind;
    struct spk_view name; /* of the variable or the file */
};

static inline bool spk_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool spk_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Of what stands between "${" and "}". */
bool spk_reference_parse(struct spk_view inside, struct spk_reference *out);
/* Cuts the literal text before the next reference off *rest. *found: a reference follows it, which
 * lies in *inside. False: "${" without an end. */
bool spk_reference_next(struct spk_view *rest, struct spk_view *literal, struct spk_view *inside,
                        bool *found);

#endif
