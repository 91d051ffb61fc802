/* References in texts: ${env:NAME}, ${file:PATH}, ${account}. */
#include "project/reference.h"

static bool is_variable(struct spk_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!spk_is_letter(c) && c != '_' && !(i > 0 && spk_is_digit(c))) {
            return false;
        }
    }
    return name.len > 0;
}

bool spk_reference_parse(struct spk_view inside, struct spk_reference *out)
{
    struct spk_view rest = inside;
    struct spk_view word = spk_view_cut(&rest, ':');
    if (spk_view_is(word, "env") && is_variable(rest)) {
        *out = (struct spk_reference){SPK_REFERENCE_ENV, rest};
        return true;
    }
    if (spk_view_is(word, "file") && rest.len > 0 && !memchr(rest.at, 0, rest.len)) {
        *out = (struct spk_reference){SPK_REFERENCE_FILE, rest};
        return true;
    }
    *out = (struct spk_reference){.kind = SPK_REFERENCE_ACCOUNT};
    return spk_view_is(inside, "account");
}

bool spk_reference_next(struct spk_view *rest, struct spk_view *literal, struct spk_view *inside,
                        bool *found)
{
    ptrdiff_t at = spk_view_find(*rest, SPK_V("${"), 0);
    *found = at >= 0;
    *literal = spk_view_slice(*rest, 0, *found ? (size_t)at : rest->len);
    if (!*found) {
        *rest = (struct spk_view){NULL, 0};
        return true;
    }
    ptrdiff_t end = spk_view_find(*rest, SPK_V("}"), (size_t)at);
    if (end < 0) {
        return false;
    }
    *inside = spk_view_slice(*rest, (size_t)at + 2, (size_t)end);
    *rest = spk_view_slice(*rest, (size_t)end + 1, rest->len);
    return true;
}

bool spk_reference_is_in(struct spk_view text)
{
    return spk_view_find(text, SPK_V("${"), 0) >= 0;
}
