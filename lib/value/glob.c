/* Python's fnmatch.fnmatchcase: * ? [seq] [!seq], over code points. */
#include "value/value_internal.h"

struct set {
    const char *at;  /* behind '[' */
    const char *end; /* at ']' */
};

/* Finds the set that starts behind '['; false where it is never closed ('[' is then plain). */
static bool find_set(const char *at, const char *end, struct set *out)
{
    const char *p = at;
    if (p < end && *p == '!')
        p++;
    if (p < end && *p == ']')
        p++;
    while (p < end && *p != ']')
        p++;
    *out = (struct set){at, p};
    return p < end;
}

static bool set_holds(struct set set, uint32_t code)
{
    const char *p = set.at;
    bool negated = p < set.end && *p == '!';
    if (negated)
        p++;
    bool found = false;
    while (p < set.end) {
        uint32_t first = spk_utf8_next(&p, set.end);
        uint32_t last = first;
        if (set.end - p > 1 && *p == '-') {
            p++;
            last = spk_utf8_next(&p, set.end);
        }
        found = found || (code >= first && code <= last);
    }
    return found != negated;
}

/* One pattern element other than '*' against one code point; moves *pattern behind it on success.
 */
static bool match_one(const char **pattern, const char *end, uint32_t code)
{
    struct set set;
    const char *p = *pattern;
    if (*p == '[' && find_set(p + 1, end, &set)) {
        if (!set_holds(set, code))
            return false;
        *pattern = set.end + 1;
        return true;
    }
    if (*p == '?') {
        *pattern = p + 1;
        return true;
    }
    if (spk_utf8_next(&p, end) != code)
        return false;
    *pattern = p;
    return true;
}

bool spk_fnmatch(struct spk_view text, struct spk_view pattern)
{
    const char *t = text.at;
    const char *t_end = text.len ? text.at + text.len : text.at;
    const char *p = pattern.at;
    const char *p_end = pattern.at + pattern.len;
    const char *star = NULL;  /* behind the last '*' */
    const char *retry = NULL; /* where the text behind that '*' was tried */
    while (t < t_end) {
        if (p < p_end && *p == '*') {
            star = ++p;
            retry = t;
            continue;
        }
        const char *next = t;
        if (p < p_end && match_one(&p, p_end, spk_utf8_next(&next, t_end))) {
            t = next;
            continue;
        }
        if (!star)
            return false;
        p = star;
        spk_utf8_next(&retry, t_end);
        t = retry;
    }
    while (p < p_end && *p == '*')
        p++;
    return p == p_end;
}
